"""Every conversion between ROS messages and `dfc_core`, in numpy. Nothing here knows a node.

Depth is decided by encoding (REP 118): `32FC1` metres along z, `16UC1` millimetres. A picture element is `(x, y)`,
integer values are centres. Whatever is wrong with a message raises `DfcError` naming what came and what is allowed.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from geometry_msgs.msg import Point, Pose, PoseArray, PoseStamped, Quaternion, Vector3
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation
from sensor_msgs.msg import CameraInfo, Image, RegionOfInterest
from std_msgs.msg import ColorRGBA, Header
from visualization_msgs.msg import Marker, MarkerArray

from dfc_core.errors import CODES, DfcError, bad_input
from dfc_core.frames.frame import MILLIMETRE, Frame
from dfc_core.geometry import compose, quaternion_xyzw
from dfc_ros.msg import ContactPoint, FunctionalMatch, GraspCandidate
from dfc_ros.srv import MatchTool

# encoding: (type of one value, values per picture element)
COLOUR_LAYOUTS = {"rgb8": ("u1", 3), "bgr8": ("u1", 3), "rgba8": ("u1", 4), "bgra8": ("u1", 4), "mono8": ("u1", 1)}
DEPTH_LAYOUTS = {"16UC1": ("u2", 1), "mono16": ("u2", 1), "32FC1": ("f4", 1)}
MASK_LAYOUTS = {"mono8": ("u1", 1), "8UC1": ("u1", 1)}
# Where R, G and B stand in one picture element.
COLOUR_ORDER = {"rgb8": [0, 1, 2], "bgr8": [2, 1, 0], "rgba8": [0, 1, 2], "bgra8": [2, 1, 0], "mono8": [0, 0, 0]}

# The services share their codes: what `DfcError.code` becomes.
ERROR_CODES: dict[str, int] = {code: getattr(MatchTool.Response, code) for code in CODES}

ROLE_COLOURS = {"function": (1.0, 0.35, 0.1), "grasp": (0.1, 0.6, 1.0)}
MARKER_DIAMETER = 0.008
MARKER_AXIS_LENGTH = 0.06
NAN = float("nan")


# --- in --------------------------------------------------------------------------------------------------------------


def is_filled(image: Image) -> bool:
    """False for an Image as a client leaves it that did not touch it."""
    return bool(image.width or image.height or len(image.data))


def is_given(info: CameraInfo) -> bool:
    """False for a CameraInfo as a client leaves it that did not touch it."""
    return bool(info.width or info.height or any(info.k))


def picture_elements(image: Image, layouts: Mapping[str, tuple[str, int]], what: str) -> NDArray:
    """H x W x C view of the message's data, obeying `step` and `is_bigendian`.

    Raises BAD_IMAGE for another encoding than those of `layouts`, a zero size, a `step` shorter than a row, or data
    that ends too early. `what` names the picture in that sentence.
    """
    if image.encoding not in layouts:
        raise DfcError("BAD_IMAGE", f"{what} has encoding '{image.encoding}'; allowed: {', '.join(layouts)}")
    kind, channels = layouts[image.encoding]
    dtype = np.dtype(kind).newbyteorder(">" if image.is_bigendian else "<")
    width, height, step = int(image.width), int(image.height), int(image.step)
    if width == 0 or height == 0:
        raise DfcError("BAD_IMAGE", f"{what} is {width}x{height}; width and height must be at least 1")
    row = width * channels * dtype.itemsize
    if step < row:
        raise DfcError("BAD_IMAGE", f"{what} has step {step}; a row of {width} {image.encoding} takes {row} bytes")
    needed = step * (height - 1) + row
    if len(image.data) < needed:
        raise DfcError(
            "BAD_IMAGE",
            f"{what} is truncated: {len(image.data)} bytes came, {width}x{height} {image.encoding} with step {step}"
            f" takes {needed}",
        )
    strides = (step, channels * dtype.itemsize, dtype.itemsize)
    return np.ndarray((height, width, channels), dtype, buffer=image.data, strides=strides)


def rgb_array(image: Image) -> NDArray:
    """uint8 H x W x 3 of a colour message; encodings beyond `COLOUR_LAYOUTS` by cv_bridge where it is installed."""
    if image.encoding not in COLOUR_LAYOUTS:
        converted = _cv_bridge_rgb(image)
        if converted is not None:
            return converted
    elements = picture_elements(image, COLOUR_LAYOUTS, "colour picture")
    return np.ascontiguousarray(elements[..., COLOUR_ORDER[image.encoding]])


def _cv_bridge_rgb(image: Image) -> NDArray | None:
    """None where there is no usable cv_bridge."""
    try:
        from cv_bridge import CvBridge
    except Exception:  # an installed cv_bridge that does not fit numpy fails on import in several ways
        return None
    if not is_filled(image):
        return None
    try:
        return np.ascontiguousarray(CvBridge().imgmsg_to_cv2(image, "rgb8"), dtype=np.uint8)
    except Exception as error:  # its errors have no common base; a message must not end the node
        raise DfcError(
            "BAD_IMAGE", f"cv_bridge cannot turn the colour picture's encoding '{image.encoding}' into rgb8: {error}"
        ) from error


def depth_array(image: Image) -> NDArray:
    """float32 H x W, metres along z; no reading stays as it came (0, NaN or infinite): `Frame` makes it 0."""
    elements = picture_elements(image, DEPTH_LAYOUTS, "depth picture")[..., 0]
    if elements.dtype.kind == "u":
        return elements.astype(np.float32) * np.float32(MILLIMETRE)
    return elements.astype(np.float32)


def mask_array(image: Image) -> NDArray:
    """bool H x W, True = the tool (above 127). EMPTY_MASK when nothing is."""
    elements = picture_elements(image, MASK_LAYOUTS, "mask")[..., 0]
    mask = elements > 127
    if not mask.any():
        raise DfcError("EMPTY_MASK", f"the mask's largest value is {elements.max()}; values above 127 are the tool")
    return mask


def camera_matrix(info: CameraInfo, size: tuple[int, int]) -> NDArray:
    """3 x 3 K of a *rectified* picture: the left of P, or K where P is not filled.

    A CameraInfo is of the full resolution: where `roi` or binning say that pictures are a part of that, K is moved and
    scaled. BAD_IMAGE when it is for another size than `size` (width, height); one that states none is taken to be of
    `size`. `Frame` refuses a camera without focal length.
    """
    P = np.asarray(info.p, dtype=np.float64).reshape(3, 4)[:, :3]
    K = P if P[0, 0] > 0 else np.asarray(info.k, dtype=np.float64).reshape(3, 3)
    if (info.width, info.height) in (size, (0, 0)):
        return K
    binning = np.maximum([info.binning_x, info.binning_y], 1)
    left = np.array([info.roi.width or info.width, info.roi.height or info.height]) // binning
    if tuple(left) != size:
        cut = tuple(left) != (info.width, info.height)
        said = f", of which roi and binning leave {left[0]}x{left[1]}" if cut else ""
        raise DfcError(
            "BAD_IMAGE",
            f"camera_info is for {info.width}x{info.height} pictures{said}, but the colour picture is "
            f"{size[0]}x{size[1]}",
        )
    K = K - np.array([[0, 0, info.roi.x_offset], [0, 0, info.roi.y_offset], [0, 0, 0]])
    return np.asarray(K / np.array([[binning[0]], [binning[1]], [1]]))


def frame_from_messages(
    image: Image, depth: Image | None = None, info: CameraInfo | None = None, mask: Image | None = None
) -> Frame:
    """A `Frame` of one set of messages; `frame_id` is the colour picture's."""
    rgb = rgb_array(image)
    return Frame(
        rgb,
        K=None if info is None else camera_matrix(info, (rgb.shape[1], rgb.shape[0])),
        depth_m=None if depth is None else depth_array(depth),
        mask=None if mask is None else mask_array(mask),
        frame_id=image.header.frame_id,
    )


