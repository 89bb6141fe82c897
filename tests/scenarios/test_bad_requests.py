"""What clients may do to the server without harm: the scrape of the others goes on."""

import signal
import threading
import time

import pytest

from harness import tcp
from harness.exporter import Exporter, PATIENCE_SECONDS
from harness.exposition import Page
from harness.waiting import wait_until


@pytest.fixture(scope="module")
def exporter(module_netns):
    """One for all: what a client has done must not matter to the next."""
    return Exporter(module_netns)


def answer_to(exporter, request):
    """The bytes that come back until the exporter closes."""
    client = exporter.open_socket()
    try:
        client.sendall(request)
    except (BrokenPipeError, ConnectionResetError):
        pass  # it has answered already
    received = b""
    try:
        while part := client.recv(65536):
            received += part
    except ConnectionResetError:
        pass
    client.close()
    return received


def status_of(answer):
    assert answer.startswith(b"HTTP/1.1 "), answer[:100]
    return int(answer.split(b" ", 2)[1])


@pytest.mark.parametrize("request_bytes, statuses", [
    (b"nonsense\r\n\r\n", {400}),
    (b"GET /metrics\r\n\r\n", {400, 505}),
    (b"GET /metrics HTTP/9.9\r\n\r\n", {400, 505}),
    (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", {400}),
    (b"GET " + b"/" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", {400, 413, 414, 431}),
    (b"GET /metrics HTTP/1.1\r\nX: " + b"x" * 100_000 + b"\r\n\r\n", {400, 413, 431}),
    (b"GET /metrics HTTP/1.1\r\nConnection: close\r\n" + b"X: y\r\n" * 1000 + b"\r\n",
     {200, 400, 413, 431}),
    (b"GET /%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", {400, 404}),
    (b"GET /%00 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", {200, 400, 404}),
    (b"GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", {400, 404}),
    (b"POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc",
     {405}),
    (b"DELETE / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", {405}),
    (b"GET /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\nConnection: close\r\n\r\n",
     {200, 400, 411}),
], ids=["nonsense", "no_version", "version_9.9", "tls_hello", "path_100_kb", "header_100_kb",
        "1000_headers", "bad_escape", "nul", "dot_dot", "post", "delete", "negative_length"])
def test_a_bad_request_is_refused(exporter, request_bytes, statuses):
    answer = answer_to(exporter, request_bytes)
    assert answer == b"" or status_of(answer) in statuses, answer[:300]
    assert exporter.scrape().has("sockets")


@pytest.mark.parametrize("query, status, said", [
    ("?collect[]=sysctl", 200, "tcp_lifecycle_sysctl"),
    ("?exclude[]=sysctl", 200, "tcp_lifecycle_sockets"),
    ("?collect[]=nothing", 400, "nothing"),
    ("?exclude[]=nothing", 400, "nothing"),
    ("?collect[]=sysctl&exclude[]=sockets", 400, "collect"),
    ("?collect[]=" + "x" * 3000, 400, "xxx"),
    ("?collect[]=%zz", 400, "%"),
    ("?collect[]=%3Cscript%3E", 400, "script"),
], ids=["collect", "exclude", "collect_unknown", "exclude_unknown", "both", "far_too_long",
        "bad_escape", "markup"])
def test_choosing_collectors(exporter, query, status, said):
    response, body = exporter.get("/metrics" + query)
    assert response.status == status
    assert said in body.decode()
    assert len(body) < 2000 or status == 200
    if status == 200:
        page = Page(body.decode())
        assert page.has("sysctl_fin_timeout_seconds") == query.startswith("?collect")
    else:
        assert response.headers["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize("timeout", ["soon", "-1", "0", "1e400", "nan", "", "0.0000001", "9" * 500],
                         ids=lambda value: value[:9] or "empty")
def test_a_senseless_scrape_timeout_is_survived(exporter, timeout):
    response, _ = exporter.get("/metrics", {"X-Prometheus-Scrape-Timeout-Seconds": timeout})
    assert response.status in (200, 503)
    assert exporter.scrape().has("sockets")


def test_clients_that_never_finish_delay_nobody(exporter):
    idle = [exporter.open_socket() for _ in range(100)]
    for i, client in enumerate(idle):
        client.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\nX: y"[:i % 30])
    started = time.monotonic()
    exporter.scrape()
    fresh = exporter.connect()
    fresh.request("GET", "/metrics")
    assert fresh.getresponse().status == 200
    fresh.close()
    assert time.monotonic() - started < 2
    # And they are put out in the end.
    def put_out():
        idle[0].setblocking(False)
        try:
            return idle[0].recv(1000) == b""
        except BlockingIOError:
            return False
        except ConnectionResetError:
            return True
    wait_until("an unfinished request is ended", put_out, 15, 0.1)
    for client in idle:
        client.close()


def test_slow_readers_delay_nobody(exporter):
    for port in range(2000, 2050):
        tcp.listen(exporter.namespace, port=port)  # a longer page
    slow = [exporter.open_socket() for _ in range(30)]
    for client in slow:
        client.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n" * 20)
    started = time.monotonic()
    fresh = exporter.connect()
    fresh.request("GET", "/metrics")
    assert fresh.getresponse().status == 200
    assert time.monotonic() - started < 2
    fresh.close()
    for client in slow:
        client.close()


def test_a_hundred_scrapes_at_once(exporter):
    connections = [exporter.connect() for _ in range(100)]
    pages, failures = [], []

    def scrape(connection):
        try:
            connection.request("GET", "/metrics")
            response = connection.getresponse()
            pages.append(Page(response.read().decode()) if response.status == 200
                         else response.status)
        except Exception as error:  # told below, in the main thread
            failures.append(error)
    threads = [threading.Thread(target=scrape, args=[c]) for c in connections]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert failures == []
    assert len(pages) == 100 and all(isinstance(page, Page) for page in pages), pages
    for connection in connections:
        connection.close()


def test_sigterm_during_scrapes_ends_it_cleanly(netns):
    exporter = Exporter(netns)
    connections = [exporter.connect() for _ in range(20)]
    for connection in connections:
        connection.request("GET", "/metrics")
    exporter.process.send_signal(signal.SIGTERM)
    assert exporter.process.wait(PATIENCE_SECONDS) == 0
    for connection in connections:
        try:
            response = connection.getresponse()
            body = response.read().decode()  # whole, if it was begun
            assert response.status in (200, 503)
            assert response.status == 503 or Page(body).has("sockets")
        except (ConnectionError, OSError):
            pass
        connection.close()


def test_head_answers_without_a_body(exporter):
    response, body = exporter.get("/metrics", method="HEAD")
    assert (response.status, body) == (200, b"")
    assert response.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"


def test_unknown_paths_are_not_found(exporter):
    for path in ("/metric", "/metrics/", "/-/", "/favicon.ico"):
        assert exporter.get(path)[0].status == 404, path
