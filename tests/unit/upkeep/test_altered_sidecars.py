"""A sidecar that was altered is named, by what it says itself and by the ledger; no warehouse is made by it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reportmetrics.ingest.rebuild import RebuildError, rebuild
from reportmetrics.ingest.sidecars import CHECK, write_sidecar
from reportmetrics.upkeep.fsck import fsck
from tests.conftest import REQUESTS, SmallMission
from tests.unit.upkeep.test_forgetting import aside

ALTERED: list[dict[str, Any]] = [
    {"source": "other"},
    {"original_name": "requests/b.csv"},
    {"facts": {"day": "2021-02-11"}},
    {"arrived_at": "2021-02-09T00:00:00"},
]


@pytest.fixture
def dated(mission: SmallMission) -> SmallMission:
    mission.sources = [{**REQUESTS, "facts": r"(?P<day>.*)\.csv"}]
    mission.put("requests/2021-02-10.csv", "id,raised,decided,outcome\nA,2021-02-01,,\n")
    mission.ingest("2021-02-10")
    assert fsck(mission.settings).findings == []
    return mission


def sidecar(mission: SmallMission) -> Path:
    [path] = mission.settings.archive.glob("*.json")
    return path


def found(mission: SmallMission) -> list[str]:
    return [str(f) for f in fsck(mission.settings).findings]


@pytest.mark.parametrize("change", [*ALTERED, {"bytes": 1}, {"file_seq": 1, "sent_by": "me"}], ids=str)
def test_what_was_altered_by_hand_is_named_without_a_warehouse_too(dated: SmallMission, change: dict[str, Any]) -> None:
    path = sidecar(dated)
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    assert any(f"archive/{path.name}: was altered" in line for line in found(dated))
    dated.settings.warehouse.unlink()
    assert any(f"archive/{path.name}: was altered" in line for line in found(dated))
    with pytest.raises(RebuildError, match=rf"{path.name} was altered .* restore it from a backup"):
        rebuild(dated.settings, dated.profile)


@pytest.mark.parametrize("change", ALTERED, ids=str)
def test_the_ledger_tells_what_was_altered_with_its_check(dated: SmallMission, change: dict[str, Any]) -> None:
    path = sidecar(dated)
    [(key, value)] = change.items()
    write_sidecar(path, json.loads(path.read_text()) | change)
    said = str(value).replace("T", " ")
    assert any(f"archive/{path.name}: says otherwise" in line and f"{key} is {said}" in line for line in found(dated))


def test_sidecars_that_were_written_before_there_was_a_check_are_sound(dated: SmallMission) -> None:
    path = sidecar(dated)
    path.write_text(json.dumps({k: v for k, v in json.loads(path.read_text()).items() if k != CHECK}))
    assert found(dated) == []
    path.rename(path.with_name(path.name.replace(".", ".other", 1)))
    assert any("its name is not that of what it says" in line for line in found(dated))


def test_a_sidecar_of_a_batch_that_was_set_aside_is_looked_at_too(mission: SmallMission) -> None:
    aside(mission)
    [path] = mission.settings.archive.glob("*.aside")
    path.write_text(path.read_text().replace("requests/a.csv", "requests/x.csv"))
    [line] = found(mission)
    assert f"archive/{path.name}: was altered" in line
    path.write_text("{")
    assert found(mission) == [f"archive/{path.name}: is no sidecar; restore it from the backup"]
