"""Every page of a site, opened once: of a plain mission, of one that has received nothing, of one with odd names."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("walked", ["site", "empty_site", "hostile_site"])
def test_no_page_is_wider_than_the_screen(request, walked):
    looks = request.getfixturevalue(f"{walked}_looks")
    assert len(looks) > 10
    for path, look in looks.items():
        assert len(look["wide"]) == 3
        assert all(wide <= width for width, wide in look["wide"]), (path.name, look["wide"])


def test_markup_in_names_stays_text(hostile_site_looks, visit, hostile_site):
    for path, look in hostile_site_looks.items():
        assert look["resized"] == [], path.name
        assert "taken" not in look["title"].split("<")[0], path.name
        assert look["images"] == 0, path.name
        assert look["dialogs"] == [], path.name
    page = visit(hostile_site / "index.html").page
    assert "<script>" in page.locator("#progress .plot").inner_text()


def test_an_empty_mission_reads_well(empty_site_looks):
    for path, look in empty_site_looks.items():
        assert look["resized"] == [], path.name
        assert look["light"] == [], path.name
        assert look["heading"].strip(), path.name
