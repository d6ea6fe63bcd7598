"""Filters of a page, kept in the address: charts, tables, words, links, print."""

from __future__ import annotations

import pytest

from tests.unit.publish import synthetic

pytestmark = pytest.mark.browser
PERIOD = "2021-11-01..2021-12-26"


def opened(visit, site, page, filters=""):
    seen = visit(site / f"{page}.html") if not filters else visit((site / f"{page}.html").as_uri() + f"#{filters}")
    assert seen.complaints == []
    return seen.page


def choice(page, facet):
    """The control of a filter, found as a reader of the form finds it."""
    label = {"objective": "Objective", "hq": "Headquarters", "template": "Form", "period": "Period"}[facet]
    return page.get_by_role("form", name="Filters").get_by_label(label, exact=True)


def followed(page, name):
    """Go on by a link of the navigation, and wait until the next page is drawn."""
    link = page.locator("nav").get_by_role("link", name=name, exact=True)
    file = link.get_attribute("href").split("#")[0]
    link.click()
    page.wait_for_url(f"**/{file}*")
    page.wait_for_selector("html[data-drawn=yes]", state="attached")


def rows(page, block):
    """First cells of the rows that are shown in a block's table."""
    return (
        page.locator(f"#{block} table")
        .first.locator("tbody tr:not([hidden])")
        .evaluate_all("all => all.map(r => r.cells[0].textContent.trim())")
    )


def said(page, block):
    return page.locator(f"#{block}-followed").inner_text()


def drawn(page, block):
    """What Plotly drew: layout and traces of a chart."""
    return page.locator(f"#{block} .plot").evaluate("p => ({layout: p.layout, data: p.data})")


def test_an_objective_is_picked_out_of_charts_and_tables_and_the_page_says_so(visit, reference):
    page = opened(visit, reference, "index")
    assert not page.locator("#filter-state").is_visible()
    assert page.locator(".followed").count() == 0
    choice(page, "objective").select_option("LO-03")
    page.wait_for_url("**/index.html#objective=LO-03")
    assert "Filtered: LO-03" in page.locator("#filter-state").inner_text()
    assert page.locator("#announce").inner_text() == page.locator("#filter-state").inner_text()
    assert rows(page, "progress") == ["LO-03"]
    assert (
        said(page, "progress")
        == "Shown: LO-03 Financial management. 1 of 14 rows. Title, text and CSV: all objectives."
    )
    ticks = drawn(page, "progress")["layout"]["yaxis"]["ticktext"]
    assert [t for t in ticks if t.startswith("<b>")] == [next(t for t in ticks if "LO-03" in t)]
    dots = drawn(page, "quadrant")["data"][-1]
    bright = [k for k, c in zip(dots["customdata"], dots["marker"]["color"], strict=True) if c != "#CBD2D9"]
    assert bright == ["LO-03"]
    assert "LO-03" not in page.locator("#waits-title").inner_text()
    assert page.locator("#waits-followed").count() == 0


def test_a_period_narrows_the_axis_of_time_and_the_weeks_of_the_table(visit, reference):
    page = opened(visit, reference, "burden", f"period={PERIOD}")
    before = drawn(opened(visit, reference, "burden"), "effort")["data"]
    chart = drawn(page, "effort")
    shown = page.locator("#effort table tbody tr:not([hidden])").count()
    assert shown == 8
    bands = [t for t in chart["data"] if t.get("fill")]  # there and back again, for each stretch of weeks
    assert sum(len(t["x"]) for t in bands) == 2 * 8
    assert all(set(t["x"]) <= set(range(13, 21)) for t in bands)
    assert all(len(t["x"]) in (1, 8) for t in chart["data"] if t not in bands)
    assert max(len(t["x"]) for t in before if not t.get("fill")) == 26
    assert rows(page, "effort")[0] == "1 Nov 2021"
    assert "1 November 2021 to 26 December 2021" in said(page, "effort")
    assert page.locator("#filter-from").input_value() == "2021-11-01"


def test_a_form_narrows_the_page_on_burden(visit, reference):
    page = opened(visit, reference, "burden")
    form = page.locator("#filter-template option").nth(1)
    key, name = form.get_attribute("value"), form.inner_text()
    choice(page, "template").select_option(key)
    page.wait_for_selector("#came-followed:not(:empty)")
    assert rows(page, "came") == ["All forms", name]
    assert set(rows(page, "frontier")) <= {name}


def test_a_headquarters_leads_to_its_page_and_back_returns(visit, reference):
    page = opened(visit, reference, "headquarters")
    choice(page, "hq").select_option("SHAPE")
    page.wait_for_url("**/headquarters-shape.html#hq=SHAPE")
    page.go_back()
    page.wait_for_url("**/headquarters.html")
    deep = opened(visit, reference, "headquarters", "hq=SHAPE&objective=LO-03")
    deep.wait_for_url("**/headquarters-shape.html#*")
    assert "objective=LO-03" in deep.url


