"""Rows of a table as HTML. A publication has twenty thousand cells, and a template takes ten times as long for one.

Belongs here: a row, a cell, escaped. Not here: the table around them (``dashboards/pages``), their text (``pages``).
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

import markupsafe
from markupsafe import Markup

from reportmetrics.publish.blocks import Cell, Column, Table

SHORT = 18
"""Texts of up to so many characters are not broken over lines."""


@functools.lru_cache(maxsize=65_536)
def escape(text: str) -> str:
    """``text`` for HTML, as plain text. The same few thousand texts fill most cells, and are escaped once."""
    return str(markupsafe.escape(text))


def table_rows(table: Table) -> Markup:
    """The rows of the body, each with its first cell as its head."""
    rows = ("".join(_cells(row, table.columns)) for row in table.rows)
    return Markup("".join(f"<tr>{cells}</tr>\n" for cells in rows))  # noqa: S704 (all parts are escaped)


def _cells(row: Sequence[Cell], columns: Sequence[Column]) -> list[str]:
    return [
        _cell(c, column, "td" if place else "th") for place, (c, column) in enumerate(zip(row, columns, strict=True))
    ]


def _cell(cell: Cell, column: Column, tag: str) -> str:
    head = ' scope="row"' if tag == "th" else ""
    key = cell.sort_key
    sort = f' data-sort="{escape(key)}"' if key and key != cell.text else ""
    if cell.key:
        sort += f' data-key="{escape(cell.key)}"'
    marks = column.align + " strong" * cell.strong + " quiet" * cell.quiet + " short" * (len(cell.text) <= SHORT)
    marks += " unbroken" * cell.unbroken
    return f'<{tag}{head}{sort} class="{marks}">{_content(cell, column)}</{tag}>\n'


def _content(cell: Cell, column: Column) -> str:
    if column.bar:
        share = cell.value
        return (
            f'<span class="bar" style="width:{share * 100:.1f}%"></span>'
            if isinstance(share, int | float) and share
            else ""
        )
    text = f"<bdi>{escape(cell.text)}</bdi>"
    return f'<a href="{escape(cell.href)}">{text}</a>' if cell.href else text
