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
gzip -9n "$tree/usr/share/man/man1/luma-mcp.1"
documents=$tree/usr/share/doc/luma-mcp
install -D -m 644 README.md "$documents/README.md"
# What the README leads to.
install -D -m 644 -t "$documents/docs" docs/*.md docs/*.png
install -m 644 ARCHITECTURE.md CONTRIBUTING.md "$documents"
# Where no gateway looks for plugins; without their tests, which need the repository.
find examples -type f ! -name 'test*' ! -name harness.py ! -name git_server.py ! -name requirements.txt | while read -r file; do
    if [ -x "$file" ]; then mode=755; else mode=644; fi
    install -D -m "$mode" "$file" "$documents/$file"
done
install -m 644 Packaging/copyright "$documents/copyright"
# Debian asks for a changelog of this form; what changed is in CHANGELOG.md.
maintainer='The authors of luma-mcp <maintainers@luma-mcp.example>'
gzip -9n >"$documents/changelog.gz" <<END
luma-mcp ($version) unstable; urgency=medium

  * See CHANGELOG.md beside this file.

 -- $maintainer  $(date -uR -d "@${SOURCE_DATE_EPOCH:-$(stat -c %Y CHANGELOG.md)}")
END
install -m 644 CHANGELOG.md "$documents/CHANGELOG.md"
python3 Packaging/sbom.py "$tree/usr/bin/luma-mcp" "$version" >"$output/luma-mcp.spdx.json"
install -m 644 "$output/luma-mcp.spdx.json" "$documents/luma-mcp.spdx.json"
# Lintian would have it readable by all.
install -d "$tree/usr/share/lintian/overrides"
echo 'luma-mcp: non-standard-file-perm 0600 != 0644 [etc/luma-mcp/environment]' >"$tree/usr/share/lintian/overrides/luma-mcp"
# Holds the key, so nobody else reads it.
install -m 600 .env.example "$tree/etc/luma-mcp/environment"
echo /etc/luma-mcp/environment >"$tree/DEBIAN/conffiles"

# What the program is linked with, by the packages that this machine has it from.
mkdir -p "$output/debian"
printf 'Source: luma-mcp\n\nPackage: luma-mcp\nArchitecture: any\n' >"$output/debian/control"
libraries=$(cd "$output" && dpkg-shlibdeps -O tree/usr/bin/luma-mcp 2>/dev/null | sed -n 's/^shlibs:Depends=//p')
[ -n "$libraries" ]
# The symbols do not tell which options libcurl has: those that are asked for came with 7.87.
libraries=$(sed -E 's/libcurl4(t64)? \(>= [^)]*\)/libcurl4\1 (>= 7.87)/' <<<"$libraries")
grep -q 'libcurl4[t64]* (>= 7.87)' <<<"$libraries"
cat >"$tree/DEBIAN/control" <<END
Package: luma-mcp
Version: $version
Architecture: $architecture
Maintainer: $maintainer
Section: net
Priority: optional
Depends: $libraries, ca-certificates, tzdata
Installed-Size: $(du -sk --exclude DEBIAN "$tree" | cut -f1)
Description: gateway between people, scripts and assistants and the Luma events API
 It holds the one key of a Luma calendar, serves REST and the Model Context
 Protocol, spends Luma's request budget for everybody, and never creates an
 event twice. An emulator of Luma's API is built in.
END
# Nothing is started by an installation: without a key there is nothing to serve. An upgrade restarts what runs.
cat >"$tree/DEBIAN/postinst" <<'END'
#!/bin/sh
set -e
if [ "$1" = configure ] && [ -d /run/systemd/system ]; then
    systemctl daemon-reload || true
    if [ -n "$2" ]; then systemctl try-restart luma-mcp.service || true; fi
fi
END
# With DynamicUser the state lies in /var/lib/private, and /var/lib has a link to it.
cat >"$tree/DEBIAN/postrm" <<'END'
#!/bin/sh
set -e
if [ -d /run/systemd/system ]; then systemctl daemon-reload || true; fi
if [ "$1" = purge ]; then rm -rf /var/lib/private/luma-mcp /var/lib/luma-mcp; fi
END
cat >"$tree/DEBIAN/prerm" <<'END'
#!/bin/sh
set -e
if [ "$1" = remove ] && [ -d /run/systemd/system ]; then systemctl disable --now luma-mcp.service || true; fi
END
chmod 755 "$tree"/DEBIAN/p*

package=$output/luma-mcp_${version}_$architecture.deb
dpkg-deb --build --root-owner-group "$tree" "$package" >/dev/null
echo "$package"
