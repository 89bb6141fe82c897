"""The running kernel against the table of kernels (harness/features.py) and METRICS.md."""

import os
import pathlib
import re

import pytest

from harness import features, tcp
from harness.destinations import of
from harness.exporter import NOBODY, Exporter, page_once, why_no_bpf
from harness.exposition import PREFIX
from harness.population import populate

METRICS = pathlib.Path(__file__).resolve().parents[2] / "collectors/METRICS.md"
BOOTED = os.environ.get("TLE_KERNEL")  # the suite whose kernel tests/kernels has booted
# Families of every kernel that a page may lack: they need a situation which the population is not,
# or the network namespace of the host.
SITUATIONS = {
    "destination_seconds_to_exhaustion", "destination_seconds_to_free_port",
    "destination_sockets", "destination_utilization_ratio", "destination_ports_used",
    "destination_ports_time_wait", "destination_ports_reusable", "destination_ports_headroom",
    "destination_connections_per_second", "namespace_container_info", "sysctl_max_orphans",
    "socket_memory_limit_bytes",
}
SINCE = re.compile(r"(?:(?P<label>\w+)=)?(?:(?P<value>\w+): )?(?P<removed>removed in )?"
                   r"(?P<major>\d+)\.(?P<minor>\d+)(?P<by_bpf>, by BPF)?(?: \d+\.\d+)?")


@pytest.fixture
def kernel():
    """The row of the running kernel."""
    row = features.expected()
    if not row:
        pytest.skip("this kernel is older than the table")
    if BOOTED:
        assert BOOTED in row.suites
    elif reason := why_no_bpf():
        pytest.skip(f"NO BPF HERE: {reason}")
    return row


def reader(page):
    in_use, = [name for name, value in page.by("reader", "scrape_source_info").items() if value]
    return in_use


def families_of_metrics_md():
    """{family: its "since"} without the prefix, and without what is about the exporter."""
    rows = re.findall(r"^\| `tcp_lifecycle_(\w+)` \|.*\| ([^|]*) ?\|$", METRICS.read_text(),
                      re.MULTILINE)
    return {name: since.strip() for name, since in rows
            if not name.startswith(("scrape_", "exporter_"))}


def shown(page):
    """The families of a page, without the prefix."""
    return {name.removeprefix(PREFIX) for name in page.types}


@pytest.mark.parametrize("feature", features.FEATURES)
def test_the_kernel_has_what_the_table_says(feature):
    assert features.has(feature) == (features.running() >= features.FEATURES[feature].since)


def test_root_reads_by_the_reader_of_the_table(netns, kernel):
    exporter = Exporter(netns, "auto")
    page = exporter.scrape()
    assert reader(page) == kernel.reader, exporter.log()
    assert page.has("connect_failures_total") == kernel.counts_failed_connects, exporter.log()
    assert set(page.by("collector", "scrape_collector_success").values()) == {1}


def test_a_user_without_rights_reads_by_sock_diag(netns, reachable_binary):
    page = page_once(netns, "auto", binary=reachable_binary, wrapper=NOBODY)
    assert reader(page) == features.UNPRIVILEGED_READER
    assert set(page.by("collector", "scrape_collector_success").values()) == {1}


def test_families_are_there_since_the_kernel_that_metrics_md_names(netns, peer, link):
    populate(netns, peer, link)
    page = page_once(netns, "sock_diag")
    families = families_of_metrics_md()
    assert len(families) > 70
    of_every_kernel = {name for name, since in families.items() if not since}
    assert of_every_kernel - shown(page) <= SITUATIONS
    checked = 0
    for name, since in families.items():
        if not since:
            continue
        match = SINCE.fullmatch(since)
        assert match, f"{name}: since {since!r}"
        if since.endswith(", by BPF"):
            continue
        checked += 1
        has_come = features.running() >= (int(match["major"]), int(match["minor"]))
        wanted = has_come != bool(match["removed"])
        if match["value"]:
            is_there = match["value"] in {
                value for labels in page.values(name) for _, value in labels}
        else:
            is_there = page.has(name)
        assert is_there == wanted, f"{name}: since {since!r}"
    assert checked > 5


def test_families_by_bpf_are_there_since_the_kernel_that_metrics_md_names(netns, kernel):
    exporter = Exporter(netns, "auto")
    page = exporter.scrape()
    by_bpf = {name: SINCE.fullmatch(since) for name, since in families_of_metrics_md().items()
              if since.endswith(", by BPF")}
    assert by_bpf
    for name, match in by_bpf.items():
        has_come = features.running() >= (int(match["major"]), int(match["minor"]))
        assert (name in shown(page)) == has_come, exporter.log()


def test_headroom_is_as_the_table_says(netns, kernel):
    """By the expected reader: connections that still are possible, bound sockets and a TIME_WAIT of a
    bound port among what holds ports."""
    netns.set_sysctl("net.ipv4.ip_local_port_range", "40000 40019")
    netns.set_sysctl("net.ipv4.tcp_tw_reuse", 1)
    server = tcp.listen(netns)
    for _ in range(3):
        netns.socket().bind(("127.0.0.1", 0))
    tcp.pair(netns, server)
    tcp.close_in_order(*tcp.pair(netns, server, source=("127.0.0.1", 0)))
    page = Exporter(netns, kernel.reader, flags=["--collector.ports.min-utilization=0"]).scrape()
    low, high = of(page, "127.0.0.1", *server.getsockname()).headroom
    possible = len(tcp.connect_until_it_fails(netns, server.getsockname())[0])
    assert low <= possible <= high
    assert (low == high) == (kernel.headroom == "exact")


def test_peak_memory_is_small_also_where_libbpf_loads_the_programs(netns, kernel):
    exporter = Exporter(netns, "auto")
    exporter.scrape()
    status = pathlib.Path(f"/proc/{exporter.process.pid}/status").read_text(encoding="ascii")
    by_libbpf = features.running() < (5, 14)  # which light skeletons need
    assert int(re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)[1]) <= (
        24 if by_libbpf else 16) * 1024
