"""More than can be read in time: the page ends in time, says so, and has the exporter's own part."""

import pytest

from harness import named, tcp
from harness.exporter import Exporter

PROCESSES = 50_000
TIMEOUT = {"X-Prometheus-Scrape-Timeout-Seconds": "0.4"}


@pytest.fixture
def crowded(netns, new_netns, names):
    """Flags for a host on which very many processes are in a few namespaces."""
    for number in range(8):
        template = names.proc.parent / f"process{number}"
        (template / "ns").mkdir(parents=True)
        (template / "ns/net").symlink_to(new_netns().path)
        (template / "cgroup").write_text(f"0::/docker-{number:064x}.scope\n" * 8, encoding="ascii")
    # All but one of the namespaces have one process each among very many of the first.
    apart = PROCESSES // 8
    for pid in range(PROCESSES):
        number = 0 if pid % apart else pid // apart
        (names.proc / str(10_000_000 + pid)).symlink_to(f"{names.proc.parent}/process{number}")
    tcp.pair(netns, tcp.listen(netns))
    return names.flags()


def test_a_page_of_a_crowded_host_is_partial_and_says_so(netns, crowded):
    exporter = Exporter(netns, flags=crowded)
    cut = exporter.scrape(headers=TIMEOUT)
    assert cut.value("scrape_pass_truncated") == 1
    assert named.success(cut)["self"] == 1
    assert len(named.success(cut)) < 9 or 0 in named.success(cut).values()
    assert set(cut.by("collector", "scrape_collector_success").values()) == {1}
    assert cut.value("sockets", family="ipv4", state="established") >= 2
    assert "network namespaces" in exporter.log()
    whole = exporter.scrape()
    assert whole.value("scrape_pass_truncated") == 0
    assert set(named.success(whole).values()) == {1} and len(named.success(whole)) == 9
