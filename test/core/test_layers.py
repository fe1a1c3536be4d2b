"""Data flows one way: no room imports a higher one, `dfc_core` no ROS, `dfc_ros` no tensors."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
ORDER = [
    "errors",
    "files",
    "functions",
    "processes",
    "settings",
    "geometry",
    "frames",
    "demonstrations",
    "assets",
    "render",
    "label",
    "dataset",
    "model",
    "match",
    "view",
    "shape",
    "align",
    "grasp",
    "trust",
    "transfer",
    "evaluate",
    "train",
    "bench",
    "cli",
]
LEVEL = {room: level for level, room in enumerate(ORDER)} | {
    "files": 0,
    "errors": 0,
    "functions": 1,
    "processes": 0,
    "settings": 0,
    "__main__": len(ORDER),
}
ROS = {"rclpy", "dfc_ros", "sensor_msgs", "geometry_msgs", "std_msgs", "visualization_msgs", "cv_bridge", "launch"}
TENSORS = {"torch", "torchvision", "transformers", "safetensors", "open3d"}
CORE = sorted((REPOSITORY / "dfc_core").rglob("*.py"))
NODES = sorted((REPOSITORY / "dfc_ros").rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    """Every module a file imports, also inside functions and `if TYPE_CHECKING`."""
    package = path.relative_to(REPOSITORY).with_suffix("").parts[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) + 1 - node.level]) if node.level else ""
            module = ".".join(part for part in (base, node.module) if part)
            yield module
            yield from (f"{module}.{name.name}" for name in node.names)


def room_of(module: str) -> str | None:
    parts = module.split(".")
    return parts[1] if parts[0] == "dfc_core" and len(parts) > 1 and parts[1] in LEVEL else None


def test_there_is_something_to_check() -> None:
    assert len(CORE) > 20
    assert "dfc_core.errors" in set(imported(REPOSITORY / "dfc_core" / "files.py"))


def test_every_room_has_its_place() -> None:
    rooms = {path.relative_to(REPOSITORY / "dfc_core").parts[0].removesuffix(".py") for path in CORE}
    assert rooms - {"__init__"} <= set(LEVEL)


@pytest.mark.parametrize("path", CORE, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_core_file(path: Path) -> None:
    room = path.relative_to(REPOSITORY / "dfc_core").parts[0].removesuffix(".py")
    modules = set(imported(path))
    assert not {module for module in modules if module.split(".")[0] in ROS}
    if room != "__init__":
        higher = {m for m in modules if (other := room_of(m)) is not None and LEVEL[other] > LEVEL[room]}
        assert not higher, f"{room} imports {sorted(higher)}"


@pytest.mark.parametrize("path", NODES, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_ros_file(path: Path) -> None:
    assert not {module for module in imported(path) if module.split(".")[0] in TENSORS}


@pytest.mark.parametrize(
    "module", ["dfc_core", "dfc_core.frames.frame", "dfc_core.demonstrations", "dfc_core.cli.app", "dfc_core.geometry"]
)
def test_light_imports(module: str) -> None:
    """`--help` and a node's start must not wait for torch."""
    code = (
        f"import sys, {module}; print([m for m in ('torch', 'open3d', 'transformers', 'trimesh') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=REPOSITORY, check=True)
    assert run.stdout.strip() == "[]"
