#!/usr/bin/env bash
# Plays the drivers with the real clients from PyPI, each in an environment of its own: run.sh <binary> <folder>.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
binary=$(realpath "$1")
folder=$2

environment() { # name, requirement
    local python=$folder/$1/bin/python
    if [ ! -x "$python" ]; then python3 -m venv "$folder/$1"; fi
    if [ ! -e "$folder/$1/ready" ]; then
        "$python" -m pip install --quiet --disable-pip-version-check "$2"
        touch "$folder/$1/ready"
    fi
}

environment mcp2 'mcp>=2,<3'
environment mcp1 'mcp>=1.30,<2'
"$folder/mcp2/bin/python" -W ignore "$here/client_v2.py" "$binary" 2>"$folder/v2.log" || { tail -60 "$folder/v2.log"; exit 1; }
"$folder/mcp1/bin/python" -W ignore "$here/client_v1.py" "$binary" 2>"$folder/v1.log" || { tail -60 "$folder/v1.log"; exit 1; }
