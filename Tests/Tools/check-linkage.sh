#!/usr/bin/env bash
# What the release binary may carry and need: no Foundation inside, no shared library but the expected ones, none from a
# folder of its own choice, its tables read-only once they are bound, and no path of the machine that built it.
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
# A folder in RPATH or RUNPATH is searched before the system's: whoever can write there chooses the library.
dynamic=$(readelf -d "$binary")
if path=$(grep -E '\((RPATH|RUNPATH)\)' <<<"$dynamic"); then
    echo "$binary looks for its libraries in a folder of its own: $path" >&2
    exit 1
fi
if [ -n "$needed" ] && { ! grep -q 'BIND_NOW' <<<"$dynamic" || ! readelf -lW "$binary" | grep -q GNU_RELRO; }; then
    echo "$binary is linked without full RELRO: -z relro -z now" >&2
    exit 1
fi
folder=${BUILD_FOLDER:-$PWD}
if [ "$folder" != / ] && traces=$(LC_ALL=C grep -aoF -m 3 "$folder/" "$binary"); then
    echo "$binary carries paths of the folder that it was built in: $(wc -l <<<"$traces") or more" >&2
    exit 1
fi
echo "$binary: no Foundation, full RELRO, no folder of its own, needs" $needed
