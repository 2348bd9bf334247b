#!/usr/bin/env bash
# Starts the given binary: against Luma when there is a key, else against the built-in sandbox.
# The environment and the .env of the current folder are looked at, in this order, as the program does.
set -euo pipefail

# Is this setting given a value, in the environment or in .env?
given() {
    if [ -n "${!1+set}" ]; then
        [ -n "${!1}" ]
    else
        [ -f .env ] && grep -Eq "^[[:space:]]*(export[[:space:]]+)?$1[[:space:]]*=[[:space:]]*[\"']?[^[:space:]\"'#]" .env
    fi
}

# Who sets LUMA_SANDBOX has decided already.
given LUMA_API_KEY || given LUMA_SANDBOX || export LUMA_SANDBOX=true
exec "$1" serve
