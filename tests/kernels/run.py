#!/usr/bin/env python3
"""Boots the kernels of harness/features.py and runs scenarios in each: run.py [--all] [SUITE...]

tests/run.sh kernels and release call it, as root. Two machines run at a time. A kernel that cannot
be had is named as not run and is no failure, unless there is no other; a machine that does not end
with pytest's summary is one. An emulated machine may stand still for seconds: what fails is repeated
once, with the same seed, and named even where it then passes. With --all every scenario that can run
there does, and RESULTS.md is written.
"""

import argparse
import concurrent.futures
import dataclasses
import datetime
import os
import pathlib
import random
import re
import shlex
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent / "scenarios"))
sys.dont_write_bytecode = True

import jobs  # noqa: E402
from harness import features  # noqa: E402

BUILD = ROOT / "build/kernels"
NOT_REACHED = 75  # of fetch.sh
PART_SECONDS, ALL_SECONDS = 780, 3000
MOST_REPEATED = 2  # more are no stumbling machine
OUTCOMES = ("passed", "failed", "error", "skipped")
_CONTROL = re.compile(r"\x1b(\[[0-9;?]*[a-zA-Z]|c)|\r")
_REPEATS = "machine: repeats what failed\n"
_FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)
_STATUS = re.compile(r"^machine: status (\d+)$", re.MULTILINE)


@dataclasses.dataclass
class Result:
    suite: str
    version: str = "-"
    why: str = ""
    not_reached: bool = False  # the mirror has no such kernel, or is not there
    counts: dict = dataclasses.field(default_factory=dict)
    seconds: int = 0
    log: str = ""
    repeated: list = dataclasses.field(default_factory=list)  # tests that passed the second time

    @property
    def outcome(self):
        if self.not_reached:
            return "NOT RUN"
        return "FAILED" if self.why or self.count("failed") else "ok"

    def count(self, name):
        counted = self.counts.get(name, 0)
        return counted + self.counts.get("error", 0) if name == "failed" else counted


def summary_in(log):
    """{outcome: how many} of pytest's last line, empty where there is none."""
    lines = re.findall(r"^=* ?((?:\d+ \w+(?:, )?)+) in [\d.]+s.*$", log, re.MULTILINE)
    found = re.findall(r"(\d+) (\w+)", lines[-1]) if lines else []
    return {name.removesuffix("s") if name == "errors" else name: int(number)
            for number, name in found}


def result_of(suite, version, log, seconds):
    """What the output of a machine says."""
    first, _, second = log.partition(_REPEATS)
    result = Result(suite, version, counts=summary_in(first), seconds=seconds, log=log)
    again = summary_in(second)
    few = result.count("failed") <= MOST_REPEATED
    if few and again and again.keys() <= {"passed", "deselected"}:
        result.repeated = _FAILED.findall(first)
        result.counts["passed"] = result.count("passed") + result.count("failed")
        result.counts = {name: result.counts[name] for name in result.counts
                         if name not in ("failed", "error")}
    status = _STATUS.findall(log)
    if not result.counts:
        result.why = "the machine ended without a summary"
    elif not status:
        result.why = "the machine did not end by itself"
    elif not result.count("passed") and not result.count("failed"):
        result.why = "no test passed"
    elif status[-1] != "0" and not result.count("failed"):
        result.why = f"pytest ended with {status[-1]}"
    return result


def fetch(suites):
    """(suite, directory, None) of the first of `suites` whose kernel can be had, else what to say."""
    reasons, statuses = [], set()
    for suite in suites:
        done = subprocess.run([HERE / "fetch.sh", suite, BUILD / suite], capture_output=True,
                              text=True, check=False)
        print(done.stderr, end="", flush=True)
        if done.returncode == 0:
            return suite, BUILD / suite, None
        statuses.add(done.returncode)
        reasons.append(" ".join(done.stderr.split()) or f"fetch.sh ended with {done.returncode}")
    return suites[0], None, Result(suites[0], why="; ".join(reasons),
                                   not_reached=statuses == {NOT_REACHED})


