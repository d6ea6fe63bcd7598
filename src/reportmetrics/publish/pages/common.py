"""What several pages read off the figures: waits of headquarters, progress of objectives, caveats as one line.

Belongs here: figures turned into the values that sentences and charts take. Not here: the sentences themselves.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence

from reportmetrics.publish import numbers
from reportmetrics.publish.blocks import Block, Cell, Column, Keys, Table, interval_cell, name_cell
from reportmetrics.publish.charts.dots import WaitRow, waits_chart
from reportmetrics.publish.edition import Edition
from reportmetrics.publish.figures import Figure, Figures
from reportmetrics.publish.sentences import FEW_EVENTS, Progressed, Wait, median_words, waits_compared
from reportmetrics.publish.text import curly, isolated, slug

WAIT, BACKLOG, ANSWERED = "latency.time_to_decision", "latency.open_backlog", "latency.answered_only"
BY_GROUP = "latency.by_group"
ALIKE_FROM = 0.05
"""From this p on two groups cannot be told apart."""
PROGRESS = "outcome.objective_progress"
HORIZONS = (30, 60, 90, 180)


def waits(edition: Edition, figures: Figures | None = None) -> list[Wait]:
    """All headquarters, most open requests first; those whose register is stale tell of the past, so they come last."""
    figures = figures or edition.figures
    ids = {f.dims["hq"] for f in figures.each(WAIT, "median", "hq")}
    ids |= {f.dims["hq"] for f in figures.each(BACKLOG, "open", "hq")}
    found = [one_wait(edition, hq, figures) for hq in sorted(i for i in ids if i is not None)]
    return sorted(found, key=lambda w: (w.stale, -w.still_open))


def one_wait(edition: Edition, hq: str, figures: Figures | None = None) -> Wait:
    """What is known of one headquarters."""
    figures = figures or edition.figures
    median = figures.one(WAIT, "median", hq=hq)
    survival = []
    for day in HORIZONS:
        value = figures.value(WAIT, "survival", str(day), hq=hq)
        if value is not None:
            survival.append((float(day), value))
    return Wait(
        name=hq,
        requests=int(median.n or 0) if median else 0,
        still_open=int(figures.value(BACKLOG, "open", hq=hq) or 0),
        events=int(figures.value(WAIT, "events", hq=hq) or 0),
        median=median.value if median else None,
        lower=median.lower if median else None,
        upper=median.upper if median else None,
        survival=tuple(survival),
        silent=bool(median and median.has("silent")),
        stale=bool(median and median.has("extract stale")),
        silent_days=figures.value(WAIT, "days_since_decision", hq=hq),
    )


def apart(edition: Edition, **within: str) -> Callable[[str, str], bool]:
    """Whether the log-rank test of two groups, within one of another kind if named, tells them apart."""

    def told(one: str, other: str) -> bool:
        labels = (f"{one} | {other}", f"{other} | {one}")
        p = (edition.figures.value(BY_GROUP, "pair_p", label, **within) for label in labels)
        return any(v is not None and v < ALIKE_FROM for v in p)

    return told


def progressed(edition: Edition, figures: Figures | None = None) -> list[Progressed]:
    """All objectives in the order of the profile; those without figures have no median."""
    figures = figures or edition.figures
    found = []
    for objective in edition.objectives:
        oid = objective.objective_id

        def value(statistic: str, oid: str = oid) -> float | None:
            return figures.value(PROGRESS, statistic, objective_id=oid)

        total = value("total")
        found.append(
            Progressed(
                oid,
                value("median"),
                value("minimum"),
                int(value("regressed") or 0),
                int(value("known") or 0),
                int(total) if total is not None else len(edition.indicators(oid)),
            )
        )
    return found


def wait_page(hq: str, ordered: Sequence[Wait]) -> str:
    """File of a headquarters' page; the first has the page in the navigation."""
    return "headquarters.html" if ordered and ordered[0].name == hq else f"headquarters-{slug(hq)}.html"


