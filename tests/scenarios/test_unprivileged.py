"""No user is too small to read the sockets, and by BPF with two capabilities."""

import pathlib

import pytest

from harness import differences
from harness.exporter import BPF_CAPABILITIES, Exporter, nobody_with, page_once
from harness.features import BPF_READERS, running
from harness.population import populate
from harness.still import still

CAP_BPF = 39


def reader(page):
    in_use, = [name for name, value in page.by("reader", "scrape_source_info").items() if value]
    return in_use


def test_an_unprivileged_exporter_makes_the_same_page(netns, peer, link, source, reachable_binary):
    populate(netns, peer, link)
    nobody = nobody_with(*(BPF_CAPABILITIES if source in BPF_READERS else ()))
    by_root, by_nobody = still(
        lambda: differences.certain(page_once(netns, source), source),
        lambda: page_once(netns, source, binary=reachable_binary, wrapper=nobody))
    assert set(by_nobody.by("collector", "scrape_collector_success").values()) == {1}
    assert differences.disagreements(by_root, differences.certain(by_nobody, source)) == {}
    assert reader(by_nobody) == source


@pytest.mark.parametrize("capabilities, missing", [
    ((), "CAP_BPF and CAP_PERFMON"), (("bpf",), "CAP_PERFMON"), (("perfmon",), "CAP_BPF")])
def test_auto_says_why_not_bpf(netns, bpf, reachable_binary, capabilities, missing):
    exporter = Exporter(netns, "auto", binary=reachable_binary, wrapper=nobody_with(*capabilities))
    assert reader(exporter.scrape()) == "sock_diag"
    reasons = [line for line in exporter.log().splitlines() if "source=bpf" in line]
    assert all("level=info" in reason for reason in reasons)
    assert any(f'needs {missing}"' in reason for reason in reasons), reasons


def test_auto_takes_bpf_and_gives_up_its_capabilities(netns, bpf, reachable_binary):
    exporter = Exporter(netns, "auto", binary=reachable_binary,
                        wrapper=nobody_with(*BPF_CAPABILITIES))
    assert reader(exporter.scrape()) == bpf
    status = pathlib.Path(f"/proc/{exporter.process.pid}/status").read_text(encoding="ascii")
    sets = dict(line.split(":\t") for line in status.splitlines() if line.startswith("Cap"))
    held = {name: int(sets[name], 16) for name in ("CapEff", "CapPrm", "CapInh", "CapAmb")}
    # Before Linux 5.19 reading a map needs CAP_BPF as well.
    may_keep = 0 if running() >= (5, 19) else 1 << CAP_BPF
    assert {name: held[name] & ~may_keep for name in held} == dict.fromkeys(held, 0)
    assert exporter.scrape().value("scrape_pass_pieces") > 0


def test_root_reads_by_bpf(netns, bpf):
    assert reader(Exporter(netns, "auto").scrape()) == bpf
