"""Namespaces under names, as `ip netns add` and container runtimes leave them in /run, and a procfs
in which only chosen processes are. Both are directories of symbolic links: nothing of the host is
touched, and what else runs there is not seen."""

import contextlib
import os

from harness.exposition import PREFIX

NETNS, DOCKER = "netns", "docker/netns"
CONTAINERD = "containerd/io.containerd.grpc.v1.cri/netns"


class Names:
    def __init__(self, directory):
        self.run, self.proc = directory / "run", directory / "proc"
        for name in (NETNS, DOCKER, CONTAINERD):
            (self.run / name).mkdir(parents=True)
        self.proc.mkdir()
        for name in os.listdir("/proc"):
            if not name.isdigit():
                (self.proc / name).symlink_to(f"/proc/{name}")

    def flags(self, which="all", limit=None):
        """Of an exporter that watches the namespaces here, and no others of this machine."""
        return [f"--collector.namespaces={which}", f"--path.run={self.run}",
                f"--path.procfs={self.proc}",
                *([f"--collector.namespaces.limit={limit}"] if limit else [])]

    def add(self, name, namespace, directory=NETNS):
        (self.run / directory / name).symlink_to(namespace.path)
        return namespace

    def rename(self, name, new_name):
        os.rename(self.run / NETNS / name, self.run / NETNS / new_name)

    def remove(self, name):
        (self.run / NETNS / name).unlink()

    def show(self, pid, shown_as=None):
        """From now on the process is in procfs; `shown_as` is another pid for it."""
        (self.proc / str(shown_as or pid)).symlink_to(f"/proc/{pid}")

    def mounting(self, name, namespace):
        """A wrapper that runs the exporter where the namespace is mounted under its name, as
        `ip netns add` does it: nobody needs a right to open it."""
        target = self.run / NETNS / name
        target.touch()
        return ["unshare", "--mount", "sh", "-c",
                f'mount --bind {namespace.path} {target} && exec "$0" "$@"']


def success(page):
    """{name: whether its figures are on the page}"""
    return page.by("netns", "scrape_namespace_success")


def named(page):
    """The names of all series but those that tell of success."""
    return {label for (name, labels), _ in page.series.items() for key, label in labels
            if key == "netns" and name != PREFIX + "scrape_namespace_success"}


def held_by(process):
    """The inodes of the network namespaces that the process has open."""
    links = []
    with contextlib.suppress(FileNotFoundError):  # one was closed meanwhile
        for fd in os.listdir(f"/proc/{process.pid}/fd"):
            links.append(os.readlink(f"/proc/{process.pid}/fd/{fd}"))
    return {int(link[5:-1]) for link in links if link.startswith("net:[")}


class Lifetime:
    """Tells when a namespace is gone in the kernel: a cable goes with either of its ends."""

    def __init__(self, namespace, watcher, device):
        self._watcher, self._device = watcher, device
        namespace.run("ip", "link", "add", device, "type", "veth",
                      "peer", "name", device, "netns", watcher.path)

    def is_over(self):
        devices = self._watcher.read("/proc/thread-self/net/dev")
        return f" {self._device}:" not in devices
