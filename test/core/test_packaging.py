"""What packagers rely on: a source archive that builds, and declared dependencies that are those imported."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tarfile
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
# What a module is called on the index, where that is another name.
PROJECTS = {"PIL": "pillow", "yaml": "pyyaml", "collada": "pycollada", "rerun": "rerun-sdk"}
OPTIONAL_ROS = {"cv_bridge"}  # taken where a ROS 2 has it
OURS = {"dfc_core", "dfc_ros"}


def foreign_imports(*folders: str) -> set[str]:
    """Top names that files of these folders import, standard library and our own packages left out."""

    def names() -> Iterator[str]:
        for path in (path for folder in folders for path in (REPOSITORY / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    yield from (name.name for name in node.names)
                elif isinstance(node, ast.ImportFrom) and not node.level:
                    yield node.module or ""

    return {name.split(".")[0] for name in names()} - set(sys.stdlib_module_names) - OURS


def test_a_source_archive_has_all_that_its_wheel_is_made_of(tmp_path: Path) -> None:
    pytest.importorskip("setuptools", minversion="77", reason="pyproject.toml builds with setuptools from 77 on")
    source = tmp_path / "source"
    source.mkdir()
    for name in ("pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "LICENSE"):
        shutil.copy(REPOSITORY / name, source)
    shutil.copytree(REPOSITORY / "config", source / "config")
    (source / "dfc_core").mkdir()
    shutil.copy(REPOSITORY / "dfc_core" / "__init__.py", source / "dfc_core")
    build = "import sys; from setuptools import build_meta; build_meta.build_sdist(sys.argv[1])"
    subprocess.run([sys.executable, "-c", build, str(tmp_path)], cwd=source, check=True, capture_output=True)
    (archive,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(archive) as file:
        packed = {name.partition("/")[2] for name in file.getnames()}
    config = {str(path.relative_to(REPOSITORY)) for path in (REPOSITORY / "config").rglob("*.yaml")}
    assert len(config) > 5
    assert config <= packed


def test_declared_python_packages_are_those_imported() -> None:
    project = pytest.importorskip("tomllib").loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    needed = {re.split(r"[>=;<\[ ]", text)[0] for text in project["dependencies"]}
    extras = {re.split(r"[>=;<\[ ]", text)[0] for texts in project["optional-dependencies"].values() for text in texts}
    imported = {PROJECTS.get(name, name) for name in foreign_imports("dfc_core")}
    assert needed - {"open3d-cpu"} <= imported
    assert imported <= needed | extras


def test_declared_ros_packages_are_those_imported() -> None:
    manifest = ElementTree.parse(REPOSITORY / "package.xml")
    declared = {element.text for kind in ("depend", "exec_depend") for element in manifest.iter(kind)}
    imported = foreign_imports("dfc_ros", "launch") - OPTIONAL_ROS
    system = {"PIL": "python3-pil", "numpy": "python3-numpy", "scipy": "python3-scipy", "yaml": "python3-yaml"}
    assert {system.get(name, name) for name in imported} <= declared
