#!/usr/bin/env bash
# Plays the journeys with the real clients and servers from PyPI, all at the same time: run.sh <binary> <folder>. With INTEROP_FRAMEWORKS=1
# frameworks that make tools of their own out of the gateway's follow, one after the other: they are a gigabyte to download.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
binary=$(realpath "$1")
folder=$2
seconds=${INTEROP_SECONDS:-150}

environment() { # name, requirements
    local name=$1 python=$folder/$1/bin/python
    shift
    # What the environment was made of stands beside it: another list makes it anew.
    if [ "$(cat "$folder/$name.ready" 2>/dev/null)" = "$*" ]; then return; fi
    rm -rf "${folder:?}/$name"
    python3 -m venv "$folder/$name"
    "$python" -m pip install --quiet --disable-pip-version-check "$@"
    echo "$*" >"$folder/$name.ready"
}

mkdir -p "$folder"
# 1.x and 2.x cannot live side by side; fastmcp stands on 2.x.
environment mcp1 'mcp>=1.30,<2'
environment mcp2 'mcp>=2,<3' 'fastmcp-slim[client,server]>=4,<5'

declare -A drivers=([v1]=mcp1 [v2]=mcp2 [fastmcp]=mcp2) running
for name in "${!drivers[@]}"; do
    timeout --kill-after=5 "$seconds" "$folder/${drivers[$name]}/bin/python" -W ignore "$here/client_$name.py" "$binary" \
        >"$folder/$name.out" 2>"$folder/$name.log" &
    running[$name]=$!
done
# The other way round: real servers behind the gateway.
timeout --kill-after=5 "$seconds" "$folder/mcp2/bin/python" -W ignore "$here/upstreams.py" "$binary" "$folder/mcp1/bin/python" \
    "$folder/mcp2/bin/python" >"$folder/upstreams.out" 2>"$folder/upstreams.log" &
running[upstreams]=$!
status=0
for name in "${!running[@]}"; do
    wait "${running[$name]}" || { tail -60 "$folder/$name.log" >&2; echo "failed: $name" >&2; status=1; }
    cat "$folder/$name.out"
done

if [ "${INTEROP_FRAMEWORKS:-}" = 1 ]; then
    # Most say no upper bound for mcp and do not work with 2.x; mcpadapt needs websockets and does not say so.
    declare -A frameworks=(
        [smolagents]='smolagents[mcp]>=1.26 mcp<2 websockets' [crewai]='crewai-tools[mcp]>=1.15 mcp<2'
        [autogen]='autogen-ext[mcp]>=0.7.5 mcp<2' [semantic_kernel]='semantic-kernel[mcp]>=1.45 mcp<2'
        [google_genai]='google-genai>=3.6 mcp>=2,<3')
    for name in "${!frameworks[@]}"; do
        read -ra requirements <<<"${frameworks[$name]}"
        environment "$name" "${requirements[@]}"
        CREWAI_DISABLE_TELEMETRY=true OTEL_SDK_DISABLED=true timeout --kill-after=5 "$seconds" \
            "$folder/$name/bin/python" -B -W ignore "$here/frameworks.py" "$name" "$binary" 2>"$folder/$name.log" ||
            { tail -30 "$folder/$name.log" >&2; echo "failed: $name" >&2; status=1; }
    done
fi
exit $status
