"""All checks as a document: what must hold of each table, what follows when it does not.

Belongs here: wording. Not here: the checks (``suites``, ``sql/checks``), their results (``history``).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from reportmetrics.validation.rules import load_rules
from reportmetrics.validation.suites import COMPARED, Expected, expectations_of
from reportmetrics.warehouse.tables import SOURCE_TABLES

_OPENING = """# What is checked

A critical failure stops everything downstream: the batch is set aside whole, and the last publication stays. A warning
is shown beside the figures. Which rows failed is listed in full in the history of checks and in each publication.
Great Expectations runs the first two parts once a run, on what is new; the rules between tables run on the snapshot.
A row that cannot be cast or breaks a rule of its own is refused before; that the same rules stand here too is a second
lock, on what the program itself has stored.
"""


def document(sql_folder: Path) -> str:
    """Markdown: one section per table, then the comparisons with the past, then the rules between tables."""
    return "\n".join([_OPENING, *_tables(), *_comparisons(), *_rules(sql_folder)]) + "\n"


def _tables() -> Iterator[str]:
    for table in SOURCE_TABLES:
        yield f"## {table.name}: one row is {table.one_row_is}\n"
        yield from _lines(expectations_of(table), "no row where ")


def _comparisons() -> Iterator[str]:
    yield "## Every table: the new deliveries, each and together, beside the eight before them, source by source\n"
    yield from _lines(COMPARED, "no case where ")


def _lines(expected: list[Expected] | tuple[Expected, ...], before: str) -> Iterator[str]:
    yield "| check | severity | must hold |\n|---|---|---|"
    yield from (f"| `{e.name}` | {e.severity} | {before}{e.message} |" for e in expected)
    yield ""


def _rules(sql_folder: Path) -> Iterator[str]:
    yield "## Between tables\n"
    yield "| check | severity | table | fails where | remedy |\n|---|---|---|---|---|"
    yield from (f"| `{r.id}` | {r.severity} | {r.table} | {r.title} | {r.remedy} |" for r in load_rules(sql_folder))
