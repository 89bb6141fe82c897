#!/usr/bin/env bash
# Installs the build packages, builds the exporter and runs it in the foreground with the flags given.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. deploy/lib.sh

install_packages deploy/packages.build
build release
exec build/release/tcp_lifecycle_exporter "$@"
