"""Blocks on what reporting costs and tells: hours beside contact, what came, fields to retire, double askings.

Belongs here: what is read off the figures of ``burden``. Not here: intervals between reports (``cadence_blocks``),
novelty (``novelty_blocks``), what comes back (``return_blocks``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reportmetrics.publish import burden_sentences, numbers, palette
from reportmetrics.publish.blocks import TOTAL, Block, Cell, Column, Table, interval_cell, name_cell, number_cell
from reportmetrics.publish.charts.shares import ShareRow, shares_chart
from reportmetrics.publish.charts.weeks import WeekLine, weeks_chart
from reportmetrics.publish.edition import Edition
from reportmetrics.publish.figures import Figure
from reportmetrics.publish.pages.common import last_weeks, nothing, one_line, until, until_last_known, weekly

PER_ADVISOR, BESIDE = "burden.hours_per_advisor_week", "burden.hours_vs_contact"
COMPLETENESS, TIMELINESS = "burden.completeness", "burden.timeliness"
NOVELTY = "burden.field_novelty"
RETIREMENT, ASKINGS = "burden.field_retirement", "burden.duplicate_askings"
WEEKS, MEAN_WEEKS = 26, 13
LONGEST = 12
"""Rows of the retirement list that are shown; all are in the CSV of the metric."""


@dataclass(frozen=True, slots=True)
class Effort:
    """Hours per advisor-week: of reporting, and of contact with counterparts; None where not known."""

    reporting: float | None
    contact: float | None


def effort(rate: Figure | None, share: Figure | None) -> Effort:
    """From hours an advisor-week and the share of reporting in the hours of both."""
    reporting = rate.value if rate else None
    part = share.value if share else None
    contact = reporting * (1 - part) / part if reporting is not None and part else None
    return Effort(reporting, contact)


def overall(edition: Edition) -> Effort:
    """Over all weeks known."""
    return effort(edition.figures.one(PER_ADVISOR, "rate"), edition.figures.one(BESIDE, "rate"))


def efforts(edition: Edition) -> list[Effort]:
    """Week by week, the last complete week last."""
    rates, shares = weekly(edition.figures, PER_ADVISOR, "rate"), weekly(edition.figures, BESIDE, "rate")
    return [effort(rates.get(w), shares.get(w)) for w in last_weeks(edition, WEEKS)]


def recently(by_week: Sequence[Effort]) -> Effort:
    """Mean of the last 13 weeks known."""
    return Effort(
        _mean(until_last_known([e.reporting for e in by_week])), _mean(until_last_known([e.contact for e in by_week]))
    )


def effort_block(edition: Edition) -> Block:
    """Hours of reporting and of contact an advisor, week by week."""
    weeks, by_week = last_weeks(edition, WEEKS), efforts(edition)
    reporting, contact = [e.reporting for e in by_week], [e.contact for e in by_week]
    recent = recently(by_week)
    rates = weekly(edition.figures, PER_ADVISOR, "rate")
    bounds = [(r.lower, r.upper) if (r := rates.get(w)) else (None, None) for w in weeks]
    lines = [
        _line("Reporting", reporting, recent.reporting, palette.PURPLE, bounds),
        _line("Contact", contact, recent.contact, palette.TEAL, [(None, None)] * len(weeks)),
    ]
    lines = [line for line in lines if any(v is not None for v in line.values)]
    columns = [
        Column("Week of", facet="period", days=7),
        Column("Reporting, hours", "right"),
        Column("95 % interval", "right"),
        Column("Contact, hours", "right"),
    ]
    rows = [
        [
            Cell(numbers.date_short(w), w),
            number_cell(e.reporting, numbers.hours, reason="not reported"),
            interval_cell(*ends, numbers.hours),
            number_cell(e.contact, numbers.hours, reason="not reported"),
        ]
        for w, e, ends in zip(weeks, by_week, bounds, strict=True)
    ]
    figure = edition.figures.one(PER_ADVISOR, "rate")
    said = [
        f"{n} {numbers.hours(v)} hours" for n, v in (("reporting", recent.reporting), ("contact", recent.contact)) if v
    ]
    return Block(
        "effort",
        burden_sentences.hours_beside(recent.reporting, recent.contact, hidden=bool(figure and figure.suppressed)),
        f"Hours per advisor-week, {WEEKS} weeks · labels: mean of the last {MEAN_WEEKS} weeks known · band: 95 % "
        "interval of reporting over units; contact follows from it and from the share, and has none · source: "
        "reports, activity reports",
        4,
        [edition.ref(PER_ADVISOR), edition.ref(BESIDE)],
        description=f"Hours per advisor-week, mean of {MEAN_WEEKS} weeks: {', '.join(said)}." if said else "",
        chart=weeks_chart(weeks, lines, y_title="Hours per advisor-week", write=numbers.hours) if lines else None,
        table=Table("Hours an advisor by week", columns, rows) if lines else None,
        caveat=one_line(figure.caveat_sentences()) if figure else "",
        nothing="Reports were received; too few people stand behind them to show their hours."
        if figure and figure.suppressed
        else nothing(edition, "report"),
    )


def _line(
    name: str,
    values: Sequence[float | None],
    mean: float | None,
    colour: str,
    bounds: Sequence[tuple[float | None, float | None]],
) -> WeekLine:
    label = name if mean is None else f"{name} {numbers.hours(mean)}"
    return WeekLine(label, values, [lower for lower, _ in bounds], [upper for _, upper in bounds], colour)


def _mean(values: Sequence[float | None]) -> float | None:
    known = [v for v in values[-MEAN_WEEKS:] if v is not None]
    return sum(known) / len(known) if known else None


def came_block(edition: Edition) -> Block:
    """Which reports due came, and which of them in time: all forms together, then each."""
    groups: list[tuple[str, dict[str, str]]] = [("All forms", {})]
    groups += [(t.name, {"template_id": t.template_id}) for t in edition.profile.templates]
    rows, cells = [], []
    for name, dims in groups:
        there = edition.figures.one(COMPLETENESS, "share", **dims)
        on_time = edition.figures.one(TIMELINESS, "share", **dims)
        if there is None:
            continue
        if not dims:
            rows = [share_row("Came", there), *([share_row("In time", on_time)] if on_time else [])]
        cells.append(
            [
                Cell(name, name, key=dims.get("template_id", TOTAL)),
                number_cell(there.value, numbers.percent, reason=there.reason),
                interval_cell(there.lower, there.upper, numbers.percent),
                number_cell(
                    on_time.value if on_time else None, numbers.percent, reason=on_time.reason if on_time else None
                ),
                number_cell(there.n, numbers.count),
            ]
        )
    total, timely = edition.figures.one(COMPLETENESS, "share"), edition.figures.one(TIMELINESS, "share")
    heads = ("Came", "95 % interval", "In time", "Due")
    return Block(
        "came",
        burden_sentences.came(
            total.value if total else None, timely.value if timely else None, hidden=bool(total and total.suppressed)
        ),
        f"Share of the {numbers.count(total.n)} reports due, all forms, {until(edition)} · "
        "95 % interval over units · source: reports, profile of the mission"
        if total and total.n
        else "Share of the reports due",
        4,
        [edition.ref(COMPLETENESS), edition.ref(TIMELINESS)],
        description="Share of reports due. " + "; ".join(f"{r.name} {r.text}" for r in rows) + ".",
        chart=shares_chart(rows, colour=palette.PURPLE) if rows else None,
        table=Table(
            "Reports due that came, by form",
            [Column("Form", facet="template"), *(Column(h, "right") for h in heads)],
            cells,
        )
        if cells
        else None,
        caveat=one_line(total.caveat_sentences()) if total else "",
        nothing=nothing(edition, "report"),
    )


def share_row(name: str, figure: Figure, *, more: str = "") -> ShareRow:
    """A row of a chart of shares; ``more`` is said after its number."""
    text = numbers.or_missing(figure.value, numbers.percent, figure.reason)
    return ShareRow(name, figure.value, figure.lower, figure.upper, text + more)


def retirement_block(edition: Edition) -> Block:
    """Fields by the minutes a month that told nothing new, where the profile records no use."""
    labels = {(t.template_id, f.field_id): (t.name, f.label) for t in edition.profile.templates for f in t.fields}
    found = [
        (f.dims["template_id"] or "", f.dims["field_id"] or "", f)
        for f in edition.figures.each(RETIREMENT, "sum", "template_id", "field_id")
        if f.value
    ]
    found.sort(key=lambda item: -(item[2].value or 0.0))
    total = sum(f.value or 0.0 for _, _, f in found)
    shown = found[:LONGEST]
    top = shown[0][2].value or 1.0 if shown else 1.0
    columns = [
        Column("Field"),
        Column("Form", facet="template"),
        Column("Answers that changed", "right"),
        Column("Minutes a month that told nothing new", "right"),
        Column("", bar=True),
    ]
    rows = []
    for form, field, figure in shown:
        form_name, label = labels.get((form, field), (form, field))
        changed = edition.figures.one(NOVELTY, "share", template_id=form, field_id=field)
        rows.append(
            [
                name_cell(label),
                Cell(form_name, form_name, key=form),
                number_cell(
                    changed.value if changed else None, numbers.percent, reason=changed.reason if changed else None
                ),
                number_cell(figure.value, numbers.count, strong=True),
                Cell("", (figure.value or 0.0) / top),
            ]
        )
    caveats = ["A use that is not in the profile is not known here: record it, and the field leaves this list"]
    if len(found) > len(shown):
        caveats.append(f"{numbers.count(len(found) - len(shown))} more fields are in the export of the metric")
    return Block(
        "retirement",
        burden_sentences.retirement(len(found), total / 60),
        "Candidates for retirement: minutes of the field × share of answers that did not change · alarm fields exempt",
        12,
        [edition.ref(RETIREMENT), edition.ref(NOVELTY)],
        table=Table("Fields without a recorded use, most minutes first", columns, rows) if rows else None,
        caveat=one_line(caveats) if rows else "",
        nothing="Every field has a recorded use, is an alarm field, or tells something new each time."
        if edition.figures.has(NOVELTY)
        else nothing(edition, "report_field"),
    )


def askings_block(edition: Edition) -> Block:
    """Concepts that several forms ask of one unit for the same days."""
    askers: dict[str, dict[str, str]] = {}
    label: dict[str, str] = {}
    for form in edition.profile.templates:
        for field in form.fields:
            askers.setdefault(field.concept_id, {})[form.template_id] = form.name
            label.setdefault(field.concept_id, field.label)
    found = [(f.dims["concept_id"] or "", f) for f in edition.figures.each(ASKINGS, "sum", "concept_id") if f.value]
    found.sort(key=lambda item: -(item[1].value or 0.0))
    rows = [
        [
            name_cell(label.get(c, c)),
            _asked_in(askers.get(c, {})),
            number_cell(f.n, numbers.count),
            number_cell(f.value, numbers.count, strong=True),
        ]
        for c, f in found
    ]
    columns = [
        Column("Question"),
        Column("Asked in", facet="template"),
        Column("Askings", "right"),
        Column("Minutes a round", "right"),
    ]
    return Block(
        "askings",
        burden_sentences.askings(len(found), sum(f.value or 0.0 for _, f in found)),
        "(Askings − 1) × minutes, for forms that ask a unit for the same days; a round is one report of each form",
        6,
        [edition.ref(ASKINGS)],
        table=Table("Questions asked more than once", columns, rows) if rows else None,
        nothing="No two forms ask a unit for the same concept in the days before this state.",
    )


def _asked_in(forms: Mapping[str, str]) -> Cell:
    """Names of the forms, known to a filter by each of their ids."""
    names = ", ".join(forms.values())
    return Cell(names, names, key="\n".join(forms))
