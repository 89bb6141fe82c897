"""The program from outside: bad flags, exit codes, output that cannot be written, signals."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

import pages
import pytest

EVERY_STATE = pages.FIXTURES / "every_state"
REPLAY = pages.replay(EVERY_STATE)

BAD_FLAGS = [
    (["--web.listen-adress=:1"], 'unknown flag "--web.listen-adress=:1"'),
    (["--collector.sokets"], "collectors are sockets, time_wait, ports, keepalive, listen"),
    (["serve"], 'unexpected argument "serve"'),
    (["--web.listen-address=10460"], 'listen address "10460"'),
    (["--web.listen-address=[::1:10460"], 'listen address "[::1:10460"'),
    (["--web.listen-address=:port"], 'listen address ":port"'),
    (["--web.telemetry-path=metrics"], '--web.telemetry-path="metrics": must start with /'),
    (["--web.telemetry-path=/"], "landing page"),
    (["--web.telemetry-path"], "--web.telemetry-path"),
    (["--web.scrape-timeout=soon"], '--web.scrape-timeout="soon": must be a time'),
    (["--web.scrape-timeout-offset=-1"], '--web.scrape-timeout-offset="-1": must be a time'),
    (["--log.level=loud"], "must be one of debug, info, warn, error"),
    (["--log.format=xml"], "must be one of logfmt, json"),
    (["--collector.sockets.source=guess"], "must be one of auto, bpf, bpf_probe, sock_diag, procfs, replay"),
    (["--collector.sockets.source=replay"], "need each other"),
    (["--once", "--record=x"], "--once and --record cannot be combined"),
    (["doctor", "--once"], "doctor and --once cannot be combined"),
    (["doctor", "now"], 'unexpected argument "now": besides flags there are doctor and check'),
    (["--json"], "--json is for the command doctor only"),
]


@pytest.mark.parametrize("flags, text", BAD_FLAGS, ids=lambda value: " ".join(value)[:40])
def test_bad_flags_exit_1_with_what_is_wrong(flags, text):
    result = pages.run(*flags)
    assert result.returncode == 1
    assert result.stdout == ""
    assert text in result.stderr
    assert result.stderr.startswith("tcp_lifecycle_exporter: ")
    assert result.stderr.endswith("Try tcp_lifecycle_exporter --help.\n")


@pytest.mark.parametrize(
    "flags, text",
    [
        (["--path.procfs=/nonexistent"], "--path.procfs: /nonexistent"),
        (
            ["--collector.sockets.source=procfs", f"--path.procfs={pages.ROOT}/tests"],
            "--collector.sockets.source: sockets cannot be read: procfs: ",
        ),
        (
            [REPLAY[0], "--collector.sockets.recording=/nonexistent"],
            "--collector.sockets.recording: recording /nonexistent",
        ),
    ],
)
@pytest.mark.parametrize("action, status", [(["--once"], 1), ([], 1), (["doctor"], 3)])
def test_what_cannot_be_read_at_start_fails(action, status, flags, text):
    result = pages.run(*action, *flags)
    assert result.returncode == status
    assert text in result.stderr


def test_help_and_version_exit_0():
    assert "--web.listen-address=ADDRESS" in pages.run("--help").stdout
    version = pages.run("--version")
    assert version.returncode == 0
    assert re.match(
        r"tcp_lifecycle_exporter, version \d+\.\d+\.\d+ \(branch: \S+, revision: \S+\)\n",
        version.stdout,
    )


@pytest.mark.parametrize(
    "flags, status",
    [
        (["--once", *REPLAY], 1),
        (["doctor", *REPLAY], 3),
        (["--version"], 1),
        (["--print-metrics-md"], 1),
    ],
)
def test_output_that_cannot_be_written_fails(flags, status):
    with open("/dev/full", "w", encoding="utf-8") as full:
        result = subprocess.run(
            [pages.BINARY, *flags], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert result.returncode == status
    assert "standard output: No space left on device" in result.stderr


def test_a_closed_standard_output_exits_1():
    result = pages.run("--once", *REPLAY, preexec_fn=lambda: os.close(1))
    assert result.returncode == 1
    assert "cannot write to standard output" in result.stderr


def test_a_reader_that_went_away_exits_1():
    read, write = os.pipe()
    os.close(read)
    result = subprocess.run(
        [pages.BINARY, "--once", *REPLAY], stdout=write, stderr=subprocess.PIPE, text=True,
        check=False,
    )
    os.close(write)
    assert result.returncode == 1
    assert "Broken pipe" in result.stderr


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def serving(*flags):
    """The program on a port of its own, once it is ready: the process and its URL."""
    address = f"127.0.0.1:{free_port()}"
    with subprocess.Popen(
        [pages.BINARY, f"--web.listen-address={address}", *flags],
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            until = time.monotonic() + 10
            while time.monotonic() < until and process.poll() is None:
                with contextlib.suppress(OSError):
                    urllib.request.urlopen(f"http://{address}/-/ready", timeout=1).close()
                    break
                time.sleep(0.02)
            yield process, f"http://{address}"
        finally:
            if process.poll() is None:
                process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_0(number):
    with serving(*REPLAY) as (process, _):
        process.send_signal(number)
        assert process.wait(timeout=10) == 0


# As client_golang has them, so that a page beside another exporter's says the same.
PROCESS_HELP = {
    "process_cpu_seconds_total": "Total user and system CPU time spent in seconds.",
    "process_start_time_seconds": "Start time of the process since unix epoch in seconds.",
    "process_open_fds": "Number of open file descriptors.",
    "process_max_fds": "Maximum number of open file descriptors.",
    "process_virtual_memory_bytes": "Virtual memory size in bytes.",
    "process_resident_memory_bytes": "Resident memory size in bytes.",
}


def test_a_scrape_is_the_page_of_once_and_the_process():
    with serving(*REPLAY) as (_, url):
        page = urllib.request.urlopen(f"{url}/metrics", timeout=10).read().decode()
    about_process = re.compile(r"^(?:# (?:HELP|TYPE) )?process_.*\n", re.MULTILINE)
    once = pages.golden(EVERY_STATE).read_text(encoding="utf-8")
    assert pages.masked(about_process.sub("", page)) == once
    assert dict(re.findall(r"^# HELP (process_\w+) (.*)$", page, re.MULTILINE)) == PROCESS_HELP


def test_a_port_in_use_is_named():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        result = pages.run(f"--web.listen-address={address}", *REPLAY)
    assert result.returncode == 1
    assert address in result.stderr
    assert "Address already in use" in result.stderr


@pytest.fixture
def stuck_procfs(tmp_path):
    """A proc tree in which reading one file never ends, as from a hanging kernel."""
    subprocess.run(["cp", "-r", f"{EVERY_STATE}/proc", tmp_path], check=True)
    os.mkfifo(tmp_path / "proc/sys/net/ipv4/tcp_mem")
    return tmp_path / "proc"


def test_a_stuck_pass_costs_503_and_does_not_hold_up_the_end(stuck_procfs):
    flags = ("--collector.sockets.source=procfs", f"--path.procfs={stuck_procfs}")
    with serving(*flags, "--web.scrape-timeout=300ms") as (process, url):
        with pytest.raises(urllib.error.HTTPError) as answer:
            urllib.request.urlopen(f"{url}/metrics", timeout=10)
        assert answer.value.code == 503
        process.terminate()
        assert process.wait(timeout=10) == 0
        assert "a pass is stuck" in process.stderr.read()


def test_who_waits_for_a_stuck_pass_has_an_answer_at_the_end(stuck_procfs):
    flags = ("--collector.sockets.source=procfs", f"--path.procfs={stuck_procfs}")
    with serving(*flags, "--web.scrape-timeout=60s") as (process, url):
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=20) as waiting:
            waiting.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
            time.sleep(0.3)
            process.terminate()
            assert waiting.recv(4096).startswith(b"HTTP/1.1 503 ")
        assert process.wait(timeout=10) == 0


def test_a_second_signal_ends_it_at_once(stuck_procfs):
    flags = ("--collector.sockets.source=procfs", f"--path.procfs={stuck_procfs}")
    with serving(*flags, "--web.scrape-timeout=100ms") as (process, url):
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(f"{url}/metrics", timeout=10)
        process.terminate()
        while "msg=stopping" not in process.stderr.readline():
            assert process.poll() is None
        process.terminate()
        assert process.wait(timeout=2) == -signal.SIGTERM


@pytest.mark.parametrize("action, status", [("--once", 1), ("doctor", 3)])
def test_a_stuck_pass_is_given_up(action, status, stuck_procfs):
    result = pages.run(
        action,
        "--collector.sockets.source=procfs",
        f"--path.procfs={stuck_procfs}",
        "--web.scrape-timeout=100ms",
    )
    assert result.returncode == status
    assert "a pass is stuck" in result.stderr


def test_a_recording_of_this_host_can_be_replayed(tmp_path):
    assert pages.run(f"--record={tmp_path}/r").returncode == 0
    assert "tcp_lifecycle_sockets{" in pages.once(f"{tmp_path}/r").stdout


def test_a_recording_is_not_overwritten(tmp_path):
    assert pages.run(f"--record={tmp_path}/r").returncode == 0
    again = pages.run(f"--record={tmp_path}/r")
    assert again.returncode == 1
    assert f"{tmp_path}/r" in again.stderr
