"""The way into exhaustion and out of it."""

import errno
import threading
import time

import pytest

from harness import ss, tcp
from harness.churn import Churn
from harness.counters import netstat
from harness.destinations import of, worst_utilization
from harness.doctor import examine, report
from harness.exporter import Exporter
from harness.features import BPF_READERS, has, running
from harness.http_server import serve_http
from harness.waiting import SLOW, wait_until

ONE_PORT = "40000 40000"
CLOCK_MONOTONIC_COARSE = 6  # of linux/time.h: the clock that a TIME_WAIT's second is from


def test_f2_f3_the_second_curl_fails_until_the_port_is_reused(netns, peer, link, source):
    """At the default flags of the exporter and the default settings of the kernel."""
    netns.set_sysctl("net.ipv4.ip_local_port_range", ONE_PORT)
    key = here, there, port = link.address(netns), link.address(peer), 80
    serve_http(peer, there, port)
    exporter = Exporter(netns, source)
    url = f"http://{there}/"
    netns.run("curl", "-sS", "--fail", url)
    wait_until("curl's connection is in TIME_WAIT", lambda: ss.count(netns, state="time_wait"))
    page = exporter.scrape()
    second = netns.run("sh", "-c", f"! LC_ALL=C curl -v {url} 2>&1")
    assert "Cannot assign requested address" in second
    assert tcp.fails_for_want_of_a_port(netns, (there, port))

    seen = of(page, *key)
    assert (seen.used, seen.time_wait, seen.reusable) == (1, 1, 0)
    assert (seen.headroom, seen.utilization, worst_utilization(page)) == ((0, 0), (1, 1), (1, 1))
    assert page.value("destination_connections_per_second") == 1 / 5
    assert page.value("destination_seconds_to_exhaustion") == 0
    assert 50 < page.value("destination_seconds_to_free_port") <= tcp.TIME_WAIT_SECONDS
    assert page.value("config_finding", rule="destination_exhausted") == 1

    netns.set_sysctl("net.ipv4.tcp_tw_reuse", 1)
    reused = page.value("time_wait_reused_total")
    page = wait_until("the port is reusable", lambda: reusable(exporter.scrape(), key))
    seen = of(page, *key)
    most = 0 if source in BPF_READERS else 1  # by a dump the port may be a binder's
    assert (seen.used, seen.time_wait, seen.headroom[1], seen.utilization) == (1, 1, 1, (0, most))
    assert not page.has("destination_seconds_to_exhaustion")
    assert not page.has("destination_seconds_to_free_port")
    assert page.value("config_finding", rule="destination_exhausted") == 0
    tcp.wait_for_reuse_delay(netns)  # whose end a dump does not show on older kernels
    netns.run("curl", "-sS", "--fail", url)
    page = exporter.scrape()
    assert page.value("time_wait_reused_total") == netstat(netns)["TWRecycled"] == reused + 1


def reusable(page, key):
    """The page, when it says that a port of the destination can be reused."""
    return of(page, *key).reusable and page


def test_f3_before_the_delay_has_passed_the_page_tells_when_it_will(netns, exporter):
    if not has("reuse_delay"):
        pytest.skip("this kernel has no tcp_tw_reuse_delay: see the next test")
    netns.set_sysctl("net.ipv4.tcp_tw_reuse_delay", 4000)  # more than a busy machine is late
    netns.set_sysctl("net.ipv4.ip_local_port_range", ONE_PORT)
    netns.set_sysctl("net.ipv4.tcp_tw_reuse", 1)
    server = tcp.listen(netns)
    tcp.close_in_order(*tcp.pair(netns, server))
    page = exporter.scrape()
    assert tcp.fails_for_want_of_a_port(netns, server.getsockname())
    seen = of(page, "127.0.0.1", *server.getsockname())
    assert (seen.time_wait, seen.reusable, seen.headroom) == (1, 0, (0, 0))
    # An age of the delay itself is not enough: a millisecond more.
    assert 0 < page.value("destination_seconds_to_free_port") <= (
        tcp.reuse_delay_seconds(netns) + 0.001)
    wait_until("the port can be taken again",
               lambda: tcp.connect_until_it_fails(netns, server.getsockname(), 1)[0])


