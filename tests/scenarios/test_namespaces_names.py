"""Which name a namespace gets on the page where several would do, and what is no namespace."""

import os

import pytest

from harness import named, tcp
from harness.exporter import Exporter, page_once

NO_LABELS = ("new\nline", "\u00fcmlaut", os.fsdecode(b"bad\xff"))
ODD_LABELS = ('quote"', "back\\slash", "comma,", "a b", "x" * 255)


def name_of(page):
    """{inode: name}"""
    return {int(dict(has)["inode"]): dict(has)["netns"] for has in page.values("namespace_info")}


def test_the_namespace_of_pid_1_is_the_host_whatever_else_it_is_called(netns, new_netns, names,
                                                                       source):
    first = new_netns()
    names.show(first.start(["sleep", "60"]).pid, shown_as=1)
    names.add("called-otherwise", first)
    tcp.listen(first)
    for which in ("all", "called-otherwise", "called-otherwise,host"):
        page = page_once(netns, source, *names.flags(which))
        assert named.success(page) == {"self": 1, "host": 1}
        assert page.value("sockets", netns="host", family="ipv4", state="listen") == 1


def test_one_with_processes_alone_is_named_by_its_inode(netns, new_netns, names):
    other = new_netns()
    for _ in range(2):
        names.show(other.start(["sleep", "60"]).pid)
    page = page_once(netns, "sock_diag", *names.flags())
    assert name_of(page) == {netns.inode: "self", other.inode: f"ino-{other.inode}"}


def test_names_that_mean_another_are_not_believed(netns, new_netns, names, source):
    others = [names.add(name, new_netns()) for name in ("self", "host", f"ino-{netns.inode}")]
    page = page_once(netns, source, *names.flags())
    assert name_of(page) == {netns.inode: "self"} | {
        one.inode: f"ino-{one.inode}" for one in others}
    assert set(named.success(page).values()) == {1}


def test_a_name_of_any_bytes_leaves_the_page_readable(netns, new_netns, names):
    odd = {name: names.add(name, new_netns()).inode for name in ODD_LABELS + NO_LABELS}
    page = page_once(netns, "sock_diag", *names.flags())
    assert name_of(page) == {netns.inode: "self"} | {
        inode: f"ino-{inode}" if name in NO_LABELS else name for name, inode in odd.items()}


@pytest.fixture
def no_namespaces(names):
    """What may lie beside the names, such as files left by a boot before this one."""
    directory = names.run / named.NETNS
    (directory / "plain").touch()
    (directory / "directory").mkdir()
    os.mkfifo(directory / "fifo")  # whoever opens it for reading may wait for ever
    for name, target in (("dangling", "/nowhere"), ("device", "/dev/null"),
                         ("mount", "/proc/self/ns/mnt"), ("circle", directory / "circle")):
        (directory / name).symlink_to(target)
    return os.listdir(directory)


def test_what_is_no_namespace_is_passed_over(netns, new_netns, names, no_namespaces, source):
    names.add("true", new_netns())
    page = page_once(netns, source, *names.flags())
    assert named.success(page) == {"self": 1, "true": 1}
    flags = names.flags(",".join(["true", *no_namespaces]))
    page = Exporter(netns, source, flags=flags).scrape()
    assert named.success(page) == {"self": 1, "true": 1} | dict.fromkeys(no_namespaces, 0)
    assert named.named(page) == {"self", "true"}
