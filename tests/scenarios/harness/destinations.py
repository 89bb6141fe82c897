"""What a page says of the destinations, as values to compare."""

import dataclasses
from typing import Optional

BOUNDS = ("min", "max")


class UpTo:
    """Equal to each number from 0 to `most`: the lower bound of a source that does not list bound
    sockets. It falls by as many as there can be, and sockets of all namespaces that the exporter
    does not read can be bound."""

    def __init__(self, most):
        self._most = most

    def __eq__(self, other):
        return 0 <= other <= self._most

    def __repr__(self):
        return f"0..{self._most}"


@dataclasses.dataclass(frozen=True)
class Destination:
    used: int
    time_wait: int
    reusable: Optional[int]
    headroom: tuple  # min, max
    utilization: tuple  # min, max


def on_page(page):
    """{(source address, destination address, destination port): Destination}"""
    return {key: of(page, *key) for key in map(_key, page.values("destination_ports_used"))}


def labels(source_address, address, port):
    return {"source_address": source_address, "destination_address": address,
            "destination_port": str(port)}


def of(page, *key):
    """The one that is named by its source address, address and port."""
    its = labels(*key)

    def both(name):
        return tuple(page.value(name, bound=bound, **its) for bound in BOUNDS)
    return Destination(
        page.value("destination_ports_used", **its),
        page.value("destination_ports_time_wait", **its),
        next(iter(page.values("destination_ports_reusable", **its).values()), None),
        both("destination_ports_headroom"), both("destination_utilization_ratio"))


def worst_utilization(page):
    return tuple(page.value("destination_utilization_max_ratio", bound=bound) for bound in BOUNDS)


def _key(pairs):
    its = dict(pairs)
    return its["source_address"], its["destination_address"], int(its["destination_port"])
