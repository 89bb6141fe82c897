"""No user is too small to read the sockets, and by BPF with two capabilities."""

import pathlib

import pytest

from harness import differences
from harness.exporter import BPF_CAPABILITIES, Exporter, nobody_with, page_once
from harness.population import populate
from harness.still import still


def reader(page):
    in_use, = [name for name, value in page.by("reader", "scrape_source_info").items() if value]
    return in_use


def test_an_unprivileged_exporter_makes_the_same_page(netns, peer, link, source, reachable_binary):
    populate(netns, peer, link)
    nobody = nobody_with(*(BPF_CAPABILITIES if source == "bpf" else ()))
    by_root, by_nobody = still(
        lambda: differences.comparable(page_once(netns, source)),
        lambda: page_once(netns, source, binary=reachable_binary, wrapper=nobody))
    assert set(by_nobody.by("collector", "scrape_collector_success").values()) == {1}
    assert differences.disagreements(by_root, differences.comparable(by_nobody)) == {}
    assert reader(by_nobody) == source


@pytest.mark.parametrize("capabilities", [(), ("bpf",), ("perfmon",)])
def test_auto_says_why_not_bpf(netns, bpf, reachable_binary, capabilities):
    exporter = Exporter(netns, "auto", binary=reachable_binary, wrapper=nobody_with(*capabilities))
    assert reader(exporter.scrape()) == "sock_diag"
    reason, = [line for line in exporter.log().splitlines() if "source=bpf" in line]
    assert "level=info" in reason
    assert "it needs CAP_BPF and CAP_PERFMON" in reason


def test_auto_takes_bpf_and_gives_up_its_capabilities(netns, bpf, reachable_binary):
    exporter = Exporter(netns, "auto", binary=reachable_binary,
                        wrapper=nobody_with(*BPF_CAPABILITIES))
    assert reader(exporter.scrape()) == "bpf"
    status = pathlib.Path(f"/proc/{exporter.process.pid}/status").read_text(encoding="ascii")
    sets = dict(line.split(":\t") for line in status.splitlines() if line.startswith("Cap"))
    assert {sets[name] for name in ("CapEff", "CapPrm", "CapInh", "CapAmb")} == {"0" * 16}
    assert exporter.scrape().value("scrape_pass_pieces") > 0


def test_root_reads_by_bpf(netns, bpf):
    assert reader(Exporter(netns, "auto").scrape()) == "bpf"
