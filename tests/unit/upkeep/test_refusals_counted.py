"""Refusals that somebody deleted are missed by their number, whatever kind of refusal it was; sound ones are not."""

from __future__ import annotations

import pytest

from reportmetrics.ingest.rebuild import rebuild
from reportmetrics.upkeep.finding import REBUILD
from reportmetrics.upkeep.forget import forget
from reportmetrics.upkeep.fsck import fsck
from reportmetrics.upkeep.plan import plan_of
from tests.conftest import REQUESTS, SmallMission
from tests.unit.ingest.test_shapes import GROUPS, SPLIT

HEADER = "id,raised,decided,outcome,who\n"
BAD = "B,31.2.,x,OK,\nC,31.2.,,,Jane Doe\n,2021-02-01,,,\n"  # the first of them has two faults


@pytest.fixture
def filled(mission: SmallMission) -> SmallMission:
    mission.put("requests/a.csv", HEADER + "A,2021-02-01,2021-02-09,OK,Jane Doe\n" + BAD)
    mission.put("requests/b.csv", "id,wrong\n1,2\n")
    mission.ingest("2021-03-01")
    mission.put("requests/c.csv", HEADER + "B,2021-02-01,,,\n" + BAD)  # one is mended, two come again
    mission.ingest("2021-03-08")
    return mission


def found(mission: SmallMission) -> list[str]:
    return [str(f) for f in fsck(mission.settings).findings]


def test_what_was_not_touched_is_whole(filled: SmallMission) -> None:
    assert filled.ask("SELECT rejected, status FROM ledger ORDER BY file_seq")[:2] == [(3, "stored"), (0, "unreadable")]
    assert found(filled) == []
    forget(filled.settings, filled.profile, plan_of(filled.settings, filled.profile, "Jane Doe"), reason="a test")
    assert found(filled) == []
    forget(filled.settings, filled.profile, plan_of(filled.settings, filled.profile, "requests/b.csv"), reason="a test")
    assert found(filled) == []


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("DELETE FROM reject WHERE file_seq = 1 AND source_row = 3", "2 rows of request in the list of refusals, the"),
        ("DELETE FROM reject WHERE file_seq = 1 AND source_row = 4", "2 rows of request in the list of refusals, the"),
        ("DELETE FROM reject WHERE file_seq = 1", "0 rows of request in the list of refusals, the ledger says 3 (rej"),
        (
            "UPDATE reject SET source_row = 9 WHERE code = 'end_before_start' OR column_name = 'decided'",
            "4 rows of req",
        ),
    ],
)
def test_a_refusal_that_is_gone_is_missed(filled: SmallMission, sql: str, said: str) -> None:
    filled.ask(sql)
    [line] = [f for f in found(filled) if f.startswith("delivery 1 (requests/a.csv): ")]
    assert said in line
    assert line.endswith(f"; {REBUILD}")
    rebuild(filled.settings, filled.profile, keep_old=False)
    assert found(filled) == []


def test_the_reason_of_a_file_that_could_not_be_read_is_missed(filled: SmallMission) -> None:
    filled.ask("DELETE FROM reject WHERE file_seq = 2")
    assert found(filled) == [
        "delivery 2 (requests/b.csv): the ledger says that it could not be read for request, and the list of refusals "
        f"has no reason; {REBUILD}"
    ]


def test_refusals_of_a_delivery_that_nobody_knows_are_named(filled: SmallMission) -> None:
    filled.ask("INSERT INTO reject BY NAME SELECT 9 AS file_seq, * EXCLUDE (file_seq) FROM reject WHERE file_seq = 2")
    said = "1 row of request in the list of refusals, the ledger says 0 (rejected)"
    assert found(filled) == [f"delivery 9 (requests/b.csv): {said}; {REBUILD}"]


OBJECTIVES = """id,objectives,kind,day,count
V1,LO-8;LO-9,call,x,y
V2,LO-1;LO-2,call,2021-02-01,3
V3,LO-1,call,x,
"""
KINDS = """id,objective,day,kind_1,count_1,kind_2,count_2
V1,LO-1,x,call,1,visit,2
V2,LO-9,x,call,1,visit,y
"""


@pytest.mark.parametrize(("source", "content", "deleted"), [(SPLIT, OBJECTIVES, 4), (GROUPS, KINDS, 3)])
def test_several_records_of_a_row_are_counted_apart(
    mission: SmallMission, source: dict[str, object], content: str, deleted: int
) -> None:
    mission.sources = [REQUESTS, source]
    mission.put(str(source["files"]).replace("*", "a"), content)
    [line] = mission.ingest().deliveries
    assert line.rejected > len(mission.ask("SELECT DISTINCT source_row FROM reject"))
    assert found(mission) == []
    mission.ask(f"DELETE FROM reject WHERE source_row = {deleted}")
    assert len(found(mission)) == 1
