#!/usr/bin/env bash
# Runs `swift test` with these arguments, and before its own summary, which stays the last line, tells how long it took and
# which ten tests took longest.
#
#   run-tests.sh EVENTS SWIFT ARGUMENT...
#
# EVENTS is a file for the runner's events.
set -euo pipefail

events=$1
shift
mkdir -p "$(dirname "$events")"
rm -f "$events"
last=$(mktemp)
trap 'rm -f "$last"' EXIT
status=0
"$@" --event-stream-output-path "$events" --event-stream-version 0 2>&1 |
    awk -v last="$last" 'NR > 1 { print line; fflush() } { line = $0 } END { print line > last }' || status=$?
[ ! -s "$events" ] || python3 "$(dirname "$0")/slowest.py" "$events" || true
cat "$last"
exit "$status"
