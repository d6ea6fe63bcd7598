"""Rules of the dates of a request: their order, and that one end excludes the other. All warn and say why."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from tests.unit.validation.snapshots import SOUND, failed


def found(folder: Path, **told: Any) -> list[tuple[str, list[str], str, bool]]:
    raised = {"row_key": "x", "request_id": "R9", "hq": "HQ", "raised_at": dt.datetime(2021, 1, 4)}
    row = {**raised, **({"outcome": "approved"} if "decided_at" in told else {}), **told}
    return failed(folder, {**SOUND, "request": [*SOUND["request"], row]})


DECIDED = {"decided_at": dt.datetime(2021, 1, 8)}
LATER = dt.datetime(2021, 1, 20)


@pytest.mark.parametrize(
    ("told", "says"),
    [
        (
            {**DECIDED, "decided_after": LATER},
            "decided at 2021-01-08 00:00:00 and only after 2021-01-20 00:00:00",
        ),
        (
            {**DECIDED, "acknowledged_at": LATER},
            "first replied to at 2021-01-20 00:00:00, after its end at 2021-01-08 00:00:00",
        ),
        (
            {"withdrawn_at": dt.datetime(2021, 1, 8), "outcome": "withdrawn", "entry_at": LATER},
            "first shown by the register at 2021-01-20 00:00:00, after its end at 2021-01-08 00:00:00",
        ),
        (
            {"promised_on": dt.date(2021, 1, 10), "promised_by": dt.date(2020, 1, 10)},
            "promised on 2021-01-10 for 2020-01-10",
        ),
        (
            {
                "due_at": dt.datetime(2019, 1, 1),
                "promised_on": dt.date(2021, 1, 10),
                "promised_by": dt.date(2021, 1, 9),
            },
            "promised on 2021-01-10 for 2021-01-09, raised at 2021-01-04 00:00:00 and due at 2019-01-01 00:00:00",
        ),
    ],
    ids=["decided after", "first reply", "entry", "promise", "two faults"],
)
def test_dates_of_a_request_that_are_out_of_order_are_named(tmp_path: Path, told: dict[str, Any], says: str) -> None:
    observed = f"request R9 was {says}"
    assert found(tmp_path, **told) == [("request_dates_out_of_order", ["x"], observed, False)]


def test_dates_of_one_day_are_in_order_whichever_has_a_time(tmp_path: Path) -> None:
    same_day = dt.datetime(2021, 1, 8, 17)
    told = {"acknowledged_at": same_day, "entry_at": same_day, "decided_after": same_day}
    promised = {
        "promised_on": dt.date(2021, 1, 8),
        "promised_by": dt.date(2021, 1, 8),
        "due_at": dt.datetime(2021, 1, 3, 23),
    }
    assert found(tmp_path, **DECIDED, **told, **promised) == []


@pytest.mark.parametrize(
    ("told", "says"),
    [
        (DECIDED, "decided at 2021-01-08 00:00:00"),
        ({**DECIDED, "outcome": "withdrawn"}, "decided at 2021-01-08 00:00:00"),
        ({"outcome": "approved"}, "is approved"),
    ],
)
def test_a_request_that_was_decided_and_withdrawn_is_named(tmp_path: Path, told: dict[str, Any], says: str) -> None:
    results = found(tmp_path, withdrawn_at=LATER, **told)
    observed = f"request R9 was withdrawn at 2021-01-20 00:00:00 and {says}"
    assert ("request_decided_and_withdrawn", ["x"], observed, False) in results
    assert {rule for rule, *_ in results} <= {"request_decided_and_withdrawn", "outcome_without_date"}
