"""What a run tells while it goes on: `log.jsonl`, pictures, and TensorBoard where it is installed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from dfc_core.files import write_png, write_text


class Log:
    """`log.jsonl` with one line of losses for each logged step, `panels/` and `tensorboard/` in a folder.

    A run that goes on from `step` drops what was written after it.
    """

    def __init__(self, folder: Path, step: int = 0) -> None:
        self.folder = folder
        self._drop_after(step)
        self._board = _tensorboard(folder / "tensorboard", step)

    def losses(self, step: int, losses: dict[str, float], chance: dict[str, float], **others: float) -> None:
        """Append one line: every loss, what chance gives, and `others`."""
        rounded = {name: round(value, 5) for name, value in losses.items()}
        line = {"step": step, **rounded, "chance": {name: round(value, 5) for name, value in chance.items()}, **others}
        with (self.folder / "log.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        if self._board is not None:
            for name, value in losses.items():
                self._board.add_scalar(f"loss/{name}", value, step)
                self._board.add_scalar(f"chance/{name}", chance[name], step)
            for name, value in others.items():
                self._board.add_scalar(name, value, step)

    def panel(self, step: int, picture: NDArray) -> None:
        """Keep a picture, H x W x 3 uint8, of how pixels match now."""
        write_png(self.folder / "panels" / f"step-{step:06d}.png", picture)
        if self._board is not None:
            self._board.add_image("matches", picture, step, dataformats="HWC")

    def close(self) -> None:
        """Bring everything to disk."""
        if self._board is not None:
            self._board.close()

    def _drop_after(self, step: int) -> None:
        path = self.folder / "log.jsonl"
        if path.exists():
            lines = [line for line in path.read_text(encoding="utf-8").splitlines() if _step(line) <= step]
            write_text(path, "".join(line + "\n" for line in lines))


def _step(line: str) -> float:
    """The step of a line; infinity for one that a killed run left half written."""
    try:
        return json.loads(line)["step"]
    except (ValueError, KeyError, TypeError):
        return float("inf")


def _tensorboard(folder: Path, step: int) -> Any:
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        return None
    return SummaryWriter(str(folder), purge_step=step + 1 if step else None)
