#!/usr/bin/env bash
# deb.sh BINARY OUTPUT-FOLDER: makes a Debian package of the program. Prints its name.
set -euo pipefail
cd "$(dirname "$0")/.."

binary=$1 output=$2
version=$("$binary" version | sed 's/^luma-mcp //')
architecture=$(dpkg --print-architecture)
tree=$output/tree
rm -rf "$tree"
mkdir -p "$tree/DEBIAN" "$tree/etc/luma-mcp"

Packaging/install.sh "$binary" "$tree" /usr /lib/systemd/system >/dev/null
strip --strip-unneeded "$tree/usr/bin/luma-mcp"
gzip -9n "$tree/usr/share/man/man1/luma-mcp.1"
install -D -m 644 README.md "$tree/usr/share/doc/luma-mcp/README.md"
# Holds the key, so nobody else reads it.
install -m 600 .env.example "$tree/etc/luma-mcp/environment"
echo /etc/luma-mcp/environment >"$tree/DEBIAN/conffiles"

# What the program is linked with, by the packages that this machine has it from.
mkdir -p "$output/debian"
printf 'Source: luma-mcp\n\nPackage: luma-mcp\nArchitecture: any\n' >"$output/debian/control"
libraries=$(cd "$output" && dpkg-shlibdeps -O tree/usr/bin/luma-mcp 2>/dev/null | sed -n 's/^shlibs:Depends=//p')
[ -n "$libraries" ]
cat >"$tree/DEBIAN/control" <<END
Package: luma-mcp
Version: $version
Architecture: $architecture
Maintainer: The authors of luma-mcp <luma-mcp@localhost>
Section: net
Priority: optional
Depends: $libraries, ca-certificates, tzdata
Installed-Size: $(du -sk --exclude DEBIAN "$tree" | cut -f1)
Description: gateway between people, scripts and assistants and the Luma events API
 It holds the one key of a Luma calendar, serves REST and the Model Context
 Protocol, spends Luma's request budget for everybody, and never creates an
 event twice. An emulator of Luma's API is built in.
END
# Nothing is started: without a key there is nothing to serve.
for script in postinst postrm; do
    printf '#!/bin/sh\nset -e\nif [ -d /run/systemd/system ]; then systemctl daemon-reload || true; fi\n' \
        >"$tree/DEBIAN/$script"
done
cat >"$tree/DEBIAN/prerm" <<'END'
#!/bin/sh
set -e
if [ "$1" = remove ] && [ -d /run/systemd/system ]; then systemctl disable --now luma-mcp.service || true; fi
END
chmod 755 "$tree"/DEBIAN/p*

package=$output/luma-mcp_${version}_$architecture.deb
dpkg-deb --build --root-owner-group "$tree" "$package" >/dev/null
echo "$package"
