"""K17: every count on the page against `ss`, over a crowd of sockets in every state, and over one
that goes to many destinations."""

import collections
import dataclasses
import socket

from harness import ss, tcp
from harness.counters import sockstat
from harness.destinations import labels, least, on_page
from harness.exporter import page_once
from harness.features import BPF_READERS, sees_bound
from harness.population import STATES, populate
from harness.still import still
from harness.waiting import wait_until

# The timer's name in ss -> on the page. TIME_WAIT and orphans share one in ss.
TIMERS = {"none": "none", "on": "retransmit", "persist": "zero_window"}


def timer_of(row):
    if row.state == "fin_wait2" and row.timer != "none":
        return "fin_wait2"
    if row.state == "time_wait":
        return "time_wait"
    return TIMERS.get(row.timer, row.timer)


def keepalive_of(row):
    return {"none": "off", "keepalive": "on"}.get(row.timer, "unknown")


def counted(names, keys):
    """{name: how often it is among the keys}, zeros included."""
    keys = list(keys)
    return {name: keys.count(name) for name in names}


def test_k17_every_count_is_that_of_ss(netns, peer, link, source):
    populate(netns, peer, link)
    rows, page = still(lambda: ss.standing_rows(netns), lambda: page_once(netns, source))

    visible = [state for state in STATES if state != "bound_inactive"]
    by_state = ss.by_state(rows)
    for family in ("ipv4", "ipv6"):
        for state in visible:
            assert page.value("sockets", family=family, state=state) == by_state[family, state], (
                family, state)
    assert page.by("timer", "timer_sockets") == counted(
        ("none", "retransmit", "keepalive", "fin_wait2", "time_wait", "zero_window"),
        map(timer_of, rows))

    alive = [row for row in rows if row.state in ("established", "close_wait")]
    keepalive = counted(("on", "off", "unknown"), map(keepalive_of, alive))
    if source in BPF_READERS:  # they see what another timer hides; none of those has set the option
        keepalive |= {"off": keepalive["off"] + keepalive["unknown"], "unknown": 0}
    assert page.by("keepalive", "keepalive_sockets") == keepalive
    probed = [row.retransmits for row in alive if row.timer == "keepalive"]
    assert page.by("probes", "keepalive_unanswered_sockets") == {
        "1": probed.count(1), "2": probed.count(2), "3+": sum(n >= 3 for n in probed)}
    assert page.value("keepalive_remaining_seconds_count") == len(probed)

    time_wait = [row for row in rows if row.state == "time_wait"]
    assert sum(page.by("role", "time_wait_sockets").values()) == len(time_wait)
    assert page.value("time_wait_buckets") == sockstat(netns)["tw"] == len(
        [row for row in rows if row.timer == "timewait"])

    low, high = map(int, netns.sysctl("net.ipv4.ip_local_port_range").split())
    used = {row.local_port for row in rows if low <= row.local_port <= high}
    unseen = int(sees_bound(source))  # the bound-inactive one, which ss does not show
    assert page.value("ephemeral_ports_used") == len(used) + unseen
    if sees_bound(source):
        assert page.value("sockets", family="ipv4", state="bound_inactive") == unseen
    else:
        assert not page.has("sockets", state="bound_inactive")

    listeners = {(row.local_address, str(row.local_port)): row
                 for row in rows if row.state == "listen"}
    for metric, value in (("listen_queue_sockets", "recv_queue"),
                          ("listen_queue_limit", "send_queue")):
        if (metric, source) == ("listen_queue_limit", "procfs"):
            assert not page.has(metric)
        else:
            assert {(dict(has)["listen_address"], dict(has)["listen_port"]): n
                    for has, n in page.values(metric).items()} == {
                        key: getattr(row, value) for key, row in listeners.items()}
    named = {int(dict(has)["listen_port"]) for has in page.values("listener_in_ephemeral_range")}
    assert named == {int(port) for _, port in listeners if low <= int(port) <= high}
    assert page.value("ephemeral_ports_blocked", blocker="listen") == len(named)
    assert page.value("unaccepted_sockets") == len(
        [row for row in rows if row.state == "established" and row.inode == 0])


