"""K16: connections that fail are counted by the kernel as they do. The caller is the oracle."""

import contextlib
import errno
import functools
import socket

import pytest

from harness import io_uring, tcp
from harness.exporter import NOBODY, Exporter, page_once
from harness.waiting import SLOW, wait_until

ONE_PORT = "40000 40000"
TOLD_APART = 20
TCP_FASTOPEN_CONNECT, SYN_SENT = 30, 2
NOWHERE = ("10.77.0.99", 80)


def exhausted(page):
    return {(dict(labels)["destination_address"], dict(labels)["destination_port"]): value
            for labels, value in page.values("port_exhaustion_total").items()}


class Failures:
    """Since it was made: whoever waited for the exporter to listen has been refused."""

    def __init__(self, exporter):
        self._before = self._of(exporter.scrape())

    def on(self, page):
        """Those that are not 0."""
        return {error: count - self._before[error] for error, count in self._of(page).items()
                if count != self._before[error]}

    @staticmethod
    def _of(page):
        return page.by("error", "connect_failures_total")


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_k16_every_connect_that_fails_for_want_of_a_port_is_counted(netns, peer, bpf, address):
    exporter = Exporter(netns, bpf)
    failures = Failures(exporter)
    for namespace in (netns, peer):  # what fails elsewhere is not ours
        namespace.set_sysctl("net.ipv4.ip_local_port_range", ONE_PORT)
        server = tcp.listen(namespace, address)
        tcp.connect(namespace, server.getsockname()[:2])
        for _ in range(100):
            assert tcp.fails_for_want_of_a_port(namespace, server.getsockname()[:2])
    page = exporter.scrape()
    shown = "::1" if address == "::1" else "127.0.0.1"
    assert exhausted(page) == {(shown, "8080"): 100, ("other", "other"): 0}
    assert failures.on(page) == {"EADDRNOTAVAIL": 100}


def test_k16_destinations_keep_their_place(netns, bpf):
    """Those beyond the first 20 are counted together."""
    exporter = Exporter(netns, bpf)
    failures = Failures(exporter)
    netns.set_sysctl("net.ipv4.ip_local_port_range", ONE_PORT)
    ports = range(8000, 8000 + TOLD_APART + 5)
    for port in ports:
        tcp.connect(netns, tcp.listen(netns, port=port).getsockname())
    told = {("127.0.0.1", str(port)): 0 for port in ports[:TOLD_APART]} | {("other", "other"): 0}
    for times in (1, 2):
        for port in ports:
            assert tcp.fails_for_want_of_a_port(netns, ("127.0.0.1", port))
            told[("127.0.0.1", str(port)) if port in ports[:TOLD_APART] else (
                "other", "other")] += 1
        page = exporter.scrape()
        assert exhausted(page) == told
        assert failures.on(page) == {"EADDRNOTAVAIL": times * len(ports)}


def test_k16_other_failures_by_their_error(netns, peer, link, bpf):
    exporter = Exporter(netns, bpf)
    failures = Failures(exporter)
    for _ in range(3):
        with contextlib.suppress(ConnectionRefusedError):
            tcp.connect(netns, (link.address(peer), 9))
    tcp.start_connect(netns, NOWHERE).close()  # given up by its program
    netns.run("ip", "neigh", "add", "10.77.0.98", "lladdr", "02:00:00:00:00:fe", "nud",
              "permanent", "dev", "veth")
    unanswered = tcp.start_connect(netns, ("10.77.0.98", 80))
    unanswered.setsockopt(socket.IPPROTO_TCP, socket.TCP_SYNCNT, 1)
    unreachable = tcp.start_connect(netns, NOWHERE)
    expected = {errno.ECONNREFUSED: 3, errno.ETIMEDOUT: 1, errno.EHOSTUNREACH: 1}
    names = {errno.errorcode[error]: count for error, count in expected.items()}
    wait_until("both have failed", lambda: failures.on(exporter.scrape()) == names, 30)
    for made, error in ((unanswered, errno.ETIMEDOUT), (unreachable, errno.EHOSTUNREACH)):
        with pytest.raises(OSError) as caught:
            made.recv(1)
        assert caught.value.errno == error


@functools.cache
def ring():
    return io_uring.Ring()


def connect_by_fast_open(client, address):
    client.sendto(b"GET", socket.MSG_FASTOPEN, address)


WAYS = {
    "blocking": (0, lambda client, address: client.connect(address)),
    "non-blocking": (socket.SOCK_NONBLOCK, lambda client, address: client.connect(address)),
    "fast open": (0, connect_by_fast_open),
    "io_uring": (0, lambda client, address: ring().connect(client, address)),
    "mptcp": (0, lambda client, address: client.connect(address)),
}


def connect_all(namespace, way, address, number, error):
    """`number` sockets, one after another, each of which fails with `error`."""
    flags, connect = WAYS[way]
    protocol = tcp.IPPROTO_MPTCP if way == "mptcp" else 0
    with namespace.entered():
        for _ in range(number):
            with socket.socket(socket.AF_INET, socket.SOCK_STREAM | flags, protocol) as client:
                with pytest.raises(OSError) as caught:
                    connect(client, address)
                assert caught.value.errno == error


