"""The shipped rules, in a real Prometheus and a real Alertmanager, while something happens.

ALERTS.md says which alerts each world leaves when the rest is inhibited; both ways.
"""

import time

import pytest

from field.alerts import expected
from field.worlds import WORLDS, SecondCurl, SecondCurlByBpf, SteadyRate
from harness import tcp
from harness.monitoring import Monitoring
from harness.netns import Namespace
from harness.waiting import wait_until

STEADY_SECONDS = 20  # two evaluations of every group without a long delay, and Alertmanager's wait
SECONDS_TO_SILENCE = 200  # what an alert on an increase looks back, and TIME_WAIT


@pytest.fixture
def monitored(tmp_path, request):
    """Watches an exporter from a namespace of its own."""
    def watch(exporter):
        namespace = Namespace()
        request.addfinalizer(namespace.close)
        monitoring = Monitoring(namespace, exporter, tmp_path)
        wait_until("it is scraped", lambda: monitoring.prometheus.query("up == 1"), 20, 0.2)
        return monitoring
    return watch


def test_each_world_has_a_row_and_each_row_a_world():
    assert expected().keys() == WORLDS.keys()


def hold(its_world, monitoring, wanted):
    """That those alerts come, no others do, and that there is silence afterwards."""
    its_world.cause()
    if wanted:
        wait_until(f"{wanted} are there alone", lambda: monitoring.alerts() == wanted,
                   its_world.SECONDS_TO_ALERT, 0.5)
    seen = set()
    end = time.monotonic() + STEADY_SECONDS
    while time.monotonic() < end:
        seen |= monitoring.alerts()
        time.sleep(0.5)
    assert seen == wanted
    its_world.cure()
    wait_until("it is silent", lambda: not monitoring.alerts(), SECONDS_TO_SILENCE, 0.5)


@pytest.mark.parametrize("name", WORLDS)
def test_the_alerts_of(name, world, monitored):
    its_world = world(WORLDS[name])
    hold(its_world, monitored(its_world.exporter), expected()[name])


def test_f2_where_the_kernel_counts_the_failures(world, monitored, bpf):
    its_world = world(SecondCurlByBpf)
    hold(its_world, monitored(its_world.exporter), {("TcpConnectFailsForWantOfPort", "critical")})


def test_f2_f3_an_exhaustion_is_told_and_its_end(world, monitored, figures):
    alert = "TcpDestinationNearExhaustion"
    its_world = world(SecondCurl)
    monitoring = monitored(its_world.exporter)
    began = time.monotonic()
    latencies = []

    def wait_for(what, condition, seconds):
        at = wait_until(what, lambda: condition() and time.monotonic(), seconds, 0.1)
        latencies.append((what, at - began))
    its_world.cause()
    wait_for("pending", lambda: ("critical", "pending") in monitoring.states(alert), 20)
    assert not its_world.curl()
    wait_for("firing", lambda: ("critical", "firing") in monitoring.states(alert), 20)
    wait_for("in Alertmanager", lambda: monitoring.alerts() == {(alert, "critical")}, 20)
    wait_for("at the receiver", lambda: monitoring.notified("firing", "critical"), 20)

    its_world.cure()
    tcp.wait_for_reuse_delay(its_world.netns)
    assert its_world.curl()
    began = time.monotonic()
    wait_for("resolved, at the receiver", lambda: monitoring.notified("resolved", "critical"), 90)
    assert not monitoring.alerts()
    figures("F2, F3: seconds from the cause, and from the cure, until the alert is\n" + "\n".join(
        f"  {what:<36}{seconds:>8.1f}" for what, seconds in latencies))


@pytest.mark.parametrize("share, lead_seconds", [(1.2, 10), (3, None), (10, None)])
def test_k20_who_is_told_before_the_first_connect_fails(world, monitored, figures, share,
                                                       lead_seconds):
    class World(SteadyRate):
        SHARE = share
    its_world = world(World)
    monitoring = monitored(its_world.exporter)
    its_world.cause()
    churn = its_world.churn
    wait_until("a connect fails", lambda: churn.failed_at, 80, 0.1)
    wait_until("the pager has been told", lambda: monitoring.notified("firing", "critical"), 30, 0.1)
    leads = {what: churn.failed_at - monitoring.notified("firing", *severities)
             for what, severities in (("first alert", ("warning", "critical")),
                                      ("first page", ("critical",)))}
    figures(f"K20: at {share} x the rate that fills all ports, seconds before the first failed "
            "connect(): " + ", ".join(f"{what} {lead:.1f}" for what, lead in leads.items()))
    assert lead_seconds is None or leads["first alert"] >= lead_seconds
