"""The second oracle: the kernel's own counts of a namespace, by name."""


def netstat(namespace):
    """{name: value} of the Tcp and TcpExt lines of /proc/net/snmp and /proc/net/netstat."""
    counts = {}
    for file in ("snmp", "netstat"):
        lines = namespace.read(f"/proc/thread-self/net/{file}").splitlines()
        for names, values in zip(lines[::2], lines[1::2]):
            if names.split(":")[0] in ("Tcp", "TcpExt"):
                counts.update(zip(names.split()[1:], map(int, values.split()[1:])))
    return counts


def sockstat(namespace):
    """{field: value} of the TCP line of /proc/net/sockstat."""
    for line in namespace.read("/proc/thread-self/net/sockstat").splitlines():
        if line.startswith("TCP:"):
            words = line.split()[1:]
            return dict(zip(words[::2], map(int, words[1::2])))
    raise LookupError("sockstat has no TCP line")
