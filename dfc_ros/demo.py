"""A camera and a user in one: plays frame folders as RGB-D topics, calls /match_tool, prints and writes the answer.

Run by scripts/demo.sh; `python -m dfc_ros.demo --help`.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import rclpy
from numpy.typing import NDArray
from PIL import Image as Picture
from rclpy.client import Client
from rclpy.executors import ExternalShutdownException
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile
from sensor_msgs.msg import CameraInfo, Image
from std_msgs.msg import Header

from dfc_core.demonstrations import DemonstrationStore
from dfc_core.errors import DfcError
from dfc_core.files import write_atomic, write_json
from dfc_core.frames.frame import Frame, depth_to_millimetres, load_frame
from dfc_core.geometry import is_rigid
from dfc_core.view import shapes_of, write_view
from dfc_ros import conversions
from dfc_ros.srv import MatchTool

PERIOD = 0.2
# Answers of a node that is still loading, or to which the topics have not all been connected.
NOT_READY = (MatchTool.Response.NOT_READY,)
NOT_CONNECTED = (MatchTool.Response.NO_IMAGE, MatchTool.Response.NO_DEPTH)
CONNECTING = 5.0
# After so many seconds without an answer it is asked for again: DDS loses one that is sent before its asker is known.
ANSWER_LOST = 15.0


class Camera(Node):
    """Publishes one frame after the other on the topics the transfer node listens to, then goes on with the last."""

    def __init__(self, frames: list[Frame]) -> None:
        super().__init__("demo_camera")
        self._frames = frames
        self._played = 0
        self.overlay: Image | None = None
        kinds = {
            "rgb/image_rect_color": Image,
            "rgb/camera_info": CameraInfo,
            "depth_registered/image_rect": Image,
            "mask": Image,
        }
        self._topics = {topic: self.create_publisher(kind, topic, 5) for topic, kind in kinds.items()}
        last = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
        self.create_subscription(Image, "transfer/overlay", self._keep_overlay, last)
        self.create_timer(PERIOD, self._play)

    @property
    def played_all(self) -> bool:
        """Whether every frame was published once."""
        return self._played >= len(self._frames)

    def _keep_overlay(self, overlay: Image) -> None:
        self.overlay = overlay

    def _play(self) -> None:
        frame = self._frames[min(self._played, len(self._frames) - 1)]
        header = Header(stamp=self.get_clock().now().to_msg(), frame_id=frame.frame_id)
        if frame.mask is not None:
            self._topics["mask"].publish(conversions.image_message(frame.mask.astype("u1") * 255, "mono8", header))
        if frame.depth_m is not None:
            depth = conversions.image_message(depth_to_millimetres(frame.depth_m), "16UC1", header)
            self._topics["depth_registered/image_rect"].publish(depth)
        if frame.K is not None:
            self._topics["rgb/camera_info"].publish(conversions.camera_info_message(frame.K, frame.size, header))
        self._topics["rgb/image_rect_color"].publish(conversions.image_message(frame.rgb, "rgb8", header))
        self._played += 1


def load_frames(folder: Path) -> list[Frame]:
    """The frame folder itself, or the frame folders in it by name."""
    if (folder / "rgb.png").exists() or not folder.is_dir():
        return [load_frame(folder)]
    folders = sorted(path.parent for path in folder.glob("*/rgb.png"))
    if not folders:
        raise DfcError("NO_IMAGE", f"{folder} is not a frame folder (no rgb.png) and has none in it")
    return [load_frame(path) for path in folders]


def ask(camera: Camera, client: Client, request: Any, deadline: float) -> Any:
    """Call until the node is ready and the pictures have reached it; the last answer, whatever it is."""
    connected = time.monotonic() + CONNECTING
    while True:
        future = client.call_async(request)
        left = max(deadline - time.monotonic(), 0.0)
        rclpy.spin_until_future_complete(camera, future, timeout_sec=min(left, ANSWER_LOST))
        response = future.result()
        if response is None:
            if left <= ANSWER_LOST:
                raise DfcError("NOT_READY", f"{client.srv_name} did not answer in time")
            client.remove_pending_request(future)
            continue
        if response.error_code in NOT_READY:
            connected = time.monotonic() + CONNECTING
        elif response.error_code not in NOT_CONNECTED or time.monotonic() > connected:
            return response
        if time.monotonic() > deadline:
            return response
        spin_until(camera, time.monotonic() + PERIOD)


def spin_until(camera: Camera, deadline: float) -> None:
    """Keep playing until a time of the steady clock."""
    while (left := deadline - time.monotonic()) > 0:
        rclpy.spin_once(camera, timeout_sec=left)


def result_dict(response: Any, function: str) -> dict[str, Any]:
    """The `result.json` of a MatchTool response: metres, camera's optical frame; NaN becomes null."""
    match = response.match
    T = conversions.pose_matrix(match.demo_to_target.pose) if match.has_demo_to_target else None
    codes = {value: name for name, value in conversions.ERROR_CODES.items()}
    return {
        "function": match.function or function,
        "demonstration_id": match.demonstration_id,
        "frame_id": match.header.frame_id,
        "confidence": match.confidence,
        "contacts": [
            {
                "role": contact.role,
                "pixel": [contact.pixel.x, contact.pixel.y],
                "point": conversions.position_array(contact.point).tolist() if contact.has_point else None,
                "confidence": contact.confidence,
                "normal": _finite(conversions.position_array(contact.normal)) if contact.has_normal else None,
                "covariance": _finite(np.reshape(contact.covariance, (3, 3))),
            }
            for contact in match.contacts
        ],
        "grasps": [{**_pose(grasp.pose), "width": grasp.width, "score": grasp.score} for grasp in match.grasps],
        "grasp_note": match.grasp_note,
        "T_target_demo": T.tolist() if T is not None and is_rigid(T) else None,
        "correspondences": match.correspondences,
        "inlier_ratio": _known(match.inlier_ratio),
        "residual": _known(match.residual),
        "seconds": dict(zip(match.stages, match.seconds, strict=True)),
        "error": {"code": codes[response.error_code], "message": response.error_msg} if response.error_code else None,
        "scale": match.scale if T is not None else 1.0,
        "centre_demo": _finite(conversions.position_array(match.centre_demo)),
        "covariance": _finite(np.reshape(match.demo_to_target.covariance, (6, 6))) if T is not None else None,
        "symmetry": _symmetry(match) if match.has_free_angle else None,
        "warnings": list(match.warnings),
        "consulted": list(match.consulted),
        "agreed": list(match.agreed),
        "trajectory": _path(match),
        "trajectory_keeps": match.trajectory_keeps or None,
        "trajectory_tilt": _known(match.trajectory_tilt),
        "calibrated": match.calibrated,
        "confidence_distance_m": _known(match.confidence_distance),
        "turn_confidence": _known(match.turn_confidence),
        "turn_confidence_rad": _known(match.turn_confidence_angle),
        "affordance": _known(match.affordance),
        "visibility": _known(match.visibility),
        "roundness": _known(match.roundness),
    }


