"""A program that serves HTTP on 127.0.0.1 of a namespace, and a connection to it."""

import http.client
import json
import socket
import subprocess

from harness.waiting import wait_until

PATIENCE_SECONDS = 30


class LocalServer:
    def __init__(self, namespace, name, command, port, directory):
        self.namespace, self.port = namespace, port
        self._name = name
        self._log = open(directory / f"{name}.log", "w+", encoding="utf-8")
        namespace.on_close(self._log.close)
        self._process = namespace.start(command, stdin=subprocess.DEVNULL, stdout=self._log,
                                        stderr=self._log, cwd=directory)
        self._connection = http.client.HTTPConnection("127.0.0.1", port)
        self._connection.sock = wait_until(f"{name} listens", self.open_socket, PATIENCE_SECONDS)
        wait_until(f"{name} is ready", lambda: self.get("/-/ready")[0] == 200, PATIENCE_SECONDS)

    def open_socket(self):
        """A connected socket, or None while nobody listens."""
        assert self._process.poll() is None, f"{self._name} ended; see {self._log.name}"
        made = self.namespace.socket()
        try:
            made.connect(("127.0.0.1", self.port))
        except ConnectionRefusedError:
            made.close()
            return None
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made

    def get(self, path):
        """(status, body)"""
        self._connection.request("GET", path)
        response = self._connection.getresponse()
        return response.status, response.read().decode()

    def get_json(self, path):
        status, body = self.get(path)
        assert status == 200, body
        return json.loads(body)
