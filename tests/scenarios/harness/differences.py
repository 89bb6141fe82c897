"""Compares pages of several exporters that watch the same namespace."""

from harness.exposition import PREFIX

# About the exporter itself.
SELF = ("process_", PREFIX + "scrape_", PREFIX + "exporter_build_info")
# Figures of the whole host, which the tests do not have for themselves.
HOST = tuple(PREFIX + name for name in (
    "sockets_orphaned", "sockets_allocated", "socket_memory_bytes"))
# Sums of remaining times shrink from one page to the next.
TIMES = tuple(PREFIX + name for name in (
    "time_wait_remaining_seconds_sum", "keepalive_remaining_seconds_sum"))


def comparable(page):
    """{series: value} of what two readers of a standing crowd must agree on."""
    return {series: value for series, value in page.series.items()
            if not series[0].startswith(SELF) and series[0] not in HOST + TIMES}


def names(series):
    return {name.removeprefix(PREFIX) for name, _ in series}


def disagreements(ours, theirs):
    """{series: (our value, their value)}; None where a series is missing."""
    return {key: (ours.get(key), theirs.get(key)) for key in ours.keys() | theirs.keys()
            if ours.get(key) != theirs.get(key)}
