"""Where matches agree on no alignment, the two function frames, as they look, and the two parts' places may."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dfc_core.align.alignment import Alignment, Correspondences
from dfc_core.align.config import AlignConfig, Cues
from dfc_core.align.similarity import Similarity
from dfc_core.align.uncertainty import at_origin
from dfc_core.geometry import compose, rms_radius

FRAMES_ALONE = "frames alone"


@dataclass(frozen=True)
class FramesConfig:
    """`used` off refuses what matches do not align. A turn counts whose log density is at least `sure`; its error is
    about `sigma` (rad)."""

    used: bool = True
    sure: float = 3.5
    sigma: float = 0.5


def by_frames(
    matched: Correspondences,
    part_demo: NDArray,
    part_target: NDArray,
    cues: Cues,
    config: FramesConfig,
    align_config: AlignConfig,
) -> Alignment | None:
    """The likeliest turn of the frames, the parts (both N x 3, m, each in its camera) middle on middle and of one size.

    None where it is not wanted, the frames do not tell, or a part is hardly seen. It says what told the turn.
    """
    demo, target = cues.orientation_demo, cues.orientation_target
    if not config.used or demo is None or target is None:
        return None
    if min(len(part_demo), len(part_target), int(matched.on_part.sum())) < align_config.minimum_points:
        return None
    turns = np.einsum("bij,akj->abik", target.rotations, demo.rotations).reshape(-1, 3, 3)
    density = cues.log_density(turns)
    if density.max() < config.sure:
        return None
    rotation = turns[density.argmax()]
    centre_demo, centre_target = part_demo.mean(axis=0), part_target.mean(axis=0)
    sizes = [max(rms_radius(part), 1e-6) for part in (part_demo, part_target)]
    limit = align_config.maximum_scale
    scale = float(np.clip(sizes[1] / sizes[0], 1 / limit, limit)) if align_config.estimate_scale else 1.0
    similarity = Similarity(rotation, scale, centre_target - scale * rotation @ centre_demo)
    threshold = align_config.threshold(sizes[1])
    off = np.linalg.norm(similarity.map(matched.demo) - matched.target, axis=1)
    part = matched.on_part
    about_part = np.diag([sizes[1] ** 2 / 4] * 3 + [config.sigma**2] * 3)
    return Alignment(
        T_target_demo=compose(rotation, centre_target - rotation @ centre_demo),
        scale=scale,
        centre_demo=centre_demo,
        centre_target=centre_target,
        inliers=off <= threshold,
        inlier_ratio=float((off[part] <= threshold).mean()),
        residual=float(np.sqrt((np.minimum(off[part], 2 * sizes[1]) ** 2).mean())),
        threshold=threshold,
        part_radius=sizes[1],
        covariance=at_origin(about_part, rotation @ centre_demo),
        turn_told_by=FRAMES_ALONE,
    )
