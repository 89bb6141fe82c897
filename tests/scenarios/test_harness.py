"""The harness itself: an oracle that cannot see a fault proves nothing."""

import pytest

from harness import ss, tcp
from harness.exposition import Page
from harness.population import populate
from harness.waiting import wait_until

HEAD = "# HELP tcp_lifecycle_a Text.\n# TYPE tcp_lifecycle_a gauge\n"


def test_page_reads_labels_and_values():
    page = Page(HEAD + 'tcp_lifecycle_a{x="1",y="q\\"\\\\\\n"} 2.5\ntcp_lifecycle_a{x="2"} +Inf\n')
    assert page.values("a", x="1") == {frozenset({("x", "1"), ("y", 'q"\\\n')}): 2.5}
    assert page.by("x", "a") == {"1": 2.5, "2": float("inf")}
    assert page.types == {"tcp_lifecycle_a": "gauge"}
    assert not page.has("b")


def test_page_reads_a_histogram():
    page = Page("# HELP tcp_lifecycle_h Text.\n# TYPE tcp_lifecycle_h histogram\n"
                'tcp_lifecycle_h_bucket{le="1"} 1\ntcp_lifecycle_h_sum 0.5\n'
                "tcp_lifecycle_h_count 1\n")
    assert page.value("h_bucket", le="1") == 1


@pytest.mark.parametrize("text, fault", [
    (HEAD + "tcp_lifecycle_a 1\ntcp_lifecycle_a 2\n", "twice"),
    (HEAD + 'tcp_lifecycle_a{x="1",y="2"} 1\ntcp_lifecycle_a{y="2",x="1"} 1\n', "twice"),
    (HEAD + "tcp_lifecycle_b 1\n", "family above"),
    (HEAD + "tcp_lifecycle_a 1\n" + "# HELP b Text.\n" + HEAD, "before"),
    (HEAD + HEAD, "second HELP"),
    (HEAD + 'tcp_lifecycle_a{x="1" 1\n', "not a sample"),
    (HEAD + 'tcp_lifecycle_a{x=1} 1\n', "bad labels"),
    (HEAD + 'tcp_lifecycle_a{x="1",x="2"} 1\n', "bad labels"),
    (HEAD + "tcp_lifecycle_a one\n", "could not convert"),
    (HEAD + "tcp_lifecycle_a 1", "newline"),
    ("tcp_lifecycle_a 1\n", "family above"),
    (HEAD + "\n", "not a sample"),
])
def test_page_refuses_what_is_wrong(text, fault):
    with pytest.raises(ValueError, match=fault):
        Page(text)


def test_page_demands_exactly_one_series():
    page = Page(HEAD + 'tcp_lifecycle_a{x="1"} 1\ntcp_lifecycle_a{x="2"} 1\n')
    with pytest.raises(LookupError, match="2 series"):
        page.value("a")
    with pytest.raises(LookupError, match="0 series"):
        page.value("a", x="3")


def test_waiting_in_vain_says_for_what():
    with pytest.raises(AssertionError, match="until hell freezes over; last seen: 0"):
        wait_until("hell freezes over", lambda: 0, timeout_seconds=0.05)


def test_ss_tells_families_and_queues(netns):
    for address in ("127.0.0.1", "::1", "::"):
        server = tcp.listen(netns, address, 8080 + len(address), backlog=7)
    tcp.connect(netns, ("::ffff:127.0.0.1", server.getsockname()[1]))
    assert {(row.local_address, row.family, row.send_queue)
            for row in ss.select(netns, state="listen")} == {
                ("127.0.0.1", "ipv4", 7), ("::1", "ipv6", 7), ("::", "ipv6", 7)}
    assert ss.by_state(ss.rows(netns))["ipv4", "established"] == 2


def test_a_cut_link_loses_one_direction(netns, peer, link):
    server = tcp.listen(peer, link.address6(peer), 80)
    client, child = tcp.pair(netns, server, peer)
    link.cut(netns)
    client.send(b"lost")
    child.send(b"heard")
    client.settimeout(5)
    assert client.recv(5) == b"heard"
    child.setblocking(False)
    with pytest.raises(BlockingIOError):
        child.recv(4)
    link.mend()
    child.settimeout(5)
    assert child.recv(4) == b"lost"


def test_the_population_has_every_timer(netns, peer, link):
    populate(netns, peer, link)
    assert {row.timer for row in ss.rows(netns)} == {
        "none", "on", "keepalive", "timewait", "persist"}
    assert {(row.family, row.state) for row in ss.rows(netns)} >= {
        ("ipv6", "established"), ("ipv6", "time_wait"), ("ipv6", "listen")}
