"""What a URDF shows: its visuals, each with its place in the root link's frame (wiki.ros.org/urdf/XML).

Joints stand at zero or where the caller says; mimic joints follow. Files are found beside the URDF, and `package://`
and `model://` in a folder of the package's name above the URDF, beside one, or on ROS's own paths.
"""

from __future__ import annotations

import os
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from dfc_core.errors import DfcError, bad_input
from dfc_core.geometry import compose

JOINT_KINDS = ("fixed", "revolute", "continuous", "prismatic", "floating", "planar")
SHAPES = {"box": ("size",), "cylinder": ("radius", "length"), "capsule": ("radius", "length"), "sphere": ("radius",)}


@dataclass(frozen=True)
class Visual:
    """One visual: a "mesh" (its file, `size` its scale) or a primitive with `size` in m, as the URDF orders them."""

    T_root_visual: NDArray  # 4x4
    shape: str
    size: tuple[float, ...]
    mesh: Path = Path()
    color: tuple[int, int, int] | None = None  # sRGB 0..255


def read_urdf(path: Path, joints: Mapping[str, float]) -> list[Visual]:
    """The visuals of all links, `joints` (name -> rad or m) moved. `DfcError` naming the file and what is wrong."""
    try:
        return _visuals(path, _parse(path), joints)
    except DfcError:
        raise
    except (KeyError, ValueError, TypeError) as error:
        raise bad_input(f"{path}: not a sound URDF: {error!r}") from error


def meshes_of(path: Path) -> set[Path]:
    """The mesh files a URDF names, resolved; none when it cannot be read."""
    try:
        return {visual.mesh.resolve() for visual in read_urdf(path, {}) if visual.shape == "mesh"}
    except DfcError:
        return set()


def _parse(path: Path) -> ElementTree.Element:
    try:
        root = ElementTree.parse(path).getroot()
    except (OSError, ElementTree.ParseError) as error:
        raise bad_input(f"{path}: cannot be read as URDF: {error}") from error
    if any("xacro" in str(element.tag) for element in root.iter()):
        raise bad_input(f"{path}: holds xacro, a program that writes URDF; run `xacro {path.name} > plain.urdf` first")
    if root.tag != "robot":
        raise bad_input(f"{path}: its root is <{root.tag}>, a URDF's is <robot>")
    return root


def _visuals(path: Path, robot: ElementTree.Element, joints: Mapping[str, float]) -> list[Visual]:
    colors = {material.get("name"): _color(material, {}) for material in robot.findall("material")}
    places = _link_places(path, robot, joints)
    visuals = [
        _visual(path, places[link.attrib["name"]], visual, colors)
        for link in robot.findall("link")
        for visual in link.findall("visual")
    ]
    if not visuals:
        raise bad_input(f"{path}: no link has a visual")
    return visuals


def _link_places(path: Path, robot: ElementTree.Element, joints: Mapping[str, float]) -> dict[str, NDArray]:
    """T_root_link of every link."""
    links = [link.attrib["name"] for link in robot.findall("link")]
    by_child = {_attribute(joint, "child", "link"): joint for joint in robot.findall("joint")}
    values = _joint_values(path, list(by_child.values()), joints)
    roots = [link for link in links if link not in by_child]
    if len(roots) != 1:
        raise bad_input(f"{path}: {len(roots)} links are no joint's child, a URDF has one root")
    places = {roots[0]: np.eye(4)}
    waiting = dict(by_child)
    while waiting:
        ready = [child for child, joint in waiting.items() if _attribute(joint, "parent", "link") in places]
        if not ready:
            raise bad_input(f"{path}: {', '.join(waiting)} hang on no link (a loop, or a parent that is not there)")
        for child in ready:
            joint = waiting.pop(child)
            parent = places[_attribute(joint, "parent", "link")]
            places[child] = parent @ _origin(joint) @ _motion(joint, values[joint.attrib["name"]])
    return places


def _joint_values(path: Path, joints: list[ElementTree.Element], given: Mapping[str, float]) -> dict[str, float]:
    names = {joint.attrib["name"]: joint for joint in joints}
    movable = [name for name, joint in names.items() if joint.get("type") != "fixed"]
    unknown = [name for name in given if name not in movable]
    if unknown:
        raise bad_input(f"{path}: no joint {', '.join(unknown)} moves; those that do: {', '.join(movable) or 'none'}")
    values = {name: float(given.get(name, 0.0)) for name in names}
    for name, joint in names.items():
        mimic = joint.find("mimic")
        if mimic is not None and name not in given:
            leader = values[mimic.attrib["joint"]]
            values[name] = float(mimic.get("multiplier", 1)) * leader + float(mimic.get("offset", 0))
    return values