def _symmetry(match: Any) -> dict[str, Any]:
    return {
        "axis_point": conversions.position_array(match.axis_point).tolist(),
        "axis_direction": conversions.position_array(match.axis_direction).tolist(),
        "free_angle": True,
        "poses": [conversions.pose_matrix(pose).tolist() for pose in match.demo_to_target_orbit],
    }


def _path(match: Any) -> list[dict[str, Any]]:
    grasps = [conversions.pose_matrix(grasp.pose) for grasp in match.grasps]
    rows = zip(match.trajectory_times, match.trajectory, match.trajectory_displacement, strict=True)
    return [
        {
            "t": time_s,
            **_pose(pose),
            "displacement": _pose(displacement),
            "grippers": [_pose(conversions.moved(displacement, grasp)) for grasp in grasps],
        }
        for time_s, pose, displacement in rows
    ]


def _pose(pose: Any) -> dict[str, list[float]]:
    return {
        "position": conversions.position_array(pose.position).tolist(),
        "quaternion_xyzw": conversions.quaternion_array(pose.orientation).tolist(),
    }


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _finite(array: NDArray) -> list | None:
    """As lists, or None unless all of it is known."""
    return array.tolist() if np.isfinite(array).all() else None


def describe(result: dict[str, Any]) -> str:
    """What a user wants to read."""
    lines = [
        f"{result['function']} by demonstration {result['demonstration_id']}, confidence {result['confidence']:.2f};"
        f" metres in {result['frame_id']}"
    ]
    if result["turn_confidence"] is not None:
        within = math.degrees(result["turn_confidence_rad"])
        lines.append(
            f"  turn              right within {within:.0f} degrees with confidence {result['turn_confidence']:.2f}"
        )
    for contact in result["contacts"]:
        where = (
            "no depth there"
            if contact["point"] is None
            else "x {:+.3f}  y {:+.3f}  z {:+.3f} m".format(*contact["point"])
        )
        x, y = contact["pixel"]
        lines.append(
            f"  contact {contact['role']:8}  {where}  (pixel {x:.0f}, {y:.0f}; confidence {contact['confidence']:.2f})"
        )
    for grasp in result["grasps"]:
        x, y, z = grasp["position"]
        turn = ", ".join(f"{value:+.3f}" for value in grasp["quaternion_xyzw"])
        lines.append(
            f"  grasp             x {x:+.3f}  y {y:+.3f}  z {z:+.3f} m  (quaternion {turn};"
            f" width {grasp['width']:.3f} m; score {grasp['score']:.2f})"
        )
    if result["grasp_note"]:
        lines.append(f"  {'grasps' if result['grasps'] else 'no grasp'}: {result['grasp_note']}")
    lines += [f"  warning: {warning}" for warning in result["warnings"]]
    lines.append("  seconds: " + ", ".join(f"{stage} {seconds:.3f}" for stage, seconds in result["seconds"].items()))
    return "\n".join(lines)


