"""The programs people run: nginx and Redis, and what their settings do to connections."""

import itertools
import shutil
import subprocess
import time

import pytest

from harness import ss, tcp
from harness.exporter import Exporter, page_once
from harness.http_server import serve_http
from harness.waiting import wait_until

REQUESTS = 200
NO_TIME_WAIT = {"outbound": 0, "inbound": 0, "unknown": 0}


def needs(program):
    return pytest.mark.skipif(not shutil.which(program, path="/usr/sbin:/usr/bin"),
                              reason=f"{program} is not installed")


def start_nginx(netns, directory, http):
    """nginx as one process, so that nothing of it outlives it, and `http` in its http block."""
    directory.mkdir()
    temporary = " ".join(f"{kind}_temp_path {directory}/{kind};" for kind in (
        "client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    (directory / "nginx.conf").write_text(
        f"daemon off; master_process off; user root; pid {directory}/pid; "
        f"error_log stderr; events {{ worker_connections 512; }}\n"
        f"http {{ access_log off; {temporary} {http} }}\n")
    process = netns.start(["nginx", "-p", str(directory), "-c", str(directory / "nginx.conf")],
                          stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    wait_until("nginx listens", lambda: ss.count(netns, state="listen", local_port=80))
    return process


def request_many(namespace, address):
    """Requests one after the other, over as few connections as the server allows; their rate.

    Two things would leave the count of TIME_WAIT to luck: a client that closes as soon as it has
    the answer, at times before the server, and one that comes again from a port which the server
    still remembers, which replaces that TIME_WAIT.
    """
    ports = itertools.count(20000)
    client = None
    started = time.monotonic()
    for _ in range(REQUESTS):
        if client is None:
            client = tcp.connect(namespace, (address, 80), source=("0.0.0.0", next(ports)))
            client.settimeout(5)
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = b""
        while not answer.endswith(b"hello\n"):
            answer += client.recv(65536)
        assert answer.startswith(b"HTTP/1.1 200 ")
        if b"\r\nConnection: close\r\n" in answer:
            assert client.recv(1) == b""
            client.close()
            client = None
    if client:
        client.close()
    return REQUESTS / (time.monotonic() - started)


@needs("nginx")
@pytest.mark.parametrize("pool, time_wait, established", [("", REQUESTS, 0),
                                                          ("keepalive 16;", 0, 1)])
def test_f7_nginx_with_and_without_an_upstream_pool(netns, peer, link, source, tmp_path, pool,
                                                    time_wait, established):
    """The empty Connection header is there both times, so that nginx is the one to close."""
    exporter = Exporter(netns, source)
    app = link.address(peer)
    serve_http(peer, app, 8000)
    start_nginx(netns, tmp_path / "nginx", f"""
        upstream app {{ server {app}:8000; {pool} }}
        server {{
            listen {link.address(netns)}:80;
            location / {{ proxy_pass http://app; proxy_http_version 1.1;
                          proxy_set_header Connection ""; }}
        }}""")
    request_many(peer, link.address(netns))
    wait_until("the client's own connection is gone", lambda: not ss.count(netns, local_port=80,
                                                                     state="established"))
    assert ss.count(netns, peer_port=8000, state="time_wait") == time_wait
    assert ss.count(netns, peer_port=8000, state="established") == established

    page = exporter.scrape()
    assert page.by("role", "time_wait_sockets") == NO_TIME_WAIT | {"outbound": time_wait}
    assert page.value("sockets", family="ipv4", state="established") == established
    assert page.value("ephemeral_ports_used") == time_wait + established


@needs("nginx")
@pytest.mark.parametrize("timeout, time_wait", [(0, REQUESTS), (10, 0)])
def test_f8_nginx_with_and_without_keepalive(netns, peer, link, source, tmp_path, timeout,
                                             time_wait):
    exporter = Exporter(netns, source)
    start_nginx(netns, tmp_path / "nginx", f"""
        server {{ listen {link.address(netns)}:80; keepalive_timeout {timeout};
                  location / {{ return 200 "hello\\n"; }} }}""")
    rate = request_many(peer, link.address(netns))
    print(f"keepalive_timeout {timeout}: {rate:.0f} requests a second")
    wait_until("every connection has ended", lambda: {"listen", "time_wait"} >= {
        row.state for row in ss.select(netns, local_port=80)})
    assert ss.count(netns, local_port=80, state="time_wait") == time_wait

    page = exporter.scrape()
    assert page.by("role", "time_wait_sockets") == NO_TIME_WAIT | {"inbound": time_wait}
    assert page.value("ephemeral_ports_used") == 0


@needs("redis-server")
@pytest.mark.parametrize("seconds", [300, 100])
def test_f9_redis_watches_its_idle_client(netns, peer, link, source, seconds):
    address = link.address(netns)
    netns.start(["redis-server", "--port", "6379", "--bind", address, "--save", "",
                 "--daemonize", "no", "--protected-mode", "no",
                 "--tcp-keepalive", str(seconds)],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, cwd="/")
    wait_until("Redis listens", lambda: ss.count(netns, state="listen", local_port=6379))
    client = tcp.connect(peer, (address, 6379))
    client.sendall(b"PING\r\n")
    client.settimeout(5)
    assert client.recv(100) == b"+PONG\r\n"
    wait_until("Redis's side is idle", lambda: ss.count(
        netns, local_port=6379, state="established", timer="keepalive"))

    page = page_once(netns, source)
    assert page.value("timer_sockets", timer="keepalive") == 1
    assert page.by("keepalive", "keepalive_sockets") == {"on": 1, "off": 0, "unknown": 0}
    assert page.value("keepalive_remaining_seconds_count") == 1
    assert seconds - 5 < page.value("keepalive_remaining_seconds_sum") <= seconds
    page = page_once(peer, source)
    assert page.value("timer_sockets", timer="keepalive") == 0
    assert page.by("keepalive", "keepalive_sockets") == {"on": 0, "off": 1, "unknown": 0}
