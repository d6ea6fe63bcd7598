"""What a reader can narrow a page by: the choices of each filter, and which page is about which choice.

Belongs here: what the page's form and script are given. Not here: which table or chart follows a filter (``blocks``),
following it (``dashboards/script``).

A filter only takes away or fades what is on the page already, so nothing that was suppressed can come back by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reportmetrics.publish import palette
from reportmetrics.publish.blocks import Facet
from reportmetrics.publish.edition import Edition
from reportmetrics.publish.page import Page

ORDER: tuple[Facet, ...] = ("objective", "hq", "template", "period")
LABELS: dict[Facet, str] = {
    "objective": "Objective",
    "hq": "Headquarters",
    "template": "Form",
    "period": "Period",
}
RECENT_WEEKS = (13, 26, 52)


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter of one page. ``choices`` are (key, label); ``own`` is the choice that the whole page is about."""

    facet: Facet
    label: str
    choices: Sequence[tuple[str, str]]
    own: str = ""


def filters(edition: Edition, page: Page, pages: Sequence[Page]) -> list[Filter]:
    """The filters that mean something on ``page``: some chart or table follows them, or the page is about one choice.

    A filter with fewer than two choices is left out.
    """
    followed = {facet for block in page.blocks for facet in block.facets}
    found = []
    for facet in ORDER:
        own = page.about[1] if page.about and page.about[0] == facet else ""
        choices = _choices(edition, facet, pages)
        if (own or facet in followed) and (len(choices) > 1 or facet == "period"):
            found.append(Filter(facet, LABELS[facet], choices, own))
    return found


def for_script(edition: Edition, page: Page, pages: Sequence[Page]) -> dict[str, Any]:
    """What the script knows beside the form: pages that are about one choice, the last day, colours of the palette."""
    return {
        "own": list(page.about or ()),
        "pages": {p.file: list(p.about) for p in pages if p.about},
        "asOf": edition.as_of.isoformat(),
        "labels": LABELS,
        "colours": {"faint": palette.LINE, "note": palette.NOTE, "ink": palette.INK, "clear": palette.CLEAR},
        "papers": [palette.PAPER, palette.CLEAR],
    }


def _choices(edition: Edition, facet: Facet, pages: Sequence[Page]) -> list[tuple[str, str]]:
    if facet == "objective":
        return [(o.objective_id, f"{o.objective_id} {o.name}") for o in edition.objectives]
    if facet == "template":
        return [(t.template_id, t.name) for t in edition.profile.templates]
    if facet == "hq":
        ids = [p.about[1] for p in pages if p.about and p.about[0] == "hq"]
        names = [(hq, edition.headquarters_name(hq)) for hq in ids]
        return [(hq, hq if hq == name else f"{hq}, {name}") for hq, name in names]
    return [(str(weeks), f"last {weeks} weeks") for weeks in RECENT_WEEKS]
