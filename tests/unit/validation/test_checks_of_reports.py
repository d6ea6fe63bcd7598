"""Rules of what a form asks and when it is due: all warn, and say what is wrong."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from tests.unit.validation.snapshots import SOUND, Rows, failed


def day(month: int, number: int) -> dt.date:
    return dt.date(2021, month, number)


def week(monday: dt.date) -> dict[str, dt.date]:
    return {"period_start": monday, "period_end": monday + dt.timedelta(days=6)}


def due(form: str, unit: str, monday: dt.date) -> dict[str, Any]:
    owed = {"template_id": form, "unit_id": unit, "answered_by": unit, "due_at": dt.datetime(2021, 3, 1)}
    return {"row_key": f"{form} {unit} {monday}", **owed, **week(monday)}


MONDAYS = [day(2, 1), day(2, 8), day(2, 15)]
FORMS: Rows = {
    "unit": [
        *SOUND["unit"],
        {"row_key": "c", "unit_id": "CLOSED", "valid_from": day(1, 1), "valid_to": day(5, 31)},
    ],
    "template": [
        {"row_key": "t", "template_id": "T", "valid_from": day(1, 25), "valid_to": day(4, 4)},
        {"row_key": "n", "template_id": "NOBODY"},
    ],
    "field": [{"row_key": "f", "template_id": "T", "field_id": "F"}],
    "expected_report": [*(due("T", "U1", d) for d in MONDAYS), due("T", "U9", MONDAYS[0])],
}


def report(**told: Any) -> dict[str, Any]:
    sent = {"row_key": "x", "report_id": "P2", "revision": 0, "submitted_at": dt.datetime(2021, 4, 20)}
    return {**sent, "template_id": "T", "unit_id": "U1", **week(day(2, 8)), **told}


def found(folder: Path, **more: list[dict[str, Any]]) -> list[tuple[str, list[str], str, bool]]:
    return failed(folder, {**SOUND, **FORMS, **{name: [*SOUND.get(name, []), *rows] for name, rows in more.items()}})


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"unit_id": "U2"}, "report P2 (T) of U2 for 2021-02-08 to 2021-02-14: the form is due from other units"),
        (
            {"period_start": day(2, 9), "period_end": day(2, 15)},
            "report P2 (T) of U1 for 2021-02-09 to 2021-02-15: the form has other periods",
        ),
        ({"period_end": day(2, 12)}, "report P2 (T) of U1 for 2021-02-08 to 2021-02-12: the form has other periods"),
        (
            week(day(4, 5)),
            "report P2 (T) of U1 for 2021-04-05 to 2021-04-11: the form is valid from 2021-01-25 to 2021-04-04",
        ),
    ],
    ids=["unit", "first day", "last day", "validity"],
)
def test_a_report_that_is_not_due_is_named_with_the_reason(tmp_path: Path, told: dict[str, Any], says: str) -> None:
    assert found(tmp_path, report=[report(**told)]) == [("report_not_due", ["x"], says, False)]


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"template_id": "NOBODY", "period_end": day(2, 9)},
        week(day(1, 25)),
        week(day(3, 1)),
        {"unit_id": "U2", **week(day(3, 1))},
        {"template_id": "NOBODY", "unit_id": "CLOSED"},
    ],
    ids=[
        "due",
        "form without schedule",
        "before the first period",
        "after the last period",
        "no period of anybody",
        "due from nobody",
    ],
)
def test_a_report_of_days_for_which_nothing_is_told_is_not_judged(tmp_path: Path, told: dict[str, Any]) -> None:
    assert found(tmp_path, report=[report(**told)]) == []


def test_a_report_is_judged_in_its_latest_revision(tmp_path: Path) -> None:
    first, second = report(row_key="first", unit_id="U2"), report(revision=1)
    assert found(tmp_path / "mended", report=[first, second]) == []
    [(rule, keys, _, _)] = found(tmp_path / "not", report=[first, {**second, "unit_id": "U2"}])
    assert (rule, keys) == ("report_not_due", ["x"])


def test_an_answer_to_no_question_of_the_form_is_named(tmp_path: Path) -> None:
    """A form that lists no fields in the profile does not say what it asks."""
    reports = [report(row_key="p"), report(row_key="n", report_id="P3", template_id="NOBODY")]
    answers = [
        {"row_key": key, "report_id": told, "field_id": name, "revision": 0}
        for key, told, name in (("known", "P2", "F"), ("x", "P2", "NOPE"), ("unlisted", "P3", "NOPE"))
    ]
    says = "field NOPE of report P2, which answers form T"
    assert found(tmp_path, report=reports, report_field=answers) == [("report_field_unknown", ["x"], says, False)]


def test_a_report_that_is_older_than_its_period_is_named(tmp_path: Path) -> None:
    """The day before may be the same day elsewhere."""
    assert found(tmp_path / "day before", report=[report(submitted_at=dt.datetime(2021, 2, 7))]) == []
    says = "report P2, revision 0, was sent at 2020-02-15 08:00 UTC; its period begins on 2021-02-08"
    told = report(submitted_at=dt.datetime(2020, 2, 15, 8))
    assert found(tmp_path / "year", report=[told]) == [("report_before_its_period", ["x"], says, False)]