def waits_block(edition: Edition, block_id: str, ordered: Sequence[Wait]) -> Block:
    """Headquarters beside each other: median with interval, and how many requests are open."""
    rows = sorted(ordered, key=lambda w: (w.median is None, -(w.median or 0)))
    chart_rows = [
        WaitRow(
            w.name,
            w.median,
            w.lower,
            w.upper,
            _beside(w),
            missing_median(edition, w),
            w.events < FEW_EVENTS,
        )
        for w in rows
    ]
    columns = [
        Column("Headquarters", facet="hq"),
        Column("Median, days", "right"),
        Column("95 % interval", "right"),
        Column("Open", "right"),
        Column("Requests", "right"),
    ]
    table_rows = [
        [
            name_cell(w.name, wait_page(w.name, ordered)),
            Cell(
                numbers.days(w.median) if w.median is not None else missing_median(edition, w),
                w.median,
                strong=True,
                quiet=w.median is None,
            ),
            interval_cell(w.lower, w.upper, numbers.days),
            Cell(numbers.count(w.still_open), w.still_open),
            Cell(numbers.count(w.requests), w.requests),
        ]
        for w in rows
    ]
    figures = list(edition.figures.each(WAIT, "median", "hq"))
    return Block(
        block_id,
        waits_compared(ordered, apart(edition)),
        "Median and 95 % interval, open requests counted in · source: request registers",
        4,
        [edition.ref(WAIT), edition.ref(BY_GROUP)],
        description="Median days to decision. " + "; ".join(f"{w.name}: {median_words(w)}" for w in rows) + ".",
        chart=waits_chart(chart_rows, keys=Keys("hq", [w.name for w in rows])) if rows else None,
        table=Table("Median wait by headquarters", columns, table_rows) if rows else None,
        caveat=one_line((c for f in figures for c in marked(f)), most=2),
        nothing=nothing(edition, "request"),
    )


def until(edition: Edition) -> str:
    """The period of a figure that counts all that was known, for a subtitle."""
    return f"up to {numbers.date_short(edition.as_of)}"


def until_last_known(values: Sequence[float | None]) -> list[float | None]:
    """The values up to the last known one: reports on the newest week are often not due yet."""
    known = [i for i, v in enumerate(values) if v is not None]
    return list(values[: known[-1] + 1]) if known else []


def marked(figure: Figure) -> list[str]:
    """Caveats of a figure of one headquarters, its name before each."""
    hq = figure.dims.get("hq")
    return [f"{isolated(hq)}: {c}" for c in figure.caveat_sentences()] if hq else figure.caveat_sentences()


def one_line(caveats: Iterable[str], *, most: int = 3) -> str:
    """Caveats as sentences, each once; what is left out is counted."""
    seen = list(dict.fromkeys(_sentence(c) for c in caveats if c))
    more = f" And {len(seen) - most} more, in the table and in Definitions." if len(seen) > most else ""
    return " ".join(seen[:most]) + more


def nothing(edition: Edition, table: str) -> str:
    """What stands in an empty frame: which source is expected, and since when."""
    sources = [s.title for s in edition.profile.sources if any(t.table == table for t in s.tables)]
    expected = (
        f"Expected from: {', '.join(map(isolated, sources))}" if sources else "No source of the profile delivers it"
    )
    return f"{expected}; mission since {numbers.date_long(edition.profile.mission.starts_on)}."


def weekly(figures: Figures, metric: str, statistic: str, **dims: str) -> dict[dt.date, Figure]:
    """Figures by week (its Monday)."""
    found = {}
    for figure in figures.each(metric, statistic, "week", *dims):
        day = numbers.parse_day(figure.dims.get("week"))
        if day and all(figure.dims.get(k) == v for k, v in dims.items()):
            found[day] = figure
    return found


def last_weeks(edition: Edition, how_many: int) -> list[dt.date]:
    """Mondays of the last complete weeks before ``as_of``, oldest first."""
    monday = edition.as_of - dt.timedelta(days=edition.as_of.weekday())
    return [monday - dt.timedelta(weeks=k) for k in range(how_many, 0, -1)]


def missing_median(edition: Edition, w: Wait) -> str:
    """What stands where the median of a headquarters would."""
    figure = edition.figures.one(WAIT, "median", hq=w.name)
    if figure is None:
        return "no request"
    return numbers.HIDDEN if figure.suppressed else figure.reason or "not reached"


def _beside(w: Wait) -> tuple[str, ...]:
    spread = numbers.interval(w.lower, w.upper, numbers.days)
    is_open = f"{numbers.of(w.still_open, w.requests)} open" + (", few" if 0 < w.events < FEW_EVENTS else "")
    return (spread, is_open) if spread else (is_open,)


def _sentence(text: str) -> str:
    text = curly(text.strip())
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else text + "."
