#!/usr/bin/env bash
# Installs the program in every way that it can be installed, and looks at what is there then:
#   make install into an empty folder; the Debian package in a plain Debian made by debootstrap; the runtime stage of the
#   Dockerfile, its steps done by hand in such a root. Needs root for the last two.
set -euo pipefail
cd "$(dirname "$0")/../.."

binary=$PWD/.build/release/luma-mcp
work=$PWD/.build/packaging
mkdir -p "$work"
running=
cleanup() { [ -z "$running" ] || kill -TERM "$running" 2>/dev/null || true; }
trap cleanup EXIT
fail() {
    echo "packaging: $*" >&2
    exit 1
}

# MARK: make install

destination=$work/installed
rm -rf "$destination"
make -s install DESTDIR="$destination" PREFIX=/usr >/dev/null
share=$destination/usr/share
unit=$destination/lib/systemd/system/luma-mcp.service
[ "$("$destination/usr/bin/luma-mcp" version)" = "$("$binary" version)" ] || fail "the installed program is another one"

complaints=$(MANROFFOPT=-ww man --warnings -l "$share/man/man1/luma-mcp.1" 2>&1 >/dev/null) || true
[ -z "$complaints" ] || fail "the manual page: $complaints"
MANWIDTH=200 man -l "$share/man/man1/luma-mcp.1" | col -b >"$work/page"
for word in LUMA_API_KEY SIGHUP 'EXIT STATUS'; do
    grep -q "$word" "$work/page" || fail "the manual page lacks $word"
done

