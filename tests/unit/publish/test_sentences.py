"""Findings in words: of each kind the first true sentence."""

from __future__ import annotations

import pytest

from reportmetrics.publish import sentences
from reportmetrics.publish.numbers import HARD_SPACE
from reportmetrics.publish.sentences import Progressed, Wait

JFC = Wait("JFC Naples", 200, 81, 119, median=124.2, lower=101, upper=169, survival=((30, 0.85), (180, 0.39)))
SHAPE = Wait("SHAPE", 88, 9, 79, median=20, lower=16, upper=25)


def test_half_wait_longer_than_the_median():
    assert sentences.wait(JFC) == "Half of the requests wait longer than 124 days"


def test_an_unreached_median_says_how_many_still_wait():
    w = Wait("X", 50, 40, 10, survival=((30, 0.9), (180, 0.625)))
    assert sentences.wait(w) == f"Fewer than half are decided: 63{HARD_SPACE}% still wait at 180 days"


def test_silence_comes_before_the_median():
    w = Wait("X", 50, 40, 10, median=30, silent=True, silent_days=90)
    assert sentences.wait(w) == "X: no decision for 90 days, 40 requests open"


def test_no_request_and_no_decision_are_told_apart():
    assert sentences.wait(Wait("X", 0, 0, 0)) == "No request to X received yet"
    assert sentences.wait(Wait("X", 1, 1, 0)) == "X: no decision yet, 1 request open"
    assert sentences.wait(Wait("X", 9, 2, 3)) == "Too few requests to X are decided to say how long they wait"


def test_heading_of_a_headquarters():
    assert sentences.wait_heading(JFC) == "JFC Naples: median wait 124 days; 81 of 200 requests are still open"
    one = Wait("X", 3, 1, 2, median=1)
    assert sentences.wait_heading(one) == "X: median wait 1.0 day; 1 of 3 requests is still open"


def told(*pairs):
    return lambda a, b: {a, b} in [set(p) for p in pairs]


def test_two_waits_are_compared_only_where_the_log_rank_test_tells_them_apart():
    assert sentences.waits_compared([SHAPE, JFC], told(("SHAPE", "JFC Naples"))) == (
        "Half of requests wait over 124 days at JFC Naples, over 20 at SHAPE"
    )
    alike = "The median waits of two headquarters cannot be told apart"
    assert sentences.waits_compared([SHAPE, JFC], told()) == alike
    few = Wait("Small", 4, 1, 3, median=300)
    assert sentences.waits_compared([few, SHAPE, JFC], told(("Small", "SHAPE"))) == alike
    assert sentences.waits_compared([few], told()) == "Half of requests wait over 300 days at Small"
    assert sentences.waits_compared([], told()) == "No request received yet"


def test_groups_without_two_medians_are_not_compared():
    medians = [("routine", 90), ("urgent", 30), ("flash", None)]
    assert sentences.groups_compared("priority", medians[1:], told()) == "Too few decisions to compare by priority"
    assert sentences.groups_compared("priority", medians, told()) == "Waits by priority cannot be told apart"
    assert sentences.groups_compared("priority", medians, told(("urgent", "routine"))) == (
        "Median 90 days for routine, 30 for urgent"
    )


@pytest.mark.parametrize(
    ("figures", "sentence"),
    [
        ((0, 0, 180, None), "No request is open"),
        ((81, 22, 180, 396.0), "22 of the 81 open requests are older than 180 days"),
        ((81, 1, 180, 196.0), "1 of the 81 open requests is older than 180 days"),
        ((9, 0, 180, 61.0), "The oldest of 9 open requests has waited 61 days"),
    ],
)
def test_ages_of_the_open(figures, sentence):
    assert sentences.ages(*figures) == sentence


@pytest.mark.parametrize(
    ("figures", "sentence"),
    [
        ((0, 0), "No open request to list"),
        ((10, 0), "None of the ten oldest requests has a recorded promise behind it"),
        ((10, 1), "One of the ten oldest requests has a promise to a counterpart behind it"),
        ((10, 7), "Seven of the ten oldest requests have a promise to a counterpart behind them"),
    ],
)
def test_the_oldest(figures, sentence):
    assert sentences.oldest(*figures) == sentence


def test_progress_names_both_ends():
    objectives = [Progressed("LO-04", 0.1), Progressed("LO-09", 0.7), Progressed("LO-12", None)]
    assert sentences.progress_range(objectives) == "Median progress runs from 0.10 (LO-04) to 0.70 (LO-09)"
    assert sentences.progress_range(objectives[2:]) == "No reading of an outcome indicator received yet"
    assert sentences.progress_range(objectives[:1]) == "Median progress of LO-04 is 0.10; no other is read"


def test_coverage_names_who_has_none():
    assert sentences.coverage(52, 62, ["LO-12"]) == "52 of 62 indicators have a fresh reading; LO-12 has none"
    assert sentences.coverage(2, 9, ["A", "B"]) == "2 of 9 indicators have a fresh reading; A and B have none"
    assert sentences.coverage(1, 9, list("ABCD")) == "1 of 9 indicators have a fresh reading; four objectives have none"


def test_the_overview_speaks_of_objectives_and_of_headquarters():
    objectives = [Progressed("LO-13", 0.2, -0.3, 1, 3, 3), Progressed("LO-12", None, known=0, total=3)]
    assert sentences.overview_heading(objectives, JFC) == (
        "LO-13 has an indicator below its baseline; 81 of 200 requests to JFC Naples are open"
    )
    assert sentences.overview_heading(objectives, None, "LO-04 is busy and stalled") == "LO-04 is busy and stalled"
    calm = [Progressed("LO-1", 0.2, 0.1, 0, 3, 3), Progressed("LO-12", None, known=0, total=3)]
    assert sentences.overview_heading(calm, None) == "LO-12 has no reading"
    assert sentences.overview_heading([], None).startswith("No figures yet")


def test_no_true_sentence_is_a_defect():
    with pytest.raises(ValueError, match="no sentence"):
        sentences.first_true([(False, lambda: "x")])
