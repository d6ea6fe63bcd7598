"""People whose name stands in no cell of its own can be forgotten too, and nobody else with them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reportmetrics.ingest.pseudonyms import pseudonym, pseudonym_key
from reportmetrics.ingest.text import plain
from reportmetrics.upkeep.forget import forget
from reportmetrics.upkeep.plan import ForgetError, plan_of
from tests.conftest import REQUESTS, SmallMission

PLAIN = {name: given for name, given in REQUESTS["columns"].items() if name != "raised_by"}
JOINED = {**REQUESTS, "columns": {**PLAIN, "raised_by": {"join": ["first", "last"]}}}
MAPPED = {**REQUESTS, "columns": {**PLAIN, "raised_by": {"from": "who", "map": {"MM": "Mia Map", "JR": "John Roe"}}}}
SPLIT = {
    **REQUESTS,
    "key": ["request_id", "raised_by"],
    "explode": {"from": "who", "separator": [";"], "to": "person"},
    "columns": {**PLAIN, "raised_by": "person"},
}
FACT = {**REQUESTS, "facts": r"(?P<person>.*)\.csv", "columns": {**PLAIN, "raised_by": {"fact": "person"}}}


def pseudonyms(mission: SmallMission) -> set[str]:
    return {row[0] for row in mission.ask("SELECT DISTINCT raised_by FROM core.request")}


def of(mission: SmallMission, name: str) -> str:
    return pseudonym(pseudonym_key(mission.settings), plain(name))


@pytest.mark.parametrize("by", ["name", "pseudonym"])
@pytest.mark.parametrize(
    ("source", "header", "rows", "name", "left"),
    [
        (JOINED, "first,last", ["Joe,Join", "Jim,Join"], "Joe Join", ["Jim Join"]),
        (MAPPED, "who", ["MM", "JR"], "Mia Map", ["John Roe"]),
        (SPLIT, "who", ["Eve Split;Max M", "John Roe"], "Eve Split", ["John Roe"]),
    ],
)
def test_all_rows_of_the_person_go_and_no_others(
    tmp_path: Path, source: dict[str, Any], header: str, rows: list[str], name: str, left: list[str], by: str
) -> None:
    mission = SmallMission(tmp_path / "mission", sources=[source])
    lines = [f"{number},2021-02-01,,,{cells}" for number, cells in enumerate(rows)]
    mission.put("requests/a.csv", f"id,raised,decided,outcome,{header}\n" + "\n".join(lines) + "\n")
    assert mission.ingest("2021-02-10").deliveries[0].rejected == 0
    hidden = of(mission, name)
    assert hidden in pseudonyms(mission)
    plan = plan_of(mission.settings, mission.profile, name if by == "name" else hidden)
    assert plan.row_count == 1
    forget(mission.settings, mission.profile, plan, reason="asked for")
    assert pseudonyms(mission) == {of(mission, each) for each in left}


def test_a_part_of_a_name_is_nobody(tmp_path: Path) -> None:
    mission = SmallMission(tmp_path / "mission", sources=[JOINED])
    mission.put("requests/a.csv", "id,raised,decided,outcome,first,last\nA,2021-02-01,,,Joe,Join\n")
    mission.ingest("2021-02-10")
    with pytest.raises(ForgetError, match=r"no row of the archive names 'Join'.*row 2 column 'last'"):
        plan_of(mission.settings, mission.profile, "Join")


def test_of_a_person_whom_the_name_of_a_file_names_the_file_is_to_be_forgotten(tmp_path: Path) -> None:
    mission = SmallMission(tmp_path / "mission", sources=[FACT])
    mission.put("requests/Fay Fact.csv", "id,raised,decided,outcome\nA,2021-02-01,,\n")
    mission.ingest("2021-02-10")
    [(sha256,)] = mission.ask("SELECT source_file FROM ledger")
    for named in ("Fay Fact", of(mission, "Fay Fact")):
        with pytest.raises(ForgetError, match=f"the name of the file names the person; .* forget {sha256[:12]}"):
            plan_of(mission.settings, mission.profile, named)
