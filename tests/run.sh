#!/usr/bin/env bash
# Installs what the tests need, builds, and runs every suite, or those named: tests/run.sh [NAME...]
# Scenarios of one name alone: tests/run.sh scenarios F6
# Kernels of some Debian suites alone: tests/run.sh kernels bookworm trixie
# The benchmark takes numbers of sockets: tests/run.sh bench 1000 1000000
# Changes of the sources that no test notices: tests/run.sh mutants SEED
# A failed suite does not keep the next ones from running; the exit status tells whether one failed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. deploy/lib.sh

# All but unit, whose tests asan runs as well, and release and mutants, which take an hour and more.
suites=(format shell layers install docs rules dashboards golden scenarios kernels browser bench
  fuzz asan tsan tidy)
jobs=$(nproc)
python=/usr/bin/python3
export TLE_BINARY=$PWD/build/release/tcp_lifecycle_exporter
export PYTHONDONTWRITEBYTECODE=1 CMAKE_BUILD_PARALLEL_LEVEL=$jobs CTEST_PARALLEL_LEVEL=$jobs

sources() { git ls-files -z -- "$@"; }
pytest() { "$python" -m pytest -p no:cacheprovider "$@"; }
preset() { # PRESET [TARGET]
  build "$@"
  ctest --preset "$1"
}

