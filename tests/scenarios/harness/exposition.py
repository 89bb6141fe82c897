"""A small, strict parser of Prometheus's text format 0.0.4: what a page may not do is an error."""

import copy
import math
import re

PREFIX = "tcp_lifecycle_"
_SAMPLE = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$")
_LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)')
_SUFFIXES = {"histogram": ("_bucket", "_sum", "_count"), "summary": ("", "_sum", "_count")}


class Page:
    """The samples of a page by name and labels. Names are given without PREFIX."""

    def __init__(self, text):
        self.text = text
        self.series = {}  # (name, frozenset of label pairs) -> value
        self.types = {}  # family -> counter, gauge, histogram
        self._helps = set()
        self._finished = set()
        self._family = None
        if not text.endswith("\n"):
            raise ValueError("the page does not end with a newline")
        for number, line in enumerate(text[:-1].split("\n"), 1):
            try:
                self._take(line)
            except ValueError as error:
                raise ValueError(f"line {number}: {error}: {line!r}") from None

    def value(self, name, /, **labels):
        """The one series of that name with those labels, and perhaps more labels."""
        found = self.values(name, **labels)
        if len(found) != 1:
            raise LookupError(f"{len(found)} series, not one, match {name} {labels}: {found}")
        return next(iter(found.values()))

    def values(self, name, /, **labels):
        """{labels: value} of the series with that name and those labels."""
        wanted = set(labels.items())
        return {has: value for (series, has), value in self.series.items()
                if series == PREFIX + name and wanted <= has}

    def by(self, label, name, /, **labels):
        """{value of `label`: value}, summed over the other labels."""
        sums = {}
        for has, value in self.values(name, **labels).items():
            key = dict(has)[label]
            sums[key] = sums.get(key, 0) + value
        return sums

    def has(self, name, /, **labels):
        return bool(self.values(name, **labels))

    def of_netns(self, name):
        """A page of the series of that network namespace alone, without that label."""
        label, part = ("netns", name), copy.copy(self)
        part.series = {(series, has - {label}): value
                       for (series, has), value in self.series.items() if label in has}
        return part

    def _take(self, line):
        if line.startswith("# HELP "):
            self._begin(line.split(" ", 3)[2])
            if self._family in self._helps:
                raise ValueError("second HELP")
            self._helps.add(self._family)
        elif line.startswith("# TYPE "):
            _, _, family, kind = line.split(" ")
            self._begin(family)
            if family in self.types:
                raise ValueError("second TYPE")
            self.types[family] = kind
        elif line.startswith("#"):
            raise ValueError("comment")
        else:
            self._take_sample(line)

    def _begin(self, family):
        if family == self._family:
            return
        if family in self._finished:
            raise ValueError("the family was on the page before")
        self._finished.add(family)
        self._family = family

    def _take_sample(self, line):
        match = _SAMPLE.match(line)
        if not match:
            raise ValueError("not a sample")
        name, labels, value = match.groups()
        kind = self.types.get(self._family)
        if name not in [f"{self._family}{s}" for s in _SUFFIXES.get(kind, ("",))]:
            raise ValueError("the sample does not belong to the family above it")
        key = (name, _labels(labels or ""))
        if key in self.series:
            raise ValueError("the series is there twice")
        self.series[key] = _number(value)


def _labels(text):
    labels, at = {}, 0
    while at < len(text):
        match = _LABEL.match(text, at)
        if not match or match[1] in labels:
            raise ValueError("bad labels")
        labels[match[1]] = re.sub(r"\\(.)", lambda m: {"n": "\n"}.get(m[1], m[1]), match[2])
        at = match.end()
    return frozenset(labels.items())


def _number(text):
    special = {"+Inf": math.inf, "-Inf": -math.inf, "Nan": math.nan, "NaN": math.nan}
    return special[text] if text in special else float(text)
