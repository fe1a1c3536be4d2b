"""Among many demonstrations the one most like the tool is found, and one that errs is outvoted."""

from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from box_scene import (
    CAMERA_DEMO,
    CAMERA_TARGET,
    TOP,
    ColourModel,
    box_picture,
    demonstration,
    to_pixel,
)

from dfc_core.demonstrations import Contact, DemonstrationStore
from dfc_core.errors import DfcError
from dfc_core.geometry import invert, look_at, transform
from dfc_core.model import ToolFeatures
from dfc_core.transfer import ConsensusConfig, ToolMatcher, TransferConfig, by_consensus, describe_stored, most_alike
from dfc_core.transfer.consensus import agreement, named_place
from dfc_core.transfer.result import MatchResult
from dfc_core.transfer.retrieval import RetrievalConfig, silhouette, view_vector


def answer(name: str, x: float | None, confidence: float = 0.5) -> MatchResult:
    """An answer whose two function contacts have the middle (x, 0, 1), and whose grasp contact lies far off."""
    points = [None, None] if x is None else [(x - 0.01, 0.0, 1.0), (x + 0.01, 0.0, 1.0)]
    contacts = [SimpleNamespace(role="function", point=point) for point in points]
    contacts.append(SimpleNamespace(role="grasp", point=(9.0, 9.0, 9.0)))
    return MatchResult(
        "pour-with", name, "camera", confidence, tuple(contacts), (), None, 1.0, None, 9, 1.0, 0.0, {},
        np.zeros((0, 5)), np.ones((2, 2), bool), SimpleNamespace(),
    )  # fmt: skip


def test_a_wrong_one_is_outvoted_however_sure_it_is() -> None:
    right, wrong, near = answer("a", 0.10, 0.4), answer("b", 0.25, 0.99), answer("c", 0.12, 0.5)
    chosen = by_consensus([wrong, right, near], ConsensusConfig(demonstrations=3, agree_m=0.03))
    assert (chosen.demonstration_id, chosen.confidence) == ("c", 0.5)  # of the two that agree, the surer
    assert chosen.consulted == ("b", "a", "c")
    assert chosen.agreed == ("a", "c")


def test_where_none_agree_the_surest_answers_alone() -> None:
    chosen = by_consensus([answer("a", 0.0, 0.3), answer("b", 0.2, 0.6), answer("c", 0.4, 0.5)], ConsensusConfig(3))
    assert (chosen.demonstration_id, chosen.agreed) == ("b", ("b",))
    equal = by_consensus([answer("a", 0.0), answer("b", 0.2)], ConsensusConfig(2))
    assert equal.demonstration_id == "a"  # the most alike


def test_an_answer_without_a_place_agrees_with_none() -> None:
    chosen = by_consensus([answer("a", None, 0.9), answer("b", 0.2, 0.2), answer("c", 0.21, 0.1)], ConsensusConfig(3))
    assert (chosen.demonstration_id, chosen.agreed) == ("b", ("b", "c"))


def test_one_alone_is_not_called_a_consensus() -> None:
    alone = by_consensus([answer("a", 0.1)], ConsensusConfig())
    assert (alone.demonstration_id, alone.consulted, alone.agreed) == ("a", (), ())


def test_most_may_also_agree_that_there_is_no_answer() -> None:
    unseen, alien = DfcError("PART_NOT_VISIBLE", "not seen"), DfcError("NOT_AFFORDED", "does not serve")
    lost = DfcError("NO_MATCH", "nothing alike")
    with pytest.raises(DfcError, match="does not serve"):
        by_consensus([answer("a", 0.1)], ConsensusConfig(3), [alien, unseen])
    assert by_consensus([answer("a", 0.1)], ConsensusConfig(3), [lost, lost]).demonstration_id == "a"
    assert by_consensus([answer("a", 0.1)], ConsensusConfig(3), [unseen, lost]).demonstration_id == "a"
    with pytest.raises(DfcError, match="nothing alike"):
        by_consensus([], ConsensusConfig(3), [lost])


