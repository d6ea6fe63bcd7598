"""Every page of a site, opened once: of a plain mission, of one that has received nothing, of one with odd names."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.browser.test_site import WIDTHS, resize, violations

pytestmark = pytest.mark.browser


def pages_of(folder):
    """All pages, of objectives the first four: they have the odd names, and the others have what the fourth has."""
    alike = {f"objective-lo-{i:02d}.html" for i in range(5, 15)}
    return sorted(p for p in folder.glob("*.html") if p.name not in alike)


@dataclass
class Seen:
    """What a page was like, and how wide it was in each of ``WIDTHS``."""

    name: str
    complaints: list[str]
    dialogs: list[str]
    title: str
    heading: str
    images: int
    axe: list[tuple]
    wide: dict[int, int]


@pytest.fixture(scope="module")
def walked(request, tabs):
    """Every page of a site, opened once."""
    found = []
    for path in pages_of(request.getfixturevalue(request.param)):
        visit, wide = tabs.visit(path), {}
        page = visit.page
        title, heading = page.title(), page.locator("h1").inner_text()
        for width in WIDTHS:
            resize(page, width)
            wide[width] = page.evaluate("document.documentElement.scrollWidth")
        images, complaints = page.locator("img[src='x']").count(), list(visit.complaints)
        resize(page, WIDTHS[0])
        # Axe comes last: the page complains of what it asks for.
        axe = violations(page) if request.param == "empty_site" else []
        found.append(Seen(path.name, complaints, visit.dialogs, title, heading, images, axe, wide))
        visit.close()
    return found


@pytest.mark.parametrize("walked", ["site", "empty_site", "hostile_site"], indirect=True)
def test_no_page_is_wider_than_the_screen(walked):
    assert walked
    for seen in walked:
        assert all(wide <= width for width, wide in seen.wide.items()), (seen.name, seen.wide)


@pytest.mark.parametrize("walked", ["hostile_site"], indirect=True)
def test_markup_in_names_stays_text(walked, visit, hostile_site):
    for seen in walked:
        assert seen.complaints == [], seen.name
        assert "taken" not in seen.title.split("<")[0], seen.name
        assert seen.images == 0, seen.name
        assert seen.dialogs == [], seen.name
    page = visit(hostile_site / "index.html").page
    assert "<script>" in page.locator("#progress .plot").inner_text()


@pytest.mark.parametrize("walked", ["empty_site"], indirect=True)
def test_an_empty_mission_reads_well(walked):
    for seen in walked:
        assert seen.complaints == [], seen.name
        assert seen.axe == [], seen.name
        assert seen.heading.strip(), seen.name
