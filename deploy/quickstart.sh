#!/usr/bin/env bash
# Installs the build packages, builds the exporter and runs it in the foreground with the flags given.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. deploy/lib.sh

# The URL at which a listen address is reached from this machine.
url_of() {
  local host=${1%:*} port=${1##*:}
  case $host in
    '' | 0.0.0.0 | '[::]' | '*') host=localhost ;;
  esac
  echo "http://$host:$port"
}

print_urls() {
  local addresses=() path=/metrics
  while [ $# -gt 0 ]; do
    case $1 in
      --web.listen-address=*) addresses+=("${1#*=}") ;;
      --web.listen-address) [ $# -gt 1 ] && addresses+=("$2") ;;
      --web.telemetry-path=*) path=${1#*=} ;;
      --web.telemetry-path) path=${2-} ;;
      -h | --help | --version | --print-metrics-md | --once | --record | --record=*) return ;;
    esac
    shift
  done
  local address
  for address in "${addresses[@]:-:10460}"; do
    say "starting; page: $(url_of "$address")/   metrics: $(url_of "$address")$path"
  done
}

install_packages deploy/packages.build
build release
print_urls "$@"
exec build/release/tcp_lifecycle_exporter "$@"
