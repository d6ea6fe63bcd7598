"""Tallies that do not stand: the table against the rule word by word, for drawn periods and orders of arrival."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from reportmetrics.warehouse.tally_twice import SCHEMA, tally_twice
from tests.sql.tiny_snapshot import build

AS_OF = dt.date(2022, 1, 31)
FIRST = dt.date(2021, 1, 1)
UNITS = 400
Row = dict[str, Any]
Flags = tuple[bool, bool, bool]


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
        for n in range(chance.randrange(1, 9)):
            told = {
                "file_seq": chance.randrange(1, 4),
                "known_from": dt.datetime(2021, 5, chance.randrange(1, 4)),
                "expected": chance.choice([None, 6, 6, 6]),
                "received": chance.choice([None, 5, 5, 5]),
                "on_time": chance.choice([None, 4, 4, 4]),
            }
            given["report_tally"].append(drawn(chance, unit, "t", n) | told)
        for n in range(chance.choice([0, 0, 1, 2])):
            asked = drawn(chance, unit, "e", n)
            given["expected_report"].append(asked | {"answered_by": f"U{max(0, unit - chance.randrange(2))}"})
    for unit in range(UNITS):
        for n in range(chance.choice([0, 0, 1, 2])):
            for revision in chance.choice([[0], [1], [1, 0], [0, 2]]):  # of some only a later one is known
                came = drawn(chance, unit, "r", n)
                if asked_of := [e for e in given["expected_report"] if e["answered_by"] == f"U{unit}"]:
                    came["period_start"] = chance.choice(asked_of)["period_start"]
                    came["period_end"] = max(came["period_end"], came["period_start"])
                own = {"report_id": came["row_key"], "revision": revision, "row_key": f"{came['row_key']}-{revision}"}
                given["report"].append(came | own)
    return given


def shares_days(a: Row, b: Row) -> bool:
    return (
        a["unit_id"] == b["unit_id"] and a["period_start"] <= b["period_end"] and a["period_end"] >= b["period_start"]
    )


def answered(due: Row, reports: list[Row]) -> bool:
    return any(r["unit_id"] == due["answered_by"] and r["period_start"] == due["period_start"] for r in reports)


def standing(tallies: Sequence[Row], singles: Sequence[Row]) -> list[Row]:
    """The rule word by word: from the tally told last to the first, each beside all others."""

    def told(tally: Row) -> tuple[Any, ...]:
        return (tally["known_from"], tally["file_seq"])

    stands: list[Row] = []
    for tally in sorted(tallies, key=told, reverse=True):
        at_once = [t for t in tallies if t is not tally and told(t) == told(tally)]
        if not any(shares_days(tally, other) for other in (*singles, *at_once, *stands)):
            stands.append(tally)
    return stands


def by_hand(given: dict[str, list[Row]]) -> dict[str, Flags]:
    """Per tally that does not stand: as for what was due, as for what came in time, as for what came."""
    latest = {r["report_id"]: r for r in sorted(given["report"], key=lambda r: r["revision"])}
    reports = list(latest.values())
    due = given["expected_report"]
    came = [*reports, *(e for e in due if answered(e, reports))]
    found = {}
    for unit in {t["unit_id"] for t in given["report_tally"]}:
        own = [t for t in given["report_tally"] if t["unit_id"] == unit]
        flags = []
        for told, singles in ((("expected", "received"), due), (("expected", "on_time"), due), (("received",), came)):
            part = [t for t in own if all(t[name] is not None for name in told)]
            stands = [t["row_key"] for t in standing(part, [s for s in singles if s["unit_id"] == unit])]
            flags.append({t["row_key"] for t in part if t["row_key"] not in stands})
        for tally in own:
            twice = tuple(tally["row_key"] in gone for gone in flags)
            if any(twice):
                found[tally["row_key"]] = twice
    return found


def test_the_tallies_that_do_not_stand_are_those_of_the_rule(tmp_path: Path) -> None:
    given = tables()
    expected = by_hand(given)
    frame = tally_twice(build(tmp_path / "s", given, as_of=AS_OF))
    found = {k: flags for k, *flags in frame.select("row_key", "due_twice", "on_time_twice", "came_twice").rows()}
    assert found == {k: list(flags) for k, flags in expected.items()}
    assert frame["row_key"].is_sorted()
    # The draw has tallies of each kind, also such as nothing else tells of.
    assert {(True, True, True), (True, True, False), (False, False, True)} <= set(expected.values())
    assert len(expected) < len(given["report_tally"])
    random.Random(1).shuffle(given["report_tally"])
    random.Random(2).shuffle(given["report"])
    assert tally_twice(build(tmp_path / "t", given, as_of=AS_OF)).drop("source_row").equals(frame.drop("source_row"))


def tally(name: str, first: str, last: str, seq: int, **told: int | None) -> Row:
    numbers = {"expected": 10, "received": 10, "on_time": 10}
    return {
        "row_key": name,
        "template_id": "T",
        "unit_id": "U",
        "period_start": dt.date.fromisoformat(first),
        "period_end": dt.date.fromisoformat(last),
        "file_seq": seq,
        **numbers,
        **told,
    }


def jan(seq: int, **told: int | None) -> Row:
    return tally("jan", "2021-01-01", "2021-01-31", seq, **told)


def feb(seq: int) -> Row:
    return tally("feb", "2021-02-01", "2021-02-28", seq)


def march(seq: int) -> Row:
    return tally("march", "2021-03-01", "2021-03-31", seq)


def quarter(seq: int, **told: int | None) -> Row:
    return tally("quarter", "2021-01-01", "2021-03-31", seq, **told)


CAME = {
    "report_id": "r",
    "template_id": "T",
    "unit_id": "U",
    "revision": 0,
    "period_start": dt.date(2021, 3, 1),
    "period_end": dt.date(2021, 3, 7),
}


@pytest.mark.parametrize(
    ("tallies", "reports", "gone"),
    [
        ([jan(1), feb(1), quarter(2)], [], {"jan", "feb"}),
        ([jan(1), feb(1), quarter(2)], [CAME], {"quarter"}),
        ([jan(1), quarter(2), march(3)], [], {"quarter"}),
        ([jan(1), quarter(2), feb(3), march(3)], [CAME], {"quarter", "march"}),
        ([jan(1), quarter(1)], [], {"jan", "quarter"}),
        ([feb(1), jan(2), quarter(2)], [], {"jan", "quarter"}),
        ([jan(1), quarter(1), march(2)], [], {"jan", "quarter"}),
    ],
    ids=[
        "a quarter told later",
        "the quarter falls to a single report and takes no month with it",
        "the quarter falls to March and takes nothing from January",
        "months stand beside a quarter that fell, but for one of which a report came",
        "told at once neither stands",
        "what was told at once with another takes nothing from an earlier one",
        "a quarter that falls to March still was told at once with January",
    ],
)
def test_a_tally_that_does_not_stand_itself_displaces_none(
    tmp_path: Path, tallies: list[Row], reports: list[Row], gone: set[str]
) -> None:
    found = tally_twice(build(tmp_path / "s", {"report_tally": tallies, "report": reports}, as_of=AS_OF))
    assert set(found.filter("came_twice")["row_key"]) == gone


@pytest.mark.parametrize(
    ("blank", "gone"),
    [
        ("expected", {"jan": [False, False, True]}),
        ("received", {"jan": [False, True, False]}),
        ("on_time", {"jan": [True, False, True]}),
    ],
)
def test_a_tally_takes_away_only_what_it_tells_itself(tmp_path: Path, blank: str, gone: dict[str, list[bool]]) -> None:
    given = {"report_tally": [jan(1), quarter(2, **{blank: None})]}
    found = tally_twice(build(tmp_path / "s", given, as_of=AS_OF))
    assert {
        k: flags for k, *flags in found.select("row_key", "due_twice", "on_time_twice", "came_twice").rows()
    } == gone


def test_without_tallies_the_table_is_empty(tmp_path: Path) -> None:
    assert tally_twice(build(tmp_path / "s", {"report": [CAME]}, as_of=AS_OF)).equals(pl.DataFrame(schema=SCHEMA))
