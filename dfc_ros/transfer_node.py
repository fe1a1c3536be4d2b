"""The transfer node: pictures and requests in, matches out. It only wires; see README.md for topics and services."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Collection
from typing import Any

import rclpy
from geometry_msgs.msg import PoseArray, PoseStamped
from rclpy.callback_groups import MutuallyExclusiveCallbackGroup
from rclpy.clock import Clock, ClockType
from rclpy.exceptions import NameValidationException, ParameterException
from rclpy.executors import ExternalShutdownException, MultiThreadedExecutor
from rclpy.node import Node
from rclpy.publisher import Publisher
from rclpy.qos import DurabilityPolicy, QoSProfile
from rclpy.serialization import deserialize_message
from sensor_msgs.msg import CameraInfo, Image
from visualization_msgs.msg import MarkerArray

from dfc_core.errors import DfcError
from dfc_core.frames.frame import Frame
from dfc_ros import conversions
from dfc_ros.backend import Backend, CoreBackend, MakeBackend, Shown
from dfc_ros.msg import DemonstrationSummary, FunctionalMatch
from dfc_ros.newest_frames import MASK_LASTS, NewestFrames
from dfc_ros.oddities import oddities, seconds_apart
from dfc_ros.parameters import declare_settings
from dfc_ros.picture_subscription import PictureSubscription
from dfc_ros.srv import ListDemonstrations, MatchTool, RecordDemonstration, RemoveDemonstration

# stream of `NewestFrames`: (type, relative topic)
INPUTS = {
    "image": (Image, "rgb/image_rect_color"),
    "camera_info": (CameraInfo, "rgb/camera_info"),
    "depth": (Image, "depth_registered/image_rect"),
    "mask": (Image, "mask"),
}
OUTPUTS = {
    "match": FunctionalMatch,
    "contacts": PoseArray,
    "grasp": PoseStamped,
    "grasp_link": PoseStamped,
    "markers": MarkerArray,
    "overlay": Image,
}
# Requests that wait for their turn. One beyond them replaces the oldest, whose asker would wait for ever.
REQUESTS_KEPT = 100
EXIT_USER_ERROR = 2
# Of wrong --ros-args: rcl's own (without a public name, all RuntimeErrors), of use_sim_time, of names.
START_ERRORS = (RuntimeError, ParameterException, NameValidationException)
INFO_LASTS = 1.0  # s
SIGNAL_CHECK_PERIOD = 0.5
FOLLOWING_PERIOD = 0.5


class TransferNode(Node):
    """Keeps the newest pictures, answers requests, publishes each answer. A wrong parameter raises `DfcError`.

    Pictures and requests are handled on two threads, so that pictures stay new while a request is being answered.
    """

    def __init__(self, make_backend: MakeBackend = CoreBackend, **node_arguments: Any) -> None:
        super().__init__("transfer", **node_arguments)
        self.exit_code = 0
        self.gave_up = False
        self._answering_one = False
        self._draw: Callable[[], Image] | None = None  # the last answer's overlay, until it is published
        self._settings = declare_settings(self)
        self._make_backend = make_backend
        self._backend: Backend | None = None
        self._loading: threading.Thread | None = None
        self._frames = NewestFrames(self._settings.slop, self._settings.queue_size, self._settings.max_age)
        self._steady = Clock(clock_type=ClockType.STEADY_TIME)  # the node's own, if simulated, may stand still
        self._subscribe()
        self._offer_services()
        # Whoever comes later, an rviz for instance, still gets the last answer.
        last = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
        self._outputs: dict[str, Publisher] = {
            name: self.create_publisher(kind, f"~/{name}", last) for name, kind in OUTPUTS.items()
        }
        if self._settings.autostart:
            self._load()

    def _subscribe(self) -> None:
        group = MutuallyExclusiveCallbackGroup()
        qos, queue_size = self._settings.qos, self._settings.queue_size
        self._pictures = [
            PictureSubscription(self, kind, topic, self._keeper(stream), qos, queue_size, group)
            for stream, (kind, topic) in INPUTS.items()
        ]
        self.create_timer(FOLLOWING_PERIOD, self._follow_publishers, callback_group=group, clock=self._steady)

    def _follow_publishers(self) -> None:
        for subscription in self._pictures:
            subscription.follow()

    def _keeper(self, stream: str) -> Callable[[bytes], None]:
        def keep(data: bytes) -> None:
            try:
                self._frames.add(stream, data, time.monotonic())
            except ValueError as error:
                self.get_logger().warning(f"{stream}: {error}", throttle_duration_sec=5.0)

        return keep

    def _offer_services(self) -> None:
        group = MutuallyExclusiveCallbackGroup()
        for kind, name, work in (
            (MatchTool, "match_tool", self._match),
            (RecordDemonstration, "record_demonstration", self._record),
            (ListDemonstrations, "list_demonstrations", self._list),
            (RemoveDemonstration, "remove_demonstration", self._remove),
        ):
            self.create_service(
                kind,
                name,
                self._answering(name, work),
                qos_profile=QoSProfile(depth=REQUESTS_KEPT),
                callback_group=group,
            )
        self.create_timer(FOLLOWING_PERIOD, self._publish_overlay, callback_group=group, clock=self._steady)

    def _answering(self, name: str, work: Callable[[Any, Any], None]) -> Callable[[Any, Any], Any]:
        """`work(request, response)`, with whatever it raises turned into a code and a sentence."""

        def answer(request: Any, response: Any) -> Any:
            self._answering_one = True
            try:
                work(request, response)
            except DfcError as error:
                response.error_code = conversions.ERROR_CODES[error.code]
                response.error_msg = error.message
                log = self.get_logger().debug if error.code == "NOT_READY" else self.get_logger().info
                log(f"{name}: {error.code}: {error.message}")
            except Exception as error:  # a bug must not end the node
                response.error_code = conversions.ERROR_CODES["INTERNAL"]
                response.error_msg = f"unexpected {type(error).__name__}: {error}; the node's log has the traceback"
                self.get_logger().error(f"{name}: {traceback.format_exc()}")
            finally:
                self._answering_one = False
            return response

        return answer

    @property
    def is_busy(self) -> bool:
        """Whether a thread loads the model or answers a request."""
        return self._answering_one or (self._loading is not None and self._loading.is_alive())

    # --- model -------------------------------------------------------------------------------------------------------

    def _load(self) -> None:
        self.get_logger().info(f"loading model '{self._settings.model}'")
        self._loading = threading.Thread(target=self._load_backend, name="load")
        self._loading.start()

    def _load_backend(self) -> None:
        try:
            self._backend = self._make_backend(self._settings)
        except DfcError as error:
            self._give_up(f"cannot start: {error.message}", EXIT_USER_ERROR)
        except Exception:  # the thread's only way to end the process
            self._give_up(f"cannot start: {traceback.format_exc()}", 1)
        else:
            self.get_logger().info(f"ready, model {self._backend.name}")

    def _give_up(self, reason: str, exit_code: int) -> None:
        self.get_logger().fatal(reason)
        # Not a shutdown of the context: this is the loading thread, and the main one may still be setting up on it.
        self.exit_code, self.gave_up = exit_code, True

    def _ready(self) -> Backend:
        if self._backend is None:
            if self._loading is None:
                self._load()
            raise DfcError("NOT_READY", f"the model '{self._settings.model}' is being loaded; ask again in a moment")
        return self._backend

    # --- services ----------------------------------------------------------------------------------------------------

    def _match(self, request: Any, response: Any) -> None:
        match = response.match
        match.header = request.image.header
        match.function, match.demonstration_id = request.function, request.demonstration_id
        backend = self._ready()
        pictures = self._pictures_of(request)
        match.header = pictures["image"].header
        frame = conversions.frame_from_messages(**pictures)
        box = conversions.box_from_roi(request.roi, frame.size)
        try:
            result = backend.match(frame, request.function, request.demonstration_id, box)
        except DfcError as error:
            raise DfcError(error.code, error.message + self._missing_input(error.code, frame, request)) from error
        response.match = conversions.match_message(result, match.header)
        response.match.warnings = [*self._oddities(request, **pictures), *result.warnings]
        if not self.context.ok():  # told to stop meanwhile: the topics are closed
            return
        self._publish(response.match)
        header = match.header
        self._draw = lambda: conversions.image_message(backend.overlay(result, frame), "rgb8", header)
        self._publish_overlay()

    def _record(self, request: Any, response: Any) -> None:
        backend = self._ready()
        pictures = self._pictures_of(request)
        frame, header = conversions.frame_from_messages(**pictures), pictures["image"].header
        pose = request.grasp.pose
        grasp = (
            conversions.position_array(pose.position),
            conversions.quaternion_array(pose.orientation),
            request.grasp.width,
        )
        contacts = tuple((contact.role, (contact.pixel.x, contact.pixel.y)) for contact in request.contacts)
        shown = Shown(
            function=request.function,
            tool=request.tool,
            frame=frame,
            box=conversions.box_from_roi(request.roi, frame.size),
            contacts=contacts,
            grasp=grasp if request.has_grasp else None,
            trajectory=conversions.trajectory_arrays(request.trajectory, header.frame_id),
        )
        recorded = backend.record(shown)
        response.demonstration_id = recorded.id
        response.warnings = [*self._oddities(request, **pictures), *recorded.warnings]

    def _list(self, request: Any, response: Any) -> None:
        response.demonstrations = [
            DemonstrationSummary(
                demonstration_id=summary.id,
                function=summary.function,
                tool=summary.tool,
                created=summary.created,
                contacts=summary.contacts,
                has_grasp=summary.has_grasp,
                has_trajectory=summary.has_trajectory,
                error=summary.error or "",
            )
            for summary in self._ready().list(request.function)
        ]

    def _remove(self, request: Any, response: Any) -> None:
        self._ready().remove(request.demonstration_id)

    # --- pictures ----------------------------------------------------------------------------------------------------

    def _pictures_of(self, request: Any) -> dict[str, Any]:
        """image, depth, info and mask of the request, each missing one taken from the newest set, or None.

        A region in the request says which tool is meant: the newest mask is then not asked.
        """
        messages = {
            name: picture
            for name in ("image", "depth", "mask")
            if conversions.is_filled(picture := getattr(request, name))
        }
        if conversions.is_given(request.camera_info):
            messages["camera_info"] = request.camera_info
        if "image" not in messages:
            region = {"mask"} if conversions.is_region(request.roi) else set()
            messages = {**self._newest({*messages, *region}), **messages}
        elif "camera_info" not in messages:
            info = self._frames.last("camera_info")
            if info is not None:
                messages["camera_info"] = deserialize_message(info, CameraInfo)
        named = {"image": "image", "depth": "depth", "info": "camera_info", "mask": "mask"}
        return {argument: messages.get(stream) for argument, stream in named.items()}

    def _oddities(
        self, request: Any, image: Image, depth: Image | None, info: CameraInfo | None, mask: Image | None
    ) -> list[str]:
        """A sentence for each thing that is odd about where an answer's pictures came from."""
        found = oddities(image, depth, info)
        from_topics = not conversions.is_filled(request.image)
        if from_topics and mask is None and self._frames.last("mask") and not conversions.is_region(request.roi):
            found.append(f"the newest mask came more than {MASK_LASTS:g} s before the colour picture and was not used")
        # Intrinsics do not change, and some drivers send them once; a stream that stopped may be another camera's.
        if info is not None and not conversions.is_given(request.camera_info):
            apart = seconds_apart(image.header, info.header)
            if apart > INFO_LASTS and not self._frames.came_once("camera_info"):
                found.append(
                    f"camera_info is {apart:.1f} s away from the colour picture; if K changed, places are wrong"
                )
        return found

    def _missing_input(self, code: str, frame: Frame, request: Any) -> str:
        """Where depth or intrinsics would have come from, when it is for want of them that there is no match."""
        if code == "NO_DEPTH" and frame.depth_m is None:
            if conversions.is_filled(request.image):
                return "; the request has an image and no depth"
            stream = "depth"
        elif code == "BAD_IMAGE" and frame.K is None:
            stream = "camera_info"
        else:
            return ""
        return f"; none came on {self.resolve_topic_name(INPUTS[stream][1])}: is it remapped and its QoS right?"

    def _newest(self, given: Collection[str]) -> dict[str, Any]:
        serialized = self._frames.newest(time.monotonic(), given)
        return {stream: deserialize_message(data, INPUTS[stream][0]) for stream, data in serialized.items()}

    def _publish_overlay(self) -> None:
        """The last answer's, once, as soon as somebody listens: it takes longer to draw than most stages of a match."""
        if self._draw is None or not self._outputs["overlay"].get_subscription_count():
            return
        draw, self._draw = self._draw, None
        try:
            self._outputs["overlay"].publish(draw())
        except Exception:  # an answer without its picture is one all the same
            self.get_logger().error(f"overlay: {traceback.format_exc()}")

    def _publish(self, match: FunctionalMatch) -> None:
        self._outputs["match"].publish(match)
        self._outputs["contacts"].publish(conversions.contacts_message(match))
        self._outputs["markers"].publish(conversions.markers_message(match))
        grasp = conversions.grasp_message(match)
        if grasp is not None:
            self._outputs["grasp"].publish(grasp)
            self._outputs["grasp_link"].publish(conversions.link_message(grasp, self._settings.T_grasp_link))


