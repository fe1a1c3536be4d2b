from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("rclpy", reason="ROS 2 is not there; scripts/test.sh brings it")

from geometry_msgs.msg import Point, Pose, PoseStamped, Quaternion
from sensor_msgs.msg import CameraInfo, Image, RegionOfInterest
from std_msgs.msg import Header
from visualization_msgs.msg import Marker

from dfc_core.errors import CODES, DfcError
from dfc_core.transfer import CarriedPath, GraspPose, Symmetry, error_result
from dfc_ros import conversions
from dfc_ros.demo import result_dict
from dfc_ros.srv import ListDemonstrations, MatchTool, RecordDemonstration, RemoveDemonstration


def image(encoding: str, width: int, height: int, step: int, data: bytes, is_bigendian: int = 0) -> Image:
    return Image(encoding=encoding, width=width, height=height, step=step, data=data, is_bigendian=is_bigendian)


@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        ("rgb8", [1, 2, 3, 4, 5, 6]),
        ("bgr8", [3, 2, 1, 6, 5, 4]),
        ("rgba8", [1, 2, 3, 99, 4, 5, 6, 99]),
        ("bgra8", [3, 2, 1, 99, 6, 5, 4, 99]),
    ],
)
def test_colour_encodings_give_the_same_rgb(encoding, data):
    rgb = conversions.rgb_array(image(encoding, 2, 1, len(data), bytes(data)))
    assert rgb.tolist() == [[[1, 2, 3], [4, 5, 6]]]


def test_mono_is_grey_and_row_padding_is_skipped():
    rgb = conversions.rgb_array(image("mono8", 2, 2, 5, bytes([7, 8, 0xEE, 0xEE, 0xEE, 9, 10])))
    assert rgb[..., 0].tolist() == [[7, 8], [9, 10]]
    assert (rgb[..., 1] == rgb[..., 0]).all()
    assert (rgb[..., 2] == rgb[..., 0]).all()


@pytest.mark.parametrize(("is_bigendian", "data"), [(0, b"\xe8\x03\x00\x00"), (1, b"\x03\xe8\x00\x00")])
def test_depth_in_millimetres_of_either_byte_order(is_bigendian, data):
    assert conversions.depth_array(image("16UC1", 2, 1, 4, data, is_bigendian)).tolist() == [[1.0, 0.0]]


@pytest.mark.parametrize(("is_bigendian", "order"), [(0, "<f4"), (1, ">f4")])
def test_depth_in_metres_with_odd_row_padding(is_bigendian, order):
    rows = [np.array([0.5, 1.25], order).tobytes(), np.array([2.0, 3.0], order).tobytes()]
    depth = conversions.depth_array(image("32FC1", 2, 2, 11, rows[0] + b"pad" + rows[1], is_bigendian))
    assert depth.tolist() == [[0.5, 1.25], [2.0, 3.0]]
    assert depth.dtype == np.float32


def test_missing_depth_readings_become_zero_in_the_frame():
    depth = np.array([[np.nan, np.inf], [-1.0, 0.75]], "<f4")
    colour = image("rgb8", 2, 2, 6, bytes(12))
    frame = conversions.frame_from_messages(colour, image("32FC1", 2, 2, 8, depth.tobytes()))
    assert frame.depth_m.tolist() == [[0.0, 0.0], [0.0, 0.75]]


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (image("rgb8", 2, 2, 6, bytes(11)), ("truncated", "11", "12")),
        (image("rgb8", 2, 2, 5, bytes(12)), ("step 5", "6 bytes")),
        (image("rgb8", 0, 2, 6, bytes(12)), ("0x2",)),
        (image("rgb8", 2, 0, 6, b""), ("2x0",)),
        (image("rgb8", 4294967295, 4294967295, 4294967295, bytes(12)), ("step",)),
        (image("32FC1", 1, 1, 4, bytes(4)), ("32FC1", "bgra8")),
        (image("", 1, 1, 3, bytes(3)), ("encoding ''",)),
        (image("rgb8", 0, 0, 0, b""), ("0x0",)),
    ],
)
def test_bad_colour_is_refused_by_name(message, words):
    with pytest.raises(DfcError) as caught:
        conversions.rgb_array(message)
    assert caught.value.code == "BAD_IMAGE"
    assert all(word in caught.value.message for word in words), caught.value.message


def test_depth_of_a_wrong_encoding_or_another_size_is_refused():
    with pytest.raises(DfcError, match=r"rgb8.*16UC1"):
        conversions.depth_array(image("rgb8", 1, 1, 3, bytes(3)))
    with pytest.raises(DfcError, match=r"1x1.*2x1"):
        conversions.frame_from_messages(image("rgb8", 2, 1, 6, bytes(6)), image("16UC1", 1, 1, 2, bytes(2)))


