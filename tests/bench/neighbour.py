"""How late a neighbour's connections come while the sockets are read on the same CPU.

Three windows in turn, in pairs that change places: the neighbour alone; beside one scrape; beside
a control that burns as much CPU as the scrape did. What a scrape costs its neighbour beyond the CPU
that it needs is the ratio of the second to the third, pair by pair.
"""

import contextlib
import os
import statistics
import threading
import time
from typing import NamedTuple

from measuring import Spread, sign_interval
from namespace import ask
from readers import Exporter

FIRST_MS = 20  # the neighbour alone, before the scrape begins
LAST_MS = 30


class Lateness(NamedTuple):
    mean_us: float
    worst_us: float


class NeighbourResult(NamedTuple):
    alone: Lateness  # medians of the windows
    scrape: Lateness
    spin: Lateness
    mean_ratio: Spread  # of a pair: beside the scrape, by beside the control
    worst_ratio: Spread
    pairs: int


class Neighbour:
    """The three programs on the first CPU; this one goes to the others meanwhile."""

    def __init__(self, namespace, quiet, options, source):
        pinned = ["taskset", "-c", str(min(os.sched_getaffinity(0)))]
        self.exporter = Exporter(namespace, options, source, before=pinned)
        self.connects = quiet.start(*pinned, options.tools / "connect_latency")
        self.spinner = quiet.start(*pinned, options.tools / "spin")
        self.exporter.work()
        self.scrape = self.exporter.read()

    def beside(self, work):
        """The lateness in a window in which `work` runs once."""
        window_ms = round(FIRST_MS + self.scrape.wall_ms * 1.2 + LAST_MS)
        lines = []
        watcher = threading.Thread(target=lambda: lines.append(ask(self.connects, window_ms)))
        watcher.start()
        time.sleep(FIRST_MS / 1000)
        work()
        watcher.join()
        return Lateness(*map(float, lines[0].split()[:2]))

    def read(self):
        self.scrape = self.exporter.read()

    def spin(self):
        ask(self.spinner, round(self.scrape.cpu_ms * 1000))


@contextlib.contextmanager
def first_cpu_left_alone():
    cpus = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cpus - {min(cpus)} or cpus)
    try:
        yield
    finally:
        os.sched_setaffinity(0, cpus)


def measure_neighbour(namespace, quiet, options, source, population, pairs):
    neighbour = Neighbour(namespace, quiet, options, source)
    windows = {"alone": [], "scrape": [], "spin": []}
    works = {"alone": lambda: None, "scrape": neighbour.read, "spin": neighbour.spin}
    with first_cpu_left_alone():
        for number in range(pairs):
            population.settle()
            order = ["alone", "scrape", "spin"] if number % 2 == 0 else ["spin", "scrape", "alone"]
            for name in order:
                windows[name].append(neighbour.beside(works[name]))
    middle = {
        name: Lateness(*(statistics.median(part) for part in zip(*values)))
        for name, values in windows.items()
    }
    mean_ratio, worst_ratio = (
        sign_interval([s / c for s, c in zip(scrape, control)])
        for scrape, control in zip(zip(*windows["scrape"]), zip(*windows["spin"]))
    )
    return NeighbourResult(**middle, mean_ratio=mean_ratio, worst_ratio=worst_ratio, pairs=pairs)
