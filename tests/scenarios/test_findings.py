"""Findings about the settings."""

from harness import procfs_tree
from harness.exporter import Exporter

RECYCLE = {"rule": "tw_recycle"}


def test_f5_a_kernel_without_tw_recycle_has_no_such_finding(netns, exporter):
    page = exporter.scrape()
    try:
        recycle = int(netns.sysctl("net.ipv4.tcp_tw_recycle"))
    except FileNotFoundError:  # since Linux 4.12
        recycle = 0
        assert not page.has("sysctl_tw_recycle")
    assert page.by("rule", "config_finding", **RECYCLE).get("tw_recycle", 0) == recycle


def test_f5_tw_recycle_is_found_where_it_is_on(netns, tmp_path):
    tree = procfs_tree.copy(netns, tmp_path / "proc")
    exporter = Exporter(netns, "procfs", flags=[f"--path.procfs={tree}"])
    for recycle in (1, 0):
        (tree / "sys/net/ipv4/tcp_tw_recycle").write_text(f"{recycle}\n")
        page = exporter.scrape()
        assert page.value("sysctl_tw_recycle") == recycle
        assert page.value("config_finding", **RECYCLE) == recycle
