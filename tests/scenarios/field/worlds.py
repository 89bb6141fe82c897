"""The worlds of the scenarios with a client, a server and an exporter."""

import contextlib

from field.world import Repeated, World
from harness import procfs_tree, ss, tcp
from harness.churn import Churn
from harness.exporter import Exporter
from harness.http_server import serve_http
from harness.population import keepalive
from harness.services import get_200_times, start_app, start_nginx, start_redis, start_wrk
from harness.snat import SnatRouter
from harness.waiting import wait_until

ONE_PORT, TEN_PORTS, FEW_PORTS = "40000 40000", "40000 40009", "40000 41999"


class CurlOnce(World):
    """curl leaves one TIME_WAIT."""

    def cause(self):
        serve_http(self.peer, self.there, 80)
        self.netns.run("curl", "-sS", "--fail", f"http://{self.there}/")


class SecondCurl(World):
    """A range of one port, which the first curl leaves in TIME_WAIT."""
    PAUSE_SECONDS = 2

    def cause(self):
        serve_http(self.peer, self.there, 80)
        self.netns.set_sysctl("net.ipv4.ip_local_port_range", ONE_PORT)
        self._curls = Repeated(self.netns, self.curl, self.PAUSE_SECONDS)
        wait_until("a TIME_WAIT holds the port", lambda: ss.count(self.netns, state="time_wait"))

    def curl(self):
        """Whether it got its answer."""
        with contextlib.suppress(AssertionError):
            self.netns.run("curl", "-sS", "--fail", f"http://{self.there}/")
            return True
        return False

    def cure(self):
        self._curls.stop()
        self.netns.set_sysctl("net.ipv4.tcp_tw_reuse", 1)


class SecondCurlByBpf(SecondCurl):
    def start_exporter(self):
        return Exporter(self.netns, "bpf")


class ReusedPort(SecondCurl):
    """With tcp_tw_reuse=1 the port can be had again after a second."""
    PAUSE_SECONDS = 3  # no two scrapes in succession meet the second in which it cannot

    def cause(self):
        self.netns.set_sysctl("net.ipv4.tcp_tw_reuse", 1)
        super().cause()


class ReuseWithoutTimestamps(SecondCurl):
    """tcp_tw_reuse=1 does nothing without tcp_timestamps."""

    def cause(self):
        self.netns.set_sysctl("net.ipv4.tcp_tw_reuse", 1)
        self.netns.set_sysctl("net.ipv4.tcp_timestamps", 0)
        super().cause()

    def cure(self):
        self.netns.set_sysctl("net.ipv4.tcp_timestamps", 1)
        super().cure()


class Recycling(World):
    """tcp_tw_recycle is on, as kernels before 4.12 had it."""
    SECONDS_TO_ALERT = 110  # the alert waits for a minute

    def start_exporter(self):
        self._proc = procfs_tree.copy(self.netns, self.place.directory / "proc")
        return Exporter(self.netns, "procfs", flags=["--no-bpf", f"--path.procfs={self._proc}"])

    def cause(self):
        self._set(1)

    def cure(self):
        self._set(0)

    def _set(self, value):
        (self._proc / "sys/net/ipv4/tcp_tw_recycle").write_text(f"{value}\n")


class RedisApplication(World):
    """A web application that asks Redis at each request."""
    APP_FLAGS = ()

    def serve(self):
        """Starts it, and returns its URL."""
        start_redis(self.peer, self.there)
        start_app(self.netns, self.here, 5000, self.there, *self.APP_FLAGS)
        return f"http://{self.here}:5000/"

    def cause(self):
        self.netns.set_sysctl("net.ipv4.ip_local_port_range", FEW_PORTS)
        start_wrk(self.peer, self.serve(), 8).wait()

    def cure(self):
        self.netns.set_sysctl("net.ipv4.tcp_tw_reuse", 1)


class PooledRedisApplication(RedisApplication):
    """The same with a connection pool."""
    APP_FLAGS = ("--pool",)


class Proxy(World):
    """nginx in front of a web application: a connection for each request."""
    UPSTREAM = ""

    def serve(self):
        """Starts it, and returns its URL."""
        start_nginx(self.peer, self.there, self.place.directory / "app", f"""
  server {{ listen {self.there}:80; location / {{ return 200 "hello"; }} }}""")
        start_nginx(self.netns, self.here, self.place.directory / "proxy", f"""
  upstream app {{ server {self.there}:80; {self.UPSTREAM} }}
  server {{
    listen {self.here}:80;
    location / {{
      proxy_pass http://app;
      proxy_http_version 1.1;
      proxy_set_header Connection "";  # else the application is asked to close first
    }}
  }}""")
        return f"http://{self.here}/"

    def cause(self):
        get_200_times(self.peer, self.serve())


class KeepaliveProxy(Proxy):
    """The same with upstream keepalive."""
    UPSTREAM = "keepalive 16;"


class ClosingServer(World):
    """nginx that closes first, after each request."""
    KEEPALIVE_SECONDS = 0
    CURL_FLAGS = ["--ignore-content-length"]  # waits until the server has closed

    def serve(self):
        """Starts it, and returns its URL."""
        start_nginx(self.netns, self.here, self.place.directory / "server", f"""
  keepalive_timeout {self.KEEPALIVE_SECONDS};
  server {{ listen {self.here}:80; location / {{ return 200 "hello"; }} }}""")
        return f"http://{self.here}/"

    def cause(self):
        get_200_times(self.peer, self.serve(), *self.CURL_FLAGS)


