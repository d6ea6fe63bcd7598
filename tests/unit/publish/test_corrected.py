"""What became of each correction that the profile records: a record alone corrects nothing."""

from __future__ import annotations

import pytest

from reportmetrics.profile.corrections import Correction
from reportmetrics.profile.sources import Source
from reportmetrics.publish.corrected import read_corrected
from tests.conftest import REQUESTS, SmallMission
from tests.unit.ingest.test_corrections import LOG, correction


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({}, "applied"),
        ({"file": "0" * 12}, "not applied: no such file came"),
        ({"was": "2021-02-06"}, "refused"),
        ({"row": 9}, "refused"),
        ({"now": "2021-01-15"}, "refused: its row has another fault"),
        ({"row": 4, "column": "outcome", "was": "", "now": " NIL"}, "refused: its row has another fault"),
        # Written otherwise, and the same.
        ({"column": "outcome", "was": "OK", "now": "ok"}, "changes nothing that counts"),
    ],
)
def test_what_became_of_a_record(mission: SmallMission, record: dict[str, object], expected: str) -> None:
    told = correction(**record)
    mission.sources = [{**REQUESTS, "corrections": [told]}]
    mission.put("requests/log.csv", LOG)
    mission.ingest("2021-03-02")
    found = read_corrected(mission.snapshot("2021-03-05").folder)
    assert found.became(Source.model_validate(mission.sources[0]), Correction.model_validate(told)) == expected


def test_one_that_a_later_row_has_overtaken_and_one_that_no_run_has_seen(mission: SmallMission) -> None:
    mission.put("requests/log.csv", LOG)
    mission.ingest("2021-02-20")
    mission.put("requests/log.csv", LOG.replace("A,2021-02-01,2021-02-05", "A,2021-02-01,2021-02-07"))
    mission.ingest("2021-02-27")
    source = Source.model_validate({**REQUESTS, "corrections": [correction()]})
    before = read_corrected(mission.snapshot("2021-03-01").folder)
    assert before.became(source, source.corrections[0]) == "not applied yet"
    mission.sources = [{**REQUESTS, "corrections": [correction()]}]
    mission.ingest("2021-03-02")
    after = read_corrected(mission.snapshot("2021-03-05", "after").folder)
    assert after.became(source, source.corrections[0]) == "refused"
