"""Random mixtures of whatever can hold a port, each within a port range of its own, so that many
can be tried in one namespace one after the other.

A mixture is drawn as plain data, the operations each with a seed of its own: what goes wrong can be
repeated, and made smaller by leaving operations out.
"""

import contextlib
import dataclasses
import errno
import random
import socket

from harness import tcp
from harness.features import has
from harness.stage import (CLOSED_PORT, DESTINATIONS, HERE, NOWHERE, OWN_ADDRESSES, THERE)

FIRST_PORT = 20000  # all ranges are from here on, and no server is
SIZES = [1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 16, 21]
MOST_PORTS = max(SIZES)
NEVER_MS = 60000  # as a reuse delay
REUSE_PORT = (socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)

# The names of the operations: those that leave the upper bound of the headroom exact, and others.
EXACT = (*["client"] * 4, "syn_sent", "refused", "bound_inactive", "listener", "client_of_listener",
         "second_on_a_port")
INEXACT = ("binder", "explicit_client", "client_of_peer_without_timestamps",
           "client_of_closed_listener", "departure")


@dataclasses.dataclass(frozen=True)
class Plan:
    low: int
    high: int
    reserved: tuple
    sysctls: dict
    destinations: tuple
    operations: tuple  # (name of a method of Mixture, seed)

    @property
    def is_even(self):
        """Else connect() may miss a port, but for the only one of a range."""
        return (self.high - self.low) % 2 == 1 or self.high == self.low

    @property
    def upper_bound_is_exact(self):
        """An even range, and nothing of which a dump tells too little."""
        return self.is_even and not any(name in INEXACT for name, _ in self.operations)


def draw(rng, low):
    size = rng.choice(SIZES)
    reserved = rng.sample(range(size), rng.randrange(size)) if rng.random() < 0.3 else ()
    names = EXACT if rng.random() < 0.4 else EXACT + INEXACT
    return Plan(
        low, low + size - 1, tuple(low + port for port in sorted(reserved)),
        {"tcp_tw_reuse": rng.choice([0, 1, 1, 2]), "tcp_timestamps": rng.choice([0, 1, 1, 1]),
         "tcp_tw_reuse_delay": rng.choice([1, 1, 1, NEVER_MS])},
        tuple(rng.sample(DESTINATIONS, rng.randrange(1, 5))),
        tuple((rng.choice(names), rng.randrange(10**9))
              for _ in range(rng.randrange(3 * size + 4))))


