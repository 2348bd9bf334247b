#!/usr/bin/env bash
# What the release binary may carry and need: no Foundation inside, no shared library but the expected ones.
set -euo pipefail

binary=$1
symbols=$(nm "$binary" 2>/dev/null) || symbols=
if [ -z "$symbols" ]; then
    echo "$binary has no symbol table (stripped, or not a program): nothing can be said about it." >&2
    exit 1
fi

# Mangled names of the modules Foundation and FoundationEssentials (and the like), defined or needed.
count=$(grep -cE '\$s[0-9]+Foundation' <<<"$symbols" || true)
if [ "$count" -ne 0 ]; then
    echo "$binary contains $count symbols of Foundation: find who imports it." >&2
    exit 1
fi

# Asked for by the binary itself; what libcurl drags in is Debian's business.
expected='libcurl\.so\.4|libssl\.so\.3|libcrypto\.so\.3|libsqlite3\.so\.0|lib(stdc\+\+|gcc_s|c|m|dl|pthread|rt)\.so\.[0-9]+|ld-linux.*\.so\.[0-9]+'
needed=$(readelf -d "$binary" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
if unexpected=$(grep -vxE "$expected" <<<"$needed"); then
    echo "$binary needs shared libraries that a plain Debian does not give it:" $unexpected >&2
    exit 1
fi
if lost=$(ldd "$binary" | grep 'not found'); then
    echo "$binary cannot start here: $lost" >&2
    exit 1
fi
echo "$binary: no Foundation, needs" $needed
