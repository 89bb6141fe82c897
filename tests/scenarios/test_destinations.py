"""How full each destination is. The kernel is the oracle: connect() until it fails."""

import contextlib
import errno
import socket

import pytest

from harness import ss, tcp
from harness.destinations import least, of, on_page, worst_utilization
from harness.exporter import Exporter
from harness.features import BPF_READERS, sees_bound
from harness.snat import SnatRouter
from harness.waiting import wait_until

PORTS = 10
RANGE = "40000 40009"
ONE_PORT = "40000 40000"
STATES = ("established", "time_wait", "fin_wait1", "fin_wait2", "close_wait", "last_ack", "closing",
          "syn_sent")


def test_k1_a_full_destination_leaves_the_others_alone(netns, peer, link, exporter):
    netns.set_sysctl("net.ipv4.ip_local_port_range", RANGE)
    here, there = link.address(netns), link.address(peer)
    for port in (80, 81):
        tcp.listen(peer, there, port)
    clients, error = tcp.connect_until_it_fails(netns, (there, 80))
    assert (len(clients), error) == (PORTS, errno.EADDRNOTAVAIL)

    page = exporter.scrape()
    assert on_page(page).keys() == {(here, there, 80)}
    full = of(page, here, there, 80)
    assert (full.used, full.time_wait) == (PORTS, 0)
    assert (full.headroom, full.utilization) == ((0, 0), (1, 1))
    assert worst_utilization(page) == (1, 1)

    assert len(tcp.connect_until_it_fails(netns, (there, 81))[0]) == PORTS
    page = exporter.scrape()
    assert page.value("destinations") == page.value("destinations_exported") == 2
    assert of(page, here, there, 81) == of(page, here, there, 80) == full
    assert page.value("ephemeral_ports_used") == PORTS


def test_k2_reuse_follows_the_setting_and_the_addresses(netns, peer, link, exporter, source):
    netns.set_sysctl("net.ipv4.ip_local_port_range", RANGE)
    netns.set_sysctl("net.ipv4.tcp_tw_reuse", 0)  # while they are made, however long that takes
    here, there = link.address(netns), link.address(peer)
    # Loopback is either address, not the device: the third goes through it, the fourth does not
    # look like it at one end.
    destinations = {"veth": (here, there, 80), "loopback": ("127.0.0.1", "127.0.0.1", 80),
                    "own address": (here, here, 80), "from loopback": ("127.0.0.5", here, 80)}
    looped = ("loopback", "from loopback")
    how = {name: {"source": (source, 0), "options": tcp.NO_PORT_YET}
           for name, (source, _, _) in destinations.items()}
    servers = {there: (peer, tcp.listen(peer, there, 80)),
               here: (netns, tcp.listen(netns, here, 80)),
               "127.0.0.1": (netns, tcp.listen(netns, "127.0.0.1", 80))}
    for name, (_, address, _) in destinations.items():
        server_namespace, server = servers[address]
        for _ in range(PORTS):
            tcp.close_in_order(*tcp.pair(netns, server, server_namespace, **how[name]))
    tcp.wait_for_reuse_delay(netns)

    expected = {tw_reuse: {name: PORTS * (tw_reuse == 1 or (tw_reuse == 2 and name in looped))
                           for name in destinations} for tw_reuse in (0, 2, 1)}
    for tw_reuse, reusable in expected.items():
        netns.set_sysctl("net.ipv4.tcp_tw_reuse", tw_reuse)
        page = exporter.scrape()
        for name, key in destinations.items():
            seen = of(page, *key)
            assert (seen.used, seen.time_wait) == (PORTS, PORTS)
            assert (tw_reuse, name, seen.reusable) == (tw_reuse, name, reusable[name])
            low = reusable[name] if source in BPF_READERS else 0
            assert seen.headroom == (low, reusable[name])
            assert seen.utilization == (1 - reusable[name] / PORTS, 1 - low / PORTS)

    taken = set()  # what has been reused is no TIME_WAIT any more
    for tw_reuse, reusable in expected.items():
        netns.set_sysctl("net.ipv4.tcp_tw_reuse", tw_reuse)
        for name, (_, *address) in destinations.items():
            clients, _ = tcp.connect_until_it_fails(netns, tuple(address), **how[name])
            assert (tw_reuse, name, len(clients)) == (
                tw_reuse, name, 0 if name in taken else reusable[name])
            taken |= {name} if clients else set()


