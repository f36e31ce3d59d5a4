"""Evaluates the part of PromQL that our rules and dashboards use, on the text of two scrapes."""

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

Labels = frozenset[tuple[str, str]]
Vector = dict[Labels, float]
Samples = dict[str, Vector]
TOKEN = re.compile(r'\s*("[^"]*"|[a-zA-Z_:][\w:]*|\d+(?:\.\d+)?[smh]?|=~|!~|!=|==|>=|<=|[(){}\[\],=<>/*+-])')
AGGREGATIONS: dict[str, Callable[[list[float]], float]] = {"sum": sum, "max": max, "min": min}
COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    ">": lambda a, b: a > b,
    "<": lambda a, b: a < b,
    "==": lambda a, b: a == b,
}


def samples_of(text: str) -> Samples:
    samples: defaultdict[str, Vector] = defaultdict(dict)
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            samples[sample.name][frozenset(sample.labels.items())] = sample.value
    return dict(samples)


@dataclass
class Scrapes:
    """What Prometheus would have of a service that was scraped twice."""

    before: Samples
    after: Samples
    seconds: float = 60


class UnknownNameError(LookupError):
    """No such metric, or no such label of it, is in the scraped text."""


def evaluate(expression: str, scrapes: Scrapes) -> Vector:
    """The instant vector; empty where a comparison holds for nothing, which is when a rule does not fire."""
    parser = _Parser(expression, scrapes)
    vector = parser.comparison()
    assert parser.at_end, f"not understood from here: {parser.rest}"
    return vector


class _Parser:
    def __init__(self, expression: str, scrapes: Scrapes) -> None:
        self.rest = TOKEN.findall(expression)
        assert "".join(self.rest) == re.sub(r'\s+(?=(?:[^"]*"[^"]*")*[^"]*$)', "", expression)
        self._scrapes = scrapes

    @property
    def at_end(self) -> bool:
        return not self.rest

    def _take(self, *wanted: str) -> str | None:
        return self.rest.pop(0) if self.rest and self.rest[0] in wanted else None

    def _need(self, wanted: str) -> None:
        assert self._take(wanted), f"{wanted} expected before {self.rest}"

    def comparison(self) -> Vector:
        left = self.ratio()
        if operator := self._take(*COMPARISONS):
            bound = float(self.rest.pop(0))
            return {labels: one for labels, one in left.items() if COMPARISONS[operator](one, bound)}
        return left

    def ratio(self) -> Vector:
        left = self.term()
        while self._take("/"):
            right = self.term()
            left = {k: v / right[k] if right[k] else float("nan") for k, v in left.items() if k in right}
        return left

    def term(self) -> Vector:
        name = self.rest.pop(0)
        if name in AGGREGATIONS:
            return self._aggregate(name)
        if name == "rate":
            self._need("(")
            vector = self._selector(self.rest.pop(0), is_range=True)
            self._need(")")
            return vector
        if name == "histogram_quantile":
            return self._quantile()
        return self._selector(name)

    def _aggregate(self, name: str) -> Vector:
        by = self._names() if self._take("by") else []
        self._need("(")
        inner = self.ratio()
        self._need(")")
        groups: defaultdict[Labels, list[float]] = defaultdict(list)
        for labels, one in inner.items():
            groups[frozenset(pair for pair in labels if pair[0] in by)].append(one)
        return {labels: AGGREGATIONS[name](values) for labels, values in groups.items()}

    def _names(self) -> list[str]:
        self._need("(")
        names = [self.rest.pop(0)]
        while self._take(","):
            names.append(self.rest.pop(0))
        self._need(")")
        return names

    def _quantile(self) -> Vector:
        self._need("(")
        quantile = float(self.rest.pop(0))
        self._need(",")
        inner = self.term()
        self._need(")")
        series: defaultdict[Labels, list[tuple[float, float]]] = defaultdict(list)
        for labels, count in inner.items():
            bound = float(dict(labels)["le"])
            series[frozenset(pair for pair in labels if pair[0] != "le")].append((bound, count))
        return {labels: _bound_of(quantile, sorted(buckets)) for labels, buckets in series.items()}

    def _selector(self, name: str, *, is_range: bool = False) -> Vector:
        matchers = self._matchers() if self._take("{") else []
        present = self._select(name, matchers)
        if not is_range:
            return present
        self._need("[")
        self.rest.pop(0)
        self._need("]")
        before = self._scrapes.before.get(name, {})
        return {k: (v - before.get(k, 0)) / self._scrapes.seconds for k, v in present.items()}

    def _matchers(self) -> list[tuple[str, str, str]]:
        matchers = []
        while not self._take("}"):
            label, operator, value = self.rest.pop(0), self.rest.pop(0), self.rest.pop(0).strip('"')
            matchers.append((label, operator, value))
            self._take(",")
        return matchers

    def _select(self, name: str, matchers: list[tuple[str, str, str]]) -> Vector:
        vector = self._scrapes.after.get(name)
        if vector is None:
            raise UnknownNameError(name)
        for label, _, _ in matchers:
            if not any(label in dict(labels) for labels in vector):
                raise UnknownNameError(f"{name}{{{label}}}")
        return {labels: one for labels, one in vector.items() if _all_match(dict(labels), matchers)}


def _all_match(labels: dict[str, str], matchers: list[tuple[str, str, str]]) -> bool:
    return all(_matches(labels.get(label, ""), operator, value) for label, operator, value in matchers)


def _matches(given: str, operator: str, value: str) -> bool:
    is_like = bool(re.fullmatch(value, given)) if "~" in operator else given == value
    return is_like is not operator.startswith("!")


def _bound_of(quantile: float, buckets: list[tuple[float, float]]) -> float:
    """The upper bound of the quantile's bucket: coarser than Prometheus, which guesses inside of it."""
    total: Any = buckets[-1][1]
    return next((bound for bound, count in buckets if total and count >= quantile * total), float("nan"))
