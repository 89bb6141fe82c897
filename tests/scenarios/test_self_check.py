"""The BPF reader is compared with sock_diag, and what only moves is no disagreement."""

import concurrent.futures
import contextlib
import pathlib
import re
import socket
import threading
import time

import pytest

from harness import ss, tcp
from harness.exporter import BINARY, Exporter, nobody_with, page_once, run_binary
from harness.population import KEEPALIVE, populate

CHECKS = 15
LOOPBACK = "127.0.0.1"
COMPARED = re.compile(r"^self-check +.* sock_diag: (\d+) .* disagreements: (\d+)$", re.MULTILINE)


def reader(page):
    in_use, = [name for name, value in page.by("reader", "scrape_source_info").items() if value]
    return in_use


def check(netns):
    """How many sockets one run of `check` compares, and how many disagreements it finds."""
    done = run_binary(netns, "check")
    compared, disagreements = map(int, COMPARED.search(done.stdout).groups())
    assert (done.returncode, disagreements) == (0, 0), done.stdout + done.stderr
    return compared


@contextlib.contextmanager
def threads_of(*bodies):
    """Each body is called again and again until the end, and more than once a check."""
    stop = threading.Event()

    def run(body):
        calls = 0
        while not stop.is_set():
            body()
            calls += 1
        return calls
    with concurrent.futures.ThreadPoolExecutor(len(bodies)) as pool:
        running = [pool.submit(run, body) for body in bodies]
        try:
            yield
        finally:
            stop.set()
    assert min(each.result() for each in running) > CHECKS


def test_every_kind_of_socket_agrees(netns, peer, link, bpf):
    populate(netns, peer, link)
    assert check(netns) >= 20
    page = Exporter(netns, bpf).scrape()
    assert reader(page) == bpf
    assert set(page.by("field", "scrape_source_disagreements_total").values()) == {0}


def test_requests_that_wait_for_data_agree(netns, bpf):
    """By TCP_DEFER_ACCEPT: their timer expires, and no SYN-ACK is sent again."""
    server = tcp.listen(netns, options=[(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 60)])
    for _ in range(4):
        tcp.connect(netns, server.getsockname())
    time.sleep(1.5)  # beyond the first timeout, of a second
    assert ss.count(netns, state="syn_recv") == 4
    check(netns)


def test_rare_sockets_agree(netns, bpf):
    to_itself = netns.socket()
    to_itself.setsockopt(*KEEPALIVE)
    to_itself.bind((LOOPBACK, 20000))
    to_itself.connect((LOOPBACK, 20000))  # opened from both ends: the kernel never probes
    for port in range(24000, 24003):  # bound as before, and with the peer's address left
        refused = netns.socket(socket.AF_INET6)
        refused.bind(("::", port))
        with pytest.raises(ConnectionRefusedError):
            refused.connect((f"::ffff:{LOOPBACK}", 1))
    check(netns)
    page = page_once(netns, bpf)
    assert page.value("sockets", family="ipv6", state="bound_inactive") == 3
    assert page.value("keepalive_sockets", keepalive="off") == 1


def test_bound_sockets_behind_very_many_others_of_their_port_are_no_disagreement(netns, bpf):
    for address in ("127.0.0.2", "127.0.0.3", "127.0.0.4"):
        bound = netns.socket()
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((address, 8080))
    server = tcp.listen(netns, "127.0.0.5", backlog=4096)
    for _ in range(1100):
        tcp.connect(netns, server.getsockname())
    check(netns)


def test_connections_that_come_and_go_never_count(netns, bpf):
    netns.set_sysctl("net.ipv4.tcp_tw_reuse", 1)
    # Few ports, so that the same endpoints come again at once.
    netns.set_sysctl("net.ipv4.ip_local_port_range", "40000 40049")
    server = tcp.listen(netns)
    other = tcp.listen(netns, port=8081)

    def come_and_go():
        # One in 300 000 is refused by what the connection before has left on its port.
        with contextlib.suppress(ConnectionRefusedError):
            client, child = tcp.pair(netns, other)
            tcp.reset(client)
            child.close()

    talking = [tcp.pair(netns, server) for _ in range(20)]

    def talk():
        for client, child in talking:
            client.send(b"x" * 2000)
            child.recv(2000)
            child.send(b"y")
            client.recv(1)
    with threads_of(come_and_go, come_and_go, talk):
        compared = [check(netns) for _ in range(CHECKS)]
    assert min(compared) >= 20


def test_without_bpf_nothing_is_loaded(netns, bpf):
    page = Exporter(netns, "auto", flags=["--no-bpf"]).scrape()
    assert reader(page) == "sock_diag"
    for family in ("scrape_source_disagreements_total", "scrape_bpf_seconds_total",
                   "scrape_bpf_map_memory_bytes", "connect_failures_total"):
        assert f"tcp_lifecycle_{family}" not in page.text


def test_cost_of_bpf_is_exported(netns, bpf):
    exporter = Exporter(netns, bpf)
    first, second = exporter.scrape(), exporter.scrape()
    assert 0 < first.value("scrape_bpf_seconds_total") < second.value("scrape_bpf_seconds_total")
    assert second.value("scrape_bpf_map_memory_bytes") > 1 << 20
    assert second.value("scrape_passes_total") == first.value("scrape_passes_total") + 1


@pytest.mark.parametrize("capabilities", [(), ("bpf",)])
def test_check_names_the_rights_that_are_missing(netns, reachable_binary, capabilities):
    done = run_binary(netns, "check", binary=reachable_binary, wrapper=nobody_with(*capabilities))
    assert done.returncode == 0, done.stdout
    assert "chosen by auto      sock_diag\n" in done.stdout
    missing = {"CAP_BPF", "CAP_PERFMON"} - {f"CAP_{name.upper()}" for name in capabilities}
    assert f"but needs {' and '.join(sorted(missing))}\n" in done.stdout


@pytest.mark.parametrize("wrong, field", [("wrong_offset", "scope"), ("old_layout", "timer")])
def test_a_walk_that_is_wrong_is_given_up_before_its_first_page(netns, peer, link, bpf, wrong, field):
    """By exporters of which the BPF programs read a field elsewhere; old_layout is that of before
    icsk_keepalive_timer, and right where the kernel does not have it."""
    binary = pathlib.Path(BINARY).parents[1] / wrong / pathlib.Path(BINARY).name
    if not binary.exists():
        pytest.skip(f"NO {wrong} HERE: tests/run.sh release builds it")
    populate(netns, peer, link)
    is_right = wrong == "old_layout" and "icsk_keepalive_timer: absent" in run_binary(
        netns, "check").stdout
    exporter = Exporter(netns, "auto", binary=binary)
    page = exporter.scrape()
    assert reader(page) == (bpf if is_right else "sock_diag"), exporter.log()
    counted = page.by("field", "scrape_source_disagreements_total")
    assert (counted[field] >= 3) != is_right, counted
