"""Settings from YAML: what is unknown, of another type or out of range is named in one sentence."""

from dataclasses import dataclass, field

import pytest
import yaml

from dfc_core.errors import DfcError
from dfc_core.settings import at_least, read_settings, within
from dfc_core.train.config import TrainConfig, read_train_config, train_config


@dataclass(frozen=True)
class Inner:
    depth: int = 1


@dataclass(frozen=True)
class Outer:
    count: int = 3
    share: float = 0.5
    on: bool = True
    name: str | None = None
    sizes: tuple[int, ...] = (1, 2)
    inner: Inner = field(default_factory=Inner)
    other: Inner | None = None

    def __post_init__(self) -> None:
        at_least(self, 1, "count")
        within(self, 0, 1, "share", prefix="outer.")


def test_values_are_read_as_their_types():
    values = {"count": 7.0, "share": "1e-3", "on": False, "sizes": [3], "inner": {"depth": 2}, "other": {"depth": 4}}
    read = read_settings(Outer, values, "outer")
    assert read == Outer(7, 0.001, False, None, (3,), Inner(2), Inner(4))
    assert isinstance(read.count, int)
    assert read_settings(Outer, {"inner": Inner(5), "other": None, "name": None}, "outer").inner == Inner(5)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ("big", "outer is 'big'; it must be a mapping of settings"),
        ({"cuont": 1, 3: 4}, "outer has no 3, cuont; allowed: count, share, on, name, sizes, inner, other"),
        ({"count": 2.5}, "outer.count is 2.5; allowed: a whole number"),
        ({"count": True}, "outer.count is True; allowed: a whole number"),
        ({"share": "half"}, "outer.share is 'half'; allowed: a number"),
        ({"share": float("nan")}, "outer.share is nan; allowed: a number"),
        ({"share": None}, "outer.share is None; allowed: a number"),
        ({"on": "no"}, "outer.on is 'no'; allowed: true or false"),
        ({"name": 3}, "outer.name is 3; allowed: a text"),
        ({"sizes": 3}, "outer.sizes is 3; allowed: a list"),
        ({"sizes": [1, "x"]}, "outer.sizes is 'x'; allowed: a whole number"),
        ({"inner": {"depth": []}}, "outer.inner.depth is []; allowed: a whole number"),
        ({"other": 3}, "outer.other is 3; it must be a mapping of settings"),
        ({"count": 0}, "count is 0; allowed: 1 and above"),
        ({"share": 2}, "outer.share is 2.0; allowed: 0 to 1"),
    ],
)
def test_what_does_not_fit_is_named(values, words):
    with pytest.raises(DfcError) as error:
        read_settings(Outer, values, "outer", "outer.")
    assert error.value.message == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("steps: many", "steps is 'many'; allowed: a whole number"),
        ("steps: 0", "steps is 0; allowed: 1 and above"),
        ("log_steps: 0", "log_steps is 0; allowed: 1 and above"),
        ("learning_rate: -1", "learning_rate is -1.0; allowed: 0 and above"),
        ("schedule: linear", "schedule is 'linear'; allowed: cosine, constant"),
        ("bfloat16: 'no'", "bfloat16 is 'no'; allowed: true or false"),
        ("{functional: 0, mask: 0, affordance: 0, spatial: 0, correspondence: 0}", "no loss of this network"),
        ("sampler: {group: 0}", "sampler.group is 0; allowed: 1 and above"),
        ("sampler: {roles: [hold]}", "sampler.roles is hold; allowed: one or more of function, grasp"),
        ("augment: {blur: 2}", "augment.blur is 2.0; allowed: 0 to 1"),
        ("network: unet", "network has 'unet'; allowed: backbone, text, head"),
        ("network: {heads: {}}", "network has heads; allowed: backbone, text, head"),
        ("network: {backbone: {kind: unet, widths: [8, 16]}}", r"backbone.widths is \[8, 16\] with heads 4; allowed"),
        ("network: {backbone: {kind: unet, size: 230}}", "backbone.size is 230; allowed: multiples of 32"),
        ("network: {backbone: {kind: unet}, text: {kind: table}, head: {hidden: 0}}", "head.hidden is 0"),
    ],
)  # fmt: skip
def test_training_settings_that_cannot_serve_are_refused(tmp_path, text, words):
    (tmp_path / "config.yaml").write_text(text)
    with pytest.raises(DfcError, match=words):
        read_train_config(tmp_path / "config.yaml")


def test_a_number_that_yaml_takes_for_a_text_is_one():
    assert yaml.safe_load("learning_rate: 1e-3") == {"learning_rate": "1e-3"}
    assert train_config(yaml.safe_load("learning_rate: 1e-3")) == TrainConfig(learning_rate=1e-3)


def test_a_file_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "config.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DfcError, match="is not readable YAML"):
        read_train_config(tmp_path / "config.yaml")
