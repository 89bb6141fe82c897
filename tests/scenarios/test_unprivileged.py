"""No user is too small to read the sockets."""

import os
import shutil
import tempfile

import pytest

from harness import differences
from harness.exporter import BINARY, Exporter
from harness.population import populate
from harness.waiting import wait_until

NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all",
          "--bounding-set=-all", "--no-new-privs"]


@pytest.fixture
def reachable_binary():
    """The exporter where everybody may go; a build directory may be out of bounds."""
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        yield shutil.copy(BINARY, directory)


def test_an_unprivileged_exporter_makes_the_same_page(netns, peer, link, source, reachable_binary):
    populate(netns, peer, link)
    as_root = Exporter(netns, source)
    as_nobody = Exporter(netns, source, port=10461, binary=reachable_binary,
                         wrapper=NOBODY)
    as_root.scrape()
    as_nobody.scrape()

    def read_both():
        before = differences.comparable(as_root.scrape())
        nobody = as_nobody.scrape()
        return before == differences.comparable(as_root.scrape()) and (before, nobody)
    root, nobody = wait_until("nothing moves while both are read", read_both, 30)
    assert set(nobody.by("collector", "scrape_collector_success").values()) == {1}
    assert differences.disagreements(root, differences.comparable(nobody)) == {}
