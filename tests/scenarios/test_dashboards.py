"""Every query of every dashboard, asked of a real Prometheus that has scraped real exporters."""

import contextlib
import dataclasses
import re
import statistics
import time
import urllib.parse

import pytest

from conftest import NO_NAMESPACES
from field.scene import GONE, LAST, Scene, host_name
from field.worlds import TEN_PORTS
from harness import grafana, tcp
from harness.exporter import Exporter
from harness.netns import Namespace
from harness.several import SeveralTargets
from harness.waiting import wait_until

DASHBOARDS = grafana.dashboards()
HOSTS = 50
# A query of the fleet may touch so many of a host, and show so many of all.
SERIES_OF_A_HOST, MOST_SHOWN = 10, 50
RIGHTLY_EMPTY = {
    # No collector fails.
    "tcp-lifecycle-exporter": {"Which collectors fail: A"},
    # The kernel tells these limits in its first namespace alone.
    "tcp-lifecycle-host": {"TCP buffer memory: pressure", "TCP buffer memory: high (limit)",
                           "Orphaned sockets: tcp_max_orphans (limit)"},
}


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    if NO_NAMESPACES:
        pytest.skip(NO_NAMESPACES)
    with contextlib.ExitStack() as cleanup:
        made = Scene(tmp_path_factory.mktemp("scene"), cleanup.callback)
        made.cause()
        made.looked_at = made.time()
        yield made


@pytest.mark.parametrize("uid", DASHBOARDS)
def test_every_query_returns_data_unless_it_is_rightly_empty(scene, uid):
    empty = {str(question) for question in grafana.questions(DASHBOARDS[uid], scene.looked_at)
             if not grafana.ask(scene.prometheus, question, scene.looked_at)["result"]}
    assert empty == RIGHTLY_EMPTY.get(uid, set())


@pytest.mark.parametrize("uid", DASHBOARDS)
def test_every_variable_offers_values(scene, uid):
    dashboard = DASHBOARDS[uid]
    for variable in dashboard["templating"]["list"]:
        if variable["type"] == "query":
            offered = grafana.values_of(scene.prometheus, variable, dashboard, scene.looked_at, {})
            assert offered, variable["name"]
            if variable["name"] == "instance":
                assert set(offered) == set(scene.worlds)


def test_a_host_that_is_chosen_is_shown_alone(scene):
    chosen = host_name(LAST)
    for uid, dashboard in DASHBOARDS.items():
        for question in grafana.questions(dashboard, scene.looked_at, instance=[chosen]):
            result = grafana.ask(scene.prometheus, question, scene.looked_at)["result"]
            shown = {series["metric"].get("instance", chosen) for series in result}
            assert shown <= {chosen}, f"{uid}: {question}"


def test_several_hosts_are_chosen_as_one_pattern(scene):
    chosen = ["f2", host_name(LAST)]
    [question] = [question for question in grafana.questions(
        DASHBOARDS["tcp-lifecycle-ports"], scene.looked_at, instance=chosen)
        if str(question) == "Fullest destinations: A"]
    result = grafana.ask(scene.prometheus, question, scene.looked_at)["result"]
    assert {series["metric"]["instance"] for series in result} == set(chosen)


def test_who_is_gone_is_named(scene):
    [question] = [question for question in grafana.questions(
        DASHBOARDS["tcp-lifecycle-exporter"], scene.looked_at)
        if question.panel == "Which exporters are down"]
    [series] = grafana.ask(scene.prometheus, question, scene.looked_at)["result"]
    assert series["metric"]["instance"] == GONE


def test_the_fleet_dashboard_asks_little_of_fifty_hosts(tmp_path, figures):
    if NO_NAMESPACES:
        pytest.skip(NO_NAMESPACES)
    with contextlib.ExitStack() as cleanup:
        def namespace():
            made = Namespace()
            cleanup.callback(made.close)
            return made
        hosts = {f"host-{number}": _host(namespace(), number) for number in range(HOSTS)}
        targets = SeveralTargets(namespace(), tmp_path, hosts)
        prometheus = targets.prometheus
        wait_until("all hosts are in the figures of the fleet", lambda: prometheus.query(
            f"sum(cluster_job:tcp_lifecycle_instances:count) == {HOSTS}"), 90, 0.5)
        now = time.time()
        costs = {uid: _costs(prometheus, DASHBOARDS[uid], grafana.Range(
            now - 3600, now, targets.scrape_seconds)) for uid in DASHBOARDS}
        series = prometheus.one("count({__name__!=''})")
    figures(f"{HOSTS} hosts, {series:.0f} series: of each dashboard the slowest query, and the one "
            "that touches most series\n" + "\n".join(
                f"  {uid:<24}{1000 * cost.seconds:>6.0f} ms{cost.series:>7} series"
                f"{cost.samples:>8} samples  {cost.question}"
                for uid, all_ in costs.items()
                for cost in (max(all_, key=lambda cost: cost.seconds),
                             max(all_, key=lambda cost: cost.series))))
    for cost in costs["tcp-lifecycle-fleet"]:
        assert cost.series <= SERIES_OF_A_HOST * HOSTS, cost
        assert cost.shown <= MOST_SHOWN, cost
        assert cost.seconds < 1, cost


def _host(namespace, number):
    """Its fullest destination holds as many of ten ports as the last digit of `number` says."""
    namespace.set_sysctl("net.ipv4.ip_local_port_range", TEN_PORTS)
    server = tcp.listen(namespace, port=80)
    for _ in range(number % 10):
        tcp.pair(namespace, server)
    return Exporter(namespace)


@dataclasses.dataclass(frozen=True)
class Cost:
    question: str
    seconds: float  # the median of some
    series: int  # that its selectors touch
    samples: int
    shown: int


def _costs(prometheus, dashboard, looked_at):
    return [_cost(prometheus, question, looked_at)
            for question in grafana.questions(dashboard, looked_at)]


def _cost(prometheus, question, looked_at):
    seconds = []
    for _ in range(3):
        began = time.monotonic()
        answer = grafana.ask(prometheus, question, looked_at, stats="all")
        seconds.append(time.monotonic() - began)
    selectors = re.findall(r"[\w:]*\{[^}]*\}", question.expr)
    asked = [("match[]", selector) for selector in selectors]
    touched = prometheus.get_json("/api/v1/series?" + urllib.parse.urlencode(
        [*asked, ("start", looked_at.start), ("end", looked_at.end)]))["data"]
    return Cost(str(question), statistics.median(seconds), len(touched),
                answer["stats"]["samples"]["totalQueryableSamples"], len(answer["result"]))
