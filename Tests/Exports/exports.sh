#!/usr/bin/env bash
# Prepares what the check of exports needs below .build and runs it: exports.sh BINARY
set -euo pipefail

binary=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
environment=$PWD/.build/exports-venv

# Debian's own interpreter: another one in the PATH may come without venv.
if ! cmp -s "$here/requirements.txt" "$environment/requirements.txt"; then
    /usr/bin/python3 -m venv --clear "$environment"
    "$environment/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
    cp "$here/requirements.txt" "$environment/requirements.txt"
fi
exec "$environment/bin/python" -B "$here/exports.py" "$binary"
