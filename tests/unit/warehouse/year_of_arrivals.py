"""A made-up year of a small mission: what it sends, twice a month, some of it late, out of order, changed or at fault.

Belongs here: the profile and the files of each arrival. Not here: taking them in and comparing (the test).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import random
from collections import defaultdict
from pathlib import Path
from typing import Any

from reportmetrics.profile.load import Profile, load_profile
from tests.conftest import MISSION
from tests.unit.ingest.test_events_and_registers import REGISTER
from tests.unit.ingest.test_events_in_any_order import DATED
from tests.unit.ingest.test_events_in_any_order import REQUESTS as EVENTS
from tests.unit.ingest.test_feedback import ANSWERS
from tests.unit.ingest.test_tallies import TALLIES
from tests.unit.warehouse.withdrawing import WEEKLY

UNITS = ("U-1", "U-2", "U-3")
DAY = {"format": "%Y-%m-%d"}
COMMON = {"sender": "desk", "reader": "csv"}
ACTS: dict[str, Any] = {
    **COMMON, **DATED, "source": "acts", "title": "Activities", "files": "acts/*.csv", "table": "activity",
    "columns": {
        "activity_id": "id", "objective_id": "objective", "kind": {"value": "meeting"}, "status": "status",
        "planned_on": {"from": "planned", **DAY}, "occurred_on": {"from": "held", **DAY}, "count": {"value": "1"},
        "hours": "hours", "report_id": "report", "reporter_id": "who",
    },
}  # fmt: skip
READINGS: dict[str, Any] = {
    **COMMON, **DATED, "source": "readings", "title": "Readings", "files": "readings/*.csv", "table": "observation",
    "columns": {
        "indicator_id": "indicator", "objective_id": {"value": "LO-1"}, "level": {"value": "outcome"},
        "observed_on": {"from": "day", **DAY}, "value": "value",
    },
}  # fmt: skip
CALLS: dict[str, Any] = {
    **COMMON, "source": "calls", "title": "Calls of a day, one file a unit", "files": "calls/*.csv",
    "facts": r"(?P<report>(?P<unit>U-\d)_(?P<file_date>\d{8}))\.csv", "known_from": {"file_date": "%Y%m%d"},
    "tables": [
        {
            "table": "report", "per": "file",
            "columns": {
                "report_id": {"fact": "report"}, "template_id": {"value": "N"}, "unit_id": {"fact": "unit"},
                "period_start": {"fact": "file_date", "format": "%Y%m%d"},
                "period_end": {"fact": "file_date", "format": "%Y%m%d"},
                "submitted_at": {"fact": "file_date", "format": "%Y%m%d"}, "revision": {"value": "0"},
            },
        },
        {
            "table": "activity",
            "columns": {
                "activity_id": "id", "report_id": {"fact": "report"}, "objective_id": {"value": "LO-2"},
                "kind": {"value": "call"}, "status": {"value": "held"},
                "occurred_on": {"fact": "file_date", "format": "%Y%m%d"}, "count": "count",
            },
        },
    ],
}  # fmt: skip
TOURS: dict[str, Any] = {
    **COMMON, "source": "tours", "title": "Tours", "files": "tours/*.csv", "table": "tour",
    "columns": {
        "reporter_id": "who", "post_id": "post", "unit_id": "unit",
        "started_on": {"from": "came", **DAY}, "ended_on": {"from": "left", **DAY},
    },
}  # fmt: skip
FIELD = {"field_id": "Q1", "concept_id": "met", "label": "Met", "level": "activity", "kind": "flow", "minutes": 5}
FORM = {
    "template_id": "T", "name": "Weekly report", "every": "week", "per": "unit", "recipient": "x",
    "minutes": {"low": 30, "central": 60, "high": 90}, "due": {"days_after": 2}, "fields": [FIELD],
}  # fmt: skip
CALLS_FORM = FORM | {"template_id": "N", "name": "Calls of a day", "every": "month", "fields": []}
INDICATOR = {
    "objective_id": "LO-1", "name": "n", "level": "outcome", "unit": "percent", "baseline": 0,
    "baseline_on": "2021-01-04", "target": 100, "target_on": "2022-01-04", "direction": "rise", "interval_days": 30,
}  # fmt: skip

HEADS = {
    "weekly": "report,day,sent,revision,minutes,answer,state,withdrawn",
    "calls": "id,count",
    "acts": "id,objective,status,planned,held,hours,report,who",
    "readings": "indicator,day,value",
    "answers": "report,answer,on,office,decision",
    "tallies": "unit,first,last,expected,received,on_time",
    "register": "request,raised,decided,outcome",
    "events": "request,what,when,priority",
    "tours": "who,post,unit,came,left",
}
TURNS = {
    "weekly": (2, 0), "register": (4, 1), "acts": (4, 2), "readings": (4, 1), "answers": (4, 3), "events": (4, 3),
    "calls": (8, 7), "tallies": (8, 5), "tours": (12, 0),
}  # fmt: skip
"""Of each source, every how many arrivals it comes, and with which first: few sources at once cost little."""
ARRIVALS = [dt.date(2021, month, day) for month in range(1, 13) for day in (6, 21)]
CORRECTED_ON = dt.date(2021, 8, 10)
VANISHES = "V1"
REOPENED, DENIED_IN = "S1", 2
"""A request that one register, which comes after newer ones, says to be denied: what these had repeated is restated."""
Files = dict[str, str]


def write_profile(folder: Path, corrections: list[dict[str, Any]]) -> Profile:
    """The mission, with ``corrections`` of its activities."""
    units = [{**MISSION["units"][0], "unit_id": unit, "name": f"Unit {unit}"} for unit in UNITS]
    acts = {**ACTS, "corrections": corrections} if corrections else ACTS
    sources = [
        WEEKLY,
        CALLS,
        acts,
        READINGS,
        ANSWERS,
        TALLIES,
        EVENTS,
        {**REGISTER, **DATED, "complete": "open"},
        TOURS,
    ]
    parts: dict[str, Any] = {
        "mission": MISSION | {"units": units, "starts_on": "2021-01-01"},
        "objectives": {
            "objectives": [
                {"objective_id": f"LO-{n}", "name": f"Objective {n}", "owner": "x", "aim": "y"} for n in (1, 2)
            ]
        },
        "indicators": {"indicators": [INDICATOR | {"indicator_id": f"LO-1.{n}"} for n in (1, 2)]},
        "templates": {"templates": [FORM, CALLS_FORM]},
    } | {f"sources/{s['source']}": s for s in sources}
    for name, part in parts.items():
        path = folder / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(part), encoding="utf-8")
    return load_profile(folder)


class Year:
    """Files by the day on which they arrive."""

    def __init__(self, seed: int = 2021) -> None:
        self.chance = random.Random(seed)
        self.files: dict[dt.date, dict[str, list[str]]] = {day: defaultdict(list) for day in ARRIVALS}
        self._reports()
        self._activities()
        self._requests()
        self._others()

    def arriving(self, day: dt.date) -> Files:
        """Content by name."""
        return {name: self.text(name, day) for name in sorted(self.files[day])}

    def text(self, name: str, day: dt.date) -> str:
        return "\n".join([HEADS[name.split("/")[0]], *self.files[day][name]]) + "\n"

    def corrections(self) -> list[dict[str, Any]]:
        """One record: hours of the first activity of the file that came on 6 May were a slip."""
        [(name, day)] = [(n, d) for d in ARRIVALS for n in self.files[d] if n == "acts/20210506.csv"]
        cells = self.files[day][name][0].split(",")
        return [
            {
                "file": hashlib.sha256(self.text(name, day).encode()).hexdigest(), "row": 2, "column": "hours",
                "was": cells[5], "now": "40", "reason": "slip", "author": "a", "date": CORRECTED_ON.isoformat(),
            }
        ]  # fmt: skip

    def _put(self, nth: int, name: str, row: str | None = None) -> None:
        """A row of the file ``name`` (none: only the file), in the ``nth`` arrival or its source's next turn after it.

        ``{nth}`` in the name is that turn. Nothing comes after the last arrival.
        """
        every, turn = TURNS[name.split("/")[0]]
        nth += (turn - nth) % every
        if nth < len(ARRIVALS):
            rows = self.files[ARRIVALS[nth]][name.format(nth=nth)]
            rows += [] if row is None else [row]

    def _reports(self) -> None:
        for week in range(51):
            sunday = dt.date(2021, 1, 10) + dt.timedelta(weeks=week)
            for unit in (1, 2, 3):
                self._report(f"R{unit}-{week:02}", sunday, unit)

    def _report(self, report: str, sunday: dt.date, unit: int) -> None:
        """A report of a week, in time or late, that may be collected later, revised, withdrawn or told otherwise."""
        chance = self.chance
        sent = sunday + dt.timedelta(days=chance.choice([1, 1, 2, 9, 20]))
        nth = sum(day <= sent for day in ARRIVALS) + chance.choice([0, 0, 0, 2])
        if chance.random() < 0.1:
            return
        minutes, answer = chance.randrange(20, 90), chance.randrange(9)
        day = "soon" if chance.random() < 0.05 else f"{sent}"
        name = "weekly/{nth:02}.csv"
        self._put(nth, name, f"{report},{sunday},{day},0,{minutes},{answer},sent,")
        fate, later = chance.random(), nth + chance.randrange(1, 5)
        if later >= len(ARRIVALS):
            return
        again = ARRIVALS[later] - dt.timedelta(days=2)
        name = "weekly/{nth:02}.csv"
        if fate < 0.15:
            self._put(later, name, f"{report},{sunday},{again},1,{minutes},{answer + 1},sent,")
        elif fate < 0.3:
            at = again if fate < 0.22 else ""
            self._put(later, name, f"{report},{sunday},{day},0,{minutes},{answer},withdrawn,{at}")
        elif fate < 0.35:
            self._put(later, name, f"{report},{sunday},{day},0,{minutes + 5},{answer},sent,")
        if fate < 0.6:
            kind = chance.choice(["acknowledged,{},Plans,", "used,{},Board,Board of {}"]).replace("{}", f"{again}")
            self._put(later, "answers/{nth:02}.csv", f"{report},{kind}")

    def _activities(self) -> None:
        """Extracts dated by name, some of them months late, that tell some activities once more."""
        chance, told = self.chance, []
        for nth, day in enumerate(ARRIVALS):
            late = nth + chance.choice([0, 0, 2, 4, 7])
            if day == dt.date(2021, 5, 6):
                late = nth + 1
            name = f"acts/{day:%Y%m%d}.csv"
            for number in range(6):
                held = day - dt.timedelta(days=chance.randrange(1, 14))
                status = chance.choice(["held", "held", "cancelled"]) if number else "held"
                report = f"R{chance.randrange(1, 4)}-{max(0, nth * 2 - 2):02}" if chance.random() < 0.5 else ""
                told.append((f"A{nth:02}-{number}", f"LO-{chance.randrange(1, 3)}", status, held, report))
                self._act(late, name, told[-1])
            self._act(late, name, (f"P{nth:02}", "LO-1", "planned", day + dt.timedelta(days=20), ""))
            for act in chance.sample(told, min(len(told), 4)):
                self._act(late, name, act)
            readings = f"readings/{day:%Y%m%d}.csv"
            for indicator in ("LO-1.1", "LO-1.2"):
                known = day - dt.timedelta(days=chance.randrange(1, 9))
                self._put(late, readings, f"{indicator},{known},{nth * 4 + chance.randrange(4)}")
            calls = f"calls/U-{nth % 3 + 1}_{day:%Y%m%d}.csv"
            self._put(nth, calls, f"C{nth},{chance.randrange(1, 5)}" if nth % 4 else None)
        self._put(10, "readings/20210606.csv", "LO-1.1,2021-05-32,5")
        self._put(10, "readings/20210606.csv", "LO-1.9,2021-05-30,5")

    def _act(self, nth: int, name: str, act: tuple[str, str, str, dt.date, str]) -> None:
        key, objective, status, day, report = act
        held = day if status == "held" else ""
        hours = self.chance.randrange(1, 9)
        self._put(nth, name, f"{key},{objective},{status},{day},{held},{hours},{report},who{hours}")

    def _requests(self) -> None:
        """A register of open requests and a log with overlapping extracts, of requests that both may know."""
        chance = self.chance
        told: list[str] = []
        entries: dict[str, str] = {}
        for nth, day in enumerate(ARRIVALS):
            for number in range(3):
                raised = day - dt.timedelta(days=chance.randrange(1, 14))
                key = f"Q{nth:02}-{number}"
                entries[key] = f"{key},{raised},,open"
                told.append(f"{key},raised,{raised},low")
            for key in chance.sample(sorted(entries), 3):
                what = chance.choice(["seen", "approved", "refused", "withdrawn", "reopened"])
                when = day - dt.timedelta(days=chance.randrange(1, 30))
                told.append(f"{key},{what},{when},{chance.choice(['', 'high'])}")
            # The whole log of the last weeks, and some of what is older.
            for row in [*chance.sample(told[:-8], min(8, len(told[:-8]))), *told[-8:]]:
                self._put(nth, "events/{nth:02}.csv", row)
            for key in chance.sample(sorted(entries), 2):
                asked, outcome = entries[key].split(",")[1], chance.choice(["approved", "denied"])
                entries[key] = f"{key},{asked},{day - dt.timedelta(days=1)},{outcome}"
            late = nth + {DENIED_IN: 5, DENIED_IN + 1: 0}.get(nth, chance.choice([0, 0, 5]))
            undone = f"{day - dt.timedelta(days=1)},denied" if nth == DENIED_IN else ",open"
            self._put(late, f"register/{day:%Y%m%d}.csv", f"{REOPENED},2021-01-02,{undone}")
            for row in entries.values():
                self._put(late, f"register/{day:%Y%m%d}.csv", row)
            if nth < 4:
                self._put(late, f"register/{day:%Y%m%d}.csv", f"{VANISHES},2021-01-03,,open")
        self._put(5, "events/{nth:02}.csv", "NOBODY,approved,2021-03-01,")

    def _others(self) -> None:
        for quarter, nth in enumerate((6, 12, 18)):
            first = dt.date(2021, 3 * quarter + 1, 1)
            last = dt.date(2021, 3 * quarter + 4, 1) - dt.timedelta(days=1)
            self._put(nth, "tallies/{nth:02}.csv", f"Z,{first},{last},13,{10 + quarter},{9 - quarter}")
            self._put(nth + 1, "tallies/{nth:02}.csv", f"Z,{first},{first.replace(day=28)},4,4,{quarter}")
            self._put(nth, "tallies/{nth:02}.csv", f"Y,{first},{last},13,{11 - quarter},{quarter}")
            self._put(nth + 1, "tallies/{nth:02}.csv", f"U-2,{first},{last},13,12,{quarter}")
        self._put(13, "tallies/{nth:02}.csv", "Z,2021-04-01,2021-04-30,5,4,5")
        for number in range(1, 9):
            tour = f"who{number},P{number},U-{number % 3 + 1},2021-01-01,"
            self._put(0, "tours/{nth:02}.csv", tour)
            self._put(number * 2, "tours/{nth:02}.csv", f"{tour}2021-{number + 1:02}-01")
