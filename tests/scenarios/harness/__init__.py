"""What the scenarios stand on: namespaces, links, sockets, programs, oracles and the exporter."""
