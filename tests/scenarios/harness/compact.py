"""What a page says of a namespace that is not the exporter's own, and what it must say: by `ss`, the
kernel's settings and counters of that namespace, and an exporter that runs inside."""

import dataclasses

from harness import ss
from harness.counters import netstat
from harness.destinations import worst_utilization
from harness.differences import is_certain
from harness.exporter import page_once
from harness.exposition import PREFIX
from harness.features import sees_bound

BUDGET = 30
TCP = "net.ipv4.tcp_"
# metric -> sysctl
SETTINGS = {"fin_timeout_seconds": TCP + "fin_timeout", "keepalive_time_seconds":
            TCP + "keepalive_time", "keepalive_interval_seconds": TCP + "keepalive_intvl",
            "tw_reuse_delay_seconds": TCP + "tw_reuse_delay", "somaxconn": "net.core.somaxconn",
            "ip_unprivileged_port_start": "net.ipv4.ip_unprivileged_port_start",
            "ip_autobind_reuse": "net.ipv4.ip_autobind_reuse",
            "ip_local_port_step_width": "net.ipv4.ip_local_port_step_width"} | {
    name: TCP + name for name in (
        "tw_reuse", "tw_recycle", "timestamps", "max_orphans", "keepalive_probes", "syn_retries",
        "synack_retries", "retries1", "retries2", "orphan_retries", "max_syn_backlog",
        "syncookies", "abort_on_overflow", "rfc1337", "ehash_entries", "child_ehash_entries")}
# Series of these are destinations and listeners, which have limits of their own.
LISTED_BY = {"destination_address", "listen_address"}


@dataclasses.dataclass(frozen=True)
class Foreign:
    """A namespace as the test made it."""
    name: str  # on the page
    namespace: object
    bound: int = 0  # sockets that are bound in its range, neither connected nor listening; on IPv4
    uid: str = ""
    containers: tuple = ()


def on(page, name):
    """{series: value} of the compact set of that namespace, its name left out."""
    return {(series.removeprefix(PREFIX), labels): value
            for (series, labels), value in page.of_netns(name).series.items()
            if not LISTED_BY & {key for key, _ in labels}}


def expected(foreign, own, source, inside):
    """The same by other means. `own` is the exporter's own namespace; `inside` the page of an
    exporter in the foreign one."""
    namespace, result = foreign.namespace, {}

    def add(name, value, **labels):
        result[name, frozenset(labels.items())] = value

    rows = ss.rows(namespace)
    for (family, state), count in ss.by_state(rows).items():
        add("sockets", count, family=family, state=state)
    for role, count in _time_wait_roles(namespace, rows).items():
        add("time_wait_sockets", count, role=role)
    _add_ports(add, foreign, rows, source)
    for bound, value in zip(("min", "max"), worst_utilization(inside)):
        add("destination_utilization_max_ratio", value, bound=bound)
    add("listen_overflows_total", netstat(namespace)["ListenOverflows"])
    own_settings = _settings(own)
    for metric, value in _settings(namespace).items():
        # ehash_entries is negative where the table is another's: the same table.
        if abs(own_settings[metric]) != abs(value):
            add("sysctl_" + metric, value)
    add("namespace_info", 1, inode=str(namespace.inode), uid=foreign.uid)
    for container in foreign.containers:
        add("namespace_container_info", 1, container_id=container)
    add("scrape_namespace_success", 1)
    return result


def check(page, foreign, own, source):
    """Everything that the page says of that namespace."""
    inside = page_once(foreign.namespace, source)
    seen, wanted = on(page, foreign.name), expected(foreign, own, source, inside)
    assert len(seen) <= BUDGET, f"{foreign.name}: {len(seen)} series"
    if not sees_bound(source):
        # It depends on how many sockets the host had besides, which changes from page to page.
        least, most = (("destination_utilization_max_ratio", frozenset({("bound", bound)}))
                       for bound in ("min", "max"))
        del wanted[most]
        assert seen[least] <= seen.pop(most) <= 1, foreign.name
    assert seen == wanted, foreign.name
    part, whole = page.of_netns(foreign.name), inside.of_netns("self")
    for name in ("destination_ports_used", "destination_ports_headroom", "destination_sockets",
                 "destination_utilization_ratio", "listen_queue_sockets", "listen_queue_limit"):
        assert _certain(part, name, source) == _certain(whole, name, source), (foreign.name, name)


def _certain(page, name, source):
    return {has: value for has, value in page.values(name).items()
            if is_certain(name, has, source)}


def _port_range(namespace):
    """The usable ports."""
    low, high = map(int, namespace.sysctl("net.ipv4.ip_local_port_range").split())
    reserved = namespace.sysctl("net.ipv4.ip_local_reserved_ports")
    left_out = set()
    for piece in reserved.split(",") if reserved else ():
        first, _, last = piece.partition("-")
        left_out |= set(range(int(first), int(last or first) + 1))
    return low, high, set(range(low, high + 1)) - left_out


def _add_ports(add, foreign, rows, source):
    low, high, usable = _port_range(foreign.namespace)
    bound = foreign.bound if sees_bound(source) else 0
    listening = {row.local_port for row in rows if row.state == "listen"} & usable
    add("ephemeral_port_range_min", low)
    add("ephemeral_port_range_max", high)
    add("ephemeral_ports", len(usable))
    add("ephemeral_ports_used", len({row.local_port for row in rows} & usable) + bound)
    add("ephemeral_ports_blocked", len(listening), blocker="listen")
    add("ephemeral_ports_blocked", 0, blocker="inbound")  # but for the accepted ones of a listener
    if sees_bound(source):
        add("ephemeral_ports_blocked", bound, blocker="bound")
    if bound:
        add("sockets", bound, family="ipv4", state="bound_inactive")


def _time_wait_roles(namespace, rows):
    low, high, _ = _port_range(namespace)
    listening = {(row.local_address, row.local_port) for row in rows if row.state == "listen"}

    def role(row):
        if (row.local_address, row.local_port) in listening:
            return "inbound"
        local, remote = (low <= port <= high for port in (row.local_port, row.peer_port))
        return {(True, False): "outbound", (False, True): "inbound"}.get((local, remote), "unknown")
    roles = [role(row) for row in rows if row.state == "time_wait"]
    return {name: roles.count(name) for name in ("outbound", "inbound", "unknown")}


def _settings(namespace):
    """{metric: value} of what this kernel has."""
    values = {}
    for metric, name in SETTINGS.items():
        try:
            values[metric] = int(namespace.sysctl(name))
        except FileNotFoundError:
            continue
        if metric == "tw_reuse_delay_seconds":
            values[metric] /= 1000
    return values
