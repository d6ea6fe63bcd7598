"""Blocks on what those who report get back: answers, decisions that used a report, refused rows mended.

Belongs here: what is read off the figures ``burden.return_*``. Not here: what reporting costs (``burden_blocks``).
"""

from __future__ import annotations

from reportmetrics.publish import burden_sentences, numbers
from reportmetrics.publish.blocks import Block, Cell, Column, Table, interval_cell, name_cell, number_cell
from reportmetrics.publish.edition import Edition
from reportmetrics.publish.figures import Figure
from reportmetrics.publish.pages.common import nothing, one_line

ANSWERED, DAYS, USED = "burden.return_answered", "burden.return_days", "burden.return_used"
FIELDS, REFUSED = "burden.return_fields", "burden.return_refused"
_STATES = ("mended", "refused again", "open")
_NO_LOG = "no log of answers"


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
