"""Reader of IATI 2.03 activity files: one row per result, indicator, period and disaggregation.

Belongs here: the standard's result elements as text columns. Not here: what a publisher's indicator means to the
mission (the source's mapping says that).

A target and an actual share a row when they tell of the same period and the same breakdown; a baseline is only beside
them when it is of that breakdown too, so that no ratio is formed of unlike things. Publishers give indicators no
identifier of their own: ``indicator_id`` is the activity's, the result's and the indicator's, a reference where there
is one and else the place in the file. It is one indicator's alone: several that share a reference are numbered.

Source: IATI Activity Standard 2.03, elements ``result``, ``indicator``, ``baseline``, ``period``.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from reportmetrics.ingest.readers.base import Sheet, UnreadableError
from reportmetrics.ingest.readers.records import Records
from reportmetrics.ingest.readers.xml import walk
from reportmetrics.profile.sources import Options

LEVELS = {"1": "output", "2": "outcome", "3": "impact", "9": "other"}
"""IATI codelist ResultType to the level of the result chain."""

COLUMNS = (
    "indicator_id",
    "iati_identifier",
    "result_index",
    "result_type",
    "result_level",
    "result_title",
    "result_ref",
    "indicator_index",
    "indicator_ref",
    "indicator_title",
    "measure",
    "ascending",
    "aggregation_status",
    "baseline_year",
    "baseline_date",
    "baseline_value",
    "period_start",
    "period_end",
    "target_value",
    "actual_value",
    "dimensions",
    "location_ref",
    "breakdown",
)
"""Columns of the sheet, in order.

