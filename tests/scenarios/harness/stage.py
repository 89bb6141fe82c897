"""Where mixtures are tried: two linked namespaces, and destinations of every kind to connect to."""

import contextlib
import dataclasses
import ipaddress

from harness import tcp
from harness.waiting import SLOW

HERE, HERE_TOO, HERE6 = "10.77.0.1", "10.77.0.11", "fd77::1"
THERE, THERE_TOO, THERE6 = "10.77.0.2", "10.77.0.12", "fd77::2"
NOWHERE = "10.77.0.99"  # does not answer
LOCAL_PORT, PEER_PORTS, CLOSED_PORT = 8080, (80, 81), 9
OWN_ADDRESSES = ["0.0.0.0", HERE, HERE_TOO, "127.0.0.1", "127.0.0.2", "::", HERE6, "::1"]


@dataclasses.dataclass(frozen=True)
class Destination:
    """Where to connect to; `source` is chosen by the kernel unless `bound`."""
    address: str
    port: int
    source: str
    bound: bool = False

    def how(self):
        return {"source": (self.source, 0), "options": tcp.NO_PORT_YET} if self.bound else {}

    def source_text(self):
        """As a socket of the destination's family wants it."""
        mapped = self.address.startswith("::ffff:")
        return "::ffff:" + self.source if mapped else self.source

    def key(self):
        """As on a page."""
        address = ipaddress.ip_address(self.address)
        unmapped = getattr(address, "ipv4_mapped", None) or address
        return self.source, str(unmapped), self.port


DESTINATIONS = [
    Destination(THERE, 80, HERE),
    Destination(THERE, 81, HERE),
    Destination(THERE_TOO, 80, HERE),
    Destination("::ffff:" + THERE, 80, HERE),
    Destination(THERE6, 80, HERE6),
    Destination(THERE, 80, HERE_TOO, bound=True),
    Destination("127.0.0.1", LOCAL_PORT, "127.0.0.1"),
    Destination("::ffff:127.0.0.1", LOCAL_PORT, "127.0.0.1"),
    Destination("::1", LOCAL_PORT, "::1"),
    Destination(HERE, LOCAL_PORT, HERE),
    Destination(HERE, LOCAL_PORT, "127.0.0.5", bound=True),
]


class Stage:
    """Two linked namespaces, and servers on every address that outlive the mixtures."""

    def __init__(self, netns, peer, link):
        assert (link.address(netns), link.address6(peer)) == (HERE, THERE6)
        self.netns, self.peer = netns, peer
        netns.run("ip", "addr", "add", HERE_TOO + "/24", "dev", "veth")
        peer.run("ip", "addr", "add", THERE_TOO + "/24", "dev", "veth")
        netns.run("ip", "neigh", "add", NOWHERE, "lladdr", "02:00:00:00:00:fe", "nud",
                  "permanent", "dev", "veth")
        self.servers = {LOCAL_PORT: (netns, tcp.listen(netns, "::", LOCAL_PORT))}
        for port in PEER_PORTS:
            self.servers[port] = (peer, tcp.listen(peer, "::", port))

    def accept(self, port):
        namespace, server = self.servers[port]
        server.settimeout(5 * SLOW)
        return namespace.keep(server.accept()[0])

    def accept_all(self):
        """All connections that wait in the accept queues."""
        accepted = []
        for _, server in self.servers.values():
            server.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                while True:
                    accepted.append(server.accept()[0])
        return accepted
