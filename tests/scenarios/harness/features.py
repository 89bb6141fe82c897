"""What each kernel can do: the one table that tests and README read.

KERNELS is what is expected by version, FEATURES is what came with which version and how the running
kernel shows that it has it. Tests ask `has`; tests/scenarios/test_kernel.py holds that the running
kernel is as the tables say.
"""

import dataclasses
import errno
import functools
import os
import re
import socket
import struct

_SOCK_DIAG, _DIAG_BY_FAMILY = 4, 20
_DUMP_REQUEST = 0x301  # NLM_F_REQUEST | NLM_F_DUMP
_BOUND_INACTIVE = 1 << 13
_IP_LOCAL_PORT_RANGE = 51

BPF_READERS = ("bpf", "bpf_probe")
READERS = (*BPF_READERS, "sock_diag", "procfs")


@dataclasses.dataclass(frozen=True)
class Kernel:
    """A row of README's table; it holds until the version of the next row."""
    since: tuple
    name: str  # as README has it
    reader: str  # of root, chosen by --collector.sockets.source=auto
    suite: str = ""  # of Debian, whose kernel is booted; its first one that can be reached
    headroom: str = "exact"  # by that reader: exact or bounds
    counts_failed_connects: bool = True
    tried: bool = True

    @property
    def suites(self):
        return self.suite.split()


KERNELS = (
    Kernel((5, 10), "5.10", "bpf_probe", "bullseye"),
    Kernel((6, 1), "6.1", "bpf_probe", "bookworm"),
    Kernel((6, 2), "6.2 to 6.11, not tried", "bpf", tried=False),
    Kernel((6, 12), "6.12", "bpf", "trixie"),
    Kernel((6, 18), "6.18", "bpf"),
    Kernel((7, 0), "7.2, 7.3", "bpf", "trixie-backports sid"),
)
UNPRIVILEGED_READER = "sock_diag"


def _has_file(path):
    return lambda: os.path.exists("/proc/sys/net/ipv4/" + path)


def _takes_port_range():
    with socket.socket() as made:
        try:
            made.setsockopt(socket.IPPROTO_IP, _IP_LOCAL_PORT_RANGE, struct.pack("I", 0))
        except OSError as error:
            assert error.errno == errno.ENOPROTOOPT, error
            return False
    return True


def _lists_bound_sockets():
    """Whether a dump of sock_diag has a socket that is only bound."""
    with socket.socket() as bound, socket.socket(
            socket.AF_NETLINK, socket.SOCK_RAW, _SOCK_DIAG) as diag:
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
        body = struct.pack("=BBBxI48x", socket.AF_INET, socket.IPPROTO_TCP, 0, _BOUND_INACTIVE)
        diag.send(struct.pack("=IHHII", 16 + len(body), _DIAG_BY_FAMILY, _DUMP_REQUEST, 1, 0) + body)
        while True:
            data = diag.recv(1 << 16)
            while data:
                length, kind = struct.unpack_from("=IH", data)
                if kind != _DIAG_BY_FAMILY:
                    return False
                if struct.unpack_from(">H", data, 16 + 4)[0] == port:
                    return True
                data = data[(length + 3) & ~3:]


@dataclasses.dataclass(frozen=True)
class Feature:
    since: tuple
    probe: object  # whether the running kernel has it


FEATURES = {
    # net.ipv4.tcp_tw_reuse_delay; before, a TIME_WAIT of an earlier second can be reused.
    "reuse_delay": Feature((6, 14), _has_file("tcp_tw_reuse_delay")),
    # A namespace can have a hash of connections of its own.
    "own_hash": Feature((6, 1), _has_file("tcp_child_ehash_entries")),
    # A dump lists sockets that are bound, neither listening nor connected.
    "bound_sockets": Feature((6, 8), _lists_bound_sockets),
    # A socket can have a port range of its own; new in 6.3, and in 6.1 by a stable update.
    "socket_port_range": Feature((6, 1), _takes_port_range),
}


@functools.cache
def has(feature):
    """Whether the running kernel has it, by asking the kernel."""
    return FEATURES[feature].probe()


def sees_bound(reader):
    """Whether that reader lists sockets that are only bound, on the running kernel."""
    return reader in BPF_READERS or (reader == "sock_diag" and has("bound_sockets"))


@functools.cache
def running():
    """The version of the running kernel, as (major, minor)."""
    return tuple(int(part) for part in re.findall(r"\d+", os.uname().release)[:2])


def expected(version=None):
    """The row of that version, or of the running kernel; None where it is older than all."""
    version = version or running()
    rows = [kernel for kernel in KERNELS if kernel.since <= version]
    return rows[-1] if rows else None


def reader_of(suite):
    """The reader of root on the kernel of that suite of Debian; None where the table lacks it."""
    return next((kernel.reader for kernel in KERNELS if suite in kernel.suites), None)
