"""Every file of the corpus: the outcome that it must have, books that balance, and a neighbour that is not harmed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import SmallMission
from tests.faults.corpus import HEAD, BadFile, corpus, lines, row

FILES = list(corpus())

COLUMNS: dict[str, Any] = {
    "activity_id": "id",
    "objective_id": "unit",
    "kind": {"value": "meeting"},
    "occurred_on": {"from": "day", "format": "%d.%m.%Y"},
    "count": "count",
    "hours": {"from": "hours", "decimal": ",", "thousands": "."},
    "status": {"from": "status", "ignore_case": True},
    "place": "note",
}


def source(kind: str) -> dict[str, Any]:
    """The same table from files of any kind."""
    options: dict[str, Any] = {"csv": {"delimiter": ";"}, "xlsx": {"sheet": "Log"}}.get(kind, {})
    return {
        "source": kind,
        "title": "Activities",
        "sender": "desk",
        "files": f"in/*.{kind}",
        "reader": kind,
        "options": options,
        "table": "activity",
        "columns": COLUMNS,
    }


def test_the_corpus_is_large_and_has_no_file_twice() -> None:
    assert len(FILES) >= 60
    assert len({f.name for f in FILES}) == len(FILES)
    assert len({(f.kind, f.content) for f in FILES}) == len(FILES)


@pytest.mark.parametrize("bad", FILES, ids=[f.name for f in FILES])
def test_outcome(mission: SmallMission, bad: BadFile) -> None:
    neighbour = source("csv") | {"source": "neighbour", "files": "beside/*.csv"}
    mission.sources = [source(bad.kind), neighbour]
    mission.put(f"in/bad.{bad.kind}", bad.content)
    mission.put("beside/good.csv", lines(row(id="N1"), head=HEAD))
    summary = mission.ingest()
    delivery = next(d for d in summary.deliveries if d.source == bad.kind)
    beside = next(d for d in summary.deliveries if d.source == "neighbour")
    assert (beside.status, beside.accepted) == ("stored", 1)
    assert delivery.accepted == bad.accepted
    assert delivery.rows_read == (
        delivery.accepted + delivery.rejected + delivery.duplicate + delivery.superseded + delivery.filtered
    )
    found = mission.ask("SELECT source_row, column_name, code FROM reject ORDER BY ALL")
    assert found == sorted(bad.faults, key=str)
    remedies = mission.ask("SELECT count(*) FROM reject WHERE length(message) = 0 OR length(remedy) = 0")
    assert remedies == [(0,)]
    assert bad.note in (delivery.message or "")


def test_what_was_meant_is_what_is_stored(mission: SmallMission) -> None:
    """Zero, nothing entered, and a text that begins like a formula keep apart what they are."""
    mission.sources = [source("csv")]
    texts = [row(id="Z", count="0"), row(id="B", count=""), row(id="F", note="=1+1"), row(id="T", hours="1.000,5")]
    mission.put("in/a.csv", lines(*texts))
    mission.ingest()
    rows = "SELECT activity_id, count, hours, place FROM core.activity ORDER BY 1"
    assert mission.ask(rows) == [
        ("B", None, 1.5, None),
        ("F", 3, 1.5, "=1+1"),
        ("T", 3, 1000.5, None),
        ("Z", 0, 1.5, None),
    ]
