#!/usr/bin/env bash
# Installs the peers that we are measured beside, in a virtual environment of their own: Ray and
# Dask, with certificates that both accept, for peers/compare.py; and those of the engine
# (engine/setup.sh).
#
# usage: setup.sh DIRECTORY
set -euo pipefail
directory=${1:?usage: setup.sh DIRECTORY}
[ -x "$directory/bin/python" ] || python3 -m venv "$directory"
"$directory/bin/pip" install --quiet 'ray==2.60.0' 'distributed==2026.8.0' numpy
"$(dirname "$0")/../engine/setup.sh" "$directory"
certs=$directory/certs
if [ ! -f "$certs/node.pem" ]; then
    mkdir -p -m 700 "$certs"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 \
        -subj /CN=peers -keyout "$certs/ca.key" -out "$certs/ca.pem" 2>/dev/null
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=node \
        -keyout "$certs/node.key" -out "$certs/node.csr" 2>/dev/null
    printf '%s\n' 'subjectAltName=IP:127.0.0.1,DNS:localhost' \
        'extendedKeyUsage=serverAuth,clientAuth' >"$certs/extensions"
    openssl x509 -req -in "$certs/node.csr" -CA "$certs/ca.pem" -CAkey "$certs/ca.key" \
        -CAcreateserial -days 30 -extfile "$certs/extensions" -out "$certs/node.pem" 2>/dev/null
fi
