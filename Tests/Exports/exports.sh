#!/usr/bin/env bash
# Prepares what the check of exports needs below .build and runs it: exports.sh BINARY
set -euo pipefail

binary=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
environment=$PWD/.build/exports-venv

Tests/Tools/venv.sh "$environment" "$here/requirements.txt"
exec "$environment/bin/python" -B "$here/exports.py" "$binary"