def is_region(roi: RegionOfInterest) -> bool:
    """False for a RegionOfInterest as a client leaves it that did not touch it."""
    return bool(roi.x_offset or roi.y_offset or roi.width or roi.height)


def box_from_roi(roi: RegionOfInterest, size: tuple[int, int]) -> tuple[int, int, int, int] | None:
    """(x, y, width, height) in px, or None when all zero. BAD_INPUT unless it is a region inside the picture."""
    x, y, width, height = roi.x_offset, roi.y_offset, roi.width, roi.height
    if not is_region(roi):
        return None
    if not width or not height or x + width > size[0] or y + height > size[1]:
        raise bad_input(
            f"roi (x {x}, y {y}, width {width}, height {height}) is not a region inside the {size[0]}x{size[1]} picture"
        )
    return x, y, width, height


def position_array(point: Point | Vector3) -> NDArray:
    """(3,) float64."""
    return np.array([point.x, point.y, point.z])


def quaternion_array(quaternion: Quaternion) -> NDArray:
    """(4,) float64, x, y, z, w."""
    return np.array([quaternion.x, quaternion.y, quaternion.z, quaternion.w])


def rigid(position: Sequence[float] | NDArray, quaternion: Sequence[float] | NDArray) -> NDArray:
    """4 x 4 from metres and x, y, z, w (any length > 0)."""
    return compose(Rotation.from_quat(quaternion).as_matrix(), np.asarray(position))


def pose_matrix(pose: Pose) -> NDArray:
    """4 x 4 that maps points of the pose's own frame into the frame the pose is given in."""
    return rigid(position_array(pose.position), quaternion_array(pose.orientation))