class Mixture:
    """A plan carried out. What the kernel refuses for want of a port is left out."""

    def __init__(self, stage, plan):
        self._stage, self._plan = stage, plan
        self._netns, self._peer = stage.netns, stage.peer
        self._made = []  # to be closed
        self._held = set()  # ports
        self._set_sysctls()
        for name, seed in plan.operations:
            self._attempt(getattr(self, "_" + name), random.Random(seed))

    def close(self):
        for made in self._made:
            if made.fileno() >= 0:
                tcp.reset(made)

    def connect_once(self, destination):
        return self._attempt(self._pair, random.Random(0), destination)

    def wait_for_reuse(self):
        """Until each TIME_WAIT is either old enough to be reused or will not be for a minute."""
        delay_ms = tcp.reuse_delay_seconds(self._netns) * 1000
        if self._plan.sysctls["tcp_tw_reuse"] and delay_ms < NEVER_MS:
            tcp.wait_for_reuse_delay(self._netns)

    def connect_until_it_fails(self, destination):
        """How many connections the kernel still makes; they stay."""
        clients, error = tcp.connect_until_it_fails(
            self._netns, (destination.address, destination.port), **destination.how())
        assert error == errno.EADDRNOTAVAIL
        self._made += clients + self._stage.accept_all()
        return len(clients)

    def _set_sysctls(self):
        plan = self._plan
        for name, value in (*plan.sysctls.items(),
                            ("ip_local_reserved_ports", ",".join(map(str, plan.reserved))),
                            ("ip_local_port_range", f"{plan.low} {plan.high}")):
            if name != "tcp_tw_reuse_delay" or has("reuse_delay"):
                self._netns.set_sysctl("net.ipv4." + name, value)

    def _attempt(self, operation, *arguments):
        try:
            operation(*arguments)
            return True
        except OSError as error:
            if error.errno not in (errno.EADDRNOTAVAIL, errno.EADDRINUSE):
                raise
            return False

    # The operations.

    def _client(self, rng):
        self._end(rng, *self._pair(rng))

    def _syn_sent(self, rng):
        made = tcp.start_connect(self._netns, (NOWHERE, 80))
        self._made.append(made)
        self._held.add(made.getsockname()[1])

    def _refused(self, rng):
        with contextlib.suppress(ConnectionRefusedError):
            tcp.connect(self._netns, (THERE, CLOSED_PORT))

    def _listener(self, rng, port=None):
        made = tcp.listen(self._netns, rng.choice(OWN_ADDRESSES), port or self._free_port(rng),
                          options=rng.choice([[], [REUSE_PORT]]))
        self._made.append(made)
        self._held.add(made.getsockname()[1])

    def _bound_inactive(self, rng, port=None):
        address = rng.choice(OWN_ADDRESSES)
        made = self._netns.socket(tcp.family(address))
        if rng.random() < 0.5:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((address, self._free_port(rng) if port is None else port))
        self._made.append(made)
        self._held.add(made.getsockname()[1])

    def _client_of_listener(self, rng, listener_closes=False):
        port = self._free_port(rng)
        listener = tcp.listen(self._netns, rng.choice(["0.0.0.0", "::", HERE]), port)
        self._made.append(listener)
        self._held.add(port)
        source = rng.choice([None, (THERE, rng.randrange(700, 900)),
                             (THERE, rng.randint(self._plan.low, self._plan.high))])
        client = tcp.connect(self._peer, (HERE, port), source=source)
        child = self._netns.keep(listener.accept()[0])
        self._made += [client, child]
        if listener_closes:
            listener.close()
        self._end(rng, *rng.choice([(client, child), (child, client)]))

    def _client_of_closed_listener(self, rng):
        self._client_of_listener(rng, listener_closes=True)

    def _binder(self, rng, port=0):
        destination = rng.choice(self._plan.destinations)
        self._end(rng, *self._pair(rng, destination, source=(destination.source_text(), port),
                                   options=()))

    def _explicit_client(self, rng):
        self._binder(rng, rng.randint(self._plan.low, self._plan.high))

    def _client_of_peer_without_timestamps(self, rng):
        self._peer.set_sysctl("net.ipv4.tcp_timestamps", 0)
        try:
            self._client(rng)
        finally:
            self._peer.set_sysctl("net.ipv4.tcp_timestamps", 1)

    def _second_on_a_port(self, rng):
        take = rng.choice([self._listener, self._bound_inactive])
        take(rng, rng.choice([0, *sorted(self._held)]))

    def _departure(self, rng):
        here = [made for made in self._made if made.fileno() >= 0]
        if here:
            tcp.reset(rng.choice(here))

    # What they are made of.

    def _free_port(self, rng):
        free = [port for port in range(self._plan.low, self._plan.high + 1)
                if port not in self._held]
        if not free:
            raise OSError(errno.EADDRINUSE, "every port is held")
        return rng.choice(free)

    def _pair(self, rng, destination=None, **how):
        destination = destination or rng.choice(self._plan.destinations)
        client = tcp.connect(self._netns, (destination.address, destination.port),
                             **(destination.how() | how))
        child = self._stage.accept(destination.port)
        self._made += [client, child]
        self._held.add(client.getsockname()[1])
        return client, child

    def _end(self, rng, first, second):
        way = rng.choice(["none", "time_wait", "time_wait", "one", "orphan", "half", "reset"])
        if way == "time_wait":
            tcp.close_in_order(first, second)
        elif way == "one":
            second.close()
        elif way == "orphan":
            first.close()
        elif way == "half":
            first.shutdown(socket.SHUT_WR)
        elif way == "reset":
            tcp.reset(first)
