#!/usr/bin/env bash
# Prepares what the comparison needs below .build and runs it: differential.sh BINARY [CASE...]
set -euo pipefail

binary=$(realpath "$1")
shift
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
environment=$PWD/.build/differential-venv

Tests/Tools/venv.sh "$environment" "$here/requirements.txt"
exec "$environment/bin/python" -B "$here/differential.py" "$binary" "$PWD/.build/differential" "$@"
