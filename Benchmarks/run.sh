#!/usr/bin/env bash
# Figures of this machine: the cluster itself (no-op trials, round trips, bulk data) and, where the
# peers are installed (peers/setup.sh), the same side by side with them as ratios.
#
# usage: Benchmarks/run.sh [PEERS]    PEERS: the directory that peers/setup.sh made
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
assay=$here/../.build/release/assay
"$assay" bench
if [ -n "${1:-}" ]; then
    # A network namespace with loopback only: Ray listens on every address that it finds.
    unshare --net sh -c 'ip link set lo up; exec "$@"' sh \
        "$1/bin/python" "$here/peers/compare.py" "$1" "$assay"
fi
