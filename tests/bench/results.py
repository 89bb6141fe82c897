"""What one run of the benchmark has found: the targets and the report are made of it."""

import dataclasses
from typing import NamedTuple

from crowd import CrowdResult
from events import EventsResult
from many_peers import PeersResult
from measuring import Spread, quartiles, ratios
from micro import MicroResult
from neighbour import NeighbourResult
from readers import Sample


class SizeResult(NamedTuple):
    least: int  # sockets there were while it was measured
    most: int
    samples: dict[str, list[Sample]]  # by reader
    peak_kb: dict[str, int]

    def cpu_ms(self, reader):
        return [sample.cpu_ms for sample in self.samples[reader]]

    def cpu(self, reader):
        return quartiles(self.cpu_ms(reader))

    def cpu_ratio(self, reader, other):
        """None where one of them was not measured."""
        if reader not in self.samples or other not in self.samples:
            return None
        return ratios(self.cpu_ms(reader), self.cpu_ms(other))


class NamespacesResult(NamedTuple):
    namespaces: int  # beside the full one
    sockets_each: int
    result: SizeResult  # of the readers named below
    supported: bool  # whether the exporter can read others than its own


ONE_NAMESPACE = "bpf, its own namespace"
ALL_NAMESPACES = "bpf, all of them"
ALL_NAMESPACES_BY_PROBE = "bpf_probe, all of them"
DUMP_OF_ONE_MORE = "bare dump in one of them"


@dataclasses.dataclass
class Results:
    command: str
    machine: dict[str, str]
    load: tuple[float, float] = (0, 0)  # before and after
    sizes: dict[int, SizeResult] = dataclasses.field(default_factory=dict)
    # CPU ms by source, of scrapes one after another over the fewest sockets.
    warm: dict[str, Spread] = dataclasses.field(default_factory=dict)
    namespaces: NamespacesResult | None = None
    neighbour: dict[str, NeighbourResult] = dataclasses.field(default_factory=dict)
    events: EventsResult | None = None
    crowd: dict[str, CrowdResult] = dataclasses.field(default_factory=dict)
    many_peers: list[PeersResult] = dataclasses.field(default_factory=list)
    micro: list[MicroResult] = dataclasses.field(default_factory=list)

    @property
    def smallest(self):
        return min(filter(None, self.sizes))

    @property
    def largest(self):
        return max(self.sizes)
