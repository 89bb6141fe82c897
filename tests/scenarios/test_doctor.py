"""`doctor` on a host that has run out of ports. curl and the kernel are the oracle: what the doctor
says fails does fail, and what it says will work again does, when it said."""

import os
import re
import subprocess
import sys
import time

import pytest

from harness import ss, tcp
from harness.doctor import CRITICAL, FINE, WARNING, examine, output_on_a_terminal, report
from harness.exporter import NOBODY
from harness.waiting import wait_until

URL = "http://127.0.0.1:8080/"
DESTINATION = "127.0.0.1 -> 127.0.0.1:8080"
COULD_NOT_CONNECT = 7  # curl's exit status
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello\n"
REUSE_DELAY = "net.ipv4.tcp_tw_reuse_delay"


class SlowServer:
    """It answers a request when it is told to, and leaves it to the client to close."""

    def __init__(self, netns):
        self._netns = netns
        self._listener = tcp.listen(netns)

    def accept(self):
        self._child = self._netns.keep(self._listener.accept()[0])

    def answer(self):
        self._child.sendall(ANSWER)
        self._child.settimeout(5)
        while self._child.recv(4096):
            pass
        self._child.close()


@pytest.fixture
def server(netns):
    """In a namespace whose range is one port."""
    netns.set_sysctl("net.ipv4.ip_local_port_range", "40000 40000")
    netns.set_sysctl("net.ipv4.tcp_tw_reuse", 0)
    return SlowServer(netns)


