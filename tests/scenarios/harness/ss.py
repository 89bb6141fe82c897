"""The first oracle: what `ss` says about the TCP sockets of a namespace."""

import collections
import dataclasses
import ipaddress
import re

# ss's state names -> the labels of the exporter. Old ss cannot show bound-inactive sockets.
STATES = {
    "ESTAB": "established", "SYN-SENT": "syn_sent", "SYN-RECV": "syn_recv",
    "FIN-WAIT-1": "fin_wait1", "FIN-WAIT-2": "fin_wait2", "TIME-WAIT": "time_wait",
    "CLOSE-WAIT": "close_wait", "LAST-ACK": "last_ack", "LISTEN": "listen", "CLOSING": "closing",
}
_TIMER = re.compile(r"timer:\((\w+),[^,]*,(\d+)\)")
_INODE = re.compile(r"\bino:(\d+)")


@dataclasses.dataclass(frozen=True)
class Row:
    state: str
    family: str  # mapped addresses are ipv4, as in the exporter
    recv_queue: int
    send_queue: int
    local_address: str
    local_port: int
    peer_address: str
    peer_port: int
    timer: str  # none, on (retransmission), keepalive, timewait, persist (zero window)
    retransmits: int
    inode: int


def rows(namespace):
    """Every row `ss` sees."""
    return [_row(line) for line in namespace.run("ss", "-HOtanoe").splitlines()]


def standing_rows(namespace):
    """The rows without what changes while all stand still: some packet is always about to be sent
    again. Of the tries only keepalive probes are counted on a page."""
    return sorted(
        (dataclasses.replace(row, retransmits=row.retransmits * (row.timer == "keepalive"))
         for row in rows(namespace)), key=dataclasses.astuple)


def select(namespace, **wanted):
    """The rows whose members equal `wanted`."""
    return [row for row in rows(namespace)
            if all(getattr(row, name) == value for name, value in wanted.items())]


def count(namespace, **wanted):
    return len(select(namespace, **wanted))


def by_state(found):
    """{(family, state): rows}"""
    return collections.Counter((row.family, row.state) for row in found)


def _row(line):
    state, recv_queue, send_queue, local, peer, *rest = line.split()
    local_address, local_port = _endpoint(local)
    peer_address, peer_port = _endpoint(peer)
    extra = " ".join(rest)
    timer = _TIMER.search(extra)
    inode = _INODE.search(extra)
    return Row(STATES[state], _family(local_address), int(recv_queue), int(send_queue),
               local_address, local_port, peer_address, peer_port,
               timer[1] if timer else "none", int(timer[2]) if timer else 0,
               int(inode[1]) if inode else 0)


def _endpoint(text):
    address, port = text.rsplit(":", 1)
    address = address.split("%")[0].strip("[]").removeprefix("::ffff:")
    # A lone star is an IPv6 socket that takes IPv4 as well.
    return ("::" if address == "*" else address), (0 if port == "*" else int(port))


def _family(address):
    return f"ipv{ipaddress.ip_address(address).version}"
