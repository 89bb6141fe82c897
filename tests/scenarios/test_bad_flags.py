"""What the command line may not ask for: exit status 1 and one clear line."""

import subprocess

import pytest

from harness import ss, tcp
from harness.exporter import BINARY, PATIENCE_SECONDS, Exporter, run_binary
from harness.exposition import Page
from harness.waiting import wait_until


@pytest.mark.parametrize("arguments, named", [
    (["--colector.sockets"], ["--colector.sockets"]),
    (["--collector.socket"], ["--collector.socket", "sockets, time_wait, ports"]),
    (["--no-collector.nothing"], ["--no-collector.nothing", "time_wait"]),
    (["serve"], ['"serve"']),
    (["--web.listen-address=127.0.0.1"], ["127.0.0.1"]),
    (["--web.listen-address=127.0.0.1:http"], ["127.0.0.1:http"]),
    (["--web.listen-address=127.0.0.1:65536"], ["127.0.0.1:65536"]),
    (["--web.listen-address=::1:10460"], ["::1:10460"]),
    (["--web.listen-address=[::1:10460"], ["[::1:10460"]),
    (["--web.listen-address=192.0.2.1:10460"], ["192.0.2.1:10460"]),
    (["--web.listen-address=no.such.host.invalid:10460"], ["no.such.host.invalid"]),
    (["--web.telemetry-path=metrics"], ["metrics"]),
    (["--web.scrape-timeout=soon"], ["--web.scrape-timeout", "soon"]),
    (["--collector.sockets.source=guess"], ["guess", "sock_diag"]),
    (["--collector.sockets.source=replay"], ["--collector.sockets.replay-dir"]),
    (["--collector.sockets.source=replay", "--collector.sockets.replay-dir=/nonexistent"],
     ["/nonexistent"]),
    (["--log.level=loud"], ["loud", "debug"]),
    (["--log.format=xml"], ["xml", "logfmt"]),
    (["--once", "--record=/tmp/never"], ["--once", "--record"]),
    (["--record=/proc/nowhere"], ["/proc/nowhere"]),
], ids=lambda value: value[-1] if value[-1].startswith("-") else "")
def test_a_bad_flag_is_named(netns, arguments, named):
    done = run_binary(netns, *arguments)
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    for text in named:
        assert text in done.stderr
    assert 1 <= done.stderr.count("\n") <= 2, done.stderr


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0", "[::1]"])
def test_a_port_in_use_is_named(netns, address):
    tcp.listen(netns, address.strip("[]"), 10460)
    done = run_binary(netns, f"--web.listen-address={address}:10460")
    assert done.returncode == 1
    assert f"{address}:10460" in done.stderr
    assert "in use" in done.stderr


def get_when_ready(netns, host):
    wait_until("the exporter listens", lambda: ss.count(netns, state="listen", local_port=10460),
               PATIENCE_SECONDS)
    return netns.run("curl", "-sS", f"http://{host}:10460/metrics")


def test_several_addresses_of_both_families_are_served(netns):
    exporter = Exporter(netns, flags=["--web.listen-address=127.0.0.1:10470",
                                      "--web.listen-address=[::1]:10471"])
    exporter.scrape()
    assert "tcp_lifecycle_sockets" in netns.run("curl", "-sS", "http://127.0.0.1:10470/metrics")
    assert "tcp_lifecycle_sockets" in netns.run("curl", "-sS", "http://[::1]:10471/metrics")


def test_the_default_address_serves_both_families(netns):
    process = netns.start([BINARY], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL)
    for host in ("127.0.0.1", "[::1]"):
        assert Page(get_when_ready(netns, host)).has("sockets")
    process.terminate()
    assert process.wait(20) == 0


def test_the_default_address_serves_ipv4_where_ipv6_is_off(netns):
    netns.set_sysctl("net.ipv6.conf.all.disable_ipv6", 1)
    process = netns.start([BINARY], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL)
    assert Page(get_when_ready(netns, "127.0.0.1")).has("sockets")
    process.terminate()
    assert process.wait(20) == 0


def test_a_host_name_is_served_at_those_of_its_addresses_that_are_here(netns, tmp_path):
    netns.set_sysctl("net.ipv6.conf.all.disable_ipv6", 1)
    hosts = tmp_path / "hosts"
    hosts.write_text("::1 both\n127.0.0.1 both\n")
    with_hosts = ["unshare", "--mount", "sh", "-c",
                  f'mount --bind {hosts} /etc/hosts && exec "$0" "$@"']
    process = netns.start([*with_hosts, BINARY, "--web.listen-address=both:10460"],
                          stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL)
    assert Page(get_when_ready(netns, "127.0.0.1")).has("sockets")
    process.terminate()
    assert process.wait(20) == 0


def test_disabled_collectors_are_not_on_the_page(netns):
    exporter = Exporter(netns, flags=["--collector.disable-defaults", "--collector.sysctl"])
    page = exporter.scrape()
    assert page.by("collector", "scrape_collector_success") == {"sysctl": 1}
    assert page.has("sysctl_fin_timeout_seconds")
    assert not page.has("sockets")


def test_once_says_when_its_page_cannot_be_written(netns):
    with open("/dev/full", "w", encoding="ascii") as full:
        with netns.entered():
            done = subprocess.run([BINARY, "--once"], stdout=full, stderr=subprocess.PIPE,
                                  stdin=subprocess.DEVNULL, text=True, check=False, timeout=20)
    assert done.returncode == 1
    assert "No space left" in done.stderr


def test_once_into_a_closed_pipe_ends(netns):
    process = netns.start([BINARY, "--once"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE)
    process.stdout.close()
    # Killed by SIGPIPE as any filter, or an error of its own; but it ends and does not succeed.
    assert process.wait(20) in (1, -13)
    assert b"Sanitizer" not in process.stderr.read()
