"""A chart of a published page as a picture, for a slide or a text.

Belongs here: one chart, PNG or SVG. Not here: the chart itself (``charts``), the browser (``browser``).
"""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from urllib.parse import unquote

from reportmetrics.publish.browser import OpenPage, with_page
from reportmetrics.publish.files import replace_bytes
from reportmetrics.publish.paper import UnknownPageError, check_pages, pages_of

FORMATS = ("png", "svg")


def charts_of(page: Path) -> list[str]:
    """Ids of the charts of a page, in order."""
    return re.findall(r'data-chart="([^"]+)-chart"', page.read_text(encoding="utf-8"))


def picture(publication: Path, page: str, chart: str, target: Path, *, width: int = 1000, scale: float = 2.0) -> None:
    """Write a chart as PNG or SVG, by the ending of ``target``, on light ground with title, marking and state date.

    ``width`` in CSS pixels; ``scale`` pixels of the PNG for each. Raises ``UnknownPageError`` (a ``ValueError``),
    ``ValueError`` for another ending, ``BrowserError``.
    """
    kind = target.suffix.lower().removeprefix(".")
    if kind not in FORMATS:
        raise ValueError(f"{target.name}: pictures are {' or '.join(FORMATS)}; choose one of these endings")
    site = publication / "site"
    check_pages([page], pages_of(site))
    charts = charts_of(site / f"{page}.html")
    if chart not in charts:
        raise UnknownPageError(f"no chart {chart} on page {page}; there are: {', '.join(charts) or 'none'}")

    async def drawn(opened: OpenPage) -> str:
        asked = {"chart": f"{chart}-chart", "format": kind, "width": width, "scale": scale}
        return str(await opened.evaluate(f"window.reportmetricsPicture({json.dumps(asked)})"))

    replace_bytes(target, decoded(with_page(site / f"{page}.html", drawn)))


def decoded(address: str) -> bytes:
    """Bytes of a ``data:`` address, in base64 or percent encoding."""
    head, _, body = address.partition(",")
    return base64.b64decode(body) if head.endswith(";base64") else unquote(body).encode()
