"""Blocks on how often forms are asked for: the frontier, and what one longer interval would save and lose.

Belongs here: what is read off the replay's figures. Not here: the replay (estimator ``replay``), the wording
(``burden_sentences``).
"""

from __future__ import annotations

from collections.abc import Sequence

from reportmetrics.publish import burden_sentences, numbers
from reportmetrics.publish.blocks import Block, Cell, Column, Table, name_cell, number_cell
from reportmetrics.publish.burden_sentences import Cadence, Step
from reportmetrics.publish.charts.frontier import Route, frontier_chart
from reportmetrics.publish.edition import Edition
from reportmetrics.publish.interval_sentences import every
from reportmetrics.publish.pages.common import nothing, one_line, until

REPLAY = "burden.cadence_replay"
PERIODS = {"day": "day", "week": "week", "2 weeks": "fortnight", "month": "month", "quarter": "quarter"}
PERIOD_DAYS = {"day": 1.0, "week": 7.0, "2 weeks": 14.0, "month": 30.4375, "quarter": 91.3125}
DRAWN = 4
"""Forms drawn: the named one and three more; all stand in the table."""


def cadences(edition: Edition) -> list[Cadence]:
    """The replay of each form, in the order of the profile."""
    found = []
    for form in edition.profile.templates:
        advised = edition.figures.one(REPLAY, "advised", template_id=form.template_id)
        if advised is None:
            continue
        first = max(edition.profile.mission.starts_on, form.valid_from or edition.profile.mission.starts_on)
        periods = round((edition.as_of - first).days / PERIOD_DAYS[form.every])
        found.append(
            Cadence(
                form.template_id,
                form.name,
                PERIODS[form.every],
                None if advised.value is None else int(advised.value),
                advised.reason,
                max(0, periods),
                tuple(_steps(edition, form.template_id)),
            )
        )
    return found


def named(found: Sequence[Cadence]) -> Cadence | None:
    """The form to speak of first: the advised change that saves most, else the one with most hours at stake."""
    drawn = [c for c in found if any(s.error is not None and s.hours is not None for s in c.steps)]
    fewer = [c for c in drawn if c.advised_step]
    if fewer:
        return max(fewer, key=lambda c: (c.advised_step.hours or 0.0) if c.advised_step else 0.0)
    return max(drawn, key=lambda c: max(s.hours or 0.0 for s in c.steps), default=None)


def frontier_block(edition: Edition, found: Sequence[Cadence]) -> Block:
    """Hours saved against the error at the worst phase, for the named form and three more."""
    first = named(found)
    others = sorted(
        (c for c in found if c is not first), key=lambda c: -max((s.hours or 0.0 for s in c.steps), default=0)
    )
    drawn = [c for c in ([first] if first else []) + others if any(_drawn(s) for s in c.steps)][:DRAWN]
    routes = [
        Route(
            c.template_id,
            c.name,
            [(s.k, s.hours, s.error) for s in c.steps if s.hours is not None and s.error is not None],
            c.advised or 1,
            named=c is first,
        )
        for c in drawn
    ]
    tolerance = edition.profile.mission.tolerances.cadence_error
    left_out = len(found) - len(drawn)
    caveats = ["Hours saved are an upper bound: part of the work moves into the reports that remain"]
    caveats.append("Totals are left out, since they add up at any interval")
    if left_out and drawn:
        caveats.append(f"{numbers.in_words(left_out)} more {'form is' if left_out == 1 else 'forms are'} in the table")
    return Block(
        "frontier",
        burden_sentences.cadences(found),
        f"All reports {until(edition)} · a point for every 2nd, 4th, 8th or 13th report kept · "
        "error: share of the distance to target, else of the series’ range, every phase replayed and the worst shown · "
        "filled: advised, inside all tolerances · source: reports",
        8,
        [edition.ref(REPLAY)],
        description="Error at the worst phase against hours saved a month. "
        + " ".join(burden_sentences.cadence(c) + "." for c in found),
        chart=frontier_chart(routes, tolerance=tolerance) if routes else None,
        table=_table(found) if found else None,
        caveat=one_line(caveats, most=3) if drawn else "",
        nothing=nothing(edition, "report_field"),
    )


