"""How much many namespaces put on a page, and what their number is bounded by."""

from harness import compact, named, tcp
from harness.exporter import Exporter

NODE = 110  # pods that a node of Kubernetes may have
MOST_SERIES = 4000
SETTINGS = {"net.ipv4.tcp_fin_timeout": 31, "net.ipv4.tcp_keepalive_time": 601,
            "net.core.somaxconn": 1024}


def pod(namespace):
    """20 sockets in four states, and settings of its own."""
    for name, value in SETTINGS.items():
        namespace.set_sysctl(name, value)
    server = tcp.listen(namespace)
    for _ in range(7):
        tcp.pair(namespace, server)
    for _ in range(4):
        tcp.close_in_order(*tcp.pair(namespace, server))
    tcp.pair(namespace, server)[1].close()


def many(new_netns, names):
    for i in range(NODE - 1):
        pod(names.add(f"pod-{i:03}", new_netns()))


def test_a_full_node_stays_within_its_budget(netns, new_netns, names, source):
    many(new_netns, names)
    page = Exporter(netns, source, flags=names.flags()).scrape()
    success = named.success(page)
    assert len(success) == NODE and set(success.values()) == {1}
    assert len(page.series) <= MOST_SERIES
    for name in success.keys() - {"self"}:
        assert len(compact.on(page, name)) <= compact.BUDGET, name
    assert page.value("sockets", netns="pod-050", family="ipv4", state="established") == 14
    assert page.value("sockets", netns="pod-050", family="ipv4", state="close_wait") == 1


def test_over_the_limit_the_same_are_watched_in_each_scrape(netns, new_netns, names):
    many(new_netns, names)
    exporter = Exporter(netns, flags=names.flags(limit=10))
    pages = [exporter.scrape() for _ in range(3)]
    watched = [set(named.success(page)) for page in pages]
    assert len(watched[0]) == 10 and watched[1] == watched[2] == watched[0]
    assert {page.value("scrape_namespaces_omitted") for page in pages} == {NODE - 10}

    gone = max(watched[0] - {"self"})
    names.remove(gone)
    page = exporter.scrape()
    assert len(named.success(page)) == 10
    assert set(named.success(page)) > watched[0] - {gone}
    assert page.value("scrape_namespaces_omitted") == NODE - 11
