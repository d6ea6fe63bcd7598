"""A publication on paper: chosen pages of its site as one PDF, marked and numbered throughout.

Belongs here: joining pages into one document. Not here: how a page looks on paper (``dashboards/theme/print.css``),
the browser (``browser``).
"""

from __future__ import annotations

import functools
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from reportmetrics.publish.browser import OpenPage, with_page
from reportmetrics.publish.files import replace_bytes

_MAIN = re.compile(r"(<main\b[^>]*>)(.*?)(</main>)", re.DOTALL)
_NAMED = re.compile(r'(?<=\s)(id|data-chart|aria-labelledby|aria-describedby|popovertarget|for)="([^"]+)"')
_ACTS = re.compile(r'<form class="filters".*?</form>|<script src=.*?</script>', re.DOTALL)
"""What answers a reader, and finds its parts by names that are changed when pages are joined."""
_LINK = re.compile(r'(<a\b[^>]*?)\shref="[^"]*"')
_NAVIGATION = re.compile(r'<nav aria-label="Pages">(.*?)</nav>', re.DOTALL)
_LEFT_OUT = "definitions"


class UnknownPageError(ValueError):
    """A page that the site does not have; the text lists those that it has."""


def pages_of(site: Path) -> list[str]:
    """Pages in the order of the navigation, each with those that are reached from it, without their ending."""
    index = (site / "index.html").read_text(encoding="utf-8")
    navigation = _NAVIGATION.search(index)
    linked = re.findall(r'href="([^"/]+)\.html"', navigation[1] if navigation else "")
    known = sorted(p.stem for p in site.glob("*.html"))
    ordered: list[str] = []
    for name in dict.fromkeys(linked):
        below = [k for k in known if k.startswith((f"{name}-", f"{name.removesuffix('s')}-"))]
        ordered += [n for n in (name, *below) if n not in ordered]
    return ordered + [k for k in known if k not in ordered]


def check_pages(pages: Sequence[str], known: Sequence[str]) -> None:
    """Raises ``UnknownPageError`` for a page that the site does not have."""
    unknown = [p for p in pages if p not in known]
    if unknown:
        raise UnknownPageError(f"no page {', '.join(unknown)}; there are: {', '.join(known)}")


def print_pdf(publication: Path, target: Path, *, pages: Sequence[str] = ()) -> None:
    """Write ``pages`` (default: all but the definitions) as one PDF of A4 sheets.

    Raises ``UnknownPageError``, ``BrowserError``; ``target`` is then as it was before.
    """
    site = publication / "site"
    known = pages_of(site)
    check_pages(pages, known)
    chosen = list(pages) or [p for p in known if not p.startswith(_LEFT_OUT)]
    with tempfile.TemporaryDirectory(prefix="reportmetrics-") as scratch:
        document = Path(scratch) / "paper.html"
        (Path(scratch) / "assets").symlink_to((site / "assets").resolve(), target_is_directory=True)
        document.write_text(
            joined([(site / f"{p}.html").read_text(encoding="utf-8") for p in chosen]), encoding="utf-8"
        )

        async def printed(page: OpenPage) -> bytes:
            return await page.pdf()

        replace_bytes(target, with_page(document, printed))


def joined(pages: Sequence[str]) -> str:
    """One document with the contents of all pages, each on a new sheet; links into the file system are taken out."""
    contents = []
    for number, html in enumerate(pages):
        found = _MAIN.search(html)
        if found is None:
            raise ValueError(f"page {number + 1} has no main part; publish again")
        still = _ACTS.sub("", found[2])
        inside = _NAMED.sub(functools.partial(_renamed, number), still)
        contents.append(f'<section class="sheet">{_LINK.sub(_plain, inside)}</section>')
    return _MAIN.sub(lambda m: m[1] + "".join(contents) + m[3], pages[0], count=1)


def _renamed(number: int, named: re.Match[str]) -> str:
    """The attribute with its names kept apart from those of the other pages."""
    return f'{named[1]}="{" ".join(f"p{number}-{name}" for name in named[2].split())}"'


def _plain(link: re.Match[str]) -> str:
    return link[1]
