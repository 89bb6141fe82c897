"""What the dashboards cost a Prometheus that scrapes fifty exporters, each in its own namespace."""

import contextlib
import dataclasses
import re
import statistics
import time
import urllib.parse

import pytest

from conftest import NO_NAMESPACES
from field.worlds import TEN_PORTS
from harness import grafana, tcp
from harness.exporter import Exporter
from harness.netns import Namespace
from harness.several import SeveralTargets
from harness.waiting import wait_until

HOSTS = 50
# A query of the fleet may touch so many series of a host, and show so many of all hosts.
SERIES_OF_A_HOST, MOST_SHOWN = 10, 50
SECONDS_TO_THE_FIGURES = 120


@pytest.mark.skipif(bool(NO_NAMESPACES), reason=str(NO_NAMESPACES))
def test_the_fleet_dashboard_asks_little_of_fifty_hosts(tmp_path, figures):
    with contextlib.ExitStack() as cleanup:
        def namespace():
            made = Namespace()
            cleanup.callback(made.close)
            return made
        hosts = {f"host-{number}": _host(namespace(), number) for number in range(HOSTS)}
        targets = SeveralTargets(namespace(), tmp_path, hosts)
        prometheus = targets.prometheus
        wait_until("all hosts are in the figures of the fleet", lambda: prometheus.query(
            f"sum(cluster_job:tcp_lifecycle_instances:count) == {HOSTS}"), SECONDS_TO_THE_FIGURES, 0.5)
        now = time.time()
        last_hour = grafana.Range(now - 3600, now, targets.scrape_seconds)
        costs = {uid: _costs(prometheus, dashboard, last_hour)
                 for uid, dashboard in grafana.dashboards().items()}
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


def _host(namespace, number):
    """Its fullest destination holds as many of ten ports as the last digit of `number` says."""
    namespace.set_sysctl("net.ipv4.ip_local_port_range", TEN_PORTS)
    server = tcp.listen(namespace, port=80)
    for _ in range(number % 10):
        tcp.pair(namespace, server)
    return Exporter(namespace, flags=["--no-bpf"])


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
