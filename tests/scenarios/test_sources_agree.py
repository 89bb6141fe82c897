"""One crowd of sockets, every reader of the kernel: the pages are the same, but for what a reader
cannot know, which is absent and not 0."""

from harness import differences, ss
from harness.exporter import ADDRESS, Exporter, run_binary
from harness.exposition import Page
from harness.population import STATES, populate
from harness.waiting import wait_until

# What /proc/net/tcp does not tell.
UNKNOWN_TO_PROCFS = {
    "listen_queue_limit", "listen_queue_max_ratio", "listen_socket_drops",
    'sockets{state="bound_inactive"}', 'ephemeral_ports_blocked{by="bound"}',
}


def unknown_to_procfs(series):
    name, labels = series
    labels = dict(labels)
    for key in ("state", "by"):
        if f'{name}{{{key}="{labels.get(key)}"}}'.removeprefix("tcp_lifecycle_") \
                in UNKNOWN_TO_PROCFS:
            return True
    return name.removeprefix("tcp_lifecycle_") in UNKNOWN_TO_PROCFS


def assert_same(ours, theirs):
    assert differences.disagreements(ours, theirs) == {}


def test_sock_diag_procfs_and_replay_agree(netns, peer, link, tmp_path):
    populate(netns, peer, link)
    by_diag = Exporter(netns, "sock_diag")
    by_procfs = Exporter(netns, "procfs", port=10461)
    recording = tmp_path / "recording"
    by_diag.scrape()
    by_procfs.scrape()

    def read_all():
        first = differences.comparable(by_diag.scrape())
        procfs = by_procfs.scrape()
        done = run_binary(netns, f"--record={recording}")
        assert done.returncode == 0, done.stderr
        if first == differences.comparable(by_diag.scrape()):
            return first, procfs
        for path in sorted(recording.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        recording.rmdir()
        return None
    diag, procfs = wait_until("nothing moves while all are read", read_all, timeout_seconds=30)

    # A bound port that procfs cannot see is missing from the used ones, and from nothing else.
    used = next(series for series in diag if series[0] == "tcp_lifecycle_ephemeral_ports_used")
    seen_by_procfs = differences.comparable(procfs)
    seen_by_procfs[used] += 1
    assert_same({series: value for series, value in diag.items() if not unknown_to_procfs(series)},
                seen_by_procfs)
    assert all(value > 0 for (name, labels), value in diag.items()
               if name == "tcp_lifecycle_sockets" and dict(labels)["family"] == "ipv4")
    assert {dict(labels)["state"] for name, labels in diag
            if name == "tcp_lifecycle_sockets"} == set(STATES)

    replayed = run_binary(netns, "--once", "--collector.sockets.source=replay",
                          f"--collector.sockets.replay-dir={recording}")
    assert replayed.returncode == 0, replayed.stderr
    page = Page(replayed.stdout)
    assert_same(diag, differences.comparable(page))
    assert page.value("scrape_source_info", reader="replay") == 1
    assert procfs.value("scrape_source_info", reader="procfs") == 1


def test_once_prints_the_page_that_is_served(netns, source):
    exporter = Exporter(netns, source)
    served = exporter.scrape()
    done = run_binary(netns, "--once", f"--collector.sockets.source={source}")
    assert done.returncode == 0, done.stderr
    printed = Page(done.stdout)
    assert_same(differences.comparable(served), differences.comparable(printed))
    assert printed.types == served.types
    assert ss.count(netns, local_address=ADDRESS, state="listen") == 1
