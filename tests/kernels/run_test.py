"""How run.py understands a machine's output, and fetch.sh a mirror that does not answer."""

import hashlib
import pathlib
import re
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import run  # noqa: E402

SUMMARY_OF_RUN_SH = re.compile(r"^=* ?[0-9]+ (passed|failed).* in |^KERNEL NOT RUN")
GOOD = "...s\n3 passed, 1 skipped in 70.01s (0:01:10)\nmachine: status 0\n"


def result(log):
    return run.result_of("trixie", "6.12.1-1", log, 75)


def test_a_good_run_is_ok():
    good = result(GOOD)
    assert (good.outcome, good.count("passed"), good.count("skipped")) == ("ok", 3, 1)
    assert run.line_of(good) == "3 passed, 0 failed, 1 skipped in 75s on trixie, 6.12.1-1"


@pytest.mark.parametrize("log, failed", [
    ("1 failed, 3 passed in 7.00s\nmachine: status 1\n", 1),
    ("2 passed, 2 errors in 7.00s\nmachine: status 1\n", 2),
    (GOOD.replace("status 0", "status 3"), 0),
    (GOOD.removesuffix("machine: status 0\n"), 0),
    ("Booting from ROM...\n", 0),
    ("4 skipped in 0.01s\nmachine: status 0\n", 0),
    ("no tests ran in 0.01s\nmachine: status 5\n", 0),
    ("", 0),
])
def test_anything_else_has_failed_and_says_why(log, failed):
    bad = result(log)
    assert (bad.outcome, bad.count("failed")) == ("FAILED", failed)
    assert failed or bad.why


REPEATED = ("FAILED test_ports.py::test_x[bpf] - assert 1 == 2\n"
            "1 failed, 2 passed, 1 skipped in 7.00s\nmachine: repeats what failed\n")


def test_what_passes_when_it_is_repeated_is_named():
    good = result(REPEATED + "1 passed, 3 deselected in 1.00s\nmachine: status 0\n")
    assert (good.outcome, good.count("passed"), good.count("failed")) == ("ok", 3, 0)
    assert run.line_of(good).endswith("; passed when repeated: test_ports.py::test_x[bpf]")


@pytest.mark.parametrize("rest", ["1 failed in 1.00s\nmachine: status 1\n", "machine: status 1\n",
                                  "1 skipped in 0.01s\nmachine: status 0\n"])
def test_what_does_not_pass_the_second_time_has_failed(rest):
    bad = result(REPEATED + rest)
    assert (bad.outcome, bad.count("failed")) == ("FAILED", 1)


def test_the_lines_are_those_that_run_sh_looks_for():
    not_run = run.Result("sid", why="no mirror", not_reached=True)
    assert not_run.outcome == "NOT RUN"
    for one in (result(GOOD), result(""), not_run):
        assert SUMMARY_OF_RUN_SH.search(run.line_of(one))
    runner = (HERE.parent / "run.sh").read_text()
    assert all(part in runner for part in SUMMARY_OF_RUN_SH.pattern.split("|^"))


def test_a_kernel_that_did_not_run_keeps_its_row():
    before = "\n".join(run.table([result(""), run.Result("bookworm", version="6.1.1-1")], ""))
    after = run.table([result(GOOD)], before)
    rows = [line for line in after if re.match(r"\| (trixie|bookworm) ", line)]
    assert [row.split(" | ")[:3] for row in rows] == [
        ["| bookworm", "6.1.1-1", "ok"], ["| trixie", "6.12.1-1", "ok"]]
    assert "why" not in after[-1]


@pytest.mark.parametrize("status, outcome", [(run.NOT_REACHED, "NOT RUN"), (1, "FAILED")])
def test_a_kernel_that_is_not_there_is_not_run_and_a_broken_fetch_fails(tmp_path, monkeypatch, status,
                                                                        outcome):
    (tmp_path / "fetch.sh").write_text(f"#!/bin/sh\necho why >&2\nexit {status}\n")
    (tmp_path / "fetch.sh").chmod(0o755)
    monkeypatch.setattr(run, "HERE", tmp_path)
    suite, directory, result = run.fetch(["trixie-backports", "sid"])
    assert (suite, directory, result.outcome, result.why) == (
        "trixie-backports", None, outcome, "why; why")


@pytest.mark.parametrize("suite, tests, left_out", [
    ("trixie", run.jobs.PART, True), ("bookworm", run.jobs.PART, False),
    ("trixie", run.jobs.ALL, False)])
def test_in_ci_only_the_expected_reader_by_bpf_runs(tmp_path, monkeypatch, suite, tests, left_out):
    monkeypatch.setattr(run, "BUILD", tmp_path)
    monkeypatch.setenv("TLE_BINARY", "/nowhere")
    assert ("'not bpf_probe'" in run.write_job(suite, tests).read_text()) == left_out


def made_by():
    both = (HERE / "fetch.sh").read_bytes() + (HERE / "init").read_bytes()
    return hashlib.sha256(both).hexdigest()[:16] + "\n"


def fetch(tmp_path, *flags, copy=False, asked=False):
    """fetch.sh with an apt-get that reaches nothing; (status, what it said, whether it asked)."""
    bin_directory, kernel = tmp_path / "bin", tmp_path / "kernel"
    bin_directory.mkdir()
    apt_get = bin_directory / "apt-get"
    apt_get.write_text(f'#!/bin/sh\ntouch {tmp_path}/called\necho "E: no route to it"\nexit 100\n')
    apt_get.chmod(0o755)
    if copy:
        kernel.mkdir()
        for name, text in (("initrd", ""), ("version", "6.1-1\n"), ("made_by", made_by())):
            (kernel / name).write_text(text)
        if asked:
            (kernel / "asked").touch()
    done = subprocess.run([HERE / "fetch.sh", "bookworm", kernel, *flags], capture_output=True,
                          text=True, check=False,
                          env={"PATH": f"{bin_directory}:/usr/sbin:/usr/bin:/sbin:/bin"})
    return done.returncode, done.stderr, (tmp_path / "called").exists()


def test_a_kernel_that_cannot_be_reached_is_no_kernel(tmp_path):
    status, said, _ = fetch(tmp_path)
    assert status == run.NOT_REACHED
    assert "no route to it" in said


def test_without_the_mirror_the_copy_is_used(tmp_path):
    status, said, _ = fetch(tmp_path, copy=True)
    assert status == 0
    assert "no route to it" in said and "using the copy of 6.1-1" in said


def test_the_mirror_is_asked_once_a_day_or_with_now(tmp_path):
    for name, flags, asks in (("today", (), False), ("now", ("--now",), True)):
        (tmp_path / name).mkdir()
        assert fetch(tmp_path / name, *flags, copy=True, asked=True)[2] == asks
