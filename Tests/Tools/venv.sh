#!/usr/bin/env bash
# Makes a virtual environment with what a list of requirements names, unless it is there and the list is the same:
# venv.sh FOLDER REQUIREMENTS
set -euo pipefail

environment=$1 requirements=$2
if cmp -s "$requirements" "$environment/requirements.txt"; then exit 0; fi
# Debian's own interpreter: another one in the PATH may come without venv.
/usr/bin/python3 -m venv --clear "$environment"
"$environment/bin/pip" install --quiet --disable-pip-version-check -r "$requirements"
# Last, so that an installation that broke off is begun anew.
cp "$requirements" "$environment/requirements.txt"
