"""Forgetting a file takes the deliveries of its corrections with it."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from reportmetrics.ingest.pseudonyms import pseudonym, pseudonym_key
from reportmetrics.ingest.sidecars import sidecar_paths, write_sidecar
from reportmetrics.publish.corrected import read_corrected
from reportmetrics.upkeep.fsck import fsck
from reportmetrics.upkeep.plan import plan_of
from tests.conftest import REQUESTS, SmallMission
from tests.unit.upkeep.test_forgetting import order, traces

HEADER = "id,raised,decided,outcome,who\n"
NAME = "requests/a.csv"
FILE = HEADER + "A,2021-02-01,,,Jane Doe\nB,2021-02-02,2021-02-09,OK,John Roe\n"
FORGOTTEN = "the file was forgotten; take the record out of the profile, it may hold a name"


def record(text: str = FILE, **other: Any) -> dict[str, Any]:
    """Request A was raised two days before."""
    told = {"row": 2, "column": "raised", "was": "2021-02-01", "now": "2021-01-30", "reason": "letter of the desk"}
    return {**told, "file": _sha(text), "author": "data officer", "date": "2021-02-20", **other}


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def corrected(mission: SmallMission) -> None:
    mission.put(NAME, FILE)
    mission.ingest("2021-02-10")
    mission.sources = [{**REQUESTS, "corrections": [record()]}]
    assert [d.accepted for d in mission.ingest("2021-02-21").deliveries] == [1]


@pytest.mark.parametrize("named", [NAME, _sha(FILE)])
def test_corrections_of_a_file_go_with_it(mission: SmallMission, named: str) -> None:
    corrected(mission)
    plan = plan_of(mission.settings, mission.profile, named)
    assert [s.name for s in plan.files] == [NAME, f"{NAME} (corrected 2021-02-20)"]
    assert plan.records == [f"source log, correction of row 2 of {_sha(FILE)}, 2021-02-20"]
    (mission.settings.landing / NAME).unlink()
    order(mission, named)
    assert traces(mission, "Jane Doe", NAME, pseudonym(pseudonym_key(mission.settings), "Jane Doe")) == []
    assert mission.ask("SELECT * FROM core.request") == []
    assert mission.ask("SELECT file_seq, original_name, status FROM ledger ORDER BY 1") == [
        (1, "(forgotten)", "forgotten"),
        (2, "(forgotten)", "forgotten"),
    ]
    assert fsck(mission.settings).findings == []


def test_the_record_of_a_forgotten_file_is_named_and_not_applied(mission: SmallMission) -> None:
    corrected(mission)
    (mission.settings.landing / NAME).unlink()
    order(mission, NAME)
    run = mission.ingest("2021-02-22")
    assert run.deliveries == []
    assert run.uncorrected == [f"correction of {_sha(FILE)} in source log: {FORGOTTEN}"]
    became = read_corrected(mission.snapshot("2021-03-01").folder).became
    [source] = mission.profile.sources
    assert became(source, source.corrections[0]) == f"not applied: {FORGOTTEN}"
    assert fsck(mission.settings).findings == []


def test_of_a_register_that_is_overwritten_only_the_corrections_of_what_goes_are_gone(mission: SmallMission) -> None:
    corrected(mission)
    second = HEADER + "C,2021-02-03,,,Ann Poe\n"
    mission.put(NAME, second)
    mission.ingest("2021-02-22")
    other = record(second, was="2021-02-03", now="2021-02-01")
    mission.sources = [{**REQUESTS, "corrections": [record(), other]}]
    mission.ingest("2021-02-23")
    plan = plan_of(mission.settings, mission.profile, _sha(FILE))
    assert sorted(s.file_seq or 0 for s in plan.files) == [1, 2]
    order(mission, _sha(FILE))
    assert mission.ask("SELECT request_id, raised_at::DATE::VARCHAR FROM core.request ORDER BY file_seq") == [
        ("C", "2021-02-03"),
        ("C", "2021-02-01"),
    ]


def test_a_correction_of_before_sidecars_told_the_file_goes_by_its_name(mission: SmallMission) -> None:
    corrected(mission)
    for path in sidecar_paths(mission.settings.archive):
        said = json.loads(path.read_text())
        write_sidecar(path, {k: v for k, v in said.items() if k != "corrects"})
    assert len(plan_of(mission.settings, mission.profile, NAME).files) == 2


def test_a_person_goes_out_of_the_correction_too_and_then_the_file(mission: SmallMission) -> None:
    corrected(mission)
    order(mission, "Jane Doe")
    assert traces(mission, "Jane Doe", pseudonym(pseudonym_key(mission.settings), "Jane Doe")) == []
    assert mission.ask("SELECT request_id FROM core.request") == [("B",)]
    assert fsck(mission.settings).findings == []
    assert len(plan_of(mission.settings, mission.profile, NAME).files) == 2
    order(mission, NAME)
    assert mission.ask("SELECT DISTINCT status FROM ledger") == [("forgotten",)]
