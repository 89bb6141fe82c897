#!/usr/bin/env python3
"""What a scrape costs, beside the least and the most it could.

    scrape_cost.py [--exporter build/release/tcp_lifecycle_exporter] [--tools build/dev/tests/bench]
                   [--sockets 100000] [--destinations 5] [--rounds 9]

Needs root. Makes two network namespaces, an empty one and one with so many sockets (half TIME_WAIT),
and in the latter measures in turn, round by round, the CPU time (user and system, all threads) of

    bare dump      the same sock_diag dumps, received and thrown away (bare_dump)
    bpf, sock_diag GET /metrics, gzip, on one connection, with --collector.sockets.source so
    node_exporter  the same with only its collector tcpstat

then prints medians, spread and ratios, and the exporter's peak memory in both namespaces.
"""

import argparse
import contextlib
import gzip
import http.client
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import time

EXPORTER_PORTS = {"bpf": 10460, "sock_diag": 10461}
NODE_EXPORTER_PORT = 9100
NODE_EXPORTER = "prometheus-node-exporter"
SYSCTLS = {
    "net/ipv4/ip_local_port_range": "1024 65535",
    "net/ipv4/tcp_max_tw_buckets": "1000000",
    "net/ipv4/tcp_tw_reuse": "0",
}


class Namespace:
    """A network namespace with its loopback up, removed at the end with the programs in it."""

    def __init__(self, name):
        self.name = f"{name}-{os.getpid()}"
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
        pipe = subprocess.PIPE
        program = subprocess.Popen(
            self.command(*command), stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True
        )
        self.programs.append(program)
        return program

    @contextlib.contextmanager
    def entered(self):
        with open("/proc/self/ns/net", "rb") as own, open(f"/run/netns/{self.name}", "rb") as other:
            set_netns(other)
            try:
                yield
            finally:
                set_netns(own)


def set_netns(file):
    import ctypes

    clone_newnet = 0x40000000
    if ctypes.CDLL(None, use_errno=True).setns(file.fileno(), clone_newnet) != 0:
        raise OSError(ctypes.get_errno(), "setns")


def cpu_ms(pid):
    """CPU time of all threads of a process, those that have ended included."""
    process_clock = (~pid << 3) | 2  # CPUCLOCK_SCHED of <linux/posix-timers.h>
    return time.clock_gettime(process_clock) * 1000


def peak_kb(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1])


class Server:
    """A program that is scraped over one connection, made again where the server has ended it."""

    def __init__(self, namespace, port, *command):
        self.namespace = namespace
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


class BareDump:
    def __init__(self, namespace, tool):
        self.program = namespace.start(tool)
        self.pid = self.program.pid

    def work(self):
        print(file=self.program.stdin, flush=True)
        if not (answer := self.program.stdout.readline()):
            raise RuntimeError("bare_dump failed")
        return answer


def start_exporter(namespace, exporter, source, *more_flags):
    port = EXPORTER_PORTS[source]
    flags = [f"--web.listen-address=127.0.0.1:{port}", f"--collector.sockets.source={source}"]
    return Server(namespace, port, exporter, *flags, *more_flags)


def start_node_exporter(namespace):
    flags = [
        f"--web.listen-address=127.0.0.1:{NODE_EXPORTER_PORT}",
        "--collector.disable-defaults",
        "--collector.tcpstat",
    ]
    return Server(namespace, NODE_EXPORTER_PORT, NODE_EXPORTER, *flags)


def sockets_on(page):
    return int(float(re.search(r"^tcp_lifecycle_scrape_pass_sockets (\S+)", page, re.M)[1]))


def measure(readers, rounds):
    """CPU milliseconds of each reader, one scrape a round, in turn; the first scrape is not counted."""
    for reader in readers.values():
        reader.work()
    costs = {name: [] for name in readers}
    for number in range(rounds):
        names = list(readers)
        for name in names[number % len(names) :] + names[: number % len(names)]:
            before = cpu_ms(readers[name].pid)
            readers[name].work()
            costs[name].append(cpu_ms(readers[name].pid) - before)
    return costs


def report(costs):
    print(f"{'CPU ms a scrape':<16}{'median':>8}{'least':>8}{'most':>8}{'of bare dump':>14}{'of node_exporter':>18}")
    medians = {name: statistics.median(values) for name, values in costs.items()}
    for name, values in costs.items():
        ratios = [
            f"{medians[name] / medians[other]:.2f}" if other in medians else "-"
            for other in ("bare dump", "node_exporter")
        ]
        print(
            f"{name:<16}{medians[name]:>8.1f}{min(values):>8.1f}{max(values):>8.1f}"
            f"{ratios[0]:>14}{ratios[1]:>18}"
        )


def arguments(description):
    """The parser of what every benchmark takes."""
    root = pathlib.Path(__file__).resolve().parents[2]
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--exporter", default=root / "build/release/tcp_lifecycle_exporter")
    parser.add_argument("--tools", default=root / "build/dev/tests/bench", type=pathlib.Path)
    return parser


def main():
    parser = arguments(__doc__)
    parser.add_argument("--sockets", default=100_000, type=int)
    parser.add_argument("--destinations", default=5, type=int)
    parser.add_argument("--rounds", default=9, type=int)
    options = parser.parse_args()

    with Namespace("bench-empty") as empty, Namespace("bench-full") as full:
        idle = {source: start_exporter(empty, options.exporter, source) for source in EXPORTER_PORTS}
        for exporter in idle.values():
            for _ in range(3):
                exporter.work()
        readers = {"bare dump": BareDump(full, options.tools / "bare_dump")}
        for source in EXPORTER_PORTS:
            readers[source] = start_exporter(full, options.exporter, source)
        if shutil.which(NODE_EXPORTER):
            readers["node_exporter"] = start_node_exporter(full)
        half = options.sockets // 2
        maker = full.start(
            options.tools / "make_sockets", options.sockets - half, half, options.destinations
        )
        if maker.stdout.readline() != "READY\n":
            sys.exit("scrape_cost.py: make_sockets failed")
        before = sockets_on(readers["sock_diag"].work())
        costs = measure(readers, options.rounds)
        after = sockets_on(readers["sock_diag"].work())
        print(f"{before} sockets at the start, {after} at the end, {options.rounds} rounds\n")
        report(costs)
        if "node_exporter" not in readers:
            print(f"{NODE_EXPORTER} is not installed: not compared")
        print()
        for source, exporter in idle.items():
            empty_kb, full_kb = peak_kb(exporter.pid), peak_kb(readers[source].pid)
            print(f"peak memory of {source}: {empty_kb} kB with no sockets, {full_kb} kB with them")
        if "node_exporter" in readers:
            print(f"peak memory of node_exporter: {peak_kb(readers['node_exporter'].pid)} kB")


if __name__ == "__main__":
    main()
