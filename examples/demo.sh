#!/usr/bin/env bash
# Two AutoML jobs on real data, each on a local cluster of its own over mutual TLS, and the score of
# each model on rows that it never saw. Run it by `make demo`.
set -euo pipefail
cd "$(dirname "$0")/.."
assay=${ASSAY:-.build/release/assay}

demo() {
    local name=$1 test=$2
    echo
    echo "== $name: assay run examples/$name.yaml"
    "$assay" run "examples/$name.yaml"
    echo
    echo "== $name: the model on the test rows"
    "$assay" predict "examples/$name.model" "examples/data/$test" --score
}

demo wine wine_quality_white.test.csv
demo income adult.test.csv
echo
echo "The models are the directories examples/wine.model and examples/income.model."
