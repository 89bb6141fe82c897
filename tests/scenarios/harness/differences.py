"""Compares pages of several exporters that watch the same namespace."""

from harness.exposition import PREFIX
from harness.features import sees_bound

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


def certain(page, source):
    """comparable() without what moves whenever a socket of any namespace does."""
    return {(name, has): value for (name, has), value in comparable(page).items()
            if is_certain(name.removeprefix(PREFIX), has, source)}


def is_certain(name, has, source):
    """Whether that series is the same whatever other namespaces do: a reader that does not see
    bound sockets bounds them by what it knows of all."""
    return sees_bound(source) or (name, dict(has).get("bound")) not in {
        ("destination_ports_headroom", "min"), ("destination_utilization_ratio", "max"),
        ("destination_utilization_max_ratio", "max"), ("bind_ports_free", None)}


def names(series):
    return {name.removeprefix(PREFIX) for name, _ in series}


def disagreements(ours, theirs):
    """{series: (our value, their value)}; None where a series is missing."""
    return {key: (ours.get(key), theirs.get(key)) for key in ours.keys() | theirs.keys()
            if ours.get(key) != theirs.get(key)}
