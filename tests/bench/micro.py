"""The micro-benchmarks (tests/bench/micro), as rows."""

import json
import subprocess
from typing import NamedTuple


class MicroResult(NamedTuple):
    name: str
    ns_per_item: float
    variation: float  # of the repetitions, relative
    item: str


def measure_micro(options, repetitions, seconds):
    """`seconds`: of each repetition."""
    done = subprocess.run(
        [
            options.micro,
            "--benchmark_format=json",
            f"--benchmark_min_time={seconds}",
            f"--benchmark_repetitions={repetitions}",
            "--benchmark_report_aggregates_only=true",
        ],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True)
    runs = {}
    for run in json.loads(done.stdout)["benchmarks"]:
        runs.setdefault(run["run_name"], {})[run["aggregate_name"]] = run
    return [
        MicroResult(
            name=name,
            ns_per_item=1e9 / aggregates["median"]["items_per_second"],
            variation=aggregates["cv"]["items_per_second"],
            item=aggregates["median"]["label"],
        )
        for name, aggregates in runs.items()
    ]
