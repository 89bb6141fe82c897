"""The results as a page of Markdown."""

import statistics

from measuring import fitted_exponent, fitted_line
from readers import BARE_DUMP, NODE_EXPORTER
from results import ONE_NAMESPACE
from targets import mib, verdicts

INTRODUCTION = """\
# What a scrape costs

Written by `{command}`.

CPU is user and system time of all threads of the reader; of our sources and of node_exporter it is
that of a whole scrape over HTTP, of a command that of all of it, its output to /dev/null.
Half of the sockets are in TIME_WAIT, half ESTABLISHED, a tenth of these IPv4-mapped; towards one
destination for 20,000 sockets and state, five at least. All readers of a table took turns, round by
round, over the same sockets. Figures are medians; in parentheses are quartiles, unless said
otherwise. Ratios are those within a round: on a shared machine absolute figures move by 20 to 40 %
between minutes, ratios do not.
"""


def table(head, rows):
    """The first column is text, the others are numbers."""
    yield "| " + " | ".join(head) + " |"
    yield "|---" + "|---:" * (len(head) - 1) + "|"
    for row in rows:
        yield "| " + " | ".join(map(str, row)) + " |"
    yield ""


def text_table(head, rows):
    yield from (line.replace("---:", "---") for line in table(head, rows))


