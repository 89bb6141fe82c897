"""The ephemeral ports. The kernel is the oracle: connect() until it fails."""

import errno

from harness import ss, tcp
from harness.exporter import Exporter

RANGE = "40000 40009"


def test_k6_reserved_ports_are_not_usable(netns, exporter):
    netns.set_sysctl("net.ipv4.ip_local_port_range", RANGE)
    netns.set_sysctl("net.ipv4.ip_local_reserved_ports", "39999,40000,40002-40004,50000")
    server = tcp.listen(netns)

    page = exporter.scrape()
    assert page.value("ephemeral_port_range_min") == 40000
    assert page.value("ephemeral_port_range_max") == 40009
    assert page.value("ephemeral_ports_reserved") == 4
    assert page.value("ephemeral_ports") == 6
    assert page.value("ephemeral_ports_used") == 0

    clients, error = tcp.connect_until_it_fails(netns, server.getsockname())
    assert (len(clients), error) == (6, errno.EADDRNOTAVAIL)
    assert exporter.scrape().value("ephemeral_ports_used") == 6


def test_k13_mapped_and_ipv4_connections_share_the_ports(netns, exporter):
    netns.set_sysctl("net.ipv4.ip_local_port_range", RANGE)
    server = tcp.listen(netns)
    _, port = server.getsockname()
    mapped = ("::ffff:127.0.0.1", port)
    held = [tcp.connect(netns, mapped) for _ in range(6)]
    held += [tcp.connect(netns, ("127.0.0.1", port)) for _ in range(4)]
    assert tcp.fails_for_want_of_a_port(netns, ("127.0.0.1", port))
    assert tcp.fails_for_want_of_a_port(netns, mapped)
    established = ss.count(netns, state="established", family="ipv4")
    assert established == 2 * len(held)

    page = exporter.scrape()
    assert page.value("ephemeral_ports_used") == 10
    assert page.value("sockets", family="ipv4", state="established") == established


def test_k4_bound_sockets_block_ports(netns, source):
    exporter = Exporter(netns, source)
    netns.set_sysctl("net.ipv4.ip_local_port_range", RANGE)
    server = tcp.listen(netns)
    for _ in range(10):
        netns.socket().bind(("127.0.0.1", 0))
    assert tcp.fails_for_want_of_a_port(netns, server.getsockname())

    page = exporter.scrape()
    if source == "procfs":  # /proc/net/tcp does not list them: unknown, not 0
        assert not page.has("sockets", state="bound_inactive")
        assert not page.has("ephemeral_ports_blocked", by="bound")
    else:
        assert page.value("sockets", family="ipv4", state="bound_inactive") == 10
        assert page.value("ephemeral_ports_blocked", by="bound") == 10
        assert page.value("ephemeral_ports_used") == 10


def test_k5_listeners_in_the_range_block_ports(netns, exporter):
    netns.set_sysctl("net.ipv4.ip_local_port_range", RANGE)
    listeners = {("0.0.0.0", "40001"), ("0.0.0.0", "40003"), ("0.0.0.0", "40005"),
                 ("127.0.0.2", "40007")}
    for address, port in listeners:
        tcp.listen(netns, address, int(port))
    server = tcp.listen(netns)

    page = exporter.scrape()
    assert page.value("ephemeral_ports_blocked", by="listen") == 4
    named = {(dict(labels)["listen_address"], dict(labels)["listen_port"])
             for labels in page.values("listener_in_ephemeral_range")}
    assert named == listeners

    clients, _ = tcp.connect_until_it_fails(netns, server.getsockname())
    assert len(clients) == 6
    assert exporter.scrape().value("ephemeral_ports_used") == 10


def test_k18_an_accepted_child_blocks_its_port(netns, exporter):
    netns.set_sysctl("net.ipv4.ip_local_port_range", RANGE)
    server = tcp.listen(netns, port=40004)
    tcp.pair(netns, server, source=("127.0.0.1", 700))

    page = exporter.scrape()
    assert page.by("by", "ephemeral_ports_blocked").items() >= {"listen": 1, "inbound": 0}.items()
    server.close()
    other = tcp.listen(netns)
    clients, _ = tcp.connect_until_it_fails(netns, other.getsockname())
    assert len(clients) == 9
