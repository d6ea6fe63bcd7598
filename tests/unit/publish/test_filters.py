"""What a page can be narrowed by, and what its charts and tables say of the rows that follow."""

from __future__ import annotations

import re

from reportmetrics.publish import palette
from reportmetrics.publish.blocks import TOTAL
from reportmetrics.publish.filters import filters, for_script
from reportmetrics.publish.pages import burden, headquarters, objectives, overview, quality, simulate
from tests.unit.publish import synthetic
from tests.unit.publish.test_pages import edition


def all_pages(folder):
    made = edition(folder, synthetic.results())
    pages = [
        overview.build(made),
        *objectives.build(made),
        *headquarters.build(made),
        burden.build(made),
        simulate.build(made),
        quality.build(made),
    ]
    return made, {p.file: p for p in pages}


def facets(made, pages, file):
    return [f.facet for f in filters(made, pages[file], list(pages.values()))]


def test_each_page_offers_the_filters_that_mean_something_on_it(tmp_path):
    made, pages = all_pages(tmp_path)
    assert facets(made, pages, "index.html") == ["objective", "hq", "period"]
    assert facets(made, pages, "objectives.html") == ["objective"]
    assert facets(made, pages, "objective-lo-04.html") == ["objective", "hq", "period"]
    assert facets(made, pages, "headquarters.html") == ["objective", "hq", "period"]
    assert facets(made, pages, "simulate.html") == []


def test_a_choice_of_one_is_no_choice(tmp_path):
    made, pages = all_pages(tmp_path)
    assert len(made.profile.templates) == 1
    assert "template" not in facets(made, pages, "burden.html")


def test_a_page_about_one_choice_says_which(tmp_path):
    made, pages = all_pages(tmp_path)
    own = {f.facet: f.own for f in filters(made, pages["objective-lo-04.html"], list(pages.values()))}
    assert own == {"objective": "LO-04", "hq": "", "period": ""}
    terms = for_script(made, pages["headquarters.html"], list(pages.values()))
    assert terms["own"] == list(terms["pages"]["headquarters.html"])
    assert terms["pages"]["objective-lo-07.html"] == ["objective", "LO-07"]


def test_colours_that_a_filter_puts_into_a_chart_have_a_counterpart_on_dark_ground(tmp_path):
    made, pages = all_pages(tmp_path)
    colours = for_script(made, pages["index.html"], list(pages.values()))["colours"]
    assert set(colours.values()) - {palette.CLEAR} <= set(palette.DARK)


def test_the_keys_of_a_chart_are_those_of_its_rows_or_marks(tmp_path):
    """A chart by rows has a key for each; in others each trace, each point or each label has one that is a choice."""
    made, pages = all_pages(tmp_path)
    seen = 0
    for page in pages.values():
        choices = {f.facet: {key for key, _ in f.choices} for f in filters(made, page, list(pages.values()))}
        for block in page.blocks:
            if not block.chart or not block.chart.keys:
                continue
            keys = block.chart.keys
            for figure in (block.chart.wide, block.chart.compact, block.chart.paper or block.chart.wide):
                if keys.rows:
                    assert len(keys.rows) == len(figure["layout"]["yaxis"]["ticktext"]), block.id
                    assert set(keys.rows) <= choices.get(keys.facet, set(keys.rows)), block.id
                    continue
                drawn = [t for t in figure["data"] if t["x"]]
                assert all(len(t["customdata"]) == len(t["x"]) for t in drawn if "customdata" in t), block.id
                marked = {k for t in drawn for k in t.get("customdata", [t.get("meta")])}
                marked |= {n["name"] for n in figure["layout"]["annotations"] if "name" in n}
                assert marked <= choices.get(keys.facet, {form.template_id for form in made.profile.templates}), (
                    block.id
                )
                seen += 1
    assert seen > 0


def test_a_table_that_follows_has_a_key_in_each_row(tmp_path):
    _, pages = all_pages(tmp_path)
    seen = set()
    for page in pages.values():
        for block in page.blocks:
            for table in [t for t in (block.table, *block.more) if t]:
                for i, column in enumerate(table.columns):
                    if column.facet is None:
                        continue
                    seen.add(column.facet)
                    for row in table.rows:
                        key = row[i].key or row[i].sort_key
                        assert key, (page.file, block.id)
                        assert column.facet != "period" or key == TOTAL or re.fullmatch(r"\d{4}-\d\d-\d\d", key), key
    assert seen == {"objective", "hq", "template", "period"}


def test_lines_over_time_say_where_their_axis_begins(tmp_path):
    _, pages = all_pages(tmp_path)
    effort = next(b for b in pages["index.html"].blocks if b.id == "effort").chart
    assert effort is not None
    assert effort.drawings["time"] == {"start": "2021-08-02", "days": 7, "rim": 0.5}
    named = {n["name"] for n in effort.wide["layout"]["annotations"] if "name" in n}
    lines = {f"end:{i}" for i, t in enumerate(effort.wide["data"]) if t["mode"] == "lines"}
    assert named
    assert named <= lines
    assert {t["meta"] for t in effort.wide["data"] if "meta" in t} == named
