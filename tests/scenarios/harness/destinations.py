"""What a page says of the destinations, as values to compare."""

import dataclasses
import re
from typing import Optional

from harness.features import sees_bound

BOUNDS = ("min", "max")


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


def in_use(netns):
    """TCP sockets that listen or are connected, by the kernel's own count."""
    counts = netns.read("/proc/thread-self/net/sockstat") + netns.read(
        "/proc/thread-self/net/sockstat6")
    return sum(int(count) for count in re.findall(r"^TCP6?: inuse (\d+)", counts, re.MULTILINE))


def unseen(netns, page):
    """TCP sockets of the host that are in no table of the namespace: bound ones are among them."""
    return int(page.value("sockets_allocated")) - in_use(netns)


def least(exact, reader, netns, page):
    """What the lower bound of a headroom may be where `exact` is right for the sockets that the
    reader sees: it allows for bound ones that it does not see."""
    hidden = 0 if sees_bound(reader) else unseen(netns, page)
    return range(max(int(exact) - hidden, 0), int(exact) + 1)


def _key(pairs):
    its = dict(pairs)
    return its["source_address"], its["destination_address"], int(its["destination_port"])
