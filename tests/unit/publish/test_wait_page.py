"""The page of a headquarters: each block says what the figures say, and each finding is the first true one."""

from __future__ import annotations

import json

import polars as pl
import pytest

from reportmetrics.metrics.results import Results
from reportmetrics.publish import wait_sentences
from reportmetrics.publish.charts.incidence import Layer
from reportmetrics.publish.figures import Point
from reportmetrics.publish.numbers import HARD_SPACE as H
from reportmetrics.publish.numbers import THIN_SPACE
from reportmetrics.publish.pages import headquarters
from reportmetrics.publish.pages.objective_figures import objective_file
from reportmetrics.publish.pages.wait_context import _at_the_end, _shares_in_words
from tests.unit.publish import synthetic
from tests.unit.publish.test_pages import edition


def blocks(tmp_path, results=None, page=0):
    return {b.id: b for b in headquarters.build(edition(tmp_path, results))[page].blocks}


def changed(keep, **columns):
    """The synthetic results with these columns of the figures that ``keep`` selects."""
    results = synthetic.results()
    figures = results.figures.with_columns(
        **{c: pl.when(keep).then(pl.lit(v)).otherwise(pl.col(c)) for c, v in columns.items()}
    )
    return Results(figures, results.series, results.listings)


def texts(table):
    return [[c.text for c in row] for row in table.rows]


def test_the_page_has_all_its_blocks_in_order(tmp_path):
    assert list(blocks(tmp_path)) == [
        "wait", "within", "ages", "cohorts", "compared", "oldest", "becomes", "reciprocity", "groups", "at-work",
    ]  # fmt: skip


def test_medians_in_calendar_and_working_days_and_to_the_first_reply_stand_beside_the_curve(tmp_path):
    within = blocks(tmp_path)["within"]
    assert within.finding == f"40{H}% are decided within 90 days"
    rows = {row[0]: row[1] for row in texts(within.more[0])}
    assert rows == {
        "Calendar days": "124",
        "Working days of JFC Naples": "87",
        "Days on which both work": "62",
        "First reply": "37",
        "A quarter decided after": "51",
        "Three quarters after": "– not reached",
        "Answered alone (biased)": "72",
    }
    assert within.caveat == "Requests that were never logged are invisible."


def test_a_headquarters_without_calendar_has_no_working_days(tmp_path):
    working = pl.col("metric") == "latency.working_days"
    within = blocks(tmp_path, changed(working, value=None, reason="nothing observed"))["within"]
    assert dict(r[:2] for r in texts(within.more[0]))["Days on which both work"] == "– no calendar"


def test_decisions_known_from_lists_give_a_band(tmp_path):
    early = (pl.col("metric") == "latency.earliest_decision") & (pl.col("statistic") == "median")
    within = blocks(tmp_path, changed(early, value=112.0))["within"]
    assert within.caveat.endswith("Decisions are known from lists only: the median lies between 112 and 124 days.")


def test_quarters_are_compared_by_their_log_rank(tmp_path):
    cohorts = blocks(tmp_path)["cohorts"]
    assert cohorts.finding == "The four quarters cannot be told apart"
    assert cohorts.caveat == (
        "Were the quarters alike, chance would make them differ so much in 31 of 100 cases (log-rank)."
    )
    assert texts(cohorts.table)[0] == ["Q1 2021", f"38{H}%", f"28 to 48{H}%", "50"]
    differ = pl.col("label") == "quarter"
    results = changed(differ, value=0.002)
    assert blocks(tmp_path, results)["cohorts"].finding == (
        "The four quarters differ, but no two of them with enough decisions can be told apart"
    )
    w = synthetic.Writer()
    w.figure("latency.by_group", {"hq": "JFC Naples"}, "pair_p", 0.01, label="2021-01-01 | 2021-10-01")
    more = Results(pl.concat([results.figures, w.results().figures]), results.series, results.listings)
    assert blocks(tmp_path, more)["cohorts"].finding == (
        f"Within 60 days 38{H}% of the requests of Q1 2021 are decided, 25{H}% of Q4 2021"
    )


@pytest.mark.parametrize(
    ("shares", "p", "sentence"),
    [
        ([("Q1", 0.3)], None, "Requests of one quarter only: nothing to compare"),
        ([("Q1", 0.3), ("Q2", None)], None, "Too few decisions to compare the two quarters"),
        ([("Q1", 0.3), ("Q2", 0.4)], 0.05, "The two quarters cannot be told apart"),
    ],
)
def test_quarters_of_which_little_is_known(shares, p, sentence):
    assert wait_sentences.cohorts(shares, p, lambda a, b: True, day=60) == sentence


@pytest.mark.parametrize(
    ("p", "words"),
    [(None, ""), (0.0001, f"fewer than 1 of 1{THIN_SPACE}000"), (0.004, "0.4 of 100"), (0.94, "94 of 100")],
)
def test_a_test_in_words(p, words):
    assert words in wait_sentences.test_words(p, "the types")
    assert bool(words) == bool(wait_sentences.test_words(p, "the types"))


def test_what_becomes_of_requests_is_stacked_with_the_open_as_the_remainder(tmp_path):
    becomes = blocks(tmp_path)["becomes"]
    # By 90 days 1 - 2^(-90/124) = 0.395 of 0.6 and of 0.3; nobody withdrew, so that withdrawals are not named.
    assert becomes.finding == f"By 90 days 24{H}% are approved, 12{H}% denied; 64{H}% are open"
    names = [note["text"] for note in becomes.chart.wide["layout"]["annotations"]]
    assert [n.split(" <b>")[0] for n in names] == ["Approved", "Denied", "Open"]
    assert [row[0] for row in texts(becomes.table)] == ["Approved", "Denied", "Open"]
    assert "Approved" not in json.dumps(becomes.chart.wide["layout"]["yaxis"])