def test_mask_above_127_is_the_tool_and_an_empty_one_is_refused():
    assert conversions.mask_array(image("mono8", 3, 1, 3, bytes([0, 128, 127]))).tolist() == [[False, True, False]]
    with pytest.raises(DfcError, match="largest value is 1;") as caught:
        conversions.mask_array(image("8UC1", 2, 1, 2, bytes([0, 1])))
    assert caught.value.code == "EMPTY_MASK"


def camera(width: int, height: int, k: float, p: float) -> CameraInfo:
    info = CameraInfo(width=width, height=height)
    info.k = [k, 0.0, 1.0, 0.0, k, 2.0, 0.0, 0.0, 1.0]
    info.p = [p, 0.0, 1.0, 9.0, 0.0, p, 2.0, 9.0, 0.0, 0.0, 1.0, 9.0]
    return info


def test_camera_matrix_is_that_of_the_rectified_picture():
    assert conversions.camera_matrix(camera(4, 2, 100.0, 90.0), (4, 2)).tolist() == [[90, 0, 1], [0, 90, 2], [0, 0, 1]]
    assert conversions.camera_matrix(camera(4, 2, 100.0, 0.0), (4, 2))[0, 0] == 100
    assert conversions.camera_matrix(camera(0, 0, 100.0, 0.0), (4, 2))[0, 0] == 100


def test_camera_of_a_binned_part_of_the_sensor():
    info = camera(800, 600, 0.0, 90.0)
    info.p[2], info.p[6] = 400.0, 300.0
    info.roi = RegionOfInterest(x_offset=100, y_offset=50, width=640, height=480)
    assert conversions.camera_matrix(info, (640, 480)).tolist() == [[90, 0, 300], [0, 90, 250], [0, 0, 1]]
    info.binning_x = info.binning_y = 2
    assert conversions.camera_matrix(info, (320, 240)).tolist() == [[45, 0, 150], [0, 45, 125], [0, 0, 1]]
    with pytest.raises(DfcError, match=r"800x600 pictures, of which roi and binning leave 320x240, but .* 640x480"):
        conversions.camera_matrix(info, (640, 480))


def test_a_camera_binned_along_one_side_is_one():
    info = camera(640, 480, 0.0, 500.0)
    info.binning_x = 2
    assert conversions.frame_from_messages(image("rgb8", 320, 480, 960, bytes(320 * 480 * 3)), info=info).K[0, 0] == 250


def test_camera_of_another_size_or_with_zeros_is_refused():
    colour = image("rgb8", 2, 1, 6, bytes(6))
    with pytest.raises(DfcError, match=r"4x2.*2x1"):
        conversions.frame_from_messages(colour, info=camera(4, 2, 100.0, 90.0))
    with pytest.raises(DfcError, match="focal") as caught:
        conversions.frame_from_messages(colour, info=camera(2, 1, 0.0, 0.0))
    assert caught.value.code == "BAD_IMAGE"


def test_region_of_interest():
    def roi(x: int, y: int, width: int, height: int) -> RegionOfInterest:
        return RegionOfInterest(x_offset=x, y_offset=y, width=width, height=height)

    assert conversions.box_from_roi(roi(0, 0, 0, 0), (10, 8)) is None
    assert conversions.box_from_roi(roi(1, 2, 9, 6), (10, 8)) == (1, 2, 9, 6)
    for outside in (roi(2, 2, 9, 6), roi(0, 0, 3, 0), roi(5, 0, 0, 0)):
        with pytest.raises(DfcError, match="10x8"):
            conversions.box_from_roi(outside, (10, 8))


def test_an_image_survives_the_round_trip():
    array = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)
    message = conversions.image_message(array, "rgb8", Header(frame_id="camera"))
    assert (message.width, message.height, message.step) == (3, 2, 9)
    assert (conversions.rgb_array(message) == array).all()
    depth = np.array([[1000, 2]], np.uint16)
    np.testing.assert_allclose(
        conversions.depth_array(conversions.image_message(depth, "16UC1", Header())), [[1.0, 0.002]], rtol=1e-6
    )


TURNED = np.array([[0.0, -1, 0, 1], [1, 0, 0, 2], [0, 0, 1, 3], [0, 0, 0, 1]])


def contact(role, pixel, point, confidence, normal, covariance):
    return SimpleNamespace(
        role=role, pixel=pixel, point=point, confidence=confidence, normal=normal, covariance=covariance
    )


