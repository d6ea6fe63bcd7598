"""The page *Simulate* reckons what the library reckons, keeps the plan in its address, and bars what cannot be."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from reportmetrics.metrics.results import Results
from reportmetrics.profile.load import load_profile
from reportmetrics.publish import numbers
from reportmetrics.publish.edition import Edition
from reportmetrics.publish.figures import Figures
from reportmetrics.publish.site import write_site
from reportmetrics.simulate import Plan, simulate, tours
from tests.unit.publish import stand_ins

pytestmark = pytest.mark.browser

AS_OF = dt.date(2022, 1, 31)
PROFILE = Path(__file__).parents[2] / "data" / "profiles" / "nmi"


@pytest.fixture(scope="module")
def profile():
    return load_profile(PROFILE)


@pytest.fixture(scope="module")
def page_file(profile, tmp_path_factory):
    folder = tmp_path_factory.mktemp("simulate") / "publications" / "2022-01-31-r1"
    catalogue = stand_ins.catalogue(folder.parent / "sql")
    write_site(folder, Edition(profile, catalogue, Figures(Results.empty()), AS_OF, "2022-01-31-r1", ()), earlier=())
    return folder / "site" / "simulate.html"


def shown(page, name):
    return page.locator(f"[data-out='{name}']").text_content()


def spread(value):
    return f"{numbers.count(value.central)} ({numbers.interval(value.low, value.high, numbers.count)})"


@pytest.mark.parametrize(
    ("address", "plan"),
    [
        ("", Plan()),
        ("personnel=4000", Plan(personnel=4000)),
        ("personnel=731&WAR=2&LAR=drop", Plan(731, {"WAR": 2}, ("LAR",))),
        ("MAS=into+BOR&STR=13&QR=into+BOR", Plan(None, {"STR": 13}, (), (("MAS", "BOR"), ("QR", "BOR")))),
    ],
)
def test_the_page_reckons_what_the_library_reckons(visit, page_file, profile, address, plan):
    page = visit(page_file).page
    page.evaluate("a => { location.hash = a }", address)
    page.wait_for_timeout(50)
    load = simulate(profile, plan, as_of=AS_OF)
    assert shown(page, "hours") == spread(load.hours)
    assert shown(page, "net") == spread(load.hours_net)
    assert shown(page, "cost") == spread(load.cost)
    assert shown(page, "responses") == numbers.count(load.responses)
    assert shown(page, "week") == numbers.fixed(load.hours_per_advisor_week, 1)
    kept = {f.template_id: f.hours for f in load.forms}
    for form in profile.templates:
        expected = spread(kept[form.template_id]) if form.template_id in kept else "not asked"
        assert shown(page, f"form {form.template_id}") == expected


def test_longer_tours_mean_fewer_handovers(visit, page_file, profile):
    page = visit(page_file).page
    page.locator("#tour").fill("365")
    expected = tours(profile.mission.personnel.advisors, tour_days=365, gap_days=21)
    assert shown(page, "handovers") == numbers.count(expected.handovers)
    assert shown(page, "empty") == numbers.count(expected.empty_days)
    assert page.locator("#command").text_content() == "reportmetrics simulate --tour-days 365 --tour-days-now 182"


def test_controls_set_the_address_and_reset_clears_it(visit, page_file):
    page = visit(page_file).page
    page.get_by_role("button", name="4\u202f000, as planned").click()
    page.locator("select[name=WAR]").select_option("2")
    assert page.evaluate("location.hash") == "#personnel=4000&WAR=2"
    assert "--personnel 4000 --every WAR=2" in page.locator("#command").text_content()
    page.get_by_role("button", name="Back to today").click()
    page.wait_for_timeout(50)
    assert page.evaluate("location.hash") == ""
    assert page.locator("#outcome-title").text_content() == "Today"


def test_a_form_that_takes_in_another_cannot_itself_be_left_out(visit, page_file):
    page = visit(page_file).page
    page.locator("select[name=MAS]").select_option("into BOR")
    barred = page.locator("select[name=BOR] option:disabled").evaluate_all("all => all.map(o => o.value)")
    assert "drop" in barred
    assert "into WAR" in barred
    assert "2" not in barred


@pytest.mark.parametrize("address", ["personnel=abc", "WAR=99", "personnel=-4", "nonsense"])
def test_an_address_that_means_nothing_leaves_today(visit, page_file, address):
    page = visit(page_file).page
    before = shown(page, "hours")
    page.evaluate("a => { location.hash = a }", address)
    page.wait_for_timeout(50)
    assert shown(page, "hours") == before
