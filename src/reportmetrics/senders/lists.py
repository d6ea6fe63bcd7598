"""Drop-downs of a workbook: a short list stands in the rule of its cell, any other one on a hidden sheet.

Excel parts the list of a rule at each comma and takes at most 255 characters of it; a range of cells has neither bound.

Belongs here: where the entries of a drop-down stand. Not here: which entries there are (``form``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reportmetrics.profile.intake import FORM_LISTS
from reportmetrics.senders.book import Book, within

_LONGEST = 255


class Lists:
    """The drop-downs of one workbook; a list that is asked for twice is written once."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._sheet: Any = None
        self._places: dict[tuple[str, ...], str] = {}

    def rule(self, values: Sequence[str]) -> dict[str, Any]:
        """What a validation needs to offer ``values``."""
        plain = all(v == v.strip() and v and not v.startswith("=") and not set(v) & set(',"') for v in values)
        joined = ",".join(values)
        if plain and within(joined, _LONGEST) == joined:
            return {"validate": "list", "source": list(values)}
        return {"validate": "list", "source": self._place(tuple(values))}

    def _place(self, values: tuple[str, ...]) -> str:
        if self._sheet is None:
            self._sheet = self._book.sheet(FORM_LISTS)
            self._sheet.hide()
            self._sheet.protect("")
        if values not in self._places:
            column = len(self._places)
            for row, value in enumerate(values):
                self._book.text(self._sheet, row, column, value)
            self._places[values] = _range(column, len(values))
        return self._places[values]


def _range(column: int, rows: int) -> str:
    from xlsxwriter.utility import xl_range_abs

    return f"={FORM_LISTS}!{xl_range_abs(0, column, rows - 1, column)}"
