#!/usr/bin/env bash
# Installs those of the named Debian packages that are missing. Silent when all are there.
set -euo pipefail

missing=()
if ! command -v dpkg-query >/dev/null; then
    echo "This is not a Debian system: make sure that it has what Debian calls: $*" >&2
    exit 0
fi
for package in "$@"; do
    status=$(dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null) || status=
    grep -qx installed <<<"$status" || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        {
            echo "Debian packages are missing, and there is neither root nor sudo to install them. As root, run:"
            echo "    apt-get update && apt-get install ${missing[*]}"
        } >&2
        exit 1
    fi
    # Without a terminal a password prompt would wait for ever.
    if [ -t 0 ]; then as_root=(sudo); else as_root=(sudo -n); fi
fi

echo "Installing Debian packages: ${missing[*]}"
# Another installation may be under way, as on a machine that has just started.
as_root+=(env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=120)
"${as_root[@]}" update </dev/null
# --no-remove: a package that conflicts with one of the user's is the user's decision.
"${as_root[@]}" install -y --no-install-recommends --no-remove "${missing[@]}" </dev/null
