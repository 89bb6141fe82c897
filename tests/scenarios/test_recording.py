"""What --record writes: one archive, with the addresses or without, never with keys."""

import collections
import socket
import struct
import tarfile

import pytest

from harness import differences, tcp
from harness.exporter import page_once, run_binary
from harness.population import populate

ADDRESSES = {"source_address", "destination_address", "listen_address"}
TCP_MD5SIG = 14
KEY = b"the password of a BGP session"


def record(netns, archive, *flags):
    done = run_binary(netns, f"--record={archive}", *flags)
    assert done.returncode == 0, done.stderr
    return done.stderr


def contents(archive):
    with tarfile.open(archive) as files:
        return b"".join(files.extractfile(member).read() for member in files)


def without_addresses(page):
    """The values of each family, by what is left of its labels."""
    values = collections.defaultdict(list)
    for (name, labels), value in differences.comparable(page).items():
        values[name, frozenset(pair for pair in labels if pair[0] not in ADDRESSES)].append(value)
    return {series: sorted(found) for series, found in values.items()}


def replayed(netns, archive):
    return page_once(netns, "replay", f"--collector.sockets.recording={archive}")


def test_addresses_are_replaced_and_nothing_else_changes(netns, peer, link, tmp_path):
    populate(netns, peer, link)
    plain, anonymous = tmp_path / "plain.tar.gz", tmp_path / "anonymous.tar.gz"
    assert "--record.anonymize" in record(netns, plain)
    assert record(netns, anonymous, "--record.anonymize") == ""
    for address in (link.address(netns), link.address(peer)):
        raw = socket.inet_aton(address)
        as_text = f"{struct.unpack('=I', raw)[0]:08X}:".encode()
        for needle in (raw, as_text):
            assert needle in contents(plain)
            assert needle not in contents(anonymous)
    named, nameless = replayed(netns, plain), replayed(netns, anonymous)
    assert without_addresses(nameless).keys() ^ without_addresses(named).keys() == set()
    for family in ("sockets", "destinations", "destination_ports_used", "listen_queue",
                   "time_wait_sockets"):
        assert (differences.disagreements(
            {key: value for key, value in without_addresses(named).items() if family in key[0]},
            {key: value for key, value in without_addresses(nameless).items() if family in key[0]})
            == {}), family


def test_keys_of_tcp_md5_stay_here(netns, tmp_path):
    server = netns.socket()
    signature = struct.pack("=HH4s120xBBHI80s", socket.AF_INET, 0, socket.inet_aton("127.0.0.2"),
                            0, 0, len(KEY), 0, KEY)
    try:
        server.setsockopt(socket.IPPROTO_TCP, TCP_MD5SIG, signature)
    except OSError as error:
        pytest.skip(f"NO TCP-MD5 HERE: {error}")
    server.bind(("127.0.0.1", 179))
    server.listen()
    archive = tmp_path / "recording.tar.gz"
    record(netns, archive)
    assert KEY not in contents(archive)
    assert replayed(netns, archive).value("sockets", family="ipv4", state="listen") == 1
