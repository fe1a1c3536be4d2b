# Sourced by the other scripts (bash): finds this repository, its interpreter and its ROS 2. Changes nothing on disk.
#
# Sets dfc_repo, dfc_venv, dfc_python (the interpreter with torch) and dfc_ros: "sourced" when a ROS 2 is sourced in the
# calling shell, else "wheels" (ROS 2 inside .venv). `dfc_source_workspace` then puts the built package on the paths.

dfc_repo="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
dfc_venv="$dfc_repo/.venv"
dfc_python="$dfc_venv/bin/python"

dfc_say() { printf '[dfc_ros] %s\n' "$*" >&2; }
dfc_fail() {
  dfc_say "$*"
  exit 1
}

dfc_find_ros() {
  local prefix
  local -a prefixes
  IFS=: read -r -a prefixes <<<"${AMENT_PREFIX_PATH:-}"
  for prefix in "${prefixes[@]}"; do
    if [ "$prefix" != "$dfc_venv" ] && [ -e "$prefix/share/rclpy/package.xml" ]; then
      echo sourced
      return
    fi
  done
  echo wheels
}

dfc_ros="$(dfc_find_ros)"
if [ "$dfc_ros" = wheels ]; then
  # The virtual environment is the ROS prefix.
  export AMENT_PREFIX_PATH="$dfc_venv" CMAKE_PREFIX_PATH="$dfc_venv"
  unset COLCON_PREFIX_PATH
fi
# Packages of the user's own site would hide ours.
export PYTHONNOUSERSITE=1

dfc_source_workspace() {
  # ROS's own setup files read variables that are not set; colcon's outermost one fails in a path with spaces.
  set +u
  # shellcheck disable=SC1091
  source "$dfc_repo/install/dfc_ros/share/dfc_ros/local_setup.bash"
  set -u
}
