"""The demo as a program. What its steps leave is test_alerts.py's."""

import os
import pathlib
import signal
import subprocess
import sys
import uuid

DEMO = pathlib.Path(__file__).parent / "demo.py"


def start(netns, *arguments):
    """The demo and a mark that all its processes carry. Its loopback is that of `netns`."""
    mark = uuid.uuid4().hex
    demo = netns.start([sys.executable, str(DEMO), *arguments], stdin=subprocess.DEVNULL,
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                       env={**os.environ, "TLE_MARK": mark})
    return demo, mark


def processes(mark):
    found = []
    for environment in pathlib.Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark.encode() in environment.read_bytes():
                found.append(environment.parent.name)
        except OSError:  # it has ended meanwhile
            pass
    return found


def test_the_demo_shows_a_step_and_leaves_nothing_behind_when_interrupted(netns):
    demo, mark = start(netns, "F2")
    for line in demo.stdout:
        if "alerts:" in line:
            break
    assert line.split() == ["alerts:", "TcpDestinationNearExhaustion", "critical"]
    for port in (19460, 19090, 19093):
        assert "200" in netns.run("curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}",
                                  f"http://127.0.0.1:{port}/-/ready")
    assert len(processes(mark)) >= 4  # itself, the exporter, Prometheus, Alertmanager
    os.killpg(demo.pid, signal.SIGINT)
    output, _ = demo.communicate(timeout=60)
    assert demo.returncode == 130, output
    assert processes(mark) == []


def test_a_scenario_that_there_is_not_is_named(netns):
    demo, _ = start(netns, "F99")
    output, _ = demo.communicate(timeout=30)
    assert demo.returncode == 2
    assert "no scenario 'F99'; there are: F1, F2" in output
