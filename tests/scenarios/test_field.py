"""What the field reports told of, with the real programs."""

import pytest

from field.worlds import (ClosingServer, KeepaliveProxy, KeepaliveServer, PooledRedisApplication,
                          Proxy, RedisApplication, RedisKeepalive, SoonRedisKeepalive)
from harness import ss
from harness.services import requests_per_second
from harness.waiting import wait_until

NONE = {"outbound": 0, "inbound": 0, "unknown": 0}
PASSING = ("fin_wait1", "fin_wait2", "close_wait", "last_ack", "closing", "syn_sent", "syn_recv")


def settled_page(world, time_wait=None):
    """The page when `ss` sees so many in TIME_WAIT, if given, and nothing that is on its way there."""
    def settled():
        states = [row.state for row in ss.rows(world.netns) if row.family == "ipv4"]
        return not set(states) & set(PASSING) and time_wait in (None, states.count("time_wait"))
    wait_until("nothing is on its way to TIME_WAIT", settled)
    return world.exporter.scrape()


def table(title, way, rows):
    lines = [f"{title:<40}{'requests/s':>12}  {'TIME_WAIT ' + way:>28}"]
    return "\n".join(lines + [f"  {name:<38}{rate:>12.0f}  {count:>28}" for name, rate, count in rows])


def under_load(world, **counted):
    """(requests a second, sockets in TIME_WAIT afterwards)"""
    rate = requests_per_second(world.peer, world.serve())
    return rate, ss.count(world.netns, state="time_wait", **counted)


def assert_far_fewer(rows):
    """Not none: nginx closes a connection after its thousandth request."""
    assert rows[0][-1] > 300 and rows[1][-1] < rows[0][-1] / 20, rows


def test_f6_a_web_application_with_and_without_a_connection_pool(world, figures):
    rows = []
    for name, world_class in (("a Redis connection for each request", RedisApplication),
                              ("a connection pool", PooledRedisApplication)):
        made = world(world_class)
        rows.append((name, *under_load(made, peer_port=6379)))
        page = settled_page(made)
        time_wait = ss.count(made.netns, state="time_wait", peer_port=6379)
        assert page.value("time_wait_sockets", role="outbound") == time_wait
        assert page.value("destination_utilization_max_ratio", bound="min") == pytest.approx(
            page.value("ephemeral_ports_used") / page.value("ephemeral_ports"))
    figures(table("F6: a web application", "to :6379", rows))
    assert rows[0][-1] > 300 and rows[1][-1] == 0


def test_f7_a_proxy_with_and_without_upstream_keepalive(world, figures):
    for world_class, time_wait, established in ((Proxy, 200, 0), (KeepaliveProxy, 0, 1)):
        made = world(world_class)
        made.cause()
        page = settled_page(made, time_wait)
        assert page.by("role", "time_wait_sockets") == NONE | {"outbound": time_wait}
        assert ss.count(made.netns, state="established", peer_port=80) == established
        assert page.value("sockets", family="ipv4", state="established") == established
    rows = [(name, *under_load(world(world_class), peer_port=80))
            for name, world_class in (("without upstream keepalive", Proxy),
                                      ("keepalive 16", KeepaliveProxy))]
    figures(table("F7: nginx in front of an application", "to the application", rows))
    assert_far_fewer(rows)


def test_f8_a_server_that_closes_first(world, figures):
    for world_class, time_wait in ((ClosingServer, 200), (KeepaliveServer, 0)):
        made = world(world_class)
        made.cause()
        page = settled_page(made, time_wait)
        assert page.by("role", "time_wait_sockets") == NONE | {"inbound": time_wait}
        assert page.value("ephemeral_ports_used") == 0
    rows = [(name, *under_load(world(world_class), local_port=80))
            for name, world_class in (("keepalive_timeout 0", ClosingServer),
                                      ("keepalive_timeout 10", KeepaliveServer))]
    figures(table("F8: nginx", "of :80", rows))
    assert_far_fewer(rows)


def test_f9_redis_probes_idle_clients_at_its_own_interval(world):
    for world_class in (RedisKeepalive, SoonRedisKeepalive):
        made = world(world_class)
        before = made.exporter.scrape()
        made.cause()
        assert [row.timer for row in ss.select(made.peer, peer_port=6379)] == ["none"]
        page = made.exporter.scrape()

        def more(name, **labels):
            return page.value(name, **labels) - before.value(name, **labels)
        assert more("timer_sockets", timer="keepalive") == 1
        assert more("keepalive_sockets", keepalive="on") == 1
        assert more("keepalive_remaining_seconds_count") == 1
        remaining = more("keepalive_remaining_seconds_sum")
        assert made.SECONDS - 10 < remaining <= made.SECONDS + 1
