"""Every relocation of every BPF object against the BTF of each kernel in btf/, without booting it.

libbpf decides, by way of bpftool, which looks for the fields of an object in any BTF and says with
-d what it found. A kernel may lack a field; then the program must have asked whether it is there.
"""

import dataclasses
import lzma
import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "scenarios")]

import reduce_btf  # noqa: E402
from harness import features  # noqa: E402

FIXTURES = sorted((HERE / "btf").glob("*.btf.xz"))
RUNNING = pathlib.Path("/sys/kernel/btf/vmlinux")
PROGRAMS = [source.name.removesuffix(".bpf.c") for source in sorted(reduce_btf.BPF.glob("*.bpf.c"))]
BPFTOOL = shutil.which("bpftool", path="/usr/local/sbin:/usr/sbin:/sbin:" + os.environ["PATH"])



@dataclasses.dataclass(frozen=True)
class Form:
    """A field that programs ask for: which kernels have it, and what else depends on it."""
    kernels: str
    type: str = "struct"
    only_with: tuple = ()  # fields that are read only where it is there
    only_without: tuple = ()


def version_of(fixture):
    return fixture.name.removesuffix(".btf.xz")


EVERY = " ".join(map(version_of, FIXTURES))
FORMS = {
    "sock_common.skc_v6_daddr": Form(EVERY),
    "sock.__sk_common.skc_v6_daddr": Form(EVERY),
    "sock___retransmit.tcp_retransmit_timer": Form(
        "7.2.13 7.3.4", only_without=("inet_connection_sock.icsk_retransmit_timer",)),
    "sock___inode.sk_ino": Form("6.18.44 7.2.13 7.3.4", "integer"),
    "inet_connection_sock___keepalive.icsk_keepalive_timer": Form("6.1.192 6.12.118 7.2.13 7.3.4"),
    "inet_sock.local_port_range": Form("6.12.118 6.18.44 7.2.13 7.3.4", "integer"),
    "inet_sock___pair.local_port_range": Form("6.1.176 6.1.192"),
    "inet_bind_bucket.bhash2": Form(
        "6.12.118 6.18.44 7.2.13 7.3.4",
        only_with=("inet_bind2_bucket", "inet_connection_sock.icsk_bind2_hash"),
        only_without=("inet_bind_bucket.owners",)),
    "inet_timewait_sock.tw_connect_bind": Form("6.18.44 7.2.13 7.3.4", "integer"),
    "netns_ipv4.sysctl_tcp_tw_reuse_delay": Form("6.18.44 7.2.13 7.3.4", "integer"),
    "netns_ipv4___pointer.tcp_death_row": Form("", "pointer"),  # 5.18 to 6.0
}

_ASKED = re.compile(r"prog '(\S+)': relo #(\d+): <(\w+)> \[\d+\] (?:struct|enum) (\S+)")
_FOUND = re.compile(r"prog '(\S+)': relo #(\d+): matching candidate #\d+ <\w+> \[\d+\] "
                    r"(?:struct|enum) (\S+)(?: \(\S+ @ (offset .*)\))?")


@dataclasses.dataclass(frozen=True)
class Relocation:
    kind: str
    what: str  # struct.field, of the program's header
    found: str  # and where, of the kernel; empty where it has none


def relocations(program, btf, tmp_path):
    """Those of an object, in order, as libbpf resolves them against that BTF."""
    file = tmp_path / "vmlinux.btf"
    file.write_bytes(btf)
    objects = pathlib.Path(os.environ["TLE_BINARY"]).parent / "collectors/kernel/bpf"
    done = subprocess.run([BPFTOOL, "-d", "gen", "min_core_btf", file, tmp_path / "unused",
                           objects / f"{program}.bpf.o"], capture_output=True, text=True, check=True)
    asked, found = {}, {}
    for line in (done.stdout + done.stderr).splitlines():
        if match := _FOUND.search(line):
            found.setdefault(match.group(1, 2), " ".join(filter(None, match.group(3, 4))))
        elif match := _ASKED.search(line):
            asked[match.group(1, 2)] = match.group(3, 4)
    assert asked, done.stderr
    return [Relocation(*asked[key], found.get(key, "")) for key in asked]


