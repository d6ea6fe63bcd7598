"""A publication handed on: on paper, by mail, one chart as a picture. Real Chromium, driven by the product itself."""

from __future__ import annotations

import re

import pypdf
import pytest

from reportmetrics.publish.browser import BrowserError
from reportmetrics.publish.mail import write_mail
from reportmetrics.publish.paper import UnknownPageError, joined, pages_of, print_pdf
from reportmetrics.publish.pictures import charts_of, picture
from tests.unit.publish import synthetic

pytestmark = pytest.mark.browser


def sheets(pdf):
    return len(re.findall(rb"/Type\s*/Page\b", pdf.read_bytes()))


def test_pages_come_in_the_order_of_the_navigation_with_those_below_each(site):
    pages = pages_of(site)
    assert pages[:3] == ["index", "objectives", "objective-lo-01"]
    after = pages.index("headquarters")
    assert pages[after - 1 : after + 3] == [
        "objective-lo-14",
        "headquarters",
        "headquarters-grants-committee",
        "headquarters-shape",
    ]
    assert sorted(pages) == sorted(p.stem for p in site.glob("*.html"))


def test_pdf_of_all_pages_has_more_sheets_than_the_overview_and_no_path_of_the_machine(site, tmp_path):
    print_pdf(site.parent, tmp_path / "all.pdf")
    print_pdf(site.parent, tmp_path / "one.pdf", pages=["index"])
    assert sheets(tmp_path / "one.pdf") == 1
    assert sheets(tmp_path / "all.pdf") > len(pages_of(site)) - 1
    assert b"file://" not in (tmp_path / "all.pdf").read_bytes()


def test_each_sheet_is_marked_above_and_below_dated_and_numbered(hostile_site, site, tmp_path):
    print_pdf(site.parent, tmp_path / "all.pdf", pages=["index", "objective-lo-04", "headquarters", "definitions"])
    sheets = [words(page) for page in pypdf.PdfReader(tmp_path / "all.pdf").pages]
    assert len(sheets) > 4
    for number, text in enumerate(sheets, 1):
        assert text.count(synthetic.MARKING) == 2, number
        assert f"page {number} of {len(sheets)}" in text
        assert "31 January 2022" in text
        assert "publication 2022-01-31-r1" in text
    print_pdf(hostile_site.parent, tmp_path / "evil.pdf", pages=["index"])
    assert "<script>document.title='taken'" in words(pypdf.PdfReader(tmp_path / "evil.pdf").pages[0])


def test_the_heads_of_a_table_repeat_on_each_sheet_that_it_runs_over(visit, site, tmp_path):
    page = visit(site / "index.html").page
    page.evaluate(
        """() => {
            const body = document.querySelector("#waits table").tBodies[0];
            const section = document.createElement("section");
            section.append(document.querySelector("#waits table"));
            for (let i = 0; i < 150; i++) body.append(body.rows[0].cloneNode(true));
            document.querySelector("main").replaceChildren(section);
        }"""
    )
    (tmp_path / "long.pdf").write_bytes(page.pdf(prefer_css_page_size=True))
    sheets = [words(p) for p in pypdf.PdfReader(tmp_path / "long.pdf").pages]
    assert len(sheets) > 2
    assert all("Median, days" in text for text in sheets)


def words(page):
    """The text of a sheet, white space folded."""
    return " ".join(page.extract_text().split())


def test_joined_pages_keep_their_charts_apart(site):
    html = joined([(site / f"{p}.html").read_text() for p in ("headquarters", "headquarters-shape")])
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert {"p0-wait-chart", "p1-wait-chart"} <= set(ids)
    assert set(re.findall(r'data-chart="([^"]+)"', html)) <= set(ids)


def test_a_page_or_chart_that_is_not_there_is_answered_with_those_that_are(site, tmp_path):
    with pytest.raises(UnknownPageError, match="no page monday; there are: index, objectives"):
        print_pdf(site.parent, tmp_path / "x.pdf", pages=["monday"])
    with pytest.raises(UnknownPageError, match="no chart nope on page index; there are: "):
        picture(site.parent, "index", "nope", tmp_path / "x.png")
    with pytest.raises(ValueError, match="pictures are png or svg"):
        picture(site.parent, "index", charts_of(site / "index.html")[0], tmp_path / "x.gif")
    assert list(tmp_path.iterdir()) == []


def test_without_a_browser_the_message_says_what_to_do(site, tmp_path, monkeypatch):
    monkeypatch.delenv("REPORTMETRICS_CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BrowserError, match=r"install it .* or name one in REPORTMETRICS_CHROMIUM"):
        print_pdf(site.parent, tmp_path / "x.pdf")
    monkeypatch.setenv("REPORTMETRICS_CHROMIUM", str(tmp_path / "gone"))
    with pytest.raises(BrowserError, match=r"names .*gone, which is not there"):
        print_pdf(site.parent, tmp_path / "x.pdf")


def test_mail_is_one_quiet_file_with_every_chart_and_no_script(visit, chromium, site, tmp_path):
    target = tmp_path / "overview.html"
    write_mail(site.parent, target)
    text = target.read_text()
    assert "<script" not in text
    assert '<link rel="stylesheet"' not in text
    seen = visit(target)
    assert seen.complaints == []
    assert [url for url in seen.requests if not url.startswith("data:")] == [target.as_uri()]
    images = seen.page.locator("img.drawn")
    assert images.count() == len(charts_of(site / "index.html"))
    assert all(images.nth(i).evaluate("i => i.complete && i.naturalWidth > 200") for i in range(images.count()))
    assert all(images.nth(i).get_attribute("alt") for i in range(images.count()))
    assert seen.page.get_by_text(synthetic.MARKING).count() == 2
    wide, narrow = seen.page.locator("#progress .for-wide"), seen.page.locator("#progress .for-narrow")
    assert (wide.is_visible(), narrow.is_visible()) == (True, False)
    seen.page.set_viewport_size({"width": 390, "height": 900})
    assert (wide.is_visible(), narrow.is_visible()) == (False, True)
    assert not seen.page.locator("#quadrant img:visible").count()
    links = seen.page.locator("a[href]").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    assert all(link.startswith("#") for link in links)


def test_pictures_carry_title_marking_and_state(site, tmp_path):
    picture(site.parent, "headquarters", "wait", tmp_path / "wait.svg", width=900)
    svg = (tmp_path / "wait.svg").read_text()
    assert svg.startswith("<svg")
    assert "Half of the requests wait longer than 124 days" in svg
    assert synthetic.MARKING in svg
    assert "31 January 2022" in svg
    picture(site.parent, "headquarters", "wait", tmp_path / "wait.png", width=900, scale=1)
    data = (tmp_path / "wait.png").read_bytes()
    assert data.startswith(b"\x89PNG")
    assert int.from_bytes(data[16:20]) == 900


def test_markup_in_names_stays_text_in_a_picture(hostile_site, tmp_path):
    picture(hostile_site.parent, "index", charts_of(hostile_site / "index.html")[0], tmp_path / "h.svg")
    assert "<script" not in (tmp_path / "h.svg").read_text()
