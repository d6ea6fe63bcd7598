"""Notes on files that were read: what is said on the ledger's line beside the numbers of rows.

Names that a sender gave to columns and sheets may be names of people. They stand in the ledger, for those who may see
the rows; what is shown to more people says only that there are some.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

UNKNOWN_COLUMNS = "columns that the mapping does not know, kept in the archive only"
HIDDEN_SHEETS = "hidden sheets that the mapping does not name"
_SHOWN = 10
_NAMING = (UNKNOWN_COLUMNS, HIDDEN_SHEETS)


def naming(note: str, names: str) -> str:
    """A note that names things of the sender."""
    return f"{note}: {names}"


def joined(notes: Iterable[str]) -> str:
    """The notes of one file as one text, those that name things last."""
    return "; ".join(sorted(notes, key=lambda said: said.startswith(_NAMING)))


def row_numbers(rows: Sequence[int]) -> str:
    """Rows of a file in words: ``row 2``, ``rows 2, 5, 7, ...``."""
    shown = ", ".join(map(str, rows[:_SHOWN])) + (", ..." if len(rows) > _SHOWN else "")
    return f"row{'' if len(rows) == 1 else 's'} {shown}"


def without_names(message: str) -> str:
    """The text of :func:`joined` without the names."""
    places = {note: message.find(naming(note, "")) for note in _NAMING}
    there = sorted((at, note) for note, at in places.items() if at >= 0)
    if not there:
        return message
    return message[: there[0][0]] + "; ".join(note for _, note in there)
