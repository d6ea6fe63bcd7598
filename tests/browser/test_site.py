"""The published site in a real browser."""

from __future__ import annotations

import io
import re
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pypdf
import pytest

from tests.browser.pages import MAIN, PAGES
from tests.browser.read import WIDTHS, differing, is_inside, resize, violations
from tests.unit.publish import synthetic

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("name", PAGES)
def test_a_page_from_the_file_system_is_quiet_and_asks_for_nothing_outside(look_at_site, site, name):
    look = look_at_site(name)
    assert look["complaints"] == []
    assert all(is_inside(url, site.as_uri()) for url in look["requests"])
    assert look["drawn"] >= (0 if name.startswith(("definitions", "simulate")) else 2)


@pytest.mark.parametrize("name", PAGES)
def test_every_link_is_alive(look_at_site, site, name):
    links = look_at_site(name)["links"]
    assert links
    for link in links:
        target = urlsplit(urljoin((site / f"{name}.html").as_uri(), link))
        path = Path(unquote(target.path))
        assert path.is_file(), link
        if target.fragment.startswith(("now=", "page=")):
            assert (site / target.fragment.partition("=")[2].partition("#")[0]).is_file(), link
        elif target.fragment and "=" not in target.fragment:
            assert f'id="{unquote(target.fragment)}"' in path.read_text(), link


@pytest.mark.parametrize("name", MAIN)
def test_axe_finds_nothing(look_at_site, name):
    assert look_at_site(name)["light"] == []


@pytest.mark.parametrize("name", MAIN)
def test_a_page_over_http_is_quiet_and_asks_for_nothing_outside(visit, server, name):
    folder = f"{server}/2022-01-31-r1/site/"
    seen = visit(f"{folder}{name}.html")
    assert seen.complaints == []
    assert all(is_inside(url, folder) for url in seen.requests)


@pytest.mark.parametrize("name", MAIN)
def test_axe_finds_nothing_on_dark_ground(look_at_site, name):
    """Its rules about colours; all else that it looks at is the same as on light ground."""
    look = look_at_site(name)
    assert look["ground"] == "dark"
    assert differing(look["shape"], look["dark shape"]) == []
    assert look["dark"] == []


@pytest.mark.parametrize("name", MAIN)
def test_axe_finds_nothing_on_a_small_screen(look_at_site, name):
    assert look_at_site(name)["small"] == []


def test_axe_finds_nothing_in_the_list_of_publications(visit, publications):
    seen = visit(publications / "index.html")
    assert seen.complaints == []
    assert violations(seen.page) == []
    seen.page.get_by_role("link", name="Open the newest").click()
    assert seen.page.url.endswith("2022-01-31-r1/site/index.html")


@pytest.mark.parametrize("page", ["burden.html", "headquarters-shape.html"])
def test_an_old_page_leads_to_the_same_page_as_known_now(visit, publications, page):
    seen = visit(publications / "2022-01-24-r1" / "site" / page)
    seen.page.get_by_role("link", name="As known now").click()
    seen.page.wait_for_url(lambda url: urlsplit(url).path.endswith(f"/2022-01-31-r1/site/{page}"))
    assert seen.complaints == []


@pytest.mark.parametrize("wanted", ["gone.html", "../../../etc/passwd", "javascript:alert(1)"])
def test_only_pages_of_the_newest_publication_are_led_to(visit, publications, wanted):
    seen = visit((publications / "index.html").as_uri() + f"#now={wanted}")
    seen.page.wait_for_timeout(300)
    assert seen.page.url.split("#")[0].endswith(("publications/index.html", "2022-01-31-r1/site/index.html"))


def test_no_chart_is_wider_than_its_place_after_the_window_changes(visit, site):
    page = visit(site / "index.html").page
    resize(page, 800)
    pairs = page.eval_on_selector_all(
        ".plot", "all => all.map(p => [p.clientWidth, p.querySelector('svg.main-svg').getBoundingClientRect().width])"
    )
    assert pairs
    assert all(abs(place - drawn) <= 1 for place, drawn in pairs)


def test_nothing_offers_to_upload_or_share_a_chart(visit, site):
    page = visit(site / "headquarters.html").page
    page.locator(".plot").first.hover()
    assert page.locator(".plot").get_by_text(re.compile("share|cloud|plotly", re.I)).count() == 0
    assert page.get_by_text(re.compile("share chart", re.I)).count() == 0
    assert page.locator(".modebar-btn").count() == 0


def test_tables_sort_by_keyboard_and_say_so(visit, site):
    page = visit(site / "headquarters.html").page
    table = page.locator("#oldest table")
    head = table.get_by_role("columnheader", name="Open, days")
    first = table.locator("tbody tr").first
    assert first.locator("th").inner_text() == "R-0001"
    head.get_by_role("button").focus()
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    assert first.locator("th").inner_text() == "R-0010"
    assert page.locator("#announce").inner_text() == "Sorted by Open, days, ascending"
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "descending"
    assert first.locator("th").inner_text() == "R-0001"


def test_dates_sort_as_dates_and_missing_cells_stay_last(visit, site):
    page = visit(site / "headquarters.html").page
    table = page.locator("#oldest table")
    column = table.get_by_role("columnheader", name="Promised to a counterpart")
    for _ in range(2):
        column.get_by_role("button").click()
        assert table.locator("tbody tr").last.locator("td").nth(5).inner_text() == "–"
    table.get_by_role("columnheader", name="Raised").get_by_role("button").click()
    assert table.locator("tbody tr").first.locator("td").nth(2).inner_text() == "31 Dec 2020"
    table.get_by_role("columnheader", name="Raised").get_by_role("button").click()
    assert table.locator("tbody tr").first.locator("td").nth(2).inner_text() == "8 May 2021"


