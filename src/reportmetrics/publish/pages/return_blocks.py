"""Blocks on what those who report get back: answers, decisions that used a report, refused rows mended.

Belongs here: what is read off the figures ``burden.return_*``. Not here: what reporting costs (``burden_blocks``).
"""

from __future__ import annotations

from collections.abc import Mapping

from reportmetrics.publish import burden_sentences, numbers
from reportmetrics.publish.blocks import Block, Cell, Column, Table, interval_cell, name_cell, number_cell
from reportmetrics.publish.edition import Edition
from reportmetrics.publish.figures import Figure
from reportmetrics.publish.pages.common import nothing, one_line

ANSWERED, DAYS, USED = "burden.return_answered", "burden.return_days", "burden.return_used"
FIELDS, REFUSED = "burden.return_fields", "burden.return_refused"
STEPS, MENDED_DAYS = "burden.return_rows", "burden.return_mended_days"
_STATES = ("mended", "refused again", "open")
_NO_LOG = "no log of answers"
_NOBODY, _ALL = "Unit not known", "all units"


def returned_block(edition: Edition) -> Block:
    """By form: reports sent, how many were answered and when, how many a decision used, answers that have a use."""
    total, used = edition.figures.one(ANSWERED, "share"), edition.figures.one(USED, "share")
    groups: list[tuple[str, dict[str, str]]] = [("All forms", {})]
    groups += [(t.name, {"template_id": t.template_id}) for t in edition.profile.templates]
    rows = [row for name, dims in groups if (row := _form_row(edition, name, dims))]
    known = (total.n or 0) if total and total.value is not None else 0
    caveats = ["An answer by word of mouth, and a use or decision that nobody wrote down, are not known here"]
    if total and total.n_missing:
        caveats.append(f"Nothing is known yet of {numbers.count(total.n_missing)} reports sent since the newest log")
    heads = (
        "Sent",
        "Answered",
        "95 % interval",
        "Median days to an answer",
        "Used in a decision",
        "Answers with a use",
    )
    return Block(
        "returned",
        burden_sentences.returned(
            total.value if total else None,
            used.value if used else None,
            known,
            edition.figures.value(FIELDS, "share"),
        ),
        "Reports with a recorded answer, by form · answers with a use: fields beside which the profile records one",
        8,
        [edition.ref(m) for m in (ANSWERED, DAYS, USED, FIELDS)],
        table=Table("What senders got back", [Column("Form"), *(Column(h, "right") for h in heads)], rows)
        if rows
        else None,
        caveat=one_line([*caveats, *(total.caveat_sentences() if total else ())]) if rows else "",
        nothing=nothing(edition, "report"),
    )


def _form_row(edition: Edition, name: str, dims: dict[str, str]) -> list[Cell] | None:
    answered = edition.figures.one(ANSWERED, "share", **dims)
    fields = edition.figures.one(FIELDS, "share", **dims)
    if answered is None and fields is None:
        return None
    return [
        name_cell(name),
        number_cell(answered.n + (answered.n_missing or 0) if answered and answered.n else None, numbers.count),
        _share(answered),
        interval_cell(answered.lower if answered else None, answered.upper if answered else None, numbers.percent),
        _days(edition.figures.one(DAYS, "median", **dims)),
        _share(edition.figures.one(USED, "share", **dims)),
        number_cell(fields.value if fields else None, numbers.percent, reason=fields.reason if fields else "no field"),
    ]


def _share(figure: Figure | None) -> Cell:
    """A share of reports; nothing to take a share of means that no log tells of answers."""
    if figure is None or figure.value is None:
        return number_cell(None, numbers.percent, reason=figure.reason if figure and figure.suppressed else _NO_LOG)
    return number_cell(figure.value, numbers.percent)


def _days(figure: Figure | None) -> Cell:
    return number_cell(
        figure.value if figure else None, numbers.days, reason=(figure.reason if figure else None) or "not reached"
    )