def trajectory_arrays(poses: Sequence[PoseStamped], frame_id: str) -> tuple[NDArray, NDArray, NDArray] | None:
    """Times (N, s since the first), positions (N x 3, m) and quaternions (N x 4); None when there are no poses.

    BAD_INPUT for a pose in another frame than `frame_id`, that of the colour picture.
    """
    if not poses:
        return None
    strange = {pose.header.frame_id for pose in poses} - {"", frame_id}
    if strange:
        raise bad_input(
            f"the trajectory is in frame '{min(strange)}'; it must be in that of the colour picture, '{frame_id}'"
        )
    stamps = [pose.header.stamp for pose in poses]
    nanoseconds = np.array([stamp.sec * 10**9 + stamp.nanosec for stamp in stamps], dtype=np.int64)
    positions = np.array([position_array(pose.pose.position) for pose in poses])
    quaternions = np.array([quaternion_array(pose.pose.orientation) for pose in poses])
    return (nanoseconds - nanoseconds[0]) * 1e-9, positions, quaternions


def moved(pose: Pose, T: NDArray) -> Pose:
    """What the 4 x 4 `T` places in the pose's own frame, in the frame the pose is given in."""
    return matrix_message(pose_matrix(pose) @ T)


# --- out -------------------------------------------------------------------------------------------------------------


def image_message(array: NDArray, encoding: str, header: Header) -> Image:
    """An Image without row padding in this machine's byte order, from H x W or H x W x C."""
    array = np.ascontiguousarray(array)
    image = Image(header=header, encoding=encoding, height=array.shape[0], width=array.shape[1])
    image.step = array.strides[0]
    image.is_bigendian = int(sys.byteorder == "big")
    image.data = array.tobytes()
    return image


def camera_info_message(K: NDArray, size: tuple[int, int], header: Header) -> CameraInfo:
    """A CameraInfo of a rectified picture of (width, height)."""
    info = CameraInfo(header=header, width=size[0], height=size[1], distortion_model="plumb_bob")
    info.d = [0.0] * 5
    info.k = [float(value) for value in np.ravel(K)]
    info.r = [float(value) for value in np.ravel(np.eye(3))]
    info.p = [float(value) for value in np.ravel(np.column_stack([K, np.zeros(3)]))]
    return info


def pose_message(position: Sequence[float] | NDArray, quaternion: Sequence[float] | NDArray) -> Pose:
    """Metres and x, y, z, w."""
    qx, qy, qz, qw = (float(value) for value in quaternion)
    return Pose(position=Point(**_xyz(position)), orientation=Quaternion(x=qx, y=qy, z=qz, w=qw))


def matrix_message(T: NDArray) -> Pose:
    """The pose of a 4 x 4."""
    return pose_message(T[:3, 3], quaternion_xyzw(T[:3, :3]))


def _xyz(values: Sequence[float] | NDArray | None) -> dict[str, float]:
    """Coordinates by name, NaN where nothing is known."""
    x, y, z = [NAN] * 3 if values is None else (float(value) for value in values)
    return {"x": x, "y": y, "z": z}


def match_message(result: Any, header: Header) -> FunctionalMatch:
    """A FunctionalMatch of a `dfc_core.transfer.MatchResult`; what is not known is NaN, as the message says."""
    message = FunctionalMatch(header=header, function=result.function, demonstration_id=result.demonstration_id)
    message.consulted, message.agreed = list(result.consulted), list(result.agreed)
    message.confidence = float(result.confidence)
    message.calibrated = bool(result.calibrated)
    message.confidence_distance = _or_nan(result.confidence_distance_m)
    message.turn_confidence = _or_nan(result.turn_confidence)
    message.turn_confidence_angle = _or_nan(result.turn_confidence_rad)
    message.affordance, message.visibility = _or_nan(result.affordance), _or_nan(result.visibility)
    message.roundness = _or_nan(result.roundness)
    message.contacts = [_contact_message(contact) for contact in result.contacts]
    message.grasps = [
        GraspCandidate(
            pose=pose_message(grasp.position, grasp.quaternion_xyzw), width=float(grasp.width), score=float(grasp.score)
        )
        for grasp in result.grasps
    ]
    message.grasp_note = result.grasp_note
    message.has_demo_to_target = result.T_target_demo is not None
    message.demo_to_target.pose = pose_message([NAN] * 3, [NAN] * 4)
    message.demo_to_target.covariance = [NAN] * 36
    if result.T_target_demo is not None:
        message.demo_to_target.pose = matrix_message(result.T_target_demo)
        if result.covariance is not None:
            message.demo_to_target.covariance = [float(value) for value in np.ravel(result.covariance)]
    message.scale = float(result.scale)
    message.centre_demo = Point(**_xyz(result.centre_demo))
    _fill_symmetry(message, result.symmetry)
    _fill_trajectory(message, result)
    message.correspondences = int(result.correspondences)
    message.inlier_ratio = float(result.inlier_ratio)
    message.residual = float(result.residual)
    message.warnings = list(result.warnings)
    message.stages = list(result.seconds)
    message.seconds = [float(seconds) for seconds in result.seconds.values()]
    return message


