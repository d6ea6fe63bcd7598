"""Pages from figures: what they say, what they escape, and how they read when little or nothing is known."""

from __future__ import annotations

import datetime as dt
import json
import re
from html.parser import HTMLParser

import polars as pl
import pytest

from reportmetrics.metrics.results import Results
from reportmetrics.profile.objectives import Objective
from reportmetrics.publish import numbers
from reportmetrics.publish.edition import Edition, PastEdition
from reportmetrics.publish.figures import Figures
from reportmetrics.publish.pages import definitions, headquarters, matters, overview
from reportmetrics.publish.site import write_site
from tests.unit.publish import stand_ins, synthetic

EVIL = "<script>alert('x')</script> <b onclick=1>&amp;"


def edition(tmp_path, results=None, *, past=(), **changes):
    return Edition(
        synthetic.profile(**changes),
        stand_ins.catalogue(tmp_path / "sql"),
        Figures(synthetic.results() if results is None else results),
        synthetic.AS_OF,
        "2022-01-31-r1",
        past,
    )


def site(tmp_path, *args, **kwargs):
    """All pages, by file name."""
    folder = tmp_path / "publications" / "2022-01-31-r1"
    write_site(folder, edition(tmp_path, *args, **kwargs), earlier=())
    return {p.name: p.read_text() for p in (folder / "site").glob("*.html")}


