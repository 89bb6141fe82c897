#!/usr/bin/env python3
"""The memory that the exporter needs for very many peers, and whether it still finds the busy ones.

    many_peers.py [--exporter build/release/tcp_lifecycle_exporter] [--tools build/dev/tests/bench]
                  [--peers 1000000] [--busy 50000]

Needs root. In one network namespace `peers` connections to as many destinations, in another `peers`
connections from as many clients, and in each `busy` connections to five destinations. Scrapes both
and prints the exporter's peak memory beside that without sockets, and what the page says.
"""

import re
import sys

from scrape_cost import Namespace, arguments, peak_kb, start_exporter

BUSY_DESTINATIONS = 5
SCRAPED = 1  # the destination of the connection that scrapes
SCRAPES = 3
MOST_GROWTH_KB = 6000  # a full table of destinations, however many there are


def value(page, series):
    return float(re.search(rf"^tcp_lifecycle_{re.escape(series)} (\S+)$", page, re.M)[1])


def fill(namespace, tools, *counts):
    maker = namespace.start(tools / "make_sockets", *counts)
    if maker.stdout.readline() != "READY\n":
        sys.exit("many_peers.py: make_sockets failed")


def report(name, namespace, options, empty_kb, *counts):
    """Fills the namespace and scrapes it; the distinct destinations that the page tells, or None
    where it does not name the busy ones or took too much memory."""
    fill(namespace, options.tools, options.busy, 0, BUSY_DESTINATIONS)
    fill(namespace, options.tools, *counts)
    server = start_exporter(
        namespace, options.exporter, "sock_diag", "--collector.ports.min-utilization=0")
    for _ in range(SCRAPES):
        page = server.work()
    used = [int(text) for text in re.findall(
        r"^tcp_lifecycle_destination_ports_used\{\S+ (\d+)$", page, re.M)]
    fullest = used[:BUSY_DESTINATIONS]
    found = len(fullest) == BUSY_DESTINATIONS and min(fullest) >= options.busy // BUSY_DESTINATIONS
    own = 'netns="self"'
    print(f"{name}:")
    print(f"  sockets read        {value(page, 'scrape_pass_sockets'):.0f}")
    print(f"  peak memory         {peak_kb(server.pid)} kB (+{peak_kb(server.pid) - empty_kb} kB)")
    distinct = value(page, f"destinations{{{own}}}")
    print(f"  destinations        {distinct:.0f}")
    print(f"  evictions           {value(page, f'destination_table_evictions{{{own}}}'):.0f}")
    print(f"  largest error       {value(page, f'destination_table_error_ports{{{own}}}'):.0f} ports")
    print(f"  fullest, ports used {fullest}: the busy ones {'found' if found else 'NOT FOUND'}")
    flat = peak_kb(server.pid) - empty_kb <= MOST_GROWTH_KB
    if not flat:
        print(f"  memory grew by more than {MOST_GROWTH_KB} kB")
    return distinct if found and flat else None


def main():
    parser = arguments(__doc__)
    parser.add_argument("--peers", default=1_000_000, type=int)
    parser.add_argument("--busy", default=50_000, type=int)
    options = parser.parse_args()
    with Namespace("bench-empty") as empty:
        idle = start_exporter(empty, options.exporter, "sock_diag")
        for _ in range(SCRAPES):
            idle.work()
        empty_kb = peak_kb(idle.pid)
    print(f"without sockets: peak memory {empty_kb} kB")
    with Namespace("bench-outbound") as outbound:
        distinct = report("outbound", outbound, options, empty_kb, options.peers, 0, options.peers)
    with Namespace("bench-inbound") as inbound:
        of_busy = report("inbound", inbound, options, empty_kb, 0, 0, 1, options.peers)
    return 0 if distinct and of_busy == BUSY_DESTINATIONS + SCRAPED else 1


if __name__ == "__main__":
    sys.exit(main())
