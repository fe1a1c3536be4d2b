"""What the stages of labelling share: their config, the tools of a data set, and folders that go on after a stop."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dfc_core.errors import bad_input
from dfc_core.files import file_sha256, write_json
from dfc_core.label.asking import BoxConfig
from dfc_core.label.cloud import CloudConfig
from dfc_core.label.detectors import DetectorConfig
from dfc_core.label.edges import EdgeConfig
from dfc_core.label.endpoint import EndpointConfig
from dfc_core.label.heat import HeatConfig
from dfc_core.label.oracle import OracleConfig
from dfc_core.label.part_names import object_name
from dfc_core.label.vote import VoteConfig
from dfc_core.render.store import MANIFEST, load_tool_views, read_manifest, tool_files

Progress = Callable[[int, int], None]
STAGES = ("names", "boxes", "vote", "masks")


@dataclass(frozen=True)
class LabelConfig:
    """Where names and boxes come from, and how they become masks.

    `names`: "known" (`config/functions.yaml`), "endpoint" or a file of names; `boxes`: "oracle" (true boxes with the
    noise of `oracle`, for tools whose parts are known), "endpoint", or a detector: its short name, folder or hub name.
    `functions` () = those each object is known for. `endpoint` answers both unless there is a `names_endpoint`.
    """

    functions: tuple[str, ...] = ()
    names: str = "known"
    boxes: str = "oracle"
    endpoint: EndpointConfig | None = None
    names_endpoint: EndpointConfig | None = None
    units: str = "auto"
    asking: BoxConfig = field(default_factory=BoxConfig)
    detector: DetectorConfig = field(default_factory=DetectorConfig)
    oracle: OracleConfig = field(default_factory=OracleConfig)
    cloud: CloudConfig = field(default_factory=CloudConfig)
    edges: EdgeConfig = field(default_factory=EdgeConfig)
    vote: VoteConfig = field(default_factory=VoteConfig)
    heat: HeatConfig = field(default_factory=HeatConfig)
    workers: int = 1  # processes of the stages vote and masks


@dataclass(frozen=True)
class DataTool:
    """A tool's file in a data set, the `digest` of its bytes, what it is called, the functions it is known for."""

    path: Path
    digest: str
    thing: str
    functions: tuple[str, ...]

    @property
    def stem(self) -> str:
        """The name of its records."""
        return self.path.stem


def data_tools(data: Path | str) -> list[DataTool]:
    """The tools of a data set, sorted; `DfcError` when there is none."""
    data = Path(data)
    listed = read_manifest(data).get("tools", {}) if (data / MANIFEST).exists() else {}
    tools = []
    for path in tool_files(data):
        views = load_tool_views(path)
        digest = listed.get(path.name, {}).get("sha256") or file_sha256(path)
        functions = tuple(dict.fromkeys(frame.function for frame in views.frames))
        tools.append(DataTool(path, digest, object_name(views.family), functions))
    if not tools:
        raise bad_input(f"no rendered tools in {data}; make some with `dfc_core render`")
    return tools


def record_path(out: Path | str, stage: str, name: str, suffix: str = ".json") -> Path:
    """The file of one object or tool; a tool's bears the name of its file in the data set, which no other has."""
    return Path(out) / stage / f"{name}{suffix}"


def digest_of(*made_from: Any) -> str:
    """One short text for what a record was made from."""
    return hashlib.sha256(json.dumps(made_from, sort_keys=True).encode()).hexdigest()[:32]


@contextmanager
def stage_folder(out: Path | str, stage: str, config: Mapping[str, Any]) -> Iterator[Path]:
    """`out/stage`, for this process alone, with `config` beside it and without files a killed run left half written.

    `DfcError` when another process works there, or the folder is another config's.
    """
    folder = Path(out) / stage
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise bad_input(f"cannot write {folder}: {error.strerror or error}") from error
    handle = os.open(folder, os.O_RDONLY)
    try:
        _lock(handle, folder)
        for leftover in [*folder.glob(".*"), *folder.parent.glob(f".{stage}.json.*")]:
            leftover.unlink()
        _claim(folder.with_name(f"{stage}.json"), json.loads(json.dumps(config)))
        yield folder
    finally:
        os.close(handle)


def _lock(handle: int, folder: Path) -> None:
    try:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise bad_input(f"another process is labelling in {folder}") from error
    except (OSError, ImportError):  # a system without locks
        return


def _claim(path: Path, config: Any) -> None:
    if not path.exists():
        write_json(path, config)
        return
    try:
        same = json.loads(path.read_text(encoding="utf-8")) == config
    except ValueError:
        same = False
    if not same:
        raise bad_input(f"{path} is of another configuration; give the same options, or another --out")
