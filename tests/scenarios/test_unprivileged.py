"""No user is too small to read the sockets."""

from harness import differences
from harness.exporter import NOBODY, page_once
from harness.population import populate
from harness.still import still


def test_an_unprivileged_exporter_makes_the_same_page(netns, peer, link, source, reachable_binary):
    populate(netns, peer, link)
    root, nobody = still(
        lambda: differences.comparable(page_once(netns, source)),
        lambda: page_once(netns, source, binary=reachable_binary, wrapper=NOBODY))
    assert set(nobody.by("collector", "scrape_collector_success").values()) == {1}
    assert differences.disagreements(root, differences.comparable(nobody)) == {}
