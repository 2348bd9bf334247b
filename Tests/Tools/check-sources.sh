#!/usr/bin/env bash
# House rules that no compiler checks, for the repository in the current folder:
#   1. Nothing that is shipped imports Foundation (44 MB) or FoundationEssentials (7 MB).
#   2. No source file has more than 400 lines.
#   3. No Swift file calls pthread_self, whose result an optimised build keeps over a suspension.
#   4. No file that a build makes, and no file that may hold a secret, is tracked.
#   5. Every path that ARCHITECTURE.md and CONTRIBUTING.md name exists, every type is somewhere in the sources or the tests, and
#      every target stands in the picture and in the table.
#   6. Every type that a module offers to others says in a comment what it is for.
set -euo pipefail

failed=0
complain() {
    echo "$1" >&2
    sed 's/^/    /' >&2
    failed=1
}

attribute='@[A-Za-z_]+(\([^)]*\))?[[:space:]]+'
access='(public|package|internal|fileprivate|private)[[:space:]]+'
kind='(struct|class|enum|protocol|typealias|func|var|let)[[:space:]]+'
import="(^|;)[[:space:]]*($attribute)*($access)?import[[:space:]]+($kind)?Foundation[A-Za-z]*([^A-Za-z0-9_]|\$)"
if found=$(grep -rnE --include='*.swift' "$import" Sources); then
    complain "Foundation is imported by a shipped file:" <<<"$found"
fi

shopt -s nullglob
long=$(find Package.swift Sources Tests examples* -type f \
    \( -name '*.swift' -o -name '*.c' -o -name '*.h' -o -name '*.sh' -o -name '*.py' -o -name '*.lua' \
    -o -name '*.js' -o -name '*.css' -o -name '*.html' \) \
    -exec wc -l {} \; | awk '$1 > 400 { print $2 ": " $1 " lines" }')
[ -z "$long" ] || complain "More than 400 lines, split by concern:" <<<"$long"

if found=$(grep -rn --include='*.swift' 'pthread_self' Sources); then
    complain "pthread_self in Swift: use lm_thread_mark, which is asked anew after each suspension:" <<<"$found"
fi

# The comment stands above the attributes.
undocumented=$(find Sources -name '*.swift' -print0 | xargs -0 -r awk '
    FNR == 1 { documented = 0 }
    /^[[:space:]]*\/\/\// { documented = 1; next }
    /^[[:space:]]*@[A-Za-z_]+(\([^)]*\))?[[:space:]]*$/ { next }
    /^[[:space:]]*(@[A-Za-z_]+(\([^)]*\))?[[:space:]]+)*(public|package)[[:space:]]+((final|indirect|nonisolated)[[:space:]]+)*(struct|class|enum|actor|protocol)[[:space:]]+[A-Z]/ \
        && !documented { print FILENAME ":" FNR ":" $0 }
    { documented = 0 }')
[ -z "$undocumented" ] || complain "A type without a comment that says what it is for:" <<<"$undocumented"

# A user other than the owner of the folder may run this (CI in a container).
git=(git -c 'safe.directory=*')
if "${git[@]}" rev-parse --git-dir >/dev/null 2>&1; then
    names='(^|/)(\.build|\.swiftpm|__pycache__|DerivedData)/|\.(o|a|so|d|pyc|swiftmodule|swiftdoc|swiftdeps|dia|profraw|sqlite3?|db|log)$|(^|/)\.env$'
    tracked=$({
        "${git[@]}" ls-files --cached --ignored --exclude-standard
        "${git[@]}" ls-files | grep -E "$names" || true
        # An executable or object file under whatever name: ELF's first four bytes.
        "${git[@]}" ls-files -z | LC_ALL=C xargs -0 -r grep -lP -- '\A\x7fELF' 2>/dev/null || true
    } | sort -u)
    [ -z "$tracked" ] || complain "Tracked, but made by a build or private:" <<<"$tracked"
else
    echo "No git repository here: not checked what is tracked." >&2
fi

# What stands between backticks: a path begins in this folder, in Sources or in Tests, and may leave out .swift.
pages=(ARCHITECTURE.md CONTRIBUTING.md)
for page in "${pages[@]}"; do
    [ -e "$page" ] || continue
    missing=$(sed '/^```/,/^```/d' "$page" | grep -oE '`[^`]+`' | tr -d '`' | sort -u | while read -r name; do
        if [[ $name =~ ^[A-Za-z.][A-Za-z0-9._+-]*(/[A-Za-z0-9._+-]*)+$ ]]; then
            [ -e "$name" ] || [ -e "Sources/$name" ] || [ -e "Sources/$name.swift" ] || [ -e "Tests/$name" ] \
                || echo "$page: $name"
        elif [[ $name =~ ^[A-Z][a-z0-9]+[A-Z][A-Za-z0-9]*(\.[A-Za-z0-9]+)?$ ]]; then
            grep -rqwF --include='*.swift' -- "${name%%.*}" Sources Tests || echo "$page: $name"
        fi
    done)
    [ -z "$missing" ] || complain "Named, but not there:" <<<"$missing"
done
if [ -e ARCHITECTURE.md ]; then
    picture=$(awk '/^```/ { if (inside) exit; inside = 1; next } inside' ARCHITECTURE.md)
    left_out=$(for target in Sources/*/; do
        target=$(basename "$target")
        # The modules of C, and the file that calls Program.
        [[ $target =~ ^C[A-Z] || $target = luma-mcp ]] && continue
        grep -qw -- "$target" <<<"$picture" || echo "$target: picture"
        grep -qF -- "| \`$target\` |" ARCHITECTURE.md || echo "$target: table"
    done)
    [ -z "$left_out" ] || complain "Targets that ARCHITECTURE.md leaves out:" <<<"$left_out"
fi

exit "$failed"
