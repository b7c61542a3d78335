#!/usr/bin/env bash
# How much of the security code the tests run through: a table of lines for each of its folders.
#
# usage: dev/coverage.sh [FILTER]...
#   FILTER  as `swift test` takes it; the suites that are about these folders where none is given
#
# Ends with 1 when a folder is below ASSAY_COVERAGE_LEAST per cent (90). Counted is what tests run
# in their own process and in all others that they start, also in those that are killed, and in
# runners, which may write nothing: all count in a file that was mapped before their first line. What
# runs within a command's own root does not see that file, and is not counted. Builds in the scratch
# directory of dev/fuzz.sh, whose dependencies serve both.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
swift=${SWIFT:-swift}
build=$root/.build-instrumented
profiles=$build/profiles
tools=$(dirname "$(readlink -f "$(command -v "$swift")")")
export SWIFT_DETERMINISTIC_HASHING=1
[ $# -gt 0 ] || set -- '^(WireTests|HostTests|CertificateAuthorityTests|SigningTests|FuzzTests)\.' \
    '^InspectionTests\.' \
    '^(AssayTests|TransportTests)\.' '^(CoordinatorShellTests|WorkerShellTests)\.' \
    '^EndToEndTests\.(Audit|Authority|CertificateTool|Join|Refusal|Revocation|Signature)Tests' \
    '^(EndToEndTests\.(Confinement|Command)Tests|AttackTests\.CommandAttacks)'

rm -rf "$profiles"
mkdir -p "$profiles"
# Runners are other users.
chmod 1777 "$profiles"
echo "char __llvm_profile_filename[] = \"$profiles/%4m%c.profraw\";" >"$build/profile-name.c"
"$tools/clang" -c "$build/profile-name.c" -o "$build/profile-name.o"
"$tools/llvm-ar" rcs "$build/libprofile-name.a" "$build/profile-name.o"
export ASSAY_COVERAGE=$build/libprofile-name.a

$swift build --package-path "$root" --scratch-path "$build" --build-tests
rm -f "$profiles"/*
for filter in "$@"; do
    $swift test --package-path "$root" --scratch-path "$build" --skip-build --filter "$filter"
done
"$tools/llvm-profdata" merge --failure-mode=warn -o "$profiles/all.profdata" "$profiles"/*.profraw
bundle=$(echo "$build"/debug/*PackageTests.xctest)
"$tools/llvm-cov" export --summary-only --instr-profile "$profiles/all.profdata" "$bundle" \
    --object "$build/debug/assay" --object "$build/debug/assay-certs" \
    >"$profiles/summary.json"
python3 - "$root" "$profiles/summary.json" "${ASSAY_COVERAGE_LEAST:-90}" <<'TABLE'
import json, sys
root, path, least = sys.argv[1], sys.argv[2], float(sys.argv[3])
FOLDERS = [
    "Sources/Transport/Security", "Sources/Transport/Server", "Sources/Transport/Link",
    "Sources/Transport/Enrollment", "Sources/Transport/RPC", "Sources/Signing",
    "Sources/Coordinator/Shell/Audit", "Sources/Coordinator/Shell/Security",
    "Sources/Coordinator/Shell/Enrollment", "certs-tools/CertificateAuthority",
    "Sources/Wire/Coding", "Sources/Wire/Permission.swift", "Sources/Host",
    "Sources/Engine/Artifacts", "Sources/Engine/Tables", "Sources/assay/Configuration",
    "Sources/assay/JobFile", "Sources/Worker/Shell/Sandbox", "Sources/Worker/Shell/Commands",
    "Sources/Inspection",
]
# What nothing counts: it runs within a command's own root.
UNSEEN = {
    "Sources/Worker/Shell/Commands/" + name + ".swift"
    for name in ["Attendant", "CommandFileRules", "CommandOutput", "CommandStart"]
}
files = {
    entry["filename"][len(root) + 1:]: entry["summary"]["lines"]
    for entry in json.load(open(path))["data"][0]["files"]
    if entry["filename"].startswith(root + "/")
    and entry["filename"][len(root) + 1:] not in UNSEEN
}
low = []
print("| folder | lines | run | % | least covered file |\n| --- | ---: | ---: | ---: | --- |")
for folder in FOLDERS:
    here = {name: lines for name, lines in files.items()
            if name == folder or name.startswith(folder + "/")}
    lines = sum(one["count"] for one in here.values())
    run = sum(one["covered"] for one in here.values())
    if not lines:
        continue
    worst = min(here, key=lambda name: here[name]["percent"])
    share = 100 * run / lines
    print(f"| {folder} | {lines} | {run} | {share:.1f} | "
          f"{worst.rsplit('/', 1)[-1]} {here[worst]['percent']:.0f} |")
    if share < least:
        low.append(folder)
if low:
    sys.exit(f"below {least:g} %: {', '.join(low)}")
TABLE
