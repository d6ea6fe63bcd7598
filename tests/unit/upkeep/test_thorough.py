"""Cells of the warehouse that somebody altered are found by taking the archive in again beside it."""

from __future__ import annotations

import duckdb
import pytest

from reportmetrics.ingest.pseudonyms import RESTORE_KEY
from reportmetrics.publish.files import digest_of
from reportmetrics.upkeep.fsck import fsck
from reportmetrics.upkeep.thorough import otherwise_than_archived
from tests.conftest import REQUESTS, SmallMission

HEADER = "id,raised,decided,outcome,who\n"


@pytest.fixture
def filled(mission: SmallMission) -> SmallMission:
    mission.sources = [{**REQUESTS, "complete": "open"}]
    mission.put("requests/a.csv", HEADER + "A,2021-02-01,2021-02-09,OK,Jane Doe\nB,2021-02-01,,,\nC,31.2.,,,\n")
    mission.ingest("2021-03-01")
    mission.put("requests/b.csv", HEADER + "B,2021-02-01,,,\nD,2021-02-02,,,\n")
    mission.ingest("2021-03-08")
    return mission


def test_what_was_not_touched_is_what_the_archive_gives(filled: SmallMission) -> None:
    before = digest_of(filled.settings.home)
    assert otherwise_than_archived(filled.settings, filled.profile) == []
    assert digest_of(filled.settings.home) == before


@pytest.mark.parametrize(
    ("sql", "where", "what"),
    [
        (
            "UPDATE core.request SET decided_at = '2021-02-02' WHERE request_id = 'A'",
            "core.request",
            "holds 1 row that the archive does not give, and lacks 1 row that it gives; the first is of row 2 of "
            "delivery 1",
        ),
        (
            "UPDATE reject SET raw = '31.1.'",
            "reject",
            "holds 1 row that the archive does not give, and lacks 1 row that it gives; the first is of row 4 of "
            "delivery 1",
        ),
        (
            "INSERT INTO sighted VALUES (2, 'made up')",
            "sighted",
            "holds 1 row that the archive does not give, and lacks 0 rows that it gives",
        ),
    ],
)
def test_an_altered_cell_is_found_where_counts_agree(filled: SmallMission, sql: str, where: str, what: str) -> None:
    with duckdb.connect(str(filled.settings.warehouse)) as connection:
        connection.execute(sql)
    assert fsck(filled.settings).findings == []
    [finding] = otherwise_than_archived(filled.settings, filled.profile)
    assert (finding.where, finding.what) == (where, what)
    assert "reportmetrics rebuild" in finding.remedy


def test_an_archive_that_is_not_whole_is_said_and_nothing_compared(filled: SmallMission) -> None:
    next(p for p in filled.settings.archive.iterdir() if not p.suffix).unlink()
    [finding] = otherwise_than_archived(filled.settings, filled.profile)
    assert finding.where == "archive"


def test_another_key_is_said_once(filled: SmallMission, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPORTMETRICS_PSEUDONYM_KEY", "another")
    [finding] = otherwise_than_archived(filled.settings, filled.profile)
    assert finding.what == "its pseudonyms were made with another key"
    assert finding.remedy == RESTORE_KEY