def advice_block(edition: Edition, found: Sequence[Cadence]) -> Block:
    """The recommendation for the named form in a sentence, and its figures at each interval with the tolerances."""
    c = named(found)
    if c is None:
        return Block(
            "advice",
            "What a longer interval would lose is not known yet",
            "Hours saved a month, error, changes missed, days later that one is seen",
            4,
            [edition.ref(REPLAY)],
            nothing=nothing(edition, "report_field"),
        )
    tolerances = edition.profile.mission.tolerances
    columns = [Column("Every"), *(Column(h, "right") for h in ("Hours", "Error", "Missed", "Later"))]
    rows = [
        [
            Cell(_ordinal_words(c, s), s.k, strong=s.k == c.advised),
            number_cell(s.hours, numbers.hours),
            number_cell(s.error, numbers.percent, reason=s.reason),
            Cell(numbers.of(s.missed or 0, s.changes), s.missed_share) if s.changes else Cell(numbers.DASH, quiet=True),
            number_cell(s.delay, numbers.days),
        ]
        for s in c.steps
    ]
    rows.append(
        [
            Cell("Tolerance", 10_000, quiet=True),
            Cell(""),
            Cell(numbers.percent(tolerances.cadence_error), tolerances.cadence_error, quiet=True),
            Cell(numbers.percent(tolerances.cadence_missed), tolerances.cadence_missed, quiet=True),
            Cell(numbers.days(tolerances.cadence_delay_days), tolerances.cadence_delay_days, quiet=True),
        ]
    )
    return Block(
        "advice",
        burden_sentences.cadence(c),
        f"Hours saved a month, error, changes missed, days later that one is seen; worst phase of "
        f"{numbers.count(c.periods)} {c.period}s",
        4,
        [edition.ref(REPLAY, template_id=c.template_id)],
        words=burden_sentences.advice(c),
        table=Table(f"{c.name} at longer intervals", columns, rows),
    )


def _drawn(step: Step) -> bool:
    return step.hours is not None and step.error is not None


def _ordinal_words(c: Cadence, step: Step) -> str:
    return every(step.k, c.period).removeprefix("every ") + (" (advised)" if step.k == c.advised else "")


def _steps(edition: Edition, template_id: str) -> list[Step]:
    labels = [
        f.label
        for f in edition.figures.each(REPLAY, "error", "template_id")
        if f.dims["template_id"] == template_id and f.label.isdigit()
    ]
    steps = []
    for label in labels:

        def value(statistic: str, label: str = label) -> float | None:
            return edition.figures.value(REPLAY, statistic, label, template_id=template_id)

        error = edition.figures.one(REPLAY, "error", label, template_id=template_id)
        changes, missed = value("changes"), value("missed_changes")
        steps.append(
            Step(
                int(label),
                value("hours_saved"),
                error.value if error else None,
                None if missed is None else int(missed),
                None if changes is None else int(changes),
                value("delay"),
                error.reason if error else None,
            )
        )
    return sorted(steps, key=lambda s: s.k)


def _table(found: Sequence[Cadence]) -> Table:
    columns = [
        Column("Form", facet="template"),
        Column("Every"),
        *(
            Column(h, "right")
            for h in ("Hours saved a month", "Error", "Changes missed", "Material changes", "Seen later, days")
        ),
        Column("Advised"),
    ]
    rows = [
        [
            Cell(c.name, c.name, key=c.template_id),
            Cell(every(s.k, c.period).removeprefix("every "), s.k),
            number_cell(s.hours, numbers.hours),
            number_cell(s.error, numbers.percent, reason=s.reason),
            number_cell(s.missed, numbers.count),
            number_cell(s.changes, numbers.count),
            number_cell(s.delay, numbers.days),
            name_cell("yes" if s.k == c.advised else ""),
        ]
        for c in found
        for s in c.steps
    ]
    return Table("What longer intervals would save and lose, by form", columns, rows)