def test_the_table_of_a_chart_opens_by_keyboard_and_covers_no_link(visit, site):
    page = visit(site / "index.html").page
    block = page.locator("#waits")
    assert not block.locator("table").is_visible()
    block.locator("summary").focus()
    page.keyboard.press("Enter")
    assert block.locator("table").is_visible()
    links, table = block.locator(".links").bounding_box(), block.locator("table").bounding_box()
    assert links["y"] + links["height"] <= table["y"] + 1


def test_rows_shows_the_command(visit, site):
    page = visit(site / "headquarters.html").page
    page.locator("#wait").get_by_role("button", name="Rows").click()
    assert "reportmetrics explain latency.time_to_decision" in page.locator("#wait-rows").inner_text()


def test_the_ground_follows_the_system_and_the_switch_is_remembered(visit, site):
    page = visit(site / "index.html", color_scheme="dark").page
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    assert page.evaluate(ground) == "rgb(20, 24, 29)"
    assert "rgb(127, 178, 229)" in page.locator("#progress .plot").inner_html()
    page.get_by_role("button", name="Light ground").click()
    assert page.evaluate(ground) == "rgb(255, 255, 255)"
    assert "rgb(18, 67, 109)" in page.locator("#progress .plot").inner_html()
    page.reload()
    assert page.evaluate(ground) == "rgb(255, 255, 255)"


def test_the_skip_link_is_first_and_leads_to_the_content(visit, site):
    page = visit(site / "index.html").page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_charts_have_a_name_and_words(visit, site):
    page = visit(site / "headquarters.html").page
    for place in page.locator(".plot").all():
        assert place.get_attribute("role") == "img"
        assert place.get_attribute("aria-label")
        words = page.locator(f"#{place.get_attribute('aria-describedby')}")
        assert len(words.inner_text()) > 20


def test_no_text_is_turned_and_no_label_leaves_its_chart(visit, site):
    for name in ("index", "headquarters"):
        page = visit(site / f"{name}.html").page
        for width in WIDTHS:
            resize(page, width)
            turned = page.eval_on_selector_all(
                ".plot text",
                "all => all.filter(t => /rotate\\((?!0[,)])/.test(t.getAttribute('transform') || '')).length",
            )
            assert turned == 0, (name, width)
            outside = page.eval_on_selector_all(
                ".plot text",
                """all => all.filter(t => {
                    const p = t.closest('.plot').getBoundingClientRect(), b = t.getBoundingClientRect();
                    return b.width > 0 && (b.left < p.left - 1 || b.right > p.right + 1 || b.bottom > p.bottom + 1);
                }).map(t => t.textContent)""",
            )
            assert outside == [], (name, width)


def test_the_overview_is_one_printed_sheet_with_its_marking(visit, site):
    page = visit(site / "index.html").page
    sheet = page.pdf(prefer_css_page_size=True)
    sheets = pypdf.PdfReader(io.BytesIO(sheet)).pages
    assert len(sheets) == 1
    assert sheets[0].extract_text().count(synthetic.MARKING) == 2
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert not page.locator("nav").first.is_visible()
    widths = page.eval_on_selector_all(
        ".plot:not(.screen-only .plot)",
        "all => all.map(p => p.querySelector('svg.main-svg').getBoundingClientRect().width)",
    )
    assert widths == [343.0] * 4


@pytest.mark.parametrize("chosen", ["", "#objective=LO-04", "#hq=JFC+Naples", "#objective=LO-12&hq=SHAPE"])
def test_the_overview_is_one_sheet_whatever_it_is_filtered_by(visit, reference, chosen):
    sheet = visit((reference / "index.html").as_uri() + chosen).page.pdf(prefer_css_page_size=True)
    (only,) = pypdf.PdfReader(io.BytesIO(sheet)).pages
    assert ("Filtered:" in only.extract_text()) == bool(chosen)


def test_pages_are_small(site):
    for path in site.glob("*.html"):
        assert path.stat().st_size < 400_000, path.name


def test_on_a_small_screen_the_quadrant_is_a_list_under_its_four_names(visit, site):
    page = visit(site / "index.html", width=390).page
    block = page.locator("#quadrant")
    assert not block.locator(".plot").is_visible()
    assert block.locator(".listed dt").all_inner_texts() == [
        "Quiet and moving",
        "Busy and moving",
        "Busy and stalled",
        "Near the middle",
        "Unmeasured",
    ]
    resize(page, 1440)
    assert block.locator(".plot svg.main-svg").first.is_visible()
    assert not block.locator(".listed").is_visible()


def test_what_was_done_and_what_changed_stand_beside_each_other(visit, site):
    page = visit(site / "objective-lo-04.html").page
    done, changed = page.locator("#signals").bounding_box(), page.locator("#paths").bounding_box()
    assert done["x"] + done["width"] <= changed["x"]
    assert abs(done["y"] - changed["y"]) < 1
    current = page.locator("nav a[aria-current=page]")
    assert current.count() == 1
    assert current.inner_text().split("\n") == ["LO-04", "Strategic planning"]


@pytest.mark.parametrize("name", ["objectives", "objective-lo-04"])
def test_no_chart_of_an_objective_is_cut_on_paper(visit, site, name):
    page = visit(site / f"{name}.html").page
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    sheet = 713.0
    boxes = page.eval_on_selector_all(
        ".plot", "all => all.map(p => { const b = p.querySelector('svg.main-svg').getBoundingClientRect(); "
        "return [b.left - p.getBoundingClientRect().left, b.width, p.getBoundingClientRect().width]; })"
    )  # fmt: skip
    assert boxes
    assert all(width <= sheet and left >= -1 for left, width, _ in boxes)
