"""The whole program over recorded kernels: its pages, byte for byte, and what must hold of each."""

import collections
import re
import subprocess

import pages
import pytest

FIXTURES = pages.fixtures()
# Only a live kernel has them, no recording; process_* only a server.
NOT_RECORDED = {
    "tcp_lifecycle_namespace_container_info",
    "tcp_lifecycle_scrape_pass_pieces",
    "tcp_lifecycle_scrape_pass_rewalks",
    "tcp_lifecycle_scrape_source_checks_total",
    "tcp_lifecycle_scrape_source_disagreements_total",
    "tcp_lifecycle_scrape_bpf_seconds_total",
    "tcp_lifecycle_scrape_bpf_map_memory_bytes",
    "tcp_lifecycle_connect_failures_total",
    "tcp_lifecycle_port_exhaustion_total",
    "tcp_lifecycle_sysctl_ip_local_port_step_width",
    "tcp_lifecycle_sysctl_ehash_entries",
    "tcp_lifecycle_sysctl_child_ehash_entries",
    "process_cpu_seconds_total",
    "process_start_time_seconds",
    "process_open_fds",
    "process_max_fds",
    "process_virtual_memory_bytes",
    "process_resident_memory_bytes",
}


def families(page):
    return set(re.findall(r"^# TYPE (\S+)", page, re.MULTILINE))


def series(page):
    return [line.rsplit(" ", 1)[0] for line in page.splitlines() if not line.startswith("#")]


@pytest.fixture(scope="module", params=FIXTURES, ids=lambda fixture: fixture.name)
def recorded(request):
    """A recording and what --once made of it."""
    return request.param, pages.once(request.param)


def test_page_is_the_committed_one(recorded):
    fixture, result = recorded
    assert pages.masked(result.stdout) == pages.golden(fixture).read_text(encoding="utf-8")


def test_promtool_has_no_complaint(recorded):
    _, result = recorded
    check = subprocess.run(
        ["promtool", "check", "metrics"],
        input=result.stdout,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (check.returncode, check.stdout, check.stderr) == (0, "", "")


def test_no_series_is_there_twice(recorded):
    _, result = recorded
    counted = collections.Counter(series(result.stdout))
    assert [name for name, count in counted.items() if count > 1] == []


def test_no_family_is_there_twice(recorded):
    _, result = recorded
    types = re.findall(r"^# TYPE (\S+)", result.stdout, re.MULTILINE)
    assert len(types) == len(set(types))


def test_help_is_one_line_of_ascii(recorded):
    _, result = recorded
    assert result.stdout.isascii()
    assert "\\" not in "".join(re.findall(r"^# HELP.*$", result.stdout, re.MULTILINE))


def test_a_host_with_20_full_destinations_and_12_listeners_keeps_the_series_budget():
    page = series(pages.once(pages.FIXTURES / "exhausted").stdout)
    assert sum(name.startswith("tcp_lifecycle_listen_queue_sockets{") for name in page) == 12
    assert sum(name.startswith("tcp_lifecycle_destination_ports_used{") for name in page) == 20
    assert len(page) <= 600


def test_whole_recordings_exit_0_and_damaged_ones_1(recorded):
    fixture, result = recorded
    failed = re.findall(r'collector_success\{collector="(\w+)"\} 0', result.stdout)
    assert (result.returncode, bool(failed)) == (
        (1, True) if fixture.name == "damaged" else (0, False)
    )


def test_what_failed_is_told_with_file_and_text():
    stderr = pages.once(pages.FIXTURES / "damaged").stderr
    assert 'net/sockstat: TCP orphan \\"x\\"' in stderr
    assert "failed collectors: sockets, " in stderr


def test_a_whole_page_is_silent():
    assert pages.once(pages.FIXTURES / "every_state").stderr == ""


def test_pages_are_the_same_every_time():
    first, second = (pages.once(pages.FIXTURES / "every_state").stdout for _ in range(2))
    assert pages.masked(first) == pages.masked(second)


def test_metrics_md_is_what_the_program_prints():
    printed = pages.run("--print-metrics-md")
    assert printed.returncode == 0
    assert printed.stdout == pages.METRICS_MD.read_text(encoding="utf-8")


def test_every_documented_family_is_on_a_page_and_the_other_way_round():
    documented = set(
        re.findall(r"^\| `(\S+)` \|", pages.METRICS_MD.read_text(encoding="utf-8"), re.MULTILINE)
    )
    shown = set()
    for fixture in FIXTURES:
        shown |= families(pages.golden(fixture).read_text(encoding="utf-8"))
    assert shown.isdisjoint(NOT_RECORDED)
    assert shown | NOT_RECORDED == documented


def test_the_page_of_one_run_has_no_name_that_another_exporter_has():
    names = families(pages.once(pages.FIXTURES / "every_state").stdout)
    assert {name for name in names if not name.startswith("tcp_lifecycle_")} == set()


def test_a_disabled_collector_is_not_on_the_page():
    fixture = pages.FIXTURES / "every_state"
    whole = families(pages.once(fixture).stdout)
    without = families(pages.once(fixture, "--no-collector.netstat").stdout)
    assert "tcp_lifecycle_aborts_total" in whole - without
    assert without < whole


def test_collectors_that_need_no_sockets_need_no_source():
    page = pages.once(
        pages.FIXTURES / "old_kernel", "--collector.disable-defaults", "--collector.sysctl"
    ).stdout
    assert "tcp_lifecycle_sysctl_tw_recycle" in page
    assert "tcp_lifecycle_scrape_pass_sockets" not in page
    assert 'tcp_lifecycle_scrape_source_info{reader="replay"} 0' in page
