"""The ephemeral ports. The kernel is the oracle: connect() until it fails."""

import errno
import socket

import pytest

from harness import ss, tcp
from harness.destinations import in_use, least, of, unseen, worst_utilization
from harness.exporter import Exporter
from harness.features import sees_bound
from harness.still import still

RANGE = "40000 40009"
LOOPBACK = "127.0.0.1"


def headroom(page, server):
    return of(page, LOOPBACK, *server.getsockname()).headroom


def check_headroom(netns, page, server, ports, source):
    """That so many connections are the upper bound, and the lower one as far as can be known."""
    low, high = headroom(page, server)
    assert high == ports
    assert low in least(ports, source, netns, page)


def test_k6_reserved_ports_are_not_usable(netns, exporter, source):
    netns.set_sysctl("net.ipv4.ip_local_port_range", RANGE)
    netns.set_sysctl("net.ipv4.ip_local_reserved_ports", "39999,40000,40002-40004,50000")
    server = tcp.listen(netns)
    tcp.connect(netns, server.getsockname())

    page = exporter.scrape()
    assert page.value("ephemeral_port_range_min") == 40000
    assert page.value("ephemeral_port_range_max") == 40009
    assert page.value("ephemeral_ports_reserved") == 4
    assert page.value("ephemeral_ports") == 6
    assert page.value("ephemeral_ports_used") == 1
    check_headroom(netns, page, server, 5, source)

    clients, error = tcp.connect_until_it_fails(netns, server.getsockname())
    assert (len(clients), error) == (5, errno.EADDRNOTAVAIL)
    page = exporter.scrape()
    assert page.value("ephemeral_ports_used") == 6
    assert headroom(page, server) == (0, 0)


def test_k13_mapped_and_ipv4_connections_share_the_ports(netns, exporter):
    netns.set_sysctl("net.ipv4.ip_local_port_range", RANGE)
    server = tcp.listen(netns)
    _, port = server.getsockname()
    mapped = ("::ffff:127.0.0.1", port)
    held = [tcp.connect(netns, mapped) for _ in range(6)]
    held += [tcp.connect(netns, (LOOPBACK, port)) for _ in range(4)]
    assert tcp.fails_for_want_of_a_port(netns, (LOOPBACK, port))
    assert tcp.fails_for_want_of_a_port(netns, mapped)
    established = ss.count(netns, state="established", family="ipv4")
    assert established == 2 * len(held)

    page = exporter.scrape()
    assert page.value("ephemeral_ports_used") == 10
    assert page.value("sockets", family="ipv4", state="established") == established
    assert page.value("destinations") == 1
    assert of(page, LOOPBACK, LOOPBACK, port).used == 10
    assert headroom(page, server) == (0, 0)


def test_k4_bound_sockets_block_ports(netns, source):
    exporter = Exporter(netns, source)
    netns.set_sysctl("net.ipv4.ip_local_port_range", RANGE)
    server = tcp.listen(netns)
    for _ in range(10):
        netns.socket().bind((LOOPBACK, 0))
    assert tcp.fails_for_want_of_a_port(netns, server.getsockname())

    page = exporter.scrape()
    if not sees_bound(source):  # unknown, not 0
        assert not page.has("sockets", state="bound_inactive")
        assert not page.has("ephemeral_ports_blocked", blocker="bound")
        assert set(page.values("bind_ports_free").values()) <= {0}
    else:
        assert page.value("sockets", family="ipv4", state="bound_inactive") == 10
        assert page.value("ephemeral_ports_blocked", blocker="bound") == 10
        assert page.value("ephemeral_ports_used") == 10
        assert worst_utilization(page) == (1, 1)
        assert page.by("source_address", "bind_ports_free") == {"any": 0, LOOPBACK: 0}
        assert page.value("config_finding", rule="no_port_open") == 1
        assert page.value("config_finding", rule="destination_exhausted") == 0