def test_agreement_is_by_distance() -> None:
    places = [np.array([0.0, 0, 0]), np.array([0.02, 0, 0]), np.array([0.04, 0, 0]), None]
    assert agreement(places, 0.03).astype(int).tolist() == [[1, 1, 0, 0], [1, 1, 1, 0], [0, 1, 1, 0], [0, 0, 0, 1]]


def test_without_contacts_the_parts_centre_is_the_place() -> None:
    T = np.eye(4)
    T[:3, 3] = [0, 0, 0.5]
    bare = replace(answer("a", None), contacts=(), T_target_demo=T, centre_demo=np.array([0.1, 0.2, 0.3]))
    assert named_place(bare).tolist() == [0.1, 0.2, 0.8]
    assert named_place(replace(bare, T_target_demo=None)) is None


@dataclass(frozen=True)
class Described:
    """A model whose features are known: of each role, and of the backbone."""

    of_roles: dict
    backbone: list
    id: str = "known"

    def encode(self, rgb: np.ndarray, mask: np.ndarray) -> np.ndarray:
        return mask

    def read_out(self, encoded, function: str, role: str, stride: int) -> ToolFeatures:
        features, probability = self.of_roles[role]
        pixels = torch.zeros(len(features), 2)
        return ToolFeatures(pixels, pixels, torch.tensor(features), torch.tensor(probability))

    def backbone_features(self, encoded, pixels: np.ndarray) -> torch.Tensor:
        return torch.tensor(self.backbone)


ONE_PLACE = np.eye(49)[24]  # all pixels in the middle cell


def test_the_vector_is_unit_means_weighted_by_the_part_and_the_silhouette() -> None:
    roles = {"function": ([[1.0, 0], [0, 1]], [0.9, 0.0]), "grasp": ([[1.0, 0], [0, 1]], [0.5, 0.5])}
    vector = view_vector(Described(roles, [[0.0, 2.0], [0.0, 4.0]]), None, "pour-with", RetrievalConfig())
    expected = np.concatenate([[1, 0, 0.5**0.5, 0.5**0.5, 0, 1], ONE_PLACE]) / 2
    np.testing.assert_allclose(vector, expected, atol=1e-6)


def test_a_part_that_is_not_seen_is_no_direction_and_no_error() -> None:
    roles = {"function": ([[1.0, 0]], [0.0]), "grasp": ([[0.0, 1]], [1.0])}
    vector = view_vector(Described(roles, [[1.0, 0.0]]), None, "pour-with", RetrievalConfig())
    np.testing.assert_allclose(vector, np.concatenate([[0, 0, 0, 1, 1, 0], ONE_PLACE]) / 3**0.5, atol=1e-6)


def test_a_silhouette_counts_in_the_square_around_the_tool() -> None:
    upright = np.array([[50.0, y] for y in range(10, 71)])  # 61 px tall: cells of 60 * 1.2 / 7 px
    counts = silhouette(upright).reshape(7, 7)
    assert counts[:, 3].sum() == counts.sum() == 61
    assert (counts[:, 3] > 0).all()
    np.testing.assert_array_equal(silhouette(upright * 3 + 7), silhouette(upright))
    np.testing.assert_array_equal(silhouette(upright[:, ::-1]).reshape(7, 7), counts.T)


@pytest.fixture
def store(tmp_path: Path) -> DemonstrationStore:
    """The box from the target's side, from behind, and a flat tile; the newest is the tile."""
    behind = look_at(np.array([-0.30, 0.05, -0.40]), np.zeros(3), np.array([0, 1.0, 0]))
    store = DemonstrationStore(tmp_path / "store")
    shown = demonstration()
    side = look_at(np.array([0.12, 0.36, 0.33]), np.array([0.02, 0, 0]), np.array([0, 1.0, 0]), roll=0.25)
    contacts = (Contact(to_pixel(TOP, side), "function"),)
    near = replace(shown, id="near", frame=box_picture(side), contacts=contacts, grasp=None, created="2026-01-01")
    store.add(near)
    store.add(replace(shown, id="behind", frame=box_picture(behind), contacts=(), grasp=None, created="2026-01-02"))
    grey = box_picture(CAMERA_DEMO)
    tile = replace(grey, rgb=np.where(grey.mask[..., None], [90, 255, 90], 0).astype(np.uint8))
    store.add(replace(shown, id="tile", frame=tile, created="2026-01-03"))
    return store


