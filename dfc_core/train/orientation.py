"""How function frames are turned, learned on a trained model's features: `dfc_core.model.orientation` has the network.

The model stays as it is, so every view goes through it once; what it says at some of a tool's pixels is kept, and the
network, which is small, learns from that as often as it needs.
"""

from __future__ import annotations

import hashlib
import io
import math
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor

from dfc_core.assets.part_frames import PartFrame
from dfc_core.dataset.augment import DRAWS, AugmentConfig, augment
from dfc_core.dataset.opening import data_id, open_data
from dfc_core.errors import bad_input
from dfc_core.files import BROKEN_NPZ, write_atomic, write_bytes
from dfc_core.geometry import Z_AXIS, rotations_about, unproject
from dfc_core.model import ROLES, Model, load_model
from dfc_core.model.orientation import (
    Mixture,
    OrientationConfig,
    OrientationNet,
    draw_points,
    placed,
    read_of,
    save_orientation,
)
from dfc_core.model.store import model_folder
from dfc_core.processes import in_processes
from dfc_core.render.store import DEPTH_UNIT, OFF_TOOL, ToolViews
from dfc_core.train.history import learned_from
from dfc_core.train.machines import choose_device
from dfc_core.train.process import kept, model_of_process

CHUNK = 16  # tools a file: what a stop can cost
CANDIDATES = 1200  # pixels of a view that points are drawn from
CHECKPOINT = "orientation.pt"
Report = Callable[[str, int, int], None]  # of what, how many are done, of how many


@dataclass(frozen=True)
class OrientationTraining:
    """One run. A step sees a share `kept` of each row's points, others each time. `roll` (rad, sigma) and `any_roll`
    (share of views, by any angle) turn what is seen about the line of sight; `noise` is that of depth at most, in units
    of the tool's radius, a fifth of it sideways. `bfloat16` is for the model's own features."""

    steps: int = 4000
    batch: int = 128
    learning_rate: float = 1e-3
    weight_decay: float = 0.03
    warm_up: int = 100
    seed: int = 0
    least_pixels: int = 40  # of the part, for a view to count
    kept: float = 0.67
    roll: float = 0.35
    any_roll: float = 0.2
    noise: float = 0.03
    steer: float = 0.5  # weight of the same likelihood at fixed concentrations: without it no twist is ever found
    bfloat16: bool = True
    checkpoint_minutes: float = 3.0
    device: str = "auto"  # for the steps; tools are looked at on the CPU
    augment: AugmentConfig = field(default_factory=AugmentConfig)
    network: OrientationConfig = field(default_factory=OrientationConfig)


@dataclass(frozen=True)
class Seen:
    """M times a tool, a view and a function that it shows. `read` M x 2P x D and `probability` M x 2P, float16, at
    `points` (M x 2P x 3, m, camera frame); `rotations` M x E x 3 x 3, every true function frame (NaN where there are
    fewer), `axis` M bool where only its z is true; `functions` and `families` M names."""

    read: NDArray
    probability: NDArray
    points: NDArray
    rotations: NDArray
    axis: NDArray
    functions: NDArray
    families: NDArray

    @staticmethod
    def joined(some: Sequence[Seen]) -> Seen:
        """All of them as one."""
        most = max(one.rotations.shape[1] for one in some)
        columns = {key: [getattr(one, key) for one in some] for key in Seen.__annotations__}
        columns["rotations"] = [_filled(rotations, most) for rotations in columns["rotations"]]
        return Seen(**{key: np.concatenate(values) for key, values in columns.items()})


def orient(
    data: Sequence[Path | str],
    model: str | Path = "default",
    out: Path | None = None,
    config: OrientationTraining = OrientationTraining(),
    work: Path | None = None,
    workers: int = 1,
    progress: Report | None = None,
) -> tuple[Path, float]:
    """Learn the orientation network of a model (name or folder) from rendered data sets, and write it into the model's
    folder, or into `out`; with `work` a stopped run goes on. The file, and the last thousand steps' mean loss (minus
    the log density of the truth; knowing nothing gives 0). `DfcError` where the data show no function frame.
    """
    loaded = load_model(model)
    tools = [tool for tool in open_data(data, (), loaded.size) if tool.aligned and tool.frames]
    if work is not None:
        work = work / f"{loaded.features_sha256[:12]}-{data_id(data, ())}-{config.seed}"
    threads = torch.get_num_threads()
    seen = look_at_tools(model, tools, config, work, workers, progress)
    torch.set_num_threads(threads)  # tools are looked at with one
    with torch.inference_mode():
        texts = {name: loaded.network.text(name, "function").clone() for name in np.unique(seen.functions)}
    run = Fit(seen, texts, config, None if work is None else work / CHECKPOINT)
    run.go(progress)
    training = {**asdict(config), "network": asdict(run.network.config), "views": len(seen.axis), **learned_from(tools)}
    about = {"training": training, "licence": (loaded.about.get("about") or {}).get("licence", "not stated")}
    folder = model_folder(model) if out is None else Path(out)
    return save_orientation(run.network, folder, loaded.features_sha256, about), run.loss


