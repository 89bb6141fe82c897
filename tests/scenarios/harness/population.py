"""A standing crowd of sockets: every state, family, timer and role, in one namespace."""

import socket

from harness import ss, tcp
from harness.waiting import SLOW, wait_until

KEEPALIVE = (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
STATES = sorted([*ss.STATES.values(), "bound_inactive"])


def keepalive(idle_seconds, interval_seconds, probes):
    """Socket options for dead-peer detection."""
    return [KEEPALIVE, (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, idle_seconds),
            (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, interval_seconds),
            (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, probes)]


def populate(netns, peer, link):
    """Fills `netns`. What it needs of `peer` is behind a link that it cuts in one direction, so the
    states that wait for an answer stand still for at least half a minute."""
    remote = tcp.listen(peer, link.address(peer), 80)
    local = tcp.listen(netns, link.address(netns), 8080)

    def to_peer(**how):
        return tcp.pair(netns, remote, peer, **how)

    _populate_loopback(netns)
    tcp.close_in_order(*to_peer())  # outbound TIME_WAIT
    tcp.close_in_order(*reversed(tcp.pair(peer, local, netns)))  # inbound TIME_WAIT
    tcp.close_in_order(*to_peer(source=("0.0.0.0", 700)))  # nobody can tell its role
    to_peer()[0].shutdown(socket.SHUT_WR)  # FIN_WAIT2, still owned
    to_peer()[0].close()  # FIN_WAIT2, an orphan
    to_peer()[1].close()  # CLOSE_WAIT
    fin_wait1, last_ack, closing = to_peer(), to_peer(), to_peer()
    last_ack[1].close()
    wait_until("the peer's FINs are here",
               lambda: ss.count(netns, state="close_wait") == 2)
    # One unanswered probe: the first is due only when the link is cut.
    to_peer(options=keepalive(min(SLOW, 4), 60, 9))

    link.cut(netns)
    fin_wait1[0].close()
    last_ack[0].close()
    closing[0].close()
    closing[1].close()
    tcp.start_connect(netns, remote.getsockname())  # SYN_SENT
    tcp.start_connect(peer, local.getsockname())  # SYN_RECV here
    # Bound, neither connected nor listening; on every address, so on a port that no other has.
    netns.socket().bind(("0.0.0.0", 0))

    expected = set(ss.STATES.values())
    wait_until("a socket is in every state",
               lambda: {row.state for row in ss.rows(netns)} == expected)
    wait_until("a keepalive probe is unanswered",
               lambda: [r for r in ss.select(netns, timer="keepalive") if r.retransmits == 1])


def _populate_loopback(netns):
    for address, reached_by in (("127.0.0.1", "127.0.0.1"), ("::1", "::1"),
                                ("127.0.0.1", "::ffff:127.0.0.1")):
        server = tcp.listen(netns, address, 0)
        client = tcp.connect(netns, (reached_by, server.getsockname()[1]))
        child = netns.keep(server.accept()[0])
        client.setsockopt(*KEEPALIVE)
        if address == reached_by:
            tcp.close_in_order(*tcp.pair(netns, server))
        else:
            child.setsockopt(*KEEPALIVE)
    tcp.connect(netns, server.getsockname())  # stays in the accept queue
    client, _ = tcp.pair(netns, server)
    tcp.fill_until_window_closes(client)
    wait_until("the window is closed", lambda: ss.count(netns, timer="persist") >= 1)
