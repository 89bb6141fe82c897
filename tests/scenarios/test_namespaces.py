"""Other network namespaces than the exporter's own: what the page says of each, and which it has."""

import errno
import os
import shutil
import subprocess

import pytest

from harness import compact, differences, mixed, named, tcp
from harness.destinations import labels, least, of, on_page, worst_utilization
from harness.exporter import Exporter, page_once
from harness.exposition import PREFIX
from harness.features import has
from harness.still import still

LOOPBACK = "127.0.0.1"
RANGE, PORTS = "40000 40009", 10
TABLE_BUCKETS = 1024


def fill(namespace, server, connections):
    for _ in range(connections):
        tcp.connect(namespace, server.getsockname())


def test_each_is_told_as_by_ss_and_the_exporters_own_as_ever(netns, new_netns, names, source):
    mixed.serving("self", netns)
    alone = page_once(netns, source)
    foreign = [make(make.__name__, names.add(make.__name__, new_netns())) for make in mixed.ALL]
    page = page_once(netns, source, *names.flags())

    assert named.success(page) == {"self": 1} | {one.name: 1 for one in foreign}
    for one in foreign:
        compact.check(page, one, netns, source)
    assert page.value("scrape_namespaces_omitted") == 0
    assert named.named(page) == named.success(page).keys()
    assert own(page, source).keys() == own(alone, source).keys()
    _, (before, together) = still(
        lambda: own(page_once(netns, source), source),
        lambda: tuple(own(page_once(netns, source, *flags), source) for flags in (
            (), names.flags())))
    assert differences.disagreements(before, together) == {}


def own(page, source):
    """What a page says of the exporter's own namespace, whatever others it reads; the tables are of
    all together."""
    of_all = {PREFIX + "destinations", PREFIX + "destinations_exported"}
    return {(name, has): value for (name, has), value in differences.certain(page, source).items()
            if ("netns", "self") in has and name not in of_all}


def test_promtool_has_no_complaint_about_many(netns, new_netns, names, source):
    if not shutil.which("promtool"):
        pytest.skip("promtool is not installed")
    for make in mixed.ALL:
        make(make.__name__, names.add(make.__name__, new_netns()))
    page = Exporter(netns, source, flags=names.flags()).scrape()
    checked = subprocess.run(["promtool", "check", "metrics"], input=page.text, text=True,
                             capture_output=True, check=False, timeout=20)
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


def test_by_default_there_is_only_the_exporters_own(netns, new_netns, names, source):
    other = names.add("other", new_netns())
    fill(other, tcp.listen(other), 1)
    for flags in ([f"--path.run={names.run}"], names.flags("host")):
        page = page_once(netns, source, *flags)
        assert named.success(page) == {"self": 1}
        assert named.named(page) == {"self"}


def test_the_whole_machine_can_be_watched(netns, new_netns, names, source):
    """With the procfs of this machine, on which other tests may run."""
    mine = mixed.ailing("mine", names.add("mine", new_netns()))
    page = page_once(netns, source, "--collector.namespaces=all", f"--path.run={names.run}")
    compact.check(page, mine, netns, source)
    success = named.success(page)
    assert (success["self"], success["mine"], success["host"]) == (1, 1, 1)
    if os.stat("/proc/1/net/tcp").st_ino != os.stat("/proc/self/net/tcp").st_ino:
        pytest.skip("these tests do not run in the network namespace of PID 1")
    host_inode = os.stat("/proc/self/ns/net").st_ino
    assert page.value("namespace_info", netns="host", inode=str(host_inode)) == 1
    assert page.value("ephemeral_ports", netns="host") > 0


def test_those_that_are_named_are_watched_and_one_that_is_missing_is_told(netns, new_netns, names,
                                                                          source):
    for name in "abc":
        names.add(name, new_netns())
    exporter = Exporter(netns, source, flags=names.flags("a,b,missing"))
    for _ in range(2):
        page = exporter.scrape()
        assert named.success(page) == {"self": 1, "a": 1, "b": 1, "missing": 0}
        assert named.named(page) == {"self", "a", "b"}

    late = mixed.of_ipv6("missing", names.add("missing", new_netns()))
    page = exporter.scrape()
    assert named.success(page) == {"self": 1, "a": 1, "b": 1, "missing": 1}
    compact.check(page, late, netns, source)
    names.remove("missing")
    names.remove("a")
    page = exporter.scrape()
    assert named.success(page) == {"self": 1, "a": 0, "b": 1, "missing": 0}
    assert named.named(page) == {"self", "b"}


def test_f2_a_destination_of_another_namespace_is_filled_until_connect_fails(netns, new_netns, names,
                                                                             source):
    far = names.add("far", new_netns())
    for namespace in (netns, far):
        namespace.set_sysctl("net.ipv4.ip_local_port_range", RANGE)
    here, there = (tcp.listen(namespace) for namespace in (netns, far))
    key = LOOPBACK, LOOPBACK, there.getsockname()[1]
    exporter = Exporter(netns, source, flags=names.flags())
    fill(netns, here, 2)  # to a destination of the same name
    fill(far, there, 4)
    page = exporter.scrape()
    headroom = of(page.of_netns("far"), *key).headroom
    assert of(page.of_netns("self"), *key).used == 2
    assert page.value("destination_ports_used", netns="far", **labels(*key)) == 4
    # By a dump the lower bound is of the ports that no socket has.
    assert headroom[1] == PORTS - 4
    assert headroom[0] in least(PORTS - 4, source, netns, page)
    assert worst_utilization(page.of_netns("far"))[0] == pytest.approx(0.4)

    clients, error = tcp.connect_until_it_fails(far, there.getsockname())
    assert (len(clients), error) == (headroom[1], errno.EADDRNOTAVAIL)
    page = exporter.scrape()
    assert worst_utilization(page.of_netns("far")) == (1, 1)
    seen = of(page.of_netns("far"), *key)
    assert (seen.used, seen.headroom, seen.utilization) == (PORTS, (0, 0), (1, 1))
    seen = of(page.of_netns("self"), *key)
    assert (seen.used, seen.headroom[1]) == (2, PORTS - 2)
    assert len(tcp.connect_until_it_fails(netns, here.getsockname())[0]) == PORTS - 2