def look_at_tools(
    model: str | Path,
    tools: Sequence[ToolViews],
    config: OrientationTraining,
    work: Path | None = None,
    workers: int = 1,
    progress: Report | None = None,
) -> Seen:
    """What `model` says of every view of `tools` that shows a functional part. `DfcError` where none does."""
    chunks = [tools[start : start + CHUNK] for start in range(0, len(tools), CHUNK)]
    jobs = [
        (str(model), number, chunk, config, None if work is None else work / f"seen-{number:05d}.npz")
        for number, chunk in enumerate(chunks)
    ]
    found = []
    for number, some in enumerate(in_processes(_look, jobs, workers)):
        found += [] if some is None else [some]
        if progress:
            progress("tools seen", min((number + 1) * CHUNK, len(tools)), len(tools))
    if not found:
        raise bad_input("the data set shows no part with a function frame; there is nothing to learn from")
    return Seen.joined(found)


def _look(job: tuple[str, int, Sequence[ToolViews], OrientationTraining, Path | None]) -> Seen | None:
    name, number, tools, config, path = job

    def look() -> Seen | None:
        rows: list[Seen] = []
        for place, tool in enumerate(tools):
            rows += _views_of(model_of_process(name), tool, config, np.random.default_rng([config.seed, number, place]))
        return Seen.joined(rows) if rows else None

    return kept(path, look, _read_seen, _write_seen)


def _write_seen(path: Path, some: Seen | None) -> None:
    write_atomic(path, lambda file: np.savez(file, **({} if some is None else vars(some))))


def _read_seen(path: Path) -> Seen | None:
    try:
        with np.load(path) as file:
            return Seen(**file) if "axis" in file else None
    except BROKEN_NPZ as error:
        raise bad_input(f"{path} holds no views of tools: {error}; remove it to look at them again") from error


@torch.inference_mode()
def _views_of(model: Model, tool: ToolViews, config: OrientationTraining, rng: Generator) -> list[Seen]:
    """A tool's views, each changed at random once."""
    rgb, parts = np.asarray(tool.rgb), np.asarray(tool.parts)
    draws = torch.from_numpy(rng.random((len(rgb), DRAWS))).float()
    images, masks = augment(
        torch.from_numpy(rgb).permute(0, 3, 1, 2).float() / 255, torch.from_numpy(parts != OFF_TOOL).float(),
        config.augment, draws, torch.from_numpy(rng.random(3)),
    )  # fmt: skip
    with torch.autocast("cpu", torch.bfloat16, enabled=config.bfloat16):
        grids = model.network.grids(images, masks)
    grids = grids.float()
    halves = model.network.head.project(grids)
    rows = []
    for view in range(len(rgb)):
        depth_m = tool.depth[view] * DEPTH_UNIT
        pixels = np.argwhere((masks[view].numpy() > 0.5) & (parts[view] != OFF_TOOL) & (depth_m > 0))[:, ::-1]
        if len(pixels) < 2 * config.network.points:
            continue
        pixels = rng.permutation(pixels)[:CANDIDATES]
        places = torch.from_numpy(pixels.astype(np.float32))[None]
        for frame in tool.frames:
            if frame.role != "function" or frame.shown(parts[view]).sum() < config.least_pixels:
                continue
            text = model.network.text(frame.function, frame.role)[None, None]
            features, logits = model.network.at_pixels(halves[view : view + 1], places, text)
            probability = np.ones(len(pixels)) if logits is None else logits[0].sigmoid().numpy()
            drawn = draw_points(probability, config.network.points, rng)
            read = _read(
                model, grids[view : view + 1], halves[view : view + 1], features[0, drawn], places[:, drawn], frame
            )
            x, y = pixels[drawn].T
            rows.append(
                Seen(
                    read=read.numpy()[None].astype(np.float16),
                    probability=probability[None, drawn].astype(np.float16),
                    points=unproject(pixels[drawn], depth_m[y, x], tool.K[view])[None].astype(np.float32),
                    rotations=true_rotations(frame, tool.T_camera_tool[view])[None].astype(np.float32),
                    axis=np.array([frame.symmetry.kind == "axis"]),
                    functions=np.array([frame.function]),
                    families=np.array([tool.family]),
                )
            )
    return rows


