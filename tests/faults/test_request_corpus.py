"""Bad files of a register, taken in by one run: each with the outcome written beside it, and the books balanced."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reportmetrics.ingest.ledger import Delivery
from tests.conftest import SmallMission
from tests.faults import request_rows, request_texts, request_workbooks
from tests.faults.request_corpus import Case

CASES: list[Case] = [*request_texts.CASES, *request_rows.CASES, *request_workbooks.CASES]


@pytest.fixture(scope="module")
def taken_in(tmp_path_factory: pytest.TempPathFactory) -> tuple[SmallMission, dict[int, Delivery]]:
    """The mission after one run over the whole corpus, and the line of the ledger of each case."""
    mission = SmallMission(Path(tmp_path_factory.mktemp("corpus")))
    mission.sources = [case.source(number) for number, case in enumerate(CASES)]
    for number, case in enumerate(CASES):
        mission.put(f"{number}/file", case.bytes(number))
    return mission, {int(d.source.removeprefix("case-")): d for d in mission.ingest().deliveries}


@pytest.fixture(scope="module")
def rejects(taken_in: tuple[SmallMission, dict[int, Delivery]]) -> dict[int, list[tuple[Any, ...]]]:
    found: dict[int, list[tuple[Any, ...]]] = {}
    mission, _ = taken_in
    asked = "SELECT source, code, source_row, column_name, message, remedy FROM reject ORDER BY source, 3, 4"
    for source, *rest in mission.ask(asked):
        found.setdefault(int(source.removeprefix("case-")), []).append(tuple(rest))
    return found


@pytest.mark.parametrize("number", range(len(CASES)), ids=[case.name for case in CASES])
def test_outcome(
    taken_in: tuple[SmallMission, dict[int, Delivery]], rejects: dict[int, list[tuple[Any, ...]]], number: int
) -> None:
    case, line = CASES[number], taken_in[1][number]
    found = rejects.get(number, [])
    assert tuple(f[:3] for f in found) == case.rejects, found
    counts = (line.rows_read, line.accepted, line.rejected, line.duplicate, line.superseded, line.filtered)
    assert counts == case.rows
    assert line.rows_read == sum(counts[1:])
    assert (line.status == "unreadable") == any(row is None for _, row, _ in case.rejects)
    assert all(message and remedy for *_, message, remedy in found)


def test_what_is_in_core_is_what_the_ledger_says(taken_in: tuple[SmallMission, dict[int, Delivery]]) -> None:
    mission, lines = taken_in
    assert len(lines) == len(CASES)
    stored = dict(mission.ask("SELECT file_seq, count(*) FROM core.request GROUP BY 1"))
    assert stored == {line.file_seq: line.accepted for line in lines.values() if line.accepted}


def test_nothing_is_taken_twice(taken_in: tuple[SmallMission, dict[int, Delivery]]) -> None:
    again = taken_in[0].ingest()
    assert (again.deliveries, again.unchanged) == ([], len(CASES))
