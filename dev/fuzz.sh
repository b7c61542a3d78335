#!/usr/bin/env bash
# Looks for bytes that break a decoder, by libFuzzer (docs/decisions/0025-fuzzing.md).
#
# usage: dev/fuzz.sh SECONDS [DECODER]...
#   SECONDS  for each decoder; 0 only builds
#   DECODER  one of the folders of Tests/FuzzTests/Corpus; all of them where none is named
#
# What it finds lies in .build-instrumented/found; what broke a decoder, in crashes beside it.
# Afterwards the corpus in the repository is made anew from both old and new files: the fewest that
# reach all that was reached. ASSAY_FUZZ_KEEP=no leaves it alone.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
swift=${SWIFT:-swift}
build=$root/.build-instrumented
corpus=$root/Tests/FuzzTests/Corpus
seconds=${1:?usage: dev/fuzz.sh SECONDS [DECODER]...}
shift

runtime=$($swift -print-target-info | python3 -c '
import json, sys
print(json.load(sys.stdin)["paths"]["runtimeResourcePath"])')
ASSAY_LIBFUZZER=$runtime/clang/lib/linux/libclang_rt.fuzzer_no_main-$(uname -m).a
[ -f "$ASSAY_LIBFUZZER" ] || { echo "this toolchain has no $ASSAY_LIBFUZZER" >&2; exit 1; }
export ASSAY_LIBFUZZER SWIFT_DETERMINISTIC_HASHING=1

# Debug, so that tests see what is internal; what is fuzzed is optimised all the same.
$swift build --package-path "$root" --scratch-path "$build" --product assayPackageTests
program=$(echo "$build"/debug/*PackageTests.xctest)

# A fuzzer as libFuzzer knows one, which also starts itself anew: .build-instrumented/fuzzers/csv FILE
make_fuzzer() { # DECODER
    cat >"$build/fuzzers/$1" <<FUZZER
#!/usr/bin/env bash
SWIFT_BACKTRACE=enable=no ASSAY_FUZZ_DECODER=$1 ASSAY_FUZZ_ARGUMENTS=\$(printf '%s\n' "\$0" "\$@") \\
    exec "$program" --testing-library swift-testing --filter FuzzerTests
FUZZER
    chmod +x "$build/fuzzers/$1"
}

mkdir -p "$build/seeds" "$build/crashes" "$build/fuzzers"
ASSAY_FUZZ_SEEDS=$build/seeds "$program" --testing-library swift-testing --filter FuzzerTests \
    >"$build/seeds.log" 2>&1 || { cat "$build/seeds.log" >&2; exit 1; }
[ "$seconds" != 0 ] || exit 0
[ $# -gt 0 ] || set -- $(cd "$build/seeds" && ls -d */ | tr -d /)

failed=0
for decoder in "$@"; do
    found=$build/found/$decoder
    mkdir -p "$found" "$corpus/$decoder"
    arguments=(-max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=4096
        -use_value_profile=1 -print_final_stats=1
        -artifact_prefix="$build/crashes/$decoder-")
    [ -f "$build/seeds/$decoder.dictionary" ] &&
        arguments+=(-dict="$build/seeds/$decoder.dictionary")
    make_fuzzer "$decoder"
    if ! "$build/fuzzers/$decoder" "${arguments[@]}" \
        "$found" "$corpus/$decoder" "$build/seeds/$decoder" >"$build/$decoder.log" 2>&1; then
        failed=1
        echo "$decoder: BROKEN; see $build/$decoder.log"
        continue
    fi
    python3 - "$decoder" "$build/$decoder.log" <<'SUMMARY'
import re, sys
text = open(sys.argv[2], errors="replace").read()
runs = re.search(r"stat::number_of_executed_units: *(\d+)", text)
peak = re.search(r"stat::peak_rss_mb: *(\d+)", text)
cover = re.findall(r"cov: (\d+) ft: (\d+) corp: (\d+)", text)
edges, features, files = cover[-1] if cover else ("?",) * 3
print(f"{sys.argv[1]}: {runs[1] if runs else '?'} executions, {edges} edges, "
      f"{features} features, {files} files, {peak[1] if peak else '?'} MB")
SUMMARY
    [ "${ASSAY_FUZZ_KEEP:-yes}" = yes ] || continue
    # By edges alone: a corpus of all values would be many thousand files.
    rm -rf "$build/merged"
    mkdir -p "$build/merged"
    "$build/fuzzers/$decoder" -set_cover_merge=1 -use_counters=0 -max_len=4096 \
        "$build/merged" "$corpus/$decoder" "$found" "$build/seeds/$decoder" \
        >"$build/$decoder.merge.log" 2>&1
    find "$corpus/$decoder" -type f ! -name 'crash-*' -delete
    cp "$build"/merged/* "$corpus/$decoder/"
done
exit $failed
