"""A directory that looks like /proc, copied from a namespace, for the test to falsify."""

import os
import shutil

_NET = ("tcp", "tcp6", "snmp", "netstat", "sockstat", "sockstat6")
_SYSCTL_DIRECTORIES = ("sys/net/ipv4", "sys/net/core")
_SELF = ("stat", "limits", "status", "statm")


def copy(namespace, root):
    """What the exporter reads of /proc, as it is in `namespace` now."""
    with namespace.entered():
        for name in _NET:
            _copy_file(f"/proc/thread-self/net/{name}", root / "net" / name)
        for directory in _SYSCTL_DIRECTORIES:
            for name in os.listdir(f"/proc/{directory}"):
                path = f"/proc/{directory}/{name}"
                if os.path.isfile(path) and os.stat(path).st_mode & 0o400:
                    _copy_file(path, root / directory / name)
        for name in _SELF:
            _copy_file(f"/proc/self/{name}", root / "self" / name)
        (root / "self/fd").mkdir()
        shutil.copytree(root / "net", root / "self/net")
    _copy_file("/proc/stat", root / "stat")
    return root


def _copy_file(source, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with open(source, "rb") as file:
            target.write_bytes(file.read())
    except OSError:  # some settings cannot be read by anybody
        pass
