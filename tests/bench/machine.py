"""What the figures were taken on."""

import os
import pathlib
import platform
import re
import shutil
import subprocess

from readers import NODE_EXPORTER_PROGRAM

PROC = pathlib.Path("/proc")


def first_line(*command):
    if shutil.which(command[0]) is None:
        return "not installed"
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).splitlines()[0]


def machine_facts(options):
    """Name and value, for the head of the report."""
    model = re.search(r"^model name\s*: (.*)$", (PROC / "cpuinfo").read_text(), re.MULTILINE)
    memory_kb = int(re.search(r"^MemTotal:\s+(\d+)", (PROC / "meminfo").read_text())[1])
    buckets = PROC / "sys/net/ipv4/tcp_ehash_entries"
    return {
        "kernel": f"{platform.system()} {platform.release()}, {platform.version()}",
        "processor": f"{os.cpu_count()} cores, {model[1] if model else platform.machine()}",
        "memory": f"{memory_kb / 2**20:.0f} GiB",
        "hash of connected sockets": (
            f"{buckets.read_text().strip()} buckets" if buckets.exists() else "unknown"),
        "exporter": first_line(options.exporter, "--version"),
        "node_exporter": first_line(NODE_EXPORTER_PROGRAM, "--version"),
        "ss": first_line("ss", "-V"),
        "netstat": first_line("netstat", "-V"),
    }


def load():
    """Programs that ran or wanted to, on average over the last minute."""
    return os.getloadavg()[0]


def reads_namespaces(options):
    """Whether this exporter can read others than its own."""
    done = subprocess.run([options.exporter, "--help"], capture_output=True, text=True, check=True)
    return "--collector.namespaces=" in done.stdout
