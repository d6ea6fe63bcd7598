"""An objective that is over or split: what the profile takes and what it refuses."""

from __future__ import annotations

import datetime as dt

import pytest

from reportmetrics.profile.objectives import Indicator, Objective
from reportmetrics.profile.rules import profile_problems

NEW_YEAR = dt.date(2022, 1, 1)


def problems(first: str, second: str, *, over: dt.date | None) -> list[str]:
    objectives = [
        Objective(objective_id="LO-01", name="One", aim="a", owner="o", valid_to=over),
        Objective(objective_id="LO-02", name="Two", aim="a", owner="o"),
    ]
    common = {"indicator_id": "i", "name": "n", "level": "outcome", "unit": "%"}
    versions = [
        Indicator(**common, objective_id=first, valid_to=NEW_YEAR - dt.timedelta(days=1)),
        Indicator(**common, objective_id=second, valid_from=NEW_YEAR),
    ]
    return [p.message for p in profile_problems(None, objectives, versions)]


def test_an_indicator_goes_on_under_another_objective_when_its_own_is_over() -> None:
    assert problems("LO-01", "LO-02", over=dt.date(2021, 12, 31)) == []
    assert problems("LO-01", "LO-01", over=None) == []


@pytest.mark.parametrize("over", [None, NEW_YEAR])
def test_it_cannot_leave_an_objective_that_is_still_in_force(over: dt.date | None) -> None:
    assert problems("LO-01", "LO-02", over=over) == [
        "its versions name different objectives, and LO-01 is not over when the next one begins"
    ]
