"""Every page of a site, opened once: of a plain mission, and of one that has received nothing."""

from __future__ import annotations

import pytest

from tests.browser.pages import MAIN

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("walked", ["site", "empty_site"])
def test_no_page_is_wider_than_the_screen(request, walked):
    looks = request.getfixturevalue(f"{walked}_looks")
    assert len(looks) > 10
    for path, look in looks.items():
        assert len(look["wide"]) == 3
        assert all(wide <= width for width, wide in look["wide"]), (path.name, look["wide"])


def test_an_empty_mission_reads_well(empty_site_looks):
    for path, look in empty_site_looks.items():
        assert look["resized"] == [], path.name
        assert look["heading"].strip(), path.name
    axe = {path.name: look["light"] for path, look in empty_site_looks.items() if "light" in look}
    assert len(axe) == len(MAIN)
    assert not any(axe.values()), axe
