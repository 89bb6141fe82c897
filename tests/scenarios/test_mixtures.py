"""K15: the bounds of the headroom hold whatever holds the ports. Repeat a run with TLE_SEED."""

import collections
import os
import random

from harness import ss
from harness.destinations import on_page
from harness.exporter import page_once, why_not
from harness.features import BPF_READERS, READERS, running, sees_bound
from harness.mixture import FIRST_PORT, MOST_PORTS, Mixture, draw
from harness.stage import Stage
from harness.still import still
from harness.waiting import SLOW

SOURCES = [reader for reader in READERS if reader not in BPF_READERS or not why_not(reader)]
MIXTURES = 60 if SLOW == 1 else 8
ALL_DESTINATIONS = ("--collector.ports.min-utilization=0", "--collector.ports.top=100")


def test_k15_what_connect_still_can_do_is_within_the_bounds(netns, peer, link):
    seed = os.environ.get("TLE_SEED") or random.randrange(10**6)
    print(f"TLE_SEED={seed}")
    stage = Stage(netns, peer, link)
    for i in range(MIXTURES):
        plan = draw(random.Random(f"{seed}/{i}"), FIRST_PORT + i * MOST_PORTS)
        check(stage, plan, f"mixture {i} of TLE_SEED={seed}: {plan}")


def check(stage, plan, description):
    mixture = Mixture(stage, plan)
    try:
        # Only a destination that has a socket is on a page.
        for destination in plan.destinations:
            mixture.connect_once(destination)
        mixture.wait_for_reuse()
        rows, pages = still(lambda: ss.standing_rows(stage.netns), lambda: {
            source: on_page(page_once(stage.netns, source, *ALL_DESTINATIONS))
            for source in SOURCES})
        # Which older kernels may take over, and do not show whether they do.
        orphans = collections.Counter(
            (row.local_address, row.peer_address, row.peer_port) for row in rows
            if row.state == "fin_wait2" and row.inode == 0 and running() < (6, 12))
        connections = collections.Counter()
        for destination in plan.destinations:
            connections[destination.key()] += mixture.connect_until_it_fails(destination)
        for key, truth in connections.items():
            check_bounds(pages, key, truth, plan, orphans[key], description)
    finally:
        mixture.close()


def check_bounds(pages, key, truth, plan, orphans, description):
    may_be_missed = 0 if plan.is_even else 1  # by the first connect() and not by a later one
    for source, page in pages.items():
        if key not in page:  # it has no socket: no port was found for one
            assert truth <= may_be_missed, f"{key} by {source}: {truth}\n{description}"
            continue
        low, high = page[key].headroom
        assert low <= truth <= high, f"{key} by {source}: {low} <= {truth} <= {high}\n{description}"
        least, most = page[key].utilization
        assert least < 1 if truth else most == 1, f"{key}: {least}..{most}, {truth}\n{description}"
        if source in BPF_READERS:
            missed = min(high, may_be_missed)
            assert missed <= high - low <= missed + orphans, f"{key}: {low}..{high}\n{description}"
        elif plan.upper_bound_is_exact and sees_bound(source) and not orphans:
            assert truth == high, f"{key}: {truth} == {high}\n{description}"
            assert truth or least == 1, f"{key}: {least} == 1\n{description}"
