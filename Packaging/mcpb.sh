#!/usr/bin/env bash
# mcpb.sh VERSION OUTPUT-FOLDER: makes the bundle that Claude Desktop installs by a double click. Prints its name.
set -euo pipefail
cd "$(dirname "$0")"

version=$1 output=$2
tree=$output/mcpb
rm -rf "$tree"
mkdir -p "$tree"
cp -R mcpb/. "$tree"
cp ../LICENSE "$tree"
sed -i "s|\"version\": \"[^\"]*\"|\"version\": \"$version\"|" "$tree/manifest.json"
bundle=$output/luma-mcp-$version.mcpb
rm -f "$bundle"
# The same octets for the same files: in one order, at one time of day.
python3 - "$tree" "$bundle" <<'END'
import pathlib, sys, zipfile

tree, bundle = map(pathlib.Path, sys.argv[1:])
with zipfile.ZipFile(bundle, "w", zipfile.ZIP_DEFLATED) as archive:
    for path in sorted(path for path in tree.rglob("*") if path.is_file()):
        entry = zipfile.ZipInfo(path.relative_to(tree).as_posix(), (2026, 1, 1, 0, 0, 0))
        entry.external_attr = 0o644 << 16
        entry.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(entry, path.read_bytes())
END
rm -rf "$tree"
echo "$bundle"
