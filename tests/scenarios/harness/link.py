"""A cable between two namespaces that can be cut in each direction.

Neighbour entries are fixed by hand: a cut direction is a wrong link address, so the sender notices
nothing and the receiver drops what comes. Neither ARP nor carrier changes get in the way.
"""

_WRONG = "02:00:00:00:00:ff"


class Link:
    """`ends` are the two namespaces; end i has 10.77.0.(i + 1) and fd77::(i + 1) on veth."""

    def __init__(self, first, second):
        self._ends = (first, second)
        first.run("ip", "link", "add", "veth", "address", _mac(0), "type", "veth",
                  "peer", "name", "veth", "address", _mac(1), "netns", second.path)
        for i, end in enumerate(self._ends):
            _ip(end, "link set veth up", f"addr add {self.address(end)}/24 dev veth",
                f"addr add {self.address6(end)}/64 dev veth nodad",
                *self._neighbours(end, _mac(1 - i)))

    def address(self, end):
        return f"10.77.0.{self._ends.index(end) + 1}"

    def address6(self, end):
        return f"fd77::{self._ends.index(end) + 1}"

    def cut(self, sender):
        """From now on nothing that `sender` sends arrives."""
        self._set(sender, _WRONG)

    def cut_both(self):
        for end in self._ends:
            self.cut(end)

    def mend(self):
        for i, end in enumerate(self._ends):
            self._set(end, _mac(1 - i))

    def _set(self, sender, mac):
        _ip(sender, *self._neighbours(sender, mac))

    def _neighbours(self, sender, mac):
        other = self._ends[1 - self._ends.index(sender)]
        return [f"neigh replace {address} lladdr {mac} nud permanent dev veth"
                for address in (self.address(other), self.address6(other))]


def _ip(namespace, *commands):
    """By one process, which is what costs time in an emulated machine."""
    namespace.run("ip", "-batch", "-", input="\n".join(commands))


def _mac(i):
    return f"02:00:00:00:00:0{i + 1}"
