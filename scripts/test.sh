#!/usr/bin/env bash
# Sets up what is missing, then checks format, style and types and runs the tests. Arguments go to pytest.
set -euo pipefail

scripts="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
bash "$scripts/setup.sh"
source "$scripts/environment.sh"
dfc_source_workspace
cd "$dfc_repo"

# Plug-ins that a sourced ROS 2 brings were written for its own pytest.
export PYTEST_DISABLE_PLUGIN_AUTOLOAD=1
"$dfc_python" -m ruff format --check .
"$dfc_python" -m ruff check .
"$dfc_python" -m mypy
"$dfc_python" -m pytest "$@"
