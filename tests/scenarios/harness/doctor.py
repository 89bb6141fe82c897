"""The doctor as a program, run to its end in a namespace."""

import json
import os
import pty

from harness.exporter import BINARY, run_binary

FINE, WARNING, CRITICAL, NOT_EXAMINED = range(4)


def examine(namespace, *flags, source="sock_diag", **how):
    """The finished process: its text, without line breaks inside sentences, and exit status."""
    done = run_binary(namespace, "doctor", *flags, f"--collector.sockets.source={source}", **how)
    print(done.stdout, done.stderr)
    done.sentences = " ".join(done.stdout.split())
    return done


def report(namespace, *flags, **how):
    """The report of --json."""
    done = examine(namespace, "--json", *flags, **how)
    made = json.loads(done.stdout)
    assert made["exit_status"] == done.returncode, done.stderr
    return made


def output_on_a_terminal(namespace, **environment):
    """What it writes when its standard output is a terminal."""
    master, slave = pty.openpty()
    process = namespace.start([BINARY, "doctor", "--collector.sockets.source=sock_diag"], stdout=slave,
                              env={**os.environ, "TERM": "xterm", **environment})
    os.close(slave)
    written = b""
    while True:
        try:
            written += os.read(master, 65536)
        except OSError:  # EIO: nobody has the other end open any more
            break
    os.close(master)
    process.wait()
    return written.decode()
