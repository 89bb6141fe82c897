"""Clients that are bound to a device (SO_BINDTODEVICE) beside such that are not. The kernel is the
oracle: connect() until it fails, for either kind. Its rule: a device-bound connect() takes no port
that an unbound socket holds towards the same destination, but not the other way round."""

import contextlib
import errno
import socket

import pytest

from harness.destinations import of, worst_utilization
from harness.exporter import Exporter
from harness.features import BPF_READERS

DEVICE = "veth0"
HERE = "10.77.0.1"
SILENT = ("10.77.0.9", 80)  # a route leads there, and nobody answers: a SYN_SENT holds its port
PORTS = 20
FIRST = 40000
TO_DEVICE = ((socket.SOL_SOCKET, socket.SO_BINDTODEVICE, DEVICE.encode()),)

MIXTURES = {  # sockets that are unbound and bound to the device, and whether on the same ports
    "alike": (10, 10, False), "on the same ports": (10, 10, True), "more unbound": (14, 3, False),
    "more bound": (3, 14, False), "bound alone": (0, 12, False), "unbound alone": (12, 0, False),
    "full for bound ones": (12, 8, False), "full by bound ones": (0, 20, False),
}


def open_until_it_fails(netns, options=(), limit=PORTS + 1):
    """Clients in SYN_SENT, as many as the kernel has ports for."""
    clients = []
    while len(clients) < limit:
        client = netns.socket()
        client.setblocking(False)
        for option in options:
            client.setsockopt(*option)
        try:
            with contextlib.suppress(BlockingIOError):
                client.connect(SILENT)
        except OSError as error:
            assert error.errno == errno.EADDRNOTAVAIL
            client.close()
            break
        clients.append(client)
    return clients


def still_possible(netns, options=()):
    clients = open_until_it_fails(netns, options)
    for client in clients:
        client.close()  # a SYN_SENT leaves nothing
    return len(clients)


def set_range(netns, first, count):
    netns.set_sysctl("net.ipv4.ip_local_port_range", f"{first} {first + count - 1}")


@pytest.fixture
def silent(netns):
    """`netns` with a device behind which nobody answers."""
    netns.run("ip", "link", "add", DEVICE, "type", "veth", "peer", "name", "veth1")
    for device in (DEVICE, "veth1"):
        netns.run("ip", "link", "set", device, "up")
    netns.run("ip", "addr", "add", f"{HERE}/24", "dev", DEVICE)
    netns.run("ip", "neigh", "add", SILENT[0], "lladdr", "02:00:00:00:00:fe", "nud", "permanent",
              "dev", DEVICE)
    return netns


@pytest.mark.parametrize("mixture", MIXTURES)
def test_k18_the_bounds_hold_for_clients_bound_to_a_device(silent, source, mixture):
    netns = silent
    unbound, bound, on_the_same = MIXTURES[mixture]
    exporter = Exporter(netns, source)
    set_range(netns, FIRST, bound if on_the_same else PORTS)
    if on_the_same:  # those of bound ones are free for the others
        assert len(open_until_it_fails(netns, TO_DEVICE)) == bound
        assert len(open_until_it_fails(netns)) == unbound
    else:  # and the others' are not for bound ones
        assert len(open_until_it_fails(netns, limit=unbound)) == unbound
        assert len(open_until_it_fails(netns, TO_DEVICE, limit=bound)) == bound
    set_range(netns, FIRST, PORTS)

    page = exporter.scrape()
    seen = of(page, HERE, *SILENT)
    left_to_bound = still_possible(netns, TO_DEVICE)
    left_to_unbound = still_possible(netns)
    assert left_to_unbound == PORTS - unbound
    assert left_to_bound == PORTS - (bound if on_the_same else unbound + bound)

    least, most = seen.headroom
    figures = f"{source}: {seen}; {left_to_bound} left to bound, {left_to_unbound} to unbound"
    assert least <= left_to_bound, figures
    assert least <= left_to_unbound, figures
    # The page has one row for both, that of the fuller ones, which are the bound ones where there
    # are any.
    assert most >= (left_to_bound if bound else left_to_unbound), figures
    assert worst_utilization(page) == seen.utilization
    if source in BPF_READERS and 0 in (unbound, bound):
        assert (least, most) == (PORTS - unbound - bound,) * 2, figures
    # No source takes the ports of both kinds for lost to the unbound one where it has the device.
    if source != "procfs":
        assert most >= PORTS - max(unbound, bound), figures


def test_k18_a_port_that_two_sockets_hold_counts_once(silent, source):
    """procfs does not know the device: two rows of it look alike."""
    netns = silent
    exporter = Exporter(netns, source)
    set_range(netns, FIRST, 10)
    assert len(open_until_it_fails(netns, TO_DEVICE)) == 10
    assert len(open_until_it_fails(netns)) == 10
    set_range(netns, FIRST, PORTS)
    page = exporter.scrape()
    seen = of(page, HERE, *SILENT)
    assert seen.used == page.value("ephemeral_ports_used") == 10
    assert seen.headroom[1] == 10
    assert seen.utilization[0] == 0.5
    assert page.by("rule", "config_finding", rule="destination_exhausted") == {
        "destination_exhausted": 0}
