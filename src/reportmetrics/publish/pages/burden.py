"""The page on the burden of reporting: what can be dropped, what reporting costs and tells.

Belongs here: the order of blocks and the heading. Not here: the blocks (``cadence_blocks``, ``burden_blocks``,
``novelty_blocks``, ``return_blocks``).
"""

from __future__ import annotations

from reportmetrics.publish import numbers
from reportmetrics.publish.burden_sentences import burden_heading
from reportmetrics.publish.edition import Edition
from reportmetrics.publish.figures import Figure
from reportmetrics.publish.page import Page
from reportmetrics.publish.pages.burden_blocks import (
    BESIDE,
    PER_ADVISOR,
    askings_block,
    came_block,
    effort_block,
    overall,
    retirement_block,
)
from reportmetrics.publish.pages.cadence_blocks import advice_block, cadences, frontier_block
from reportmetrics.publish.pages.novelty_blocks import novelty_block
from reportmetrics.publish.pages.received import received
from reportmetrics.publish.pages.return_blocks import given_back_block, refused_block, returned_block

NAVIGATION = "Reporting burden"


def build(edition: Edition) -> Page:
    """The page from figures alone."""
    found = cadences(edition)
    hours = overall(edition)
    rows = [
        [frontier_block(edition, found), advice_block(edition, found)],
        [effort_block(edition), came_block(edition), novelty_block(edition)],
        [retirement_block(edition)],
        [returned_block(edition), refused_block(edition)],
        [given_back_block(edition)],
        [askings_block(edition)],
    ]
    return Page(
        file="burden.html",
        template="rows.html",
        navigation=NAVIGATION,
        crumb=[NAVIGATION],
        heading=burden_heading(hours.reporting, hours.contact, found, hidden=received(edition).hidden),
        lede=_lede(edition),
        blocks=[block for row in rows for block in row],
        content={"rows": rows, "stem": "burden"},
    )


def _lede(edition: Edition) -> str:
    hours = overall(edition)
    share = edition.figures.one(BESIDE, "rate")
    if hours.reporting is None or share is None or share.value is None:
        return (
            "Hours of reporting will stand here beside hours with counterparts, and what a longer interval would lose."
        )
    contact = f", contact with counterparts {numbers.hours(hours.contact)} hours" if hours.contact is not None else ""
    rate = edition.figures.one(PER_ADVISOR, "rate")
    return (
        f"Reporting {numbers.hours(hours.reporting)} hours{_between(rate, numbers.hours)}{contact} per advisor-week, "
        f"over all weeks known: a share of {numbers.percent(share.value)}{_between(share, numbers.percent)}; in "
        "brackets 95 % intervals."
    )


def _between(figure: Figure | None, write: numbers.Format) -> str:
    spread = numbers.interval(figure.lower, figure.upper, write) if figure else None
    return f" ({spread})" if spread else " (no interval)"
