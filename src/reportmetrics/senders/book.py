"""Writing workbooks for people: looks, and text that no spreadsheet can take for a formula or a link.

Belongs here: what all outgoing workbooks share. Not here: what stands in them (``returned``, ``form``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from reportmetrics.ingest.guard import SIGN, guarded

_LOOKS: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 14},
    "head": {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"},
    "note": {"font_color": "#52606D", "text_wrap": True, "valign": "top"},
    "text": {"num_format": "@", "valign": "top"},
    "wrapped": {"num_format": "@", "text_wrap": True, "valign": "top"},
    "bad": {"num_format": "@", "valign": "top", "bg_color": "#FCE0CC", "border": 2, "border_color": "#F46A25"},
    "entry": {"bg_color": "#FFF7E0", "border": 1, "border_color": "#8A94A0", "locked": False, "valign": "top"},
    "words": {
        "num_format": "@", "text_wrap": True, "bg_color": "#FFF7E0", "border": 1, "border_color": "#8A94A0",
        "locked": False, "valign": "top",
    },
    "moment": {
        "num_format": "yyyy-mm-dd hh:mm", "bg_color": "#FFF7E0", "border": 1, "border_color": "#8A94A0",
        "locked": False, "valign": "top",
    },
}  # fmt: skip

_LONGEST = 32_767
"""Characters that a cell holds."""
_ABRIDGED = 1_000
_TOO_LONG = (
    f"{SIGN}{{length:,}} characters are too long for a cell: shorten the text, or send the row in its own format"
)


def within(text: str, most: int) -> str:
    """``text`` cut to what Excel counts as ``most`` characters: those beyond the first 65,536 are two to it."""
    return text.encode("utf-16-le", "surrogatepass")[: 2 * most].decode("utf-16-le", "ignore")


def fits(text: str) -> bool:
    """Whether a cell can hold the whole text."""
    whole = guarded(text)
    return within(whole, _LONGEST) == whole


def abridged(text: str) -> str:
    """The text, or its beginning where it is too long for a cell."""
    return text if fits(text) else f"{within(text, _ABRIDGED)} …"


class Book:
    """A workbook being written. ``looks`` are its formats by name."""

    def __init__(self, workbook: Any) -> None:
        self.workbook = workbook
        self.looks = {name: workbook.add_format(given) for name, given in _LOOKS.items()}

    def sheet(self, name: str) -> Any:
        """A new sheet."""
        return self.workbook.add_worksheet(name)

    def text(self, sheet: Any, row: int, column: int, text: str | None, look: str = "text") -> None:
        """A cell of text, guarded; an empty one still has its looks.

        Of a text that is too long for a cell its length is said, behind the sign of cells without a usable value: where
        that comes back, it is refused, and not taken for the text.
        """
        if text is None or text == "":
            sheet.write_blank(row, column, None, self.looks[look])
        else:
            shown = guarded(text) if fits(text) else _TOO_LONG.format(length=len(text))
            sheet.write_string(row, column, shown, self.looks[look])

    def number(self, sheet: Any, row: int, column: int, number: float, look: str = "text") -> None:
        """A cell that is a number, not the text of one."""
        sheet.write_number(row, column, number, self.looks[look])

    def row(self, sheet: Any, row: int, texts: Sequence[str | None], look: str = "text", *, first: int = 0) -> None:
        """A row of text from the column ``first`` on."""
        for column, text in enumerate(texts, first):
            self.text(sheet, row, column, text, look)


@contextmanager
def new_book(path: Path, *, title: str) -> Iterator[Book]:
    """A workbook at ``path``, written when the block ends; nothing in it is a formula or a link."""
    import xlsxwriter

    path.parent.mkdir(parents=True, exist_ok=True)
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as workbook:
        workbook.set_properties({"title": title})
        yield Book(workbook)
