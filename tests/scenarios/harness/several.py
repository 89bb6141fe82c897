"""One Prometheus, with the rules that are shipped, that scrapes several exporters."""

import shutil

import yaml

from harness import tcp
from harness.forward import forward
from harness.monitoring import SHIPPED
from harness.prometheus import Prometheus

_FIRST_PORT = 20000
_NOBODY_LISTENS = "127.0.0.1:1"


class SeveralTargets:
    """In `namespace`, apart from the exporters; each is an instance of the name that is given."""

    def __init__(self, namespace, directory, exporters, gone=()):
        """`exporters` by name; `gone` are names of targets at which nobody listens."""
        configuration = directory / "configuration"
        shutil.copytree(SHIPPED, configuration)
        targets = [_target(_NOBODY_LISTENS, name) for name in gone]
        for port, (name, exporter) in enumerate(exporters.items(), _FIRST_PORT):
            listener = tcp.listen(namespace, "127.0.0.1", port)
            namespace.on_close(forward(listener, exporter.open_socket))
            targets.append(_target(f"127.0.0.1:{port}", name))
        file = configuration / "prometheus.yml"
        shipped = yaml.safe_load(file.read_text())
        [job] = shipped["scrape_configs"]
        job["static_configs"] = targets
        self.scrape_seconds = int(job["scrape_interval"].removesuffix("s"))
        file.write_text(yaml.safe_dump(shipped))
        self.prometheus = Prometheus(namespace, directory, file)


def _target(address, name):
    return {"targets": [address], "labels": {"instance": name}}