def test_a_filter_that_a_page_does_not_know_is_kept_when_moving_on(visit, reference):
    page = opened(visit, reference, "index", "objective=LO-03")
    followed(page, "Simulate")
    assert "nothing here follows it: objective LO-03" in page.locator("#filter-state").inner_text()
    page.locator("#personnel").fill("900")
    assert page.evaluate("location.hash") == "#objective=LO-03&personnel=900"
    followed(page, "Definitions")
    followed(page, "Overview")
    assert page.url.endswith("index.html#objective=LO-03")
    assert rows(page, "progress") == ["LO-03"]


def test_a_link_to_an_objective_takes_the_filter_along_to_it(visit, reference):
    page = opened(visit, reference, "index", "objective=LO-03&hq=SHAPE")
    page.locator("nav a.objective").nth(4).click()
    page.wait_for_url("**/objective-lo-05.html#objective=LO-05&hq=SHAPE")
    page.get_by_role("link", name="Headquarters’ response").click()
    page.wait_for_url("**/headquarters-shape.html#objective=LO-05&hq=SHAPE")


def test_back_and_forward_go_through_the_filters(visit, reference):
    page = opened(visit, reference, "index")
    choice(page, "objective").select_option("LO-03")
    page.wait_for_url("**#objective=LO-03")
    choice(page, "objective").select_option("LO-04")
    page.wait_for_url("**#objective=LO-04")
    page.go_back()
    page.wait_for_selector("#filter-state:has-text('LO-03')")
    assert choice(page, "objective").input_value() == "LO-03"
    page.go_forward()
    page.wait_for_selector("#filter-state:has-text('LO-04')")
    page.get_by_role("button", name="Clear filters").click()
    page.wait_for_selector("#filter-state", state="hidden")
    assert len(rows(page, "progress")) == 14
    assert page.locator("#announce").inner_text() == "No filter"


def test_the_skip_link_and_anchors_keep_the_filters(visit, reference):
    page = opened(visit, reference, "index", "objective=LO-03")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**#content&objective=LO-03")
    assert rows(page, "progress") == ["LO-03"]
    deep = opened(visit, reference, "definitions-latency", "latency.time_to_decision&objective=LO-03")
    where = "document.getElementById('latency.time_to_decision').getBoundingClientRect().top"
    assert abs(deep.evaluate(where)) < 80
    assert deep.evaluate("scrollY") > 200


@pytest.mark.parametrize(
    ("odd", "named"),
    [
        ("objective=LO-99", "objective=LO-99"),
        ("objective=%3Cscript%3Ealert(1)%3C/script%3E", "objective=<script>alert(1)</script>"),
        ("period=yesterday", "period=yesterday"),
        ("period=2022-01-30..2021-01-01", "period=2022-01-30..2021-01-01"),
        ("period=2021-02-31..2021-03-31", "period=2021-02-31..2021-03-31"),
        ("colour=blue", "colour=blue"),
        ("objective=" + "x" * 5000, "objective=xxx"),
        ("objective=%ZZ%", "objective="),
    ],
)
def test_nonsense_in_the_address_is_left_aside_with_a_note(visit, reference, odd, named):
    page = opened(visit, reference, "index", odd)
    assert named in page.locator("#filter-note").inner_text()
    assert not page.locator("#filter-state").is_visible()
    assert len(rows(page, "progress")) == 14
    assert page.locator("nav a").first.get_attribute("href") == "index.html"


def test_a_filter_shows_nothing_that_the_page_does_not_show_without_it(visit, reference):
    """Every word in a filtered chart or table stands in the same block without a filter, hidden cells included."""
    plain = opened(visit, reference, "headquarters")
    texts = "b => [...b.querySelectorAll('tbody td, tbody th')].map(c => c.textContent.trim())"
    before = {b: set(plain.locator(f"#{b}").evaluate(texts)) for b in ("compared", "oldest", "cohorts")}
    page = opened(visit, reference, "headquarters", f"hq=JFC+Naples&objective=LO-03&period={PERIOD}")
    for block, known in before.items():
        assert set(page.locator(f"#{block}").evaluate(texts)) == known


def test_print_shows_the_filtered_state_and_says_so(visit, reference):
    page = opened(visit, reference, "index", f"objective=LO-03&hq=SHAPE&period={PERIOD}")
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator("#filter-state").is_visible()
    assert not page.locator("#filters").is_visible()
    assert "<b>" in "".join(t for t in drawn(page, "progress")["layout"]["yaxis"]["ticktext"] if "LO-03" in t)
    assert "objective" not in page.locator("#waits .followed").inner_text()
    assert page.locator("#progress .on-screen").count() == 1
    assert not page.locator("#progress .on-screen").is_visible()


def test_the_filters_work_by_keyboard(visit, reference):
    page = opened(visit, reference, "index")
    page.locator("#filter-objective").focus()
    for _ in range(7):
        page.keyboard.press("ArrowDown")
    page.wait_for_url("**#objective=LO-07")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "filter-hq"


def test_names_that_are_markup_are_choices_as_typed(visit, hostile_site):
    page = opened(visit, hostile_site, "index")
    choice(page, "objective").select_option("LO-01")
    page.wait_for_selector("#progress-followed:not(:empty)")
    assert "<script>" in said(page, "progress")
    assert page.locator("img[src='x']").count() == 0
    assert synthetic.MARKING in page.locator(".marking").first.inner_text()
