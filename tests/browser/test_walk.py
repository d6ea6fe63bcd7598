"""Every page of a real publication, from files on light ground and over http on dark ground."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest

from tests.browser.pages import is_alike
from tests.browser.read import OF_COLOUR, SHAPE, differing, is_inside, violations

pytestmark = pytest.mark.browser


def test_every_page_from_files_is_quiet_and_reaches_nothing_outside(reference_looks, reference):
    assert len(reference_looks) > 30
    for path, look in reference_looks.items():
        assert look["complaints"] == [], path.name
        assert all(is_inside(url, reference.as_uri()) for url in look["requests"]), path.name


def test_every_page_from_files_passes_axe(reference_looks):
    looks = {path: look for path, look in reference_looks.items() if not is_alike(path)}
    assert len(looks) > 20
    for path, look in looks.items():
        assert look["axe"] == [], path.name


@pytest.mark.parametrize("part", range(4))
def test_every_page_over_http_on_dark_ground_the_same(visit, served_weeks, reference_looks, part):
    """Axe asks again only for what has to do with colours: all else that it looks at is shown to be the same."""
    folder = f"{served_weeks}/2022-01-31-r1/site/"
    for path in [p for p in reference_looks if not is_alike(p)][part::4]:
        seen = visit(folder + path.name, color_scheme="dark")
        assert seen.complaints == [], path.name
        assert all(is_inside(url, folder) for url in seen.requests), path.name
        assert seen.page.evaluate("document.documentElement.dataset.ground") == "dark", path.name
        assert differing(reference_looks[path]["shape"], seen.page.evaluate(SHAPE)) == [], path.name
        assert violations(seen.page, OF_COLOUR) == [], path.name
        seen.close()


def test_every_link_of_every_page_is_alive_and_its_anchor_is_there(weeks):
    checked = 0
    texts = {p: p.read_text() for p in weeks.rglob("*.html")}
    for path, text in texts.items():
        for link in re.findall(r'<a\b[^>]*?href="([^"]+)"', text):
            target = urlsplit(urljoin(path.as_uri(), link.replace("&amp;", "&")))
            there = Path(unquote(target.path))
            assert there.is_file(), (path.name, link)
            if target.fragment.startswith(("now=", "page=")):
                assert (path.parent / target.fragment.partition("=")[2].partition("#")[0]).is_file(), (path.name, link)
            elif target.fragment and "=" not in target.fragment:
                assert f'id="{unquote(target.fragment)}"' in texts[there], (path.name, link)
            checked += 1
    assert checked > 3000


def test_no_chart_is_cut_on_paper(reference_looks):
    """Each chart lies whole inside the width of the sheet, its words inside the chart."""
    printed = {path: look["cut"] for path, look in reference_looks.items() if "cut" in look}
    assert len(printed) > 15
    assert {path.name: cut for path, cut in printed.items() if cut} == {}