class Reader(HTMLParser):
    """Tags, and the text of headings."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.headings, self.inside = [], [], False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "h1":
            self.inside = True
            self.headings.append("")

    def handle_endtag(self, tag):
        self.inside = self.inside and tag != "h1"

    def handle_data(self, data):
        if self.inside:
            self.headings[-1] += data


def only(results, keep):
    return Results(results.figures.filter(keep), results.series.filter(keep), results.listings.filter(keep))


def test_every_page_has_frame_marking_policy_and_one_heading(tmp_path):
    pages = site(tmp_path)
    assert set(pages) == {
        "index.html",
        "headquarters.html",
        "headquarters-shape.html",
        "headquarters-grants-committee.html",
        "burden.html",
        "changes.html",
        "quality.html",
        "simulate.html",
        "definitions.html",
        *(f"definitions-{m.partition('.')[0]}.html" for m in stand_ins.METRICS),
        "objectives.html",
        *(f"objective-lo-{i:02d}.html" for i in range(1, 15)),
    }
    for html in pages.values():
        read = Reader(html)
        assert len(read.headings) == 1
        assert read.headings[0].strip()
        assert html.count(f"<span>{synthetic.MARKING}</span>") == 2
        sheets = html.split('<style media="print">')[1].split("</style>")[0]
        assert sheets.count(f'content: "{synthetic.MARKING}"') == 2
        policy = next(a["content"] for t, a in read.tags if a.get("http-equiv") == "Content-Security-Policy")
        assert "default-src 'none'" in policy
        assert "unsafe-inline" not in policy.split("script-src")[1].split(";")[0]
        scripts = [a for t, a in read.tags if t == "script"]
        assert all(a.get("src", "").startswith("assets/") or a.get("type") == "application/json" for a in scripts)
        assert not any(name.startswith("on") for _, a in read.tags for name in a)
        assert "http://" not in html.replace("http-equiv", "")
        assert "https://" not in html


def test_navigation_lists_only_pages_that_exist_and_marks_the_current_one(tmp_path):
    pages = site(tmp_path)
    for name, html in pages.items():
        read = Reader(html)
        linked = [a["href"] for t, a in read.tags if t == "a" and a.get("href", "").endswith(".html")]
        inside = [h for h in linked if not h.startswith("..")]
        assert set(inside) <= set(pages)
        current = [a["href"] for t, a in read.tags if a.get("aria-current") == "page"]
        above = next((t for t in ("headquarters", "definitions") if name.startswith(t)), name.removesuffix(".html"))
        assert current == [f"{above}.html"]


def test_overview_says_what_the_figures_say(tmp_path):
    html = site(tmp_path)["index.html"]
    assert Reader(html).headings == ["LO-04 is busy and stalled; 81 of 200 requests to JFC Naples are open"]
    for text in (
        "How long does JFC Naples take?",
        "95 % interval 101 to 169; 81 of 200 requests still open",
        f"85 to 94{numbers.HARD_SPACE}%; 234 of 260 due came; 195 on time (75{numbers.HARD_SPACE}%)",
        "LO-12: read its 3 indicators, or withdraw them",
        "Escalate the 10 oldest requests at JFC Naples",
        "Silent.</strong> SHAPE: no decision for 90 days.",
        "37 of 42 indicators have a fresh reading; LO-12 has none",
    ):
        assert text in html, text


def test_headquarters_page_sets_the_biased_figure_beside_the_curve(tmp_path):
    page = headquarters.build(edition(tmp_path))[0]
    curve = page.blocks[0]
    words = json.dumps(curve.chart.wide)
    assert "Answered alone" in words
    assert "biased" in words
    assert "median 124 (101 to 169) days" in curve.description
    assert page.heading == "JFC Naples: median wait 124 days; 81 of 200 requests are still open"


def test_no_biased_curve_where_nothing_is_open_that_it_could_leave_out(tmp_path):
    is_open = (pl.col("metric") == "latency.open_backlog") & (pl.col("statistic") == "open")
    results = synthetic.results()
    figures = results.figures.with_columns(value=pl.when(is_open).then(0.0).otherwise("value"))
    page = headquarters.build(edition(tmp_path, Results(figures, results.series, results.listings)))[0]
    assert "Answered alone" not in json.dumps(page.blocks[0].chart.wide)
    assert "biased" not in page.blocks[0].subtitle


def test_the_listing_never_says_who_raised_a_request(tmp_path):
    results = synthetic.results()
    cells = [json.dumps(json.loads(c) | {"raised_by": "a1b2c3"}) for c in results.listings["cells"]]
    results = Results(results.figures, results.series, results.listings.with_columns(pl.Series("cells", cells)))
    assert not any("a1b2c3" in html for html in site(tmp_path, results).values())


def test_markup_in_names_is_shown_as_typed_everywhere(tmp_path):
    objectives = [Objective(objective_id="LO-01", name=EVIL, aim="a", owner=EVIL)]
    results = synthetic.results(names=(EVIL, "Grants committee", "SHAPE"))
    pages = site(tmp_path, results, objectives=objectives, name=EVIL, marking=EVIL)
    for html in pages.values():
        tags = Reader(html).tags
        assert not any("onclick" in a for _, a in tags)
        assert all(a.get("src") or a.get("type") for t, a in tags if t == "script")
        for found in re.findall(r'<script type="application/json" id="[^"]+-chart">(.*?)</script>', html, re.DOTALL):
            chart = json.loads(found)
            chart.pop("keys", None)  # what a filter compares, never drawn
            assert "<script" not in json.dumps(chart).replace("&lt;", "")


def test_no_data_yet(tmp_path):
    pages = site(tmp_path, Results.empty())
    main = {"index", "objectives", "headquarters", "burden", "simulate", "quality", "changes", "definitions"}
    main |= {f"definitions-{m.partition('.')[0]}" for m in stand_ins.METRICS}
    assert set(pages) == {f"{name}.html" for name in main} | {f"objective-lo-{i:02d}.html" for i in range(1, 15)}
    assert Reader(pages["objective-lo-04.html"]).headings == ["No activity and no reading received yet"]
    overview_html = pages["index.html"]
    assert "No figures yet: no report, reading or request was received" in overview_html
    assert "Expected from: Request register; mission since 1 December 2020." in pages["headquarters.html"]
    for html in pages.values():
        assert "data-chart" not in html
        assert "None" not in re.sub(r"<script.*?</script>|<style.*?</style>", "", html, flags=re.DOTALL)
        assert ">nan<" not in html.lower()


def test_no_objectives_and_no_metrics(tmp_path):
    bare = Edition(
        synthetic.profile(objectives=[], indicators=[], templates=[], sources=[]),
        type(stand_ins.catalogue(tmp_path / "sql"))(metrics={}, derived={}),
        Figures(Results.empty()),
        synthetic.AS_OF,
        "2022-01-31-r1",
    )
    assert overview.build(bare).heading.startswith("No figures yet")
    assert definitions.build(bare)[0].heading == "No metric is defined yet"


def test_a_median_that_is_not_reached_is_said_and_not_drawn_as_zero(tmp_path):
    results = synthetic.results()
    is_median = (pl.col("metric") == "latency.time_to_decision") & (pl.col("statistic") == "median")
    figures = results.figures.with_columns(
        value=pl.when(is_median).then(None).otherwise("value"),
        lower=pl.when(is_median).then(None).otherwise("lower"),
        upper=pl.when(is_median).then(None).otherwise("upper"),
        reason=pl.when(is_median).then(pl.lit("not reached")).otherwise("reason"),
    )
    built = edition(tmp_path, Results(figures, results.series, results.listings))
    page = headquarters.build(built)[0]
    assert page.heading == "JFC Naples: fewer than half of the requests are decided; 81 of 200 requests are still open"
    compared = next(b for b in page.blocks if b.id == "compared")
    texts = [a["text"] for a in compared.chart.wide["layout"]["annotations"]]
    assert texts.count("not reached") == 3
    assert [row[1].value for row in compared.table.rows] == [None] * 3
    assert compared.chart.wide["data"][-1]["x"] == []


def test_one_request_draws_no_curve(tmp_path):
    w = synthetic.Writer()
    w.figure("latency.time_to_decision", {"hq": "SHAPE"}, "median", None, reason="not reached", n=1)
    w.figure("latency.open_backlog", {"hq": "SHAPE"}, "open", 1.0, n=1)
    page = headquarters.build(edition(tmp_path, w.results()))[0]
    assert page.heading == "SHAPE: no decision yet, 1 request open"
    assert page.blocks[0].chart is None
    assert page.blocks[0].nothing == "One request alone draws no curve."


def test_suppressed_cells_are_marked_and_not_drawn(tmp_path):
    w = synthetic.Writer()
    for hq, value in (("A", 30.0), ("B", None)):
        reason = None if value else numbers.HIDDEN
        w.figure("latency.time_to_decision", {"hq": hq}, "median", value, reason=reason, n=10)
    page = headquarters.build(edition(tmp_path, w.results()))[0]
    compared = next(b for b in page.blocks if b.id == "compared")
    assert [row[1].text for row in compared.table.rows] == ["30", numbers.HIDDEN]
    assert compared.chart.wide["data"][-1]["x"] == [30.0]


def test_a_label_of_300_characters_is_cut_in_the_chart_and_whole_in_the_table(tmp_path):
    name = "Long " * 60
    objectives = [Objective(objective_id="LO-01", name=name, aim="a", owner="o")]
    block = next(b for b in overview.build(edition(tmp_path, objectives=objectives)).blocks if b.id == "progress")
    assert len(block.chart.wide["layout"]["yaxis"]["ticktext"][0]) < 60
    assert block.table.rows[0][1].text.strip() == name.strip()


def test_stale_registers_come_last(tmp_path):
    results = synthetic.results()
    stale = pl.col("dims").str.contains("JFC Naples") & (pl.col("statistic") == "median")
    caveat = pl.lit(["extract stale: nothing new"])
    figures = results.figures.with_columns(caveats=pl.when(stale).then(caveat).otherwise("caveats"))
    pages = headquarters.build(edition(tmp_path, Results(figures, results.series, results.listings)))
    assert [p.heading.split(":")[0] for p in pages] == ["Grants committee", "SHAPE", "JFC Naples"]


def test_two_headquarters_that_differ_in_capitals_are_refused(tmp_path):
    results = synthetic.results(names=("JFC Naples", "Shape", "SHAPE"))
    with pytest.raises(ValueError, match="differ only in capitals"):
        site(tmp_path, results)


def test_rules_hold_only_when_their_condition_does(tmp_path):
    young = only(synthetic.results(), ~(pl.col("metric") == "latency.open_backlog"))
    found = matters.matters(edition(tmp_path, young))
    assert [m.matter for m in found] == [
        "LO-12: read its 3 indicators, or withdraw them",
        "LO-04: continue, change or stop the present line of work",
        "LO-13: continue, change or stop the present line of work",
        "LO-08: say what the added work is for",
    ]
    assert [m.figures for m in found[1:]] == [
        "20 meetings a week; progress unchanged at 0.10 in 13 weeks",
        "lowest progress −0.30, 1 of 3 read lie below the baseline",
        "contact hours rose from 60.0 to 140 in 13 weeks, progress went from 0.20 to 0.25",
    ]
    assert [m.href for m in found] == [f"objective-lo-{n}.html" for n in ("12", "04", "13", "08")]
    w = synthetic.Writer()
    for template, upper in (("weekly", 0.89), ("other", 0.95)):
        w.figure("burden.completeness", {"template_id": template}, "share", 0.8, lower=0.7, upper=upper, n=50)
    found = matters.matters(edition(tmp_path, w.results(), objectives=[]))
    assert [m.matter for m in found] == ["Weekly activity report: ask for it again, or ask less often"]


def test_what_changed_is_told_against_the_publication_before(tmp_path):
    old = synthetic.results()
    is_open = (pl.col("metric") == "latency.open_backlog") & (pl.col("statistic") == "open")
    week = pl.col("dims").str.contains("2021-12-06") & (pl.col("metric") == "burden.completeness")
    changed = old.figures.with_columns(
        value=pl.when(is_open & pl.col("dims").str.contains("JFC"))
        .then(80.0)
        .when(week)
        .then(0.5)
        .when(pl.col("statistic") == "regressed")
        .then(0.0)
        .otherwise("value"),
        version=pl.when(pl.col("metric") == "burden.hours").then(0).otherwise("version"),
    )
    before = PastEdition("2022-01-24-r1", dt.date(2022, 1, 24), Figures(Results(changed, old.series, old.listings)))
    lines = [f"{c.kind}: {c.text}" for c in matters.changes(edition(tmp_path, past=(before,)))]
    assert "New: LO-13: an indicator lies below its baseline, at −0.30." in lines
    assert "New: JFC Naples decided 0; open rose from 80 to 81." in lines
    assert "Definition: burden.hours is now version 1 (was 0)." in lines
    restated = [line for line in lines if line.startswith("Restated: Completeness of the week of 6 December")]
    assert len(restated) == 1


def test_definitions_tell_what_is_past_its_review_date(tmp_path):
    page = definitions.build(edition(tmp_path))[0]
    assert page.heading == f"{len(stand_ins.METRICS)} metrics; one is past the review date"
    pages = site(tmp_path)
    html = pages["definitions-activity.html"] + pages["definitions-latency.html"]
    assert "10 January 2021, again by 10 January 2022; this date is past" in html
    assert "WHERE hq &lt; &#39;z&#39;" in html
    assert 'id="latency.time_to_decision"' in html


def test_every_block_names_the_command_that_shows_its_rows(tmp_path):
    page = headquarters.build(edition(tmp_path))[0]
    assert page.blocks[0].commands("2022-01-31-r1")[0] == (
        "reportmetrics explain latency.time_to_decision --where 'hq=JFC Naples' --publication 2022-01-31-r1"
    )


@pytest.mark.parametrize("values", [[], [1.0], [None, None], [1.0, None]])
def test_a_small_line_needs_two_points(values):
    key = overview.KeyFigure("q", "f", "w", "n", "data", values)
    assert key.spark == []
    assert key.spark_end is None


def test_a_small_line_breaks_where_a_week_is_missing():
    key = overview.KeyFigure("q", "f", "w", "n", "data", [1.0, 2.0, None, 3.0, 3.0])
    assert len(key.spark) == 2
    assert key.spark_end == (118.0, 2.0)
