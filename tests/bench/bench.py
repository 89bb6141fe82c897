#!/usr/bin/env python3
"""What a scrape costs, beside the least that it could and beside other programs; needs root.

Without SIZES a small run, to see that all of it works. With SIZES, numbers of sockets, a real one,
whose report is also written to RESULTS.md. Ends with 1 where very many peers are not handled.
"""

import argparse
import contextlib
import pathlib
import re
import sys
from typing import NamedTuple

from crowd import measure_crowd
from events import measure_events
from machine import load, machine_facts, reads_namespaces
from many_peers import measure_many_peers
from measuring import measure, quartiles
from micro import measure_micro
from namespace import Namespace, answer_of
from neighbour import measure_neighbour
from population import Population
from readers import BareDump, Exporter, start_readers
from report import markdown
from results import (
    ALL_NAMESPACES, ALL_NAMESPACES_BY_PROBE, DUMP_OF_ONE_MORE, ONE_NAMESPACE, NamespacesResult,
    Results, SizeResult)

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILT = ROOT / "build/bench/tests/bench"
RESULTS = pathlib.Path(__file__).with_name("RESULTS.md")
MEASURED_SOURCES = ("bpf", "sock_diag")
SCRAPES_AT_ONCE = 100
WARM_SCRAPES = 21  # the first is not counted
SOCKETS_EACH = 20  # of each namespace beside the full one


class Extent(NamedTuple):
    sizes: list[int]
    rounds: int
    slow_rounds: int  # of the readers that take seconds where there are many sockets
    namespaces: int
    pairs: int  # of windows of the neighbour, and of those with events and without
    connections: int  # of such a window
    peers: int
    busy_peers: int
    repetitions: int  # of the micro-benchmarks
    repetition_seconds: float


SMALL = Extent([1000, 10_000], 3, 1, 3, 3, 1000, 20_000, 5000, 2, 0.01)


def full(sizes, rounds):
    return Extent(
        [0, *sorted(sizes)], rounds, max(rounds // 3, 3), 50, 2 * rounds, 20_000, max(sizes),
        50_000, 5, 0.2)


def say(what):
    print(f"==> {what}", file=sys.stderr, flush=True)


def measure_readers(readers, population, rounds, slow_rounds):
    population.least = population.most = population.count()
    samples = measure(readers, population, rounds, slow_rounds)
    peaks = {name: reader.peak_kb() for name, reader in readers.items()}
    return SizeResult(population.least, population.most, samples, peaks)


def measure_namespaces(full_one, population, options, extent):
    """What reading many namespaces beside the full one costs, by one walk and by a dump in each."""
    with contextlib.ExitStack() as stack:
        others = [
            stack.enter_context(Namespace(f"beside{i}")) for i in range(extent.namespaces)]
        for other in others:
            answer_of(other.start(options.tools / "make_sockets", SOCKETS_EACH, 0, 1))
        readers = {
            ONE_NAMESPACE: Exporter(full_one, options, "bpf"),
            DUMP_OF_ONE_MORE: BareDump(others[0], options),
        }
        supported = reads_namespaces(options)
        if supported:
            names = ",".join(namespace.name for namespace in [full_one, *others])
            for reader, source in ((ALL_NAMESPACES, "bpf"), (ALL_NAMESPACES_BY_PROBE, "bpf_probe")):
                readers[reader] = Exporter(
                    full_one, options, source, f"--collector.namespaces={names}")
                page = readers[reader].work()
                success = r"^tcp_lifecycle_scrape_namespace_success\{.*\} 1$"
                read = re.findall(success, page, re.MULTILINE)
                if len(read) <= len(others):
                    sys.exit(f"bench.py: {reader}: the exporter read {len(read)} namespaces")
        result = measure_readers(readers, population, extent.rounds, extent.rounds)
        return NamespacesResult(extent.namespaces, SOCKETS_EACH, result, supported)


def measure_size(size, results, options, extent):
    with Namespace("full") as namespace, Namespace("quiet") as quiet:
        say(f"{size:,} sockets")
        readers = start_readers(namespace, options)
        population = Population(namespace, options.tools, size)
        results.sizes[size] = measure_readers(
            readers, population, extent.rounds, extent.slow_rounds)
        if size == min(filter(None, extent.sizes)):
            for source in MEASURED_SOURCES:
                costs = [readers[source].read().cpu_ms for _ in range(WARM_SCRAPES)]
                results.warm[source] = quartiles(costs[1:])
        if size != max(extent.sizes):
            return
        say("many scrapes at once")
        for source in MEASURED_SOURCES:
            population.settle()
            results.crowd[source] = measure_crowd(readers[source], SCRAPES_AT_ONCE)
        say("a neighbour's connections")
        for source in MEASURED_SOURCES:
            results.neighbour[source] = measure_neighbour(
                namespace, quiet, options, source, population, extent.pairs)
        say(f"{extent.namespaces} namespaces beside")
        results.namespaces = measure_namespaces(namespace, population, options, extent)


def measure_all(options, extent):
    command = " ".join(["./tests/run.sh bench", *map(str, options.sizes)])
    results = Results(command, machine_facts(options))
    before = load()
    for size in extent.sizes:
        measure_size(size, results, options, extent)
    say("events")
    results.events = measure_events(options, extent.pairs, extent.connections)
    say("very many peers")
    results.many_peers = list(measure_many_peers(options, extent.peers, extent.busy_peers))
    say("micro-benchmarks")
    results.micro = measure_micro(options, extent.repetitions, extent.repetition_seconds)
    results.load = (before, load())
    return results


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("sizes", nargs="*", type=int, metavar="SIZES")
    parser.add_argument("--rounds", default=11, type=int)
    parser.add_argument("--exporter", default=ROOT / "build/release/tcp_lifecycle_exporter")
    parser.add_argument("--tools", default=BUILT / "tools", type=pathlib.Path)
    parser.add_argument("--micro", default=BUILT / "micro/micro_bench")
    options = parser.parse_args()
    extent = full(options.sizes, options.rounds) if options.sizes else SMALL
    results = measure_all(options, extent)
    text = markdown(results)
    print(text, end="")
    if options.sizes:
        RESULTS.write_text(text, encoding="utf-8")
    return 0 if all(found.good for found in results.many_peers) else 1


if __name__ == "__main__":
    sys.exit(main())
