#!/bin/sh
# Listen beside a pod that has no sidecar, without changing or restarting it, and print the verdict:
#   debug.sh POD [OPTION ...]       such as: debug.sh web --require sealed
# The options are those of `overheard sidecar`. Needs kubectl 1.32 or later, and the right to add ephemeral containers.
set -eu
pod=${1:?the name of a pod}
shift
exec kubectl debug "$pod" --image=overheard-sidecar --container=overheard --profile=restricted \
    --custom="$(dirname "$0")/debug.yaml" --attach="${ATTACH:-true}" --quiet -- overheard sidecar "$@"