@pytest.mark.parametrize(
    ("parts", "still_open", "day", "requests", "sentence"),
    [
        ([], None, None, 0, "No request received yet"),
        ([], None, None, 3, "Too few requests to say what becomes of them"),
        ([("approved", 0.5)], 0.5, 30, 9, f"By 30 days 50{H}% are approved; 50{H}% are open"),
    ],
)
def test_what_becomes_of_few_requests(parts, still_open, day, requests, sentence):
    assert wait_sentences.becomes(parts, still_open, day, requests) == sentence


def test_the_oldest_with_visits_and_chances_where_ten_decisions_tell_of_them(tmp_path):
    oldest = blocks(tmp_path)["oldest"]
    assert oldest.subtitle.endswith(
        "promises to counterparts behind 29 open requests, 20 past the promised day; "
        "within 30 days 4.2 decisions are to be expected on 27 of them"
    )
    rows = texts(oldest.table)
    assert [row[7] for row in rows[:3]] == ["0", "1", "–"]
    assert {row[2].href for row in oldest.table.rows} == {objective_file("LO-09")}
    chances = [row[9] for row in rows]
    # Ages 396, 381.8, ... fall below 301 from the eighth request on.
    assert chances == ["– too few"] * 7 + [f"15{H}% (10 to 22{H}%)"] * 3
    assert "Chance in 30 days (95 % interval)" in [c.head for c in oldest.table.columns]
    assert "fewer than 10 decisions are known at these ages" in oldest.caveat


def test_without_enough_decisions_there_is_no_column_of_chances(tmp_path):
    results = synthetic.results()
    few = results.series.with_columns(n=pl.when(pl.col("series") == "chance").then(9).otherwise(pl.col("n")))
    oldest = blocks(tmp_path, Results(results.figures, few, results.listings))["oldest"]
    assert not any("Chance" in c.head for c in oldest.table.columns)
    assert oldest.caveat.endswith(
        "The chance of a decision in the next 30 days is not shown: fewer than 10 decisions are known at these ages."
    )


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        ((0, 0, None, 0), "no recorded promise behind any open request"),
        ((1, 0, None, 0), "promises to counterparts behind 1 open request"),
        ((3, 2, None, 0), "promises to counterparts behind 3 open requests, 2 past the promised day"),
    ],
)
def test_promises_in_words(figures, words):
    assert wait_sentences.promises(*figures) == words


def test_what_is_asked_stands_beside_how_it_is_answered(tmp_path):
    assert blocks(tmp_path)["reciprocity"].finding == (
        "JFC Naples asks for 38.3 hours of reports a week; half of the requests to it wait longer than 124 days"
    )
    assert texts(blocks(tmp_path)["reciprocity"].table) == [["JFC Naples", "38.3", "124"]]
    other = blocks(tmp_path, page=1)["reciprocity"]
    assert other.finding.startswith("No report goes to Grants committee itself; half of")
    assert [row[0] for row in texts(other.table)] == ["Grants committee", "JFC Naples"]
    assert wait_sentences.reciprocity("X", None, 4, None) == "X asks for 4 reports, whose minutes nobody knows"
    assert wait_sentences.reciprocity("X", 2.0, 4, None) == "X asks for 2.0 hours of reports a week"


def test_days_waited_by_who_was_at_work(tmp_path):
    at_work = blocks(tmp_path)["at-work"]
    assert at_work.finding == f"Both sides worked on 43{H}% of the days waited"
    assert [row[1] for row in texts(at_work.table)] == ["430", "200", "190", "180"]
    assert wait_sentences.at_work([]) == "No calendar to tell who was at work"


def test_a_silent_headquarters_says_so_first(tmp_path):
    page = next(p for p in headquarters.build(edition(tmp_path)) if p.file == "headquarters-shape.html")
    assert page.heading == "SHAPE: no decision for 90 days, 9 requests open"


def test_headquarters_are_named_where_their_log_rank_tells_them_apart(tmp_path):
    assert blocks(tmp_path)["compared"].finding == "Half of requests wait over 124 days at JFC Naples, over 20 at SHAPE"
    alike = changed(pl.col("statistic") == "pair_p", value=0.05)
    assert blocks(tmp_path, alike)["compared"].finding == "The median waits of three headquarters cannot be told apart"


def test_shares_of_requests_that_all_ended_early_are_told_where_the_curves_end():
    """A desk that decides within days has no share at 30 days; its chart is told in words all the same."""
    approved, denied = (
        Layer(name, [Point(0, 0.0, None, None, 5), Point(4.2, share, None, None, 1)])
        for name, share in (("Approved", 0.6), ("Denied", 0.3))
    )
    day, parts, still_open = _at_the_end([approved, denied], 4.2)
    said = _shares_in_words(day, parts, still_open)
    assert said == "Shares by 4.2 days: approved 60\u00a0%; denied 30\u00a0%; open 10\u00a0%."
    finding = wait_sentences.becomes(parts, still_open, day, 20)
    assert finding == f"By 4.2 days 60{H}% are approved, 30{H}% denied; 10{H}% are open"
