"""Definitions: what each figure means, exactly, a page for each theme; and the rules behind the overview.

Belongs here: blocks made from the catalogue. Not here: figures.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from reportmetrics.metrics.graph import Graph, graph_of
from reportmetrics.metrics.levels.lineage import known_levels
from reportmetrics.publish import lineage, numbers
from reportmetrics.publish.blocks import Cell, Column, Table, date_cell, definition_href, name_cell, theme_file
from reportmetrics.publish.edition import Edition
from reportmetrics.publish.page import Page
from reportmetrics.publish.pages.matters import RULES

if TYPE_CHECKING:
    from reportmetrics.metrics.catalogue import Catalogue
    from reportmetrics.metrics.metric import Metric

FILE, NAVIGATION = "definitions.html", "Definitions"

ESTIMATORS = {
    "count": "How many rows there are.",
    "count_distinct": "How many different things the rows name.",
    "sum": "The values of all rows added up; a row without a value is counted as missing, not as zero.",
    "share": "Rows that meet the condition, divided by all rows it could be met in. The 95 % interval (Wilson) allows "
    "for rows of one unit resembling each other; it is left out below 8 units.",
    "rate": "One total divided by another. The interval leaves out one unit at a time (jackknife).",
    "mean": "The values added up and divided by their number, with a t interval.",
    "quantile": "The smallest value that so large a share of rows does not exceed; interval from order statistics.",
    "kaplan_meier": "At each decision the share still waiting is multiplied by the share of those at risk that stays "
    "undecided (Kaplan–Meier): who still waits counts as long as it has waited. The median is the first day on "
    "which at most half still wait. Interval by Greenwood’s variance on the log-log scale.",
    "age_profile": "How many are open, and quantiles and bins of their age.",
    "aalen_johansen": "How likely each way of ending is by a given day, where only one of them can come to pass "
    "(Aalen–Johansen); together with the share still undecided they add up to all.",
    "logrank": "Whether groups wait equally long: decisions observed in each against those expected if all waited "
    "alike (log-rank test); pairs of groups are named only after allowing for their number (Holm).",
    "projection": "Hours and requests a week as they are, and as they would be at other sizes: what an advisor or unit "
    "files grows with personnel, what is filed once for the mission does not.",
    "prospect": "Chance that what still waits is answered within a given time, read off the curve of all waits at the "
    "age that each has reached.",
    "request_log": "What the log itself shows: silence longer than its pace explains, days without work, or a log "
    "that holds closed requests only. Its findings go with every figure as caveats.",
    "trend": "The middle of the slopes between all pairs of readings, a year (Theil–Sen), with Kendall’s tau, beside "
    "the slope that would still reach the target in time.",
    "xmr": "A weekly flow with its natural limits, mean ± 2.66 times the mean step between weeks; points and runs "
    "beyond them are signals, all else is ordinary variation (Shewhart).",
    "association": "Correlation of activity with the change of progress some weeks later; how often circular shifts of "
    "the activity alone give as much. It tells of going together, not of cause.",
    "divergence": "Kendall’s tau of activity over time minus that of progress over time: above zero where the one "
    "rises and the other does not follow; interval from resampled blocks.",
    "quadrant": "Contact hours of a window beside the middle objective’s, and the change of progress beside what an "
    "even pace to the target needs; bands around both middles are called neutral.",
    "before_after": "A weekly count and the hours it took, before and after the day on which the count became "
    "reportable, and their ratio after to before.",
    "reciprocity": "Hours that reports ask of the field each week, beside the median wait for answers to requests.",
    "replay": "The reports that were sent, with only every k-th kept, in every phase: error, missed changes, delay and "
    "hours saved, at the worst phase.",
    "progress": "(latest − baseline) ÷ (target − baseline) of each indicator, not clipped; for an objective the lowest "
    "and the median, with the bounds that unread indicators leave.",
}
"""Each estimator in words."""

WORDS = (
    ("Median", "The middle value: half lie at or below it."),
    ("Interval", "Where the true value plausibly lies: so made, 95 of 100 intervals hold it."),
    ("At risk", "Still undecided and still followed on that day."),
    ("Open", "Neither decided nor withdrawn by the date of the publication."),
    ("Progress", "0 at the baseline, 1 at the target; below 0 when an indicator moved away from its target."),
    ("Fresh", "Read within 1.5 times the interval agreed for the indicator."),
    (
        "Level",
        "The step of the result chain: input, activity, output, outcome, impact; process is the work of reporting "
        "and answering, comparison sets levels beside each other.",
    ),
    ("Hidden", "Fewer than 5 people stand behind the number, or it would give such a number away."),
)


def build(edition: Edition) -> list[Page]:
    """The list of all metrics, and a page for each theme, from the catalogue alone."""
    metrics = sorted(edition.catalogue.metrics.values(), key=lambda m: (m.theme, m.id))
    overdue = [m for m in metrics if _due(m) < edition.as_of]
    heading = f"{numbers.count(len(metrics))} metrics, each with its question, its limits and its SQL"
    if overdue:
        verb = "is" if len(overdue) == 1 else "are"
        heading = f"{numbers.count(len(metrics))} metrics; {numbers.in_words(len(overdue))} {verb} past the review date"
    if not metrics:
        heading = "No metric is defined yet"
    first = Page(
        file=FILE,
        template="definitions.html",
        navigation=NAVIGATION,
        crumb=[NAVIGATION],
        heading=heading,
        lede="What a figure counts, what it serves to decide, what it cannot tell, and how it is computed.",
        content={
            "index": _index(edition, metrics) if metrics else None,
            "index_title": "All metrics",
            "rules": Table(
                "Rules behind the overview",
                [Column("Rule"), Column("Holds when")],
                [[name_cell(r.name), name_cell(r.holds)] for r in RULES],
            ),
            "words": WORDS,
        },
    )
    themes = dict.fromkeys(m.theme for m in metrics)
    return [first, *(_theme(edition, theme, [m for m in metrics if m.theme == theme]) for theme in themes)]


def _theme(edition: Edition, theme: str, metrics: list[Metric]) -> Page:
    """All definitions of a theme; a page of all of them would be too large to open at once."""
    how_many = f"{numbers.in_words(len(metrics)).capitalize()} metric{'' if len(metrics) == 1 else 's'}"
    return Page(
        file=theme_file(theme),
        template="definitions_theme.html",
        navigation=None,
        under=FILE,
        crumb=[NAVIGATION, theme.capitalize()],
        heading=f"{how_many} of {theme}",
        lede="Question, decision, limits, formula in words, the way from source column to figure, and the SQL.",
        content={"definitions": [_definition(edition, m) | _drawings(edition.catalogue)[m.id] for m in metrics]},
    )


def _index(edition: Edition, metrics: list[Metric]) -> Table:
    heads = ("Metric", "Title", "Theme", "Level", "Unit", "Version", "Review by")
    rows = []
    for m in metrics:
        due = date_cell(_due(m))
        if _due(m) < edition.as_of:
            due = Cell(f"{due.text}, past", due.value, strong=True)
        rows.append(
            [
                name_cell(m.id, definition_href(m.id)),
                *(name_cell(str(text)) for text in (m.title, m.theme, m.level, m.unit)),
                Cell(str(m.version), m.version),
                due,
            ]
        )
    return Table("All metrics", [Column(h, "right" if h == "Version" else "left") for h in heads], rows)


def _definition(edition: Edition, m: Metric) -> dict[str, Any]:
    uses = list(m.estimators)
    words = " ".join(dict.fromkeys(ESTIMATORS[u.name] for u in uses))
    named = "; ".join(_estimator(u.name, u.params) for u in uses)
    groups = " · ".join(", ".join(g) if g else "the whole mission" for g in (m.by, *m.also_by))
    due = _due(m)
    review = f"{numbers.date_long(m.reviewed)}, again by {numbers.date_long(due)}"
    if due < edition.as_of:
        review += "; this date is past: keep it, change it or drop it"
    return {
        "id": m.id,
        "version": m.version,
        "title": m.title,
        "theme": m.theme,
        "level": m.level,
        "unit": m.unit,
        "hash": m.definition_hash,
        "sql": m.sql.strip(),
        "facts": [
            ("Question", m.question),
            ("Decision it serves", m.decision),
            ("In words", words),
            ("Limits", m.limits),
            ("Source", m.source),
            ("Estimator", named),
            ("By", groups),
            ("Owner", m.owner),
            ("Reviewed", review),
        ],
    }


@functools.lru_cache(maxsize=2)
def _drawings(catalogue: Catalogue) -> dict[str, dict[str, Any]]:
    """The way of each metric, drawn. It takes longer than a page, and depends on nothing but the catalogue."""
    levels = known_levels(catalogue)
    return {metric_id: _drawing(graph_of(catalogue, metric_id, levels)) for metric_id in catalogue.metrics}


def _drawing(graph: Graph) -> dict[str, Any]:
    """The drawings are made of escaped text and numbers only."""
    # An id may not hold a point where it is to be named by a fragment or a selector.
    name = graph.metric.replace(".", "-")
    return {
        "wide": Markup(lineage.wide(graph, f"{name}-wide")),  # noqa: S704
        "narrow": Markup(lineage.narrow(graph, f"{name}-narrow")),  # noqa: S704
        "columns": lineage.table(graph),
    }


def _estimator(name: str, params: Any) -> str:
    given = {k: v for k, v in dict(params).items() if v is not None}
    return f"{name} {json.dumps(given, sort_keys=True, default=str)}" if given else name


def _due(m: Metric) -> dt.date:
    """Day by which the metric is to be looked at again: ``review_every`` months after it was reviewed."""
    months = m.reviewed.month - 1 + int(m.review_every)
    year, month = m.reviewed.year + months // 12, months % 12 + 1
    for day in range(m.reviewed.day, 0, -1):
        try:
            return dt.date(year, month, day)
        except ValueError:  # the month is shorter
            continue
    raise AssertionError("every month has a first day")
