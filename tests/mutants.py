#!/usr/bin/env python3
"""Whether the tests notice a fault: mutants.py [--count N] [--only PATTERN] [SEED]

Changes one token at a time in the product's sources (no header), builds preset dev and runs the unit
tests, those of its folder first, and the golden pages. A change that no test notices has survived: a
test is missing, or the code is not needed. tests/run.sh mutants calls it; the same seed chooses the
same changes in the same sources. One that does not compile is replaced by another.
"""

import argparse
import contextlib
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
BUILD = ROOT / "build/dev"
# Every match of the pattern may become the text.
CHANGES = [
    (r"(?<![<-])<(?![<=])(?=[ ][\w(*])", "<="), (r"<=", "<"), (r"(?<=[\w)\]] )>(?= [\w(*])", ">="),
    (r">=", ">"), (r"==", "!="), (r"!=", "=="), (r"&&", "||"), (r"\|\|", "&&"),
    (r"(?<=[\w)\]]) \+ (?=[\w(*])", " - "), (r"(?<=[\w)\]]) - (?=[\w(*])", " + "),
    (r"\btrue\b", "false"), (r"\bfalse\b", "true"), (r"(?<=\()!(?=\w)", ""),
    (r"\bcontinue;", ";"), (r"\bstd::min\b", "std::max"), (r"\bstd::max\b", "std::min"),
    (r"\bif \((?!constexpr)[^()]*(?:\([^()]*\)[^()]*)*\) return", "if (false) return"),
    (r"(?<=[ (])[1-9]\d*(?=[;,)])", None),  # a number: one more
]
# Not what these tests look at: the programs of the kernel, and what puts the program together.
LEFT_OUT = re.compile(r"exporter/main|assembly/(assemble|kernel|checked_reader)|no_programs|build_info"
                      r"|commands/(serve|once|doctor|check|record|hostname|standard_output)\.")


def sources(only):
    listed = subprocess.run(["git", "ls-files", "collectors/*.cc", "exporter/*.cc"], cwd=ROOT,
                            capture_output=True, text=True, check=True).stdout.split()
    return [ROOT / name for name in listed if not LEFT_OUT.search(name) and only in name]


def places(path):
    """(offset, old text, new text) of every change that can be made in a file."""
    text = path.read_text()
    # Not in comments, strings and directives; and a named constant may as well have another value.
    code = re.sub(r'//[^\n]*|"(?:[^"\\\n]|\\.)*"|#[^\n]*|constexpr [^;{(]*;', lambda m: " " * len(m[0]),
                  text)
    for pattern, new in CHANGES:
        for match in re.finditer(pattern, code):
            old = text[match.start():match.end()]
            yield match.start(), old, str(int(old) + 1) if new is None else new


def run(*command, seconds):
    """Whether it ended well, and in time; what it started has ended in any case."""
    environment = {**os.environ, "TLE_BINARY": str(BUILD / "tcp_lifecycle_exporter")}
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                          start_new_session=True, env=environment) as process:
        try:
            return process.wait(seconds) == 0
        except subprocess.TimeoutExpired:
            return False
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def folder_of_tests(path):
    """The folder below tests/unit with the tests of a source: that of its name, or one above."""
    folder = pathlib.Path("tests/unit") / path.relative_to(ROOT).parent
    while not (BUILD / folder / "CTestTestfile.cmake").exists():
        folder = folder.parent
    return folder


def build(target="all"):
    return run("cmake", "--build", "build/dev", "--target", str(target), seconds=1800)


def tests_pass(seconds, folder="."):
    return run("ctest", "--test-dir", str(BUILD / folder), "--stop-on-failure", "--timeout", "60",
               "--parallel", str(os.cpu_count()), seconds=seconds)


def pages_pass(seconds):
    return run(sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-x", "tests/golden",
               "-n", str(os.cpu_count()), seconds=seconds)


def verdict(path, offset, old, new, seconds):
    """killed (by a test that fails or does not end), survived or invalid."""
    original = path.read_text()
    try:
        path.write_text(original[:offset] + new + original[offset + len(old):])
        folder = folder_of_tests(path)
        if not build(folder / "all"):
            return "invalid"
        if not tests_pass(seconds, folder):
            return "killed"
        if not build():
            return "invalid"
        return "survived" if tests_pass(seconds) and pages_pass(seconds) else "killed"
    finally:
        path.write_text(original)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("seed", nargs="?", type=int, default=1)
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--only", default="", help="files whose path has this in it")
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    everywhere = [(path, *place) for path in sources(arguments.only) for place in places(path)]
    chance.shuffle(everywhere)
    if not run("git", "diff", "--quiet", "HEAD", "--", "collectors", "exporter", seconds=60):
        sys.exit("collectors/ or exporter/ has changes that are not committed")
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))  # so that the source is restored
    if not build():
        sys.exit("it does not build without a change")
    started = time.monotonic()
    if not (tests_pass(3600) and pages_pass(3600)):
        sys.exit("the tests do not pass without a change")
    seconds = 60 + 3 * (time.monotonic() - started)
    counts = {"killed": 0, "survived": 0, "invalid": 0}
    for path, offset, old, new in everywhere:
        if counts["killed"] + counts["survived"] == arguments.count:
            break
        found = verdict(path, offset, old, new, seconds)
        counts[found] += 1
        line = path.read_text()[:offset].count("\n") + 1
        print(f"{found}: {path.relative_to(ROOT)}:{line}: {old} -> {new}", flush=True)
    build()
    tried = counts["killed"] + counts["survived"]
    print(f"seed {arguments.seed}: {counts['killed']} of {tried} killed "
          f"({100 * counts['killed'] // max(tried, 1)} %), {counts['invalid']} did not compile")


if __name__ == "__main__":
    main()
