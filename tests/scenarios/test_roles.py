"""Who opened a connection, judged from its ports: each line of the role table, as TIME_WAIT here.

The local end is always in the namespace that is watched; its ephemeral range is 40000-40009.
"""

import dataclasses
import socket
from typing import Optional

import pytest

from harness import ss, tcp
from harness.destinations import of
from harness.exporter import Exporter, page_once
from harness.features import BPF_READERS
from harness.waiting import wait_until

LOW, HIGH = 700, 40005  # outside and inside the range
AUTOBOUND = 0


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    role: str
    opened_by: str  # us, them
    local_port: int
    remote_port: int
    # What listens on the local port when the page is made: an address, or nothing.
    listens: Optional[str] = None
    ipv6: bool = False


LINK, LINK6 = "10.77.0.1", "fd77::1"
CASES = [
    Case("a client", "outbound", "us", AUTOBOUND, 80),
    Case("a server", "inbound", "them", 8080, AUTOBOUND, listens=LINK),
    Case("a server on every address", "inbound", "them", 8080, AUTOBOUND, listens="0.0.0.0"),
    Case("a server on every address of both families", "inbound", "them", 8080, AUTOBOUND,
         listens="::"),
    Case("an IPv6 server", "inbound", "them", HIGH, 80, listens=LINK6, ipv6=True),
    Case("an IPv6 server on every address", "inbound", "them", HIGH, 80, listens="::", ipv6=True),
    Case("an IPv6 client whose port listens for IPv4", "outbound", "us", HIGH, 80,
         listens="0.0.0.0", ipv6=True),
    Case("a server inside our range", "inbound", "them", HIGH, LOW, listens=LINK),
    Case("a client whose port listens on another address", "outbound", "us", HIGH, 80,
         listens="127.0.0.1"),
    Case("a closed listener outside the range", "inbound", "them", 8080, HIGH),
    Case("a closed listener inside the range", "unknown", "them", HIGH, HIGH),
    Case("a server port inside our range", "unknown", "us", AUTOBOUND, HIGH),
    Case("both ports low", "unknown", "us", LOW, 80),
    # Known to be told wrong:
    Case("a client bound low towards a high port", "inbound", "us", LOW, HIGH),
    Case("a listener opened later on an outbound port", "inbound", "us", HIGH, 80, listens=LINK),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name.replace(" ", "_"))
def test_k14_role(netns, peer, link, source, case):
    assert (link.address(netns), link.address6(netns)) == (LINK, LINK6)
    netns.set_sysctl("net.ipv4.ip_local_port_range", "40000 40009")
    # A port nobody asked for is outside our range on the other side too, or the rule cannot know.
    peer.set_sysctl("net.ipv4.ip_local_port_range",
                    "40000 40009" if case.remote_port else "50000 50009")
    _leave_time_wait(netns, peer, link, case)
    if case.listens:
        tcp.listen(netns, case.listens, case.local_port)
    rows = ss.select(netns, state="time_wait")
    assert len(rows) == 1
    assert case.local_port in (AUTOBOUND, rows[0].local_port)
    assert case.remote_port in (AUTOBOUND, rows[0].peer_port)

    # The exporter starts only now: it has never seen a listener that is closed.
    roles = page_once(netns, source).by("role", "time_wait_sockets")
    assert roles == {"outbound": 0, "inbound": 0, "unknown": 0} | {case.role: 1}


def test_k14_an_ipv6_only_listener_takes_no_ipv4(netns, peer, link, source):
    _leave_time_wait(netns, peer, link, Case("", "", "us", HIGH, 80))
    tcp.listen(netns, "::", HIGH, options=[(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)])
    roles = page_once(netns, source).by("role", "time_wait_sockets")
    # /proc/net/tcp6 does not tell IPV6_V6ONLY; the default is that it takes both.
    assert roles == {"outbound": 0, "inbound": 0, "unknown": 0} | {
        "inbound" if source == "procfs" else "outbound": 1}


def test_k14_a_listener_that_has_closed_is_remembered(netns, peer, link, source):
    """What would be unknown: its port is inside our range, and so is that of its client."""
    netns.set_sysctl("net.ipv4.ip_local_port_range", "40000 40009")
    exporter = Exporter(netns, source)
    server = tcp.listen(netns, LINK, HIGH)
    exporter.scrape()
    theirs, ours = tcp.pair(peer, server, netns, source=(link.address(peer), HIGH))
    server.close()
    tcp.close_in_order(ours, theirs)

    for _ in range(2):  # the first page without the listener, and one after it
        page = exporter.scrape()
        assert page.by("role", "time_wait_sockets") == {"outbound": 0, "inbound": 1, "unknown": 0}
        assert page.value("destinations") == 0
        # By a dump it may have been taken by a client since.
        assert page.by("blocker", "ephemeral_ports_blocked")["inbound"] == int(source in BPF_READERS)
    page = page_once(netns, source)  # has seen nothing before
    assert page.by("role", "time_wait_sockets") == {"outbound": 0, "inbound": 0, "unknown": 1}
    assert page.value("destinations") == 1


def test_k14_the_port_of_a_listener_that_has_closed_may_be_a_clients(netns, peer, link, exporter):
    """Else its destination would be nowhere while no port is left."""
    netns.set_sysctl("net.ipv4.ip_local_port_range", "40000 40001")
    listeners = [tcp.listen(netns, LINK, port) for port in (40000, 40001)]
    exporter.scrape()
    for listener in listeners:
        listener.close()
    server = tcp.listen(peer, link.address(peer), 80)
    assert len(tcp.connect_until_it_fails(netns, server.getsockname())[0]) == 2

    for _ in range(2):  # the first page without the listeners, and one after it
        page = exporter.scrape()
        seen = of(page, LINK, *server.getsockname())
        assert (seen.used, seen.headroom, seen.utilization) == (2, (0, 0), (1, 1))
        assert page.value("config_finding", rule="destination_exhausted") == 1


def _leave_time_wait(netns, peer, link, case):
    address = link.address6 if case.ipv6 else link.address
    here, there = (address(netns), case.local_port), (address(peer), case.remote_port)
    if case.opened_by == "us":
        server = tcp.listen(peer, *there)
        ours, theirs = tcp.pair(netns, server, peer, source=here)
    else:
        server = tcp.listen(netns, *here)
        theirs, ours = tcp.pair(peer, server, netns, source=there)
    server.close()
    tcp.close_in_order(ours, theirs)
    wait_until("our end is in TIME_WAIT", lambda: ss.count(netns, state="time_wait") == 1)