def _fill_trajectory(message: FunctionalMatch, result: Any) -> None:
    path = result.path
    message.trajectory_tilt = NAN if path is None else float(path.tilt)
    if path is None:
        return
    message.trajectory_keeps = path.keeps
    message.trajectory_times = [float(time) for time in path.times_s]
    message.trajectory = [matrix_message(T) for T in path.poses]
    message.trajectory_displacement = [matrix_message(T) for T in path.displacements]
    message.trajectory_gripper = [matrix_message(T) for T in path.grippers(result.grasps[0])] if result.grasps else []


def _fill_symmetry(message: FunctionalMatch, symmetry: Any) -> None:
    message.has_free_angle = symmetry is not None
    message.axis_point = Point(**_xyz(None if symmetry is None else symmetry.axis_point))
    message.axis_direction = Vector3(**_xyz(None if symmetry is None else symmetry.axis_direction))
    message.demo_to_target_orbit = [] if symmetry is None else [matrix_message(T) for T in symmetry.poses]


def _or_nan(value: float | None) -> float:
    return NAN if value is None else float(value)


def _contact_message(contact: Any) -> ContactPoint:
    message = ContactPoint(role=contact.role, confidence=float(contact.confidence), has_point=contact.point is not None)
    message.pixel = Point(x=float(contact.pixel[0]), y=float(contact.pixel[1]))
    message.point = Point(**_xyz(contact.point))
    message.has_normal = contact.normal is not None
    message.normal = Vector3(**_xyz(contact.normal))
    known = contact.covariance is not None
    message.covariance = [float(value) for value in np.ravel(contact.covariance)] if known else [NAN] * 9
    return message


def contacts_message(match: FunctionalMatch) -> PoseArray:
    """The contacts that have a point, as poses without a turn."""
    poses = [Pose(position=contact.point) for contact in match.contacts if contact.has_point]
    return PoseArray(header=match.header, poses=poses)


def grasp_message(match: FunctionalMatch) -> PoseStamped | None:
    """The best grasp's contact pose."""
    return PoseStamped(header=match.header, pose=match.grasps[0].pose) if match.grasps else None


def link_message(grasp: PoseStamped, T_grasp_link: NDArray) -> PoseStamped:
    """Where the user's link has to be for `grasp`: the contact pose followed by the fixed 4 x 4 `T_grasp_link`."""
    return PoseStamped(header=grasp.header, pose=moved(grasp.pose, T_grasp_link))


def markers_message(match: FunctionalMatch) -> MarkerArray:
    """Contacts as balls, the best grasp as three axes (x red, y green, z blue); the last answer's are deleted."""
    markers = [Marker(header=match.header, action=Marker.DELETEALL)]
    for number, (role, colour) in enumerate(ROLE_COLOURS.items()):
        points = [contact.point for contact in match.contacts if contact.role == role and contact.has_point]
        if points:
            marker = _marker(match.header, f"{role}_contacts", number, Marker.SPHERE_LIST, MARKER_DIAMETER, colour)
            marker.points = points
            markers.append(marker)
    grasp = grasp_message(match)
    if grasp is not None:
        markers += _axes_markers(grasp)
    return MarkerArray(markers=markers)


def _axes_markers(pose: PoseStamped) -> list[Marker]:
    markers = []
    for axis in range(3):
        colour = tuple(float(axis == channel) for channel in range(3))
        marker = _marker(pose.header, "grasp", axis, Marker.ARROW, MARKER_DIAMETER / 2, colour)
        marker.pose = pose.pose
        marker.scale = Vector3(x=MARKER_DIAMETER / 2, y=MARKER_DIAMETER, z=0.0)
        tip = [MARKER_AXIS_LENGTH * float(axis == channel) for channel in range(3)]
        marker.points = [Point(), Point(x=tip[0], y=tip[1], z=tip[2])]
        markers.append(marker)
    return markers


def _marker(header: Header, namespace: str, number: int, kind: int, size: float, colour: Sequence[float]) -> Marker:
    marker = Marker(header=header, ns=namespace, id=number, type=kind, action=Marker.ADD)
    marker.pose.orientation.w = 1.0
    marker.scale = Vector3(x=size, y=size, z=size)
    marker.color = ColorRGBA(r=colour[0], g=colour[1], b=colour[2], a=1.0)
    return marker
