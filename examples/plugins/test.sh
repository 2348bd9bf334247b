#!/usr/bin/env bash
# Tests the example plugins, or those that are named: test.sh [NAME...]
# Not executable, since an executable file in a directory of plugins is a plugin.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here/../.."
environment=$PWD/.build/plugins-venv
Tests/Tools/venv.sh "$environment" "$here/requirements.txt"

cd "$here"
if [ $# -eq 0 ]; then
    for test in */test_*.py; do set -- "$@" "${test%%/*}"; done
fi
failed=0
for name in "$@"; do
    echo "== $name"
    PYTHONPATH=$here "$environment/bin/python" -B -m unittest -q "$name/test_$name.py" || failed=1
done
exit "$failed"
