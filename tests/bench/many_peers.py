"""The memory that the exporter needs for very many peers, and whether it still finds the busy ones.

In one network namespace so many connections to as many destinations, in another so many TIME_WAIT,
in a third so many connections from as many clients, and in each `busy` connections to a few
destinations.
"""

import re
from typing import NamedTuple

from namespace import Namespace, answer_of
from readers import Exporter, value_on

BUSY_DESTINATIONS = 5
SCRAPED = 1  # the destination of the connection that scrapes
SCRAPES = 3
MOST_TIME_WAIT = 40_000  # real connections made one by one; a table is full by far fewer
MOST_GROWTH_KB = 6000  # a full table of destinations, however many there are


class PeersResult(NamedTuple):
    kind: str
    sockets: int
    destinations: int  # told by the page
    evictions: int
    error_ports: int
    found: bool  # the busy ones
    peak_kb: int
    growth_kb: int  # beyond that without sockets
    good: bool


def measure_many_peers(options, peers, busy):
    with Namespace("empty") as empty:
        exporter = Exporter(empty, options, "sock_diag")
        for _ in range(SCRAPES):
            exporter.work()
        empty_kb = exporter.peak_kb()
    with Namespace("outbound") as namespace:
        yield look(namespace, options, "outbound", empty_kb, busy, (peers, 0, peers))
    with Namespace("timewait") as namespace:
        ended = min(peers, MOST_TIME_WAIT)
        yield look(namespace, options, "TIME_WAIT", empty_kb, busy, (0, ended, ended))
    with Namespace("inbound") as namespace:
        inbound = look(namespace, options, "inbound", empty_kb, busy, (0, 0, 1, peers))
    # Clients are no destinations of ours.
    wrong = inbound.destinations != BUSY_DESTINATIONS + SCRAPED
    yield inbound._replace(good=inbound.good and not wrong)


def look(namespace, options, kind, empty_kb, busy, counts):
    for made in ((busy, 0, BUSY_DESTINATIONS), counts):
        answer_of(namespace.start(options.tools / "make_sockets", *made))
    exporter = Exporter(namespace, options, "sock_diag", "--collector.ports.min-utilization=0")
    for _ in range(SCRAPES):
        page = exporter.work()
    used = [int(text) for text in re.findall(
        r"^tcp_lifecycle_destination_ports_used\{\S+ (\d+)$", page, re.MULTILINE)]
    fullest = used[:BUSY_DESTINATIONS]
    found = len(fullest) == BUSY_DESTINATIONS and min(fullest) >= busy // BUSY_DESTINATIONS
    own = '{netns="self"}'
    growth_kb = exporter.peak_kb() - empty_kb
    return PeersResult(
        kind=kind,
        sockets=int(value_on(page, "scrape_pass_sockets")),
        destinations=int(value_on(page, f"destinations{own}")),
        evictions=int(value_on(page, f"destination_table_evictions{own}")),
        error_ports=int(value_on(page, f"destination_table_error_ports{own}")),
        found=found,
        peak_kb=exporter.peak_kb(),
        growth_kb=growth_kb,
        good=found and growth_kb <= MOST_GROWTH_KB,
    )
