"""A mission whose names are markup or far too long, taken through the main job and read in a browser."""

from __future__ import annotations

import re
import shutil

import pytest

from pipelines.launch import launch
from reportmetrics.settings import Settings
from tests.browser.conftest import EVIL, ROOT
from tests.browser.looks import widths_and_grounds
from tests.browser.read import WIDTHS, violations
from tests.shared import made_once
from tests.unit.publish import synthetic

pytestmark = pytest.mark.browser
NAME = "<script>alert(1)</script><b>x"
FORM = "<img src=x onerror=alert(2)>%{x}"
LONG = "A label of three hundred characters " + "abcdefghij " * 24
UNBROKEN = "x" * 80


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
    renamed(
        profile / "objectives.yaml",
        ('"Defence policy"', f"'{NAME}'"),
        ('"Human resources"', f'"{LONG}"'),
        ("owner: Policy advisory division", f'owner: "{EVIL}"'),
    )
    renamed(
        profile / "templates.yaml",
        ("name: Weekly activity report", f"name: '{FORM}'"),
        ("label: Meetings held", f"label: {LONG}"),
        ("label: Calls made", f"label: '{NAME}'"),
    )
    renamed(
        profile / "mission.yaml",
        ("name: Reference mission", f'name: "{EVIL}"'),
        ("hq: Small grants desk", f'hq: "{EVIL}"'),
        ("hq: Force protection", f"hq: {UNBROKEN}"),
    )
    renamed(profile / "sources" / "small_grants.yaml", ("{value: Small grants desk}", f'{{value: "{EVIL}"}}'))
    renamed(profile / "sources" / "movement_requests.yaml", ("{value: Force protection}", f"{{value: {UNBROKEN}}}"))
    settings = Settings(profile=profile, home=home, landing=ROOT / "data/sample/nmi")
    done = launch(settings, as_of=synthetic.AS_OF)
    assert done.success, done.error


@pytest.fixture(scope="module")
def hostile_looks(looks, hostile):
    """By page; of the pages of objectives those with such names."""
    alike = re.compile(r"objective-lo-(?!01|02)")
    chosen = [p for p in sorted(hostile.glob("*.html")) if not alike.match(p.stem)]

    def note(_, visit):
        markup = visit.page.locator("main b, main img, nav b, svg image, svg a").count()
        return widths_and_grounds(visit) | {"markup": markup}

    return looks.all("hostile", chosen, note)


def test_no_page_runs_or_draws_what_a_name_asks_for(hostile_looks):
    assert len(hostile_looks) > 20
    for path, look in hostile_looks.items():
        assert look["resized"] == [], path.name
        assert look["markup"] == look["images"] == 0, path.name
        assert "taken" not in look["title"].split("<")[0], path.name
        assert look["dialogs"] == [], path.name


def test_no_page_is_wider_than_the_screen_for_a_long_name(hostile_looks):
    for path, look in hostile_looks.items():
        assert len(look["wide"]) == len(WIDTHS)
        assert all(wide <= width for width, wide in look["wide"]), (path.name, look["wide"])


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