def result(**changes):
    values = {
        "function": "pour-with",
        "demonstration_id": "mug",
        "confidence": 0.5,
        "contacts": (
            contact("function", (3.5, 4.0), (0.1, 0.2, 0.3), 0.9, (0.0, 0.6, -0.8), np.arange(9.0).reshape(3, 3)),
            contact("grasp", (1.0, 2.0), None, 0.1, None, None),
        ),
        "grasps": (SimpleNamespace(position=(1.0, 2.0, 3.0), quaternion_xyzw=(0, 0, 0, 1), width=0.04, score=0.7),),
        "grasp_note": "",
        "T_target_demo": TURNED,
        "scale": 1.5,
        "centre_demo": (0.0, 0.0, 0.4),
        "covariance": np.arange(36.0).reshape(6, 6),
        "symmetry": Symmetry(np.array([0.1, 0.2, 0.5]), np.array([0.0, -0.8, -0.6]), np.stack([TURNED, np.eye(4)])),
        "correspondences": 12,
        "inlier_ratio": 0.25,
        "residual": 0.002,
        "warnings": ("two like things are in view",),
        "seconds": {"segment": 0.1, "match": 0.2},
        "path": None,
        "consulted": ("mug", "jug"),
        "agreed": ("mug",),
        "calibrated": True,
        "confidence_distance_m": 0.015,
        "turn_confidence": 0.6,
        "turn_confidence_rad": 0.5,
        "affordance": 0.75,
        "visibility": None,
        "roundness": 0.4,
    }
    return SimpleNamespace(**{**values, **changes})


def test_match_message_carries_every_value():
    match = conversions.match_message(result(), Header(frame_id="camera"))
    assert (match.header.frame_id, match.function, match.demonstration_id) == ("camera", "pour-with", "mug")
    first, second = match.contacts
    assert (first.role, first.pixel.x, first.point.z, first.has_point) == ("function", 3.5, 0.3, True)
    assert not second.has_point
    assert np.isnan(second.point.x)
    assert (first.has_normal, first.normal.y, first.normal.z) == (True, 0.6, -0.8)
    assert list(first.covariance) == list(range(9))
    assert not second.has_normal
    assert np.isnan([second.normal.x, *second.covariance]).all()
    assert (match.grasps[0].pose.position.y, match.grasps[0].width) == (2.0, 0.04)
    # A quarter turn about z.
    turn = match.demo_to_target.pose.orientation
    np.testing.assert_allclose([turn.x, turn.y, turn.z, turn.w], [0, 0, 0.5**0.5, 0.5**0.5])
    assert match.demo_to_target.pose.position.z == 3.0
    assert match.demo_to_target.covariance[7] == 7.0
    assert (match.scale, match.centre_demo.z, match.correspondences) == (1.5, 0.4, 12)
    assert list(match.warnings) == ["two like things are in view"]
    assert (match.calibrated, match.confidence_distance, match.affordance) == (True, 0.015, 0.75)
    assert (match.turn_confidence, match.turn_confidence_angle) == (0.6, 0.5)
    assert np.isnan(match.visibility)
    assert match.roundness == 0.4
    assert (match.has_free_angle, match.axis_point.z, match.axis_direction.y) == (True, 0.5, -0.8)
    assert [pose.position.z for pose in match.demo_to_target_orbit] == [3.0, 0.0]
    assert list(match.stages) == ["segment", "match"]
    assert list(match.seconds) == [0.1, 0.2]
    assert (list(match.consulted), list(match.agreed)) == (["mug", "jug"], ["mug"])


def test_what_the_demo_writes_of_an_answer_has_the_fields_that_match_writes():
    response = MatchTool.Response(match=conversions.match_message(result(), Header(frame_id="camera")))
    written = result_dict(response, "pour-with")
    assert set(written) == set(error_result("pour-with", DfcError("NO_MATCH", "")))
    assert written["warnings"] == ["two like things are in view"]
    assert (written["scale"], written["centre_demo"]) == (1.5, [0.0, 0.0, 0.4])
    assert written["covariance"][1][1] == 7.0
    np.testing.assert_allclose(written["symmetry"]["poses"], [TURNED, np.eye(4)], atol=1e-12)
    assert set(written["symmetry"]) == set(result().symmetry.to_dict())
    assert (written["contacts"][0]["normal"][2], written["contacts"][0]["covariance"][2][2]) == (-0.8, 8.0)
    assert (written["contacts"][1]["normal"], written["contacts"][1]["covariance"]) == (None, None)
    bare = conversions.match_message(result(T_target_demo=None, covariance=None, centre_demo=None), Header())
    assert result_dict(MatchTool.Response(match=bare), "pour-with")["covariance"] is None