def run(frames: list[Frame], function: str, out: Path, timeout: float, store: Path | None) -> int:
    """Play, ask, print, write. 0 when a match came back."""
    deadline = time.monotonic() + timeout
    camera = Camera(frames)
    try:
        client = camera.create_client(MatchTool, "match_tool")
        if not client.wait_for_service(timeout_sec=max(deadline - time.monotonic(), 0.0)):
            raise DfcError("NOT_READY", "no transfer node answers on this ROS domain")
        while not camera.played_all:
            spin_until(camera, time.monotonic() + PERIOD)
        response = ask(camera, client, MatchTool.Request(function=function), deadline)
        result = result_dict(response, function)
        write_json(out / "result.json", result)
        if result["error"]:
            raise DfcError(result["error"]["code"], result["error"]["message"])
        print(describe(result))
        save_overlay(camera, response.match.header.stamp, out / "overlay.png")
        save_view(result, frames[-1], out, store)
    finally:
        camera.destroy_node()
    return 0


def save_overlay(camera: Camera, stamp: Any, path: Path) -> None:
    """Wait for the node's picture of the match and write it."""
    deadline = time.monotonic() + 10.0
    while camera.overlay is None or camera.overlay.header.stamp != stamp:
        if time.monotonic() > deadline:
            raise DfcError("NO_IMAGE", "the match came, but its picture on transfer/overlay did not")
        rclpy.spin_once(camera, timeout_sec=0.1)
    write_atomic(path, lambda file: Picture.fromarray(conversions.rgb_array(camera.overlay)).save(file, format="PNG"))
    print(f"wrote {path.parent / 'result.json'} and {path}")


def save_view(result: dict[str, Any], frame: Frame, out: Path, store: Path | None) -> None:
    """Write `scene.glb`; where the node's `store` has the demonstration, with the demonstrated tool laid over."""
    demonstration = None
    if store is not None:
        with suppress(DfcError):
            demonstration = DemonstrationStore(store).get(result["demonstration_id"])
    path = write_view(shapes_of(result, frame, demonstration, frame.mask), frame, out)
    if path is not None:
        print(f"wrote {path}")


def main() -> int:
    """Command line; 1 and one sentence when no match came back."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m dfc_ros.demo")
    parser.add_argument("frames", type=Path, help="a frame folder, or a folder of them; the last one is asked about")
    parser.add_argument("--function", default="pour-with", help="what the tool is to be used for")
    parser.add_argument("--out", type=Path, default=Path("out/demo"), help="folder for what is written")
    parser.add_argument("--store", type=Path, help="the node's demonstration store, for the 3D view")
    parser.add_argument("--timeout", type=float, default=120.0, help="s to wait for the node and its model")
    options = parser.parse_args()
    rclpy.init(args=[])
    try:
        return run(load_frames(options.frames), options.function, options.out, options.timeout, options.store)
    except DfcError as error:
        print(f"no match: {error.code}: {error.message}", file=sys.stderr)
        return 1
    except (KeyboardInterrupt, ExternalShutdownException):
        return 130
    finally:
        rclpy.try_shutdown()


if __name__ == "__main__":
    sys.exit(main())
