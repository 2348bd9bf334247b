#!/usr/bin/env bash
# Prepares the driver of the browser below .build and lets it look at the pages: browser.sh BINARY [PAGE...]
# PAGE is the name of a test beside this file, such as docs. What it has seen is left in .build/browser as pictures.
set -euo pipefail

binary=$(realpath "$1")
shift
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
environment=$PWD/.build/browser-venv

# Debian's own interpreter: another one in the PATH may come without venv.
if ! cmp -s "$here/requirements.txt" "$environment/requirements.txt"; then
    /usr/bin/python3 -m venv --clear "$environment"
    "$environment/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
    cp "$here/requirements.txt" "$environment/requirements.txt"
fi
[ $# -gt 0 ] || set -- docs console console_trouble
for page in "$@"; do
    "$environment/bin/python" -B "$here/$page.py" "$binary" "$PWD/.build/browser"
done
