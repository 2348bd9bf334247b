#!/usr/bin/env bash
# Prepares what the benchmark needs below .build and runs it, or the soak: bench.sh BINARY [soak.py]
set -euo pipefail

binary=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
work=$PWD/.build/bench
environment=$PWD/.build/bench-venv
mkdir -p "$work"

Tests/Tools/venv.sh "$environment" "$here/requirements.txt"
for program in upstream echo spawns; do
    if [ ! -x "$work/$program" ] || [ "$here/$program.c" -nt "$work/$program" ]; then
        gcc -std=c11 -O2 -Wall -Wextra -Werror -o "$work/$program" "$here/$program.c"
    fi
done
if [ ! -e "$work/mallocs.so" ] || [ "$here/mallocs.c" -nt "$work/mallocs.so" ]; then
    gcc -std=gnu11 -O2 -Wall -Wextra -Werror -shared -fPIC -o "$work/mallocs.so" "$here/mallocs.c"
fi
if command -v go >/dev/null && { [ ! -x "$work/peer" ] || [ "$here/peer.go" -nt "$work/peer" ]; }; then
    GOFLAGS=-mod=mod GO111MODULE=off GOCACHE="$work/go-cache" go build -o "$work/peer" "$here/peer.go"
fi
if [ ! -e "$work/bench.key" ] || [ -z "$(find "$work/bench.key" -mtime -300)" ]; then
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$work/bench.key" -out "$work/bench.cert" \
        -days 365 -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 2>/dev/null
fi
exec "$environment/bin/python" -B "$here/${2:-bench.py}" "$binary" "$work"
