#!/usr/bin/env bash
# Tests of the scripts beside this file: each rule is seen to hold and seen to fail.
set -euo pipefail

tools=$(cd "$(dirname "$0")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failures=0
cases=0

# check NAME EXPECTED ACTUAL
check() {
    cases=$((cases + 1))
    [ "$2" = "$3" ] && return
    failures=$((failures + 1))
    printf 'FAIL %s\n  expected: %s\n  actual:   %s\n' "$1" "$2" "$3" >&2
}

# outcome COMMAND...: "ok", or "failed"
outcome() {
    if "$@" >"$scratch/output" 2>&1; then echo ok; else echo failed; fi
}

# MARK: serve.sh

cd "$scratch"
printf '#!/bin/sh\necho "$* ${LUMA_SANDBOX-luma}"\n' >server
chmod +x server

# serve NAME EXPECTED CONTENTS-OF-.env [SETTING=VALUE...]
serve() {
    local name=$1 expected=$2 file=$3
    shift 3
    rm -f .env
    [ -z "$file" ] || printf '%b' "$file" >.env
    check "serve: $name" "serve $expected" "$(env -u LUMA_API_KEY -u LUMA_SANDBOX "$@" "$tools/serve.sh" ./server)"
}
serve 'nothing given' auto ''
serve 'key in the environment' auto '' LUMA_API_KEY=secret
serve 'key in .env' auto 'LUMA_PORT=1\nLUMA_API_KEY=secret\n'
serve 'decided in the environment' false '' LUMA_SANDBOX=false
serve 'the environment beats .env' true 'LUMA_SANDBOX=false\n' LUMA_SANDBOX=true
serve 'decided in .env' luma 'LUMA_SANDBOX=true\n'
serve 'decided in .env, quoted, no newline' luma "LUMA_PORT=1\nexport LUMA_SANDBOX='false'"
serve 'decided behind a byte order mark' luma '\xef\xbb\xbfLUMA_SANDBOX=true\n'
serve 'wrong in .env, for the program to refuse' luma 'LUMA_SANDBOX = true\n'
serve 'empty in the environment leaves it to .env' '' 'LUMA_SANDBOX=true\n' LUMA_SANDBOX=
serve 'empty everywhere' auto 'LUMA_SANDBOX=""\n' LUMA_SANDBOX=
serve 'only a comment after it' auto 'LUMA_SANDBOX= # true\n'
serve 'commented out' auto '# LUMA_SANDBOX=true\n'
serve 'other settings that sound alike' auto 'MY_LUMA_SANDBOX=true\nLUMA_SANDBOX_SEED=1\n'

# MARK: check-sources.sh

repository=$scratch/repository
fresh() {
    rm -rf "$repository"
    mkdir -p "$repository/Sources/Core" "$repository/Tests"
    cd "$repository"
    git init -q .
    printf '.build/\n.env\n' >.gitignore
    printf '// no package\n' >Package.swift
    printf 'import Glibc\nlet FoundationName = "import Foundation"\n' >Sources/Core/A.swift
    git add -A
}
sources() { check "sources: $1" "$2" "$(outcome "$tools/check-sources.sh")"; }

fresh
sources 'clean' ok
for line in 'import Foundation' 'public import FoundationEssentials' '@preconcurrency import Foundation' \
    '@_spi(X) internal import struct Foundation.URL' 'import Glibc; import Foundation' '  import FoundationNetworking // why'; do
    fresh
    echo "$line" >>Sources/Core/A.swift
    sources "$line" failed
done
fresh
echo 'import Foundation' >Tests/T.swift
sources 'tests may import Foundation' ok
fresh
echo 'let thread = pthread_self()' >>Sources/Core/A.swift
sources 'pthread_self in a shipped file' failed
fresh
seq -f '// %g' 400 >Sources/Core/B.swift
sources '400 lines' ok
echo '// 401' >>Sources/Core/B.swift
sources '401 lines' failed
fresh
mkdir -p examples/plugins/a
seq -f '# %g' 401 >examples/plugins/a/a.py
sources '401 lines of an example' failed
fresh
mkdir .build
echo 1 >.build/x
sources 'ignored and not tracked' ok
git add -f .build/x
sources 'ignored and tracked' failed
fresh
echo LUMA_API_KEY=1 >.env && git add -f .env
sources '.env tracked' failed
fresh
echo 1 >a.o && git add a.o
sources 'object file tracked' failed
fresh
cp /bin/true Tests/tool && git add Tests/tool
sources 'program tracked' failed

fresh
printf '/// Why.\n@frozen\n@available(*, deprecated)\npublic final class B {\n    /// Why.\n    package enum C { case d }\n}\nstruct E {}\n' >>Sources/Core/A.swift
sources 'types with a comment' ok
for line in 'public struct B {}' '    package indirect enum B {' '@frozen public struct B {}'; do
    fresh
    printf '// Why.\n%s\n' "$line" >>Sources/Core/A.swift
    sources "$line" failed
done

# architecture NAME EXPECTED TEXT [PICTURE]
architecture() {
    fresh
    mkdir -p Sources/CCurl Tests/CoreTests
    printf '%b\n' "# How it is built\n\n\`\`\`\n${4-Core}\n\`\`\`\n\n| \`Core\` | values |\n\n$3" >ARCHITECTURE.md
    sources "architecture: $1" "$2"
}
architecture 'paths that exist' ok '`Core/A`, `Core/A.swift`, `Sources/Core/A.swift`, `Tests/`, `CoreTests/`; `/docs`, `make lint`'
architecture 'a path that does not' failed '`Core/B.swift`'
architecture 'a path in a module that is gone' failed '`Cellar/A.swift`'
architecture 'a type that is there' ok '`FoundationName`, `FoundationName.count`'
architecture 'a type that is not' failed '`FoundationNames`'
architecture 'not in the picture' failed '' 'CoreTests'
fresh
printf '# How it is built\n\n```\nCore\n```\n' >ARCHITECTURE.md
sources 'architecture: not in the table' failed
fresh
printf 'See `Core/B.swift`.\n' >CONTRIBUTING.md
sources 'a path that does not exist, for contributors' failed

# MARK: check-layers.py

# layers NAME EXPECTED LINE-OF-THE-LOWER LINE-OF-THE-HIGHER [LINE-OF-THE-LIST [LINE-OF-THE-HIGHEST]]
layers() {
    rm -rf "$scratch/house"
    mkdir -p "$scratch/house/Room/Low" "$scratch/house/Room/High/Deep" "$scratch/house/Room/Top"
    cd "$scratch/house"
    printf 'struct Floor {}\nextension Floor { struct Tile {} }\n%s\n' "$3" >Room/Low/A.swift
    printf '@MainActor public final class Roof {}\n%s\n' "$4" >Room/High/Deep/B.swift
    printf '%s\n' "${6-}" >Room/Top/C.swift
    printf '# the list\nRoom\nLow\nHigh\nTop\n%s\n' "${5-}" >list
    check "layers: $1" "$2" "$(outcome python3 "$tools/check-layers.py" list)"
}
layers 'downwards' ok '' 'let floor: Floor'
layers 'upwards' failed 'let roof: Roof' ''
layers 'upwards and named' ok 'let roof: Roof' '' 'Low -> High'
layers 'named and gone' failed '' '' 'Low -> High'
layers 'in a comment or a text' ok 'let text = "Roof" // Roof' ''
layers 'in a comment within a comment' ok '/* /* */ Roof */' ''
layers 'a folder that is not named' failed '' ''  'Attic'
layers 'in an interpolation' failed 'let text = "a \(f("b", Roof.self)) c"' ''
layers 'behind an interpolation' failed 'let text = "\(a)" + Roof.text' ''
layers 'a text in an interpolation' ok 'let text = "\(f("Roof")) Roof"' ''
layers 'in an interpolation of a long text' failed $'let text = """\n    "a" \\(Roof.self)\n    """' ''
layers 'a long text' ok $'let text = """\n    "a" Roof\n    """' ''
layers 'in an interpolation of a raw text' failed 'let text = #"a \#(Roof.self) "b"#' ''
layers 'no interpolation of a raw text' ok 'let text = #"a "b" \(Roof.self)"#' ''
layers 'a type within a type' failed 'let tile: Floor.Slate' 'extension Floor { struct Slate {} }'
layers 'a type within a type, by its name alone' failed 'extension Floor { var tile: Slate }' 'extension Floor { enum Slate {} }'
layers 'a name that is another one outside of its type' ok 'let tile: Slate' 'extension Floor { enum Slate {} }'
layers 'a type within a type, downwards' ok '' 'let tile: Floor.Tile'
layers 'a static member' failed 'let tile = Floor.first' 'extension Floor { static let first = 1 }'
layers 'a static member of the type of another module' ok 'let tile = Int.first' 'extension Int { static let first = 1 }'
layers 'declared by two folders above' failed 'let tile = Slate()' $'#if A\nstruct Slate {}\n#endif' '' 'struct Slate {}'
layers 'declared by a folder above and its own' ok $'#if A\nstruct Slate {}\n#endif\nlet tile = Slate()' 'struct Slate {}'
layers 'private to a file' ok $'private struct Slate {}\nlet tile = Slate()' 'struct Slate {}'

# MARK: check-linkage.sh

cd "$scratch"
linkage() { check "linkage: $1" "$2" "$(outcome "$tools/check-linkage.sh" "$3")"; }
compile() { clang -x c -o "$@" -; }
compile plain -Wl,-z,now <<<'int main(void) { return 0; }'
linkage 'plain program' ok plain
compile lazy -Wl,-z,lazy <<<'int main(void) { return 0; }'
linkage 'tables that stay writable' failed lazy
compile origin -Wl,-z,now '-Wl,-rpath,$ORIGIN' <<<'int main(void) { return 0; }'
linkage 'libraries from the folder of the program' failed origin
compile traces -Wl,-z,now <<<"const char *path = \"$scratch/Sources/main.c\"; int main(void) { return path[0]; }"
linkage 'a path of the build' failed traces
compile essentials <<<'int $s20FoundationEssentials4DataV; int main(void) { return 0; }'
linkage 'FoundationEssentials inside' failed essentials
compile full <<<'int $s10Foundation4DateV; int main(void) { return 0; }'
linkage 'Foundation inside' failed full
compile stripped -s <<<'int $s10Foundation4DateV; int main(void) { return 0; }'
linkage 'stripped' failed stripped
clang -x c -shared -Wl,-soname,libswiftCore.so -o libswiftCore.so - <<<'int used;'
clang -x c -o dynamic - -x none libswiftCore.so <<<'extern int used; int main(void) { return used; }'
linkage 'needs a Swift library' failed dynamic
linkage 'no such file' failed nowhere

# MARK: run-tests.sh

cat >runner <<'EOF'
#!/bin/sh
while [ $# -gt 0 ]; do [ "$1" = --event-stream-output-path ] && events=$2; shift; done
for part in "testCaseStarted 1 quick" "testCaseStarted 1 slow" "testCaseEnded 2 quick" "testCaseEnded 9 slow"; do
    set -- $part
    echo "{\"kind\":\"event\",\"payload\":{\"instant\":{\"absolute\":$2},\"kind\":\"$1\",\"testID\":\"T.$3\"}}" >>"$events"
done
echo first
echo summary
exit 3
EOF
chmod +x runner
status=0
"$tools/run-tests.sh" events.jsonl ./runner >output 2>&1 || status=$?
check 'run-tests: the status is the runner’s' 3 "$status"
check 'run-tests: lines' 'first|The tests took 8 s; the slowest of 2:|     8.0 s  T.slow|     1.0 s  T.quick|summary|' \
    "$(tr '\n' '|' <output)"

# MARK: packages.sh, with every program that it calls replaced

mkdir fake
printf '#!/bin/sh\neval "package=\\${$#}"\ncase $package in old) echo installed;; gone) echo config-files;; *) exit 1;; esac\n' >fake/dpkg-query
printf '#!/bin/sh\necho "$FAKE_UID"\n' >fake/id
printf '#!/bin/sh\necho "apt-get $*" >>"$CALLS"\n' >fake/apt-get
printf '#!/bin/sh\necho sudo >>"$CALLS"\n[ "$1" = -n ] && shift\nexec "$@"\n' >fake/sudo
chmod +x fake/*
for program in bash env grep; do ln -s "$(command -v $program)" fake/; done
export CALLS=$scratch/calls

# packages NAME EXPECTED-OUTCOME EXPECTED-CALLS UID NAMES...
packages() {
    local name=$1 expected=$2 calls=$3 uid=$4
    shift 4
    : >"$CALLS"
    check "packages: $name" "$expected" "$(PATH=$scratch/fake FAKE_UID=$uid outcome "$tools/packages.sh" "$@" </dev/null)"
    check "packages: $name, calls" "$calls" "$(tr '\n' ';' <"$CALLS")"
}
install='apt-get -q -o DPkg::Lock::Timeout=120 install -y --no-install-recommends --no-remove'
packages 'all there' ok '' 1000 old
packages 'root' ok "apt-get -q -o DPkg::Lock::Timeout=120 update;$install new gone;" 0 old new gone
packages 'sudo' ok "sudo;apt-get -q -o DPkg::Lock::Timeout=120 update;sudo;$install new;" 1000 new old
rm fake/sudo
packages 'neither root nor sudo' failed '' 1000 new
check 'packages: says what to run' 1 "$(grep -c 'apt-get install new$' output)"
printf '#!/bin/sh\nexit 100\n' >fake/apt-get
packages 'installation fails' failed '' 0 new
rm fake/dpkg-query
packages 'not Debian' ok '' 1000 new

if [ "$failures" -gt 0 ]; then
    echo "$failures of $cases checks of the tools failed" >&2
    exit 1
fi
echo "Tools: $cases checks passed"
