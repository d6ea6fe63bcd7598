"""Rules between tables: each is broken once by hand and names the row; a sound snapshot breaks none."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from reportmetrics.engines.duckdb import DuckDBEngine
from reportmetrics.settings import sql_folder
from reportmetrics.validation.rules import RuleError, load_rules
from reportmetrics.validation.run import cross_checks
from tests.unit.validation.snapshots import DAY, SOUND, Rows, failed, snapshot


def broken(folder: Path, rows: Rows) -> list[tuple[str, list[str]]]:
    with DuckDBEngine(snapshot(folder, rows)) as engine:
        return [(r.check, r.failing_keys) for r in cross_checks(engine, load_rules(sql_folder())) if not r.success]


def test_a_sound_snapshot_breaks_no_rule(tmp_path: Path) -> None:
    assert broken(tmp_path, SOUND) == []


FAULTS: dict[str, tuple[str, dict[str, Any]]] = {
    "report_field_without_report": ("report_field", {"row_key": "x", "report_id": "P9", "field_id": "F"}),
    "feedback_without_report": (
        "feedback",
        {"row_key": "x", "report_id": "P9", "kind": "question", "given_at": DAY},
    ),
    "feedback_before_report": (
        "feedback",
        {"row_key": "x", "report_id": "P1", "kind": "question", "given_at": dt.datetime(2021, 1, 31)},
    ),
    "activity_report_unknown": ("activity", {"row_key": "x", "activity_id": "A9", "report_id": "P9"}),
    "decided_yet_open": (
        "request",
        {"row_key": "x", "request_id": "R9", "hq": "HQ", "decided_at": DAY, "outcome": "open"},
    ),
    "outcome_without_date": ("request", {"row_key": "x", "request_id": "R9", "hq": "HQ", "outcome": "approved"}),
    "request_headquarters_unknown": ("request", {"row_key": "x", "request_id": "R9", "hq": "?", "outcome": "open"}),
    "request_waits_for_years": (
        "request",
        {"row_key": "x", "request_id": "R9", "hq": "HQ", "outcome": "open", "raised_at": dt.datetime(2011, 1, 31)},
    ),
    "request_activity_unknown": (
        "request",
        {"row_key": "x", "request_id": "R9", "hq": "HQ", "outcome": "open", "activity_id": "A9"},
    ),
    "request_vanished": (
        "vanished_request",
        {
            "row_key": "x",
            "request_id": "R9",
            "source": "log",
            "hq": "HQ",
            "last_seen_on": dt.date(2021, 1, 24),
            "missing_since": DAY.date(),
        },
    ),
    "withdrawal_leaves_revision": (
        "withdrawn_report",
        {"row_key": "x", "report_id": "P1", "revision": 0, "withdrawn_at": dt.datetime(2022, 1, 31)},
    ),
    "report_outside_unit_dates": (
        "report",
        {
            "row_key": "x",
            "report_id": "P2",
            "unit_id": "U1",
            "period_start": dt.date(2020, 12, 20),
            "period_end": dt.date(2020, 12, 27),
        },
    ),
    "observation_objective_differs": (
        "observation",
        {
            "row_key": "x",
            "indicator_id": "I1",
            "objective_id": "LO-02",
            "level": "outcome",
            "observed_on": DAY.date(),
        },
    ),
    "observation_level_differs": (
        "observation",
        {"row_key": "x", "indicator_id": "I1", "level": "output", "observed_on": DAY.date()},
    ),
}


@pytest.mark.parametrize("rule", sorted(FAULTS))
def test_a_broken_rule_names_the_row_and_nothing_else_fails(tmp_path: Path, rule: str) -> None:
    table, row = FAULTS[rule]
    assert broken(tmp_path, {**SOUND, table: [*SOUND.get(table, []), row]}) == [(rule, ["x"])]


def test_a_ledger_that_does_not_balance_is_critical(tmp_path: Path) -> None:
    row = {**SOUND["ledger"][0], "accepted": 5}
    with DuckDBEngine(snapshot(tmp_path, {**SOUND, "ledger": [row]})) as engine:
        failed = [r for r in cross_checks(engine, load_rules(sql_folder())) if not r.success]
    assert [r.check for r in failed] == ["ledger_balances"]
    assert failed[0].blocks
    assert failed[0].failing_keys == ["1/request"]
    assert failed[0].observed == "a.csv (request): 10 read, 9 accounted for"


def tally(row_key: str, first: dt.date, last: dt.date, unit: str = "U1", form: str = "T") -> dict[str, Any]:
    return {"row_key": row_key, "template_id": form, "unit_id": unit, "period_start": first, "period_end": last}


def test_tallies_that_share_days_are_named(tmp_path: Path) -> None:
    """A month, the winter around it and the day on which both end; another form, unit and the day after are apart."""
    january = (dt.date(2021, 1, 1), dt.date(2021, 1, 31))
    rows = [
        tally("month", *january),
        tally("winter", dt.date(2020, 12, 1), dt.date(2021, 2, 28)),
        tally("march", dt.date(2021, 3, 1), dt.date(2021, 3, 31)),
        tally("day", dt.date(2021, 3, 31), dt.date(2021, 3, 31)),
        tally("other unit", *january, unit="U2"),
        tally("other form", *january, form="S"),
    ]
    [(rule, keys, observed, blocks)] = failed(tmp_path, {**SOUND, "report_tally": rows})
    assert (rule, keys, blocks) == ("tally_overlaps", ["day", "march", "month", "winter"], False)
    assert observed.count("tally of T and U1 for ") == 3
    assert observed.count(" shares days with 1 other, the first for ") == 3


def test_a_tally_beside_single_reports_is_named(tmp_path: Path) -> None:
    """Of one form single reports are due, of another some came that nobody expects; a tally of March is apart."""
    first, last = dt.date(2021, 1, 1), dt.date(2021, 1, 31)
    due = {"template_id": "T", "unit_id": "U1", "answered_by": "U1", "due_at": DAY}
    weeks = [(dt.date(2020, 12, 28), dt.date(2021, 1, 3)), (dt.date(2021, 1, 4), dt.date(2021, 1, 10))]
    came = {"report_id": "P2", "template_id": "S", "unit_id": "U1", "submitted_at": DAY}
    given: Rows = {
        **SOUND,
        "expected_report": [
            {**due, "row_key": f"e{n}", "period_start": a, "period_end": b} for n, (a, b) in enumerate(weeks)
        ],
        "report": [
            *SOUND["report"],
            *({**came, "row_key": f"p{n}", "revision": n, "period_start": first, "period_end": first} for n in (0, 1)),
        ],
        "report_tally": [
            tally("due", first, last),
            tally("came", first, last, form="S"),
            tally("march", dt.date(2021, 3, 1), dt.date(2021, 3, 31)),
            tally("other unit", first, last, unit="U2"),
        ],
    }
    [(rule, keys, observed, blocks)] = failed(tmp_path, given)
    assert (rule, keys, blocks) == ("tally_beside_reports", ["came", "due"], False)
    assert set(observed.split("; ")) == {
        "tally of T and U1 for 2021-01-01 to 2021-01-31: in these days 2 single reports are due, and 0 came",
        "tally of S and U1 for 2021-01-01 to 2021-01-31: in these days 0 single reports are due, and 1 came",
    }


def test_a_report_beside_a_tally_counts_once_in_its_latest_revision(tmp_path: Path) -> None:
    """Of one form only revision 1 is known; a report of another was corrected to be of the month after."""
    first, last = dt.date(2021, 1, 1), dt.date(2021, 1, 31)
    own = {"unit_id": "U1", "submitted_at": DAY}
    days = {"period_start": first, "period_end": first}
    moved = {"period_start": dt.date(2021, 2, 1), "period_end": dt.date(2021, 2, 1)}
    given: Rows = {
        **SOUND,
        "report": [
            *SOUND["report"],
            {**own, **days, "row_key": "r1", "report_id": "P2", "template_id": "R", "revision": 1},
            {**own, **days, "row_key": "s0", "report_id": "P3", "template_id": "S", "revision": 0},
            {**own, **moved, "row_key": "s1", "report_id": "P3", "template_id": "S", "revision": 1},
        ],
        "report_tally": [tally("late", first, last, form="R"), tally("moved", first, last, form="S")],
    }
    [(rule, keys, observed, _)] = failed(tmp_path, given)
    assert (rule, keys) == ("tally_beside_reports", ["late"])
    assert observed.endswith("0 single reports are due, and 1 came")


def test_a_tally_of_an_unknown_unit_is_named_where_others_are_known(tmp_path: Path) -> None:
    """Counts of places that no profile lists, as of the districts of a country, are all unknown: that is no mistake."""
    april = (dt.date(2021, 4, 1), dt.date(2021, 4, 30))
    places = [tally("a", *april, unit="Nairobi"), tally("b", *april, unit="Kisumu")]
    assert failed(tmp_path / "places", {**SOUND, "report_tally": places}) == []
    found = failed(tmp_path / "typo", {**SOUND, "report_tally": [*places[:1], tally("c", *april)]})
    assert found == [("tally_of_unknown", ["a"], "tally of form T and unit Nairobi", False)]


def test_every_shipped_rule_is_tested_here() -> None:
    elsewhere = {"request_vanished"}  # tests/unit/warehouse/test_vanished.py
    of_reports = {"report_before_its_period", "report_field_unknown", "report_not_due"}  # test_checks_of_reports.py
    of_requests = {"request_dates_out_of_order", "request_decided_and_withdrawn"}  # test_checks_of_requests.py
    alone = {"ledger_balances", "tally_overlaps", "tally_beside_reports", "tally_of_unknown"}
    assert {r.id for r in load_rules(sql_folder())} == {*FAULTS, *alone, *of_reports, *of_requests, *elsewhere}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("SELECT 1", "no header"),
        ("/*---\nid: other\ntitle: t\ntable: report\nseverity: warning\nremedy: r\n---*/\nSELECT 1", "the same name"),
        ("/*---\nid: a\ntitle: t\ntable: nowhere\nseverity: warning\nremedy: r\n---*/\nSELECT 1", "no canonical table"),
        ("/*---\nid: a\ntitle: t\ntable: report\nseverity: fatal\nremedy: r\n---*/\nSELECT 1", "severity"),
        ("/*---\njust text\n---*/\nSELECT 1", "not usable"),
    ],
)
def test_an_unusable_rule_is_refused_with_its_file(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "checks").mkdir()
    path = tmp_path / "checks" / "a.sql"
    path.write_text(text)
    with pytest.raises(RuleError, match=says) as caught:
        load_rules(tmp_path)
    assert str(path) in str(caught.value)
