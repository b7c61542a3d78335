#!/usr/bin/env bash
# An AutoML job for each task on real data, each on a local cluster of its own over mutual TLS, and the score of
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

# Whether the model of a demo is as good on the test rows as it should be: at least, or at most.
check() {
    local name=$1 test=$2 metric=$3 how=$4 bound=$5 score
    score=$("$assay" predict "examples/$name.model" "examples/data/$test" --score --json |
        sed -n 's/.*"'"$metric"'":\([-+.0-9eE]*\).*/\1/p')
    if ! awk -v score="$score" -v bound="$bound" -v sign="$([ "$how" = most ] && echo -1 || echo 1)" \
        'BEGIN { exit !(score != "" && sign * score >= sign * bound) }'; then
        echo "demo: $name has $metric ${score:-no score} on its test rows, and at $how $bound is due" >&2
        exit 1
    fi
}

demo wine wine_quality_white.test.csv
demo income adult.test.csv
demo airline airline.test.csv
demo tumours breast_cancer.test.csv
demo glosses glosses.test.csv
demo digits digits.test.arrow
check wine wine_quality_white.test.csv r2 least 0.45
check income adult.test.csv roc_auc least 0.920
check airline airline.test.csv mase most 0.8
check tumours breast_cancer.test.csv roc_auc least 0.93
check glosses glosses.test.csv accuracy least 0.80
check digits digits.test.arrow accuracy least 0.97
echo
echo "The models are the directories examples/*.model."
