#!/usr/bin/env bash
# Installs the peers of the engine and of whole jobs in a virtual environment of their own.
#
# usage: setup.sh DIRECTORY
set -euo pipefail
directory=${1:?usage: setup.sh DIRECTORY}
[ -x "$directory/bin/python" ] || python3 -m venv "$directory"
"$directory/bin/python" -c 'import flaml, lightgbm, polars, pyarrow, sklearn, statsmodels' \
    2>/dev/null \
    || "$directory/bin/pip" install --quiet scikit-learn lightgbm 'flaml[automl]' statsmodels \
        pandas polars pyarrow