# The completions ask the program that is in the path.
PATH=$destination/usr/bin:$PATH
# complete SHELL EXPECTED LINE: what the shell makes of a line up to the cursor.
complete_bash() {
    bash --norc -c '
        source "$1"
        COMP_WORDS=($2) COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        if [[ $2 == *" " ]]; then COMP_WORDS+=("") COMP_CWORD=$((COMP_CWORD + 1)); fi
        compopt() { echo files; }
        _luma_mcp && echo "${COMPREPLY[@]}"' - "$share/bash-completion/completions/luma-mcp" "$1" | head -n 1
}
complete_fish() {
    fish --no-config -c "source $share/fish/vendor_completions.d/luma-mcp.fish; complete -C '$1'" | cut -f1 | sort | paste -sd' '
}
# zsh completes for a terminal only, so it is given one.
complete_zsh() {
    zsh -f -c '
        zmodload zsh/zpty
        zpty shell zsh -f -i
        zpty -w shell "PROMPT=; PS2=; unsetopt zle_bracketed_paste; fpath=($1 \$fpath); autoload -U compinit; compinit -D -u"
        zpty -w shell "zstyle \":completion:*\" list-colors; LISTMAX=1000; print -r ready-now"
        zpty -r shell line "*ready-now*ready-now*"
        zpty -w -n shell "$2"$'"'\t\t'"'
        sleep 1
        zpty -w -n shell $'"'\n'"'
        zpty -w shell "print -r that-is-all"
        zpty -r shell line "*that-is-all*that-is-all*"
        print -r -- $line' - "$share/zsh/vendor-completions" "$1" | tr -d '\r\007' | sed $'s/\e\\[[0-9;?]*[a-zA-Z]//g'
}
expect() { [[ $2 == $3 ]] || fail "$1 completes to '$2' and not to '$3'"; }
expect bash "$(complete_bash 'luma-mcp comp')" completion
expect bash "$(complete_bash 'luma-mcp completion ')" 'bash zsh fish'
expect bash "$(complete_bash 'luma-mcp --log-fo')" --log-format
expect bash "$(complete_bash 'luma-mcp serve --log-format ')" 'text json'
expect bash "$(complete_bash 'luma-mcp serve --tls-key ')" files
expect bash "$(complete_bash 'luma-mcp serve --port ')" ''
expect bash "$(complete_bash 'luma-mcp sandbox --se')" --seed
expect bash "$(complete_bash 'luma-mcp events import ev')" files
expect bash "$(complete_bash 'luma-mcp events li')" list
expect bash "$(complete_bash 'luma-mcp events list --zone Europe/Berl')" Europe/Berlin
expect bash "$(complete_bash 'luma-mcp ')" '*serve*help'
expect fish "$(complete_fish 'luma-mcp comp')" completion
expect fish "$(complete_fish 'luma-mcp events import LIC')" LICENSE
expect fish "$(complete_fish 'luma-mcp events list --zone Europe/Berl')" Europe/Berlin
expect fish "$(complete_fish 'luma-mcp completion ')" 'bash fish zsh'
expect fish "$(complete_fish 'luma-mcp serve --log-format ')" 'json text'
expect fish "$(complete_fish 'luma-mcp sandbox --se')" --seed
expect zsh "$(complete_zsh 'luma-mcp completion ba')" '*completion bash*'
expect zsh "$(complete_zsh 'luma-mcp events import LIC')" '*import LICENSE*'
expect zsh "$(complete_zsh 'luma-mcp events list --zone=Europe/Berl')" '*--zone=Europe/Berlin*'
expect zsh "$(complete_zsh 'luma-mcp sandbox --se')" '*sandbox --seed=*'
expect zsh "$(complete_zsh 'luma-mcp serve --log-format=j')" '*--log-format=json*'

# No shell runs or splits a word that an outsider has chosen.
mkdir -p "$work/scripts"
for shell in bash zsh fish; do "$binary" completion $shell >"$work/scripts/$shell"; done
python3 Tests/Drivers/shells.py "$work/scripts" bash zsh fish >"$work/shells" || fail "the completions: $(tail -n 1 "$work/shells")"
[ "$(grep -c 'none of which' "$work/shells")" = 3 ] || fail "the completions: $(cat "$work/shells")"

sed -i "s|^ExecStart=/usr|ExecStart=$destination/usr|" "$unit"
complaints=$(systemd-analyze verify --man=no "$unit" 2>&1) || fail "the unit: $complaints"
[ -z "$complaints" ] || fail "the unit: $complaints"
# From 0 (locked in) to 100 (wide open); what remains is the network, which is its purpose.
systemd-analyze security --offline=yes --threshold=20 "$unit" >"$work/exposure" 2>&1 || fail "the unit is too open: $(tail -n 1 "$work/exposure")"
# With the drop-in for plugins it is as closed, and what starts a plugin is not refused.
mkdir -p "$unit.d"
cp "$share/doc/luma-mcp/luma-mcp-plugins.conf" "$unit.d/plugins.conf"
complaints=$(systemd-analyze verify --man=no "$unit" 2>&1) || fail "the drop-in: $complaints"
[ -z "$complaints" ] || fail "the drop-in: $complaints"
refused=$(python3 Tests/Tools/unit-calls.py "$unit" "$unit.d/plugins.conf")
[ -z "$refused" ] || fail "the drop-in does not allow $refused"
systemd-analyze security --offline=yes --threshold=20 "$unit" >"$work/exposure" 2>&1 \
    || fail "the unit is too open with the drop-in: $(tail -n 1 "$work/exposure")"
rm -r "$unit.d"
echo "make install: program, manual page, completions for three shells, a drop-in for plugins, and a unit ($(sed -n 's/.*Overall exposure level[^:]*: //p' "$work/exposure"))"

# MARK: The bundle for Claude Desktop and the entry for the registry

version=$("$binary" version | sed 's/^luma-mcp //')
bundle=$(Packaging/mcpb.sh "$version" "$work")
python3 Tests/Tools/mcpb.py "$binary" "$bundle"
node --test --test-reporter=tap Tests/Tools/bridge.test.mjs >"$work/bridge" 2>&1 || fail "the bridge: $(grep -A12 "^not ok" "$work/bridge")"
echo "The bridge: $(grep -c "^ok" "$work/bridge") tests of lines, answers and addresses"
python3 - "$version" <<'END' || fail "Packaging/server.json"
import json, re, sys

entry = json.load(open("Packaging/server.json"))
version, = sys.argv[1:]
package, = entry["packages"]
assert entry["version"] == version and package["identifier"].endswith(":" + version), "the version is another one"
assert re.fullmatch(r"[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+", entry["name"]) and len(entry["description"]) <= 100
settings = set(re.findall(r"^#? ?(LUMA_[A-Z_]+)=", open(".env.example").read(), re.M))
for variable in package["environmentVariables"]:
    assert variable["name"] in settings, variable["name"]
assert entry["name"] in open("Packaging/Dockerfile").read(), "the image does not carry the name"
END

# MARK: A plain Debian

if [ "$(id -u)" -ne 0 ]; then
    echo "not root: the Debian package and the Dockerfile were not tried" >&2
    exit 0
fi
# Where this machine keeps its temporary files is no folder of a plain root.
unset TMPDIR
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
base=$work/base
if [ ! -e "$base/complete" ]; then
    rm -rf "$base"
    debootstrap --variant=minbase "$suite" "$base" >"$work/debootstrap.log" 2>&1 || fail "debootstrap: $(tail -n 3 "$work/debootstrap.log")"
    touch "$base/complete"
fi
# plain NAME: a root of its own, which knows the way out.
plain() {
    rm -rf "${work:?}/$1"
    cp -a "$base" "$work/$1"
    cp /etc/resolv.conf "$work/$1/etc/" 2>/dev/null || true
    chroot "$work/$1" apt-get -qq update
}
# serves ROOT USER [CHECK]: the program in the root comes up as this user, and answers; CHECK is bash that asks port 8000 for health.
serves() {
    local output=$work/serving address=
    local -x LUMA_SANDBOX=true LUMA_PORT=0 LUMA_DATA_DIR=/tmp/data
    # With /proc, as in every container: Dispatch counts its threads there, and ends the program when it cannot.
    unshare --mount sh -c 'mount -t proc proc "$1/proc" && exec chroot --userspec="$2" "$1" luma-mcp serve' - "$1" "$2" \
        >"$output" 2>&1 &
    running=$!
    for _ in $(seq 100); do
        address=$(grep -o 'http://[a-z0-9.]*:[0-9]*' "$output" | head -n 1) || true
        [ -z "$address" ] || break
        kill -0 "$running" 2>/dev/null || fail "it does not start: $(cat "$output")"
        sleep 0.1
    done
    curl -fsS --max-time 10 "$address/health" >/dev/null || fail "no health at '$address': $(cat "$output")"
    curl -fsS --max-time 10 "$address/events/" -H 'Content-Type: application/json' \
        -d '{"name": "Tea", "start_at": "2030-05-01T18:00", "timezone": "Asia/Tokyo"}' >/dev/null || fail "no event"
    if [ -n "${3:-}" ]; then
        bash -c "${3//8000/${address##*:}}" || fail "the health check does not see it"
    fi
    kill -TERM "$running"
    wait "$running" || fail "it ended with $?"
    running=
    if [ -n "${3:-}" ] && bash -c "${3//8000/${address##*:}}" 2>/dev/null; then fail "the health check sees what has ended"; fi
}

package=$(Packaging/deb.sh "$binary" "$work")
complaints=$(lintian --fail-on error,warning "$package" 2>/dev/null) || fail "lintian: $complaints"
python3 Tests/Tools/sbom.py "$work/tree/usr/share/doc/luma-mcp/luma-mcp.spdx.json" "$work/tree/usr/bin/luma-mcp" "$version" \
    "$(dpkg-deb -f "$package" Depends)" || fail "the bill of materials"
root=$work/debian-root
plain debian-root
(cd "$root" && find etc lib usr var/lib -not -path '*/apt/*' -not -path '*/dpkg/*' | sort) >"$work/before"
cp "$package" "$root/tmp/luma-mcp.deb"
chroot "$root" env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends /tmp/luma-mcp.deb >"$work/apt.log" 2>&1 \
    || fail "the package cannot be installed: $(tail -n 5 "$work/apt.log")"
[ "$(stat -c '%a %u' "$root/etc/luma-mcp/environment")" = '600 0' ] || fail "others can read the settings"
[ -s "$root/usr/share/doc/luma-mcp/luma-mcp.spdx.json" ] || fail "the bill of materials is not installed"
examples=$root/usr/share/doc/luma-mcp/examples/plugins
for folder in examples/plugins/*/; do
    [ -d "$root/usr/share/doc/luma-mcp/$folder" ] || fail "$folder is not installed"
done
[ -x "$examples/hello/run" ] || fail "an example cannot be run"
[ -z "$(find "$examples" -name 'test*')" ] || fail "tests of examples are installed"
serves "$root" nobody
mkdir -p "$root/var/lib/private/luma-mcp" && ln -s private/luma-mcp "$root/var/lib/luma-mcp"
chroot "$root" apt-get -qq purge -y luma-mcp >"$work/apt.log" 2>&1 || fail "it cannot be removed: $(tail -n 5 "$work/apt.log")"
left=$(cd "$root" && find . -name '*luma*' -not -path './proc/*' -not -path './tmp/*' -not -path './var/log/*' -not -path './var/lib/apt/*')
[ -z "$left" ] || fail "purging leaves $left"
echo "$(basename "$package"), $(($(stat -c %s "$package") / 1024)) KiB: installs in a plain $suite, serves, and goes without a trace"

# MARK: Dockerfile

root=$work/docker-root
plain docker-root
# The steps of the last stage, one a line.
steps=$(sed -e ':joined' -e '/\\$/{N;s/\\\n *//;b joined' -e '}' Packaging/Dockerfile | awk '/^FROM/ { stage++ } stage == 2')
run=$(sed -n 's/^RUN //p' <<<"$steps")
user=$(sed -n 's/^USER //p' <<<"$steps")
[ -n "$run" ] && [ -n "$user" ]
chroot "$root" env DEBIAN_FRONTEND=noninteractive sh -ec "$run" >"$work/docker.log" 2>&1 || fail "a step of the Dockerfile: $(tail -n 5 "$work/docker.log")"
cp -a "$destination/usr/." "$root/usr/"
check=$(sed -n 's/^HEALTHCHECK .*CMD //p' <<<"$steps" | python3 -c 'import json, sys; print(json.load(sys.stdin)[2])')
serves "$root" "$user" "$check"
# With what the image sets and nothing else it must not open itself to the network.
set -- $(sed -n 's/^ENV //p' <<<"$steps")
if answer=$(env -i PATH="$PATH" LUMA_SANDBOX=true LUMA_PORT=0 "$@" LUMA_DATA_DIR="$work/refused" timeout 20 "$binary" serve 2>&1); then
    fail "the image serves the network without tokens"
fi
grep -q LUMA_AUTH_TOKENS <<<"$answer" || fail "the image does not say what it lacks: $answer"
size=$(du -sm --exclude=proc "$root" | cut -f1)
echo "Dockerfile: the steps of its runtime stage make a root of $size MB that serves as $user"
