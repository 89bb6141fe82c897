#!/usr/bin/env bash
# Shows ports running out, in network namespaces, with Prometheus and Alertmanager: see
# tests/scenarios/demo.py for the arguments. Needs root, or sudo.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. deploy/lib.sh

install_packages deploy/packages.build tests/packages
build release
as_root env TLE_BINARY="$PWD/build/release/tcp_lifecycle_exporter" PYTHONDONTWRITEBYTECODE=1 \
  /usr/bin/python3 tests/scenarios/demo.py "$@"