def _motion(joint: ElementTree.Element, value: float) -> NDArray:
    """The 4x4 motion of a joint at `value` rad or m; floating and planar joints stay where they are."""
    kind = joint.get("type", "")
    if kind not in JOINT_KINDS:
        raise bad_input(f"joint {joint.get('name')}: type {kind!r} is not one of {', '.join(JOINT_KINDS)}")
    axis = _numbers(joint.find("axis"), "xyz", "1 0 0", 3)
    length = float(np.linalg.norm(axis))
    if kind in ("fixed", "floating", "planar") or length == 0:
        return np.eye(4)
    if kind == "prismatic":
        return compose(np.eye(3), axis / length * value)
    return compose(Rotation.from_rotvec(axis / length * value).as_matrix(), np.zeros(3))


def _visual(path: Path, T_root_link: NDArray, visual: ElementTree.Element, colors: Mapping) -> Visual:
    geometry = visual.find("geometry")
    if geometry is None or len(geometry) == 0:
        raise bad_input(f"{path}: a visual has no geometry")
    element, T = geometry[0], T_root_link @ _origin(visual)
    material = visual.find("material")
    color = None if material is None else _color(material, colors)
    if element.tag == "mesh":
        scale = _numbers(element, "scale", "1 1 1", 3)
        return Visual(T, "mesh", tuple(scale), _find_file(path, element.attrib["filename"]), color)
    if element.tag not in SHAPES:
        raise bad_input(f"{path}: geometry <{element.tag}> is not one of mesh, {', '.join(SHAPES)}")
    size = [number for key in SHAPES[element.tag] for number in map(float, element.attrib[key].split())]
    if len(size) != (3 if element.tag == "box" else len(SHAPES[element.tag])) or min(size) <= 0:
        raise bad_input(f"{path}: <{element.tag}> of size {size} has no extent")
    return Visual(T, element.tag, tuple(size), color=color)


def _color(material: ElementTree.Element, named: Mapping) -> tuple[int, int, int] | None:
    color = material.find("color")
    if color is None:
        return named.get(material.get("name"))
    red, green, blue = (round(255 * float(np.clip(c, 0, 1))) for c in _numbers(color, "rgba", "1 1 1 1", 4)[:3])
    return red, green, blue


def _find_file(path: Path, name: str) -> Path:
    """The file that a URDF at `path` names; what cannot be found stays as written, to be missed by name."""
    scheme, _, rest = unquote(name).rpartition("://")
    if scheme in ("package", "model"):
        package, _, inside = rest.partition("/")
        for folder in _package_folders(path, package):
            if (folder / inside).is_file():
                return folder / inside
        raise bad_input(f"{path}: {name} is not there: no folder {package} above or beside it or on ROS's paths has it")
    if scheme not in ("", "file"):
        raise bad_input(f"{path}: {name}: only files, package:// and model:// can be read")
    return path.parent / rest


def _package_folders(path: Path, package: str) -> list[Path]:
    above = list(path.resolve().parents)
    prefixes = [Path(p) / "share" for p in os.environ.get("AMENT_PREFIX_PATH", "").split(os.pathsep) if p]
    roots = [Path(p) for p in os.environ.get("ROS_PACKAGE_PATH", "").split(os.pathsep) if p]
    return [folder for folder in above if folder.name == package] + [
        folder / package for folder in (*above, *prefixes, *roots)
    ]


def _origin(element: ElementTree.Element) -> NDArray:
    """T of an <origin>: xyz in m, rpy in rad about fixed axes; the identity when there is none."""
    origin = element.find("origin")
    R = Rotation.from_euler("xyz", _numbers(origin, "rpy", "0 0 0", 3)).as_matrix()
    return compose(R, _numbers(origin, "xyz", "0 0 0", 3))


def _numbers(element: ElementTree.Element | None, key: str, default: str, count: int) -> NDArray:
    text = default if element is None else element.get(key, default)
    numbers = np.array([float(number) for number in text.split()])
    if numbers.shape != (count,) or not np.isfinite(numbers).all():
        raise ValueError(f"{key}={text!r} is not {count} numbers")
    return numbers


def _attribute(joint: ElementTree.Element, tag: str, key: str) -> str:
    element = joint.find(tag)
    if element is None:
        raise ValueError(f"joint {joint.get('name')} has no <{tag}>")
    return element.attrib[key]
