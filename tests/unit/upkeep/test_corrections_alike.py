"""Two files with the same wrong row: the correction of each is its own, though both say the same."""

from __future__ import annotations

import pytest

from reportmetrics.ingest.rebuild import rebuild
from reportmetrics.publish.corrected import APPLIED
from reportmetrics.upkeep.fsck import fsck
from reportmetrics.upkeep.plan import plan_of
from tests.conftest import SmallMission
from tests.unit.upkeep.test_corrections_after_forgetting import RAISED, became, recorded, without_landing
from tests.unit.upkeep.test_forgetting import order
from tests.unit.upkeep.test_forgotten_corrections import HEADER, record

ONE = HEADER + "A,2021-02-01,,,\n"
OTHER = HEADER + "A,2021-02-01,,,\nB,2021-02-02,,,\n"
NAMES = ("requests/one.csv", "requests/other.csv")


def both_corrected(mission: SmallMission) -> None:
    mission.put(NAMES[0], ONE)
    mission.put(NAMES[1], OTHER)
    mission.ingest("2021-02-10")
    recorded(mission, record(ONE), record(OTHER))
    mission.ingest("2021-02-21")


def test_each_is_told_to_be_applied_and_none_comes_again(mission: SmallMission) -> None:
    both_corrected(mission)
    told = "SELECT original_name, accepted, duplicate FROM ledger WHERE source = 'log.corrected' ORDER BY 1"
    assert mission.ask(told) == [
        ("requests/one.csv (corrected 2021-02-20)", 1, 0),
        ("requests/other.csv (corrected 2021-02-20)", 0, 1),
    ]
    assert became(mission) == [APPLIED, "changes nothing that counts"]
    assert mission.ingest("2021-02-22").deliveries == []
    assert rebuild(mission.settings, mission.profile).changed == []
    assert mission.ingest("2021-02-23").deliveries == []
    assert fsck(mission.settings).findings == []


@pytest.mark.parametrize("gone", NAMES)
def test_forgetting_one_leaves_the_correction_of_the_other(mission: SmallMission, gone: str) -> None:
    both_corrected(mission)
    assert [s.name for s in plan_of(mission.settings, mission.profile, gone).files] == [
        gone,
        f"{gone} (corrected 2021-02-20)",
    ]
    without_landing(mission, gone)
    order(mission, gone)
    assert ("A", "2021-01-30") in mission.ask(RAISED)
    assert mission.ingest("2021-02-22").deliveries == []
    assert mission.ask(RAISED)[:2] == [("A", "2021-02-01"), ("A", "2021-01-30")]


def test_the_same_mistake_sent_again_under_the_same_name_is_corrected_on_the_same_day(mission: SmallMission) -> None:
    mission.put(NAMES[0], ONE)
    mission.ingest("2021-02-10")
    recorded(mission, record(ONE))
    mission.ingest("2021-02-20T09:00")
    mission.put(NAMES[0], OTHER)
    mission.ingest("2021-02-20T10:00")
    assert mission.ask(RAISED)[-2] == ("A", "2021-02-01")
    recorded(mission, record(ONE), record(OTHER))
    mission.ingest("2021-02-20T11:00")
    assert [row for row in mission.ask(RAISED) if row[0] == "A"][-1] == ("A", "2021-01-30")
