"""Tallies of days that something else tells of: the view against every pair compared, for drawn periods."""

from __future__ import annotations

import datetime as dt
import random
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from reportmetrics.engines.duckdb import DuckDBEngine
from reportmetrics.metrics.catalogue import load_catalogue
from reportmetrics.settings import sql_folder
from tests.sql.tiny_snapshot import build

AS_OF = dt.date(2022, 1, 31)
FIRST = dt.date(2021, 1, 1)
UNITS = 150
Row = dict[str, Any]


def drawn(chance: random.Random, unit: int, table: str, number: int) -> Row:
    """A period of up to 15 days within 40 of one unit and form."""
    first = FIRST + dt.timedelta(days=chance.randrange(40))
    return {
        "row_key": f"{table}-{unit}-{number}",
        "template_id": "T",
        "unit_id": f"U{unit}",
        "period_start": first,
        "period_end": first + dt.timedelta(days=chance.choice([0, 0, 2, 6, 6, 14])),
    }


def tables() -> dict[str, list[Row]]:
    chance = random.Random(20)
    given: dict[str, list[Row]] = {"report_tally": [], "expected_report": [], "report": []}
    for unit in range(UNITS):
        for n in range(chance.randrange(1, 7)):
            told = {
                "file_seq": chance.randrange(1, 4),
                "known_from": dt.datetime(2021, 5, chance.randrange(1, 3)),
                "received": chance.choice([None, 5]),
            }
            given["report_tally"].append(drawn(chance, unit, "t", n) | told)
        for n in range(chance.randrange(3)):
            asked = drawn(chance, unit, "e", n)
            given["expected_report"].append(asked | {"answered_by": f"U{max(0, unit - chance.randrange(2))}"})
    for unit in range(UNITS):
        for n in range(chance.randrange(3)):
            came = drawn(chance, unit, "r", n)
            if asked_of := [e for e in given["expected_report"] if e["answered_by"] == f"U{unit}"]:
                came["period_start"] = chance.choice(asked_of)["period_start"]
                came["period_end"] = max(came["period_end"], came["period_start"])
            given["report"].append(came | {"report_id": came["row_key"], "revision": 0})
    return given


def shares_days(a: Row, b: Row) -> bool:
    return (
        a["unit_id"] == b["unit_id"] and a["period_start"] <= b["period_end"] and a["period_end"] >= b["period_start"]
    )


def answered(due: Row, reports: list[Row]) -> bool:
    return any(r["unit_id"] == due["answered_by"] and r["period_start"] == due["period_start"] for r in reports)


def pairwise(given: dict[str, list[Row]]) -> dict[str, tuple[bool, bool]]:
    """Per tally that is told twice: as for what was due, as for what came."""
    found = {}
    for tally in given["report_tally"]:
        at = (tally["known_from"], tally["file_seq"])
        later = [
            o
            for o in given["report_tally"]
            if o is not tally and shares_days(tally, o) and at <= (o["known_from"], o["file_seq"])
        ]
        due = [e for e in given["expected_report"] if shares_days(tally, e)]
        came = [r for r in given["report"] if shares_days(tally, r)]
        due_twice = bool(later or due)
        came_twice = bool(
            any(o["received"] is not None for o in later) or came or any(answered(e, given["report"]) for e in due)
        )
        if due_twice or came_twice:
            found[tally["row_key"]] = (due_twice, came_twice)
    return found


def test_what_is_told_twice_is_what_comparing_every_pair_finds(tmp_path: Path) -> None:
    given = tables()
    views = load_catalogue(sql_folder()).shared_views(["burden.hours", "burden.fte"])
    with DuckDBEngine(build(tmp_path / "s", given, as_of=AS_OF)) as engine, ExitStack() as held:
        for name, sql in views.items():
            held.enter_context(engine.holding(name, sql))
        rows = engine.frame("SELECT row_key, due_twice, came_twice FROM tally_twice").rows()
    found = {row_key: (due, came) for row_key, due, came in rows}
    expected = pairwise(given)
    assert len(rows) == len(found)
    assert found == expected
    # The draw has tallies of each kind, also such as nothing else tells of.
    assert set(expected.values()) == {(True, True), (True, False), (False, True)}
    assert len(expected) < len(given["report_tally"])
