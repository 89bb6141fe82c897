"""Debian's nginx, Redis and wrk, and a Flask application, in a namespace."""

import contextlib
import pathlib
import re
import socket
import subprocess
import sys

from harness.waiting import wait_until

_HERE = pathlib.Path(__file__).parent
_NGINX = """
daemon off; master_process off; pid {directory}/nginx.pid; error_log stderr warn;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  client_body_temp_path {directory}/body; proxy_temp_path {directory}/proxy;
  fastcgi_temp_path {directory}/fastcgi; uwsgi_temp_path {directory}/uwsgi;
  scgi_temp_path {directory}/scgi;
{http}
}}
"""


def start_nginx(namespace, address, directory, http):
    """`http`: the servers and upstreams, in nginx's words; one listens on port 80."""
    directory.mkdir(exist_ok=True)
    config = directory / "nginx.conf"
    config.write_text(_NGINX.format(directory=directory, http=http))
    return _start(namespace, address, 80, ["nginx", "-e", "stderr", "-c", str(config)])


def start_redis(namespace, address, *flags):
    return _start(namespace, address, 6379,
                  ["redis-server", "--bind", address, "--save", "", "--protected-mode", "no",
                   *flags])


def start_app(namespace, address, port, redis_address, *flags):
    """The Flask application of redis_app.py."""
    return _start(namespace, address, port,
                  [sys.executable, str(_HERE / "redis_app.py"), address, str(port), redis_address,
                   *flags])


def start_wrk(namespace, url, seconds):
    return namespace.start(["wrk", "-t1", "-c8", f"-d{seconds}s", url],
                           stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, text=True)


def requests_per_second(namespace, url, seconds=2):
    output, _ = start_wrk(namespace, url, seconds).communicate(timeout=seconds + 20)
    return float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1])


def get_200_times(namespace, url, *flags):
    """By one curl, over one connection if the server keeps it."""
    answers = namespace.run("curl", "-sS", "--fail", "-w", "%{http_code}\n", "-o", "/dev/null",
                            *flags, f"{url}?[1-200]")
    assert answers.split() == ["200"] * 200


def _start(namespace, address, port, command):
    process = namespace.start(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    def listens():
        assert process.poll() is None, f"{command[0]} ended with {process.returncode}"
        with contextlib.closing(namespace.socket()) as probe:
            probe.settimeout(5)
            # Ends with a reset, so that it is not among what a scenario counts.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, bytes([1] + 7 * [0]))
            return probe.connect_ex((address, port)) == 0
    wait_until(f"{command[0]} listens", listens, 20)
    return process