def test_the_similar_tool_is_preferred_to_the_newest(store: DemonstrationStore) -> None:
    assert store.best("pour-with").id == "tile"
    model, target = ColourModel(), box_picture(CAMERA_TARGET)
    found = most_alike(model, store, "pour-with", model.encode(target.rgb, target.mask))
    assert found[0].id == "near"
    assert found[0].similarity > found[1].similarity > 0
    result = ToolMatcher(model, store).match(target, "pour-with")
    assert result.demonstration_id == "near"
    assert np.linalg.norm(result.contacts[0].point - transform(invert(CAMERA_TARGET), TOP[None])[0]) < 0.005


def test_what_is_described_beforehand_is_not_described_by_a_match(store: DemonstrationStore) -> None:
    @dataclass(frozen=True)
    class Counting(ColourModel):
        seen = []  # noqa: RUF012

        def encode(self, rgb, mask):
            self.seen.append(1)
            return super().encode(rgb, mask)

    assert describe_stored(Counting(), store, "pour-with") == 3
    assert len(Counting.seen) == 3
    target = box_picture(CAMERA_TARGET)
    most_alike(Counting(), DemonstrationStore(store.path), "pour-with", (target.rgb, target.mask))
    assert len(Counting.seen) == 3


def test_a_demonstration_that_errs_is_outvoted_by_two_that_do_not(tmp_path: Path) -> None:
    store, shown = DemonstrationStore(tmp_path / "store"), demonstration()
    elsewhere = np.array([-0.025, 0.05, -0.015])  # the far corner of the top: 4 cm from where the others point
    contacts = (Contact(to_pixel(elsewhere, CAMERA_DEMO), "function"),)
    store.add(replace(shown, id="wrong", contacts=contacts, grasp=None, created="2026-01-09"))
    for name, roll in (("right", 0.0), ("alike", 0.2)):
        camera = look_at(np.array([0.25, 0.30, 0.30]), np.zeros(3), np.array([0, 1.0, 0]), roll=roll)
        contact = Contact(to_pixel(TOP, camera), "function")
        store.add(replace(shown, id=name, frame=box_picture(camera), contacts=(contact,), grasp=None))
    config = TransferConfig(consensus=ConsensusConfig(demonstrations=3, agree_m=0.015))
    result = ToolMatcher(ColourModel(), store, config).match(box_picture(CAMERA_TARGET), "pour-with")
    assert set(result.consulted) == {"wrong", "right", "alike"}
    assert set(result.agreed) == {"right", "alike"}
    assert np.linalg.norm(result.contacts[0].point - transform(invert(CAMERA_TARGET), TOP[None])[0]) < 0.006
    named = ToolMatcher(ColourModel(), store, config).match(box_picture(CAMERA_TARGET), "pour-with", "wrong")
    assert (named.demonstration_id, named.consulted) == ("wrong", ())


def test_one_that_cannot_be_used_is_passed_over(store: DemonstrationStore) -> None:
    (store.path / "near" / "depth.png").unlink()
    target = box_picture(CAMERA_TARGET)
    answer = ToolMatcher(ColourModel(), store).match(target, "pour-with")
    assert answer.demonstration_id == "behind"
    assert any("passed over: demonstration near has no depth" in sentence for sentence in answer.warnings)
    for name in ("behind", "tile"):
        store.remove(name)
    with pytest.raises(DfcError, match="demonstration near has no depth reading") as caught:
        ToolMatcher(ColourModel(), store).match(target, "pour-with")
    assert caught.value.code == "NO_DEPTH"


def test_a_store_without_the_function_says_so(store: DemonstrationStore) -> None:
    with pytest.raises(DfcError, match="no demonstration of 'cut-with'; it has some of pour-with") as caught:
        ToolMatcher(ColourModel(), store).match(box_picture(CAMERA_TARGET), "cut-with")
    assert caught.value.code == "NO_DEMONSTRATION"
