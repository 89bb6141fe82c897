"""A real Prometheus scrapes the exporter; promtool reads its page."""

import shutil
import subprocess

import pytest

from harness import prometheus as prometheus_server
from harness import ss, tcp
from harness.counters import netstat
from harness.exporter import Exporter
from harness.population import populate

SERIES_BUDGET = 600


@pytest.fixture(autouse=True)
def needs_prometheus():
    missing = [name for name in ("prometheus", "promtool") if not shutil.which(name)]
    if missing:
        pytest.skip(f"not installed: {' '.join(missing)}")


def test_prometheus_stores_what_ss_sees(netns, tmp_path):
    exporter = Exporter(netns)
    server = tcp.listen(netns)
    for _ in range(7):
        tcp.pair(netns, server)
    for _ in range(5):
        tcp.close_in_order(*tcp.pair(netns, server))
    prometheus = prometheus_server.beside(exporter, tmp_path)
    prometheus.wait_for_scrapes(10)

    assert prometheus.one("up") == 1
    assert prometheus.one("min_over_time(up[1m])") == 1
    assert prometheus.query("tcp_lifecycle_scrape_collector_success != 1") == []
    # Prometheus itself talks over IPv6 to the exporter and over IPv4 to this test.
    prometheus_rows = ss.count(netns, local_port=9090, state="established") \
        + ss.count(netns, peer_port=9090, state="established")
    for state, expected in (("established", 14 + prometheus_rows), ("time_wait", 5),
                            ("close_wait", 0)):
        stored = prometheus.one(f'tcp_lifecycle_sockets{{family="ipv4",state="{state}"}}')
        assert stored == expected == ss.count(netns, family="ipv4", state=state), state
    assert prometheus.one('tcp_lifecycle_time_wait_sockets{role="outbound"}') == 5
    assert prometheus.one("tcp_lifecycle_time_wait_counted_total") == netstat(netns)["TW"]
    assert prometheus.one('tcp_lifecycle_listen_queue_sockets{listen_port="8080"}') == 0

    # It scraped over one connection, which is still there.
    assert ss.count(netns, peer_port=exporter.port, state="established") == 2  # and ours
    assert ss.count(netns, family="ipv6", state="time_wait") == 0
    assert prometheus.one("scrape_samples_scraped") == len(exporter.scrape().series)


def test_promtool_has_no_complaint(netns, peer, link, source):
    populate(netns, peer, link)
    page = Exporter(netns, source).scrape()
    checked = subprocess.run(["promtool", "check", "metrics"], input=page.text, text=True,
                             capture_output=True, check=False, timeout=20)
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


def test_the_series_budget_holds(netns, source):
    """A dozen listeners, and twenty destinations with live and closed connections."""
    exporter = Exporter(netns, source)
    for i in range(11):  # the exporter's own is the twelfth
        tcp.listen(netns, port=40000 + i)
    for i in range(20):
        server = tcp.listen(netns, f"127.0.1.{i + 1}", 80)
        tcp.pair(netns, server)
        tcp.close_in_order(*tcp.pair(netns, server))
        server.close()
    page = exporter.scrape()
    assert len(page.values("listen_queue_sockets")) == 12
    assert len(page.series) <= SERIES_BUDGET
    assert page.text.count("\n") < 2 * SERIES_BUDGET
