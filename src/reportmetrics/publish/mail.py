"""The overview as one file to send by mail: no script, no file beside it, charts as drawings inside.

Belongs here: making one file of a page. Not here: the page (``pages.overview``), the browser (``browser``).
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from pathlib import Path

from reportmetrics.publish.blocks import BLOCK_WIDTH
from reportmetrics.publish.browser import OpenPage, with_page
from reportmetrics.publish.files import replace_bytes
from reportmetrics.publish.paper import check_pages, pages_of
from reportmetrics.publish.pictures import charts_of

NARROW = 365
"""CSS pixels of a chart that a phone shows; wider ones are drawn for it a second time."""
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_POLICY = re.compile(r'(<meta http-equiv="Content-Security-Policy" content=")[^"]*(">)')
_SCRIPT = re.compile(r"<script\b.*?</script>\s*", re.DOTALL)
_SHEET = re.compile(r'<link rel="(?:stylesheet|preload)"[^>]*>\s*')
_FIGURE = re.compile(r'<figure class="plot"[^>]*aria-label="([^"]*)"[^>]*data-chart="([^"]+)-chart"[^>]*></figure>')
_HEADER = re.compile(r'<header class="side">.*?</header>', re.DOTALL)
_DROPPED = (
    re.compile(r'<div class="links">.*?</div>\s*', re.DOTALL),
    re.compile(r'<div class="rows".*?</div>\s*', re.DOTALL),
    re.compile(r'<a class="skip".*?</a>\s*', re.DOTALL),
    re.compile(r'<form class="filters".*?</form>\s*', re.DOTALL),
)
_LINK = re.compile(r'<a\b[^>]*href="(?!#)[^"]*"[^>]*>(.*?)</a>', re.DOTALL)
_SPAN = re.compile(r'<section class="figure span-(\d+)[^"]*" id="([^"]+)"')


def write_mail(publication: Path, target: Path, *, page: str = "index") -> None:
    """Write ``page`` of a publication as one HTML file that needs nothing else.

    Raises ``UnknownPageError``, ``BrowserError``.
    """
    check_pages([page], pages_of(publication / "site"))
    source = publication / "site" / f"{page}.html"
    charts = charts_of(source)
    widths = {name: BLOCK_WIDTH[int(span)] for span, name in _SPAN.findall(source.read_text(encoding="utf-8"))}

    async def drawn(opened: OpenPage) -> dict[tuple[str, int], str]:
        found = {}
        for chart in charts:
            for width in {widths[chart], min(widths[chart], NARROW)}:
                asked = {"chart": f"{chart}-chart", "format": "svg", "width": width, "scale": 1, "bare": True}
                found[chart, width] = str(await opened.evaluate(f"window.reportmetricsPicture({json.dumps(asked)})"))
        return found

    made = with_page(source, drawn) if charts else {}
    pictures = {chart: made[chart, widths[chart]] for chart in charts}
    narrow = {chart: made[chart, NARROW] for chart in charts if (chart, NARROW) in made and widths[chart] > NARROW}
    theme = (publication / "site" / "assets" / "theme.css").read_text(encoding="utf-8")
    text = alone(source.read_text(encoding="utf-8"), pictures, theme, narrow)
    replace_bytes(target, text.encode())


def alone(text: str, pictures: Mapping[str, str], theme: str, narrow: Mapping[str, str] | None = None) -> str:
    """``text`` of a page without scripts and links to other files; ``pictures`` are ``data:`` addresses by chart.

    ``narrow`` are those that a phone shows instead.
    """
    text = _SCRIPT.sub("", text)
    text = _SHEET.sub("", text)
    text = _POLICY.sub(lambda m: m[1] + html.escape(POLICY, quote=True) + m[2], text)
    text = text.replace("</head>", f"<style>{theme}{_ALONE}</style>\n</head>", 1)
    text = text.replace('<html lang="en"', '<html lang="en" data-ground="light"', 1)
    small = narrow or {}

    def image(found: re.Match[str]) -> str:
        """The chart, and the one for a phone beside it where that is another."""
        label, chart = found[1], found[2]
        kinds = [("drawn for-wide" if chart in small else "drawn", pictures[chart])]
        kinds += [("for-narrow", small[chart])] if chart in small else []
        return "".join(f'<img class="{k}" alt="{label}" src="{html.escape(p, quote=True)}">' for k, p in kinds)

    text = _FIGURE.sub(image, text)
    text = _HEADER.sub(_who, text)
    for part in _DROPPED:
        text = part.sub("", text)
    return _LINK.sub(lambda m: m[1], text)


_ALONE = """
.frame { display: block; } main, .foot { max-width: 1208px; margin: 0 auto; }
.drawn, .for-narrow { width: 100%; height: auto; display: block; } .for-narrow { display: none; }
@media screen and (max-width: 599px) {
  .for-wide, .has-list .drawn { display: none; } .figure:not(.has-list) .for-narrow { display: block; }
  .sent { padding: 12px 16px 0; }
}
.sent { max-width: 1208px; margin: 0 auto; padding: 16px 32px 0; font-size: 12px; color: var(--note); }
.tools { min-height: 0; }
"""


def _who(header: re.Match[str]) -> str:
    """Mission, state and publication, which stand in the navigation of the page."""
    told = re.findall(r"<(?:strong|span)[^>]*>(.*?)</(?:strong|span)>", header[0], re.DOTALL)[:3]
    return f'<p class="sent">{" · ".join(told)}</p>'