def test_f3_before_the_delay_existed_the_next_second_frees_the_port(netns, exporter, source):
    if has("reuse_delay"):
        pytest.skip("this kernel has tcp_tw_reuse_delay: see the test before")
    netns.set_sysctl("net.ipv4.ip_local_port_range", ONE_PORT)
    netns.set_sysctl("net.ipv4.tcp_tw_reuse", 1)
    server = tcp.listen(netns)
    key = "127.0.0.1", *server.getsockname()

    def kernel_second():
        return int(time.clock_gettime(CLOCK_MONOTONIC_COARSE))

    def in_the_same_second(look):
        def look_in_time():
            tcp.wait_for_reuse_delay(netns)
            time.sleep(-time.monotonic() % 1 + 0.02)  # the coarse clock follows by a tick
            second = kernel_second()
            tcp.close_in_order(*tcp.pair(netns, server))
            seen = look()
            return kernel_second() == second and (seen,)
        return wait_until("the look is within a second", look_in_time, 20)[0]

    assert in_the_same_second(lambda: tcp.fails_for_want_of_a_port(netns, server.getsockname()))
    if source in BPF_READERS:
        page = in_the_same_second(exporter.scrape)
        seen = of(page, *key)
        assert (seen.time_wait, seen.reusable, seen.headroom) == (1, 0, (0, 0))
        assert 0 < page.value("destination_seconds_to_free_port") <= 1

    tcp.wait_for_reuse_delay(netns)
    seen = of(exporter.scrape(), *key)
    assert (seen.time_wait, seen.reusable, seen.headroom[1]) == (1, 1, 1)
    if source in BPF_READERS:
        assert seen.headroom == (1, 1)
    assert tcp.connect_until_it_fails(netns, server.getsockname(), 1)[0]


def test_f3_whether_an_orphaned_fin_wait2_is_taken_over_is_within_the_bounds(netns, exporter,
                                                                            source):
    """Linux 5.10 takes it over as if it were a TIME_WAIT, 6.12 does not, nor 6.1 by an update."""
    netns.set_sysctl("net.ipv4.ip_local_port_range", ONE_PORT)
    netns.set_sysctl("net.ipv4.tcp_tw_reuse", 1)
    server = tcp.listen(netns)
    tcp.pair(netns, server)[0].close()
    wait_until("the orphan waits for the peer's FIN", lambda: ss.select(
        netns, state="fin_wait2", timer="timewait"))
    tcp.wait_for_reuse_delay(netns)
    low, high = of(exporter.scrape(), "127.0.0.1", *server.getsockname()).headroom
    truth = len(tcp.connect_until_it_fails(netns, server.getsockname(), 1)[0])
    assert low <= truth <= high
    if source in BPF_READERS:  # which of the older kernels do so is not to be seen
        assert high - low == (0 if running() >= (6, 12) else 1)


def test_f4_without_timestamps_nothing_is_reused(netns, peer, link, exporter):
    netns.set_sysctl("net.ipv4.ip_local_port_range", ONE_PORT)
    netns.set_sysctl("net.ipv4.tcp_tw_reuse", 1)
    rule = {"rule": "tw_reuse_without_timestamps"}
    assert exporter.scrape().value("config_finding", **rule) == 0
    netns.set_sysctl("net.ipv4.tcp_timestamps", 0)
    server = tcp.listen(peer, link.address(peer), 80)
    tcp.close_in_order(*tcp.pair(netns, server, peer))
    tcp.wait_for_reuse_delay(netns)
    assert tcp.fails_for_want_of_a_port(netns, server.getsockname())

    page = exporter.scrape()
    assert page.value("config_finding", **rule) == 1
    seen = of(page, link.address(netns), *server.getsockname())
    assert (seen.time_wait, seen.reusable, seen.headroom) == (1, 0, (0, 0))


def close_at_a_steady_rate(connect, per_second, seconds):
    """So many connections that are closed here first; how many, as one may fail."""
    begun = time.monotonic()
    for made in range(per_second * seconds):
        time.sleep(max(0, begun + made / per_second - time.monotonic()))
        try:
            tcp.close_in_order(*connect())
        except OSError as error:
            assert error.errno in (errno.EADDRNOTAVAIL, errno.EADDRINUSE)
            return made
    return per_second * seconds


