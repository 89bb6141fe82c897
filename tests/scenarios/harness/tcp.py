"""Connections, made and closed step by step."""

import contextlib
import ctypes
import errno
import os
import socket
import struct
import time

from harness import ss
from harness.features import has
from harness.waiting import SLOW, wait_until

TIME_WAIT_SECONDS = 60
_libc = ctypes.CDLL(None, use_errno=True)
IP_BIND_ADDRESS_NO_PORT = 24
IPPROTO_MPTCP = 262
# Options of a client that is bound to an address and leaves the port to connect().
NO_PORT_YET = [(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)]


def listen(namespace, address="127.0.0.1", port=8080, backlog=1024, options=()):
    """A listener; `options` are setsockopt arguments, set before it is bound."""
    server = namespace.socket(family(address))
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    for option in options:
        server.setsockopt(*option)
    server.bind((address, port))
    server.listen(backlog)
    return server


def connect(namespace, server_address, source=None, options=()):
    """A connected client; `source` is (address, port) to bind to first."""
    client = namespace.socket(family(server_address[0]))
    for option in options:
        client.setsockopt(*option)
    if source:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        client.bind(source)
    client.connect(server_address[:2])
    return client


def start_connect(namespace, server_address):
    """A client that may stay in SYN_SENT."""
    client = namespace.socket(family(server_address[0]))
    client.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        client.connect(server_address[:2])
    return client


def disconnect(connection):
    """By connect() to AF_UNSPEC: the socket can be used again."""
    if _libc.connect(connection.fileno(), bytes(16), 16) != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"connect() to AF_UNSPEC: {os.strerror(error)}")


def has_mptcp(namespace):
    try:
        with namespace.entered():
            socket.socket(socket.AF_INET, socket.SOCK_STREAM, IPPROTO_MPTCP).close()
    except OSError:
        return False
    return True


def fill_accept_queue(namespace, server):
    """Connections that nobody accepts, one more than the backlog. One after another: of several at
    once the last may be half-open at the server and established at the client, for good."""
    port = server.getsockname()[1]
    while (queue := ss.select(namespace, state="listen", local_port=port)[0]).recv_queue \
            <= queue.send_queue:
        connect(namespace, server.getsockname())
        wait_until("the connection is in the queue", lambda: ss.select(
            namespace, state="listen", local_port=port)[0].recv_queue > queue.recv_queue)


def pair(namespace, server, server_namespace=None, **how):
    """(client, accepted child) of one connection to `server`."""
    client = connect(namespace, server.getsockname(), **how)
    child = (server_namespace or namespace).keep(server.accept()[0])
    return client, child


def close_in_order(first, second):
    """`first` closes, `second` after it has seen the end: TIME_WAIT stays at `first`."""
    first.close()
    second.settimeout(5 * SLOW)
    assert second.recv(1) == b""
    second.close()


def reset(connection):
    """Closes with RST: neither end keeps a state."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def connect_until_it_fails(namespace, server_address, limit=1000, **how):
    """The clients that could be connected, and the errno of the first that could not."""
    clients = []
    while len(clients) < limit:
        try:
            clients.append(connect(namespace, server_address, **how))
        except OSError as error:
            return clients, error.errno
    return clients, None


def fails_for_want_of_a_port(namespace, server_address):
    return connect_until_it_fails(namespace, server_address, 1) == ([], errno.EADDRNOTAVAIL)


def bind_until_it_fails(namespace, address, limit=1000):
    """How many sockets can be bound to (address, 0) at once, and the errno of the next."""
    with contextlib.ExitStack() as bound:
        for count in range(limit):
            try:
                bound.enter_context(namespace.socket(family(address))).bind((address, 0))
            except OSError as error:
                return count, error.errno
    return limit, None


def reuse_delay_seconds(namespace):
    """How long a connection must have been in TIME_WAIT, at most, before its port is reused."""
    if has("reuse_delay"):
        return int(namespace.sysctl("net.ipv4.tcp_tw_reuse_delay")) / 1000
    return 1  # from the next second of the kernel's clock on


def wait_for_reuse_delay(namespace):
    """Until what is in TIME_WAIT now is old enough to be reused."""
    time.sleep(reuse_delay_seconds(namespace) + 0.03 * SLOW)


def fill_until_window_closes(sender):
    """Sends until the receiver, who does not read, takes no more."""
    sender.setblocking(False)

    def full():
        with contextlib.suppress(BlockingIOError):
            while True:
                sender.send(b"x" * 65536)
        return True
    wait_until("the send buffer is full", full)


def family(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET
