"""A record that several deliveries told leaves old publications with any of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from reportmetrics.ingest.rebuild import rebuild
from reportmetrics.upkeep.plan import plan_of
from reportmetrics.upkeep.redaction import rows_in
from tests.conftest import REQUESTS, SmallMission

OTHER: dict[str, Any] = {
    **REQUESTS,
    "source": "other",
    "files": "other/*.csv",
    "columns": {
        "request_id": "id",
        "hq": {"value": "HQ"},
        "raised_at": {"from": "raised", "format": "%Y-%m-%d", "timezone": "UTC"},
        "priority": "prio",
    },
}


@pytest.fixture
def mission(tmp_path: Path) -> SmallMission:
    """Two sources told of A; the second register alone of B, and of C the first one."""
    mission = SmallMission(tmp_path / "mission", sources=[REQUESTS, OTHER])
    mission.put("requests/a.csv", "id,raised,decided,outcome,who\nA,2021-02-01,,,Jane Doe\nC,2021-02-01,,,John Roe\n")
    mission.ingest("2021-02-10")
    mission.put("other/a.csv", "id,raised,prio\nA,2021-02-01,high\nB,2021-02-01,low\n")
    mission.ingest("2021-02-11")
    return mission


def published(mission: SmallMission) -> Path:
    mission.snapshot("2021-02-12", "home/publications/2021-02-12-r1/audit/snapshot")
    return mission.folder / "home/publications/2021-02-12-r1"


def going(publication: Path, mission: SmallMission, named: str) -> int:
    wanted = plan_of(mission.settings, mission.profile, named).wanted
    return rows_in(publication, wanted).get("request", 0)


@pytest.mark.parametrize(("named", "count"), [("requests/a.csv", 2), ("other/a.csv", 2), ("Jane Doe", 1)])
def test_it_goes_with_the_file_that_did_not_tell_of_it_last(mission: SmallMission, named: str, count: int) -> None:
    publication = published(mission)
    told = pl.read_parquet(publication / "audit/snapshot/request/*.parquet")
    assert told.filter(request_id="A").select("priority", "file_seq").rows() == [("high", 2)]
    assert going(publication, mission, named) == count


def test_it_goes_with_a_person_whose_pseudonym_was_another_one(mission: SmallMission) -> None:
    publication = published(mission)
    key = b"another key, of which nobody knows"
    rebuild(mission.settings, mission.profile, key=key, keep_old=False)
    (mission.settings.home / "pseudonym.key").write_bytes(key)
    assert going(publication, mission, "Jane Doe") == 1
