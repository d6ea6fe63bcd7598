"""Publications of past weeks: reachable from each page, as published then and as known now, from the file system."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest

pytestmark = pytest.mark.browser
NAMES = ("2022-01-31-r1", "2022-01-24-r1", "2022-01-17-r1")


def test_each_page_leads_to_the_same_page_of_the_weeks_before(weeks):
    for path in sorted((weeks / NAMES[0] / "site").glob("*.html")):
        text = path.read_text()
        addresses = re.findall(r'href="([^"]+)"', text.split("<summary>History</summary>")[1].split("</ul>")[0])
        about = re.search(r'name="hq" data-own="([^"]+)"', text)
        same = f"headquarters.html#{urlencode([('hq', about[1])])}" if about else path.name
        assert addresses == [
            f"../../{NAMES[1]}/site/{same}",
            f"../../{NAMES[2]}/site/{same}",
            f"../../index.html#page={same}",
        ]
        assert all((path.parent / a.split("#")[0]).is_file() for a in addresses)


def test_as_published_then_and_as_known_now_are_one_click_each(visit, weeks):
    seen = visit((weeks / NAMES[0] / "site" / "burden.html").as_uri() + "#period=2021-11-01..2021-12-26")
    page = seen.page
    page.get_by_role("link", name="24 January 2022").click()
    page.wait_for_url(f"**/{NAMES[1]}/site/burden.html#period=2021-11-01..2021-12-26")
    page.wait_for_selector("html[data-drawn=yes]", state="attached")
    assert "as published for 24 January 2022" in page.locator("footer").inner_text()
    assert page.locator("#effort table tbody tr:not([hidden])").count() == 8
    page.get_by_role("link", name="As known now").click()
    page.wait_for_url(f"**/{NAMES[0]}/site/burden.html#period=2021-11-01..2021-12-26")
    assert seen.complaints == []


def test_the_page_of_a_headquarters_is_found_again_in_a_week_when_another_one_came_first(visit, weeks):
    files = {n: {p.name for p in (weeks / n / "site").glob("headquarters-*.html")} for n in NAMES}
    assert files[NAMES[0]] != files[NAMES[1]], "the sample no longer tells the two weeks apart; choose others"
    page = visit(weeks / NAMES[0] / "site" / "headquarters.html").page
    heading = page.locator("#filter-hq").get_attribute("data-own")
    page.get_by_role("link", name="24 January 2022").click()
    page.wait_for_url(f"**/{NAMES[1]}/site/headquarters-*.html#hq=*")
    assert page.locator("#filter-hq").get_attribute("data-own") == heading
    page.get_by_role("link", name="As known now").click()
    page.wait_for_url(f"**/{NAMES[0]}/site/headquarters.html#hq=*")
    assert page.locator("#filter-hq").get_attribute("data-own") == heading


def test_the_list_leads_each_date_to_the_page_one_came_from(visit, weeks):
    seen = visit(weeks / NAMES[2] / "site" / "objective-lo-04.html")
    page = seen.page
    page.get_by_role("link", name="All publications").click()
    page.wait_for_url("**/publications/index.html#page=objective-lo-04.html")
    assert "objective-lo-04.html" in page.locator("#told").inner_text()
    dates = page.locator("tbody a").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    assert dates == [f"{n}/site/objective-lo-04.html" for n in NAMES]
    page.locator("tbody a").nth(1).click()
    page.wait_for_url(f"**/{NAMES[1]}/site/objective-lo-04.html")
    assert seen.complaints == []


@pytest.mark.parametrize(
    "wanted", ["page=gone.html", "page=../../x.html", "page=index.html<img src=x>", "nonsense", ""]
)
def test_another_address_of_the_list_leaves_it_as_it_is(visit, weeks, wanted):
    seen = visit((weeks / "index.html").as_uri() + f"#{wanted}")
    assert seen.complaints == []
    assert not seen.page.locator("#told").is_visible()
    assert seen.page.locator("tbody a").first.get_attribute("href") == f"{NAMES[0]}/site/index.html"
