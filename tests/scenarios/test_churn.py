"""Connections come and go while the exporter reads."""

import threading

from harness import ss, tcp
from harness.counters import netstat
from harness.exporter import Exporter

CLIENTS = 2
PAGES = 8
CONNECTIONS = 100
PAUSE_SECONDS = 0.002  # after each connection: some hundreds a second, not a million rows for ss


def test_pages_are_whole_while_connections_come_and_go(netns, source):
    exporter = Exporter(netns, source)
    stop = threading.Event()

    def churn(port):
        server = tcp.listen(netns, port=port)
        while not stop.is_set():
            tcp.close_in_order(*tcp.pair(netns, server))
            stop.wait(PAUSE_SECONDS)
    threads = [threading.Thread(target=churn, args=[8080 + i]) for i in range(CLIENTS)]
    for thread in threads:
        thread.start()
    try:
        pages = []
        while len(pages) < PAGES or pages[-1].value("time_wait_counted_total") < CONNECTIONS:
            before = ss.count(netns, state="time_wait")
            pages.append(exporter.scrape())
            after = ss.count(netns, state="time_wait")
            # A pass is no snapshot: a row may move while the table is walked.
            seen = sum(pages[-1].by("role", "time_wait_sockets").values())
            assert before * 0.99 - 1 <= seen <= after * 1.01 + 1
    finally:
        stop.set()
        for thread in threads:
            thread.join()

    for page in pages:
        assert set(page.by("collector", "scrape_collector_success").values()) == {1}
        assert page.value("scrape_pass_truncated") == 0
    counted = [page.value("time_wait_counted_total") for page in pages]
    assert counted == sorted(counted)
    assert counted[-1] <= netstat(netns)["TW"]
