"""Shows ports running out, one way after the other: the exporter, Prometheus and Alertmanager in
network namespaces, to be looked at from here. deploy/demo.sh installs, builds and calls it.

    demo.py [--seconds SECONDS] [SCENARIO...]

SECONDS: how long each scenario is left as it is once its alerts are there. SCENARIO: a name of
ALERTS.md. Ends by itself, or with Ctrl-C, and leaves nothing behind.
"""

import argparse
import contextlib
import pathlib
import signal
import socket
import sys
import tempfile
import textwrap
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from field.alerts import expected, rows  # noqa: E402
from field.world import Place  # noqa: E402
from field.worlds import WORLDS  # noqa: E402
from harness.forward import forward  # noqa: E402
from harness.monitoring import Monitoring  # noqa: E402
from harness.netns import Namespace, why_impossible  # noqa: E402
from harness.waiting import wait_until  # noqa: E402

STEPS = {
    "F2": "The only port is in TIME_WAIT: the second curl cannot connect. The page names the "
          "destination and says when the port comes free. It ends by tcp_tw_reuse=1.",
    "F6": "Thousands of TIME_WAIT sockets towards :6379, until no port is left to Redis. A "
          "connection pool would need a handful. It ends by tcp_tw_reuse=1.",
    "F8 at its limit": "TIME_WAIT at a server that closes first costs no port, but its table has a "
                       "limit: what comes above it is dropped.",
    "K3": "Each destination has one connection, and yet there is no port left: bind() without "
          "IP_BIND_ADDRESS_NO_PORT takes a port from everybody.",
}
PAGE, PROMETHEUS, ALERTMANAGER = 19460, 19090, 19093
SECONDS_TO_SILENCE = 200


def say(text, indent=""):
    print(textwrap.fill(text, 100, initial_indent=indent, subsequent_indent=indent), flush=True)


def publish(here, port, connect):
    """Makes what `connect` reaches available on a port of this machine's loopback."""
    try:
        listener = socket.create_server(("127.0.0.1", port))
    except OSError as error:
        sys.exit(f"demo.py: cannot listen on 127.0.0.1:{port}: {error.strerror}")
    here.callback(forward(listener, connect))


def start_monitoring(here, exporter, directory):
    namespace = here.enter_context(contextlib.closing(Namespace()))
    monitoring = Monitoring(namespace, exporter, directory)
    publish(here, PAGE, lambda: monitoring.exporter.open_socket())
    publish(here, PROMETHEUS, monitoring.prometheus.open_socket)
    publish(here, ALERTMANAGER, monitoring.alertmanager.open_socket)
    say(f"the exporter's page  http://localhost:{PAGE}/")
    say(f"Prometheus           http://localhost:{PROMETHEUS}/alerts")
    say(f"Alertmanager         http://localhost:{ALERTMANAGER}/")
    return monitoring


def show(name, world, monitoring, seconds):
    print()
    say(f"{name}: {dict((row[0], row[1]) for row in rows())[name]}.")
    if name in STEPS:
        say(STEPS[name], "  ")
    world.cause()
    wanted = expected()[name]
    wait_until(f"{name} leaves {wanted}", lambda: monitoring.alerts() == wanted,
               world.SECONDS_TO_ALERT, 0.5)
    say("alerts: " + (", ".join(" ".join(alert) for alert in wanted) or "none, rightly"), "  ")
    time.sleep(seconds)
    world.cure()
    say("The cause is gone; its alerts end.", "  ")
    wait_until("it is silent", lambda: not monitoring.alerts(), SECONDS_TO_SILENCE, 0.5)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("scenarios", nargs="*", default=list(STEPS), metavar="SCENARIO")
    options = parser.parse_args()
    unknown = [name for name in options.scenarios if name not in WORLDS]
    if unknown:
        parser.error(f"no scenario {unknown[0]!r}; there are: {', '.join(WORLDS)}")
    if reason := why_impossible():
        sys.exit(f"demo.py: {reason}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))

    with contextlib.ExitStack() as here:
        directory = pathlib.Path(here.enter_context(tempfile.TemporaryDirectory()))
        monitoring = None
        for i, name in enumerate(options.scenarios):
            with contextlib.closing(Place(directory / str(i))) as place:
                world = WORLDS[name](place)
                if monitoring:
                    monitoring.exporter = world.exporter
                else:
                    monitoring = start_monitoring(here, world.exporter, directory)
                show(name, world, monitoring, options.seconds)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