def answers(found):
    """{field: whether the kernel has it} of the fields that an object asks for."""
    return {one.what: bool(one.found) for one in found if one.kind == "field_exists"}


def not_asked_for(found):
    """Fields that the kernel lacks and the object reads all the same."""
    allowed = []
    for field, there in answers(found).items():
        allowed += FORMS[field].only_without if there else (field, *FORMS[field].only_with)
    return {one.what for one in found if not one.found and not one.what.startswith(tuple(allowed))}


def read(fixture):
    return lzma.decompress(fixture.read_bytes())


each_kernel = pytest.mark.parametrize("fixture", FIXTURES, ids=version_of)
each_program = pytest.mark.parametrize("program", PROGRAMS)


@each_kernel
@each_program
def test_every_field_is_there_or_was_asked_for(program, fixture, tmp_path):
    found = relocations(program, read(fixture), tmp_path)
    has = answers(found)
    assert has == {field: version_of(fixture) in FORMS[field].kernels.split() for field in has}
    assert not_asked_for(found) == set()


def test_every_form_is_asked_for(tmp_path):
    asked = [answers(relocations(program, read(FIXTURES[0]), tmp_path)) for program in PROGRAMS]
    assert set().union(*asked) == set(FORMS)


@each_kernel
def test_functions_and_tracepoints_are_as_the_table_of_kernels_says(fixture):
    btf = reduce_btf.Btf(read(fixture))
    names = {btf.name(number) for number in range(1, len(btf.types))}
    version = tuple(int(part) for part in version_of(fixture).split(".")[:2])
    expected = features.expected(version)
    assert (reduce_btf.kfuncs_of("walk") <= names) == (expected.reader == "bpf")
    assert (reduce_btf.tracepoints_of("events") <= names) == expected.counts_failed_connects


def test_every_kernel_of_the_table_has_a_fixture():
    versions = [tuple(map(int, version_of(fixture).split(".")[:2])) for fixture in FIXTURES]
    assert {features.expected(version) for version in versions} == {
        kernel for kernel in features.KERNELS if kernel.tried}


@each_program
def test_a_field_that_is_gone_is_noticed(program, tmp_path):
    btf = read(FIXTURES[-1]).replace(b"\0skc_portpair\0", b"\0skc_portpai_\0")
    assert any("skc_portpair" in what
               for what in not_asked_for(relocations(program, btf, tmp_path)))


@each_program
@pytest.mark.skipif(not RUNNING.exists(), reason=f"NO BTF OF THE RUNNING KERNEL: no {RUNNING}")
def test_what_is_kept_says_the_same_as_the_whole(program, tmp_path):
    whole = RUNNING.read_bytes()
    assert relocations(program, reduce_btf.reduce_for_programs(whole), tmp_path) == relocations(
        program, whole, tmp_path)


@pytest.mark.skipif(not RUNNING.exists(), reason=f"NO BTF OF THE RUNNING KERNEL: no {RUNNING}")
def test_check_names_the_forms_that_libbpf_takes(tmp_path):
    done = subprocess.run([os.environ["TLE_BINARY"], "check"], capture_output=True, text=True,
                          check=False)
    shown = dict(re.findall(r"^ +(\w+\.\w+): (.+)$", done.stdout, re.MULTILINE))
    assert shown, done.stdout
    has = answers(relocations("walk", RUNNING.read_bytes(), tmp_path))
    for form in set(has) - {"sock_common.skc_v6_daddr"}:
        field = re.sub(r"___\w+", "", form)
        assert has[form] == (shown[field] == FORMS[form].type), field
