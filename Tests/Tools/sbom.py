"""Looks at a bill of materials: sbom.py FILE BINARY VERSION DEPENDS

The rules of SPDX 2.3 for the fields that are there, package URLs, identifiers of licences; and that it says of the program what
the program and its package say: version, digest, libraries, dependencies (the package's field Depends).
"""

import hashlib
import json
import re
import subprocess
import sys
import urllib.parse

# Of the lists of SPDX, those that something here has or may come to have.
LICENCES = {
    "MIT", "Apache-2.0", "curl", "blessing", "Zlib", "GPL-3.0-or-later", "LGPL-2.1-or-later", "MPL-2.0", "CC0-1.0",
    "BSD-2-Clause", "BSD-3-Clause", "ISC",
}
EXCEPTIONS = {"Swift-exception", "GCC-exception-3.1"}
RELATIONSHIPS = {"DESCRIBES", "STATIC_LINK", "DYNAMIC_LINK", "DEPENDS_ON"}
# package-url: scheme, type, namespace, name, version, qualifiers.
PURL = re.compile(
    r"pkg:(?P<type>[a-z][a-z0-9.+-]*)(?P<path>(/[A-Za-z0-9.~_%-]+)+)@(?P<version>[A-Za-z0-9.~_%-]+)"
    r"(\?(?P<qualifiers>[a-z_]+=[^&#]+(&[a-z_]+=[^&#]+)*))?")


def licence(expression, own):
    base, *exception = expression.split(" WITH ")
    assert base in LICENCES or base in own, base
    assert len(exception) < 2 and set(exception) <= EXCEPTIONS, expression


def main(path, binary, version, depends):
    document = json.load(open(path))
    assert document["spdxVersion"] == "SPDX-2.3" and document["dataLicense"] == "CC0-1.0"
    assert document["SPDXID"] == "SPDXRef-DOCUMENT" and document["name"] == "luma-mcp-" + version
    address = urllib.parse.urlsplit(document["documentNamespace"])
    assert address.scheme == "https" and address.netloc and not address.fragment
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", document["creationInfo"]["created"])
    for creator in document["creationInfo"]["creators"]:
        assert re.fullmatch(r"(Person|Organization|Tool): .+", creator), creator
    own = {entry["licenseId"] for entry in document["hasExtractedLicensingInfos"]}
    assert all(re.fullmatch(r"LicenseRef-[A-Za-z0-9.-]+", name) for name in own)
    assert all(entry["extractedText"] for entry in document["hasExtractedLicensingInfos"])

    packages = {}
    for package in document["packages"]:
        assert re.fullmatch(r"SPDXRef-[A-Za-z0-9.-]+", package["SPDXID"]) and package["SPDXID"] not in packages
        packages[package["SPDXID"]] = package
        for field in ("name", "versionInfo", "supplier", "downloadLocation", "copyrightText"):
            assert package[field], (package["SPDXID"], field)
        assert package["filesAnalyzed"] is False
        assert re.fullmatch(r"(Person|Organization): .+", package["supplier"])
        for field in ("licenseConcluded", "licenseDeclared"):
            licence(package[field], own)
        (reference,) = package["externalRefs"]
        assert (reference["referenceCategory"], reference["referenceType"]) == ("PACKAGE-MANAGER", "purl")
        purl = PURL.fullmatch(reference["referenceLocator"])
        assert purl, reference["referenceLocator"]
        assert urllib.parse.unquote(purl["version"]).removeprefix("swift-").removesuffix("-RELEASE") == package["versionInfo"]
        if purl["type"] == "deb":
            installed = subprocess.run(
                ["dpkg-query", "-W", "-f", "${Version}", package["name"]], capture_output=True, text=True).stdout
            assert installed == package["versionInfo"], (package["name"], installed)

    program = packages["SPDXRef-luma-mcp"]
    digest = hashlib.sha256(open(binary, "rb").read()).hexdigest()
    assert program["versionInfo"] == version and program["licenseDeclared"] == "MIT"
    assert program["checksums"] == [{"algorithm": "SHA256", "checksumValue": digest}]

    linked = {}
    for link in document["relationships"]:
        whole, kind, part = link["spdxElementId"], link["relationshipType"], link["relatedSpdxElement"]
        assert kind in RELATIONSHIPS and part in packages and whole in packages | {"SPDXRef-DOCUMENT": None}, link
        linked.setdefault(kind, {}).setdefault(whole, set()).add(packages[part]["name"])
    assert linked["DESCRIBES"] == {"SPDXRef-DOCUMENT": {"luma-mcp"}}
    mentioned = set().union(*(names for parts in linked.values() for names in parts.values()))
    assert mentioned == {package["name"] for package in packages.values()}, mentioned
    inside = linked["STATIC_LINK"]["SPDXRef-luma-mcp"]
    assert {packages["SPDXRef-" + name]["licenseDeclared"] for name in inside} == {"Apache-2.0 WITH Swift-exception"}
    # What the package asks for is what it lists, and the other way round.
    asked = {re.split(r"[ (|:]", entry.strip())[0] for entry in depends.split(",")}
    listed = linked["DYNAMIC_LINK"]["SPDXRef-luma-mcp"] | linked["DEPENDS_ON"]["SPDXRef-luma-mcp"]
    assert asked == listed, "asked for: %s; listed: %s" % (sorted(asked), sorted(listed))
    for what in ("libcurl", "libssl", "libsqlite3", "zlib", "tzdata"):
        assert any(name.startswith(what) for name in mentioned), what
    print("bill of materials: %d parts, %s" % (len(packages), ", ".join(
        "%s %s" % (package["name"], package["versionInfo"]) for package in packages.values())))


if __name__ == "__main__":
    main(*sys.argv[1:])