def test_k4_bound_sockets_take_ports_from_a_destination(netns, exporter, source):
    netns.set_sysctl("net.ipv4.ip_local_port_range", RANGE)
    server = tcp.listen(netns)
    tcp.connect(netns, server.getsockname())
    for _ in range(6):
        netns.socket().bind((LOOPBACK, 0))
    page = exporter.scrape()
    low, high = headroom(page, server)
    assert low in least(3, source, netns, page)
    assert high == (3 if sees_bound(source) else 9)

    clients, _ = tcp.connect_until_it_fails(netns, server.getsockname())
    assert len(clients) == 3
    if sees_bound(source):
        assert headroom(exporter.scrape(), server) == (0, 0)


def test_k4_a_socket_bound_for_ipv6_alone_leaves_its_port_to_ipv4(netns, exporter, source):
    netns.set_sysctl("net.ipv4.ip_local_port_range", RANGE)
    if not sees_bound(source):
        pytest.skip(f"{source} DOES NOT LIST BOUND SOCKETS HERE")
    for only in (1, 0):
        bound = netns.socket(socket.AF_INET6)
        bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, only)
        bound.bind(("::", 40000 + only))
    netns.socket().bind((LOOPBACK, 40002))
    page = exporter.scrape()
    free = 0
    with pytest.raises(OSError):
        while True:
            netns.socket().bind((LOOPBACK, 0))
            free += 1
    assert free == 8
    assert page.by("source_address", "bind_ports_free") == {"any": 7, LOOPBACK: free}


@pytest.mark.parametrize("reader", ["sock_diag", "procfs"])
def test_k4_bound_sockets_that_are_not_listed_lower_the_least_by_their_number(netns, reader):
    """Counted are the TCP sockets of the host that are in no table of the namespace."""
    if sees_bound(reader):
        pytest.skip(f"{reader} LISTS BOUND SOCKETS HERE")
    netns.set_sysctl("net.ipv4.ip_local_port_range", "40000 40999")
    server = tcp.listen(netns)
    exporter = Exporter(netns, reader, flags=["--collector.ports.min-utilization=0"])
    exporter.scrape()
    for _ in range(4):
        tcp.connect(netns, server.getsockname())
    hidden = 0
    for bound in (0, 2, 95):
        for _ in range(bound):
            netns.socket().bind((LOOPBACK, 0))
        hidden += bound
        _, page = still(lambda: in_use(netns), exporter.scrape)
        most = unseen(netns, page)
        assert most >= hidden
        assert headroom(page, server) == (max(0, 996 - most), 996)
        assert not page.has("ephemeral_ports_blocked", blocker="bound")
        if most > 10:
            assert not page.has("bind_ports_free")
        else:
            assert page.by("source_address", "bind_ports_free") == {
                "any": 996 - most, LOOPBACK: 996 - most}
    clients, _ = tcp.connect_until_it_fails(netns, server.getsockname())
    assert len(clients) == 996 - hidden


def test_k5_listeners_in_the_range_block_ports(netns, exporter, source):
    netns.set_sysctl("net.ipv4.ip_local_port_range", RANGE)
    listeners = {("0.0.0.0", "40001"), ("0.0.0.0", "40003"), ("0.0.0.0", "40005"),
                 ("127.0.0.2", "40007")}
    for address, port in listeners:
        tcp.listen(netns, address, int(port))
    server = tcp.listen(netns)
    tcp.connect(netns, server.getsockname())
    tcp.connect(netns, (LOOPBACK, 40001), source=(LOOPBACK, 700))  # its port does not count again

    page = exporter.scrape()
    assert page.by("blocker", "ephemeral_ports_blocked").items() >= {"listen": 4, "inbound": 0}.items()
    named = {(dict(labels)["listen_address"], dict(labels)["listen_port"])
             for labels in page.values("listener_in_ephemeral_range")}
    assert named == listeners
    check_headroom(netns, page, server, 5, source)

    clients, _ = tcp.connect_until_it_fails(netns, server.getsockname())
    assert len(clients) == 5
    page = exporter.scrape()
    assert page.value("ephemeral_ports_used") == 10
    assert headroom(page, server) == (0, 0)
    assert worst_utilization(page) == (1, 1)
