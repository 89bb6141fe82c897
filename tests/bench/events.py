"""What counting failed connections costs each connection that does not fail: a program of the
kernel sees every change of state. Windows with it and without it in turn."""

from typing import NamedTuple

from measuring import Spread, quartiles, sign_interval
from namespace import Namespace, ask
from readers import Exporter

WITHOUT = "--no-collector.events"


class EventsResult(NamedTuple):
    with_us: Spread  # CPU of a connection, both ends
    without_us: Spread
    ratio: Spread  # of a pair
    pairs: int


def measure_events(options, pairs, connections):
    windows = {(): [], (WITHOUT,): []}
    for number in range(pairs):
        for flags in list(windows)[:: 1 if number % 2 == 0 else -1]:
            windows[flags].append(_cpu_us(options, flags, connections))
    counted, uncounted = windows.values()
    return EventsResult(
        quartiles(counted), quartiles(uncounted),
        sign_interval([one / other for one, other in zip(counted, uncounted)]), pairs)


def _cpu_us(options, flags, connections):
    with Namespace("events") as namespace:
        Exporter(namespace, options, "bpf", *flags).work()
        connects = namespace.start(options.tools / "connect_latency", 0)
        ask(connects, connections // 10)  # warm
        return float(ask(connects, connections).split()[2])
