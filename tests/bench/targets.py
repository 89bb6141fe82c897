"""What a scrape may cost, and whether it does."""

from typing import NamedTuple

from readers import BARE_DUMP, NODE_EXPORTER
from results import ALL_NAMESPACES, ONE_NAMESPACE

MIB_KB = 1024


class Verdict(NamedTuple):
    at: str
    target: str
    measured: str
    met: bool | None  # None: not measured
    margin: str = ""


def part(ratio):
    """1/5 reads better than 0.2, 1.3 better than 1/0.77."""
    return f"1/{1 / ratio:.3g}" if ratio < 0.8 else f"{ratio:.2f}"


def limit(at, target, value, most, shown, stretch=None):
    """A figure that may be at most so much, and that were better at most `stretch`."""
    if value is None:
        return Verdict(at, target, "not measured", None)
    if stretch is not None:
        target += f" (stretch {shown(stretch)})"
    off = abs(1 - value / most)
    margin = f"{off:.0%} below" if value <= most else f"{off:.0%} above"
    if stretch is not None and value <= stretch:
        margin += ", stretch met"
    return Verdict(at, target, shown(value), value <= most, margin)


def cpu(results, size, reader, other, most, stretch=None):
    ratio = None
    if size in results.sizes:
        ratio = results.sizes[size].cpu_ratio(reader, other)
    return limit(
        f"{size:,} sockets, {reader}", f"CPU at most {part(most)} of {other}",
        ratio and ratio.median, most, part, stretch)


def mib(kb):
    return f"{kb / MIB_KB:.1f} MiB"


def peak(results, size, reader, most_mib):
    kb = results.sizes[size].peak_kb[reader] if size in results.sizes else None
    target = f"peak memory at most {most_mib} MiB"
    return limit(f"{size:,} sockets, {reader}", target, kb, most_mib * MIB_KB, mib)


def flat(results, reader, least, most, growth_mib):
    growth = None
    if least in results.sizes and most in results.sizes:
        peaks = [results.sizes[size].peak_kb[reader] for size in (least, most)]
        growth = max(peaks[1] - peaks[0], 0)
    target = f"peak memory at most {growth_mib} MiB above that at {least:,}"
    return limit(f"{most:,} sockets, {reader}", target, growth, growth_mib * MIB_KB, mib)


def page(results, source, most_ms):
    """Of a small host: at the smallest size."""
    found = results.warm.get(source)
    value = found.median if found and results.smallest <= 1000 else None
    return limit(
        f"1,000 sockets, {source}", f"CPU of a page over HTTP, warm, at most {most_ms} ms",
        value, most_ms, lambda ms: f"{ms:.1f} ms")


def namespaces(results, most):
    found, ratio = results.namespaces, None
    if found and found.supported:
        ratio = found.result.cpu_ratio(ALL_NAMESPACES, ONE_NAMESPACE).median
    return limit(
        f"50 namespaces beside {results.largest:,} sockets, bpf",
        f"CPU at most {most} of one namespace", ratio, most, lambda ratio: f"{ratio:.2f}")


def crowd(results, source):
    found = results.crowd.get(source)
    return Verdict(
        f"100 scrapes at once, {results.largest:,} sockets, {source}", "1 pass",
        str(found.passes) if found else "not measured", found and found.passes == 1)


def neighbour(results, source):
    at, target = f"neighbour on the same CPU, {source}", "connects as late as beside a spin"
    found = results.neighbour.get(source)
    if found is None:
        return Verdict(at, target, "not measured", None)
    intervals = (found.mean_ratio, found.worst_ratio)
    text = "; ".join(
        f"{name} {spread.median:.2f} ({spread.low:.2f} to {spread.high:.2f})"
        for name, spread in zip(("mean", "worst"), intervals))
    return Verdict(at, target, text, all(spread.low <= 1 for spread in intervals))


def verdicts(results):
    million, sources = 1_000_000, ("bpf", "sock_diag")
    return [
        cpu(results, million, "bpf", NODE_EXPORTER, 1 / 16, stretch=1 / 25),
        cpu(results, million, "bpf", BARE_DUMP, 1 / 5, stretch=1 / 7),
        peak(results, million, "bpf", 24),
        cpu(results, million, "bpf_probe", BARE_DUMP, 1.1),
        peak(results, million, "bpf_probe", 16),
        cpu(results, million, "sock_diag", BARE_DUMP, 1.35),
        cpu(results, million, "sock_diag", NODE_EXPORTER, 1 / 2.5),
        peak(results, million, "sock_diag", 16),
        flat(results, "sock_diag", 1000, million, 1),
        cpu(results, 100_000, "bpf", BARE_DUMP, 1 / 4),
        cpu(results, 100_000, "bpf_probe", BARE_DUMP, 1.1),
        cpu(results, 10_000, "bpf", BARE_DUMP, 1 / 2.3),
        cpu(results, 10_000, "bpf", NODE_EXPORTER, 1 / 8),
        *(page(results, source, 3) for source in sources),
        namespaces(results, 1.1),
        *(crowd(results, source) for source in sources),
        *(neighbour(results, source) for source in sources),
    ]
