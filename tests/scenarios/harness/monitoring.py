"""Prometheus and Alertmanager with the rules and the configuration that are shipped, and a receiver
of the notifications, in a namespace of their own: the watched one stays as it is."""

import dataclasses
import json
import pathlib
import shutil
import time

from harness import tcp
from harness.forward import forward
from harness.http_server import Handler, serve_http
from harness.local_server import LocalServer
from harness.prometheus import Prometheus

SHIPPED = pathlib.Path(__file__).parents[3] / "deploy/prometheus"
ALERTMANAGER_PORT, WEBHOOK_PORT = 9093, 5001  # as the shipped configuration has them


@dataclasses.dataclass(frozen=True)
class Notification:
    at: float  # time.monotonic()
    receiver: str
    status: str  # firing, resolved
    alert: tuple  # name, severity


class Monitoring:
    """Watches one exporter at a time, as the target of the shipped prometheus.yml."""

    def __init__(self, namespace, exporter, directory):
        self.exporter = exporter  # another may take its place
        configuration = directory / "configuration"
        shutil.copytree(SHIPPED, configuration)
        target = tcp.listen(namespace, "127.0.0.1", exporter.port)
        namespace.on_close(forward(target, lambda: self.exporter.open_socket()))
        self.notifications = []
        _receive(namespace, self.notifications)
        self.alertmanager = LocalServer(
            namespace, "alertmanager",
            ["prometheus-alertmanager", f"--config.file={configuration / 'alertmanager.yml'}",
             f"--storage.path={directory / 'alertmanager'}", "--cluster.listen-address=",
             f"--web.listen-address=127.0.0.1:{ALERTMANAGER_PORT}"], ALERTMANAGER_PORT, directory)
        self.prometheus = Prometheus(namespace, directory, configuration / "prometheus.yml")

    def alerts(self):
        """{(name, severity)} of what Alertmanager would tell: active, and not inhibited."""
        found = self.alertmanager.get_json(
            "/api/v2/alerts?active=true&inhibited=false&silenced=false")
        return {_name(alert["labels"]) for alert in found}

    def states(self, name):
        """{(severity, pending or firing)} of an alert, in Prometheus."""
        found = self.prometheus.get_json("/api/v1/alerts")["data"]["alerts"]
        return {(alert["labels"]["severity"], alert["state"]) for alert in found
                if alert["labels"]["alertname"] == name}

    def notified(self, status, *severities):
        """When a receiver was first told that of an alert of one of the severities, or None."""
        return next((notification.at for notification in self.notifications
                     if notification.status == status and notification.alert[1] in severities), None)


def _receive(namespace, notifications):
    class Receiver(Handler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            for alert in body["alerts"]:
                notifications.append(Notification(time.monotonic(), body["receiver"], alert["status"],
                                                  _name(alert["labels"])))
            self.answer(b"")
    serve_http(namespace, "127.0.0.1", WEBHOOK_PORT, Receiver)


def _name(labels):
    return labels["alertname"], labels["severity"]