suite_format() { sources '*.cc' '*.h' '*.c' | xargs -0 clang-format --dry-run -Werror; }
suite_shell() { sources '*.sh' .ci/run tests/kernels/init | xargs -0 shellcheck -x; }
suite_layers() { pytest tests/layers; }
suite_unit() { preset dev; }
suite_asan() { # the whole program as well: nothing else runs its main and its signals
  preset asan
  TLE_BINARY=$PWD/build/asan/tcp_lifecycle_exporter pytest tests/golden -n "$jobs"
}
suite_tsan() {
  preset tsan
  TLE_BINARY=$PWD/build/tsan/tcp_lifecycle_exporter pytest tests/golden/program_test.py -n "$jobs"
}
suite_fuzz() { preset fuzz fuzzers; }
suite_tidy() {
  cmake --preset tidy >/dev/null
  sources 'collectors/*.cc' 'exporter/*.cc' |
    xargs -0 -P "$jobs" -n 1 clang-tidy --quiet -p build/tidy 2>&1 |
    sed '/ warnings\? generated\.$/d'
}
suite_docs() {
  build release
  pytest tests/docs
}
suite_rules() { pytest tests/rules -n "$jobs"; }
suite_dashboards() { # what a real Prometheus answers is among the scenarios
  npm --prefix dashboards ci --no-audit --no-fund
  npm --prefix dashboards test
}
suite_golden() {
  build release
  pytest tests/golden -n "$jobs"
}
expected_reader() {
  PYTHONPATH=tests/scenarios "$python" -c '
from harness import features
row = features.expected()
print(row.reader if row else "")'
}
suite_scenarios() { # [NAME]; network namespaces need root
  build release
  local run=(as_root env TLE_BINARY="$TLE_BINARY" PYTHONDONTWRITEBYTECODE=1
    "$python" -m pytest -p no:cacheprovider)
  if [ $# -gt 0 ]; then
    "${run[@]}" tests/scenarios -v -k "$1"
    return
  fi
  # Where the kernel has the faster walk, the other one is compared with ss alone: the suite kernels
  # tries it where it is needed.
  local part=()
  if [ "$(expected_reader)" = bpf ]; then part=(-k 'not bpf_probe or test_against_ss'); fi
  "${run[@]}" tests/scenarios -n "$jobs" --ignore=tests/scenarios/test_alerts.py "${part[@]}"
  # These wait most of the time, for Prometheus.
  "${run[@]}" tests/scenarios/test_alerts.py -n 4 --dist loadgroup
}
build_wrong() { # DIRECTORY FLAG
  cmake --preset release -B "build/$1" -DTLE_BPF_FLAGS="$2" >/dev/null
  cmake --build "build/$1" >/dev/null
}
kernels() { # what root has written is the user's afterwards
  local status=0
  as_root env TLE_BINARY="$TLE_BINARY" "$python" -B tests/kernels/run.py "$@" || status=$?
  as_root chown -R --reference=tests/run.sh build/kernels tests/kernels/RESULTS.md
  return "$status"
}
suite_kernels() { # [SUITE...]; a part of the scenarios in booted kernels
  build release
  pytest tests/kernels
  kernels "$@"
}
suite_release() { # [SUITE...]; all that can run there, and tests/kernels/RESULTS.md
  build release
  # Exporters whose BPF programs are wrong, for test_self_check.py.
  build_wrong wrong_offset -Dskc_bound_dev_if=skc_incoming_cpu
  build_wrong old_layout -Dicsk_keepalive_timer=icsk_no_such_timer
  kernels --all "$@"
}
suite_mutants() { # [SEED]; one change after another in the sources, and whether a test notices
  build dev
  "$python" -B tests/mutants.py "$@"
}
suite_browser() {
  build release
  npm --prefix tests/browser ci --no-audit --no-fund
  npm --prefix tests/browser test
}
suite_bench() { # [SIZES...]: numbers of sockets; without them a small run, to see that it works
  build release
  build bench bench_tools micro_bench
  as_root "$python" -B tests/bench/bench.py "$@"
}
suite_install() {
  local to
  build release
  to=$(mktemp -d)
  cmake --install build/release --prefix "$to" >/dev/null
  "$to/bin/tcp_lifecycle_exporter" --version
  rm -r "$to"
}

# Where the home cannot be written, ccache, npm and chromium get one in build/.
mkdir -p build/logs
if ! [ -w "${HOME:-/nonexistent}" ]; then
  mkdir -p build/home
  export HOME=$PWD/build/home
fi
if command -v ccache >/dev/null; then
  export CMAKE_C_COMPILER_LAUNCHER=ccache CMAKE_CXX_COMPILER_LAUNCHER=ccache CCACHE_BASEDIR=$PWD
fi

[ $# -eq 0 ] || suites=("$@")
selection=()
if [ $# -eq 2 ] && [ "$1" = scenarios ] && ! declare -F "suite_$2" >/dev/null; then
  suites=("$1") selection=("$2")
fi
if [ $# -ge 2 ] && [[ $1 =~ ^(bench|mutants)$ ]] && [[ $2 =~ ^[0-9]+$ ]]; then
  suites=("$1") selection=("${@:2}")
fi
if [ $# -ge 2 ] && [[ $1 =~ ^(kernels|release)$ ]] && ! declare -F "suite_$2" >/dev/null; then
  suites=("$1") selection=("${@:2}")
fi
for suite in "${suites[@]}"; do
  declare -F "suite_$suite" >/dev/null || die "no suite \"$suite\"; there are: $(declare -F |
    sed -n 's/^declare -f suite_//p' | paste -sd' ')"
done
install_packages deploy/packages.build tests/packages
if [ "${#suites[@]}" -eq 1 ]; then
  "suite_${suites[0]}" "${selection[@]}"
  exit
fi

# The last lines in which a runner sums up: ctest, pytest, node.
summary_of() {
  grep -E '^[0-9]+% tests passed|^=* ?[0-9]+ (passed|failed).* in |^[^ ]* (tests|pass|fail) [0-9]+$|^KERNEL NOT RUN' "$1" |
    tail -n 4 || true
}
# What failed, by name: pytest, ctest, node, compilers.
failures_of() {
  grep -E '^(FAILED|ERROR) |^[[:space:]]+[0-9]+ - .+ \([A-Za-z*]+\)$|^ *(not ok|✖) |: error: |: warning: ' "$1" |
    head -n 20 || true
}

run_suite() { # NAME [PREFIX...]; its row of the table goes to a file
  local started=$SECONDS result=ok
  "${@:2}" tests/run.sh "$1" 2>&1 | tee "build/logs/$1.log" || result=FAILED
  printf '%-10s %-7s %5d\n' "$1" $result $((SECONDS - started)) >"build/logs/$1.row"
}

passed=0 failed=0 table='' summaries='' beside=''
for suite in "${suites[@]}"; do
  say "suite $suite"
  # The scenarios wait most of the time. What needs processors and nothing else runs beside them and
  # what follows, and gives way to them: its seconds are not in the sum.
  if [ "$suite" = scenarios ] && [[ " ${suites[*]} " = *' scenarios '*'tidy '* ]]; then
    printf '%-10s %-7s %5d\n' tidy FAILED 0 >build/logs/tidy.row
    set -m # a process group of its own, to be ended as a whole
    run_suite tidy nice -n 19 </dev/null >/dev/null &
    set +m
    beside=$!
    trap 'kill -- "-$beside" 2>/dev/null || true' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
  fi
  if [ "$suite" = tidy ] && [ -n "$beside" ]; then
    wait "$beside" || true
    trap - EXIT
    cat build/logs/tidy.log || true
  else
    run_suite "$suite"
  fi
  read -r _ result _ <"build/logs/$suite.row"
  summary=$(summary_of "build/logs/$suite.log")
  if [ "$result" = ok ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    summary+=$'\n'$(failures_of "build/logs/$suite.log")
  fi
  table+=$(cat "build/logs/$suite.row")$'\n'
  summaries+=${summary:+$suite:$'\n'$summary$'\n'}
done
printf '\n%-10s %-7s %5s\n%s\n' suite result secs "$table"
printf 'suites: %d passed, %d failed\n\n%s' "$passed" "$failed" "$summaries"
[ "$failed" -eq 0 ]
