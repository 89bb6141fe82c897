"""Keepalive: who would notice a dead peer, and the peer that has died."""

import re

from harness import ss, tcp
from harness.counters import netstat
from harness.doctor import WARNING, examine
from harness.exporter import Exporter, page_once
from harness.population import KEEPALIVE, keepalive
from harness.waiting import SLOW, wait_until

PAUSE = min(1 + SLOW, 4)  # seconds between probes; each state must be seen


def test_f10_an_idle_client_without_keepalive_is_counted_off(netns, peer, link, source):
    server = tcp.listen(netns, link.address(netns), 22)
    _, child = tcp.pair(peer, server, netns)
    assert [row.timer for row in ss.select(netns, state="established")] == ["none"]
    assert page_once(netns, source).by("keepalive", "keepalive_sockets") == {
        "on": 0, "off": 1, "unknown": 0}

    child.setsockopt(*KEEPALIVE)
    assert page_once(netns, source).by("keepalive", "keepalive_sockets") == {
        "on": 1, "off": 0, "unknown": 0}


def test_every_keepalive_setting_is_seen_with_its_time_left(netns, source):
    server = tcp.listen(netns)
    netns.set_sysctl("net.ipv4.tcp_keepalive_time", 7000)
    for options in (keepalive(14, 60, 9), keepalive(55, 60, 9), keepalive(550, 1, 1),
                    keepalive(3500, 75, 9), [KEEPALIVE], ()):
        tcp.connect(netns, server.getsockname(), options=options)
    page = page_once(netns, source)
    assert page.by("keepalive", "keepalive_sockets") == {"on": 5, "off": 7, "unknown": 0}
    assert page.value("timer_sockets", timer="keepalive") == 5
    buckets = page.by("le", "keepalive_remaining_seconds_bucket")
    assert {int(float(le)): count for le, count in buckets.items() if le != "+Inf"} == {
        1: 0, 15: 1, 60: 2, 300: 2, 600: 3, 1800: 3, 3600: 4, 7200: 5}


def test_k11_a_dead_peer_is_seen_probe_by_probe(netns, peer, link, source):
    exporter = Exporter(netns, source)
    server = tcp.listen(peer, link.address(peer), 80)
    tcp.pair(netns, server, peer, options=keepalive(PAUSE, PAUSE, 3))
    before = exporter.scrape()
    assert before.by("probes", "keepalive_unanswered_sockets") == {"1": 0, "2": 0, "3+": 0}

    link.cut(peer)
    seen = []
    wait_until("the connection is given up",
               lambda: not _watch_probes(netns, exporter, seen), timeout_seconds=20)
    assert seen == [{"1": 0, "2": 0, "3+": 0}, {"1": 1, "2": 0, "3+": 0},
                    {"1": 0, "2": 1, "3+": 0}, {"1": 0, "2": 0, "3+": 1}]

    page = exporter.scrape()
    assert page.by("probes", "keepalive_unanswered_sockets") == {"1": 0, "2": 0, "3+": 0}
    assert page.value("sockets", family="ipv4", state="established") == 0
    aborts = page.value("aborts_total", reason="timeout")
    assert aborts == netstat(netns)["TCPAbortOnTimeout"]
    assert aborts - before.value("aborts_total", reason="timeout") == 1
    sent = page.value("keepalive_probes_sent_total")
    assert sent == netstat(netns)["TCPKeepAlive"]
    assert sent - before.value("keepalive_probes_sent_total") == 3


def test_the_doctor_names_a_peer_that_does_not_answer(netns, peer, link):
    server = tcp.listen(peer, link.address(peer), 80)
    for _ in range(3):
        tcp.pair(netns, server, peer, options=keepalive(PAUSE, PAUSE, 100))
    link.cut(peer)
    rows = []

    def two_probes_are_lost():
        rows[:] = ss.select(netns, peer_port=80)
        return all(row.retransmits >= 2 for row in rows)
    wait_until("two probes of each are lost", two_probes_are_lost, timeout_seconds=20)
    done = examine(netns)
    assert done.returncode == WARNING
    assert "[warning] peers_not_answering" in done.stdout
    assert ("The peers of 3 of at most 3 connections with keepalive have left two or more probes "
            "unanswered" in done.sentences)
    local, remote = re.search(r"probes, (\S+) <-> (\S+)\. ", done.sentences).groups()
    assert remote == f"{link.address(peer)}:80"
    assert local in {f"{row.local_address}:{row.local_port}" for row in rows}


def _watch_probes(netns, exporter, seen):
    """Adds what the page says to `seen` when it is new; whether the connection is still there."""
    def by_ss():
        return [row.retransmits for row in ss.select(netns, peer_port=80)]
    before = by_ss()
    page = exporter.scrape().by("probes", "keepalive_unanswered_sockets")
    if before and before == by_ss():  # nothing moved meanwhile
        probes = before[0]
        assert page == {"1": int(probes == 1), "2": int(probes == 2), "3+": int(probes >= 3)}
        if page not in seen:
            seen.append(page)
    return before
