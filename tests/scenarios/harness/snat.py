"""A router between two namespaces that hides the first behind a few ports of its own address."""


class SnatRouter:
    client_address, server_address = "10.78.0.2", "10.79.0.2"
    _INSIDE, _OUTSIDE = "10.78.0.1", "10.79.0.1"
    _LOWEST_PORT = 61000

    def __init__(self, clients, router, servers, ports, device="veth"):
        """`device` is what the outer two have."""
        for end, its_device, address, router_address in (
                (clients, "inside", self.client_address, self._INSIDE),
                (servers, "outside", self.server_address, self._OUTSIDE)):
            router.run("ip", "link", "add", its_device, "type", "veth", "peer", "name", device,
                       "netns", end.path)
            for namespace, name, its_address in ((router, its_device, router_address),
                                                 (end, device, address)):
                namespace.run("ip", "addr", "add", f"{its_address}/24", "dev", name)
                namespace.run("ip", "link", "set", name, "up")
        clients.run("ip", "route", "add", "default", "via", self._INSIDE)
        router.set_sysctl("net.ipv4.ip_forward", 1)
        pool = f"{self._OUTSIDE}:{self._LOWEST_PORT}-{self._LOWEST_PORT + ports - 1}"
        router.run("iptables", "-t", "nat", "-A", "POSTROUTING", "-o", "outside", "-p", "tcp",
                   "-j", "SNAT", "--to-source", pool)
