"""Every page of a real publication, from files on light ground and over http on dark ground."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest

from tests.browser.test_site import is_inside, violations

pytestmark = pytest.mark.browser
ALIKE = re.compile(r"objective-lo-(0[2356789]|1[014])")
"""Pages built as others are, of objectives with nothing odd; each of their figures is looked at elsewhere."""


def pages(site):
    return [p for p in sorted(site.glob("*.html")) if not ALIKE.match(p.stem)]


def test_every_page_from_files_is_quiet_reaches_nothing_outside_and_passes_axe(visit, reference):
    assert len(pages(reference)) > 20
    for path in pages(reference):
        seen = visit(path)
        assert seen.complaints == [], path.name
        assert all(is_inside(url, reference.as_uri()) for url in seen.requests), path.name
        assert violations(seen.page) == [], path.name
        seen.close()


def test_every_page_over_http_on_dark_ground_the_same(visit, served_weeks, reference):
    folder = f"{served_weeks}/2022-01-31-r1/site/"
    for path in pages(reference):
        seen = visit(folder + path.name, color_scheme="dark")
        assert seen.complaints == [], path.name
        assert all(is_inside(url, folder) for url in seen.requests), path.name
        assert violations(seen.page) == [], path.name
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


def test_no_chart_is_cut_on_paper(visit, reference):
    """Each chart lies whole inside the width of the sheet, its words inside the chart."""
    for path in pages(reference):
        if path.stem.startswith(("definitions", "simulate")):
            continue
        seen = visit(path, width=713)
        seen.page.emulate_media(media="print")
        seen.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        cut = seen.page.eval_on_selector_all(
            ".plot .main-svg",
            """all => all.filter(s => s.getBoundingClientRect().width > 0).flatMap(s => {
                const p = s.getBoundingClientRect();
                const beyond = b => b.left < p.left - 1 || b.right > p.right + 1 || b.bottom > p.bottom + 1;
                const out = b => b.width > 0 && beyond(b);
                const words = [...s.querySelectorAll('text')].filter(t => out(t.getBoundingClientRect()));
                const chart = p.left < -1 || p.right > 714 ? ['the chart'] : [];
                return [...chart, ...words.map(t => t.textContent)];
            })""",
        )
        assert cut == [], path.name
        seen.close()
