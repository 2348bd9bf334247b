#!/usr/bin/env bash
# Prepares what the comparison needs below .build and runs it: differential.sh BINARY [CASE...]
set -euo pipefail

binary=$(realpath "$1")
shift
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
environment=$PWD/.build/differential-venv

# Debian's own interpreter: another one in the PATH may come without venv.
if ! cmp -s "$here/requirements.txt" "$environment/requirements.txt"; then
    /usr/bin/python3 -m venv --clear "$environment"
    "$environment/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
    cp "$here/requirements.txt" "$environment/requirements.txt"
fi
exec "$environment/bin/python" -B "$here/differential.py" "$binary" "$PWD/.build/differential" "$@"
