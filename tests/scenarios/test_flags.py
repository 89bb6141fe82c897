"""What flags ask of the machine: where it cannot be had, exit status 1 and one clear line. What is
wrong with a flag itself is tested without a namespace (tests/golden/program_test.py)."""

import subprocess

import pytest

from harness import ss, tcp
from harness.exporter import BINARY, PATIENCE_SECONDS, Exporter, run_binary
from harness.exposition import Page
from harness.waiting import wait_until


@pytest.mark.parametrize("flag, named", [
    ("--web.listen-address=192.0.2.1:10460", "192.0.2.1:10460"),
    ("--web.listen-address=no.such.host.invalid:10460", "no.such.host.invalid"),
    ("--record=/proc/nowhere", "/proc/nowhere"),
])
def test_what_is_not_on_this_machine_is_named(netns, flag, named):
    done = run_binary(netns, flag)
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    assert named in done.stderr.splitlines()[-1]


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
