"""The dashboards as Grafana reads and asks them: variables filled in, over a range of time."""

import dataclasses
import json
import pathlib
import re
import urllib.parse

_GENERATED = pathlib.Path(__file__).parents[3] / "dashboards/generated"
_ALL = "$__all"
# A graph of half a screen has about as many pixels.
_POINTS = 600


@dataclasses.dataclass(frozen=True)
class Question:
    """A query of a panel, ready to be asked; `instant` as the panel wants it."""
    dashboard: str
    panel: str
    ref: str
    legend: str
    expr: str
    instant: bool

    def __str__(self):
        return f"{self.panel}: {self.legend or self.ref}"


@dataclasses.dataclass(frozen=True)
class Range:
    """The time that is looked at, in seconds since the epoch."""
    start: float
    end: float
    scrape_seconds: int

    @property
    def step(self):
        """$__interval"""
        return max(self.scrape_seconds, int((self.end - self.start) / _POINTS) + 1)

    @property
    def rate_interval(self):
        """$__rate_interval"""
        return max(self.step + self.scrape_seconds, 4 * self.scrape_seconds)


def dashboards():
    """{uid: the dashboard}"""
    found = (json.loads(path.read_text()) for path in sorted(_GENERATED.glob("*.json")))
    return {dashboard["uid"]: dashboard for dashboard in found}


def panels(dashboard):
    return [panel for panel in dashboard["panels"] if panel["type"] != "row"]


def questions(dashboard, time, **chosen):
    """What its panels ask when `chosen` values of variables are selected, all of the others."""
    for panel in panels(dashboard):
        for target in panel["targets"]:
            yield Question(dashboard["uid"], panel["title"], target["refId"],
                           target["legendFormat"],
                           interpolate(target["expr"], dashboard, time, chosen),
                           target.get("instant", False))


def annotations(dashboard, time):
    """What its marks on the graphs ask."""
    for annotation in dashboard["annotations"]["list"]:
        yield Question(dashboard["uid"], annotation["name"], "", "",
                       interpolate(annotation["expr"], dashboard, time, {}), False)


def interpolate(text, dashboard, time, chosen):
    for variable in dashboard["templating"]["list"]:
        if variable["type"] == "query":
            values = chosen.get(variable["name"], [_ALL])
            text = re.sub(rf"\${variable['name']}\b", lambda _: _pattern(variable, values), text)
    return text.replace("$__rate_interval", f"{time.rate_interval}s")


def ask(prometheus, question, time, **more):
    """The result of Prometheus, of one query: instant at the end, or over the range."""
    asked = {"query": question.expr} | more
    if question.instant:
        path, asked = "query", asked | {"time": time.end}
    else:
        path = "query_range"
        asked |= {"start": time.start, "end": time.end, "step": time.step}
    return prometheus.get_json(f"/api/v1/{path}?{urllib.parse.urlencode(asked)}")["data"]


def values_of(prometheus, variable, dashboard, time, chosen):
    """What a variable that looks up a label offers."""
    series, label = re.fullmatch(r"label_values\((.+), (\w+)\)", variable["definition"]).groups()
    asked = {"match[]": interpolate(series, dashboard, time, chosen),
             "start": time.start, "end": time.end}
    return prometheus.get_json(
        f"/api/v1/label/{label}/values?{urllib.parse.urlencode(asked)}")["data"]


def _pattern(variable, values):
    if values == [_ALL]:
        return variable["allValue"]
    quoted = [re.sub(r"([\\^$.*+?()\[\]{}|])", r"\\\\\1", value) for value in values]
    return quoted[0] if len(quoted) == 1 else f"({'|'.join(quoted)})"
