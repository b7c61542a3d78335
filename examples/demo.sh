#!/usr/bin/env bash
# Two AutoML jobs on real data, each on a local cluster of its own over mutual TLS, and the score of
# each model on rows that it never saw. Run it by `make demo`. It fails if a model is worse there
# than it should be.
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

# Whether the model of a demo is as good on the test rows as it should be, at least.
check() {
    local name=$1 test=$2 metric=$3 least=$4 score
    score=$("$assay" predict "examples/$name.model" "examples/data/$test" --score --json |
        sed -n 's/.*"'"$metric"'":\([-+.0-9eE]*\).*/\1/p')
    if ! awk -v score="$score" -v least="$least" \
        'BEGIN { exit !(score != "" && score + 0 >= least + 0) }'; then
        echo "demo: $name has $metric ${score:-no score} on its test rows, less than $least" >&2
        exit 1
    fi
}

demo wine wine_quality_white.test.csv
demo income adult.test.csv
check wine wine_quality_white.test.csv r2 0.45
check income adult.test.csv roc_auc 0.920
echo
echo "The models are the directories examples/wine.model and examples/income.model."
