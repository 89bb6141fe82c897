"""The include rules hold in this repository, and the check sees a tree in which they do not."""

import pathlib
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import layers  # noqa: E402

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]


def files_of_ours(pattern: str) -> list[pathlib.Path]:
    return [path for top in ("collectors", "exporter") for path in (REPOSITORY / top).rglob(pattern)]


def tree(root: pathlib.Path, **files: str) -> pathlib.Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def test_this_repository_keeps_its_rooms_apart():
    assert layers.violations(REPOSITORY) == []


def test_every_folder_of_sources_is_a_room_or_a_part_of_one():
    folders = {path.parent.relative_to(REPOSITORY).as_posix()
               for suffix in layers.SUFFIXES for path in files_of_ours("*" + suffix)}
    assert folders == {*layers.ROOMS, *layers.PARTS}


def test_every_room_is_on_its_map():
    for room in (*layers.ROOMS, *layers.PARTS):
        top, _, rest = room.partition("/")
        if rest and "/" not in rest:
            assert f"`{rest}/`" in (REPOSITORY / top / "README.md").read_text(), room


# Each stands once; elsewhere it is taken from there.
@pytest.mark.parametrize(("literal", "owner"), [
    ('"tcp_lifecycle_"', "collectors/metrics/family.h"),
    ('"/metrics"', "exporter/cli/options.h"),
])
def test_what_has_one_place_is_written_there_alone(literal, owner):
    holders = [path.relative_to(REPOSITORY).as_posix() for suffix in (".h", ".cc")
               for path in files_of_ours("*" + suffix) if literal in path.read_text()]
    assert holders == [owner]


def test_every_header_begins_with_what_it_is_about():
    silent = [path.name for path in files_of_ours("*.h") if not path.read_text().startswith("// ")]
    assert silent == []


def test_no_two_sources_have_one_name():
    names = [path.name for path in files_of_ours("*.cc") + files_of_ours("*.h")]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("collectors/model/socket.h", "#include <linux/inet_diag.h>"),
        ("collectors/model/socket.h", '#include "collectors/analysis/role.h"'),
        ("collectors/analysis/role.cc", "#include <prometheus/metric_family.h>"),
        ("collectors/analysis/role.cc", '#include "collectors/kernel/procfs/proc_files.h"'),
        ("collectors/analysis/role.cc", "#include <unistd.h>"),
        ("collectors/sockets.cc", '#include "collectors/kernel/sock_diag/sock_diag_source.h"'),
        ("collectors/sockets.cc", '#include "exporter/scrape/scraper.h"'),
        ("collectors/kernel/procfs/tcp.cc", '#include "collectors/metrics/family_set.h"'),
        ("collectors/kernel/procfs/tcp.cc", '#include "collectors/collector.h"'),
        ("exporter/scrape/scraper.cc", '#include "collectors/kernel/replay/replay_source.h"'),
        ("exporter/scrape/scraper.cc", "#  include <civetweb.h>"),
        ("exporter/scrape/scraper.cc", '#include "exporter/http/server.h"'),
        ("exporter/http/server.cc", '#include "collectors/kernel/sock_diag/sock_diag_source.h"'),
        ("exporter/http/server.cc", '#include "server.h"'),
        ("exporter/http/page/ports_section.cc", '#include "collectors/ports/ports.h"'),
        ("exporter/http/page/page.cc", '#include "collectors/findings/rule.h"'),
        ("exporter/doctor/advice.cc", '#include "collectors/sockets.h"'),
        ("exporter/doctor/advice.cc", '#include "collectors/findings/inputs.h"'),
        ("collectors/findings/rule.cc", '#include "collectors/ports/ports.h"'),
        ("collectors/reports/ports_report.h", '#include "collectors/collector.h"'),
        ("collectors/base/status.h", '#include "collectors/model/socket.h"'),
        ("exporter/commands/once.cc", '#include "collectors/list.h"'),
        ("exporter/scrape/pass.h", '#include "collectors/./list.h"'),
        ("exporter/scrape/pass.h", '#include "collectors/model/../list.h"'),
        ("exporter/scrape/pass.h", '#include "collectors/ports/ports.h"'),
        ("exporter/scrape/pass.h", '#include "collectors/findings/rule.h"'),
        ("exporter/main.cc", '#include "collectors/sockets.h"'),
        ("collectors/settings.h", '#include "collectors/listen.h"'),
        ("collectors/keepalive.cc", '#include "collectors/ports/ports_families.h"'),
        ("collectors/kernel/bpf/records.bpf.inc", '#include "exporter/log/log.h"'),
        ("exporter/http/assets.cc.in", '#include "collectors/kernel/procfs/snmp.h"'),
        ("exporter/http/server.cc", "#include <prometheus/metric_family.h>"),
        ("collectors/analysis/role.cc", "#include <filesystem>"),
        ("collectors/metrics/family.h", "#include <chrono>"),
        ("exporter/cli/options.cc", '#include "collectors/kernel/procfs/proc_files.h"'),
        ("exporter/log/log.cc", '#include "exporter/http/server.h"'),
        ("exporter/main.cc", '#include "collectors/kernel/replay/replay_source.h"'),
    ],
)
def test_a_forbidden_include_is_found(tmp_path, file, line):
    found = layers.violations(tree(tmp_path, **{file: f"// A file.\n{line}\n"}))
    assert len(found) == 1
    assert found[0].startswith(f"{file}:2:")


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("collectors/kernel/sock_diag/decode_message.cc", "#include <linux/inet_diag.h>"),
        ("collectors/kernel/replay/replay_source.cc", '#include "collectors/kernel/sock_diag/decode_message.h"'),
        ("collectors/sockets.cc", '#include "collectors/analysis/role.h"'),
        ("exporter/assembly/kernel.cc", '#include "collectors/kernel/replay/replay_source.h"'),
        ("exporter/main.cc", '#include "collectors/list.h"'),
        ("exporter/doctor/advice.cc", '#include "collectors/reports/ports_report.h"'),
    ],
)
def test_an_allowed_include_is_not_reported(tmp_path, file, line):
    assert layers.violations(tree(tmp_path, **{file: line})) == []


def test_a_source_that_includes_its_own_header_late_is_found(tmp_path):
    late = '#include <string>\n#include "collectors/ports/ports.h"\n'
    root = tree(tmp_path, **{"collectors/ports/ports.h": "", "collectors/ports/ports.cc": late})
    assert layers.violations(root) == [
        "collectors/ports/ports.cc: its own header is not its first include"
    ]


def headers_without_a_source() -> list[str]:
    alone = [path for path in files_of_ours("*.h") if not path.with_suffix(".cc").exists()]
    return sorted(path.relative_to(REPOSITORY).as_posix() for path in alone)


@pytest.mark.parametrize("header", headers_without_a_source())
def test_a_header_compiles_by_itself(header):
    command = ["c++", "-std=c++20", "-fsyntax-only", "-I.", "-x", "c++", header]
    result = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
