"""Network namespaces without names: each lives by a file descriptor of this process alone, so
nothing stays behind however a run ends, and runs beside one another cannot meet.

A socket belongs for ever to the namespace it was created in, so the tests keep the sockets of all
namespaces in one process and enter a namespace only to create one.
"""

import contextlib
import ctypes
import fcntl
import os
import signal
import socket
import struct
import subprocess

from harness.waiting import SLOW

CLONE_NEWNET = 0x40000000
PR_SET_PDEATHSIG = 1
_SIOCSIFFLAGS, _IFF_UP = 0x8914, 1
_OWN = "/proc/thread-self/ns/net"
_libc = ctypes.CDLL(None, use_errno=True)


def _check(result, what):
    if result != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{what}: {os.strerror(error)}")


def _open_own():
    return os.open(_OWN, os.O_RDONLY | os.O_CLOEXEC)


def _die_with_parent():
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def why_impossible():
    """Why no namespace can be made here, or None."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    try:
        Namespace().close()
    except OSError as error:
        return f"no network namespace can be made: {error}"
    return None


class Namespace:
    """A network namespace with its loopback up, and all that runs or is open in it."""

    def __init__(self):
        self._cleanup = contextlib.ExitStack()
        home = _open_own()
        try:
            _check(_libc.unshare(CLONE_NEWNET), "unshare")
            try:
                self._fd = _open_own()
            finally:
                _check(_libc.setns(home, CLONE_NEWNET), "setns")
        finally:
            os.close(home)
        self._cleanup.callback(os.close, self._fd)
        self._set_up("lo")

    def close(self):
        """Ends what was started here, closes what was opened; the kernel then drops the rest."""
        self._cleanup.close()

    @property
    def path(self):
        """A path by which other programs find this namespace while it is open."""
        return f"/proc/{os.getpid()}/fd/{self._fd}"

    @property
    def inode(self):
        """By which the kernel's files tell it from others."""
        return os.fstat(self._fd).st_ino

    def _set_up(self, device):
        """As `ip link set DEVICE up`, without a process."""
        with self.socket() as made:
            fcntl.ioctl(made, _SIOCSIFFLAGS, struct.pack("16sh14x", device.encode(), _IFF_UP))

    @contextlib.contextmanager
    def entered(self):
        """The calling thread is inside; children and threads started meanwhile stay there."""
        home = _open_own()
        try:
            _check(_libc.setns(self._fd, CLONE_NEWNET), "setns")
            try:
                yield
            finally:
                _check(_libc.setns(home, CLONE_NEWNET), "setns")
        finally:
            os.close(home)

    def run(self, *command, timeout_seconds=20, **options):
        """Runs a program to its end and returns its standard output; its failure is ours."""
        with self.entered():
            done = subprocess.run(command, capture_output=True, text=True, check=False,
                                  timeout=timeout_seconds * SLOW, **options)
        assert done.returncode == 0, (
            f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout

    def start(self, command, before_exec=None, **options):
        """Starts a program that is killed, at the latest, with the namespace."""
        def prepare():
            _die_with_parent()
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # ignored by what runs in the background
            os.setpgrp()  # Ctrl-C on a terminal is for this program alone: it ends its children
            if before_exec:
                before_exec()
        with self.entered():
            process = subprocess.Popen(command, preexec_fn=prepare, **options)
        self._cleanup.callback(_end, process)
        return process

    def socket(self, family=socket.AF_INET, kind=socket.SOCK_STREAM):
        with self.entered():
            made = socket.socket(family, kind)
        self._cleanup.callback(made.close)
        return made

    def keep(self, made):
        """Closes `made`, such as an accepted socket, with the namespace."""
        self.on_close(made.close)
        return made

    def on_close(self, action):
        """`action` is called when the namespace is closed; the last one given comes first."""
        self._cleanup.callback(action)

    def read(self, path):
        with self.entered(), open(path, encoding="ascii") as file:
            return file.read()

    def sysctl(self, name):
        return self.read(_sysctl_path(name)).strip()

    def set_sysctl(self, name, value):
        with self.entered(), open(_sysctl_path(name), "w", encoding="ascii") as file:
            file.write(str(value))


def _sysctl_path(name):
    return "/proc/sys/" + name.replace(".", "/")


def _end(process):
    if process.poll() is None:
        process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream:
            stream.close()