``dimensions`` is ``name=value`` pairs and ``location_ref`` references, each sorted and joined by ``;``. ``breakdown``
is both in one, ``age=adult;location=A``, or ``total`` where a value is of no part.
"""

WHOLE = "total"
_SHOWN = 10


@dataclass(slots=True)
class _Value:
    """A baseline, target or actual: its attributes, and what it is broken down by."""

    attributes: dict[str, str]
    dimensions: list[str] = field(default_factory=list)
    locations: list[str] = field(default_factory=list)

    @property
    def breakdown(self) -> tuple[str, str]:
        return ";".join(sorted(self.dimensions)), ";".join(sorted(self.locations))


@dataclass(slots=True)
class _Period:
    line: int
    start: str | None = None
    end: str | None = None
    targets: list[_Value] = field(default_factory=list)
    actuals: list[_Value] = field(default_factory=list)


@dataclass(slots=True)
class _Indicator:
    attributes: dict[str, str]
    line: int
    title: str = ""
    ref: str | None = None
    baselines: list[_Value] = field(default_factory=list)
    periods: list[_Period] = field(default_factory=list)


def read_iati(
    path: Path,
    options: Options,  # noqa: ARG001 (the format states all itself)
    sheets: Sequence[str | None],
    *,
    numbers: Collection[str | None] = (),  # noqa: ARG001 (all values are texts)
) -> dict[str | None, Sheet | UnreadableError]:
    """See ``base.Reader``; a file is one sheet, called None.

    ``source_row`` is the line on which the period begins, or the next number that is free where several begin on one.
    """
    results = _Results()
    walk(path, results, "iati-activities")
    return dict.fromkeys(sheets, results.sheet())


class _Names:
    """Names of which each is given once: one that was given before gets the next number."""

    def __init__(self) -> None:
        self._given: set[str] = set()
        self._next: dict[str, int] = {}

    def one(self, wanted: str) -> str:
        name = wanted
        while name in self._given:
            number = self._next[wanted] = self._next.get(wanted, 1) + 1
            name = f"{wanted} ({number})"
        self._given.add(name)
        return name


class _Results:
    """Collects rows while the file passes by. Only elements on known paths matter."""

    def __init__(self) -> None:
        self.records = Records(COLUMNS)
        self._identifier: str | None = None
        self._result: dict[str, str] = {}
        self._result_title = ""
        self._result_ref: str | None = None
        self._result_name: str | None = None
        self._result_index = 0
        self._indicator_index = 0
        self._indicator: _Indicator | None = None
        self._value: _Value | None = None
        self._results, self._indicators = _Names(), _Names()
        self._numbered: list[str] = []

    def sheet(self) -> Sheet:
        """All rows. The note names indicators that are told apart by their order alone."""
        sheet = self.records.sheet()
        if not self._numbered:
            return sheet
        more = f" and {len(self._numbered) - _SHOWN} more" if len(self._numbered) > _SHOWN else ""
        said = "references that several results or indicators share, told apart by their order in the file: "
        return replace(sheet, notes=(said + ", ".join(self._numbered[:_SHOWN]) + more,))

    def start(self, path: list[str], attributes: dict[str, str], line: int) -> None:
        name = path[-1]
        if name == "iati-activities" and attributes.get("version", "2").startswith("1"):
            said = f"the file follows version {attributes['version']} of the standard"
            raise UnreadableError("unknown_format", said, "publish it as version 2.03")
        if name == "iati-activity":
            self._identifier, self._result_index, self._results = None, 0, _Names()
        elif name == "result":
            self._result, self._result_title, self._result_ref, self._result_name = attributes, "", None, None
            self._result_index += 1
            self._indicator_index = 0
        elif name == "indicator" and path[-2:-1] == ["result"]:
            self._indicator = _Indicator(attributes, line)
            self._indicator_index += 1
        elif self._indicator is not None:
            self._start_in_indicator(self._indicator, path, attributes, line)
        elif path[-2:] == ["result", "reference"]:
            self._result_ref = self._result_ref or attributes.get("code")

    def _start_in_indicator(
        self, indicator: _Indicator, path: list[str], attributes: dict[str, str], line: int
    ) -> None:
        name, parent = path[-1], path[-2]
        if name == "period":
            indicator.periods.append(_Period(line))
        elif name == "baseline" and parent == "indicator":
            self._value = _Value(attributes)
            indicator.baselines.append(self._value)
        elif name == "reference" and parent == "indicator":
            indicator.ref = indicator.ref or attributes.get("code")
        elif name == "dimension" and self._value is not None:
            self._value.dimensions.append(f"{attributes.get('name', '')}={attributes.get('value', '')}")
        elif name == "location" and self._value is not None:
            self._value.locations.append(attributes.get("ref") or "?")
        elif parent == "period" and indicator.periods:
            self._start_in_period(indicator.periods[-1], name, attributes)

    def _start_in_period(self, period: _Period, name: str, attributes: dict[str, str]) -> None:
        if name == "period-start":
            period.start = attributes.get("iso-date")
        elif name == "period-end":
            period.end = attributes.get("iso-date")
        elif name in {"target", "actual"}:
            self._value = _Value(attributes)
            (period.targets if name == "target" else period.actuals).append(self._value)

    def end(self, path: list[str], text: str) -> None:
        name, tail = path[-1], path[-3:-1]
        if name == "iati-identifier" and path[-2:-1] == ["iati-activity"]:
            self._identifier = " ".join(text.split())
        elif name == "narrative" and tail == ["result", "title"]:
            self._result_title = self._result_title or " ".join(text.split())
        elif name == "narrative" and tail == ["indicator", "title"] and self._indicator is not None:
            self._indicator.title = self._indicator.title or " ".join(text.split())
        elif name in {"baseline", "target", "actual"}:
            self._value = None
        elif name == "indicator" and self._indicator is not None:
            self._emit(self._indicator)
            self._indicator = None

    def _emit(self, indicator: _Indicator) -> None:
        name = self._id(indicator)
        for period in indicator.periods or [_Period(indicator.line)]:
            for target, actual in _paired(period, indicator):
                self.records.add(period.line, self._row(name, indicator, period, target, actual))

    def _id(self, indicator: _Indicator) -> str:
        """Activity, result and indicator.

        A result whose reference an earlier one has is numbered where its indicator is known by its place only: an
        indicator's own reference tells it apart in whatever order the results come.
        """
        result = self._result_ref or f"result {self._result_index}"
        self._result_name = self._result_name or self._results.one(result)
        own = indicator.ref or f"indicator {self._indicator_index}"
        wanted = "/".join((self._identifier or "", result if indicator.ref else self._result_name, own))
        name = self._indicators.one(wanted)
        if name != wanted or (not indicator.ref and self._result_name != result):
            self._numbered.append(name)
        return name

    def _row(
        self, name: str, indicator: _Indicator, period: _Period, target: _Value | None, actual: _Value | None
    ) -> dict[str, str | None]:
        told = target or actual or _Value({})
        baseline = next((b for b in indicator.baselines if b.breakdown == told.breakdown), _Value({})).attributes
        kind = self._result.get("type")
        dimensions, locations = told.breakdown
        return {
            "indicator_id": name,
            "iati_identifier": self._identifier,
            "result_index": str(self._result_index),
            "result_type": kind,
            "result_level": LEVELS.get(kind or ""),
            "result_title": self._result_title,
            "result_ref": self._result_ref,
            "indicator_index": str(self._indicator_index),
            "indicator_ref": indicator.ref,
            "indicator_title": indicator.title,
            "measure": indicator.attributes.get("measure"),
            "ascending": indicator.attributes.get("ascending"),
            "aggregation_status": indicator.attributes.get("aggregation-status")
            or self._result.get("aggregation-status"),
            "baseline_year": baseline.get("year"),
            "baseline_date": baseline.get("iso-date"),
            "baseline_value": baseline.get("value"),
            "period_start": period.start,
            "period_end": period.end,
            "target_value": None if target is None else target.attributes.get("value"),
            "actual_value": None if actual is None else actual.attributes.get("value"),
            "dimensions": dimensions,
            "location_ref": locations,
            "breakdown": ";".join(filter(None, (dimensions, *(f"location={each}" for each in sorted(told.locations)))))
            or WHOLE,
        }


def _paired(period: _Period, indicator: _Indicator) -> Iterator[tuple[_Value | None, _Value | None]]:
    """Targets beside actuals of the same breakdown, in their order; each stands in one pair."""
    both = [*period.actuals, *period.targets]
    for breakdown in dict.fromkeys(v.breakdown for v in both):
        targets = [v for v in period.targets if v.breakdown == breakdown]
        actuals = [v for v in period.actuals if v.breakdown == breakdown]
        yield from itertools.zip_longest(targets, actuals)
    if not both:
        # Without a reading, the baselines are all that is told.
        alone = indicator.baselines if not indicator.periods else []
        yield from ((_Value({}, b.dimensions, b.locations), None) for b in alone or [_Value({})])
