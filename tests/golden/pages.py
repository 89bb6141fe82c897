#!/usr/bin/env python3
"""The golden pages: what the whole program prints for each recording in tests/fixtures/replay, as
metrics and as the doctor's report.

    TLE_BINARY=.../tcp_lifecycle_exporter tests/golden/pages.py

writes them anew, with collectors/METRICS.md, after an intended change. golden_test.py compares.
"""

import os
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "tests/fixtures/replay"
PAGES = pathlib.Path(__file__).parent / "pages"
METRICS_MD = ROOT / "collectors/METRICS.md"
BINARY = pathlib.Path(
    os.environ.get("TLE_BINARY", ROOT / "build/release/tcp_lifecycle_exporter")).resolve()

# What differs from run to run and from build to build.
VARYING = re.compile(
    r"^(\w+_duration_seconds(?:\{[^}]*\})? ).*$"
    r"|^(tcp_lifecycle_exporter_build_info).*$",
    re.MULTILINE,
)


WHEN = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC")


def run(*flags, **options):
    """The finished process, its output as text."""
    return subprocess.run(
        [BINARY, *flags], capture_output=True, text=True, timeout=60, check=False, **options
    )


def replay(fixture):
    """The flags that name a recording."""
    return "--collector.sockets.source=replay", f"--collector.sockets.recording={fixture}"


def relative(fixture):
    """As seen from the root of the repository: reports have the path, pages are the same anywhere."""
    return fixture.relative_to(ROOT) if fixture.is_relative_to(ROOT) else fixture


def once(fixture, *flags):
    """--once over a recording."""
    return run("--once", *replay(fixture), *flags)


def doctor(fixture, *flags):
    """The doctor over a recording."""
    return run("doctor", *replay(relative(fixture)), *flags, cwd=ROOT)


def masked(page):
    return VARYING.sub(lambda match: (match[1] or match[2] + " ") + "VARIES", page)


def masked_report(text):
    return WHEN.sub("WHEN", text)


def fixtures():
    return sorted(path for path in FIXTURES.iterdir() if path.is_dir())


def golden(fixture):
    return PAGES / f"{fixture.name}.txt"


def golden_report(fixture):
    return PAGES / f"{fixture.name}.doctor.txt"


def main():
    for fixture in fixtures():
        golden(fixture).write_text(masked(once(fixture).stdout), encoding="utf-8")
        golden_report(fixture).write_text(masked_report(doctor(fixture).stdout), encoding="utf-8")
    METRICS_MD.write_text(run("--print-metrics-md").stdout, encoding="utf-8")


if __name__ == "__main__":
    main()
