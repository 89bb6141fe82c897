"""What reads sockets, all measured alike: the exporter by each of its sources, and its peers."""

import contextlib
import gzip
import http.client
import itertools
import pathlib
import re
import shutil
import time
from typing import NamedTuple

from namespace import ask

SOURCES = ("bpf", "bpf_probe", "sock_diag", "procfs")
BARE_DUMP = "bare dump"
NODE_EXPORTER = "node_exporter tcpstat"
NODE_EXPORTER_PROGRAM = "prometheus-node-exporter"
COMMANDS = {
    "ss -tan": ["ss", "-tan"],
    "ss -tanoe": ["ss", "-tanoe"],
    "netstat -tan": ["netstat", "-tan"],
    "cat /proc/net/tcp{,6}": ["cat", "/proc/net/tcp", "/proc/net/tcp6"],
}
free_ports = itertools.count(600)  # below those that the populations take


class Sample(NamedTuple):
    cpu_ms: float  # user and system, all threads
    wall_ms: float


class Process:
    """A program that stays and reads the sockets once for each call of `work`."""

    slow = False

    def read(self):
        cpu, wall = cpu_ms(self.pid), time.monotonic()
        self.work()
        return Sample(cpu_ms(self.pid) - cpu, (time.monotonic() - wall) * 1000)

    def peak_kb(self):
        status = pathlib.Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        return int(re.search(r"VmHWM:\s+(\d+)", status)[1])


def cpu_ms(pid):
    """CPU time of all threads of a process, those that have ended included."""
    process_clock = (~pid << 3) | 2  # CPUCLOCK_SCHED of <linux/posix-timers.h>
    return time.clock_gettime(process_clock) * 1000


class Server(Process):
    """Scraped over one connection, which is made again where the server has ended it."""

    def __init__(self, namespace, port, *command):
        self.namespace = namespace
        self.port = port
        self.pid = namespace.start(*command).pid
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for _ in range(100):
            with contextlib.suppress(ConnectionRefusedError):
                self.connect()
                return
            time.sleep(0.1)
        raise RuntimeError(f"{command[0]} does not listen on port {port}")

    def connect(self):
        self.connection.close()
        with self.namespace.entered():
            self.connection.connect()

    def work(self):
        """The page, whole."""
        try:
            return self.scrape()
        except (http.client.RemoteDisconnected, ConnectionError):
            self.connect()
            return self.scrape()

    def scrape(self):
        self.connection.request("GET", "/metrics", headers={"Accept-Encoding": "gzip"})
        response = self.connection.getresponse()
        body = response.read()
        if response.status != 200:
            raise RuntimeError(f"status {response.status}")
        gzipped = response.getheader("Content-Encoding") == "gzip"
        return (gzip.decompress(body) if gzipped else body).decode()


class Exporter(Server):
    def __init__(self, namespace, options, source, *more_flags, before=()):
        port = next(free_ports)
        flags = [f"--web.listen-address=127.0.0.1:{port}", f"--collector.sockets.source={source}"]
        super().__init__(namespace, port, *before, options.exporter, *flags, *more_flags)


class NodeExporter(Server):
    def __init__(self, namespace):
        port = next(free_ports)
        flags = [f"--web.listen-address=127.0.0.1:{port}", "--collector.disable-defaults"]
        super().__init__(namespace, port, NODE_EXPORTER_PROGRAM, *flags, "--collector.tcpstat")


class BareDump(Process):
    """The same dumps as the exporter's by sock_diag, received and thrown away."""

    def __init__(self, namespace, options):
        self.program = namespace.start(options.tools / "bare_dump")
        self.pid = self.program.pid

    def work(self):
        ask(self.program)


class Command:
    """A program that is started for each reading; its output goes to /dev/null."""

    slow = True

    def __init__(self, namespace, options, command):
        self.program = namespace.start(options.tools / "run_measured", *command)
        self.peak = 0

    def read(self):
        cpu_us, wall_us, peak_kb = map(int, ask(self.program).split())
        self.peak = max(self.peak, peak_kb)
        return Sample(cpu_us / 1000, wall_us / 1000)

    def peak_kb(self):
        return self.peak


def start_readers(namespace, options):
    """Every reader by its name. What is not installed is left out."""
    readers = {source: Exporter(namespace, options, source) for source in SOURCES}
    readers[BARE_DUMP] = BareDump(namespace, options)
    if shutil.which(NODE_EXPORTER_PROGRAM):
        readers[NODE_EXPORTER] = NodeExporter(namespace)
    for name, command in COMMANDS.items():
        if shutil.which(command[0]):
            readers[name] = Command(namespace, options, command)
    return readers


def value_on(page, series):
    """Of a series of ours, its labels included, without the prefix."""
    return float(re.search(rf"^tcp_lifecycle_{re.escape(series)} (\S+)$", page, re.MULTILINE)[1])
