"""Why a cell was not understood although it is written as agreed, and what its sender can do.

Belongs here: the marks that such cells get before their text, the words for each, and taking the marks off.
Not here: finding them (``moments``, readers).
"""

from __future__ import annotations

from collections.abc import Mapping

from reportmetrics.ingest.readers.base import BAD_MARK, CONTRADICTION_MARK, FORMULA_MARK, INEXACT_MARK

SKIPPED_MARK, YEAR_MARK = BAD_MARK + "\x08", BAD_MARK + "\x0e"
FROM_1904_MARK, FROM_1900_MARK = BAD_MARK + "\x0f", BAD_MARK + "\x10"
NEVER_MARK = BAD_MARK + "\x12"
"""A change of clocks, a year that cannot be meant, day numbers of a workbook that counts otherwise than the mapping,
and the number of a day that never was."""

FIRST_YEAR, LAST_YEAR = 1900, 2199
"""Years outside are slips of the pen (217, 20222)."""

REASONS: Mapping[str, tuple[str | None, str, str]] = {
    INEXACT_MARK: (
        "inexact_number",
        "is a number of more digits than the file holds exactly: the last ones may be others",
        "enter it as text (format the column as text first), or export the column as text",
    ),
    SKIPPED_MARK: (
        None,
        "is a time that a change of clocks skipped",
        "enter a time that the clocks showed, or correct the zone in the source's mapping",
    ),
    YEAR_MARK: (
        None,
        f"is of a year before {FIRST_YEAR} or after {LAST_YEAR}",
        "enter the year that is meant, with all its digits",
    ),
    FROM_1904_MARK: (
        None,
        "is a day number, and the workbook counts days from 1904 while the mapping says excel-1900",
        "give the cells the format of a date, or declare excel-1904 in the source's mapping",
    ),
    FROM_1900_MARK: (
        None,
        "is a day number, and the workbook counts days from 1900 while the mapping says excel-1904",
        "give the cells the format of a date, or declare excel-1900 in the source's mapping",
    ),
    NEVER_MARK: (
        None,
        "is the number of 29 February 1900, a day that workbooks count and that never was",
        "enter the day that is meant",
    ),
}
"""By mark: code (None: that of the column's type), message and remedy."""


def without_marks(cell: str) -> str:
    """SQL of a cell of ``mapped`` as a person may see it. Of a yes that other cells contradict, that is yes.

    Null where nothing but the mark was kept, as of the name of a person.
    """
    marks = "".join(m.removeprefix(BAD_MARK) for m in (FORMULA_MARK, *REASONS))
    plain = f"nullif(regexp_replace({cell}, '^{BAD_MARK}+[{marks}]?', ''), '')"
    return f"CASE WHEN starts_with({cell}, '{CONTRADICTION_MARK}') THEN 'yes' ELSE {plain} END"
