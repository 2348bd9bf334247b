#!/usr/bin/env bash
# Builds the fuzz targets and runs each for a share of FUZZ_SECONDS: fuzz.sh [TARGET...]
#
#   FUZZ_SECONDS    all targets together, building left out (60)
#   FUZZ_SANITIZER  address, or thread (address)
#
# What a run learns is kept in .build/fuzz/corpus, an input that fails in .build/fuzz/found: once it is fixed it belongs
# into Tests/Fuzz/Corpus, where the unit tests play it for ever.
set -euo pipefail

seconds=${FUZZ_SECONDS:-60}
sanitizer=${FUZZ_SANITIZER:-address}
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
# SANITIZE as for `make asan`: memory comes from malloc, piece by piece, where a sanitizer sees it.
export FUZZ=1 SANITIZE=1
# Leaks are the business of whoever holds a corpus for hours; the runner's own would be reported too.
export ASAN_OPTIONS=detect_leaks=0
if [ $# -eq 0 ]; then
    targets=("$here"/Fuzz*)
    set -- "${targets[@]##*/}"
fi

folder=.build/fuzz
mkdir -p "$folder/found"
for target in "$@"; do
    # Of several -sanitize options swiftc heeds the last, and SwiftPM gives those of --sanitize in no order: both are named
    # in one. What SwiftPM must know is that libFuzzer brings the `main`.
    # The default linker takes minutes for two sanitizers at once, lld a second; but it must be told to keep the
    # sections of the coverage counters, to which nothing refers by name.
    "${SWIFT:-swift}" build -c release --sanitize=fuzzer -Xswiftc "-sanitize=fuzzer,$sanitizer" -Xswiftc -use-ld=lld \
        -Xlinker -z -Xlinker nostart-stop-gc --product "$target" --scratch-path "$folder/$sanitizer"
done
failed=0
for target in "$@"; do
    name=${target#Fuzz}
    name=${name,,}
    mkdir -p "$folder/corpus/$name"
    case $name in
    request) longest=600 share=2 ;;
    chunked) longest=300 share=1 ;;
    json | table) longest=300 share=1 ;;
    *) longest=4096 share=1 ;;
    esac
    echo "==> $target, $sanitizer"
    "$folder/$sanitizer/release/$target" -max_total_time=$((seconds * share / (${#} + 1) + 1)) -max_len=$longest -timeout=10 \
        -rss_limit_mb=1024 -print_final_stats=1 -verbosity=0 -artifact_prefix="$folder/found/$name-" \
        "$folder/corpus/$name" "$here/Corpus/$name" >"$folder/$name.log" 2>&1 || failed=1
    grep -v '# Uses:\|Recommended dictionary\|recommended dictionary' "$folder/$name.log" || true
    # Without coverage the fuzzer only guesses, and would never say so otherwise.
    if grep -q 'no interesting inputs' "$folder/$name.log"; then
        echo "$target was built without coverage" >&2
        failed=1
    fi
done
exit $failed
