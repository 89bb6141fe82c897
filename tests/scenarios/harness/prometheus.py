"""A real Prometheus server in a namespace, scraping an exporter once a second."""

import http.client
import json
import socket
import subprocess
import urllib.parse

from harness.waiting import wait_until

_PORT = 9090
_CONFIG = """
global: {{scrape_interval: 1s, scrape_timeout: 1s}}
scrape_configs:
  - job_name: tcp_lifecycle
    static_configs: [targets: ["[{address}]:{port}"]]
"""


class Prometheus:
    def __init__(self, exporter, directory):
        config = directory / "prometheus.yml"
        config.write_text(_CONFIG.format(address=exporter.address, port=exporter.port))
        self._namespace = exporter.namespace
        self._log = open(directory / "prometheus.log", "w+", encoding="utf-8")
        self._namespace.on_close(self._log.close)
        self._process = self._namespace.start(
            ["prometheus", f"--config.file={config}", f"--storage.tsdb.path={directory / 'data'}",
             f"--web.listen-address=127.0.0.1:{_PORT}"],
            stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log, cwd=directory)
        self._connection = http.client.HTTPConnection("127.0.0.1", _PORT)
        self._connection.sock = wait_until("Prometheus listens", self._connect, 30)
        wait_until("Prometheus is ready", lambda: self._get("/-/ready")[0] == 200, 30)

    def query(self, expression, at=None):
        """[(labels, value)] of an instant query."""
        asked = {"query": expression} | ({"time": at} if at else {})
        status, body = self._get("/api/v1/query?" + urllib.parse.urlencode(asked))
        assert status == 200, body
        return [(sample["metric"], float(sample["value"][1]))
                for sample in json.loads(body)["data"]["result"]]

    def one(self, expression, at=None):
        """The value of the only series."""
        found = self.query(expression, at)
        assert len(found) == 1, f"{expression}: {found}"
        return found[0][1]

    def wait_for_scrapes(self, count):
        """Until `count` more scrapes have been stored."""
        def scrapes():
            return self.one(
                "sum(count_over_time(up[1h])) or vector(0)")
        before = scrapes()
        wait_until(f"Prometheus has scraped {count} times more",
                   lambda: scrapes() >= before + count, count + 15, 0.2)

    def _connect(self):
        assert self._process.poll() is None, f"Prometheus ended; see {self._log.name}"
        made = self._namespace.socket()
        try:
            made.connect(("127.0.0.1", _PORT))
        except ConnectionRefusedError:
            made.close()
            return None
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made

    def _get(self, path):
        self._connection.request("GET", path)
        response = self._connection.getresponse()
        return response.status, response.read().decode()
