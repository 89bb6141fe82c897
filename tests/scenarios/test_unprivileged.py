"""No user is too small to read the sockets."""

import os
import shutil
import tempfile

import pytest

from harness import differences
from harness.exporter import BINARY, page_once
from harness.population import populate
from harness.still import still

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
    root, nobody = still(
        lambda: differences.comparable(page_once(netns, source)),
        lambda: page_once(netns, source, binary=reachable_binary, wrapper=NOBODY))
    assert set(nobody.by("collector", "scrape_collector_success").values()) == {1}
    assert differences.disagreements(root, differences.comparable(nobody)) == {}
