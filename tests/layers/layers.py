"""Which folder may include which: the one-way streets between the rooms of the source tree.

`violations(root)` reads the #include lines of every C++ file under root and returns one sentence
for each line that breaks a rule below. layers_test.py runs it over this repository, and over trees
that break the rules.
"""

import pathlib
import re
from typing import Iterator, NamedTuple

INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]')
SUFFIXES = {".cc", ".h", ".hpp", ".c", ".inc", ".in"}


class Room(NamedTuple):
    """A folder, what of ours it may include, and which outside headers stay out of it."""

    ours: tuple[str, ...]
    outside_forbidden: tuple[str, ...] = ()


UAPI = ("linux/", "net/", "netinet/", "sys/socket.h")
PROMETHEUS = ("prometheus/",)
CIVETWEB = ("civetweb.h",)
FILES = ("cstdio", "filesystem", "fstream", "fcntl.h", "sys/stat.h", "unistd.h")
FILES_AND_CLOCKS = (*FILES, "chrono", "ctime", "absl/time/clock.h")
BASE = ("collectors/base",)
# What a view of one pass is made of.
REPORTS = (*BASE, "collectors/analysis", "collectors/model", "collectors/reports")
# What runs collectors, by their interface.
COLLECTORS = (*REPORTS, "collectors", "collectors/metrics")

# Longest prefix wins. A room may always include itself.
ROOMS = {
    "collectors/base": Room((), UAPI + PROMETHEUS + CIVETWEB),
    "collectors/model": Room(BASE, UAPI + PROMETHEUS + CIVETWEB + FILES),
    "collectors/kernel": Room((*BASE, "collectors/model"), PROMETHEUS + CIVETWEB),
    "collectors/analysis": Room(
        (*BASE, "collectors/model"), UAPI + PROMETHEUS + CIVETWEB + FILES_AND_CLOCKS
    ),
    "collectors/metrics": Room((*BASE, "collectors/model"), UAPI + CIVETWEB + FILES_AND_CLOCKS),
    "collectors/findings": Room(
        REPORTS,
        UAPI + PROMETHEUS + CIVETWEB + FILES_AND_CLOCKS,
    ),
    "collectors/reports": Room(
        (*BASE, "collectors/analysis", "collectors/model"),
        UAPI + PROMETHEUS + CIVETWEB + FILES_AND_CLOCKS,
    ),
    "collectors": Room(
        (*COLLECTORS, "collectors/findings"), UAPI + CIVETWEB + FILES_AND_CLOCKS
    ),
    "exporter/scrape": Room(COLLECTORS, UAPI + CIVETWEB),
    "exporter/http": Room(REPORTS + ("exporter/scrape",), PROMETHEUS),
    "exporter/doctor": Room(
        REPORTS + ("exporter/scrape", "exporter/text"),
        UAPI + PROMETHEUS + CIVETWEB + FILES_AND_CLOCKS,
    ),
    "exporter/text": Room(BASE, UAPI + PROMETHEUS + CIVETWEB + FILES_AND_CLOCKS),
    "exporter/log": Room((*BASE, "exporter/text"), UAPI + PROMETHEUS + CIVETWEB),
    # CheckTelemetryPath and the grammar of listen addresses belong to the server.
    "exporter/cli": Room(
        COLLECTORS + ("exporter/http", "exporter/log", "exporter/scrape"), UAPI + CIVETWEB
    ),
    "exporter/assembly": Room(
        COLLECTORS
        + ("collectors/kernel", "exporter", "exporter/cli", "exporter/log", "exporter/scrape"),
        CIVETWEB,
    ),
    "exporter/commands": Room(
        COLLECTORS
        + (
            "collectors/kernel",
            "exporter",
            "exporter/assembly",
            "exporter/cli",
            "exporter/doctor",
            "exporter/http",
            "exporter/log",
            "exporter/scrape",
            "exporter/text",
        )
    ),
    "exporter": Room(
        COLLECTORS
        + (
            "exporter/cli",
            "exporter/commands",
            "exporter/doctor",
            "exporter/log",
            "exporter/scrape",
        )
    ),
}


# Folders that are a part of the room around them.
PARTS = (
    "collectors/kernel/bpf",
    "collectors/kernel/namespaces",
    "collectors/kernel/procfs",
    "collectors/kernel/replay",
    "collectors/kernel/sock_diag",
    "collectors/ports",
    "exporter/http/page",
)

# Who includes the list is compiled again for each collector.
LIST = "collectors/list.h"
INCLUDES_THE_LIST = ("collectors/list.cc", "exporter/main.cc")
# Headers of the room collectors that are no collector's own.
SHARED = tuple(f"collectors/{name}.h" for name in ("collector", "counters", "report_accumulator",
                                                   "settings"))


def room_of(path: str) -> str | None:
    """The room that a file or an include path lies in, None outside all of them."""
    fitting = [name for name in ROOMS if path.startswith(name + "/")]
    return max(fitting, key=len, default=None)


def is_of_another_collector(file: str, included: str) -> bool:
    """Whether that is a header of one collector alone, and the file none of its own."""
    if room_of(included) != "collectors" or included in (*SHARED, LIST):
        return False
    folder, _, name = included.rpartition("/")
    own = f"{folder}/{name.removesuffix('.h')}." if folder == "collectors" else folder + "/"
    return not file.startswith(own) and file != "collectors/list.cc"


def forbidden(file: str, quoted: bool, included: str) -> str | None:
    """Why `file` may not include this header; None when it may."""
    room = room_of(file)
    if room is None:
        return None
    if included == LIST and file not in INCLUDES_THE_LIST:
        return f"only {' and '.join(INCLUDES_THE_LIST)} may include it"
    if {".", ".."} & set(included.split("/")):
        return "a path has no . and no .. in it"
    if is_of_another_collector(file, included):
        return "it is of one collector alone"
    target = room_of(included)
    if target is not None:
        if target != room and target not in ROOMS[room].ours:
            return f"{room} may not include {target}"
    elif any(included == outside or outside.endswith("/") and included.startswith(outside)
             for outside in ROOMS[room].outside_forbidden):
        return f"{included} stays out of {room}"
    elif quoted and "/" not in included and file.endswith((".cc", ".h")):
        return "a header of ours is included by its path from the root"
    return None


def includes(path: pathlib.Path) -> Iterator[tuple[int, bool, str]]:
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        if match := INCLUDE.match(line):
            yield number, match[1] == '"', match[2]


def own_header_missing_or_late(path: pathlib.Path, root: pathlib.Path) -> bool:
    """A .cc with a header includes it first, so the header is known to compile by itself."""
    header = path.with_suffix(".h")
    if path.suffix != ".cc" or not header.exists():
        return False
    first = next(includes(path), None)
    return first is None or first[2] != header.relative_to(root).as_posix()


def violations(root: pathlib.Path) -> list[str]:
    found = []
    for top in ("collectors", "exporter"):
        for path in sorted((root / top).rglob("*")):
            if path.suffix not in SUFFIXES:
                continue
            file = path.relative_to(root).as_posix()
            if own_header_missing_or_late(path, root):
                found.append(f"{file}: its own header is not its first include")
            for number, quoted, included in includes(path):
                if reason := forbidden(file, quoted, included):
                    found.append(f'{file}:{number}: includes "{included}": {reason}')
    return found
