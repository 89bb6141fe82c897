"""Every query of every dashboard, asked of a real Prometheus that has scraped real exporters."""

import contextlib

import pytest

from conftest import NO_NAMESPACES
from field.scene import GONE, LAST, Scene, host_name
from harness import grafana
from harness.exporter import why_no_bpf

DASHBOARDS = grafana.dashboards()
RIGHTLY_EMPTY = {
    # No collector fails.
    "tcp-lifecycle-exporter": {"Which collectors fail: A"},
    # The kernel tells these limits in its first namespace alone.
    "tcp-lifecycle-host": {"TCP buffer memory: pressure", "TCP buffer memory: high (limit)",
                           "Orphaned sockets: tcp_max_orphans (limit)"},
}
if why_no_bpf():
    RIGHTLY_EMPTY["tcp-lifecycle-ports"] = {
        "connect() refused for want of a port: {{instance}} {{netns}} to "
        "{{destination_address}} port {{destination_port}}",
        "Connections that failed, by error: {{error}}"}


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


def test_alerts_are_marked_on_the_graphs(scene):
    for annotation in grafana.annotations(DASHBOARDS["tcp-lifecycle-fleet"], scene.looked_at):
        assert grafana.ask(scene.prometheus, annotation, scene.looked_at)["result"], annotation


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
