#!/usr/bin/env bash
# Prepares the driver of the browser below .build and lets it look at the pages: browser.sh BINARY [PAGE...]
# PAGE is the name of a test beside this file, such as docs. What it has seen is left in .build/browser as pictures.
set -euo pipefail

binary=$(realpath "$1")
shift
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
environment=$PWD/.build/browser-venv

Tests/Tools/venv.sh "$environment" "$here/requirements.txt"
[ $# -gt 0 ] || set -- docs console console_event console_files console_form console_keys console_look console_place console_states console_trouble console_waiting
for page in "$@"; do
    "$environment/bin/python" -B "$here/$page.py" "$binary" "$PWD/.build/browser"
done
