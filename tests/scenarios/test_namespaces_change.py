"""Namespaces that are made, filled, renamed and deleted while they are read."""

import threading

from harness import mixed, named, ss, tcp
from harness.exporter import Exporter
from harness.waiting import wait_until

MANY = 20


class Scraping:
    """Scrapes one after another in a thread; a page that is refused or wrong fails the test."""

    def __init__(self, exporter):
        self._exporter, self._over, self._error = exporter, threading.Event(), None
        self._thread = threading.Thread(target=self._run)
        self.failing = {}  # name -> in how many scrapes in a row it could not be read
        self.worst = 0
        self.scrapes = 0

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()
        if self._error:
            raise self._error

    def _run(self):
        try:
            while not self._over.wait(0.05):
                success = named.success(self._exporter.scrape())
                assert success["self"] == 1
                self.failing = {name: self.failing.get(name, 0) + 1
                                for name, good in success.items() if not good}
                self.worst = max(self.worst, 0, *self.failing.values())
                self.scrapes += 1
        except Exception as error:  # pylint: disable=broad-except
            self._error = error


def test_twenty_come_are_filled_renamed_and_go_during_scrapes(netns, new_netns, names, source):
    scraped, looked_at = (Exporter(netns, source, flags=names.flags(), port=port)
                          for port in (10460, 10461))
    watcher = new_netns()
    with Scraping(scraped) as scraping:
        for i in range(MANY):
            name, namespace = f"n{i}", new_netns()
            lifetime = named.Lifetime(namespace, watcher, f"v{i}")
            assert not lifetime.is_over()
            names.add(name, namespace)
            server = tcp.listen(namespace)
            for _ in range(i + 1):
                tcp.pair(namespace, server)
            assert established(looked_at, name) == ss.count(namespace, state="established")
            names.rename(name, name + "-renamed")
            page = looked_at.scrape()
            assert name not in named.named(page)
            assert established(looked_at, name + "-renamed") == 2 * (i + 1)
            if i % 2 == 0:
                names.remove(name + "-renamed")
                namespace.close()
                wait_until("nothing keeps it", lifetime.is_over)
                assert name + "-renamed" not in named.named(looked_at.scrape())
    assert scraping.scrapes >= MANY / 2
    assert scraping.worst <= 1, "one that was going may fail once"
    assert named.success(looked_at.scrape()) == {"self": 1} | {
        f"n{i}-renamed": 1 for i in range(1, MANY, 2)}
    assert named.held_by(scraped.process) == {netns.inode}


def established(exporter, name):
    return exporter.scrape().value("sockets", netns=name, family="ipv4", state="established")


def test_one_that_is_deleted_between_scrapes_is_gone_with_its_sockets(netns, new_netns, names,
                                                                      source):
    exporter = Exporter(netns, source, flags=names.flags())
    going, watcher = new_netns(), new_netns()
    lifetime = named.Lifetime(going, watcher, "v")
    mixed.serving("going", names.add("going", going))
    assert "going" in named.named(exporter.scrape())
    going.close()
    wait_until("nothing keeps it, though no scrape has come", lifetime.is_over)
    names.remove("going")
    assert named.success(exporter.scrape()) == {"self": 1}
