"""Fixtures of the scenarios. Run as root:

    TLE_BINARY=build/dev/tcp_lifecycle_exporter /usr/bin/python3 -m pytest tests/scenarios -k K9_
"""

import itertools
import os
import pathlib
import shutil
import sys
import tempfile

import pytest

sys.path.insert(0, os.path.dirname(__file__))

from field.world import Place  # noqa: E402
from harness.exporter import BINARY, Exporter, bpf_reader, why_no_bpf, why_not  # noqa: E402
from harness.features import BPF_READERS, READERS  # noqa: E402
from harness.link import Link  # noqa: E402
from harness.named import Names  # noqa: E402
from harness.netns import Namespace, why_impossible  # noqa: E402

NO_NAMESPACES = why_impossible()
FIGURES = "figures"


def pytest_configure():
    if not os.access(BINARY, os.X_OK):
        pytest.exit(f"no exporter at {BINARY}: build it, or name another with TLE_BINARY", 2)


def pytest_terminal_summary(terminalreporter):
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            if name == FIGURES and report.when == "call":
                terminalreporter.write_line("\n" + value)
    if NO_NAMESPACES:
        terminalreporter.write_line(f"SCENARIOS NOT RUN: {NO_NAMESPACES}", red=True, bold=True)
    if why_no_bpf():
        terminalreporter.write_line(f"BPF NOT TESTED: {why_no_bpf()}", red=True, bold=True)


def _new_namespace(request):
    if NO_NAMESPACES:
        pytest.skip(NO_NAMESPACES)
    made = Namespace()
    request.addfinalizer(made.close)
    return made


@pytest.fixture
def figures(record_property):
    """Takes a text that is shown at the end of the run."""
    return lambda text: record_property(FIGURES, text)


@pytest.fixture
def world(request, tmp_path):
    """Makes a world of field/worlds.py, in a place of its own."""
    if NO_NAMESPACES:
        pytest.skip(NO_NAMESPACES)

    numbers = itertools.count()

    def make(world_class):
        place = Place(tmp_path / str(next(numbers)))
        request.addfinalizer(place.close)
        return world_class(place)
    return make


@pytest.fixture
def new_netns(request):
    """Makes network namespaces, as many as a test asks for."""
    return lambda: _new_namespace(request)


@pytest.fixture
def names():
    """Names for namespaces, which an exporter finds by the flags that it has, whoever runs it."""
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        yield Names(pathlib.Path(directory))


@pytest.fixture
def netns(request):
    """A network namespace of its own."""
    return _new_namespace(request)


@pytest.fixture(scope="module")
def module_netns(request):
    """One for all tests of a file."""
    return _new_namespace(request)


@pytest.fixture
def peer(request):
    """A second one, for the other end of a connection."""
    return _new_namespace(request)


@pytest.fixture
def router(request):
    """A third one, between the two."""
    return _new_namespace(request)


@pytest.fixture
def link(netns, peer):
    return Link(netns, peer)


@pytest.fixture(params=READERS)
def source(request):
    """Each reader of the kernel that can run here."""
    if request.param in BPF_READERS and (reason := why_not(request.param)):
        pytest.skip(f"NO {request.param} HERE: {reason}")
    return request.param


@pytest.fixture
def bpf():
    """For a test that needs BPF: the best reader by it."""
    if reason := why_no_bpf():
        pytest.skip(f"NO BPF HERE: {reason}")
    return bpf_reader()


@pytest.fixture
def reachable_binary():
    """The exporter where everybody may go; a build directory may be out of bounds."""
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        yield shutil.copy(BINARY, directory)


@pytest.fixture
def exporter(netns, source):
    """An exporter in `netns`, started before the scenario."""
    return Exporter(netns, source)
