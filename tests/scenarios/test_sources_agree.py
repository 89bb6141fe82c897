"""One crowd of sockets, every reader of the kernel: the pages are the same, but for what a reader
cannot know, which is absent and not 0."""

from harness import differences, tcp
from harness.exporter import Exporter, page_once, run_binary
from harness.exposition import PREFIX
from harness.features import has
from harness.population import STATES, populate
from harness.still import still

# What /proc/net/tcp does not tell.
FAMILIES_UNKNOWN_TO_PROCFS = {"listen_queue_limit", "listen_queue_max_ratio", "listen_socket_drops",
                              "bind_ports_free"}
LABELS_UNKNOWN_TO_PROCFS = {("sockets", ("state", "bound_inactive")),
                            ("ephemeral_ports_blocked", ("blocker", "bound")),
                            ("config_finding", ("rule", "accept_queue_full")),
                            ("config_finding", ("rule", "backlog_above_somaxconn"))}


def unknown_to_procfs(series):
    name, labels = series[0].removeprefix(PREFIX), series[1]
    return name in FAMILIES_UNKNOWN_TO_PROCFS or any(
        (name, label) in LABELS_UNKNOWN_TO_PROCFS for label in labels)


def series_of(page, name, **labels):
    """The key of the only series of that name with those labels."""
    key, = [series for series in page
            if series[0] == PREFIX + name and labels.items() <= dict(series[1]).items()]
    return key


def test_sock_diag_procfs_and_replay_agree(netns, peer, link, tmp_path):
    populate(netns, peer, link)
    recording = tmp_path / "recording"

    def read_otherwise():
        recording.unlink(missing_ok=True)
        done = run_binary(netns, f"--record={recording}")
        assert done.returncode == 0, done.stderr
        return page_once(netns, "procfs")
    diag, procfs = still(lambda: differences.comparable(page_once(netns, "sock_diag")),
                         read_otherwise)
    whole = dict(diag)

    # The bound port that procfs cannot see is missing from the used ones and widens the bounds.
    seen_by_procfs = differences.comparable(procfs)
    if has("bound_sockets"):
        seen_by_procfs[series_of(diag, "ephemeral_ports_used")] += 1
        least, most = (series_of(diag, "destination_utilization_max_ratio", bound=bound)
                       for bound in ("min", "max"))
        assert seen_by_procfs.pop(least) < diag.pop(least) < diag.pop(most) < 0.001
        assert seen_by_procfs.pop(most) >= whole[most]
    for series in [series for series in seen_by_procfs if series[0] == PREFIX + "bind_ports_free"]:
        assert seen_by_procfs.pop(series) <= diag[series]
    known_to_procfs = {series: value for series, value in diag.items()
                       if not unknown_to_procfs(series)}
    assert differences.disagreements(known_to_procfs, seen_by_procfs) == {}
    assert procfs.value("scrape_source_info", reader="procfs") == 1
    # There was something to disagree about.
    by_state = {dict(labels)["state"]: value for (name, labels), value in diag.items()
                if name == PREFIX + "sockets" and dict(labels)["family"] == "ipv4"}
    assert sorted(by_state) == [
        state for state in STATES if state != "bound_inactive" or has("bound_sockets")]
    assert 0 not in by_state.values(), by_state

    replayed = page_once(netns, "replay", f"--collector.sockets.recording={recording}")
    assert differences.disagreements(whole, differences.comparable(replayed)) == {}
    assert replayed.value("scrape_source_info", reader="replay") == 1


def test_the_served_page_is_that_of_once(netns, source):
    tcp.pair(netns, tcp.listen(netns))
    exporter = Exporter(netns, source)
    exporter.scrape()
    # The request that is on its way has a timer of its own, which findings see as well. Events are
    # those since the exporter began.
    others = ("keepalive", "findings", "events")
    printed, served = still(
        lambda: differences.certain(page_once(
            netns, source, *(f"--no-collector.{name}" for name in others)), source),
        lambda: exporter.scrape("?" + "&".join(f"exclude[]={name}" for name in others)))
    assert differences.disagreements(printed, differences.certain(served, source)) == {}