def main(arguments: list[str] | None = None, make_backend: MakeBackend = CoreBackend) -> int:
    """Run until told to stop. 0 after SIGINT or SIGTERM, 2 when a parameter, the model or the store is wrong."""
    try:
        rclpy.init(args=arguments)
        node = TransferNode(make_backend)
    except (DfcError, *START_ERRORS) as error:
        # rcl's own sentence comes first; then it names places in its source.
        reason = " ".join(str(error).split(", at /")[0].split())
        print(f"transfer: cannot start: {reason}", file=sys.stderr)
        rclpy.try_shutdown()
        return EXIT_USER_ERROR
    executor = MultiThreadedExecutor(num_threads=2)
    executor.add_node(node)
    try:
        # Not executor.spin(): the wake-up by a signal can get lost, and it would then wait for ever.
        while rclpy.ok() and not node.gave_up:
            executor.spin_once(timeout_sec=SIGNAL_CHECK_PERIOD)
    except (KeyboardInterrupt, ExternalShutdownException):
        pass
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C would end what ends already, with a traceback
        executor.shutdown()
        node.destroy_node()
        rclpy.try_shutdown()
    if node.is_busy:
        # Neither can be interrupted, and nobody is left to answer. What is being stored comes whole or not at all.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(node.exit_code)
    return node.exit_code


if __name__ == "__main__":
    sys.exit(main())
