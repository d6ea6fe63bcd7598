"""Pages looked at once: each is opened, all that tests want to know of it is noted, and whoever asks later is told.

A worker that shares the run with another finds what the other noted, and starts at the other end of a site, so that
each opens about half of it. Axe comes last, since a page complains of what axe asks for.

Belongs here: opening, noting. Not here: what pages must be (the tests), what is read of one (``read.py``).
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from tests.browser import read
from tests.browser.tabs import Tabs, Visit
from tests.shared import made_once

Look = dict[str, Any]


class Looks:
    """What was noted of pages in this run, by site and page."""

    def __init__(self, tabs: Tabs, factory) -> None:
        self._tabs = tabs
        self._factory = factory

    def at(self, site: str, path: Path, note: Callable[[Visit], Look]) -> Look:
        """What ``note`` says of a page from the file system, on light ground."""

        def make(folder: Path) -> None:
            visit = self._tabs.visit(path)
            try:
                found = opening(visit) | note(visit)
                (folder / "look.json").write_text(json.dumps(found), encoding="utf-8")
            finally:
                visit.close()

        folder = made_once(self._factory, f"look-{site}-{path.stem}", make)
        return json.loads((folder / "look.json").read_text(encoding="utf-8"))

    def all(self, site: str, paths: Iterable[Path], note: Callable[[Path, Visit], Look]) -> dict[Path, Look]:
        """The same of several pages; ``note`` is also told which."""
        paths = list(paths)
        odd = os.environ.get("PYTEST_XDIST_WORKER", "gw0")[-1] in "13579"
        found = {p: self.at(site, p, lambda visit, p=p: note(p, visit)) for p in (paths[::-1] if odd else paths)}
        return {p: found[p] for p in paths}


def opening(visit: Visit) -> Look:
    """What a page is and did when it was opened."""
    page = visit.page
    return {
        "complaints": list(visit.complaints),
        "requests": list(visit.requests),
        "title": page.title(),
        "heading": page.locator("h1").first.inner_text(),
        "drawn": page.locator(".plot svg.main-svg").count(),
        "links": page.eval_on_selector_all("a[href]", "all => all.map(a => a.getAttribute('href'))"),
    }


def figures_and_paper(visit: Visit, *, axe: bool, paper: bool) -> Look:
    """Its figures with all charts drawn, what axe finds, and what paper would cut."""
    page = visit.page
    look: Look = {"figures": page.eval_on_selector_all("section.figure", read.FIGURES)}
    if axe:
        look |= {"shape": page.evaluate(read.SHAPE), "axe": read.violations(page)}
    if paper:
        read.resize(page, read.SHEET)
        page.emulate_media(media="print")
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        look["cut"] = page.eval_on_selector_all(".plot .main-svg", read.CUT)
    return look


def widths_and_grounds(visit: Visit, *, axe: Iterable[str] = ()) -> Look:
    """How wide it is on each screen, what it did meanwhile, and what axe finds: ``small``, ``light``, ``dark``."""
    page, wide = visit.page, []
    for width in read.WIDTHS:
        read.resize(page, width)
        wide.append([width, page.evaluate("document.documentElement.scrollWidth")])
    images = page.locator("img[src='x']").count()
    look: Look = {"wide": wide, "images": images, "resized": list(visit.complaints), "dialogs": visit.dialogs}
    if "small" in axe:
        look["small"] = read.violations(page)
    if "light" in axe:
        read.resize(page, read.WIDTHS[0])
        look |= {"shape": page.evaluate(read.SHAPE), "light": read.violations(page)}
    if "dark" in axe:
        page.emulate_media(color_scheme="dark")
        read.settle(page)
        ground = page.evaluate("document.documentElement.dataset.ground")
        look |= {"ground": ground, "dark shape": page.evaluate(read.SHAPE)}
        look["dark"] = read.violations(page, read.OF_COLOUR)
    return look