PORTS, DESTINATIONS, EXPORTED = 60, 30, 20
NOWHERE = ("10.77.0.99", 80)


def connect_to_many(netns, peer, link):
    """i connections to the ith destination, their states in turn; on both families and from two
    source addresses. The last of them never answers."""
    netns.set_sysctl("net.ipv4.ip_local_port_range", f"40000 {40000 + PORTS - 1}")
    netns.set_sysctl("net.ipv4.tcp_tw_reuse", 0)
    netns.run("ip", "addr", "add", "10.77.0.11/24", "dev", "veth")
    netns.run("ip", "neigh", "add", NOWHERE[0], "lladdr", "02:00:00:00:00:fe", "nud", "permanent",
              "dev", "veth")
    there, there6 = link.address(peer), link.address6(peer)
    ways = [{"address": there}, {"address": there6}, {"address": f"::ffff:{there}"},
            {"address": there, "source": ("10.77.0.11", 0), "options": tcp.NO_PORT_YET}]
    for i in range(1, DESTINATIONS):
        server = tcp.listen(peer, "::", 100 + i)
        how = dict(ways[i % len(ways)])
        address = how.pop("address")
        for connection in range(i):
            client = tcp.connect(netns, (address, 100 + i), **how)
            child = peer.keep(server.accept()[0])
            end = (lambda *_: None, tcp.close_in_order, lambda _, child: child.close(),
                   lambda client, _: client.shutdown(socket.SHUT_WR))[(i + connection // 12) % 4]
            end(client, child)
    for _ in range(DESTINATIONS // 2):
        tcp.start_connect(netns, NOWHERE)
    wait_until("the unanswered ask again", lambda: all(
        row.retransmits for row in ss.select(netns, state="syn_sent")))
    for _ in range(DESTINATIONS - DESTINATIONS // 2):  # have not yet
        tcp.start_connect(netns, NOWHERE)


def test_k17_destinations_are_those_of_ss(netns, peer, link, source):
    connect_to_many(netns, peer, link)
    rows, page = still(lambda: sorted(ss.rows(netns), key=dataclasses.astuple),
                       lambda: page_once(netns, source))
    by_destination = collections.defaultdict(list)
    for row in rows:
        by_destination[row.local_address, row.peer_address, row.peer_port].append(row)
    assert page.value("destinations") == len(by_destination) == DESTINATIONS
    fullest = sorted(by_destination.items(), key=lambda item: len(item[1]), reverse=True)[:EXPORTED]
    assert page.value("destinations_exported") == EXPORTED

    free = PORTS - len({row.local_port for row in rows})
    seen = on_page(page)
    assert seen.keys() == dict(fullest).keys()
    for key, its_rows in fullest:
        used = len({row.local_port for row in its_rows})
        assert (key, seen[key].used) == (key, used)
        assert (key, seen[key].time_wait) == (key, count(its_rows, "time_wait"))
        assert seen[key].reusable == 0
        low, high = seen[key].headroom
        assert (key, high) == (key, PORTS - used)
        assert low in least(high if source in BPF_READERS else free, source, netns, page), key
    assert not page.has("destination_seconds_to_free_port")  # each has ports left, and TIME_WAIT

    waiting = {key: counts(its_rows) for key, its_rows in fullest
               if max(count(its_rows, "syn_sent"), count(its_rows, "close_wait")) >= 10}
    assert len(waiting) > 5
    assert {key: {state: page.value("destination_sockets", state=state, **labels(*key))
                  for state in counts([])} for key in waiting} == waiting
    assert len(page.values("destination_sockets")) == 3 * len(waiting)


def count(rows, state):
    return len([row for row in rows if row.state == state])


def counts(rows):
    return {"syn_sent": count(rows, "syn_sent"), "close_wait": count(rows, "close_wait"),
            "syn_sent_retransmitting": len([
                row for row in rows if row.state == "syn_sent" and row.retransmits])}