def test_k2_a_socket_bound_to_the_loopback_device_is_reused_as_on_loopback(netns):
    """Only sock_diag tells the device."""
    netns.set_sysctl("net.ipv4.ip_local_port_range", ONE_PORT)
    netns.run("ip", "addr", "add", "10.99.0.1/32", "dev", "lo")
    exporter = Exporter(netns, "sock_diag")
    to_lo = [(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo")]
    for port, options, reusable in ((80, (), 0), (81, to_lo, 1)):
        server = tcp.listen(netns, "10.99.0.1", port)
        tcp.close_in_order(*tcp.pair(netns, server, options=options))
        tcp.wait_for_reuse_delay(netns)
        assert of(exporter.scrape(), "10.99.0.1", "10.99.0.1", port).headroom == (0, reusable)
        assert len(tcp.connect_until_it_fails(netns, ("10.99.0.1", port),
                                              options=options)[0]) == reusable


def test_a_listener_beside_a_client_blocks_the_port_for_the_other_destinations(netns, peer, link,
                                                                               exporter):
    """It listens on another address, and came after the client."""
    netns.set_sysctl("net.ipv4.ip_local_port_range", RANGE)
    here, there = link.address(netns), link.address(peer)
    first, other = (tcp.listen(peer, there, port) for port in (80, 81))
    client, _ = tcp.pair(netns, first, peer)
    tcp.listen(netns, "127.0.0.2", client.getsockname()[1])
    assert len(tcp.connect_until_it_fails(netns, other.getsockname())[0]) == PORTS - 1

    page = exporter.scrape()
    assert of(page, here, there, 81).headroom == (0, 0)
    assert page.value("config_finding", rule="destination_exhausted") == 1
    assert len(tcp.connect_until_it_fails(netns, first.getsockname())[0]) == PORTS - 1
    assert of(exporter.scrape(), here, there, 80).headroom == (0, 0)


def test_a_simultaneous_open_blocks_nothing(netns, peer, link, exporter):
    """Its SYN_RECV is no accepted connection: the port is open to every other destination."""
    netns.set_sysctl("net.ipv4.ip_local_port_range", ONE_PORT)
    here, there = link.address(netns), link.address(peer)
    link.cut(netns)
    tcp.start_connect(netns, (there, 700))
    theirs = peer.socket()
    theirs.setblocking(False)
    theirs.bind((there, 700))
    with contextlib.suppress(BlockingIOError):
        theirs.connect((here, 40000))
    wait_until("their SYN is here", lambda: ss.count(netns, state="syn_recv"))

    page = exporter.scrape()
    assert sum(page.by("blocker", "ephemeral_ports_blocked").values()) == 0
    other = tcp.listen(netns)
    assert len(tcp.connect_until_it_fails(netns, other.getsockname())[0]) == 1


@pytest.mark.parametrize("spread", [False, True], ids=["to_one", "to_ten"])
def test_k3_binders_take_ports_from_everybody(netns, peer, link, exporter, source, spread):
    netns.set_sysctl("net.ipv4.ip_local_port_range", RANGE)
    here, there = link.address(netns), link.address(peer)
    for port in range(80, 91):
        tcp.listen(peer, there, port)
    for i in range(PORTS):
        tcp.connect(netns, (there, 80 + i * spread), source=(here, 0))
    assert tcp.fails_for_want_of_a_port(netns, (there, 90))
    with pytest.raises(OSError) as error:
        netns.socket().bind((here, 0))
    assert error.value.errno == errno.EADDRINUSE

    page = exporter.scrape()
    # A dump does not tell that they were bound: the upper bound takes them for connections.
    misled = spread and source not in BPF_READERS
    expected = {(here, there, 80 + i): (1, misled * (PORTS - 1)) for i in range(PORTS)} if (
        spread) else {(here, there, 80): (PORTS, 0)}
    assert {key: (seen.used, seen.headroom[1]) for key, seen in on_page(page).items()} == expected
    assert {seen.headroom[0] for seen in on_page(page).values()} == {0}
    assert worst_utilization(page) == (pytest.approx(0.1) if misled else 1, 1)
    if sees_bound(source):
        assert page.by("source_address", "bind_ports_free") == {"any": 0, here: 0}
    else:
        assert set(page.values("bind_ports_free").values()) <= {0}


def test_k3_bind_draws_from_the_ports_of_its_source_address(netns, exporter, source):
    """Three ports are held on one address, two on another, one on every address."""
    netns.set_sysctl("net.ipv4.ip_local_port_range", RANGE)
    server = tcp.listen(netns)
    for address, port in (("127.0.0.1", 40000), ("127.0.0.1", 40001), ("127.0.0.1", 40002),
                          ("127.0.0.2", 40002), ("127.0.0.2", 40003)):
        tcp.connect(netns, server.getsockname(), source=(address, port))
    netns.socket().bind(("0.0.0.0", 40004))

    page = exporter.scrape()
    free = page.by("source_address", "bind_ports_free")
    truth = {"any": 5, "127.0.0.1": 6, "127.0.0.2": 7}
    if sees_bound(source):
        assert free == truth
    else:
        assert all(ports <= truth[address] for address, ports in free.items())
    for address, ports in (("127.0.0.1", 6), ("127.0.0.2", 7), ("0.0.0.0", 5)):
        assert tcp.bind_until_it_fails(netns, address) == (ports, errno.EADDRINUSE)


def test_k7_every_state_holds_the_port_to_its_destination_alone(netns, peer, link, exporter):
    netns.set_sysctl("net.ipv4.ip_local_port_range", "40000 40000")
    netns.set_sysctl("net.ipv4.tcp_tw_reuse", 0)
    here, there = link.address(netns), link.address(peer)
    address_of = {state: (there, 80 + i) for i, state in enumerate(STATES)}
    ends = {state: tcp.pair(netns, tcp.listen(peer, *address_of[state]), peer)
            for state in STATES if state != "syn_sent"}
    tcp.close_in_order(*ends["time_wait"])
    ends["fin_wait2"][0].shutdown(socket.SHUT_WR)
    for state in ("close_wait", "last_ack"):
        ends[state][1].close()
    wait_until("the peer's FINs are here", lambda: ss.count(netns, state="close_wait") == 2)
    link.cut(netns)
    for state in ("fin_wait1", "last_ack"):
        ends[state][0].close()
    for end in ends["closing"]:
        end.close()
    tcp.start_connect(netns, address_of["syn_sent"])
    wait_until("each is in its state", lambda: {
        (row.state, row.peer_port) for row in ss.rows(netns) if row.local_port == 40000} == {
            (state, port) for state, (_, port) in address_of.items()})
    assert all(tcp.fails_for_want_of_a_port(netns, address) for address in address_of.values())

    page = exporter.scrape()
    assert page.value("ephemeral_ports_used") == 1
    assert sum(page.by("blocker", "ephemeral_ports_blocked").values()) == 0
    assert page.value("destinations") == len(STATES)
    for state in STATES:
        seen = of(page, here, *address_of[state])
        assert (state, seen.used, seen.headroom, seen.utilization) == (state, 1, (0, 0), (1, 1))
        assert (state, seen.time_wait) == (state, int(state == "time_wait"))
    other = tcp.listen(netns)
    assert len(tcp.connect_until_it_fails(netns, other.getsockname())[0]) == 1


def test_k7_a_reset_connection_holds_nothing(netns, exporter):
    netns.set_sysctl("net.ipv4.ip_local_port_range", "40000 40000")
    server = tcp.listen(netns)
    tcp.reset(tcp.pair(netns, server)[0])
    wait_until("no connection is left", lambda: not ss.count(netns, peer_port=8080))
    page = exporter.scrape()
    assert (page.value("destinations"), worst_utilization(page)) == (0, (0, 0))
    assert len(tcp.connect_until_it_fails(netns, server.getsockname())[0]) == 1
    assert worst_utilization(exporter.scrape()) == (1, 1)


def accepted_child_of_a_closed_listener(netns, peer, here, port, server):
    listener = tcp.listen(netns, here, port)
    tcp.pair(peer, listener, netns, source=(server.getsockname()[0], 700))
    listener.close()


def client_bound_to_a_port_in_the_range(netns, peer, here, port, server):
    tcp.connect(netns, server.getsockname(), source=(here, port))


def client_bound_to_every_address(netns, peer, here, port, server):
    tcp.connect(netns, server.getsockname(), source=("0.0.0.0", 0))


def peer_without_timestamps(netns, peer, here, port, server):
    peer.set_sysctl("net.ipv4.tcp_timestamps", 0)
    tcp.close_in_order(*tcp.pair(netns, server, peer))
    peer.set_sysctl("net.ipv4.tcp_timestamps", 1)
    tcp.wait_for_reuse_delay(netns)


@pytest.mark.parametrize("hold, to_the_same", [
    (accepted_child_of_a_closed_listener, False), (client_bound_to_a_port_in_the_range, False),
    (client_bound_to_every_address, False), (peer_without_timestamps, True),
], ids=lambda value: getattr(value, "__name__", ""))
def test_k18_what_a_dump_cannot_tell_moves_the_upper_bound(netns, peer, link, exporter, source,
                                                           hold, to_the_same):
    """One port is lost to the destination: by a dump the lower bound knows, the upper cannot."""
    netns.set_sysctl("net.ipv4.ip_local_port_range", RANGE)
    netns.set_sysctl("net.ipv4.tcp_tw_reuse", 1)
    here, there = link.address(netns), link.address(peer)
    destination, other = (tcp.listen(peer, there, port) for port in (80, 81))
    client, _ = tcp.pair(netns, destination, peer)
    another_port = 40000 + (client.getsockname()[1] + 1) % PORTS
    hold(netns, peer, here, another_port, destination if to_the_same else other)

    page = exporter.scrape()
    low, high = of(page, here, there, 80).headroom
    assert low in least(PORTS - 2, source, netns, page)
    assert high == PORTS - (2 if source in BPF_READERS else 1)
    assert len(tcp.connect_until_it_fails(netns, (there, 80))[0]) == PORTS - 2


def test_f11_behind_a_full_snat_pool_syn_sent_piles_up(netns, router, peer, source):
    """Two programs in one namespace; the router's pool has five ports for both."""
    nat = SnatRouter(netns, router, peer, ports=5)
    server = tcp.listen(peer, nat.server_address, 80)
    exporter = Exporter(netns, source)
    for _ in range(2 * 15):
        tcp.start_connect(netns, server.getsockname())
    wait_until("five are through, and the others ask again", lambda: sorted(
        (row.state, row.retransmits > 0) for row in ss.select(netns, peer_port=80)) == [
            ("established", False)] * 5 + [("syn_sent", True)] * 25)

    page = exporter.scrape()
    key = (nat.client_address, nat.server_address, 80)
    assert on_page(page).keys() == {key}
    assert page.by("state", "destination_sockets") == {
        "syn_sent": 25, "syn_sent_retransmitting": 25, "close_wait": 0}
    seen = of(page, *key)
    assert seen.used == 30
    assert 0 < seen.utilization[0] < 0.01


def test_a_destination_that_our_program_does_not_close_is_on_the_page(netns, exporter):
    server = tcp.listen(netns)
    for connections in (9, 10):
        while ss.count(netns, state="close_wait") < connections:
            tcp.pair(netns, server)[1].close()
        page = exporter.scrape()
        assert page.value("destinations_exported") == int(connections == 10)
    assert page.by("state", "destination_sockets") == {
        "syn_sent": 0, "syn_sent_retransmitting": 0, "close_wait": 10}
    assert of(page, "127.0.0.1", "127.0.0.1", 8080).used == 10
