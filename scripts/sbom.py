#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes an SPDX 2.3 bill of materials (JSON) of a build: which packages of this Debian system its programs are linked with, and whose headers
are compiled into them. Both are read from the build itself, by the loader and by ninja. Of a portable wheel it is what
scripts/portable_wheel.sh wrote down as it made its libraries.

    scripts/sbom.py BUILD_FOLDER VERSION PROGRAM... >sbom.spdx.json
    scripts/sbom.py build/portable/x86_64/prefix/components.tsv VERSION >sbom.spdx.json"""

import json
import re
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path


def output_of(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def linked_files(program: Path) -> set[str]:
    """The shared libraries that the loader finds for a program."""
    return set(re.findall(r"=> (/usr/\S+|/lib\S+)", output_of("ldd", str(program))))


def compiled_headers(build: Path) -> set[str]:
    """One header of each folder of the system whose headers the build read."""
    folders: dict[str, str] = {}
    for line in output_of("ninja", "-C", str(build), "-t", "deps").splitlines():
        path = line.strip()
        if path.startswith("/usr/"):
            folders.setdefault(str(Path(path).parent), path)
    return set(folders.values())


def package_of(path: str) -> str:
    """The Debian package that a file belongs to; empty when there is none."""
    for name in dict.fromkeys((path, str(Path(path).resolve()), str(Path(path).resolve()).removeprefix("/usr"))):
        found = subprocess.run(["dpkg-query", "-S", name], capture_output=True, text=True, check=False).stdout
        if ": " in found:
            return found.split(": ")[0].split(",")[0]
    return ""


def licence_of(package: str) -> str:
    """The licences that the package's machine-readable copyright file names, as a comment: Debian's names are not all of SPDX."""
    file = Path("/usr/share/doc") / package.split(":")[0] / "copyright"
    if not file.exists():
        return "not stated"
    names = re.findall(r"^License: *(\S.*)$", file.read_text(errors="replace"), re.MULTILINE)
    return "; ".join(dict.fromkeys(name.strip() for name in names)) or "see the copyright file of the package"


def described(name: str, use: str) -> dict[str, object]:
    version = output_of("dpkg-query", "-W", "-f", "${Version}", name)
    return {
        "SPDXID": "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]", "-", name),
        "name": name.split(":")[0],
        "versionInfo": version,
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "comment": use,
        "licenseComments": "Debian's copyright file: " + licence_of(name),
        "externalRefs": [
            {
                "referenceCategory": "PACKAGE-MANAGER",
                "referenceType": "purl",
                "referenceLocator": f"pkg:deb/debian/{name.split(':')[0]}@{version}",
            }
        ],
    }


def listed(components: Path) -> list[dict[str, object]]:
    """The packages that a list names: a line each, its package URL without the version, a tab, and the version."""
    packages: list[dict[str, object]] = []
    for line in components.read_text().splitlines():
        url, version = line.split("\t")
        packages.append(
            {
                "SPDXID": "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]", "-", url.removeprefix("pkg:")),
                "name": url.rsplit("/", 1)[1],
                "versionInfo": version,
                "downloadLocation": "NOASSERTION",
                "filesAnalyzed": False,
                "comment": "inside",
                "licenseComments": "the wheel's folder vec2vec_cpp/share/vec2vec/licences has its licence",
                "externalRefs": [
                    {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": f"{url}@{version}"}
                ],
            }
        )
    return packages


def found(build: Path, programs: list[Path]) -> list[dict[str, object]]:
    """The packages of this system that programs and their build use."""
    linked = {package_of(file) for program in programs for file in linked_files(program)} - {""}
    compiled = {package_of(file) for file in compiled_headers(build)} - linked - {""}
    return [described(name, "linked") for name in sorted(linked)] + [described(name, "headers") for name in sorted(compiled)]


def main() -> None:
    build, version, programs = Path(sys.argv[1]), sys.argv[2], [Path(name) for name in sys.argv[3:]]
    packages = listed(build) if build.is_file() else found(build, programs)
    own = {
        "SPDXID": "SPDXRef-vec2vec",
        "name": "vec2vec",
        "versionInfo": version,
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "licenseDeclared": "Apache-2.0",
    }
    relations = [("SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-vec2vec")]
    relations += [("SPDXRef-vec2vec", "DYNAMIC_LINK" if one["comment"] == "linked" else "DEPENDS_ON", str(one["SPDXID"])) for one in packages]
    document = {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"vec2vec-{version}",
        "documentNamespace": f"urn:vec2vec:{version}:{datetime.now(timezone.utc):%Y%m%dT%H%M%SZ}",
        "creationInfo": {"created": f"{datetime.now(timezone.utc):%Y-%m-%dT%H:%M:%SZ}", "creators": ["Tool: scripts/sbom.py"]},
        "packages": [own, *packages],
        "relationships": [
            {"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other} for one, kind, other in relations
        ],
    }
    print(json.dumps(document, indent=1))


if __name__ == "__main__":
    main()
