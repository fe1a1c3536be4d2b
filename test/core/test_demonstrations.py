"""What a demonstration has to show."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from shown_block import demonstration

from dfc_core.demonstrations import (
    Contact,
    Grasp,
    Trajectory,
    check_on_tool,
    load_grasp,
)
from dfc_core.errors import DfcError
from dfc_core.functions import canonical_function
from dfc_core.geometry import unproject


def test_load_grasp(tmp_path: Path) -> None:
    path = tmp_path / "grasp.yaml"
    path.write_text("position: [0.1, 0, 0.5]\nquaternion_xyzw: [0, 0, 0.7071, 0.7071]\nwidth: 0.05\n")
    assert np.linalg.norm(load_grasp(path).quaternion_xyzw) == pytest.approx(1, abs=1e-12)
    for text in ("", "position: [0, 0]", "[1", "position: [a, b, c]\nquaternion_xyzw: [0, 0, 0, 1]\nwidth: 1"):
        path.write_text(text)
        with pytest.raises(DfcError, match=r"grasp\.yaml"):
            load_grasp(path)
    with pytest.raises(DfcError, match="is not a file"):
        load_grasp(tmp_path / "none.yaml")


def test_a_demonstration_needs_a_mask() -> None:
    frame = demonstration().frame
    for mask in (None, np.zeros((12, 16), bool)):
        with pytest.raises(DfcError) as caught:
            demonstration(frame=replace(frame, mask=mask))
        assert caught.value.code == "EMPTY_MASK"


def test_what_no_demonstration_is_made_of() -> None:
    with pytest.raises(DfcError, match="line breaks"):
        demonstration(tool="a\nb")
    for position, width in (((0, 0, 0.5), True), ((True, 0, 0.5), 0.04), ((0, 0, 0.5), "wide")):
        with pytest.raises(DfcError, match="numbers"):
            Grasp(position, (0, 0, 0, 1), width)
    assert Grasp(("1e-3", 0, 0.5), (0, 0, 0, 1), "4e-2").width == 0.04  # what YAML makes of numbers without a point
    times = np.array([0, 1e9])
    with pytest.raises(DfcError, match="are its times seconds"):
        Trajectory(times, np.zeros((2, 3)), np.tile([0, 0, 0, 1.0], (2, 1)))
    shown = demonstration()
    blank = replace(shown.frame, rgb=np.zeros_like(shown.frame.rgb))
    with pytest.raises(DfcError, match="nothing can be seen"):
        check_on_tool(replace(shown, frame=blank))


def test_contacts_lie_on_the_tool() -> None:
    check_on_tool(demonstration(contacts=(Contact((11.0, 5.0)),)), within_px=3)
    with pytest.raises(DfcError, match=r"15,5 is [67]\.[0-9] px off"):
        check_on_tool(demonstration(contacts=(Contact((15.0, 5.0)),)), within_px=3)


def test_a_grasp_must_be_at_the_tool():
    shown = demonstration()
    ys, xs = np.nonzero(shown.frame.mask & (shown.frame.depth_m > 0))
    z = float(shown.frame.depth_m[ys[0], xs[0]])
    (point,) = unproject(np.array([[xs[0], ys[0]]]), np.array([z]), shown.frame.K)
    check_on_tool(replace(shown, grasp=Grasp(point + np.array([0, 0, -0.05]), (0, 0, 0, 1), 0.05)))
    with pytest.raises(DfcError, match=r"the grasp's position is 1\.00 m from the tool; at most 0\.1 m"):
        check_on_tool(replace(shown, grasp=Grasp(point + np.array([0, 0, -1.0]), (0, 0, 0, 1), 0.05)))


@pytest.mark.parametrize("text", ["pour-with", "pour with", "Pour_With", "  pour - with "])
def test_canonical_function(text: str) -> None:
    assert canonical_function(text) == "pour-with"


@pytest.mark.parametrize("text", ["", "../x", "pour/with", "1", "x" * 50, "pour\0"])
def test_no_function(text: str) -> None:
    with pytest.raises(DfcError) as caught:
        canonical_function(text)
    assert caught.value.code == "UNKNOWN_FUNCTION"