def _read(model: Model, grid: Tensor, half: Tensor, features: Tensor, places: Tensor, frame: PartFrame) -> Tensor:
    """`read_of` the pixels `places` (1 x N x 2) of one view, whose `features` for the function are N x D."""
    backbone = model.network.backbone_at(grid, places)[0]
    _, logits = model.network.at_pixels(half, places, model.network.text(frame.function, ROLES[1])[None, None])
    return read_of(features, backbone, torch.ones(len(features)) if logits is None else logits[0].sigmoid())


def true_rotations(frame: PartFrame, T_camera_tool: NDArray) -> NDArray:
    """Every rotation (E x 3 x 3, function frame to camera) that is as true as the first: of alternative frames and of
    symmetries that are turns."""
    turns = [motion for motion in frame.symmetry.motions if np.linalg.det(motion) > 0]
    return np.stack([T_camera_tool[:3, :3] @ T[:3, :3] @ turn for T in frame.frames for turn in turns])


def _filled(rotations: NDArray, most: int) -> NDArray:
    missing = most - rotations.shape[1]
    return np.pad(rotations, ((0, 0), (0, missing), (0, 0), (0, 0)), constant_values=np.nan)


class Fit:
    """A network learning from what was seen; a batch depends on the seed and the step alone."""

    def __init__(self, seen: Seen, texts: dict[str, Tensor], config: OrientationTraining, checkpoint: Path | None):
        self.seen, self.config, self.checkpoint = seen, config, checkpoint
        names = sorted(texts)
        self.device = choose_device(config.device)
        self.texts = torch.stack([texts[name] for name in names]).float().to(self.device)
        self.function = np.searchsorted(names, seen.functions)
        self.share = _shares(self.function, seen.families)
        torch.manual_seed(config.seed)
        widths = {"read": seen.read.shape[2], "text": self.texts.shape[1]}
        self.network = OrientationNet(replace(config.network, **widths)).to(self.device)
        self.optimizer = torch.optim.AdamW(
            self.network.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay
        )
        self.step, self.loss = 0, 0.0

    def go(self, progress: Report | None = None) -> None:
        """All steps that are left."""
        self._resume()
        saved = time.monotonic()
        while self.step < self.config.steps:
            loss = self.advance()
            share = max(1e-3, 1 / (1 + self.step))
            self.loss += share * (loss - self.loss)
            self.step += 1
            if progress and self.step % 50 == 0:
                progress(f"orientation {self.loss:.3f} (chance 0.000)", self.step, self.config.steps)
            if time.monotonic() - saved > 60 * self.config.checkpoint_minutes:
                self._save()
                saved = time.monotonic()
        self._save()
        self.network.cpu().eval()

    def advance(self) -> float:
        """One step; minus the mean log density that the network gave the truth before it."""
        config, rng = self.config, np.random.default_rng([self.config.seed, self.step])
        batch = rng.choice(len(self.share), config.batch, p=self.share)
        some = self._some_points(rng)
        read, probability, points = (
            self._moved(np.take_along_axis(values[batch], some.reshape(*some.shape, *[1] * (values.ndim - 2)), 1))
            for values in (self.seen.read, self.seen.probability, self.seen.points)
        )
        places, straight = self._changed(points.double(), probability.double(), rng)
        axis = self._moved(self.seen.axis[batch])
        twisted = _any_twist(self.seen.rotations[batch].astype(np.float64), self.seen.axis[batch], rng)
        truth = straight[:, None] @ self._moved(twisted)
        for group in self.optimizer.param_groups:
            group["lr"] = self._learning_rate()
        self.network.train()
        told = self.network(read.float(), probability.float(), places.float(), self.texts[self.function[batch]])
        loss = -log_likelihood(told, truth).mean()
        twist = torch.where(axis, 1e-3, 3.0)[:, None].expand_as(told.twist)
        steered = told._replace(axis=torch.full_like(told.axis, 8.0), twist=twist)
        self.optimizer.zero_grad(set_to_none=True)
        (loss - config.steer * log_likelihood(steered, truth).mean()).backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimizer.step()
        return float(loss.detach())

    def _moved(self, values: NDArray) -> Tensor:
        return torch.from_numpy(values).to(self.device)

    def _some_points(self, rng: Generator) -> NDArray:
        """Which of its points each row of a batch keeps (B x 2 kept): as many of all of the tool as of its part."""
        half = self.seen.points.shape[1] // 2
        kept = max(1, round(self.config.kept * half))
        orders = [rng.permuted(np.tile(np.arange(half), (self.config.batch, 1)), axis=1) for _ in range(2)]
        return np.concatenate([orders[0][:, :kept], half + orders[1][:, :kept]], axis=1)

    def _changed(self, points: Tensor, probability: Tensor, rng: Generator) -> tuple[Tensor, Tensor]:
        """The points' places (B x 2P x 3) with noise, and the rotations (B x 3 x 3) from the cameras to those that look
        straight at the tools, rolled at random."""
        config, count = self.config, len(points)
        anyhow = rng.random(count) < config.any_roll
        angle = np.where(anyhow, rng.uniform(-np.pi, np.pi, count), rng.normal(0, config.roll, count))
        places, there = placed(points, probability, self._moved(rotations_about(Z_AXIS, angle)))
        noise = rng.normal(size=places.shape) * [0.2, 0.2, 1.0] * rng.uniform(0, config.noise, (count, 1, 1))
        return places + self._moved(noise), there

    def _learning_rate(self) -> float:
        warm = min(1.0, (self.step + 1) / self.config.warm_up)
        return self.config.learning_rate * warm * (0.5 + 0.5 * math.cos(math.pi * self.step / self.config.steps))

    def _key(self) -> str:
        settings = {**asdict(self.config), "checkpoint_minutes": 0, "device": ""}
        return hashlib.sha256(f"{settings} {len(self.share)}".encode()).hexdigest()

    def _save(self) -> None:
        if self.checkpoint is None:
            return
        state = {
            "key": self._key(), "step": self.step, "loss": self.loss,
            "network": self.network.state_dict(), "optimizer": self.optimizer.state_dict(),
        }  # fmt: skip
        buffer = io.BytesIO()
        torch.save(state, buffer)
        write_bytes(self.checkpoint, buffer.getvalue())

    def _resume(self) -> None:
        if self.checkpoint is None or not self.checkpoint.is_file():
            return
        try:
            state = torch.load(self.checkpoint, weights_only=True, map_location=self.device)
        except Exception as error:
            raise bad_input(f"{self.checkpoint} is not a checkpoint: {str(error).splitlines()[0]}") from error
        if state.get("key") != self._key():
            raise bad_input(f"{self.checkpoint} belongs to a run of other settings; remove it or choose another folder")
        self.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.loss = state["step"], state["loss"]


