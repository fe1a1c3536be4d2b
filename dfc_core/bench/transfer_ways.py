"""Ways to carry a demonstration over to a target, ours and simpler ones, each answering a scene in the same terms."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import open3d as o3d
import torch
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from dfc_core.align.similarity import Similarity, fit_similarity
from dfc_core.dataset.transfer_scenes import TransferScene
from dfc_core.errors import DfcError
from dfc_core.frames import Frame
from dfc_core.frames.segment import segment
from dfc_core.geometry import rms_radius, rotation_of
from dfc_core.grasp.carry import as_grasp_pose
from dfc_core.match import mutual_matches
from dfc_core.model import ToolFeatures
from dfc_core.transfer import GraspPose, MatchResult, ToolMatcher, TransferConfig, lift
from dfc_core.transfer.described import describe_demonstration
from dfc_core.trust.evidence import Evidence

CLOUD = 3000  # points of a tool that baselines look at
MAXIMUM_SCALE = 6.0  # as in the alignment they are compared with


@dataclass(frozen=True)
class Answer:
    """What a way says of a scene: `points` C x 3 (m, target's camera frame, NaN = none) with `confidences` C,
    `rotation` (3 x 3, demonstration's camera to target's) and a `confidence` for the whole; or a `refusal`, its code.
    `affordance` is the probability that the tool serves the function, also of a refusal, `turn_confidence` that the
    rotation is right; None where a way has none.
    `grasps` best first; `carried` is the demonstrated grasp moved as the tool is, and nothing else done to it;
    `free_angle` says that the tool may be turned about an axis as one likes."""

    points: NDArray
    confidences: NDArray
    rotation: NDArray | None = None
    confidence: float = 0.0
    refusal: str = ""
    affordance: float | None = None
    turn_confidence: float | None = None
    grasps: tuple[GraspPose, ...] = ()
    carried: GraspPose | None = None
    stages: dict[str, float] | None = None
    free_angle: bool = False


Way = Callable[[TransferScene], Answer]


def refused(scene: TransferScene, code: str) -> Answer:
    """Nothing, and why."""
    count = len(scene.demonstration.contacts)
    return Answer(np.full((count, 3), np.nan), np.zeros(count), refusal=code)


def timed(way: Way, scene: TransferScene) -> tuple[Answer, float]:
    """The answer, a `DfcError` being one too, and the seconds it took."""
    start = time.perf_counter()
    try:
        answer = way(scene)
    except DfcError as error:
        answer = refused(scene, error.code)
    return answer, time.perf_counter() - start


def our_way(matcher: ToolMatcher) -> Way:
    """The whole pipeline."""
    seen: list[Evidence] = []
    matcher.seen = seen.append

    def affordance() -> float | None:
        return matcher.calibration.affords(seen[-1].tool) if matcher.calibration is not None and seen else None

    def answer(scene: TransferScene) -> Answer:
        seen.clear()
        try:
            result = matcher.match(scene.target, scene.function, demonstration=scene.demonstration, point=scene.point)
        except DfcError as error:
            return replace(refused(scene, error.code), affordance=affordance())
        missing = (np.nan, np.nan, np.nan)
        return Answer(
            np.array([contact.point or missing for contact in result.contacts]).reshape(-1, 3),
            np.array([contact.confidence for contact in result.contacts]),
            None if result.T_target_demo is None else result.T_target_demo[:3, :3],
            result.confidence,
            grasps=result.grasps,
            affordance=affordance(),
            turn_confidence=result.turn_confidence,
            carried=_carried(result),
            stages=dict(result.seconds),
            free_angle=result.symmetry is not None,
        )

    return answer


def _carried(result: MatchResult) -> GraspPose | None:
    """The demonstrated grasp moved and scaled by the alignment alone."""
    grasp = result.demonstration.grasp
    if grasp is None or result.T_target_demo is None or result.centre_demo is None:
        return None
    rotation = result.T_target_demo[:3, :3]
    centre = rotation @ result.centre_demo + result.T_target_demo[:3, 3]
    position = centre + result.scale * rotation @ (grasp.position - result.centre_demo)
    turned = rotation @ rotation_of(grasp.quaternion_xyzw)
    return as_grasp_pose(position, turned, result.scale * grasp.width, result.confidence)


class WithoutPart:
    """A model that takes the whole tool for the part, whatever is asked."""

    def __init__(self, model: Any) -> None:
        self.model = model
        self.id, self.functions = f"{model.id}-whole", model.functions

    def read_out(self, encoded: Any, function: str, role: str, stride: int = 2) -> ToolFeatures:
        found = self.model.read_out(encoded, function, role, stride)
        everywhere = torch.ones_like(found.part_probability)
        return ToolFeatures(found.pixels, found.pixels_crop, found.features, everywhere)

    def sample(self, encoded: Any, pixels: NDArray, function: str, role: str) -> tuple[Any, Any]:
        features, probability = self.model.sample(encoded, pixels, function, role)
        return features, torch.ones_like(probability)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.model, name)


def least_squares_way(model: Any) -> Way:
    """The same matches of the functional part, all of them fitted at once by weighted least squares."""
    config = TransferConfig()

    def answer(scene: TransferScene) -> Answer:
        demo, target, function = scene.demonstration, scene.target, scene.function
        mask = segment(target, point=scene.point).mask
        described = describe_demonstration(model, demo, config)
        features = model.read_out(model.encode(target.rgb, mask), function, "function", config.stride)
        matches = mutual_matches(described.features["function"], features, config.match)
        index_demo, index_target = matches.index_a.cpu().numpy(), matches.index_b.cpu().numpy()
        points, valid = lift(target, features.pixels.cpu().numpy(), mask, config.lift)
        usable = described.valid["function"][index_demo] & valid[index_target]
        if usable.sum() < 3:
            return refused(scene, "NO_MATCH")
        a = described.points["function"][index_demo[usable]]
        b, weights = points[index_target[usable]], matches.score.cpu().numpy()[usable].astype(np.float64)
        if weights.sum() <= 0:
            return refused(scene, "NO_MATCH")
        found = fit_similarity(a, b, weights, MAXIMUM_SCALE)
        off = np.linalg.norm(found.map(a) - b, axis=1)
        spread = rms_radius(b)
        return _mapped(scene, found, points[valid], float((off < max(0.25 * spread, 0.004)).mean()))

    return answer


def principal_axes_way(scene: TransferScene) -> Answer:
    """Centroid on centroid, principal axes on principal axes, spread on spread; the axes' signs by their skewness."""
    demo, target = _clouds(scene)
    axes_demo, axes_target = _axes(demo), _axes(target)
    scale = float(np.clip(rms_radius(target) / rms_radius(demo), 1 / MAXIMUM_SCALE, MAXIMUM_SCALE))
    rotation = axes_target @ axes_demo.T
    found = Similarity(rotation, scale, target.mean(axis=0) - scale * rotation @ demo.mean(axis=0))
    return _mapped(scene, found, target, _overlap(found.map(demo), target))


def global_registration_way(scene: TransferScene) -> Answer:
    """Whole objects registered by FPFH features and RANSAC, then ICP, after both were brought to one size (Rusu,
    Blodow, Beetz 2009, as in Open3D)."""
    demo, target = _clouds(scene)
    middles, sizes = (demo.mean(axis=0), target.mean(axis=0)), (rms_radius(demo), rms_radius(target))
    clouds = [_prepared((c - m) / s) for c, m, s in zip((demo, target), middles, sizes, strict=True)]
    registration: Any = o3d.pipelines.registration
    o3d.utility.random.seed(0)
    quiet = o3d.utility.VerbosityContextManager(o3d.utility.VerbosityLevel.Error)
    with quiet:
        coarse = registration.registration_ransac_based_on_feature_matching(
            clouds[0][0], clouds[1][0], clouds[0][1], clouds[1][1], True, 0.2,
            registration.TransformationEstimationPointToPoint(False), 3,
            [registration.CorrespondenceCheckerBasedOnEdgeLength(0.9),
             registration.CorrespondenceCheckerBasedOnDistance(0.2)],
            registration.RANSACConvergenceCriteria(50_000, 0.999),
        )  # fmt: skip
    fine = registration.registration_icp(
        clouds[0][0], clouds[1][0], 0.15, coarse.transformation, registration.TransformationEstimationPointToPlane()
    )
    scale, T = sizes[1] / sizes[0], np.asarray(fine.transformation)
    offset = middles[1] + sizes[1] * T[:3, 3] - scale * T[:3, :3] @ middles[0]
    return _mapped(scene, Similarity(T[:3, :3], float(scale), offset), target, float(fine.fitness))


def _prepared(points: NDArray) -> tuple[Any, Any]:
    cloud = o3d.geometry.PointCloud(o3d.utility.Vector3dVector(points)).voxel_down_sample(0.08)
    cloud.estimate_normals(o3d.geometry.KDTreeSearchParamHybrid(0.3, 30))
    registration: Any = o3d.pipelines.registration
    features = registration.compute_fpfh_feature(cloud, o3d.geometry.KDTreeSearchParamHybrid(0.6, 100))
    return cloud, features


def _clouds(scene: TransferScene) -> tuple[NDArray, NDArray]:
    """What the two depth pictures show of the tools (N x 3, m); `DfcError` (NO_DEPTH) when that is next to nothing."""
    shown = scene.demonstration.frame
    assert shown.mask is not None
    clouds = (
        _cloud(shown, shown.mask),
        _cloud(scene.target, segment(scene.target, point=scene.point).mask),
    )
    if min(map(len, clouds)) < 20:
        raise DfcError("NO_DEPTH", f"frames {shown.name} and {scene.target.name} show too little of their tools")
    return clouds


def _cloud(frame: Frame, mask: NDArray) -> NDArray:
    pixels = np.argwhere(mask)[:, ::-1]
    step = max(1, len(pixels) // CLOUD)
    points, valid = lift(frame, pixels[::step], mask)
    return points[valid]


def _axes(points: NDArray) -> NDArray:
    """Principal axes (3 x 3, columns, right-handed), longest first, each towards the longer tail."""
    centred = points - points.mean(axis=0)
    axes = np.linalg.svd(centred, full_matrices=False)[2].T
    tail = ((centred @ axes) ** 3).sum(axis=0)
    axes = axes * np.where(tail < 0, -1.0, 1.0)
    axes[:, 2] = np.cross(axes[:, 0], axes[:, 1])
    return axes


def _overlap(moved: NDArray, target: NDArray) -> float:
    """Share of points that have one of the target within 0.15 of its spread."""
    return float((cKDTree(target).query(moved)[0] < 0.15 * rms_radius(target)).mean())


def _mapped(scene: TransferScene, found: Similarity, cloud: NDArray, confidence: float) -> Answer:
    """Contacts, given exactly, moved, each onto the nearest seen point of the target."""
    moved = found.map(scene.truth.contacts_demo)
    points = cloud[cKDTree(cloud).query(moved)[1]]
    return Answer(points, np.full(len(points), confidence), found.rotation, confidence)
