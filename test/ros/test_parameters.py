from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

pytest.importorskip("rclpy", reason="ROS 2 is not there; scripts/test.sh brings it")

import rclpy
from rclpy.parameter import Parameter

from dfc_core.errors import DfcError
from dfc_ros.parameters import DESCRIPTIONS, Settings, declare_settings, read_defaults


def settings(**overrides) -> Settings:
    node = rclpy.create_node(
        "settings", parameter_overrides=[Parameter(name, value=v) for name, v in overrides.items()]
    )
    try:
        return declare_settings(node)
    finally:
        node.destroy_node()


def test_the_yaml_file_the_dataclass_and_the_descriptions_agree():
    names = [field.name for field in fields(Settings)]
    assert list(read_defaults()) == names
    assert list(DESCRIPTIONS) == names


def test_defaults(ros):
    chosen = settings()
    assert (chosen.model, chosen.store, chosen.autostart, chosen.slop, chosen.max_age) == (
        "default",
        "",
        True,
        0.05,
        0.0,
    )
    assert chosen.demonstrations == 3
    assert np.array_equal(chosen.T_grasp_link, np.eye(4))
    assert chosen.reach is None
    assert chosen.turn_by_side
    assert chosen.grasp_any_side
    assert not chosen.look_again
    assert chosen.qos == "automatic"


def test_overrides(ros):
    chosen = settings(
        slop=0.2,
        qos="latched",
        grasp_to_link=[0.0, 0.0, 0.1, 1.0, 0.0, 0.0, 0.0],
        reach_direction=[0.0, 0.5, 2.0],
        turn_by_side=False,
        grasp_any_side=False,
        look_again=True,
    )
    assert not chosen.turn_by_side
    assert not chosen.grasp_any_side
    assert chosen.look_again
    assert chosen.slop == 0.2
    assert chosen.reach == (0.0, 0.5, 2.0)
    assert chosen.qos == "latched"
    # Half a turn about x.
    np.testing.assert_allclose(
        chosen.T_grasp_link, [[1, 0, 0, 0], [0, -1, 0, 0], [0, 0, -1, 0.1], [0, 0, 0, 1]], atol=1e-9
    )


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("slop", 1.5, "slop"),
        ("demonstrations", 0, "demonstrations"),
        ("slop", -0.1, "slop"),
        ("slop", "wide", "slop"),
        ("queue_size", 0, "queue_size"),
        ("max_age", 4000.0, "max_age"),
        ("qos", "fast", "automatic, sensor_data, reliable, latched"),
        ("autostart", "perhaps", "autostart"),
        ("model", 3, "model"),
        ("minimum_affordance", -0.5, "probability, or -1"),
        ("grasp_to_link", [0.0, 0.0, 0.1], "seven numbers"),
        ("grasp_to_link", [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0], "length 1"),
        ("reach_direction", [0.0, 1.0], "three numbers"),
        ("reach_direction", [0.0, 0.0, float("nan")], "three numbers"),
    ],
)
def test_a_wrong_value_is_refused_by_name(ros, name, value, said):
    with pytest.raises(DfcError) as caught:
        settings(**{name: value})
    assert said in caught.value.message


def test_parameters_cannot_be_changed_while_running(ros):
    node = rclpy.create_node("settings")
    declare_settings(node)
    (answer,) = node.set_parameters([Parameter("slop", value=0.5)])
    node.destroy_node()
    assert not answer.successful


def test_the_gripper_parameters_are_the_librarys_own_fields_and_defaults(ros):
    from dfc_core.transfer import Gripper

    assert Gripper(**settings().gripper) == Gripper()
    assert Gripper(**settings(gripper_maximum_opening=0.14).gripper) == Gripper(maximum_opening_m=0.14)


def test_the_thresholds_of_refusals_are_the_librarys_own_fields_and_defaults(ros):
    from dfc_core.transfer import TrustConfig

    assert TrustConfig(**settings().trust) == TrustConfig()
    assert settings(minimum_affordance=0.0, minimum_confidence=0.4).trust == {
        "minimum_affordance": 0.0,
        "minimum_visibility": None,
        "minimum_confidence": 0.4,
        "minimum_turn_confidence": 0.0,
    }
