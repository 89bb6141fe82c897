"""Clients that send nothing, or send or read slowly, do not make a scrape wait."""

import os
import subprocess
import sys
import time

import pytest

from harness.exporter import ADDRESS, Exporter
from harness.exposition import Page

CROWD = os.path.join(os.path.dirname(__file__), "harness", "crowd.py")
IDLE, DRIPPING, SLOW_READING = 500, 100, 50
WATCHED_SECONDS = 8  # longer than the 5 s after which a silent client is closed and comes again
# Threads without a gate make a scrape wait for 10 to 20 s here; the gate, for some milliseconds.
LIMIT_SECONDS = 2


@pytest.fixture
def exporter(netns):
    return Exporter(netns)


def start_crowd(exporter):
    counts = [str(count) for count in (IDLE, DRIPPING, SLOW_READING)]
    crowd = exporter.namespace.start(
        [sys.executable, CROWD, ADDRESS, str(exporter.port), *counts], stdout=subprocess.PIPE)
    assert crowd.stdout.readline() == b"here\n"
    return crowd


def resident_kib(exporter):
    with open(f"/proc/{exporter.process.pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))


def scrape_seconds(exporter):
    """How long one scrape takes, its connection included."""
    started = time.monotonic()
    connection = exporter.connect()
    connection.request("GET", "/metrics")
    body = connection.getresponse().read()
    elapsed = time.monotonic() - started
    connection.close()
    assert Page(body.decode())
    return elapsed


def test_a_crowd_of_slow_clients_does_not_delay_a_scrape(exporter, record_property):
    scrape_seconds(exporter)
    at_rest_kib = resident_kib(exporter)
    crowd = start_crowd(exporter)
    delays = []
    end = time.monotonic() + WATCHED_SECONDS
    while time.monotonic() < end:
        delays.append(scrape_seconds(exporter))
        time.sleep(0.05)
    assert crowd.poll() is None
    record_property("worst_scrape_seconds", f"{max(delays):.3f}")
    record_property("rss_at_rest_kib", at_rest_kib)
    record_property("rss_with_crowd_kib", resident_kib(exporter))
    print(f"worst of {len(delays)} scrapes {max(delays):.3f} s, resident at rest {at_rest_kib} KiB, "
          f"with the crowd {resident_kib(exporter)} KiB")
    assert max(delays) < LIMIT_SECONDS