def number(value):
    """Three digits that count."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def spread(values):
    return f"{number(values.median)} ({number(values.low)} to {number(values.high)})"


def ratio(values):
    return f"{values.median:.2f} ({values.low:.2f} to {values.high:.2f})"


def ratio_to(found, reader, other):
    """Empty where the other was not measured."""
    if reader == other:
        return "1"
    values = found.cpu_ratio(reader, other)
    return ratio(values) if values else ""


def wall(samples):
    return number(statistics.median(sample.wall_ms for sample in samples))


def targets_section(results):
    yield "## Targets\n"
    words = {True: "met", False: "**not met**", None: ""}
    yield from text_table(
        ["at", "target", "measured", "", "against the target"],
        [[v.at, v.target, v.measured, words[v.met], v.margin] for v in verdicts(results)])


def machine_section(results):
    yield "## Machine\n"
    rows = [[name, value] for name, value in results.machine.items()]
    before, after = results.load
    rows.append(["load", f"{before:.1f} before, {after:.1f} after; the run itself makes 1 to 2"])
    yield from text_table(["", ""], rows)


def readers_table(found):
    rows = []
    for name, samples in found.samples.items():
        rows.append([
            name,
            spread(found.cpu(name)),
            wall(samples),
            mib(found.peak_kb[name]),
            ratio_to(found, name, BARE_DUMP),
            ratio_to(found, name, NODE_EXPORTER),
            len(samples),
        ])
    return table(
        ["reader", "CPU ms", "wall ms", "peak memory", "CPU by bare dump", "CPU by node_exporter",
         "rounds"], rows)


def sizes_section(results):
    yield "## One scrape\n"
    for size, found in results.sizes.items():
        yield f"### {size:,} sockets\n" if size else "### No sockets\n"
        if size:
            yield (
                f"There were {found.least:,} to {found.most:,}: at least 99 % when a reader\n"
                "began; then TIME_WAIT sockets expire, the more the longer it takes.\n")
        yield from readers_table(found)
        if size == results.smallest:
            warm = ", ".join(f"{source} {spread(cpu)}" for source, cpu in results.warm.items())
            yield f"One after another, without others between them, CPU ms: {warm}.\n"


def growth_section(results):
    if len(results.sizes) < 2:
        return
    yield "## Growth\n"
    yield (
        "A line through the medians of all sizes, by least squares of the relative error, and the\n"
        "exponent k of cost ~ sockets^k from 10,000 on, by least squares of the logarithms.\n")
    rows = []
    for name in results.sizes[results.largest].samples:
        points = [
            ((found.least + found.most) / 2, found.cpu(name).median)
            for found in results.sizes.values()
        ]
        line = fitted_line(points)
        off = max(abs(line.fixed + line.slope * x - y) / y for x, y in points)
        large = [point for point in points if point[0] > 9000]
        exponent = f"{fitted_exponent(large):.2f}" if len(large) > 1 else ""
        rows.append([name, number(line.fixed), number(line.slope * 1e6), f"{off:.0%}", exponent])
    yield from table(
        ["reader", "fixed, ms", "ns for a socket", "farthest from the line", "exponent"], rows)


def namespaces_section(results):
    found = results.namespaces
    if found is None:
        return
    yield "## Namespaces\n"
    yield (
        f"{found.namespaces} namespaces of {found.sockets_each} sockets beside the one of "
        f"{results.largest:,}.\nA dump of one walks the sockets of all.\n")
    if not found.supported:
        yield "This exporter reads its own namespace only.\n"
    result = found.result
    yield from table(
        ["reader", "CPU ms", "wall ms", "peak memory", "CPU by one namespace", "rounds"],
        [
            [name, spread(result.cpu(name)), wall(samples), mib(result.peak_kb[name]),
             ratio_to(result, name, ONE_NAMESPACE), len(samples)]
            for name, samples in result.samples.items()
        ])


def neighbour_section(results):
    if not results.neighbour:
        return
    yield "## A neighbour's connections\n"
    yield (
        "One connection a millisecond over the loopback, in another namespace on the same CPU\n"
        f"as the exporter, which reads {results.largest:,} sockets: microseconds from when it was\n"
        "due until it was there. The control burns in user space the CPU time that the scrape\n"
        "before it took. In parentheses is the 95 % sign interval of the median of their ratios.\n")
    rows = []
    for source, found in results.neighbour.items():
        for index, what in enumerate(("mean", "worst")):
            interval = found.mean_ratio if what == "mean" else found.worst_ratio
            windows = (found.alone, found.scrape, found.spin)
            rows.append([
                f"{source}, {what} of a window", *(number(window[index]) for window in windows),
                ratio(interval), found.pairs])
    yield from table(
        ["", "alone", "beside a scrape", "beside the control", "scrape by control", "pairs"], rows)


def events_section(results):
    found = results.events
    if found is None:
        return
    yield "## Counting failed connections\n"
    yield (
        "The CPU of a connection over the loopback, both ends, in microseconds, while the collector\n"
        "events is on and while it is off. In parentheses are quartiles, of the ratio the 95 %\n"
        "sign interval of its median.\n")
    yield from table(
        ["counted", "not counted", "ratio", "pairs"],
        [[spread(found.with_us), spread(found.without_us), ratio(found.ratio), found.pairs]])


def crowd_section(results):
    yield f"## Many scrapes at once, at {results.largest:,} sockets\n"
    yield from table(
        ["source", "scrapes", "passes", "CPU ms, all", "CPU ms of one", "wall ms"],
        [
            [source, found.scrapes, found.passes, number(found.cpu_ms), number(found.one_cpu_ms),
             number(found.wall_ms)]
            for source, found in results.crowd.items()
        ])


def many_peers_section(results):
    yield "## Very many peers, sock_diag\n"
    yield from table(
        ["connections", "sockets", "destinations", "dropped", "largest error, ports",
         "busy ones found", "peak memory", "above that without sockets", "as it should"],
        [
            [found.kind, f"{found.sockets:,}", f"{found.destinations:,}",
             f"{found.evictions:,}", found.error_ports, "yes" if found.found else "**no**",
             mib(found.peak_kb), mib(found.growth_kb), "yes" if found.good else "**no**"]
            for found in results.many_peers
        ])


def micro_section(results):
    if not results.micro:
        return
    yield "## Micro-benchmarks\n"
    yield from table(
        ["", "ns", "of", "variation"],
        [
            [found.name, number(found.ns_per_item), found.item, f"{found.variation:.0%}"]
            for found in results.micro
        ])


def markdown(results):
    lines = [INTRODUCTION.format(command=results.command)]
    for section in (
        targets_section, machine_section, sizes_section, growth_section, namespaces_section,
        neighbour_section, events_section, crowd_section, many_peers_section, micro_section,
    ):
        lines.extend(section(results))
    return "\n".join(lines).rstrip() + "\n"
