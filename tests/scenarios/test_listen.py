"""Listeners and their accept queues."""

import socket

from harness import ss, tcp
from harness.counters import netstat
from harness.exporter import page_once
from harness.waiting import wait_until

PORT = 8080


def test_k12_a_full_accept_queue(netns, exporter, source):
    before = exporter.scrape()
    server = tcp.listen(netns, port=PORT, backlog=5)
    tcp.fill_accept_queue(netns, server)
    for _ in range(3):
        tcp.start_connect(netns, server.getsockname())
    wait_until("three are turned away", lambda: ss.count(netns, state="syn_sent") == 3)

    earliest = netstat(netns)
    page = exporter.scrape()
    latest = netstat(netns)
    labels = {"listen_address": "127.0.0.1", "listen_port": str(PORT)}
    assert page.value("listen_queue_sockets", **labels) == 6
    assert page.value("unaccepted_sockets") == 6
    for metric, counter in (("listen_overflows_total", "ListenOverflows"),
                            ("listen_drops_total", "ListenDrops")):
        assert earliest[counter] <= page.value(metric) <= latest[counter]
        assert page.value(metric) - before.value(metric) >= 3
    if source == "procfs":  # /proc/net/tcp shows neither
        for name in ("listen_queue_limit", "listen_queue_max_ratio", "listen_socket_drops"):
            assert not page.has(name)
    else:
        assert page.value("listen_queue_limit", **labels) == 5
        assert page.value("listen_queue_max_ratio", **labels) == 6 / 5
        assert earliest["ListenDrops"] <= page.value("listen_socket_drops", **labels) \
            <= latest["ListenDrops"]


def test_k19_listeners_that_share_a_port_are_one_series(netns, exporter, source):
    reuse_port = (socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    to_device = (socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo")
    for backlog, options in ((10, [reuse_port]), (20, [reuse_port]), (30, [reuse_port]),
                             (40, [reuse_port, to_device])):
        tcp.listen(netns, "0.0.0.0", PORT, backlog, options)
    tcp.listen(netns, "0.0.0.0", PORT + 1, 100)
    for port in [PORT] * 7 + [PORT + 1] * 3:
        tcp.connect(netns, ("127.0.0.1", port))
    listeners = ss.select(netns, state="listen", local_port=PORT)
    assert sorted(row.send_queue for row in listeners) == [10, 20, 30, 40]
    assert sum(row.recv_queue for row in listeners) == 7

    page = exporter.scrape()  # the parser refuses a page that has a series twice
    labels = {"listen_address": "0.0.0.0", "listen_port": str(PORT)}
    assert page.value("listen_queue_sockets", **labels) == 7
    assert page.value("listen_queue_sockets", listen_port=str(PORT + 1)) == 3
    assert page.value("unaccepted_sockets") == 10
    if source != "procfs":
        assert page.value("listen_queue_limit", **labels) == 100
        worst = max(row.recv_queue / row.send_queue for row in listeners)
        assert abs(page.value("listen_queue_max_ratio", **labels) - worst) < 1e-9


def test_a_host_with_12_listeners_keeps_the_series_budget(netns, source):
    for port in range(PORT, PORT + 12):
        tcp.listen(netns, port=port)
    page = page_once(netns, source)
    assert len(page.values("listen_queue_sockets")) == 12
    # A host may have 600 series, of which its 20 fullest destinations may take 13 each.
    assert len(page.series) <= 600 - 20 * 13
