"""Starts the transfer node: `ros2 launch dfc_ros transfer.launch.py [argument:=value ...]`; `--show-args` lists all."""

from pathlib import Path

from launch import LaunchContext, LaunchDescription
from launch.actions import DeclareLaunchArgument, OpaqueFunction
from launch.substitutions import LaunchConfiguration, PathJoinSubstitution
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue
from launch_ros.substitutions import FindPackageShare

# argument: the node's own name for the topic
TOPICS = {
    "rgb_topic": "rgb/image_rect_color",
    "camera_info_topic": "rgb/camera_info",
    "depth_topic": "depth_registered/image_rect",
    "mask_topic": "mask",
}


def start_node(context: LaunchContext) -> list[Node]:
    """The node; `model` and `store` go before the parameter file only when given. ValueError without that file."""
    params_file = LaunchConfiguration("params_file").perform(context)
    if not Path(params_file).is_file():  # launch_ros would go on without it
        raise ValueError(f"params_file is '{params_file}'; it must be a YAML file of parameters")
    given = {name: LaunchConfiguration(name).perform(context) for name in ("model", "store")}
    overrides = {name: ParameterValue(value, value_type=str) for name, value in given.items() if value}
    overrides["use_sim_time"] = ParameterValue(LaunchConfiguration("use_sim_time"), value_type=bool)
    return [
        Node(
            package="dfc_ros",
            executable="transfer_node",
            name="transfer",
            namespace=LaunchConfiguration("namespace"),
            output="screen",
            emulate_tty=True,
            parameters=[params_file, overrides],
            remappings=[(topic, LaunchConfiguration(argument)) for argument, topic in TOPICS.items()],
            arguments=["--ros-args", "--log-level", LaunchConfiguration("log_level")],
        )
    ]


def generate_launch_description() -> LaunchDescription:
    """Arguments, then the node."""
    parameters = PathJoinSubstitution([FindPackageShare("dfc_ros"), "config", "transfer.yaml"])
    arguments = [
        DeclareLaunchArgument("namespace", default_value="", description="namespace of the node and its services"),
        DeclareLaunchArgument(
            "params_file", default_value=parameters, description="YAML file of the node's parameters"
        ),
        DeclareLaunchArgument("use_sim_time", default_value="false", description="follow /clock"),
        DeclareLaunchArgument("log_level", default_value="info", description="debug, info, warn, error or fatal"),
        DeclareLaunchArgument("model", default_value="", description="model name or folder; empty = params_file's"),
        DeclareLaunchArgument("store", default_value="", description="demonstration folder; empty = params_file's"),
    ]
    arguments += [
        DeclareLaunchArgument(argument, default_value=topic, description=f"topic to take for {topic}")
        for argument, topic in TOPICS.items()
    ]
    return LaunchDescription([*arguments, OpaqueFunction(function=start_node)])
