"""Bad files of every kind, taken in by one run: each with the outcome written beside it, and the books balanced."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reportmetrics.engines.duckdb import DuckDBEngine
from reportmetrics.ingest.ledger import Delivery
from reportmetrics.profile.load import Profile
from reportmetrics.profile.templates import Template
from reportmetrics.settings import sql_folder
from reportmetrics.validation.rules import load_rules
from tests.conftest import SmallMission
from tests.faults import activity_files, report_files, request_rows, request_texts, request_workbooks
from tests.faults.activity_files import lines, row
from tests.faults.case import Case

CASES: list[Case] = [
    *request_texts.CASES,
    *request_rows.CASES,
    *request_workbooks.CASES,
    *activity_files.corpus(),
    *report_files.CASES,
]
TakenIn = tuple[SmallMission, dict[int, Delivery]]


class Corpus(SmallMission):
    """The mission whose units owe the forms that the reports are on."""

    @property
    def profile(self) -> Profile:
        return replace(super().profile, templates=[Template.model_validate(form) for form in report_files.FORMS])


@pytest.fixture(scope="module")
def taken_in(tmp_path_factory: pytest.TempPathFactory) -> TakenIn:
    """The mission after one run over the whole corpus, and the line of the ledger of each case."""
    mission = Corpus(Path(tmp_path_factory.mktemp("corpus")), more={"units": report_files.UNITS})
    mission.sources = [case.source(number) for number, case in enumerate(CASES)]
    for number, case in enumerate(CASES):
        mission.put(f"{number}/file", case.bytes(number))
    return mission, {int(d.source.removeprefix("case-")): d for d in mission.ingest().deliveries}


@pytest.fixture(scope="module")
def rejects(taken_in: TakenIn) -> dict[int, list[tuple[Any, ...]]]:
    found: dict[int, list[tuple[Any, ...]]] = {}
    asked = "SELECT source, code, source_row, column_name, message, remedy, raw FROM reject ORDER BY source, 3, 4"
    for source, *rest in taken_in[0].ask(asked):
        found.setdefault(int(source.removeprefix("case-")), []).append(tuple(rest))
    return found


def test_the_corpus_is_large_and_has_no_file_twice() -> None:
    assert len(CASES) >= 200
    assert len({(c.base["table"], c.name) for c in CASES}) == len(CASES)
    assert len({(c.base["table"], c.reader, c.content, str(c.options), str(c.columns)) for c in CASES}) == len(CASES)


@pytest.mark.parametrize("number", range(len(CASES)), ids=[f"{c.base['table']}: {c.name}" for c in CASES])
def test_outcome(taken_in: TakenIn, rejects: dict[int, list[tuple[Any, ...]]], number: int) -> None:
    case, line = CASES[number], taken_in[1][number]
    found = rejects.get(number, [])
    assert tuple(f[:3] for f in found) == case.rejects, found
    counts = (line.rows_read, line.accepted, line.rejected, line.duplicate, line.superseded, line.filtered)
    assert counts == case.rows
    assert line.rows_read == sum(counts[1:])
    assert (line.status == "unreadable") == any(row is None for _, row, _ in case.rejects)
    assert case.note in (line.message or "")
    for _, at, _, message, remedy, raw in found:
        assert message
        assert remedy
        assert at is not None or line.message == f"{message}; {remedy}"
        if raw is not None and case.reader == "csv":
            assert raw.encode() in case.bytes(number)
    assert not found or case.said in found[0][3]


def test_what_is_in_core_is_what_the_ledger_says(taken_in: TakenIn) -> None:
    mission, told = taken_in
    assert len(told) == len(CASES)
    stored = dict(
        mission.ask(
            "SELECT file_seq, count(*) FROM (SELECT file_seq FROM core.request UNION ALL "
            "SELECT file_seq FROM core.activity UNION ALL SELECT file_seq FROM core.report) GROUP BY 1"
        )
    )
    assert stored == {line.file_seq: line.accepted for line in told.values() if line.accepted}


def test_what_is_odd_between_rows_and_the_profile_is_named(taken_in: TakenIn) -> None:
    """Of the reports: exactly the checks that are written beside a case name its report, and no other."""
    day = (dt.datetime.now(dt.UTC) + dt.timedelta(days=2)).date()
    with DuckDBEngine(taken_in[0].snapshot(str(day)).folder) as engine:
        found = {rule.id: [str(d) for d in engine.frame(rule.sql)["detail"]] for rule in load_rules(sql_folder())}
    reports = [(number, case) for number, case in enumerate(CASES) if case.base["table"] == "report"]
    for number, case in reports:
        named = {(c, said) for c, details in found.items() for said in details if f"report R{number}-" in said}
        assert sorted(check for check, _ in named) == [check for check, _ in case.checks], (case.name, named)
        for check, observed in case.checks:
            assert any(c == check and f"report R{number}-2" in said and observed in said for c, said in named), named


def test_nothing_is_taken_twice(taken_in: TakenIn) -> None:
    again = taken_in[0].ingest()
    assert (again.deliveries, again.unchanged) == ([], len(CASES))


def test_what_was_meant_is_what_is_stored(mission: SmallMission) -> None:
    """Zero, nothing entered, and a text that begins like a formula keep apart what they are."""
    case = activity_files.bad_file(
        "",
        "csv",
        lines(row(id="Z", count="0"), row(id="B", count=""), row(id="F", note="=1+1"), row(id="T", hours="1.000,5")),
    )
    mission.sources = [case.source(0)]
    mission.put("0/a.csv", case.bytes(0))
    mission.ingest()
    rows = "SELECT activity_id, count, hours, place FROM core.activity ORDER BY 1"
    assert mission.ask(rows) == [
        ("B", None, 1.5, None),
        ("F", 3, 1.5, "=1+1"),
        ("T", 3, 1000.5, None),
        ("Z", 0, 1.5, None),
    ]
