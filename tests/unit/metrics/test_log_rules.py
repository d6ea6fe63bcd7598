"""Rules about a request log: each by hand, with what raises it and what must not."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import polars as pl
import pytest

from reportmetrics.metrics.estimators.log_rules import Log, caveats, selection, silence
from tests.unit.metrics.survival_data import estimate, figure


def log(
    raised: list[float], ended: list[float], decided: list[bool], entry: list[float] | None = None, **more: Any
) -> Log:
    """A log in which whatever is not decided is open."""
    flags = np.array(decided)
    return Log(
        np.array(raised, dtype=float),
        np.array(ended, dtype=float),
        np.full(len(raised), -np.inf) if entry is None else np.array(entry, dtype=float),
        flags,
        np.array(more.get("open", ~flags)),
        np.array(more.get("rows", [1] * len(raised))),
    )


def codes(of: Log, without_work: int | None = None) -> list[str]:
    return [c.split(":")[0] for c in caveats(of, without_work)]


def test_silence_by_hand() -> None:
    """10 decided after 10 days each, the last on day 20; 10 open since day 10, heard of until day 70.

    Days waited: 10 x 10 + 10 x 60 = 700, hazard 1/70; gap 50 days: 10 x 50 / 70 = 7.14 expected.
    """
    found = silence(log([0] * 9 + [10] + [10] * 10, [10] * 9 + [20] + [70] * 10, [True] * 10 + [False] * 10))
    assert found is not None
    assert (found.days, found.longest_before) == (50, 10)
    assert found.expected == pytest.approx(10 * 50 * 10 / 700)
    assert found.found


def test_rows_count_as_often_as_they_stand_for() -> None:
    once = silence(log([0, 10, 10], [10, 20, 70], [True, True, False], rows=[9, 1, 10]))
    assert once is not None
    assert once.expected == pytest.approx(10 * 50 * 10 / 700)


def test_a_committees_interval_is_no_silence() -> None:
    """More is expected than above (10 x 50 x 30 / 1340), but a gap of 50 days has been seen before."""
    committee = log([0] * 29 + [10] * 11, [10] * 29 + [60] + [110] * 10, [True] * 30 + [False] * 10)
    found = silence(committee)
    assert found is not None
    assert (found.days, found.longest_before) == (50, 50)
    assert found.expected > 4.6
    assert not found.found


def test_an_old_extract_is_no_silence() -> None:
    """Nobody was heard of after the last decision: no days in which one could have been seen."""
    found = silence(log([0, 0, 0], [10, 20, 20], [True, True, False]))
    assert found is not None
    assert (found.days, found.found) == (0, False)


@pytest.mark.parametrize("decided", [[True, True], [False, False]])
def test_silence_needs_a_decision_and_something_open(decided: list[bool]) -> None:
    assert silence(log([0, 0], [10, 20], decided)) is None


def test_days_before_entry_do_not_count_as_waited() -> None:
    """One decided on day 10, one open from 0 to 40 that the register shows since day 30: 10 + 10 days waited."""
    found = silence(log([0, 0], [10, 40], [True, False], [-np.inf, 30]))
    assert found is not None
    assert found.expected == pytest.approx(1 * 30 / 20)


def test_selected_by_window() -> None:
    """Raised over 400 days, all decided within 60: less than a quarter. With one open, or 100 days, no finding."""
    raised = [0, 100, 200, 300, 400]
    narrow = log(raised, [410, 420, 430, 440, 470], [True] * 5)
    chosen = selection(narrow)
    assert chosen is not None
    assert (chosen.window, chosen.open) == (0.15, 0)
    assert "selected on closing" in codes(narrow)
    assert "selected on closing" not in codes(log([*raised, 400], [*narrow.ended, 480], [True] * 5 + [False]))
    wide = selection(log(raised, [310, 340, 350, 400, 410], [True] * 5))
    assert wide is not None
    assert (wide.window, wide.found) == (0.25, False)


def test_decisions_missing_before_the_first_one_by_hand() -> None:
    """Waits 10 (twenty, raised on day 90) and 100 (ten, raised on day 0); the first decision is on day 100.

    S is 1/3 from 10 days on, so each of the ten old ones should have been decided before day 100 with F(100-) = 2/3.
    """
    odd = log([90, 0], [100, 100], [True, True], rows=[20, 10])
    chosen = selection(odd)
    assert chosen is not None
    assert chosen.expected == pytest.approx(10 * 2 / 3)
    assert "selected on closing" in codes(odd)


def test_a_committee_that_had_not_met_yet_is_no_selection() -> None:
    """Meetings on days 56 and 98; papers close 14 days before. 56 days up to the first one are as long as it takes."""
    raised = [*range(43), *range(43, 85)]
    meets = [56] * 43 + [98] * 42
    chosen = selection(log([float(r) for r in raised], [float(m) for m in meets], [True] * 85))
    assert chosen is not None
    assert chosen.expected > 4.6
    assert (chosen.days, chosen.longest_after) == (56, 42 + 14)
    assert not chosen.found


def test_what_the_register_could_not_show_is_not_expected() -> None:
    """The ten old ones came into the register on day 95: they had waited 95 days, and F(100- | 95) is 0."""
    late = selection(log([90, 0], [100, 100], [True, True], [-np.inf, 95], rows=[20, 10]))
    assert late is not None
    assert late.expected == pytest.approx(0)


def test_selection_needs_a_decision() -> None:
    assert selection(log([0, 5], [10, 10], [False, False])) is None


@pytest.mark.parametrize(("days", "said"), [(None, []), (2, []), (4, []), (5, ["recess"])])
def test_recess_by_calendar_only(days: int | None, said: list[str]) -> None:
    """A long weekend of four days is none; what was decided does not matter."""
    assert codes(log([0, 10], [5, 20], [True, False]), days) == said


def rows(**columns: Any) -> pl.DataFrame:
    n = len(columns["raised_day"])
    defaults: dict[str, Any] = {"entry_day": [None] * n, "n_rows": [1] * n, "without_work": [None] * n}
    return pl.DataFrame(
        {**defaults, **columns},
        schema_overrides={
            "entry_day": pl.Date(),
            "end_day": pl.Date(),
            "without_work": pl.Int64(),
            "n_rows": pl.Int64(),
        },
    )


def day(n: int) -> dt.date:
    return dt.date(2021, 1, 1) + dt.timedelta(days=n)


def test_the_estimator_publishes_what_the_rules_reckoned() -> None:
    done = estimate(
        "request_log",
        rows(
            raised_day=[day(0), day(10), day(10)],
            end_day=[day(10), day(20), day(70)],
            event=[True, True, False],
            is_open=[False, False, True],
            n_rows=[9, 1, 10],
            without_work=[6, 6, 6],
        ),
    )
    assert figure(done, "days_since_decision").value == 50
    assert figure(done, "expected_since").value == pytest.approx(50 / 7)
    assert figure(done, "days_since_decision").n == 20
    assert [c.split(":")[0] for c in done.caveats] == ["silent", "recess"]
    assert "50 days" in done.caveats[0]


def test_bad_rows_and_empty_logs_have_a_reason() -> None:
    reversed_row = rows(raised_day=[day(5)], end_day=[day(3)], event=[True], is_open=[False])
    done = estimate("request_log", reversed_row)
    assert [(f.value, f.n, f.n_missing, f.reason) for f in done.figures] == [(None, 0, 1, "no decision")] * 3
    closed = estimate("request_log", rows(raised_day=[day(0)], end_day=[day(3)], event=[True], is_open=[False]))
    assert figure(closed, "expected_since").reason == "nothing open"
    assert figure(closed, "expected_before_first").value == 0
    assert closed.caveats == ()
