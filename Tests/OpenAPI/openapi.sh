#!/usr/bin/env bash
# Prepares what the check of the document needs below .build and runs it: openapi.sh BINARY [OPTION...]
set -euo pipefail

binary=$(realpath "$1")
shift
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
environment=$PWD/.build/openapi-venv

Tests/Tools/venv.sh "$environment" "$here/requirements.txt"
exec "$environment/bin/python" -B "$here/openapi.py" "$binary" "$PWD/.build/openapi" "$@"
