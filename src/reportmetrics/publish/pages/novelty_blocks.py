"""The block on novelty: how many answers differ from the report before, by form, by time in post, by objective.

Belongs here: what is read off the figures of novelty. Not here: what reporting costs (``burden_blocks``).
"""

from __future__ import annotations

from reportmetrics.publish import burden_sentences, numbers, palette
from reportmetrics.publish.blocks import Block, Cell, Column, Keys, Table, interval_cell, name_cell, number_cell
from reportmetrics.publish.charts.shares import shares_chart
from reportmetrics.publish.edition import Edition
from reportmetrics.publish.pages.burden_blocks import NOVELTY, share_row
from reportmetrics.publish.pages.common import nothing, one_line, until

UNCHANGED, TEXT, BY_TENURE = "burden.confirmed_unchanged", "burden.text_novelty", "rotation.novelty_by_tenure"
TENURES = ("under 30 days", "30 to 90 days", "91 to 182 days", "183 days and more")


def novelty_block(edition: Edition) -> Block:
    """Answers that differ from the report before, by form; forms that are only confirmed are told apart."""
    found = []
    for form in edition.profile.templates:
        figure = edition.figures.one(NOVELTY, "share", template_id=form.template_id)
        ticked = edition.figures.value(UNCHANGED, "share", template_id=form.template_id)
        words = edition.figures.one(TEXT, "share", template_id=form.template_id)
        if figure is not None:
            found.append((form, figure, ticked, words))
    found.sort(key=lambda item: (item[1].value is None, -(item[1].value or 0.0)))
    rows = [share_row(o.name, f, more=", all confirmed unchanged" if t == 1 else "") for o, f, t, _ in found]
    spoken = [(o.name, f.value) for o, f, t, _ in found if f.value is not None and t != 1]
    name, share = min(spoken, key=lambda item: item[1]) if spoken else (None, None)
    unchanged = next((o.name for o, _, t, _ in found if t == 1), None)
    cells = [
        [
            Cell(o.name, o.name, key=o.template_id),
            number_cell(f.value, numbers.percent, reason=f.reason),
            interval_cell(f.lower, f.upper, numbers.percent),
            number_cell(t, numbers.percent),
            number_cell(w.value if w else None, numbers.percent, reason=w.reason if w else "no narrative"),
            number_cell(f.n, numbers.count),
        ]
        for o, f, t, w in found
    ]
    heads = ("Answers changed", "95 % interval", "Confirmed unchanged", "New words", "Answers")
    keys = Keys("template", [o.template_id for o, *_ in found])
    return Block(
        "novelty",
        burden_sentences.novelty(name, share, unchanged),
        f"Answered fields that differ from the report before, by form, {until(edition)} · first reports left out · "
        "source: reports",
        4,
        [edition.ref(NOVELTY), edition.ref(UNCHANGED), edition.ref(TEXT), edition.ref(BY_TENURE)],
        description="Answers that changed, by form: " + "; ".join(f"{r.name} {r.text}" for r in rows) + ".",
        chart=shares_chart(rows, colour=palette.PURPLE, keys=keys) if rows else None,
        table=Table("Novelty by form", [Column("Form", facet="template"), *(Column(h, "right") for h in heads)], cells)
        if rows
        else None,
        more=_novelty_tables(edition) if rows else (),
        caveat=one_line(c for _, f, _, _ in found for c in f.caveat_sentences()),
        nothing=nothing(edition, "report_field"),
    )


def _novelty_tables(edition: Edition) -> list[Table]:
    """Answers that changed by the sender's time in post, and by objective."""
    groups: list[tuple[str, str, list[tuple[str, dict[str, str]]]]] = [
        ("Time in post", BY_TENURE, [(t, {"tenure": t}) for t in TENURES]),
        ("Objective", NOVELTY, [(o.name, {"objective_id": o.objective_id}) for o in edition.objectives]),
    ]
    tables = []
    for head, metric, members in groups:
        found = [(name, edition.figures.one(metric, "share", **dims)) for name, dims in members]
        rows = [
            [
                name_cell(name),
                number_cell(f.value, numbers.percent, reason=f.reason),
                interval_cell(f.lower, f.upper, numbers.percent),
                number_cell(f.n or None, numbers.count, reason=f.reason),
            ]
            for name, f in found
            if f is not None
        ]
        heads = (Column(h, "right") for h in ("Answers changed", "95 % interval", "Answers"))
        if rows:
            tables.append(Table(f"Novelty by {head.lower()}", [Column(head), *heads], rows))
    return tables