def refused_block(edition: Edition) -> Block:
    """Refused rows of reports by sender, and what became of them."""
    titles = {s.source: s.title for s in edition.profile.sources}
    counts: dict[str, dict[str, int]] = {}
    for figure in edition.figures.each(REFUSED, "count", "source", "row_state"):
        states = counts.setdefault(figure.dims["source"] or "", dict.fromkeys(_STATES, 0))
        states[figure.dims["row_state"] or ""] = int(figure.value or 0)
    totals = {state: sum(c[state] for c in counts.values()) for state in _STATES}
    ordered = sorted(counts.items(), key=lambda item: (-item[1]["open"], -sum(item[1].values()), item[0]))
    rows = [
        [name_cell(titles.get(source, source)), *(number_cell(float(c[s]), numbers.count) for s in _STATES)]
        for source, c in ordered
    ]
    return Block(
        "refused",
        burden_sentences.refused(sum(totals.values()), totals["mended"], totals["open"]),
        "Refused rows of reports, by source: what the sender was told is in the workbook of ‘rejects return’",
        4,
        [edition.ref(REFUSED)],
        table=Table(
            "Refused rows and what became of them",
            [Column("Source"), *(Column(s.capitalize(), "right") for s in _STATES)],
            rows,
        )
        if rows
        else None,
        nothing="No row of a report was refused." if edition.figures.has(ANSWERED) else nothing(edition, "report"),
    )


_AS_STEPS = ("refused", "given back", "refused again", "mended", "open")


def given_back_block(edition: Edition) -> Block:
    """By unit: rows refused, given back, refused again, mended and open, and days until they were mended."""
    names: dict[str | None, str] = {u.unit_id: u.name for u in edition.profile.mission.units} | {None: _NOBODY}
    total = {s: edition.figures.one(STEPS, "sum", step=s) for s in _AS_STEPS}
    by_unit: dict[str | None, dict[str, Figure]] = {}
    for figure in edition.figures.each(STEPS, "sum", "unit_id", "step"):
        by_unit.setdefault(figure.dims["unit_id"], {})[figure.dims["step"] or ""] = figure
    shown = [u for u in names if (f := by_unit.get(u, {}).get("refused")) and (f.value or f.suppressed)]
    shown.sort(key=lambda u: by_unit[u]["refused"].suppressed)  # hidden ones last, the rest in the profile's order
    rows = [_unit_row(edition, names[unit], unit, by_unit[unit]) for unit in shown]
    if rows:
        rows.insert(0, _unit_row(edition, "All units", _ALL, total))
    quiet = sum(1 for steps in by_unit.values() if (f := steps.get("refused")) and f.value == 0)
    caveats = ["Given back is by the day on which the workbook was written; whether it was sent on is not known here"]
    if quiet:
        caveats.append(f"Units that report and had no row refused: {numbers.count(quiet)}")
    if any(by_unit[u]["refused"].suppressed for u in shown):
        caveats.append("Hidden: fewer than 5 people, or what would tell of them")
    value = {s: f.value if f else None for s, f in total.items()}
    return Block(
        "given-back",
        burden_sentences.given_back(value["refused"], value["given back"], value["mended"]),
        "Refused rows of reports, by the unit that sent them, as far as row, report or file name tell",
        12,
        [edition.ref(m) for m in (STEPS, MENDED_DAYS)],
        table=Table(
            "Refused rows given back and mended, by unit",
            [
                Column("Unit"),
                *(Column(s.capitalize(), "right") for s in _AS_STEPS),
                Column("Median days until mended", "right"),
                Column("95 % interval", "right"),
            ],
            rows,
        )
        if rows
        else None,
        caveat=one_line(caveats) if rows else "",
        nothing="No row of a report was refused." if edition.figures.has(ANSWERED) else nothing(edition, "report"),
    )


def _unit_row(edition: Edition, name: str, unit: str | None, steps: Mapping[str, Figure | None]) -> list[Cell]:
    days = edition.figures.one(MENDED_DAYS, "median", **({} if unit is _ALL else {"unit_id": unit}))
    told = [steps.get(s) for s in _AS_STEPS]
    return [
        name_cell(name),
        *(_step_cell(f) for f in told),
        _HIDDEN
        if days and days.suppressed
        else number_cell(days.value if days else None, numbers.days, reason=days.reason if days else None),
        interval_cell(days.lower if days else None, days.upper if days else None, numbers.days),
    ]


_HIDDEN = Cell("hidden", quiet=True)
"""A hidden number, where many stand side by side; the caveat says why."""


def _step_cell(figure: Figure | None) -> Cell:
    if figure is not None and figure.suppressed:
        return _HIDDEN
    return number_cell(figure.value if figure else None, numbers.count)