def log_likelihood(told: Mixture, truth: Tensor) -> Tensor:
    """Log density (B) that `told` gives to `truth` (B x E x 3 x 3, NaN where there are fewer): of the mean of the
    densities at each, as they are equally true. `dfc_core.geometry.orientations` has the same of one tool."""
    there = torch.isfinite(truth[:, :, 0, 0])
    apart = torch.einsum("bkji,bejl->bkeil", told.rotations, truth.nan_to_num().to(told.rotations))
    cosine = apart[..., 2, 2].clamp(-1, 1)
    turn = torch.atan2(apart[..., 1, 0] - apart[..., 0, 1], apart[..., 0, 0] + apart[..., 1, 1] + 1e-9)
    axis, twist = told.axis[..., None], told.twist[..., None]
    of_axis = axis * (cosine - 1) + torch.log(2 * axis) - torch.log(-torch.expm1(-2 * axis))
    of_twist = twist * (torch.cos(turn) - 1) - torch.log(torch.special.i0e(twist))
    of_each = torch.logsumexp(told.log_weights[..., None] + of_axis + of_twist, dim=1)
    return torch.logsumexp(of_each.masked_fill(~there, -torch.inf), dim=1) - there.sum(1).log()


def _any_twist(truth: NDArray, axis: NDArray, rng: Generator) -> NDArray:
    """Frames (B x E x 3 x 3) of tools about an `axis` (B bool) turned about their z by any angle: each is as true."""
    angle = rng.uniform(0, 2 * np.pi, len(truth)) * axis
    return truth @ rotations_about(Z_AXIS, angle)[:, None]


def _shares(function: NDArray, families: NDArray) -> NDArray:
    """How often each row is drawn (sum 1): functions alike, and within each its families."""
    kinds = list(zip(function.tolist(), families.tolist(), strict=True))
    rows, members = Counter(kinds), Counter(name for name, _ in set(kinds))
    share = np.array([1 / (rows[kind] * members[kind[0]]) for kind in kinds])
    return share / share.sum()
