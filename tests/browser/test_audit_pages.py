"""Changes and the drawings on Definitions, in a real browser: quiet, accessible, no wider than the screen."""

from __future__ import annotations

import pytest

from reportmetrics.audit.changes import SCHEMA, Changes
from reportmetrics.publish.publish import publish
from reportmetrics.settings import Settings
from tests.browser.conftest import EVIL
from tests.browser.read import violations
from tests.unit.publish import stand_ins, synthetic
from tests.unit.publish.test_changes_page import CORRECTED, LATE, NEWS, REDEFINED


def frame():
    import polars as pl

    evil = {
        **NEWS,
        "dims": '{"hq":"' + EVIL.replace('"', "'") + '"}',
        "metric": "latency.time_to_decision",
        "statistic": "median",
    }
    return pl.DataFrame([CORRECTED, LATE, NEWS, REDEFINED, evil], schema=SCHEMA)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A second publication, compared with the first."""
    home = tmp_path_factory.mktemp("audit-pages")
    settings = Settings(profile=home / "profile", home=home, landing=home / "landing")
    settings.profile.mkdir()
    versions = {"burden.timeliness": "version 1 to 2"}

    def made(position):
        snapshot = stand_ins.snapshot(home / f"snapshot-{position}", position=position)
        catalogue, results = stand_ins.catalogue(home / "sql"), synthetic.results()
        with stand_ins.without_preparing():
            return publish(
                settings,
                synthetic.profile(settings.profile),
                snapshot,
                catalogue,
                results,
                checks=[],
                compare=lambda before, name: Changes(before.name, name, frame(), versions, 2, 90),
            )

    made(77)
    return made(78).folder / "site"


@pytest.mark.parametrize(("width", "ground"), [(1440, "light"), (390, "dark")])
def test_changes(visit, site, width, ground):
    seen = visit(site / "changes.html", width=width, color_scheme=ground)
    assert seen.complaints == []
    assert seen.page.title() != "taken"
    assert (
        seen.page.locator("h1").inner_text()
        == "2 figures are restated: one by corrections and one by changed definitions"
    )
    tables = seen.page.locator("table.data")
    assert tables.count() == 5
    assert "+8" in tables.first.inner_text()
    assert violations(seen.page) == []
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("width", "shown", "hidden"), [(1440, "wide", "narrow"), (390, "narrow", "wide")])
def test_the_way_of_a_figure_is_drawn_for_the_width(visit, site, width, shown, hidden):
    page = visit(site / "definitions-latency.html", width=width).page
    block = page.locator("[id='latency.time_to_decision'] details.way")
    block.locator("summary").click()
    drawing = block.get_by_role("img")
    assert drawing.count() == 1
    assert "to latency.time_to_decision and its figures" in drawing.evaluate(
        "e => e.querySelector('title').textContent"
    )
    assert block.locator(f".at-{shown} svg").is_visible()
    assert not block.locator(f".at-{hidden} svg").is_visible()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
