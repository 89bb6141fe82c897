"""The exporter as a program: started in a namespace, scraped over HTTP from inside it, ended.

It listens on [::1], and the scraping connection is bound to a port below every ephemeral range and
ends with a reset. So its own three sockets (a listener, two connected ends) are the only IPv6 ones
in most scenarios, use no ephemeral port and never become TIME_WAIT: IPv4 figures stay exact.
"""

import functools
import http.client
import os
import re
import signal
import socket
import struct
import subprocess
import tempfile

from harness.exposition import Page
from harness.features import BPF_READERS, running
from harness.waiting import SLOW, wait_until

BINARY = os.environ.get("TLE_BINARY") or os.path.join(
    os.path.dirname(__file__), "../../../build/dev/tcp_lifecycle_exporter")
ADDRESS = "::1"


def nobody_with(*capabilities):
    """A wrapper that makes the exporter run as a user without any rights but these."""
    sets = ",".join(["-all", *(f"+{capability}" for capability in capabilities)])
    # Before Linux 5.11 maps count against a limit that such a user cannot raise by himself; a
    # service has LimitMEMLOCK for it.
    limit = ["prlimit", "--memlock=unlimited"] if running() < (5, 11) else []
    return [*limit, "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", f"--inh-caps={sets}",
            f"--ambient-caps={sets}", f"--bounding-set={sets}", "--no-new-privs"]


NOBODY = nobody_with()
BPF_CAPABILITIES = ("bpf", "perfmon")
# Sanitized builds are several times slower to start and to answer.
PATIENCE_SECONDS = 20
_SANITIZER_REPORT = re.compile(r"Sanitizer|runtime error:")


def base_flags(source):
    return [f"--collector.sockets.source={source}", "--log.level=debug"]


class Exporter:
    """A running exporter. It is stopped, and must end well, when its namespace is closed."""

    def __init__(self, namespace, source="sock_diag", flags=(), port=10460, binary=BINARY,
                 wrapper=(), **options):
        self.namespace = namespace
        self.address = ADDRESS
        self.port = port
        self._connection = None
        # Below the ephemeral range, and for each exporter of a namespace its own.
        self._next_client_port = 500 + port % 100
        self._stderr = tempfile.TemporaryFile("w+")
        self.process = namespace.start(
            [*wrapper, binary, f"--web.listen-address=[{ADDRESS}]:{port}", *base_flags(source),
             *flags],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self._stderr, **options)
        try:
            wait_until("the exporter is ready", self._is_ready, PATIENCE_SECONDS)
        except AssertionError as error:
            raise AssertionError(f"{error}; it wrote:\n{self.log()}") from None
        namespace.on_close(self.stop)

    def get(self, path, headers=None, method="GET"):
        """(response, body) over the one connection that all requests share."""
        if self._connection is None:
            self._connection = self.connect()
        self._connection.request(method, path, headers=headers or {})
        response = self._connection.getresponse()
        return response, response.read()

    def scrape(self, query="", headers=None):
        response, body = self.get("/metrics" + query, headers)
        assert response.status == 200, f"{response.status}: {body!r}; it wrote:\n{self.log()}"
        return Page(body.decode())

    def connect(self):
        """A connection of its own, as http.client has it."""
        connection = http.client.HTTPConnection(ADDRESS, self.port)
        connection.sock = self.open_socket()
        return connection

    def open_socket(self):
        """A connected socket that leaves no TIME_WAIT when it is closed."""
        made = self.namespace.socket(socket.AF_INET6)
        made.settimeout(PATIENCE_SECONDS * SLOW)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        made.bind((ADDRESS, self._next_client_port))
        self._next_client_port += 1
        made.connect((ADDRESS, self.port))
        return made

    def log(self):
        self._stderr.seek(0)
        return self._stderr.read()

    def stop(self):
        """Ends it as an init system would; a bad exit or a sanitizer's report is a failure."""
        if self._stderr.closed:
            return
        if self._connection:
            self._connection.close()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(PATIENCE_SECONDS * SLOW)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"SIGTERM does not end it; it wrote:\n{self.log()}") from None
        log = self.log()
        self._stderr.close()
        assert status == 0, f"exit status {status}; it wrote:\n{log}"
        assert_no_sanitizer_report(log)

    def _is_ready(self):
        assert self.process.poll() is None, f"it ended with {self.process.returncode}"
        try:
            response, _ = self.get("/-/ready")
            return response.status == 200
        except ConnectionRefusedError:
            return False


def assert_no_sanitizer_report(log):
    assert not _SANITIZER_REPORT.search(log), f"a sanitizer reports:\n{log}"


def run_binary(namespace, *arguments, binary=BINARY, wrapper=(),
               timeout_seconds=PATIENCE_SECONDS, **options):
    """Runs it to its end in `namespace`; the finished process with its output."""
    with namespace.entered():
        done = subprocess.run([*wrapper, binary, *arguments], capture_output=True, text=True,
                              check=False, timeout=timeout_seconds * SLOW,
                              stdin=subprocess.DEVNULL, **options)
    assert_no_sanitizer_report(done.stderr)
    return done


def page_once(namespace, source, *flags, **how):
    """The page of --once: no socket of the exporter's own is on it, and no request on its way."""
    done = run_binary(namespace, "--once", *base_flags(source), *flags, **how)
    assert done.returncode == 0, done.stderr
    return Page(done.stdout)


@functools.cache
def why_not(reader):
    """What the exporter says where it cannot read by that reader; an empty text where it can."""
    done = subprocess.run([BINARY, "--once", *base_flags(reader)], capture_output=True, text=True,
                          check=False, timeout=PATIENCE_SECONDS * SLOW, stdin=subprocess.DEVNULL)
    return done.stderr or f"status {done.returncode}" if done.returncode else ""


def bpf_reader():
    """The best reader by BPF that works here, or None."""
    return next((reader for reader in BPF_READERS if not why_not(reader)), None)


def why_no_bpf():
    """Why none of the readers by BPF works here; an empty text where one does."""
    return "" if bpf_reader() else "\n".join(why_not(reader) for reader in BPF_READERS)
