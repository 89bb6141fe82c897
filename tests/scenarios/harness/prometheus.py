"""A real Prometheus server in a namespace."""

import urllib.parse

from harness.local_server import LocalServer
from harness.waiting import wait_until

PORT = 9090
_CONFIG = """
global: {{scrape_interval: 1s, scrape_timeout: 1s}}
scrape_configs:
  - job_name: tcp_lifecycle
    static_configs: [targets: ["[{address}]:{port}"]]
"""


def beside(exporter, directory):
    """One in the exporter's own namespace, which scrapes it once a second."""
    config = directory / "prometheus.yml"
    config.write_text(_CONFIG.format(address=exporter.address, port=exporter.port))
    return Prometheus(exporter.namespace, directory, config)


class Prometheus(LocalServer):
    def __init__(self, namespace, directory, config):
        super().__init__(
            namespace, "prometheus",
            ["prometheus", f"--config.file={config}", f"--storage.tsdb.path={directory / 'data'}",
             f"--web.listen-address=127.0.0.1:{PORT}",
             # Else the first notifications wait a minute for each other.
             "--rules.alert.resend-delay=2s"], PORT, directory)

    def query(self, expression, at=None):
        """[(labels, value)] of an instant query."""
        asked = {"query": expression} | ({"time": at} if at else {})
        answer = self.get_json("/api/v1/query?" + urllib.parse.urlencode(asked))
        return [(sample["metric"], float(sample["value"][1]))
                for sample in answer["data"]["result"]]

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
