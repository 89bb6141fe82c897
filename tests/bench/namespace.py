"""Network namespaces to measure in, and the programs in them."""

import contextlib
import ctypes
import os
import subprocess

SYSCTLS = {
    "net/ipv4/ip_local_port_range": "1024 65535",
    "net/ipv4/tcp_max_tw_buckets": "1000000",
    "net/ipv4/tcp_tw_reuse": "0",
}
CLONE_NEWNET = 0x40000000


class Namespace:
    """A network namespace with its loopback up, removed at the end with the programs in it."""

    def __init__(self, name):
        self.name = f"bench-{name}-{os.getpid()}"
        self.programs = []

    def __enter__(self):
        subprocess.run(["ip", "netns", "add", self.name], check=True)
        self.run("ip", "link", "set", "lo", "up")
        for path, value in SYSCTLS.items():
            self.run("sh", "-c", f"echo {value} > /proc/sys/{path}")
        return self

    def __exit__(self, *_):
        for program in self.programs:
            program.kill()
            program.wait()
        subprocess.run(["ip", "netns", "delete", self.name], check=True)

    def command(self, *command):
        return ["nsenter", f"--net=/run/netns/{self.name}", *map(str, command)]

    def run(self, *command):
        subprocess.run(self.command(*command), check=True)

    def start(self, *command):
        """The program; its pid is that of `command`, which takes and gives lines of text."""
        pipe = subprocess.PIPE
        program = subprocess.Popen(
            self.command(*command), stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True
        )
        self.programs.append(program)
        return program

    @contextlib.contextmanager
    def entered(self):
        """Sockets that this thread makes within are this namespace's."""
        with open("/proc/thread-self/ns/net", "rb") as own:
            with open(f"/run/netns/{self.name}", "rb") as other:
                set_netns(other)
            try:
                yield
            finally:
                set_netns(own)


def set_netns(file):
    if ctypes.CDLL(None, use_errno=True).setns(file.fileno(), CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


def ask(program, line=""):
    """What the program answers to the line; it must answer."""
    print(line, file=program.stdin, flush=True)
    return answer_of(program)


def answer_of(program):
    if not (answer := program.stdout.readline()):
        raise RuntimeError(f"{program.args[2]} failed")
    return answer
