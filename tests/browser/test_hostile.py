"""A mission whose names are markup or far too long, taken through the main job and read in a browser."""

from __future__ import annotations

import shutil

import pytest

from pipelines.launch import launch
from reportmetrics.settings import Settings
from tests.browser.conftest import ROOT
from tests.browser.read import resize, violations
from tests.shared import made_once
from tests.unit.publish import synthetic

pytestmark = pytest.mark.browser
NAME = "<script>alert(1)</script><b>x"
FORM = "<img src=x onerror=alert(2)>%{x}"
LONG = "A label of three hundred characters " + "abcdefghij " * 24


def renamed(path, *pairs):
    text = path.read_text()
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    path.write_text(text)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """``site/`` of a publication made from the sample files by a profile with such names."""
    home = made_once(tmp_path_factory, "hostile-mission", _publish)
    return home / "publications" / f"{synthetic.AS_OF}-r1" / "site"


def _publish(home):
    profile = shutil.copytree(ROOT / "data/profiles/nmi", home / "profile")
    assert len(LONG) == 300
    renamed(profile / "objectives.yaml", ('"Defence policy"', f"'{NAME}'"), ('"Human resources"', f'"{LONG}"'))
    renamed(
        profile / "templates.yaml",
        ("name: Weekly activity report", f"name: '{FORM}'"),
        ("label: Meetings held", f"label: {LONG}"),
        ("label: Calls made", f"label: '{NAME}'"),
    )
    settings = Settings(profile=profile, home=home, landing=ROOT / "data/sample/nmi")
    done = launch(settings, as_of=synthetic.AS_OF)
    assert done.success, done.error


def test_no_page_runs_or_draws_what_a_name_asks_for(visit, hostile):
    for path in sorted(hostile.glob("*.html")):
        if path.stem.startswith("objective-lo-") and path.stem[-2:] not in {"01", "02"}:
            continue
        seen = visit(path)
        assert seen.complaints == [], path.name
        assert seen.page.locator("main b, main img, nav b, svg image, svg a").count() == 0, path.name
        for width in (1440, 390):
            resize(seen.page, width)
            assert seen.page.evaluate("document.documentElement.scrollWidth") <= width, (path.name, width)
        assert seen.dialogs == [], path.name
        seen.close()


def test_such_names_are_shown_as_typed(visit, hostile):
    page = visit(hostile / "index.html").page
    assert NAME in page.locator("nav a.objective").first.inner_text()
    assert "<script>alert(1)</sc" in page.locator("#progress .plot").inner_text()
    assert LONG.strip() in page.locator("#progress table").text_content()
    burden = visit(hostile / "burden.html").page
    assert FORM in burden.locator("#came table").text_content()
    assert "<img src=x" in burden.locator("#novelty .plot").inner_text()


def test_a_filter_by_such_a_name_says_it_as_typed_and_passes_axe(visit, hostile):
    seen = visit((hostile / "burden.html").as_uri() + "#template=WAR")
    assert FORM in seen.page.locator("#filter-state").inner_text()
    assert FORM in seen.page.locator("#came-followed").inner_text()
    assert seen.complaints == []
    assert violations(seen.page) == []
