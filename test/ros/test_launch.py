from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

LAUNCH_FILE = Path(__file__).resolve().parents[2] / "launch" / "transfer.launch.py"
ARGUMENTS = {
    "namespace",
    "params_file",
    "use_sim_time",
    "log_level",
    "store",
    "model",
    "rgb_topic",
    "camera_info_topic",
    "depth_topic",
    "mask_topic",
}


def test_compiles():
    compile(LAUNCH_FILE.read_text(), str(LAUNCH_FILE), "exec")


def test_declares_its_arguments_and_one_node():
    pytest.importorskip("launch_ros", reason="launch_ros is not on the package index; it comes with an installed ROS 2")
    from launch import LaunchContext
    from launch.actions import DeclareLaunchArgument, OpaqueFunction

    spec = importlib.util.spec_from_file_location("transfer_launch", LAUNCH_FILE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    entities = module.generate_launch_description().entities
    assert {one.name for one in entities if isinstance(one, DeclareLaunchArgument)} == ARGUMENTS
    context = LaunchContext()
    context.launch_configurations.update(dict.fromkeys(ARGUMENTS, ""), use_sim_time="false", rgb_topic="/camera/color")
    context.launch_configurations["params_file"] = str(LAUNCH_FILE.parents[1] / "config" / "transfer.yaml")
    (function,) = (one for one in entities if isinstance(one, OpaqueFunction))
    (node,) = function.execute(context)
    assert node.node_executable == "transfer_node"
    context.launch_configurations["params_file"] = "missing.yaml"
    with pytest.raises(ValueError, match=r"missing\.yaml"):
        function.execute(context)
