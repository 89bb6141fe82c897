"""ALERTS.md: which alerts each world leaves."""

import pathlib
import re

_TABLE = pathlib.Path(__file__).parents[1] / "ALERTS.md"


def expected():
    """{name of the world: {(alert, severity)}}"""
    return {name: {tuple(alert.split()) for alert in alerts.split(", ") if alert != "-"}
            for name, _, alerts in rows()}


def rows():
    """(name of the world, what happens, alerts) of each row, as written."""
    found = re.findall(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", _TABLE.read_text(), re.M)
    return found[1:]  # without the head
