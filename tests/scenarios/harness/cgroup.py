"""Control groups as the kubelet makes them, below one of our own."""

import contextlib
import itertools
import os

_numbers = itertools.count()


def why_impossible():
    """Why none can be made here, or None."""
    try:
        with contextlib.ExitStack() as cleanup:
            Kubelet(cleanup)
    except OSError as error:
        return f"no control group can be made: {error}"
    return None


class Kubelet:
    """Its groups are removed by `cleanup`, an ExitStack; what runs in them must have ended."""

    def __init__(self, cleanup):
        self._cleanup = cleanup
        self._root = os.path.join(_mount(), f"tle-{os.getpid()}-{next(_numbers)}")
        self._make(self._root)

    def take(self, process, pod_uid, container_id):
        """Puts the process into the group of that container, as systemd names it."""
        path = self._root
        for name in ("kubepods.slice", "kubepods-burstable.slice",
                     f"kubepods-burstable-pod{pod_uid.replace('-', '_')}.slice",
                     f"cri-containerd-{container_id}.scope"):
            path = os.path.join(path, name)
            if not os.path.isdir(path):
                self._make(path)
        with open(os.path.join(path, "cgroup.procs"), "w", encoding="ascii") as file:
            file.write(str(process.pid))

    def _make(self, path):
        os.mkdir(path)
        self._cleanup.callback(os.rmdir, path)


def _mount():
    with open("/proc/self/mounts", encoding="ascii") as mounts:
        for line in mounts:
            _, path, kind, *_ = line.split()
            if kind == "cgroup2":
                return path
    raise OSError("cgroup2 is not mounted")
