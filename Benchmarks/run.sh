#!/usr/bin/env bash
# Figures of this machine: the cluster itself (no-op trials, round trips, bulk data) and, where the
# peers are installed (peers/setup.sh), cluster and engine side by side with them as ratios.
#
# usage: Benchmarks/run.sh [PEERS]    PEERS: the directory that peers/setup.sh made
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
release=$here/../.build/release
peers=${1:-}

heading() {
    printf '\n== %s\n' "$1"
}

heading 'The cluster alone: two workers on this machine'
"$release/assay" bench

if [ -z "$peers" ]; then
    printf '\nNo peers: give the directory that Benchmarks/peers/setup.sh made to compare.\n'
    exit
fi

heading 'The cluster beside Ray and Dask: two workers of one slot each, over TLS'
# A network namespace with loopback only: Ray listens on every address that it finds.
unshare --net sh -c 'ip link set lo up; exec "$@"' sh \
    "$peers/bin/python" "$here/peers/compare.py" "$peers" "$release/assay"

heading 'The engine beside LightGBM, scikit-learn and readers of tables: one thread each'
if "$peers/bin/python" -c 'import lightgbm, polars, pyarrow, sklearn' 2>/dev/null; then
    "$peers/bin/python" "$here/engine/performance.py" --bench "$release/engine-bench"
    heading 'The detectors of anomalies, some beside scikit-learn: area under the ROC curve'
    "$peers/bin/python" "$here/engine/detection.py" --bench "$release/engine-bench"
else
    echo "Left out: $peers has no lightgbm, scikit-learn, polars and pyarrow; run Benchmarks/peers/setup.sh again."
fi

heading 'Forecasts beside statsmodels: MASE on the steps held back'
if "$peers/bin/python" -c 'import statsmodels, pandas' 2>/dev/null; then
    "$peers/bin/python" "$here/engine/forecasting.py" --bench "$release/engine-bench"
else
    echo "Left out: $peers has no statsmodels and pandas; run Benchmarks/peers/setup.sh again."
fi
