"""Files of one run are taken in by the numbers within their names, and a rebuild takes them in the same way."""

from __future__ import annotations

import random

import pytest

from reportmetrics.ingest.rebuild import rebuild
from reportmetrics.ingest.taking_order import natural
from tests.conftest import SmallMission

HEADER = "id,raised,decided,outcome\n"
IN_ORDER = [
    "9.csv", "10.csv", "a.csv", "reg.csv", "reg_2.csv", "reg_09.csv", "reg_9.csv", "reg_10.csv", "reg_10_2.csv",
    "reg_10_11.csv", "week 9/reg_10.csv", "week 10/reg_9.csv", "ü.csv",
]  # fmt: skip
"""Names in the order in which they are taken; of two that are alike but for zeros, by their text."""


def test_numbers_within_names_count_as_numbers() -> None:
    mixed = [*IN_ORDER]
    random.Random(5).shuffle(mixed)
    assert sorted(mixed, key=natural) == IN_ORDER


@pytest.mark.parametrize("digits", ["9" * 200, "²", "٣", ""])
def test_any_name_has_a_place(digits: str) -> None:
    assert sorted([f"r{digits}.csv", "r5.csv", "r.csv"], key=natural)


def test_the_tenth_register_of_one_run_is_told_after_the_ninth(mission: SmallMission) -> None:
    mission.put("requests/reg_10.csv", HEADER + "A,2021-02-01,2021-02-20,OK\n")
    mission.put("requests/reg_9.csv", HEADER + "A,2021-02-01,,\n")
    taken = mission.ingest("2021-03-01")
    assert [d.original_name for d in taken.deliveries] == ["requests/reg_9.csv", "requests/reg_10.csv"]
    assert mission.known("request", "2021-03-02")["outcome"].to_list() == ["approved"]
    rebuild(mission.settings, mission.profile)
    assert mission.known("request", "2021-03-02")["outcome"].to_list() == ["approved"]


def test_a_rebuild_takes_what_has_no_place_yet_as_a_run_would(
    mission: SmallMission, monkeypatch: pytest.MonkeyPatch
) -> None:
    mission.put("requests/reg_10.csv", HEADER + "A,2021-02-01,2021-02-20,OK\n")
    mission.put("requests/reg_9.csv", HEADER + "A,2021-02-01,,\n")
    with monkeypatch.context() as patched:  # stopped once the files were copied
        patched.setattr("reportmetrics.ingest.run.store_taken", None)
        with pytest.raises(TypeError):
            mission.ingest("2021-03-01")
    mission.settings.warehouse.unlink()
    rebuild(mission.settings, mission.profile)
    names = mission.ask("SELECT original_name FROM ledger ORDER BY file_seq")
    assert names == [("requests/reg_9.csv",), ("requests/reg_10.csv",)]
