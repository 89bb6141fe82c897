"""TIME_WAIT: who keeps it, for how long, and what looks like it and is none."""

import pytest

from harness import ss, tcp
from harness.counters import netstat, sockstat
from harness.exporter import Exporter
from harness.http_server import serve_http
from harness.waiting import wait_until

NONE = {"outbound": 0, "inbound": 0, "unknown": 0}


def time_wait_rows(namespace):
    return ss.count(namespace, state="time_wait")


def test_f1_curl_leaves_time_wait_at_the_client(netns, peer, link, source):
    address = link.address(peer)
    serve_http(peer, address, 80)
    client, server = Exporter(netns, source), Exporter(peer, source)

    netns.run("curl", "-sS", "--fail", f"http://{address}/")
    wait_until("curl's connection is in TIME_WAIT", lambda: time_wait_rows(netns) == 1)

    page = client.scrape()
    assert page.by("role", "time_wait_sockets") == NONE | {"outbound": 1}
    assert page.value("sockets", family="ipv4", state="time_wait") == 1
    assert page.value("time_wait_buckets") == sockstat(netns)["tw"] == 1
    assert page.value("time_wait_remaining_seconds_count") == 1
    assert page.value("time_wait_remaining_seconds_bucket", le="60") == 1
    assert 50 < page.value("time_wait_remaining_seconds_sum") <= tcp.TIME_WAIT_SECONDS

    page = server.scrape()
    assert page.by("role", "time_wait_sockets") == NONE
    assert page.value("time_wait_buckets") == sockstat(peer)["tw"] == 0
    assert page.value("time_wait_remaining_seconds_count") == 0


def test_k8_orphaned_fin_wait2_is_not_time_wait(netns, exporter):
    server = tcp.listen(netns)
    client, _ = tcp.pair(netns, server)
    client.close()
    orphan = wait_until("the orphan waits for the peer's FIN",
                        lambda: ss.select(netns, state="fin_wait2"))
    assert [row.timer for row in orphan] == ["timewait"]  # a minisocket
    assert sockstat(netns)["tw"] == 1

    page = exporter.scrape()
    assert page.value("sockets", family="ipv4", state="fin_wait2") == 1
    assert page.value("sockets", family="ipv4", state="time_wait") == 0
    assert page.by("role", "time_wait_sockets") == NONE
    assert page.value("time_wait_buckets") == 1
    assert page.value("timer_sockets", timer="fin_wait2") == 1
    assert page.value("timer_sockets", timer="time_wait") == 0


def test_k8_orphan_with_a_long_fin_timeout_is_no_keepalive(netns, exporter):
    netns.set_sysctl("net.ipv4.tcp_fin_timeout", 120)
    server = tcp.listen(netns)
    before = exporter.scrape()
    client, _ = tcp.pair(netns, server)
    client.close()
    orphan = wait_until("the orphan waits for the peer's FIN",
                        lambda: ss.select(netns, state="fin_wait2"))
    assert [row.timer for row in orphan] == ["keepalive"]  # a full socket
    assert sockstat(netns)["tw"] == 0

    page = exporter.scrape()
    assert page.value("sockets", family="ipv4", state="fin_wait2") == 1
    assert page.value("time_wait_buckets") == 0
    assert page.value("timer_sockets", timer="fin_wait2") == 1
    for name, timer_or_state in (("timer_sockets", {"timer": "keepalive"}),
                                 ("keepalive_sockets", {"keepalive": "on"})):
        assert page.value(name, **timer_or_state) == before.value(name, **timer_or_state)


def test_k9_a_full_bucket_table_drops_time_wait(netns, exporter):
    netns.set_sysctl("net.ipv4.tcp_max_tw_buckets", 5)
    before = exporter.scrape().value("time_wait_overflow_total")
    server = tcp.listen(netns)
    for _ in range(12):
        tcp.close_in_order(*tcp.pair(netns, server))
    assert time_wait_rows(netns) == 5

    page = exporter.scrape()
    assert page.by("role", "time_wait_sockets") == NONE | {"outbound": 5}
    assert page.value("time_wait_buckets") == 5
    assert page.value("time_wait_buckets_limit") == 5
    assert page.value("time_wait_overflow_total") == netstat(netns)["TCPTimeWaitOverflow"]
    assert page.value("time_wait_overflow_total") - before == 7


@pytest.mark.parametrize("first, here, there", [
    ("client", {"outbound": 20}, {}),
    ("server", {}, {"inbound": 20}),
    ("both", {"outbound": 20}, {"inbound": 20}),
])
def test_k10_the_end_that_closes_first_keeps_time_wait(netns, peer, link, source, first, here,
                                                       there):
    client_exporter, server_exporter = Exporter(netns, source), Exporter(peer, source)
    server = tcp.listen(peer, link.address(peer), 80)
    pairs = [tcp.pair(netns, server, peer) for _ in range(20)]
    if first == "both":
        link.cut_both()
        for client, child in pairs:
            client.close()
            child.close()
        assert ss.count(netns, state="fin_wait1") == ss.count(peer, state="fin_wait1") == 20
        link.mend()
    else:
        for client, child in pairs:
            tcp.close_in_order(*((client, child) if first == "client" else (child, client)))
    wanted = (sum(here.values()), sum(there.values()))
    wait_until("every connection has come to its end", lambda: wanted == (
        time_wait_rows(netns), time_wait_rows(peer)) and not [
            row for row in ss.rows(netns) + ss.rows(peer)
            if row.family == "ipv4" and row.state not in ("time_wait", "listen")])

    for exporter, namespace, expected in ((client_exporter, netns, here),
                                          (server_exporter, peer, there)):
        page = exporter.scrape()
        assert page.by("role", "time_wait_sockets") == NONE | expected
        assert page.value("time_wait_counted_total") == netstat(namespace)["TW"]
        assert page.value("time_wait_remaining_seconds_count") == expected.get("outbound", 0)
