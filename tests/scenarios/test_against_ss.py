"""K17: every count on the page against `ss`, over a crowd of sockets in every state."""

from harness import ss
from harness.counters import sockstat
from harness.exporter import page_once
from harness.population import STATES, populate
from harness.still import still

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
    assert page.by("keepalive", "keepalive_sockets") == counted(
        ("on", "off", "unknown"), map(keepalive_of, alive))
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
    unseen = 0 if source == "procfs" else 1  # the bound-inactive one, which ss does not show
    assert page.value("ephemeral_ports_used") == len(used) + unseen
    if source == "procfs":
        assert not page.has("sockets", state="bound_inactive")
    else:
        assert page.value("sockets", family="ipv4", state="bound_inactive") == unseen

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
    assert page.value("ephemeral_ports_blocked", by="listen") == len(named)
    assert page.value("unaccepted_sockets") == len(
        [row for row in rows if row.state == "established" and row.inode == 0])
