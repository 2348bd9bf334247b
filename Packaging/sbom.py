"""Writes the bill of materials of a program, SPDX 2.3 in JSON: sbom.py BINARY VERSION > luma-mcp.spdx.json

What is linked in has the version of the toolchain, $SWIFT or `swift`. What is used from the system has the version of the
Debian package that this machine has it from.
"""

import datetime
import hashlib
import json
import os
import re
import subprocess
import sys
import urllib.parse

AUTHORS = "The authors of luma-mcp"
SWIFT_LICENCE = "Apache-2.0 WITH Swift-exception"
GCC_LICENCE = "GPL-3.0-or-later WITH GCC-exception-3.1"
PUBLIC_DOMAIN = "LicenseRef-public-domain"
# By the name of the library, since Debian names packages in another way from release to release.
LIBRARIES = {
    "libcurl.so.4": "curl",
    "libssl.so.3": "Apache-2.0",
    "libcrypto.so.3": "Apache-2.0",
    "libsqlite3.so.0": "blessing",
    "libz.so.1": "Zlib",
    "libstdc++.so.6": GCC_LICENCE,
    "libgcc_s.so.1": GCC_LICENCE,
}
C_LIBRARY = re.compile(r"lib(c|m|dl|pthread|rt)\.so\.\d+|ld-linux.*\.so\.\d+")
# Of a debug build, which does not have it linked in.
SWIFT_RUNTIME = re.compile(r"lib(swift\w+|dispatch|BlocksRuntime)\.so")
# What the program reads while it runs, and a licence for it.
DATA = {"tzdata": PUBLIC_DOMAIN, "ca-certificates": "MPL-2.0"}


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def needed(path):
    """The libraries that a file asks for by itself."""
    return re.findall(r"\(NEEDED\).*\[(.*)\]", output("readelf", "-d", path))


def paths(binary):
    """Where each library is found, those of libraries included."""
    return dict(re.findall(r"^\s*(\S+) => (/\S+)", output("ldd", binary), re.M))


def debian_package(path):
    """The name of the package that a file is from."""
    for candidate in (path, os.path.realpath(path)):
        # A system with a merged /usr has files under names that its packages do not know.
        for name in (candidate, candidate.removeprefix("/usr"), "/usr" + candidate):
            found = subprocess.run(["dpkg-query", "--search", name], capture_output=True, text=True)
            if found.returncode == 0:
                return found.stdout.split(":")[0]
    raise SystemExit("sbom: no Debian package has %s" % path)


def identifier(name):
    return "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]", "-", name)


def package(name, version, licence, purl, supplier, **more):
    return {
        "SPDXID": identifier(name),
        "name": name,
        "versionInfo": version,
        "supplier": supplier,
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "licenseConcluded": licence,
        "licenseDeclared": licence,
        "copyrightText": "NOASSERTION",
        "externalRefs": [
            {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": purl}],
        **more,
    }


def of_debian(name, licence):
    fields = output("dpkg-query", "-W", "-f", "${Version} ${Architecture}", name)
    version, architecture = fields.split()
    release = dict(re.findall(r'^(\w+)="?([^"\n]*)', open("/etc/os-release").read(), re.M))
    purl = "pkg:deb/%s/%s@%s?arch=%s&distro=%s-%s" % (
        release["ID"], urllib.parse.quote(name, safe=""), urllib.parse.quote(version, safe=""), architecture, release["ID"],
        release.get("VERSION_ID", "unstable"))
    return package(name, version, licence, purl, "Organization: " + release["NAME"])


def of_swift(name, repository, version):
    tag = "swift-%s-RELEASE" % version
    return package(
        name, version, SWIFT_LICENCE, "pkg:github/swiftlang/%s@%s" % (repository, tag),
        "Organization: Apple Inc. and the Swift project authors")


def main(binary, version):
    with open(binary, "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    swift = re.search(r"Swift version (\S+)", output(os.environ.get("SWIFT", "swift"), "--version")).group(1)
    program = package(
        "luma-mcp", version, "MIT", "pkg:generic/luma-mcp@%s?checksum=sha256:%s" % (version, digest),
        "Organization: " + AUTHORS, primaryPackagePurpose="APPLICATION", copyrightText="2026 " + AUTHORS,
        checksums=[{"algorithm": "SHA256", "checksumValue": digest}])
    relationships = [("SPDXRef-DOCUMENT", "DESCRIBES", program)]
    for name, repository in (("swift-runtime", "swift"), ("swift-corelibs-libdispatch", "swift-corelibs-libdispatch")):
        relationships.append((program["SPDXID"], "STATIC_LINK", of_swift(name, repository, swift)))

    places = paths(binary)
    known = {}

    def library(name):
        debian = debian_package(places.get(name, name))
        if debian not in known:
            licence = "LGPL-2.1-or-later" if C_LIBRARY.fullmatch(name) else LIBRARIES[name]
            known[debian] = of_debian(debian, licence)
        return known[debian]

    for name in needed(binary):
        if SWIFT_RUNTIME.fullmatch(name) or name.startswith("ld-linux"):
            continue
        if not C_LIBRARY.fullmatch(name) and name not in LIBRARIES:
            raise SystemExit("sbom: nobody has said which licence %s has" % name)
        relationships.append((program["SPDXID"], "DYNAMIC_LINK", library(name)))
    # What Luma may send compressed is unpacked by it.
    curl = library("libcurl.so.4")
    if "libz.so.1" in needed(places["libcurl.so.4"]):
        relationships.append((curl["SPDXID"], "DYNAMIC_LINK", library("libz.so.1")))
    for name, licence in DATA.items():
        relationships.append((program["SPDXID"], "DEPENDS_ON", of_debian(name, licence)))

    packages = {part["SPDXID"]: part for _, _, part in relationships}
    links = {(whole, kind, part["SPDXID"]): None for whole, kind, part in relationships}
    created = int(os.environ.get("SOURCE_DATE_EPOCH") or os.stat("CHANGELOG.md").st_mtime)
    document = {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": "luma-mcp-" + version,
        "documentNamespace": "https://luma-mcp.example/spdx/luma-mcp-%s-%s" % (version, digest[:16]),
        "creationInfo": {
            "created": datetime.datetime.fromtimestamp(created, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "creators": ["Organization: " + AUTHORS, "Tool: Packaging/sbom.py"],
        },
        "hasExtractedLicensingInfos": [
            {
                "licenseId": PUBLIC_DOMAIN,
                "name": "Public domain",
                "extractedText": "The time zone database is in the public domain.",
            }],
        "packages": list(packages.values()),
        "relationships": [
            {"spdxElementId": whole, "relationshipType": kind, "relatedSpdxElement": part} for whole, kind, part in links],
    }
    json.dump(document, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    program = os.path.abspath(sys.argv[1])
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
    main(program, sys.argv[2])
