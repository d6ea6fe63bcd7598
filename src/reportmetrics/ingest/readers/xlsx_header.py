"""A header of one or several rows, as one name a column.

Belongs here: joining header rows. Not here: which column is which (``mapping``).
"""

from __future__ import annotations

import polars as pl

from reportmetrics.ingest.readers.xlsx_parts import Part

BETWEEN = " / "
"""Between the parts of a name that stands in several rows."""


def joined_header(cells: pl.DataFrame, first: int, how_many: int, part: Part | None) -> list[str | None]:
    """Names of the columns from ``how_many`` rows, the first at index ``first``.

    The text of a merged cell stands in each column that it covers. Of several rows the different texts of a column are
    joined from top to bottom: ``Reports / Received``. One row is taken as it stands.
    """
    rows = [list(cells.row(i)) for i in range(first, min(first + how_many, cells.height))]
    for top, left, bottom, right in part.merged if part else ():
        for row in range(max(top - 1, first), min(bottom, first + len(rows))):
            for column in range(left, min(right + 1, cells.width)):
                if top - 1 >= first:
                    rows[row - first][column] = rows[top - 1 - first][left]
    if len(rows) == 1:
        return rows[0]
    names: list[str | None] = []
    for column in range(cells.width):
        texts = [(row[column] or "").strip() for row in rows]
        names.append(BETWEEN.join(dict.fromkeys(t for t in texts if t)))
    return names