@pytest.mark.parametrize("bound", [False, True], ids=["no timestamps", "bound"])
def test_what_is_never_reused_holds_its_port_for_a_minute(netns, peer, link, bpf, bound):
    """tcp_tw_reuse is on, but the peer sends no timestamps, or the clients call bind()."""
    if SLOW > 1:
        pytest.skip("A STEADY RATE, WHICH AN EMULATED MACHINE DOES NOT KEEP")
    netns.set_sysctl("net.ipv4.ip_local_port_range", "40000 40199")
    netns.set_sysctl("net.ipv4.tcp_tw_reuse", 1)
    if not bound:
        peer.set_sysctl("net.ipv4.tcp_timestamps", 0)
    server = tcp.listen(peer, link.address(peer), 6379)
    source = (link.address(netns), 0) if bound else None
    exporter = Exporter(netns, bpf)

    def connect():
        return tcp.pair(netns, server, peer, source=source)
    assert close_at_a_steady_rate(connect, 12, 12) == 144
    page = exporter.scrape()
    assert page.value("destination_ports_reusable") == 0
    assert 3 <= page.value("destination_seconds_to_exhaustion") <= 8
    for rule in ("port_range_too_small", "heading_for_exhaustion"):
        assert page.value("config_finding", rule=rule) == 1, rule

    assert close_at_a_steady_rate(connect, 12, 10) == 200 - 144
    page = exporter.scrape()
    assert 35 < page.value("destination_seconds_to_free_port") < 50
    sentences = examine(netns, source=bpf).sentences
    assert "when a TIME_WAIT ends" in sentences
    assert "Set net.ipv4.tcp_tw_reuse" not in sentences and "by tcp_tw_reuse" not in sentences
    if bound:
        assert page.value("config_finding", rule="bind_pool_nearly_empty") == 1
        assert "IP_BIND_ADDRESS_NO_PORT" in sentences


def test_a_burst_that_is_over_is_not_foretold(netns, exporter):
    netns.set_sysctl("net.ipv4.ip_local_port_range", "40000 41999")
    netns.set_sysctl("net.ipv4.tcp_tw_reuse", 0)
    server = tcp.listen(netns)
    for _ in range(300):
        tcp.close_in_order(*tcp.pair(netns, server))
    for _ in range(3):
        time.sleep(1)
        page = exporter.scrape()
        assert not page.has("destination_seconds_to_exhaustion")
        for rule in ("port_range_too_small", "heading_for_exhaustion"):
            assert page.value("config_finding", rule=rule) == 0, rule


def test_connections_that_stay_open_are_a_rate_to_the_doctor(netns):
    """Its two looks see what comes between them; the TIME_WAIT of one page does not."""
    netns.set_sysctl("net.ipv4.ip_local_port_range", "40000 40999")
    server = tcp.listen(netns)
    for _ in range(300):
        tcp.connect(netns, server.getsockname())
    stop = threading.Event()

    def fill():
        while not stop.wait(0.01):
            tcp.connect(netns, server.getsockname())
    thread = threading.Thread(target=fill)
    thread.start()
    try:
        worst = report(netns)["destinations"][0]
    finally:
        stop.set()
        thread.join()
    assert 20 < worst["connections_per_second"] < 120
    assert worst["outlook"] == "filling"


def test_k20_exhaustion_is_announced_before_it_comes_and_only_then(netns, peer):
    """For a little longer than a TIME_WAIT lasts: only then has the slower one settled."""
    slow, fast = Churn(netns, 0.8), Churn(peer, 1.2)
    slow_exporters, fast_exporters = (
        [Exporter(namespace, source, port=10460 + i)
         for i, source in enumerate(("sock_diag", "procfs"))] for namespace in (netns, peer))
    announcements = {exporter: [] for exporter in fast_exporters}  # (when, seconds to go)
    end = time.monotonic() + tcp.TIME_WAIT_SECONDS + 4

    def watch():
        for exporter in slow_exporters:
            page = exporter.scrape()
            assert not page.has("destination_seconds_to_exhaustion")
            assert worst_utilization(page)[0] < 0.9
        if not fast.failed_at:
            for exporter, announced in announcements.items():
                said = exporter.scrape().values("destination_seconds_to_exhaustion").values()
                announced += [(time.monotonic(), seconds) for seconds in said]
        return time.monotonic() > end
    wait_until("the slower one has settled", watch, 90, 1)

    assert (slow.error, fast.error) == (None, errno.EADDRNOTAVAIL)
    settled = ss.count(netns, state="time_wait") / Churn.PORTS
    assert 0.7 < settled < 0.85
    for announced in announcements.values():
        assert announced and announced[0][0] < fast.failed_at - 20
        at, seconds = announced[-1]
        assert abs(at + seconds - fast.failed_at) < 5
