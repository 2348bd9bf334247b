#!/usr/bin/env bash
# What the README's first page says, done as it says: `make run` in one terminal, its `curl` lines in another.
# Only the port differs, so that nothing that runs on this machine is in the way.
set -euo pipefail
cd "$(dirname "$0")/../.."

output=$(mktemp)
# In a session of its own, so that what `make` starts can be ended with it.
env -u LUMA_API_KEY -u LUMA_SANDBOX LUMA_PORT=0 setsid make run >"$output" 2>&1 </dev/null &
started=$!
finish() {
    kill -TERM -- "-$started" 2>/dev/null || true
    wait "$started" 2>/dev/null || true
    rm -f "$output"
}
trap finish EXIT

address=
for _ in $(seq 6000); do
    address=$(grep -o 'http://localhost:[0-9]*' "$output" | head -n 1) || true
    if [ -n "$address" ]; then break; fi
    kill -0 "$started" 2>/dev/null || break
    sleep 0.1
done
if [ -z "$address" ]; then
    echo "make run did not serve:" >&2
    tail -n 40 "$output" >&2
    exit 1
fi
grep -q emulator "$output" || { echo "make run does not say that it uses the emulator" >&2; exit 1; }

# The shell examples under "A script" that are for curl.
examples=$(awk '/^## / { here = ($0 == "## A script") } here && /^In a shell/ { exit } here && /^```/ { open = !open; next } here && open' README.md)
[ -n "$examples" ]
curl() { command curl -sS --fail-with-body --max-time 20 "$@"; }
eval "${examples//http:\/\/localhost:8000/$address}" >/dev/null

# It ends as it is asked to. The debug build, which the other tests use, may do what this one does not.
program=$(pgrep -s "$started" -x luma-mcp)
kill -TERM "$program"
wait "$started" || { echo "make run ended with $?:" >&2; tail -n 5 "$output" >&2; exit 1; }
echo "make run serves at $address and the README's first event works"
