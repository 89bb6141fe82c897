"""Sockets in a namespace: half ESTABLISHED, half TIME_WAIT, which last only a minute."""

import pathlib
import re

from namespace import answer_of, ask

SOCKETS_PER_DESTINATION = 20_000
FEWEST_DESTINATIONS = 5
MOST_MISSING = 0.02  # of the TIME_WAIT sockets, before those that have expired are made again


class Population:
    """So many sockets, kept up by `settle`."""

    def __init__(self, namespace, tools, sockets):
        self.time_wait = sockets // 2
        self.most_missing = MOST_MISSING * self.time_wait
        destinations = max(FEWEST_DESTINATIONS, sockets // SOCKETS_PER_DESTINATION)
        self.maker = namespace.start(
            tools / "make_sockets", sockets - self.time_wait, self.time_wait, destinations)
        answer_of(self.maker)
        self.least = self.most = self.count()

    def settle(self):
        """To be called before each sample: replaces what has expired and what expires meanwhile."""
        while (missing := self.time_wait - self.sockstat("TCP", "tw")) > self.most_missing:
            ask(self.maker, missing)

    def note(self):
        """To be called after each sample: how far the number of sockets went."""
        count = self.count()
        self.least, self.most = min(self.least, count), max(self.most, count)

    def count(self):
        ipv4, ipv6 = self.sockstat("TCP", "inuse"), self.sockstat("TCP6", "inuse")
        return ipv4 + ipv6 + self.sockstat("TCP", "tw")

    def sockstat(self, protocol, field):
        net = pathlib.Path(f"/proc/{self.maker.pid}/net")
        text = (net / ("sockstat6" if protocol.endswith("6") else "sockstat")).read_text()
        return int(re.search(rf"^{protocol}:.* {field} (\d+)", text, re.MULTILINE)[1])