class ClosingServerAtItsLimit(ClosingServer):
    """The same with room for few sockets in TIME_WAIT."""

    def cause(self):
        self.netns.set_sysctl("net.ipv4.tcp_max_tw_buckets", 100)
        super().cause()


class KeepaliveServer(ClosingServer):
    """The same with keepalive_timeout 10."""
    KEEPALIVE_SECONDS = 10
    CURL_FLAGS = []


class RedisKeepalive(World):
    """Redis probes its idle clients."""
    SECONDS = 300

    def cause(self):
        start_redis(self.netns, self.here, "--tcp-keepalive", str(self.SECONDS))
        tcp.connect(self.peer, (self.here, 6379))


class SoonRedisKeepalive(RedisKeepalive):
    """The same, sooner."""
    SECONDS = 100


class NoKeepalive(World):
    """A server that keeps its idle clients without SO_KEEPALIVE."""

    def cause(self):
        tcp.pair(self.peer, tcp.listen(self.netns, self.here, 2222), self.netns)


class FullSnatPool(World):
    """Two programs behind a router whose SNAT pool has five ports."""

    def cause(self):
        router, server = self.place.another(), self.place.another()
        nat = SnatRouter(self.netns, router, server, ports=5, device="inner")
        address = tcp.listen(server, nat.server_address, 80).getsockname()
        self._clients = [tcp.start_connect(self.netns, address) for _ in range(2 * 15)]

    def cure(self):
        for client in self._clients:
            client.close()


class ChangedSettings(World):
    """sysctl -w while the exporter runs."""

    def cause(self):
        for name, value in (("tcp_keepalive_time", 600), ("tcp_keepalive_intvl", 10),
                            ("tcp_keepalive_probes", 5), ("tcp_fin_timeout", 15),
                            ("ip_local_port_range", "20000 59999")):
            self.netns.run("sysctl", "-w", f"net.ipv4.{name}={value}")


class Binders(World):
    """Ten programs call bind() before they connect, to ten destinations, with ten ports."""

    def cause(self):
        self.netns.set_sysctl("net.ipv4.ip_local_port_range", TEN_PORTS)
        self._clients = [
            tcp.connect(self.netns, tcp.listen(self.peer, self.there, port).getsockname(),
                        source=(self.here, 0)) for port in self.ports()]

    @staticmethod
    def ports():
        return range(80, 90)

    def cure(self):
        for client in self._clients:
            tcp.reset(client)


class BoundSockets(World):
    """Ten sockets are bound, and neither listen nor connect: all ten ports are blocked."""

    def cause(self):
        self.netns.set_sysctl("net.ipv4.ip_local_port_range", TEN_PORTS)
        self._bound = [self.netns.socket() for _ in range(10)]
        for bound in self._bound:
            bound.bind((self.here, 0))

    def cure(self):
        for bound in self._bound:
            bound.close()


class DeadPeer(World):
    """The cable is cut; keepalive asks every 5 seconds."""
    SECONDS_TO_ALERT = 110  # two probes, and a minute

    def cause(self):
        server = tcp.listen(self.peer, self.there, 80)
        for _ in range(3):
            tcp.pair(self.netns, server, self.peer, options=keepalive(5, 5, 127))
        self.place.link.cut(self.peer)

    def cure(self):
        self.place.link.mend()


class FullAcceptQueue(World):
    """A program with a backlog of 5 does not accept."""

    def cause(self):
        self._server = tcp.listen(self.netns, self.here, 8080, backlog=5)
        self._clients = [tcp.start_connect(self.peer, (self.here, 8080)) for _ in range(9)]

    def cure(self):
        for end in (*self._clients, self._server):
            end.close()


class SteadyRate(World):
    """Connections that the client closes first, for ever."""
    SHARE = 0.75  # of the rate that fills all ports

    def cause(self):
        self.churn = Churn(self.netns, self.SHARE)

    def cure(self):
        self.churn.stop()
        self.netns.set_sysctl("net.ipv4.tcp_tw_reuse", 1)


class TooHighRate(SteadyRate):
    """The same, more than the ports bear."""
    SHARE = 1.2
    SECONDS_TO_ALERT = 75


# By the names of ALERTS.md.
WORLDS = {
    "F1": CurlOnce,
    "F2": SecondCurl,
    "F3": ReusedPort,
    "F4": ReuseWithoutTimestamps,
    "F5": Recycling,
    "F6": RedisApplication,
    "F6 with a pool": PooledRedisApplication,
    "F7": Proxy,
    "F7 with keepalive": KeepaliveProxy,
    "F8": ClosingServer,
    "F8 at its limit": ClosingServerAtItsLimit,
    "F8 with keepalive": KeepaliveServer,
    "F9": RedisKeepalive,
    "F10": NoKeepalive,
    "F11": FullSnatPool,
    "F12": ChangedSettings,
    "K3": Binders,
    "K4": BoundSockets,
    "K11": DeadPeer,
    "K12": FullAcceptQueue,
    "K20 at 0.75": SteadyRate,
    "K20 at 1.2": TooHighRate,
}
