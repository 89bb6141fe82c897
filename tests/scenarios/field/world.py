"""What the worlds of the scenarios have in common. Tests and the demo use them alike."""

import contextlib
import threading

from harness.exporter import Exporter
from harness.link import Link
from harness.netns import Namespace


class Place:
    """Two linked namespaces for a scenario, and room for files; `netns` is the one watched."""

    def __init__(self, directory):
        self.directory = directory
        directory.mkdir(exist_ok=True)
        self._cleanup = contextlib.ExitStack()
        self.netns, self.peer = self.another(), self.another()
        self.link = Link(self.netns, self.peer)
        self.here, self.there = self.link.address(self.netns), self.link.address(self.peer)

    def another(self):
        """One namespace more."""
        made = Namespace()
        self._cleanup.callback(made.close)
        return made

    def close(self):
        self._cleanup.close()


class World:
    """A scenario: `cause` brings it about and keeps it up, `cure` ends it.

    SECONDS_TO_ALERT: how long the alerts that it leaves may take to come.
    """
    SECONDS_TO_ALERT = 40

    def __init__(self, place):
        self.place = place
        self.netns, self.peer = place.netns, place.peer
        self.here, self.there = place.here, place.there
        self.exporter = self.start_exporter()

    def start_exporter(self):
        return Exporter(self.netns, flags=["--no-bpf"])  # what is known without counters of failures

    def cause(self):
        raise NotImplementedError

    def cure(self):
        """Nothing to do where `cause` leaves nothing that goes on."""


class Repeated:
    """Calls `action` again and again, in a thread, until it is stopped or the namespace closed."""

    def __init__(self, namespace, action, pause_seconds):
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(action, pause_seconds))
        namespace.on_close(self.stop)
        self._thread.start()

    def stop(self):
        self._stop.set()
        self._thread.join()

    def _run(self, action, pause_seconds):
        action()
        while not self._stop.wait(pause_seconds):
            action()
