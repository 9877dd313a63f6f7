#!/bin/sh
# From nothing to a build that fails, as a password is overheard, and to one that passes: sh run.sh
#
# Needs Python 3.11 or later, and dumpcap (on Debian and Ubuntu: apt-get install tshark) that may record: run it as root,
# or as a user who may (dpkg-reconfigure wireshark-common). OVERHEARD is what pip installs: the released package unless
# you name another. In a checkout: OVERHEARD=../.. sh run.sh
set -eu
cd "$(dirname "$0")"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

echo "== 1. an empty environment, and what the test needs"
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check "${OVERHEARD:-overheard}" fastapi uvicorn httpx pytest trustme
PATH=$folder/venv/bin:$PATH
# No caches beside these files.
export PYTHONPYCACHEPREFIX="$folder/cache"

echo "== 2. over HTTP the build fails"
if pytest -q -p no:cacheprovider --overheard-keep never >"$folder/build.log"; then
    echo "run.sh: the test passed, although the password was sent in clear" >&2
    exit 1
fi
cat "$folder/build.log"
grep -q "OVERHEARD     secret  seen in frame" "$folder/build.log"

echo "== 3. with a certificate it passes"
umask 077
python -m trustme --quiet --dir "$folder"
CERTIFICATES=$folder pytest -q -p no:cacheprovider