def test_a_match_carries_its_path():
    lift = np.eye(4)
    lift[2, 3] = 0.25
    path = CarriedPath(np.array([0.0, 1.5]), np.stack([np.eye(4), lift]), np.stack([np.eye(4), lift]), "up", 0.0)
    match = conversions.match_message(result(path=path), Header(frame_id="camera"))
    assert (match.trajectory_keeps, list(match.trajectory_times)) == (match.KEEPS_UP, [0.0, 1.5])
    assert [pose.position.z for pose in match.trajectory] == [0.0, 0.25]
    assert [pose.position.z for pose in match.trajectory_displacement] == [0.0, 0.25]
    assert [pose.position.z for pose in match.trajectory_gripper] == [3.0, 3.25]  # of the grasp at z = 3
    assert match.trajectory[1].orientation.w == 1.0
    written = result_dict(MatchTool.Response(match=match), "pour-with")
    assert (written["trajectory_keeps"], written["trajectory_tilt"]) == ("up", 0.0)
    expected = path.to_list((GraspPose((1.0, 2.0, 3.0), (0, 0, 0, 1), 0.04, 0.7),))
    assert written["trajectory"] == expected
    bare = conversions.match_message(result(path=path, grasps=()), Header())
    assert (len(bare.trajectory), len(bare.trajectory_gripper)) == (2, 0)
    none = conversions.match_message(result(), Header())
    assert len(none.trajectory) == 0
    assert result_dict(MatchTool.Response(match=none), "pour-with")["trajectory_keeps"] is None


def test_a_recorded_path_is_read_in_the_pictures_frame():
    def pose(nanoseconds: int, x: float, frame_id: str) -> PoseStamped:
        stamped = PoseStamped()
        stamped.header.stamp.sec, stamped.header.stamp.nanosec = divmod(nanoseconds, 10**9)
        stamped.header.frame_id = frame_id
        stamped.pose.position.x = x
        return stamped

    poses = [pose(1_700_000_000_900_000_000, 1.0, "cam"), pose(1_700_000_001_150_000_000, 2.0, "")]
    times, positions, quaternions = conversions.trajectory_arrays(poses, "cam")
    np.testing.assert_allclose(times, [0.0, 0.25], rtol=1e-12)
    assert positions.tolist() == [[1, 0, 0], [2, 0, 0]]
    assert quaternions.tolist() == [[0, 0, 0, 1]] * 2
    assert conversions.trajectory_arrays([], "cam") is None
    with pytest.raises(DfcError, match="in frame 'base_link'; it must be in that of the colour picture, 'cam'"):
        conversions.trajectory_arrays([*poses, pose(1_700_000_002_000_000_000, 3.0, "base_link")], "cam")


def test_a_match_without_depth_is_nan_not_zero():
    match = conversions.match_message(
        result(T_target_demo=None, covariance=None, centre_demo=None, symmetry=None), Header()
    )
    assert not match.has_free_angle
    assert np.isnan([match.axis_point.x, match.axis_direction.x]).all()
    assert len(match.demo_to_target_orbit) == 0
    assert not match.has_demo_to_target
    assert np.isnan(match.demo_to_target.pose.position.x)
    assert np.isnan(match.demo_to_target.covariance).all()


def test_contacts_and_markers_leave_out_what_has_no_point():
    match = conversions.match_message(result(), Header(frame_id="camera"))
    contacts = conversions.contacts_message(match)
    assert [(pose.position.x, pose.orientation.w) for pose in contacts.poses] == [(0.1, 1.0)]
    markers = conversions.markers_message(match).markers
    assert markers[0].action == Marker.DELETEALL
    assert [(marker.ns, marker.id) for marker in markers[1:]] == [
        ("function_contacts", 0),
        ("grasp", 0),
        ("grasp", 1),
        ("grasp", 2),
    ]
    bare = conversions.match_message(result(grasps=(), grasp_note="too narrow", contacts=()), Header())
    assert bare.grasp_note == "too narrow"
    assert conversions.grasp_message(bare) is None
    assert len(conversions.markers_message(bare).markers) == 1


def test_link_is_the_grasp_followed_by_the_fixed_transform():
    half = 0.5**0.5
    grasp = PoseStamped()  # x of the contact points along y of the camera
    grasp.pose = Pose(position=Point(x=1.0), orientation=Quaternion(z=half, w=half))
    link = conversions.link_message(grasp, conversions.rigid((0.1, 0, 0), (0, 0, 0, 1)))
    position = link.pose.position
    np.testing.assert_allclose([position.x, position.y, position.z], [1.0, 0.1, 0.0], atol=1e-12)


@pytest.mark.parametrize("service", [MatchTool, RecordDemonstration, ListDemonstrations, RemoveDemonstration])
def test_every_service_has_every_code(service):
    assert service.Response.OK == 0
    assert {code: getattr(service.Response, code) for code in CODES} == conversions.ERROR_CODES
    assert len(set(conversions.ERROR_CODES.values()) | {0}) == len(CODES) + 1
