"""Clients with a port range of their own (IP_LOCAL_PORT_RANGE). The kernel is the oracle: connect()
until it fails."""

import errno
import socket
import struct

import pytest

from harness import tcp
from harness.destinations import of
from harness.exporter import Exporter
from harness.features import has

IP_LOCAL_PORT_RANGE = 51
LOOPBACK = "127.0.0.1"
RULE = "own_port_range_full"
FIRST, PORTS = 41000, 10
NAMESPACE_PORTS = 10000


def own_range(first, count):
    """setsockopt arguments."""
    bounds = struct.pack("=I", first | (first + count - 1) << 16)
    return [(socket.IPPROTO_IP, IP_LOCAL_PORT_RANGE, bounds)]


@pytest.fixture
def server(netns):
    netns.set_sysctl("net.ipv4.ip_local_port_range", f"40000 {40000 + NAMESPACE_PORTS - 1}")
    if not has("socket_port_range"):
        pytest.skip("NO OWN PORT RANGES HERE: no IP_LOCAL_PORT_RANGE")
    return tcp.listen(netns)


def raised(exporter):
    return exporter.scrape().by("rule", "config_finding", rule=RULE)


def test_k1_a_range_of_a_sockets_own_that_is_nearly_full_is_found(netns, server, bpf):
    exporter = Exporter(netns, bpf, ("--collector.ports.min-utilization=0",))
    address = server.getsockname()
    own = own_range(FIRST, PORTS)
    for connections, expected in ((7, 0), (1, 1)):
        for _ in range(connections):
            tcp.connect(netns, address, options=own)
        assert raised(exporter) == {RULE: expected}

    # Other clients have all other ports.
    assert of(exporter.scrape(), LOOPBACK, *address).headroom == (NAMESPACE_PORTS - 8,) * 2
    clients, error = tcp.connect_until_it_fails(netns, address, options=own)
    assert (len(clients), error) == (PORTS - 8, errno.EADDRNOTAVAIL)
    assert raised(exporter) == {RULE: 1}


@pytest.mark.parametrize("other", ["sock_diag", "procfs"])
def test_k1_a_reader_that_does_not_see_it_does_not_call_it_fine(netns, server, other):
    tcp.connect_until_it_fails(netns, server.getsockname(), options=own_range(FIRST, PORTS))
    assert raised(Exporter(netns, other)) == {}