def write_job(suite, tests):
    """The script that the machine runs."""
    if tests == jobs.PART and features.reader_of(suite) == "bpf":
        tests = (*tests, "-k", "not bpf_probe")  # which loads there as well
    job = BUILD / f"{suite}.job"
    job.write_text(f"""cd {shlex.quote(str(ROOT / "tests/scenarios"))}
export TLE_BINARY={shlex.quote(os.path.abspath(os.environ["TLE_BINARY"]))} TLE_SLOW=8 TLE_KERNEL={suite}
ulimit -n 20000
export PYTHONDONTWRITEBYTECODE=1 TERM=dumb PYTHONUNBUFFERED=1 TLE_SEED={random.randrange(10**6)}
tests=({shlex.join(tests)})
/usr/bin/python3 -m pytest -q --color=no --tb=short --durations=15 "${{tests[@]}}" && exit
status=$?
[ $status -eq 1 ] || exit $status
echo {shlex.quote(_REPEATS.strip())}
/usr/bin/python3 -m pytest -q --color=no --tb=short --last-failed "${{tests[@]}}"
""")
    return job


def run(suites, tests, seconds):
    suite, directory, no_kernel = fetch(suites)
    if no_kernel:
        return no_kernel
    started = time.monotonic()
    log = BUILD / f"{suite}.log"
    with open(log, "wb") as output:
        subprocess.run([HERE / "boot.sh", directory, write_job(suite, tests)], stdout=output,
                       stderr=output, check=False,
                       env={**os.environ, "SECONDS_AT_MOST": str(seconds)})
    text = _CONTROL.sub("", log.read_text(errors="replace"))
    return result_of(suite, (directory / "version").read_text().strip(), text,
                     round(time.monotonic() - started))


def line_of(result):
    """In the form of pytest's last line, which tests/run.sh looks for."""
    if result.not_reached:
        return f"KERNEL NOT RUN: {result.suite}: {result.why}"
    return (f"{result.count('passed')} passed, {result.count('failed')} failed, "
            f"{result.count('skipped')} skipped in {result.seconds}s on {result.suite}, "
            f"{result.version}" + (f": {result.why}" if result.why else "")
            + (f"; passed when repeated: {' '.join(result.repeated)}" if result.repeated else ""))


TITLES = ("suite", "kernel", "result", *OUTCOMES[:2], OUTCOMES[3], "secs", "date")


def row_of(result):
    cells = (result.suite, result.version, result.outcome, result.count("passed"),
             result.count("failed"), result.count("skipped"), result.seconds,
             datetime.date.today().isoformat())
    return "| " + " | ".join(map(str, cells)) + " |"


def table(results, before):
    """The lines of RESULTS.md. What did not run now keeps the row that it had."""
    rows = dict(re.findall(r"^(?=\| ([a-z-]+) \| \S*\d)(.*)$", before, re.MULTILINE))
    rows |= {result.suite: row_of(result) for result in results}
    order = [suite for kernel in features.KERNELS for suite in kernel.suites]
    return ["# Kernels, as tested", "",
            "Written by `tests/run.sh release`: every scenario that can run in an emulated machine, in each",
            "kernel, on the date of its row.", "",
            "| " + " | ".join(TITLES) + " |", "|" + "---|" * len(TITLES),
            *(rows[suite] for suite in order if suite in rows),
            *(f"\n{result.suite}: {result.why}" for result in results if result.why)]


def write_results(results):
    file = HERE / "RESULTS.md"
    file.write_text("\n".join(table(results, file.read_text())) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--all", action="store_true", help="every scenario, and RESULTS.md")
    parser.add_argument("--at-a-time", type=int, default=2, help="machines; 2 by default")
    parser.add_argument("suites", nargs="*", help="of Debian; all of the table by default")
    arguments = parser.parse_args()
    known = {suite for kernel in features.KERNELS for suite in kernel.suites}
    if unknown := set(arguments.suites) - known:
        parser.error(f"no such suite: {' '.join(sorted(unknown))}; there are {' '.join(sorted(known))}")
    os.environ.setdefault("TLE_BINARY", str(ROOT / "build/release/tcp_lifecycle_exporter"))
    wanted = [[name] for name in dict.fromkeys(arguments.suites)] or [
        kernel.suites for kernel in features.KERNELS if kernel.suites]
    tests, seconds = (jobs.ALL, ALL_SECONDS) if arguments.all else (jobs.PART, PART_SECONDS)
    BUILD.mkdir(parents=True, exist_ok=True)

    results = []
    with concurrent.futures.ThreadPoolExecutor(arguments.at_a_time) as pool:
        futures = [pool.submit(run, suites, tests, seconds) for suites in wanted]
        for future in futures:
            result = future.result()
            results.append(result)
            print(f"\n==> kernel of {result.suite}: {result.version}: {result.outcome}\n{result.log}",
                  flush=True)
    print()
    for result in results:
        print(line_of(result))
    none_ran = all(result.not_reached for result in results)
    if arguments.all and not none_ran:
        write_results(results)
    return 1 if none_ran or any(result.outcome == "FAILED" for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
