#!/usr/bin/env python3
"""What a program of ours is made of, as a CycloneDX 1.5 document on standard output.

usage: sbom.py PROGRAM

Packages that are compiled into the program come from Package.resolved, with the revision that was
built and the licence that lies in their checkout; libraries that the loader finds come from the
program itself, with the version and the licences of the Debian package that holds them. The same
build gives the same document: it has no date and no random number.
"""

import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parent.parent

# What a licence's text is known by, the first that fits.
LICENSES = [
    ("Apache-2.0", r"Apache License\s+Version 2\.0"),
    ("MIT", r"Permission is hereby granted, free of charge"),
    ("BSD-3-Clause", r"Neither the name of"),
]


class Failure(Exception):
    """One sentence about what is missing."""


def license_of(checkout):
    names = sorted(path for path in checkout.iterdir() if re.match("(?i)licen[sc]e|copying", path.name))
    for path in names:
        text = path.read_text(errors="replace")
        for identifier, mark in LICENSES:
            if re.search(mark, text):
                return identifier
    raise Failure(f"{checkout.name} has no licence that is known here")


def compiled_in():
    resolved = json.loads((ROOT / "Package.resolved").read_text())
    for pin in sorted(resolved["pins"], key=lambda pin: pin["identity"]):
        location = re.sub(r"\.git$", "", pin["location"])
        place = location.split("://", 1)[1]
        checkout = ROOT / ".build" / "checkouts" / os.path.basename(location)
        yield {
            "type": "library",
            "bom-ref": pin["identity"],
            "name": pin["identity"],
            "version": pin["state"]["version"],
            "purl": f"pkg:swift/{place}@{pin['state']['version']}",
            "licenses": [{"license": {"id": license_of(checkout)}}],
            "properties": [{"name": "assay:revision", "value": pin["state"]["revision"]}],
        }


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def package_of(library):
    """The Debian package that owns a file, by either of its names: /lib is a link to /usr/lib."""
    real = os.path.realpath(library)
    for path in dict.fromkeys([real, re.sub("^/usr", "", real), "/usr" + real]):
        found = subprocess.run(["dpkg-query", "-S", path], capture_output=True, text=True)
        if found.returncode == 0:
            return found.stdout.split(": ")[0].split(",")[0]
    return None


def loaded(program):
    libraries = re.findall(r"(/\S+) \(0x", output("ldd", program))
    for package in sorted({package_of(library) for library in libraries} - {None}):
        name = package.split(":")[0]
        version = output("dpkg-query", "-W", "-f", "${Version}", package)
        copyright = pathlib.Path(f"/usr/share/doc/{name}/copyright")
        text = copyright.read_text(errors="replace") if copyright.is_file() else ""
        licenses = sorted(set(re.findall(r"^License: *(\S.*?)\s*$", text, re.MULTILINE)))
        yield {
            "type": "library",
            "bom-ref": name,
            "name": name,
            "version": version,
            "purl": f"pkg:deb/debian/{name}@{urllib.parse.quote(version, safe='')}",
            "licenses": [{"license": {"name": license}} for license in licenses],
            "externalReferences": [{"type": "license", "url": f"file://{copyright}"}],
        }


def document(program):
    version = json.loads(output(program, "version", "--json"))["version"]
    digest = hashlib.sha256(pathlib.Path(program).read_bytes()).hexdigest()
    name = os.path.basename(program)
    components = list(compiled_in()) + list(loaded(program))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": name,
                "name": name,
                "version": version,
                "licenses": [{"license": {"id": "Apache-2.0"}}],
                "hashes": [{"alg": "SHA-256", "content": digest}],
            }
        },
        "components": components,
        "dependencies": [{"ref": name, "dependsOn": [part["bom-ref"] for part in components]}],
    }


def main():
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        json.dump(document(sys.argv[1]), sys.stdout, indent=1)
    except (Failure, OSError, subprocess.CalledProcessError) as error:
        print(f"sbom.py: {error}", file=sys.stderr)
        return 1
    print()
    return 0


sys.exit(main())
