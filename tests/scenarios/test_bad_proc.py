"""A kernel that says nothing, or says nonsense: what depends on it is absent with success 0, the
rest of the page is whole, and the log names what, where and the text."""

import dataclasses
import re
import shutil

import pytest

from harness import procfs_tree, tcp
from harness.exporter import Exporter, run_binary
from harness.seccomp import deny_netlink

@pytest.fixture
def tree(netns, tmp_path):
    tcp.pair(netns, tcp.listen(netns))
    return procfs_tree.copy(netns, tmp_path / "proc")


def collectors(page):
    return set(page.by("collector", "scrape_collector_success"))


def failed(page):
    """The collectors whose success is 0."""
    success = page.by("collector", "scrape_collector_success")
    return {name for name, value in success.items() if value == 0}


def names_of(page):
    return {name for name, _ in page.series}


def test_a_true_tree_is_read_whole(netns, tree):
    page = Exporter(netns, "procfs", flags=[f"--path.procfs={tree}"]).scrape()
    assert failed(page) == set()
    assert page.value("sockets", family="ipv4", state="established") == 2


@dataclasses.dataclass(frozen=True)
class Lie:
    file: str
    pattern: str  # what is replaced, and by what
    replacement: str
    absent: str  # a family that cannot be known any more
    logged: str  # what the log must name beside the file


LIES = [
    Lie("net/netstat", r"\nTcpExt: \d+ ", "\nTcpExt: ", "listen_overflows_total", "TcpExt"),
    Lie("net/snmp", r"\nTcp: (\d+ \d+ \d+ -?\d+) \d+", r"\nTcp: \1 many", "active_opens_total",
        "many"),
    Lie("net/sockstat", "TCP:", "XYZ:", "time_wait_buckets", "TCP"),
    Lie("net/sockstat", r" tw \d+", " tw x7", "time_wait_buckets", "x7"),
    Lie("sys/net/ipv4/ip_local_port_range", ".*", "40009 40000", "ephemeral_ports", "40009"),
    Lie("sys/net/ipv4/ip_local_reserved_ports", "^", "80,eighty", "ephemeral_ports", "eighty"),
    Lie("sys/net/ipv4/tcp_fin_timeout", ".*", "soon", "sysctl_fin_timeout_seconds", "soon"),
    Lie("net/tcp", "local_address", "address", "sockets", "local_address"),
    Lie("net/tcp", r"(\n +\d+: [\w:]+ [\w:]+) \w\w", r"\1 ZZ", "sockets", "ZZ"),
    Lie("net/tcp6", "local_address", "address", "sockets", "local_address"),
]


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: f"{lie.file}-{lie.logged}")
def test_a_lie_costs_what_depends_on_it(netns, tree, lie):
    exporter = Exporter(netns, "procfs", flags=[f"--path.procfs={tree}"])
    before = exporter.scrape()
    path = tree / lie.file
    true_text = path.read_text()
    false_text = re.sub(lie.pattern, lie.replacement, true_text, 0 if lie.file == "net/tcp" else 1)
    assert false_text != true_text

    path.write_text(false_text)
    page = exporter.scrape()
    guilty = failed(page)
    assert guilty and guilty < collectors(page)
    assert before.has(lie.absent) and not page.has(lie.absent)
    assert lie.file in exporter.log() and lie.logged in exporter.log()
    for collector in collectors(page) - guilty:
        theirs = exporter.scrape(f"?collect[]={collector}")
        assert names_of(theirs) <= names_of(page), collector

    path.write_text(true_text)
    after = exporter.scrape()
    assert failed(after) == set()
    assert names_of(after) == names_of(before)


def test_an_absent_file_costs_what_depends_on_it(netns, tree):
    (tree / "net/netstat").unlink()
    shutil.rmtree(tree / "sys")
    exporter = Exporter(netns, "procfs", flags=[f"--path.procfs={tree}"])
    page = exporter.scrape()
    assert failed(page) >= {"ports"}
    assert page.value("sockets", family="ipv4", state="established") == 2
    assert page.has("active_opens_total")  # of net/snmp
    assert not page.has("listen_overflows_total")
    assert not page.has("ephemeral_ports")


def test_an_empty_proc_leaves_the_sockets_of_sock_diag(netns, tmp_path):
    tcp.pair(netns, tcp.listen(netns))
    exporter = Exporter(netns, "sock_diag", flags=[f"--path.procfs={tmp_path}"])
    page = exporter.scrape()
    assert page.value("sockets", family="ipv4", state="established") == 2
    assert failed(page) >= {"netstat", "ports"}
    assert not page.has("active_opens_total")
    assert str(tmp_path) in exporter.log()


def test_an_absent_proc_is_named(netns):
    done = run_binary(netns, "--once", "--path.procfs=/nonexistent")
    assert (done.returncode, done.stdout) == (1, "")
    assert "--path.procfs" in done.stderr and "/nonexistent" in done.stderr


def test_without_netlink_auto_reads_procfs(netns):
    tcp.pair(netns, tcp.listen(netns))
    exporter = Exporter(netns, "auto", before_exec=deny_netlink)
    page = exporter.scrape()
    assert failed(page) == set()
    assert page.by("reader", "scrape_source_info")["procfs"] == 1
    assert page.value("sockets", family="ipv4", state="established") == 2
    assert "sock_diag" in exporter.log()


def test_without_netlink_sock_diag_is_refused_with_the_reason(netns):
    done = run_binary(netns, "--once", "--collector.sockets.source=sock_diag",
                      preexec_fn=deny_netlink)
    assert (done.returncode, done.stdout) == (1, "")
    assert "sock_diag" in done.stderr
    assert "Address family not supported" in done.stderr
