#!/usr/bin/env bash
# install.sh BINARY DESTDIR PREFIX UNITDIR: puts the program, its manual page, its completions and its systemd unit in their places.
set -euo pipefail

binary=$1 destination=$2 prefix=$3 units=$4
[ -x "$binary" ] || { echo "There is no $binary yet: run make build first." >&2; exit 1; }
root=$destination$prefix

install -D -m 755 "$binary" "$root/bin/luma-mcp"
# Half of what the linker writes are names that only a debugger reads.
strip --strip-unneeded "$root/bin/luma-mcp"
made=$(mktemp)
trap 'rm -f "$made"' EXIT
# write FILE ARGUMENTS...: what the program prints, as a file that all may read.
write() {
    local file=$1
    shift
    "$binary" "$@" >"$made"
    install -D -m 644 "$made" "$file"
}
write "$root/share/man/man1/luma-mcp.1" man
write "$root/share/bash-completion/completions/luma-mcp" completion bash
write "$root/share/zsh/vendor-completions/_luma-mcp" completion zsh
write "$root/share/fish/vendor_completions.d/luma-mcp.fish" completion fish
sed "s|@bindir@|$prefix/bin|" Packaging/luma-mcp.service >"$made"
install -D -m 644 "$made" "$destination$units/luma-mcp.service"
# For those who run plugins; it is in force where they copy it to.
install -D -m 644 Packaging/luma-mcp-plugins.conf "$root/share/doc/luma-mcp/luma-mcp-plugins.conf"
echo "Installed luma-mcp under $root; its unit is $units/luma-mcp.service"
