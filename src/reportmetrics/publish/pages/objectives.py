"""The index of objectives: all beside each other, and a page for each.

Belongs here: the order of blocks on the index. Not here: the blocks (``quadrant_blocks``), the page of one objective
(``objective``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reportmetrics.publish import numbers
from reportmetrics.publish import place_sentences as say
from reportmetrics.publish.blocks import Block, Cell, Column, Table, name_cell, number_cell
from reportmetrics.publish.edition import Edition
from reportmetrics.publish.objective_sentences import many
from reportmetrics.publish.page import Page
from reportmetrics.publish.pages import objective
from reportmetrics.publish.pages import objective_figures as read
from reportmetrics.publish.pages.common import PROGRESS, progressed
from reportmetrics.publish.pages.grant_blocks import grants_block
from reportmetrics.publish.pages.mission_blocks import progress_block
from reportmetrics.publish.pages.quadrant_blocks import (
    alarm_block,
    causes_block,
    coverage_map_block,
    movement_block,
    quadrant_block,
)
from reportmetrics.publish.pages.received import requests
from reportmetrics.publish.place_sentences import Place

NAVIGATION, FILE = "Objectives", "objectives.html"


def build(edition: Edition) -> list[Page]:
    """The index, and a page for each objective in force."""
    places = read.places(edition)
    return [_index(edition, places), *(objective.build(edition, p, places) for p in places)]


def _index(edition: Edition, places: Sequence[Place]) -> Page:
    objectives = progressed(edition)
    rows = [
        [quadrant_block(edition, places, 12)],
        [replace(progress_block(edition, objectives), span=12)],
        [alarm_block(edition, places)],
        [coverage_map_block(edition)],
        [causes_block(edition), movement_block(edition)],
        [grants_block(edition)],
        [_list_block(edition, places)],
    ]
    return Page(
        file=FILE,
        template="rows.html",
        navigation=NAVIGATION,
        crumb=[NAVIGATION],
        heading=say.index(places, read.standings(edition.figures)),
        lede=f"{numbers.count(len(places))} objectives in force on {numbers.date_long(edition.as_of)}. "
        "What was done and what changed are shown apart; more activity is neither better nor worse.",
        blocks=[b for row in rows for b in row],
        content={"rows": rows, "stem": "objectives"},
    )


def _list_block(edition: Edition, places: Sequence[Place]) -> Block:
    columns = [
        Column("Objective", facet="objective"),
        Column("Name"),
        Column("Owner"),
        Column("Held a week", "right"),
        Column("Of the most frequent kind"),
        Column("Median progress", "right"),
        Column("Lowest", "right"),
        Column("Open requests", "right"),
    ]
    owners = {o.objective_id: o.owner for o in edition.objectives}
    asked = requests(edition.figures)
    rows = []
    for p in places:
        oid = p.objective_id
        kinds = read.kinds(edition.figures, oid)
        held = sum(f.value or 0 for _, f in kinds)
        median = edition.figures.one(PROGRESS, "median", objective_id=oid)
        waiting = edition.figures.value(read.REQUESTS, "open", objective_id=oid)
        rows.append(
            [
                name_cell(oid, read.objective_file(oid)),
                name_cell(edition.objective_name(oid)),
                name_cell(owners[oid]),
                number_cell(held if kinds else None, numbers.hours, reason="none reported"),
                name_cell(many(kinds[0][0], kinds[0][1].value or 0)) if kinds else Cell(numbers.DASH, None, quiet=True),
                number_cell(
                    median.value if median else None,
                    numbers.progress,
                    reason=median.reason if median else "no reading",
                    strong=median is not None and median.value is not None,
                ),
                number_cell(edition.figures.value(PROGRESS, "minimum", objective_id=oid), numbers.progress),
                Cell(numbers.count(waiting or 0), waiting or 0)
                if asked
                else number_cell(None, numbers.count, reason="none received"),
            ]
        )
    return Block(
        "list",
        "All objectives, each with a page of its own",
        f"Held: activities a week over {say.WEEKS} weeks · progress: latest readings, 0 baseline to 1 target",
        12,
        [edition.ref(read.WEEKLY), edition.ref(PROGRESS), edition.ref(read.REQUESTS)],
        table=Table("Objectives", columns, rows) if rows else None,
        nothing="The profile names no objective in force.",
    )
