"""Namespaces that differ in everything a compact set tells of them."""

import socket

from harness import ss, tcp
from harness.compact import Foreign
from harness.counters import netstat
from harness.features import has
from harness.waiting import wait_until

NOWHERE = "10.77.0.99"  # a route leads there, and nobody answers


def serving(name, namespace):
    """Both families, a listener inside the range, TIME_WAIT at either end."""
    namespace.set_sysctl("net.ipv4.ip_local_port_range", "40000 40999")
    namespace.set_sysctl("net.ipv4.tcp_fin_timeout", 33)
    never_reuse(namespace)
    for address in ("127.0.0.1", "::1"):
        server = tcp.listen(namespace, address)
        for _ in range(5):
            tcp.pair(namespace, server)
        for _ in range(3):
            tcp.close_in_order(*tcp.pair(namespace, server))
        tcp.close_in_order(*reversed(tcp.pair(namespace, server)))
    in_range = tcp.listen(namespace, "127.0.0.1", 40005)
    tcp.pair(namespace, in_range, source=("127.0.0.1", 700))
    return Foreign(name, namespace)


def ailing(name, namespace):
    """What leaks, what is not answered, what is bound; a destination that is half full."""
    namespace.set_sysctl("net.ipv4.ip_local_port_range", "41000 41019")
    namespace.set_sysctl("net.ipv4.ip_local_reserved_ports", "41001,41010-41012")
    namespace.set_sysctl("net.core.somaxconn", 77)
    route_nowhere(namespace)
    server = tcp.listen(namespace)
    for _ in range(6):
        tcp.pair(namespace, server)[1].close()
    tcp.pair(namespace, server)[0].shutdown(socket.SHUT_WR)
    for _ in range(3):
        tcp.start_connect(namespace, (NOWHERE, 80))
    overflow(namespace)
    bind(namespace)
    wait_until("each is in its state", lambda: (
        ss.count(namespace, state="close_wait"), ss.count(namespace, state="fin_wait2"),
        ss.count(namespace, state="syn_sent")) == (7, 7, 3))
    return Foreign(name, namespace, bound=1)


def never_reuse(namespace):
    """Whether a TIME_WAIT can be reused does not change between two readings then."""
    settings = {"tcp_tw_reuse": 1, "tcp_tw_reuse_delay": 60000} if (
        has("reuse_delay")) else {"tcp_tw_reuse": 0}
    for sysctl, value in settings.items():
        namespace.set_sysctl("net.ipv4." + sysctl, value)


def of_ipv6(name, namespace):
    never_reuse(namespace)
    server = tcp.listen(namespace, "::1", 443)
    for _ in range(4):
        tcp.pair(namespace, server)
    tcp.close_in_order(*tcp.pair(namespace, server))
    return Foreign(name, namespace)


def empty(name, namespace):
    return Foreign(name, namespace)


def only_bound(name, namespace):
    bind(namespace)
    return Foreign(name, namespace, bound=1)


ALL = (serving, ailing, of_ipv6, empty, only_bound)


def bind(namespace):
    """A socket that is neither connected nor listening."""
    namespace.socket().bind(("127.0.0.1", 0))


def overflow(namespace):
    """A listener whose accept queue has turned somebody away, who does not ask again."""
    full = tcp.listen(namespace, port=81, backlog=1)
    tcp.fill_accept_queue(namespace, full)
    client = tcp.start_connect(namespace, full.getsockname())
    wait_until("one was turned away", lambda: netstat(namespace)["ListenOverflows"] > 0)
    tcp.reset(client)


def route_nowhere(namespace):
    namespace.run("ip", "link", "add", "out", "type", "veth", "peer", "name", "there")
    for device in ("out", "there"):
        namespace.run("ip", "link", "set", device, "up")
    namespace.run("ip", "addr", "add", "10.77.0.1/24", "dev", "out")
    namespace.run("ip", "neigh", "add", NOWHERE, "lladdr", "02:00:00:00:00:fe", "nud", "permanent",
                  "dev", "out")