def start_curl(netns):
    return netns.start(["curl", "-sS", URL], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def waiting_curl(netns, server):
    """A curl that has its connection and waits for an answer."""
    curl = start_curl(netns)
    server.accept()
    return curl


def finished_curl(netns, server):
    """What a curl that has ended leaves: its port in TIME_WAIT."""
    curl = waiting_curl(netns, server)
    server.answer()
    assert curl.wait(5) == 0
    wait_until("its port is in TIME_WAIT", lambda: ss.count(netns, state="time_wait"))


def assert_curl_fails(netns):
    curl = start_curl(netns)
    assert curl.wait(5) == COULD_NOT_CONNECT


def seconds_to_free_port(done):
    found = re.search(r"fails now; the next port comes free in ([\d.]+) s(.*?)\.", done.sentences)
    assert found, done.stdout
    return float(found[1]), found[2]


def test_a_live_connection_holds_the_only_port(netns, server, source):
    curl = waiting_curl(netns, server)
    assert_curl_fails(netns)

    done = examine(netns, source=source)
    assert done.returncode == CRITICAL
    assert done.stdout.splitlines()[3].startswith("CRITICAL: 1 critical")
    assert "[critical] destination_exhausted" in done.stdout
    assert f"{DESTINATION}: curl (PID {curl.pid}) with 1 socket." in done.sentences
    assert f"(PID {os.getpid()}) with 2 sockets" in done.sentences  # the child and its listener
    assert "a port comes free only when a connection closes" in done.sentences
    assert "Widen net.ipv4.ip_local_port_range (40000 40000, 1 port now)" in done.sentences
    assert "Limit the connection pool" in done.sentences
    assert "EADDRNOTAVAIL" in done.sentences
    assert "deploy/runbooks/findings.md#destination_exhausted" in done.stdout
    assert "\x1b" not in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 100

    server.answer()
    assert curl.wait(5) == 0


def test_a_time_wait_has_no_owner_and_ends_when_it_says(netns, server, source):
    finished_curl(netns, server)
    assert_curl_fails(netns)

    done = examine(netns, source=source)
    assert done.returncode == CRITICAL
    assert (f"{DESTINATION}: no program: TIME_WAIT has no owner any more, and its only socket is "
            "in it." in done.sentences)
    seconds, how = seconds_to_free_port(done)
    assert 50 < seconds <= 60
    assert how == ", when a TIME_WAIT ends"
    assert "A connection pool in the client, or upstream keepalive in a proxy" in done.sentences
    assert "Set net.ipv4.tcp_tw_reuse=1 (0 now)" in done.sentences
    assert re.search(r"tcp_fin_timeout \(\d+ here\) does not shorten TIME_WAIT", done.sentences)
    assert "tcp_tw_recycle is absent on this kernel" in done.sentences


def test_with_reuse_it_works_again_when_it_says(netns, server, source):
    if not os.path.exists("/proc/sys/net/ipv4/tcp_tw_reuse_delay"):
        pytest.skip(f"this kernel has no {REUSE_DELAY}")
    netns.set_sysctl("net.ipv4.tcp_tw_reuse", 1)
    netns.set_sysctl(REUSE_DELAY, 8000)
    finished_curl(netns, server)
    assert_curl_fails(netns)

    done = examine(netns, source=source)
    told = time.monotonic()
    assert done.returncode == CRITICAL
    seconds, how = seconds_to_free_port(done)
    assert how.startswith(" by tcp_tw_reuse")
    assert 0 < seconds < 8
    assert tcp.fails_for_want_of_a_port(netns, ("127.0.0.1", 8080))
    wait_until("connect() works again",
               lambda: not tcp.fails_for_want_of_a_port(netns, ("127.0.0.1", 8080)),
               timeout_seconds=seconds + 3)
    assert abs(time.monotonic() - told - seconds) < 1


def test_after_the_delay_the_port_is_told_reusable_and_is(netns, server, source):
    finished_curl(netns, server)
    netns.set_sysctl("net.ipv4.tcp_tw_reuse", 1)
    wait_until("the TIME_WAIT is old enough",
               lambda: report(netns, source=source)["destinations"][0]["ports_reusable"] == 1)

    made = report(netns, source=source)
    assert made["destinations"][0]["outlook"] == "reuse_now"
    assert "connect() works now, by tcp_tw_reuse" in made["outlook"][0]
    start_curl(netns)
    server.accept()


def test_json_says_the_same(netns, server, source):
    curl = waiting_curl(netns, server)
    made = report(netns, source=source)
    assert made["verdict"] == "critical"
    assert [finding["rule"] for finding in made["findings"]][0] == "destination_exhausted"
    assert made["ports"]["range_min"] == made["ports"]["range_max"] == 40000
    assert made["destinations"][0]["outlook"] == "freed_by_closing"
    assert made["programs"]["destination"]["programs"] == [
        {"pid": curl.pid, "name": "curl", "sockets": 1}]
    assert os.getpid() in [each["pid"] for each in made["programs"]["server"]["programs"]]
    assert made["programs"]["listener"]["listen_port"] == 8080
    assert 0.9 < made["sampled_seconds"] < 10


def test_what_moves_is_told(netns, source):
    """Someone connects without end, while the doctor looks."""
    server = tcp.listen(netns)
    client = netns.start([sys.executable, "-c", """
import socket, time
while True:
    with socket.create_connection(("127.0.0.1", 8080)):
        time.sleep(0.05)
"""])
    netns.keep(server.accept()[0])
    made = report(netns, source=source)
    assert client.poll() is None
    moved = {each["counter"]: each["per_second"] for each in made["movements"]}
    assert moved["Tcp.ActiveOpens"] > 1


def test_a_quiet_host_is_fine(netns, source):
    done = examine(netns, source=source)
    assert done.returncode in (FINE, WARNING)  # the host's own settings may be worth a warning
    assert "[critical]" not in done.stdout
    assert "Good to know" not in done.stdout


def test_colour_on_a_terminal_only(netns, server):
    assert "\x1b[1;31mCRITICAL" not in output_on_a_terminal(netns)
    waiting_curl(netns, server)
    assert "\x1b[1;31mCRITICAL" in output_on_a_terminal(netns)
    assert "\x1b" not in output_on_a_terminal(netns, NO_COLOR="1")
    assert "\x1b" not in output_on_a_terminal(netns, TERM="dumb")
    assert "\x1b" not in examine(netns).stdout


def test_a_program_with_a_wild_name_harms_nothing(netns, server):
    program = netns.start([sys.executable, "-c", r"""
import socket
with open("/proc/self/comm", "wb") as comm:
    comm.write(b'\x1b[2J"\\\n\xff\xc2\x9b')
held = socket.create_connection(("127.0.0.1", 8080))
input()
"""], stdin=subprocess.PIPE)
    server.accept()
    done = examine(netns)
    assert done.stdout.isascii() and "\x1b" not in done.stdout
    assert rf'\x1b[2J"\\x0a\xff\xc2\x9b (PID {program.pid})' in done.sentences
    programs = report(netns)["programs"]["destination"]["programs"]
    assert programs == [{"pid": program.pid, "name": '\x1b[2J"\\\n\ufffd\x9b', "sockets": 1}]


def test_who_may_not_look_is_told_so(netns, server, reachable_binary):
    waiting_curl(netns, server)
    done = examine(netns, binary=reachable_binary, wrapper=NOBODY)
    assert done.returncode == CRITICAL
    assert "1 socket of programs that are not seen from here" in done.sentences
    assert "CAP_SYS_PTRACE" in done.sentences
