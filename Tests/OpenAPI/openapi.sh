#!/usr/bin/env bash
# Prepares what the check of the document needs below .build and runs it: openapi.sh BINARY [OPTION...]
set -euo pipefail

binary=$(realpath "$1")
shift
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
environment=$PWD/.build/openapi-venv

# Debian's own interpreter: another one in the PATH may come without venv.
if ! cmp -s "$here/requirements.txt" "$environment/requirements.txt"; then
    /usr/bin/python3 -m venv --clear "$environment"
    "$environment/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
    cp "$here/requirements.txt" "$environment/requirements.txt"
fi
exec "$environment/bin/python" -B "$here/openapi.py" "$binary" "$PWD/.build/openapi" "$@"
