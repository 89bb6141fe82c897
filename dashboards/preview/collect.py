"""Causes the scenarios in network namespaces, and writes what Prometheus answers to every query of
every dashboard: collect.py FILE. Needs root, and TLE_BINARY."""

import contextlib
import json
import pathlib
import sys
import tempfile

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "tests/scenarios"))

from field.scene import Scene, host_name  # noqa: E402
from harness import grafana  # noqa: E402

LASTING_SECONDS = 150  # so that the graphs have a history
# What is selected where it is not all hosts.
CHOSEN = {"tcp-lifecycle-host": {"instance": [host_name("F6")]}}


def main():
    [file] = sys.argv[1:]
    with tempfile.TemporaryDirectory() as directory, contextlib.ExitStack() as cleanup:
        scene = Scene(pathlib.Path(directory), cleanup.callback)
        scene.cause(LASTING_SECONDS)
        pathlib.Path(file).write_text(json.dumps(answers(scene.prometheus, scene.time())))


def answers(prometheus, time):
    """The range, and by dashboard what is selected and the answers by panel and query."""
    found = {}
    for uid, dashboard in grafana.dashboards().items():
        chosen = CHOSEN.get(uid, {})
        panels = {}
        for question in grafana.questions(dashboard, time, **chosen):
            answer = grafana.ask(prometheus, question, time)["result"]
            panels.setdefault(question.panel, {})[question.ref] = answer
        found[uid] = {"chosen": chosen, "panels": panels}
    return {"start": time.start, "end": time.end, "step": time.step, "dashboards": found}


if __name__ == "__main__":
    main()