@pytest.fixture
def new_table(new_netns):
    """Makes namespaces that keep their connections in a hash of their own."""
    parent = new_netns()
    if not has("own_hash"):
        pytest.skip("this kernel has one hash for all namespaces")
    parent.set_sysctl("net.ipv4.tcp_child_ehash_entries", TABLE_BUCKETS)

    def make():
        with parent.entered():
            made = new_netns()
        assert int(made.sysctl("net.ipv4.tcp_ehash_entries")) == TABLE_BUCKETS
        return made
    return make


def check_each(exporter_netns, names, source, foreign):
    page = page_once(exporter_netns, source, *names.flags())
    assert named.success(page) == {"self": 1} | {one.name: 1 for one in foreign}
    for one in foreign:
        compact.check(page, one, exporter_netns, source)
    return page


def test_one_with_a_hash_of_its_own_is_beside_one_that_shares_it(netns, new_netns, new_table, names,
                                                                 source):
    foreign = [make(f"{make.__name__}-{kind}", names.add(f"{make.__name__}-{kind}", new()))
               for kind, new in (("alone", new_table), ("shared", new_netns))
               for make in (mixed.serving, mixed.ailing, mixed.only_bound)]
    check_each(netns, names, source, foreign)


def test_an_exporter_whose_hash_is_its_own_sees_the_others(new_netns, new_table, names, source):
    home = new_table()
    mixed.serving("self", home)
    alone = own(page_once(home, source), source)
    foreign = [mixed.ailing("shared", names.add("shared", new_netns())),
               mixed.ailing("alone", names.add("alone", new_table()))]
    page = check_each(home, names, source, foreign)
    assert page.value("sockets", netns="self", family="ipv4", state="established") == 12
    assert own(page, source).keys() == alone.keys()


def test_destinations_of_all_are_ranked_together(netns, new_netns, names, source):
    """25 over three namespaces, 20 of them full: those are on the page."""
    places = {"self": netns, "left": names.add("left", new_netns()),
              "right": names.add("right", new_netns())}
    full = set()
    for i in range(25):
        name = list(places)[i % 3]
        places[name].set_sysctl("net.ipv4.ip_local_port_range", RANGE)
        server = tcp.listen(places[name], port=100 + i)
        fill(places[name], server, PORTS if i < 20 else PORTS // 2)
        if i < 20:
            full.add((name, LOOPBACK, LOOPBACK, 100 + i))
    page = page_once(netns, source, *names.flags())
    assert {(name, *key) for name in places for key in on_page(page.of_netns(name))} == full
    assert len(page.values("destination_ports_used")) == 20
    for name in places:
        assert worst_utilization(page.of_netns(name)) == (1, 1)


def test_listeners_of_all_are_ranked_together(netns, new_netns, names, source):
    """60 over three namespaces, of which ten have an empty queue: the others are on the page."""
    places = {"self": netns, "left": names.add("left", new_netns()),
              "right": names.add("right", new_netns())}
    waited_for = set()
    for i in range(60):
        name = list(places)[i % 3]
        server = tcp.listen(places[name], port=100 + i)
        if i >= 10:
            fill(places[name], server, 1)
            waited_for.add((name, str(100 + i)))
    page = page_once(netns, source, *names.flags())
    seen = {(dict(has)["netns"], dict(has)["listen_port"])
            for has in page.values("listen_queue_sockets")}
    assert seen == waited_for
    assert set(page.values("listen_queue_sockets").values()) == {1}
    assert sum(page.values("listen_groups_omitted").values()) == 10


def test_a_name_in_docker_or_containerd_finds_one_and_does_not_name_it(netns, new_netns, names):
    found = [names.add("default", new_netns(), named.DOCKER),
             names.add("cni-1", new_netns(), named.CONTAINERD)]
    both = names.add("with-a-name", names.add("cni-2", new_netns(), named.CONTAINERD))
    exporter = Exporter(netns, flags=names.flags())
    by_inode = {dict(has)["inode"]: dict(has)["netns"]
                for has in exporter.scrape().values("namespace_info")}
    assert by_inode == {str(one.inode): f"ino-{one.inode}" for one in found} | {
        str(both.inode): "with-a-name", str(netns.inode): "self"}


def test_one_by_two_names_is_there_once(netns, new_netns, names, source):
    twice = new_netns()
    names.add("one", twice)
    names.add("two", twice)
    names.add("own", netns)
    mixed.only_bound("one", twice)
    success = named.success(page_once(netns, source, *names.flags()))
    assert success in ({"self": 1, "one": 1}, {"self": 1, "two": 1})
    seen = page_once(netns, source, *names.flags("two,own"))
    assert set(named.success(seen).values()) == {1}
    assert len(seen.values("namespace_info")) == 2

