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
from reportmetrics.publish.pictures import charts_of

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_POLICY = re.compile(r'(<meta http-equiv="Content-Security-Policy" content=")[^"]*(">)')
_SCRIPT = re.compile(r"<script\b.*?</script>\s*", re.DOTALL)
_SHEET = re.compile(r'<link rel="stylesheet"[^>]*>\s*')
_FIGURE = re.compile(r'<figure class="plot"[^>]*aria-label="([^"]*)"[^>]*data-chart="([^"]+)-chart"[^>]*></figure>')
_HEADER = re.compile(r'<header class="side">.*?</header>', re.DOTALL)
_DROPPED = (
    re.compile(r'<div class="links">.*?</div>\s*', re.DOTALL),
    re.compile(r'<div class="rows".*?</div>\s*', re.DOTALL),
    re.compile(r'<a class="skip".*?</a>\s*', re.DOTALL),
)
_LINK = re.compile(r'<a\b[^>]*href="(?!#)[^"]*"[^>]*>(.*?)</a>', re.DOTALL)
_SPAN = re.compile(r'<section class="figure span-(\d+)[^"]*" id="([^"]+)"')


def write_mail(publication: Path, target: Path, *, page: str = "index") -> None:
    """Write ``page`` of a publication as one HTML file that needs nothing else. Raises ``BrowserError``."""
    source = publication / "site" / f"{page}.html"
    charts = charts_of(source)
    widths = {name: BLOCK_WIDTH[int(span)] for span, name in _SPAN.findall(source.read_text(encoding="utf-8"))}

    async def drawn(opened: OpenPage) -> dict[str, str]:
        found = {}
        for chart in charts:
            asked = {"chart": f"{chart}-chart", "format": "svg", "width": widths[chart], "scale": 1, "bare": True}
            found[chart] = str(await opened.evaluate(f"window.reportmetricsPicture({json.dumps(asked)})"))
        return found

    pictures = with_page(source, drawn) if charts else {}
    theme = (publication / "site" / "assets" / "theme.css").read_text(encoding="utf-8")
    text = alone(source.read_text(encoding="utf-8"), pictures, theme)
    replace_bytes(target, text.encode())


def alone(text: str, pictures: Mapping[str, str], theme: str) -> str:
    """``text`` of a page without scripts and links to other files; ``pictures`` are ``data:`` addresses by chart."""
    text = _SCRIPT.sub("", text)
    text = _SHEET.sub("", text)
    text = _POLICY.sub(lambda m: m[1] + html.escape(POLICY, quote=True) + m[2], text)
    text = text.replace("</head>", f"<style>{theme}{_ALONE}</style>\n</head>", 1)
    text = text.replace('<html lang="en"', '<html lang="en" data-ground="light"', 1)
    text = _FIGURE.sub(
        lambda m: f'<img class="drawn" alt="{m[1]}" src="{html.escape(pictures[m[2]], quote=True)}">', text
    )
    text = _HEADER.sub(_who, text)
    for part in _DROPPED:
        text = part.sub("", text)
    return _LINK.sub(lambda m: m[1], text)


_ALONE = """
.frame { display: block; } main { max-width: 1208px; margin: 0 auto; }
.drawn { width: 100%; height: auto; display: block; }
.sent { max-width: 1208px; margin: 0 auto; padding: 16px 32px 0; font-size: 12px; color: var(--note); }
.tools { min-height: 0; }
"""


def _who(header: re.Match[str]) -> str:
    """Mission, state and publication, which stand in the navigation of the page."""
    told = re.findall(r"<(?:strong|span)[^>]*>(.*?)</(?:strong|span)>", header[0], re.DOTALL)[:3]
    return f'<p class="sent">{" · ".join(told)}</p>'
