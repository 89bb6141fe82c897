"""Worlds beside one another, one host each, watched by one Prometheus: what the dashboards are
tested and drawn with."""

import time

from field.world import Place, Repeated
from field.worlds import WORLDS, SecondCurlByBpf
from harness import tcp
from harness.churn import Churn
from harness.exporter import why_no_bpf
from harness.grafana import Range
from harness.netns import Namespace
from harness.services import get_200_times, start_wrk
from harness.several import SeveralTargets
from harness.waiting import wait_until

GONE = "gone"
# The last one runs out of ports within a minute, so it is caused when the others have lasted.
LASTING = ("F2", "F6", "F8", "F8 at its limit", "F11", "K11", "K12")
LAST = "K20 at 1.2"
SECONDS_TO_ALERTS = 150
SECONDS_TO_FORECAST = 60
SECONDS_LEFT = 25  # of the last world, at the end
PORT_IN_ITS_RANGE = 40005
CHURN_PORTS = f"40000 {40000 + Churn.PORTS - 1}"
SUBJECTS = ("exporter", "keepalive", "listen", "peers", "ports", "settings", "time_wait")
ALL_FIRE = ('count(count by (subject) (ALERTS{alertname=~"Tcp.+", alertstate="firing"})) '
            f"== {len(SUBJECTS)}")
FLEET_IS_TOLD = "cluster_job_destination:tcp_lifecycle_destination_utilization_ratio:topk20_max"


def host_name(world):
    return world.replace(" ", "-").lower()


class Scene:
    def __init__(self, directory, on_close):
        """`on_close` takes functions that are to be called at the end, the last one first."""
        self._began = time.time()
        self.worlds = {}
        for name in (*LASTING, LAST):
            place = Place(directory / host_name(name))
            on_close(place.close)
            if name == LAST:  # from the beginning, so that no graph shows another limit
                place.netns.set_sysctl("net.ipv4.ip_local_port_range", CHURN_PORTS)
            by_bpf = name == "F2" and not why_no_bpf()
            world = SecondCurlByBpf if by_bpf else WORLDS[name]
            self.worlds[host_name(name)] = world(place)
        namespace = Namespace()
        on_close(namespace.close)
        self._targets = SeveralTargets(
            namespace, directory,
            {name: world.exporter for name, world in self.worlds.items()}, [GONE])
        self.prometheus = self._targets.prometheus
        self._wait("all are scraped", f"count(up == 1) == {len(self.worlds)}", 30)

    def cause(self, lasting_seconds=0):
        """Until the alerts of all but the last world have come, and its ports run out.

        `lasting_seconds`: how long the others go on before.
        """
        # Else its clients give up within the time that the alerts take.
        self.worlds[host_name("F11")].netns.set_sysctl("net.ipv4.tcp_syn_retries", 8)
        for name in LASTING:
            self.worlds[host_name(name)].cause()
        self._go_on()
        self._wait("the alerts of all subjects fire", ALL_FIRE, SECONDS_TO_ALERTS)
        time.sleep(lasting_seconds)
        last = self.worlds[host_name(LAST)]
        last.cause()
        tcp.listen(last.netns, port=PORT_IN_ITS_RANGE)
        runs_out = ("tcp_lifecycle_destination_seconds_to_exhaustion"
                    f'{{instance="{host_name(LAST)}"}} < {SECONDS_LEFT}')
        self._wait("its ports are announced to run out, and the alerts fire still",
                   f"{runs_out} and on () ({ALL_FIRE}) and on () ({FLEET_IS_TOLD})",
                   SECONDS_TO_FORECAST)

    def time(self):
        """From the beginning until now."""
        return Range(self._began, time.time(), self._targets.scrape_seconds)

    def _go_on(self):
        """Clients that come again."""
        for name in ("F8", "F8 at its limit"):
            server = self.worlds[host_name(name)]
            Repeated(server.peer, lambda server=server: get_200_times(
                server.peer, f"http://{server.here}/", *server.CURL_FLAGS), 20)
        app = self.worlds[host_name("F6")]
        Repeated(app.peer, lambda: start_wrk(app.peer, f"http://{app.here}:5000/", 5).wait(), 75)
        slow = self.worlds[host_name("K12")]
        Repeated(slow.peer, lambda: tcp.start_connect(slow.peer, (slow.here, 8080)), 10)

    def _wait(self, what, expression, seconds):
        wait_until(what, lambda: self.prometheus.query(expression), seconds, 0.5)
