"""Reads the exporter while nothing moves."""

import dataclasses

from harness import ss
from harness.waiting import wait_until


def still(namespace, read):
    """(what `read` returned, the rows of ss) where ss said the same before and after."""
    def attempt():
        before = _timeless(namespace)
        result = read()
        return before == _timeless(namespace) and (result, ss.rows(namespace))
    return wait_until("nothing moves while the exporter is read", attempt, timeout_seconds=15)


def _timeless(namespace):
    # Some unanswered packet is always about to be sent again; only probes count on the page.
    return sorted(dataclasses.astuple(
        dataclasses.replace(row, retransmits=row.retransmits * (row.timer == "keepalive")))
                  for row in ss.rows(namespace))
