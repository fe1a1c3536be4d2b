#!/usr/bin/env bash
# Sets up what is missing, then runs the main job over ROS 2: starts the transfer node, plays RGB-D frames of a tool it was
# never shown, calls /match_tool, prints contact points and grasp in metres, writes overlay.png, scene.glb and result.json
# into out/demo.
#
#   scripts/demo.sh [FRAME_FOLDER] [--function pour-with] [--timeout 120]
#
# DFC_DEMO_STORE chooses another demonstration store than the shipped one, DFC_DEMO_MODEL another model.
set -euo pipefail

scripts="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
shipped="$(dirname "$scripts")/dfc_core/data/demo"
frames="$shipped/frames"
if [ $# -gt 0 ] && [ "${1#-}" = "$1" ]; then
  [ -d "$1" ] || {
    echo "demo.sh: $1 is not a folder" >&2
    exit 2
  }
  frames="$(cd "$1" && pwd)"
  shift
fi

bash "$scripts/setup.sh"
source "$scripts/environment.sh"
dfc_source_workspace
cd "$dfc_repo"
mkdir -p out/demo
rm -f out/demo/overlay.png out/demo/scene.glb out/demo/result.json

ROS_DOMAIN_ID="$("$dfc_python" -m dfc_ros.domain)"
export ROS_DOMAIN_ID
if [ "${ROS_DISTRO:-}" = humble ]; then export ROS_LOCALHOST_ONLY=1; else export ROS_AUTOMATIC_DISCOVERY_RANGE=LOCALHOST; fi

store="${DFC_DEMO_STORE:-}"
if [ -z "$store" ]; then
  # The node keeps computed features beside the demonstrations; the shipped ones stay as they are.
  store="$dfc_repo/out/demo/store"
  rm -rf "$store"
  cp -R "$shipped/demonstrations" "$store"
fi

node_log="$dfc_repo/out/demo/node.log"
"$dfc_repo/install/dfc_ros/lib/dfc_ros/transfer_node" --ros-args \
  -p "store:=$store" -p "model:=${DFC_DEMO_MODEL:-default}" -p gripper_maximum_opening:=0.14 \
  </dev/null >"$node_log" 2>&1 &
node=$!
"$dfc_python" -m dfc_ros.demo "$frames" --store "$store" "$@" </dev/null &
client=$!
stop() { kill "$node" "$client" 2>/dev/null || true; }
trap stop EXIT INT TERM

# Whichever ends first; the node is not supposed to.
status=0
wait -n "$node" "$client" || status=$?
if ! kill -0 "$node" 2>/dev/null; then
  cat "$node_log" >&2
  dfc_fail "the transfer node ended early; its log is above"
fi
if kill -0 "$client" 2>/dev/null; then wait "$client" || status=$?; fi
# SIGTERM: a process started by a script in the background ignores SIGINT until ROS is up.
kill -TERM "$node"
ended=0
wait "$node" || ended=$?
[ "$status" = 0 ] || dfc_fail "no match; the node's log is in $node_log"
[ "$ended" = 0 ] || dfc_fail "the transfer node did not end cleanly ($ended); see $node_log"
