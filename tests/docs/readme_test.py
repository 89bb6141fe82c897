"""What README.md says agrees with the binary (TLE_BINARY), with METRICS.md and with the tree."""

import os
import pathlib
import re
import subprocess
import sys

import pytest
import yaml

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
DOCUMENTS = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "collectors/README.md",
             "exporter/README.md"]
README = (REPOSITORY / "README.md").read_text()
METRICS = (REPOSITORY / "collectors/METRICS.md").read_text()


def output_of(*flags: str) -> str:
    command = [os.environ["TLE_BINARY"], *flags]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def benchmark_at_a_million() -> dict[str, tuple[str, str]]:
    """Reader -> CPU and peak memory, as the table of RESULTS.md has them."""
    results = (REPOSITORY / "tests/bench/RESULTS.md").read_text()
    section = results.partition("### 1,000,000 sockets\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (.+?) \| ([\d,]+) \(.*?\| .*?\| ([\d.]+ MiB) \|", section, re.MULTILINE)
    return {name: (cpu.replace(",", "") + " ms", memory) for name, cpu, memory in rows}


def test_the_cost_is_that_of_the_benchmark():
    rows = benchmark_at_a_million()
    readers = ("bpf", "sock_diag", "node_exporter tcpstat", "ss -tan", "netstat -tan")
    for column, name in ((0, "CPU of a scrape at 1,000,000 sockets"), (1, "peak memory there")):
        row = re.search(rf"^\| {name} \|(.*)$", README, re.MULTILINE)[1]
        told = re.findall(r"[\d.]+ (?:ms|MiB)", row)
        assert told == [rows[reader][column] for reader in readers], name


def flags_in_help() -> dict[str, str]:
    """Flag as it is spelled -> its default, empty when --help names none."""
    text = re.sub(r"\n {10,}", " ", output_of("--help"))
    rows = re.findall(r"^  (?:-\w, )?(--\S+)(.*)$", text, re.MULTILINE)
    flags = {}
    for flag, meaning in rows:
        default = re.search(r" Default: (.+?)$", re.sub(" +", " ", meaning))
        flags[flag] = default[1] if default else ""
    assert flags["--web.listen-address=ADDRESS"] == ":10460"  # the help was understood
    return flags


def flags_in_readme(collectors: list[str]) -> dict[str, str]:
    rows = re.findall(r"^\| `(--[^`]+)` \|([^|]*)\|", README, re.MULTILINE)
    flags = {}
    for flag, default in rows:
        for name in collectors if "NAME" in flag else [""]:
            flags[flag.replace("NAME", name)] = default.replace("`", "").strip()
    return flags


def promql_in_readme() -> list[str]:
    blocks = re.findall(r"```promql\n(.*?)```", README, re.DOTALL)
    return [query for block in blocks for query in block.strip().splitlines()]


def test_the_flags_are_those_of_help():
    in_help = flags_in_help()
    collectors = [f[len("--[no-]collector.") :] for f in in_help if f.startswith("--[no-]")]
    assert flags_in_readme(collectors) == in_help


def test_the_collectors_are_those_of_help():
    cell = re.search(r"^\| `--\[no-\]collector.NAME` \|[^|]*\|([^|]*)\|", README, re.MULTILINE)[1]
    in_help = [flag.removeprefix("--[no-]collector.") for flag in flags_in_help()
               if flag.startswith("--[no-]")]
    assert re.findall(r"`(\w+)`", cell) == in_help


def test_every_metric_named_is_documented():
    named = set(re.findall(r"\btcp_lifecycle_(?!exporter\b)\w+", README))
    assert len(named) > 5
    assert sorted(name for name in named if f"`{name}`" not in METRICS) == []


def test_there_are_five_questions_with_queries():
    section = README.split("\n## Five questions\n")[1].split("\n## ")[0]
    assert section.count("```promql") == len(re.findall(r"^\*\*.*\?\*\*", section, re.MULTILINE)) == 5


@pytest.mark.parametrize("query", promql_in_readme())
def test_a_query_is_promql(tmp_path, query):
    rules = tmp_path / "rules.yml"
    rules.write_text(f"groups:\n- name: readme\n  rules:\n  - record: a:b\n    expr: '{query}'\n")
    checked = subprocess.run(
        ["promtool", "check", "rules", rules], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_inside_the_repository_lead_somewhere(document):
    path = REPOSITORY / document
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", path.read_text())
    assert [link for link in links if not (path.parent / link).exists()] == []


def tree():
    """Every file and folder of the repository, from its root."""
    listed = subprocess.run(["git", "ls-files"], cwd=REPOSITORY, capture_output=True, text=True,
                            check=True).stdout.splitlines()
    return {str(each) for path in map(pathlib.PurePath, listed) for each in (path, *path.parents)}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_files_that_are_named_are_there(document):
    """Those in backquotes, by the end of their path."""
    text = (REPOSITORY / document).read_text()
    named = re.findall(r"`([\w.][\w./-]*(?:/|\.(?:cc|h|py|md|yml|sh|inc|ts|css)))`", text)
    there = tree()
    missing = {name for name in named if "NAME" not in name and not name.startswith("build/") and
               not any(f"/{path}".endswith("/" + name.rstrip("/")) for path in there)}
    assert missing == set()


def test_what_the_forge_reads_is_yaml_and_its_actions_are_pinned():
    files = sorted((REPOSITORY / ".github").rglob("*.yml"))
    assert len(files) >= 3
    for file in files:
        assert yaml.safe_load(file.read_text()), file
        for action in re.findall(r"uses: (\S+)", file.read_text()):
            assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action), action


def test_the_kernels_are_those_of_the_one_table():
    sys.path.insert(0, str(REPOSITORY / "tests/scenarios"))
    from harness import features

    section = README.split("\n## Kernels\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (\d.*?) \| `(\w+)` \| (\w+) \| (\w+) \|", section, re.MULTILINE)
    assert rows == [
        (kernel.name, kernel.reader, kernel.headroom, "yes" if kernel.counts_failed_connects else "no")
        for kernel in features.KERNELS
    ]
    unprivileged = f"`{features.UNPRIVILEGED_READER}`, and headroom is a pair of bounds"
    assert unprivileged in " ".join(section.split())


def test_every_suite_of_the_runner_is_in_contributing():
    runner = (REPOSITORY / "tests/run.sh").read_text()
    suites = re.search(r"^suites=\((.*?)\)", runner, re.MULTILINE | re.DOTALL)[1].split()
    table = (REPOSITORY / "CONTRIBUTING.md").read_text()
    assert [suite for suite in suites if f"`{suite}`" not in table] == []
