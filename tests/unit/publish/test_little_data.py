"""Pages of a mission of which little is known: they say what is missing, and never that nothing happened."""

from __future__ import annotations

import re

import pytest

from reportmetrics.metrics.results import Results
from reportmetrics.metrics.suppression import HIDDEN
from reportmetrics.profile.objectives import Objective
from reportmetrics.publish import burden_sentences, objective_sentences, place_sentences
from reportmetrics.publish.blocks import Cell
from reportmetrics.publish.pages import matters, mission_blocks, overview
from tests.unit.publish import synthetic
from tests.unit.publish.test_pages import Reader, edition, site


def test_before_anything_is_received_no_page_says_that_nothing_happened(tmp_path):
    pages = site(tmp_path, Results.empty())
    page = pages["objective-lo-04.html"]
    findings = re.findall(r'class="finding"[^>]*>([^<]+)<', page)
    assert {
        "No activity reported yet",
        "No kind of activity reported yet",
        "No plan received yet",
        "No cancellation received yet",
        "No request received yet",
        "No indicator has progress yet",
    } <= set(findings)
    claims = r">Nothing was (held|planned|cancelled)"
    assert not any(re.search(claims, html) for html in pages.values())
    assert "gaps, not zeros" not in page
    assert "so whether it rises cannot be said" in pages["objectives.html"]
    assert "No open request" not in page


@pytest.mark.parametrize("results", [Results.empty, lambda: few_people()])
def test_no_two_blocks_of_a_page_have_one_title(tmp_path, results):
    """A reader who hears a page told apart by its titles must be able to do so."""
    for name, html in site(tmp_path, results()).items():
        titles = re.findall(r'class="finding"[^>]*>([^<]+)<', html)
        assert len(titles) == len(set(titles)), name


def test_before_anything_is_received_one_matter_is_named_instead_of_every_form(tmp_path):
    made = edition(tmp_path, Results.empty())
    assert [(m.matter, m.href) for m in matters.matters(made)] == [
        ("Ask the senders for their first files", "quality.html")
    ]
    page = overview.build(made)
    assert page.heading == "No figures yet: no report, reading or request was received"
    assert page.content["changed_nothing"].startswith("From the next publication on")


def few_people():
    """Results of one report, hidden because fewer than five people stand behind it."""
    w = synthetic.Writer()
    for metric, statistic in (("burden.completeness", "share"), ("burden.hours", "sum")):
        w.figure(metric, {}, statistic, None, reason=HIDDEN)
    w.figure("burden.hours_per_advisor_week", {}, "rate", None, reason=HIDDEN)
    return w.results()


def test_what_is_hidden_was_received_and_is_said_to_be_hidden(tmp_path):
    pages = site(tmp_path, few_people())
    assert Reader(pages["index.html"]).headings == [
        "No figure can be shown yet: fewer than 5 people stand behind what was received"
    ]
    assert pages["index.html"].count(HIDDEN) == 2
    assert "no report was due" not in pages["index.html"]
    assert Reader(pages["burden.html"]).headings == [
        "Hours of reporting are hidden: fewer than 5 people stand behind them"
    ]
    assert "What came is hidden" in pages["burden.html"]
    assert "No report received yet" not in pages["burden.html"]
    assert not any(m.matter.startswith("Ask the senders") for m in matters.matters(edition(tmp_path, few_people())))


def test_objectives_without_an_indicator_are_told(tmp_path):
    known = synthetic.profile(tmp_path).objectives
    more = [Objective(objective_id=f"LO-{n}", name="Added", aim="a", owner="o") for n in (15, 16)]
    block = mission_blocks.coverage_block(edition(tmp_path, objectives=[*known, *more]))
    assert "Two objectives have no indicator." in block.caveat
    assert "no indicator" not in mission_blocks.coverage_block(edition(tmp_path)).caveat


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        (objective_sentences.kinds([], received=False), "No kind of activity reported yet"),
        (objective_sentences.kinds([]), "Nothing was held in 13 weeks"),
        (objective_sentences.kinds([("meeting", 3.0), ("call", 1.0)]), "Meetings are 75\u00a0% of what was done"),
        (
            objective_sentences.kinds([("visite d’étude", 3.0), ("call", 1.0)]),
            "75\u00a0% of what was done is of kind visite d’étude",
        ),
        (objective_sentences.kinds([("اجتماع", 1.0)]), "All of what was done is of one kind: \u2068اجتماع\u2069"),
        (objective_sentences.executed(None, 0, received=False), "No plan received yet"),
        (objective_sentences.causes([], 0, received=False), "No cancellation received yet"),
        (objective_sentences.waiting(0, None, received=False), "No request received yet"),
        (
            objective_sentences.signals(None, 52, 0, False, total=0.0, reason="no variation"),
            "No activity was held in the 52 weeks reported",
        ),
        (objective_sentences.signals(None, 0, 0, False, total=0.0), "No activity reported yet"),
        (place_sentences.stalled([]), ""),
        (burden_sentences.came(None, None), "No report was due yet"),
    ],
)
def test_sentences_tell_nothing_received_from_nothing_done(sentence, expected):
    assert sentence == expected


def test_several_that_are_busy_and_stalled_are_counted():
    places = [
        place_sentences.Place(f"LO-{n}", position=p) for n, p in enumerate(["busy and stalled"] * 2 + ["neutral"])
    ]
    assert place_sentences.stalled(places) == "2 of 3 measured objectives are busy and stalled"
    assert place_sentences.stalled(places[1:]) == "LO-1 is busy and stalled"


def test_a_word_without_end_is_broken_and_an_ordinary_name_is_not(tmp_path):
    assert Cell("x" * 300).unbroken
    assert not Cell("A name of many words " * 20).unbroken
    named = [Objective(objective_id="LO-1", name="x" * 300, aim="a", owner="o")]
    assert re.search(r'class="left unbroken"><bdi>x{300}</bdi>', site(tmp_path, objectives=named)["objectives.html"])


def test_names_from_right_to_left_keep_to_themselves(tmp_path):
    named = [Objective(objective_id="LO-1", name="التخطيط", aim="خطة (2).", owner="مديرية")]
    pages = site(tmp_path, objectives=named, name="Mission « Irak »")
    assert "LO-1 \u2068التخطيط\u2069: \u2068خطة (2)\u2069. Owner: \u2068مديرية\u2069." in pages["objective-lo-1.html"]
    assert "<bdi>Mission «\u00a0Irak\u00a0»</bdi>" in pages["index.html"]
