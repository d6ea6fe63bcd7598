"""Every chart and table of every page of a real publication has what a figure must have."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest

pytestmark = pytest.mark.browser

PERIOD = re.compile(r"\d+ weeks|\d{4}|latest reading|requests", re.IGNORECASE)


@pytest.fixture(scope="module")
def figures(reference_looks):
    """By page: its figures as a browser has them, all charts drawn."""
    return {path: look["figures"] for path, look in reference_looks.items()}


def each(figures, kind):
    return [(path, f) for path, all_of in figures.items() for f in all_of if f[kind]]


def test_there_are_charts_on_each_page_that_should_have_some(figures):
    with_charts = {path.stem for path, _ in each(figures, "chart")}
    objectives = {f"objective-lo-{i:02d}" for i in range(1, 15)}
    assert with_charts >= {"index", "objectives", "headquarters", "burden"} | objectives
    assert len(each(figures, "chart")) > 100


def test_every_figure_has_a_finding_in_words_and_a_subtitle(figures):
    for path, all_of in figures.items():
        for f in all_of:
            assert len(f["finding"].split()) > 2, (path.name, f["id"])
            assert len(f["subtitle"]) > 10, (path.name, f["id"])
            assert f["chart"] or f["tables"] or f["nothing"], (path.name, f["id"])


def test_every_chart_says_unit_period_and_source(figures):
    for path, f in each(figures, "chart"):
        assert " · source: " in f["subtitle"], (path.name, f["id"])
        assert PERIOD.search(f["subtitle"]), (path.name, f["id"], f["subtitle"])


def test_every_chart_is_drawn_named_and_told_in_words(figures):
    for path, f in each(figures, "chart"):
        where = (path.name, f["id"])
        assert f["chart"]["marks"] > 0, where
        assert f["chart"]["role"] == "img", where
        assert f["chart"]["label"] == f["finding"], where
        assert len(f["chart"]["words"]) > 20, where
        assert re.search(r"\d", f["chart"]["words"]), where
        assert f["chart"]["upload"] == 0, where


def test_every_chart_has_its_data_as_a_table_that_sorts(figures):
    for path, f in each(figures, "chart"):
        assert len(f["tables"]) >= 1, (path.name, f["id"])
    for path, f in each(figures, "tables"):
        for t in f["tables"]:
            where = (path.name, f["id"], t["caption"])
            assert len(t["caption"]) > 5, where
            assert t["rows"] > 0, where
            assert t["buttons"] == (t["named"] if t["rows"] > 1 else 0), where


def test_every_table_of_a_figure_is_there_as_csv_in_full(figures):
    for path, f in each(figures, "tables"):
        file = Path(unquote(urlsplit(urljoin(path.as_uri(), f["csv"])).path))
        lines = list(csv.reader(file.read_text(encoding="utf-8-sig").splitlines()))
        where, heads = (path.name, f["id"]), [h for h in f["tables"][0]["heads"] if h]
        own = [h.removesuffix(", from") for h in lines[0] if not h.endswith((", to", ", lower", ", upper"))]
        assert own == [*heads, "marking"], where
        for first, second in ((", from", ", to"), (", lower", ", upper")):  # an interval; the ends around a value
            of = [[h.removesuffix(end) for h in lines[0] if h.endswith(end)] for end in (first, second)]
            assert of[0] == of[1], where
            assert set(of[0]) <= set(heads), where
        assert len(lines) - 1 == f["tables"][0]["rows"], where


def test_definition_and_caveats_are_one_click_away_and_rows_one_command(figures):
    for path, all_of in figures.items():
        for f in all_of:
            where = (path.name, f["id"])
            assert f["definitions"], where
            target = urlsplit(urljoin(path.as_uri(), f["definitions"][0]))
            assert target.fragment == f["metrics"][0], where
            assert f'id="{target.fragment}"' in Path(target.path).read_text(), where
            assert [c.split()[:3] for c in f["commands"]] == [["reportmetrics", "explain", m] for m in f["metrics"]]
            assert all(c.endswith("--publication 2022-01-31-r1") for c in f["commands"]), where


def test_pages_weigh_less_than_they_may(reference):
    """400 KB a page, all that it loads but Plotly's own script counted in."""

    def weight(page):
        loaded = set(re.findall(r'(?:src|href)="(assets/[^"]+)"', page.read_text(encoding="utf-8")))
        assert "assets/theme.css" in loaded
        return page.stat().st_size + sum((reference / a).stat().st_size for a in loaded - {"assets/plotly.min.js"})

    assert {p.name: weight(p) for p in reference.glob("*.html") if weight(p) > 400_000} == {}