@pytest.mark.parametrize("way", WAYS)
def test_k16_in_whatever_way_connect_is_called(netns, bpf, way):
    if way == "mptcp" and not tcp.has_mptcp(netns):
        pytest.skip("NO MPTCP HERE")
    if way == "io_uring" and not io_uring.works():
        pytest.skip("NO io_uring HERE")
    exporter = Exporter(netns, bpf)
    failures = Failures(exporter)
    netns.set_sysctl("net.ipv4.ip_local_port_range", ONE_PORT)
    full = tcp.listen(netns).getsockname()
    tcp.connect(netns, full)
    number = 12_000 if SLOW == 1 else 300
    connect_all(netns, way, full, number, errno.EADDRNOTAVAIL)
    # A refused one of another destination uses the same port.
    connect_all(netns, "blocking", ("127.0.0.2", 9), number // 2, errno.ECONNREFUSED)
    page = exporter.scrape()
    assert exhausted(page) == {("127.0.0.1", "8080"): number, ("other", "other"): 0}
    assert failures.on(page) == {"EADDRNOTAVAIL": number, "ECONNREFUSED": number // 2}


def test_k16_a_fast_open_that_is_closed_before_its_first_write_lacked_no_port(netns, bpf):
    exporter = Exporter(netns, bpf)
    failures = Failures(exporter)
    netns.set_sysctl("net.ipv4.tcp_fastopen", 0x7)  # without a cookie
    server = tcp.listen(netns, options=[(socket.IPPROTO_TCP, socket.TCP_FASTOPEN, 5)])
    for _ in range(20):
        client = tcp.connect(netns, server.getsockname(), options=[
            (socket.IPPROTO_TCP, TCP_FASTOPEN_CONNECT, 1)])
        assert client.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1) == bytes([SYN_SENT])
        client.close()
    page = exporter.scrape()
    assert (exhausted(page), failures.on(page)) == ({("other", "other"): 0}, {})


def test_k16_a_port_of_its_own_that_is_taken_is_no_lack_of_ports(netns, bpf):
    exporter = Exporter(netns, bpf)
    failures = Failures(exporter)
    server = tcp.listen(netns).getsockname()
    source = ("127.0.0.1", 20001)
    tcp.connect(netns, server, source)
    for _ in range(3):
        with pytest.raises(OSError) as caught:
            tcp.connect(netns, server, source)
        assert caught.value.errno == errno.EADDRNOTAVAIL
    page = exporter.scrape()
    assert (exhausted(page), failures.on(page)) == ({("other", "other"): 0}, {})


def test_k16_what_its_program_gives_up_has_not_failed_whatever_failed_before(netns, link, bpf):
    """The error of the connection before is still there."""
    exporter = Exporter(netns, bpf)
    client = tcp.connect(netns, tcp.listen(netns).getsockname())
    tcp.disconnect(client)
    failures = Failures(exporter)
    client.setblocking(False)
    with pytest.raises(BlockingIOError):
        client.connect(NOWHERE)
    client.close()
    assert failures.on(exporter.scrape()) == {}


def test_k16_a_rule_by_source_port_is_no_lack_of_ports(netns, peer, link, bpf):
    exporter = Exporter(netns, bpf)
    failures = Failures(exporter)
    server = tcp.listen(peer, link.address(peer)).getsockname()
    netns.set_sysctl("net.ipv4.ip_local_port_range", "40000 40009")
    netns.run("ip", "rule", "add", "ipproto", "tcp", "sport", "40000-40009", "prohibit")
    with pytest.raises(PermissionError):
        tcp.connect(netns, server)
    page = exporter.scrape()
    assert (exhausted(page), failures.on(page)) == ({("other", "other"): 0}, {})


@pytest.mark.parametrize("first", ["connected", "refused", "lacked a port"])
def test_k16_a_socket_that_is_used_again(netns, bpf, first):
    exporter = Exporter(netns, bpf)
    netns.set_sysctl("net.ipv4.ip_local_port_range", ONE_PORT)
    full = tcp.listen(netns).getsockname()
    other = tcp.listen(netns, "127.0.0.2").getsockname()
    tries = 1
    if first == "connected":
        client = tcp.connect(netns, other)
        tcp.disconnect(client)
    else:
        client = netns.socket(socket.AF_INET)
    tcp.connect(netns, full)
    if first == "refused":
        with pytest.raises(ConnectionRefusedError):
            client.connect(("127.0.0.2", 9))
    if first == "lacked a port":
        tries = 2
    for _ in range(tries):
        with pytest.raises(OSError) as caught:
            client.connect(full)
        assert caught.value.errno == errno.EADDRNOTAVAIL
    assert exhausted(exporter.scrape()) == {("127.0.0.1", "8080"): tries, ("other", "other"): 0}


@pytest.mark.parametrize("other", ["sock_diag", "procfs"])
def test_k16_they_are_counted_beside_any_reader(netns, bpf, other):
    page = Exporter(netns, other).scrape()
    assert page.has("port_exhaustion_total")
    assert page.has("connect_failures_total")


def test_k16_without_rights_they_are_absent(netns, reachable_binary):
    page = Exporter(netns, "auto", binary=reachable_binary, wrapper=NOBODY).scrape()
    assert page.value("scrape_collector_success", collector="events") == 1
    assert not page.has("port_exhaustion_total")
    assert not page.has("connect_failures_total")


def test_a_program_that_ends_after_one_page_has_seen_none(netns, bpf):
    assert not page_once(netns, bpf).has("connect_failures_total")


def test_events_can_be_left_out(netns, bpf):
    page = Exporter(netns, bpf, flags=["--no-collector.events"]).scrape()
    assert not page.has("connect_failures_total")
    assert page.value("scrape_pass_pieces") > 0
