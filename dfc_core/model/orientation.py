"""How a tool's function frame is turned, read from what the model says of its surface and from where that lies.

A small transformer over points of the tool, learned on a trained model's features (`dfc_core orient`) and kept beside
its weights as `orientation.safetensors`. A model without that file answers all the same; its turns are then told by
matches alone.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as save_tensors
from torch import Tensor, nn
from torch.nn import functional as F

from dfc_core.errors import bad_input
from dfc_core.files import write_bytes
from dfc_core.geometry import Z_AXIS, rotations_about
from dfc_core.geometry.orientations import Orientations

FILE = "orientation.safetensors"
SCHEMA = 2
LEAST = 20  # points of a tool; fewer show no shape
# A tool is seen so many times, with other points and rolled about the line of sight; all that is said counts alike.
ROLLS = rotations_about(Z_AXIS, np.radians([-20.0, 0.0, 20.0]))


@dataclass(frozen=True)
class OrientationConfig:
    """`read` and `text` are the widths of what it reads (`read_of` a point; of the function); `points` are drawn from
    all of the tool, and as many once more from its functional part."""

    read: int = 321
    text: int = 64
    width: int = 128
    layers: int = 3
    heads: int = 4
    hypotheses: int = 5
    points: int = 48


class Mixture(NamedTuple):
    """`Orientations` of B tools: `rotations` B x K x 3 x 3, `log_weights`, `axis` and `twist` B x K."""

    rotations: Tensor
    log_weights: Tensor
    axis: Tensor
    twist: Tensor


class OrientationNet(nn.Module):
    """Points that the model has described -> K hypotheses of how the function frame is turned."""

    def __init__(self, config: OrientationConfig) -> None:
        super().__init__()
        self.config = config
        width = config.width
        self.feature = nn.Linear(config.read + 1, width)
        self.place = nn.Sequential(nn.Linear(3, width), nn.GELU(), nn.Linear(width, width))
        self.text = nn.Linear(config.text, width)
        self.ask = nn.Parameter(0.5 * torch.randn(config.hypotheses, width))
        layer = nn.TransformerEncoderLayer(
            width, config.heads, 2 * width, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
        )
        self.layers = nn.TransformerEncoder(layer, config.layers, nn.LayerNorm(width), enable_nested_tensor=False)
        self.answer = nn.Linear(width, 9)

    def forward(self, read: Tensor, probability: Tensor, places: Tensor, text: Tensor) -> Mixture:
        """`read` B x N x D (`read_of`), `probability` B x N (on the part), `places` B x N x 3 (`placed`), `text`
        B x W."""
        tokens = self.feature(torch.cat([read, 2 * probability[..., None] - 1], dim=-1)) + self.place(places)
        asked = self.ask + self.text(text)[:, None]
        answer = self.answer(self.layers(torch.cat([asked, tokens], dim=1))[:, : len(self.ask)]).float()
        z, x = F.normalize(answer[..., :3], dim=-1), answer[..., 3:6]
        x = F.normalize(x - (x * z).sum(-1, keepdim=True) * z, dim=-1)
        rotations = torch.stack([x, torch.linalg.cross(z, x), z], dim=-1)
        sure = F.softplus(answer[..., 7:] + answer.new_tensor([1.0, 0.0])) + 1e-3
        return Mixture(rotations, F.log_softmax(answer[..., 6], dim=-1), sure[..., 0], sure[..., 1])


def read_of(features: Tensor, backbone: Tensor, hold: Tensor) -> Tensor:
    """What the network reads of N points (N x D, numbers about 1): their `features` for the function (unit norm), those
    of the `backbone` (unit norm), which tell more of the tool, and the probability `hold` (N) of the part to hold."""
    scaled = [values * values.shape[-1] ** 0.5 for values in (features, backbone)]
    return torch.cat([*scaled, 2 * hold[..., None] - 1], dim=-1)


def draw_points(probability: NDArray, count: int, rng: Generator) -> NDArray:
    """Indices (2 `count`) into a tool's points: the first half from all of it, the others by their `probability` (N)
    of lying on the part."""
    likely = probability.astype(np.float64) + 1e-4
    everywhere = rng.choice(len(probability), count)
    return np.concatenate([everywhere, rng.choice(len(probability), count, p=likely / likely.sum())])


def placed(points: Tensor, probability: Tensor, rolls: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """Points (B x 2N x 3, m, camera frame; `draw_points`) about the part's middle, in units of the tool's radius, as
    seen by a camera that looks straight at the tool and is then turned by `rolls` (B x 3 x 3), if given; and the
    rotations (B x 3 x 3) to that camera."""
    half = points.shape[1] // 2
    tool, likely = points[:, :half], probability[:, :half, None]
    middle = tool.mean(1, keepdim=True)
    radius = ((tool - middle) ** 2).sum(-1).mean(1).sqrt()[:, None, None].clamp_min(1e-6)
    part = (tool * likely).sum(1, keepdim=True) / likely.sum(1, keepdim=True).clamp_min(1e-6)
    part = torch.where(likely.sum(1, keepdim=True) > 0.5, part, middle)
    there = _looking_at(middle[:, 0]) if rolls is None else rolls @ _looking_at(middle[:, 0])
    return torch.einsum("bij,bnj->bni", there, (points - part) / radius), there


def _looking_at(places: Tensor) -> Tensor:
    """The shortest rotations (B x 3 x 3) that take `places` (B x 3, in front of the camera) onto its z axis."""
    x, y, z = F.normalize(places, dim=-1).unbind(-1)
    zero = torch.zeros_like(x)
    cross = torch.stack([zero, zero, -x, zero, zero, -y, x, y, zero], dim=-1).unflatten(-1, (3, 3))
    return torch.eye(3).to(places) + cross + cross @ cross / (1 + z)[:, None, None]


@dataclass(frozen=True)
class OrientationReader:
    """A learned network at work; `id` changes with its weights."""

    network: OrientationNet
    id: str
    about: dict[str, Any]

    @torch.inference_mode()
    def __call__(
        self, read: Callable[[NDArray], Tensor], probability: Tensor, points: NDArray, text: Tensor
    ) -> Orientations | None:
        """What N points of a tool (m, camera frame) with part `probability` (N) tell of the frame of the function
        `text` (W); `read(some)` is `read_of` those at indices `some`. None for fewer than `LEAST`. Deterministic."""
        if len(points) < LEAST:
            return None
        likely = probability.cpu().numpy()
        rng = np.random.default_rng(0)
        drawn = np.stack([draw_points(likely, self.network.config.points, rng) for _ in ROLLS])
        chance = torch.from_numpy(likely[drawn])
        places, there = placed(torch.from_numpy(np.asarray(points)[drawn]), chance, torch.from_numpy(ROLLS))
        found = self.network(
            read(drawn.ravel()).cpu().float().unflatten(0, drawn.shape),
            chance.float(),
            places.float(),
            text.cpu().float().expand(len(ROLLS), -1),
        )
        rotations = there.mT[:, None] @ found.rotations.double()
        weights, axis, twist = (
            values.double().flatten().numpy() for values in (found.log_weights.exp(), found.axis, found.twist)
        )
        return Orientations(rotations.flatten(0, 1).numpy(), weights / weights.sum(), axis, twist)


def save_orientation(network: OrientationNet, folder: Path, weights_sha256: str, about: dict[str, Any]) -> Path:
    """Write it (16-bit floats) beside the model of these weights, whose features it reads."""
    state = {key: value.detach().cpu().half().contiguous() for key, value in network.state_dict().items()}
    told = {"schema": SCHEMA, "config": asdict(network.config), "weights_sha256": weights_sha256, **about}
    write_bytes(folder / FILE, save_tensors(state, {"about": json.dumps(told)}))
    return folder / FILE


def read_orientation(folder: Path, weights_sha256: str) -> OrientationReader | None:
    """What lies in a model's folder, or None: it has none, or one of another version or of other weights, which a
    warning then says. `DfcError` (BAD_INPUT) when the file is broken."""
    path = folder / FILE
    if not path.is_file():
        return None
    try:
        with safe_open(path, "pt") as file:
            told = json.loads(file.metadata()["about"])
            state = {key: file.get_tensor(key).float() for key in file.keys()}  # noqa: SIM118 (not a dict)
        for what, came, wanted in (
            ("version", told["schema"], SCHEMA),
            ("weights", told["weights_sha256"][:12], weights_sha256[:12]),
        ):
            if came != wanted:
                logging.getLogger(__name__).warning(
                    "%s is of other %s (%s, not %s): turns are told by matches alone; run `dfc_core orient`",
                    path, what, came, wanted,
                )  # fmt: skip
                return None
        network = OrientationNet(OrientationConfig(**told["config"]))
        network.load_state_dict(state, strict=True)
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as error:
        raise bad_input(f"{path} is not an orientation network: {str(error).splitlines()[0]}") from error
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    return OrientationReader(network.eval(), digest, told)
