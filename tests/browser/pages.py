"""Which pages of the sites are opened.

Belongs here: names, and which pages are built as others are. Not here: what is looked at on them.
"""

from __future__ import annotations

import re
from pathlib import Path

PAGES = (
    "index",
    "objectives",
    "objective-lo-04",
    "objective-lo-12",
    "headquarters",
    "headquarters-shape",
    "headquarters-grants-committee",
    "burden",
    "simulate",
    "definitions",
    "definitions-latency",
)
MAIN = (
    "index",
    "objectives",
    "objective-lo-04",
    "headquarters",
    "burden",
    "simulate",
    "definitions",
    "definitions-latency",
)


def all_of(site: Path) -> list[Path]:
    """Every page."""
    return sorted(site.glob("*.html"))


def but_alike(site: Path) -> list[Path]:
    """Of a synthetic site, of objectives the first four: they have odd names; the others have what the fourth has."""
    alike = {f"objective-lo-{i:02d}.html" for i in range(5, 15)}
    return [p for p in all_of(site) if p.name not in alike]


def is_alike(path: Path) -> bool:
    """Of the reference mission, whether a page is built as others are, of an objective with nothing odd.

    Each of their figures is looked at; axe and paper are asked of the others.
    """
    return re.fullmatch(r"objective-lo-(0[2356789]|1[014])", path.stem) is not None
