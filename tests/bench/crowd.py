"""Many scrapes at once: how often the kernel is read for them."""

import socket
import time
from typing import NamedTuple

from readers import cpu_ms, value_on

REQUEST = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


class CrowdResult(NamedTuple):
    scrapes: int
    passes: int
    cpu_ms: float
    wall_ms: float
    one_cpu_ms: float  # of a scrape alone, before


def measure_crowd(exporter, scrapes):
    one = exporter.read()
    with exporter.namespace.entered():
        clients = [socket.create_connection(("127.0.0.1", exporter.port)) for _ in range(scrapes)]
    cpu, wall = cpu_ms(exporter.pid), time.monotonic()
    for client in clients:
        client.sendall(REQUEST)
    pages = [page_from(client) for client in clients]
    cpu, wall = cpu_ms(exporter.pid) - cpu, time.monotonic() - wall
    # No two passes take the same number of nanoseconds.
    passes = {value_on(page, "scrape_pass_duration_seconds") for page in pages}
    return CrowdResult(scrapes, len(passes), cpu, wall * 1000, one.cpu_ms)


def page_from(client):
    with client:
        return b"".join(iter(lambda: client.recv(1 << 16), b"")).decode()
