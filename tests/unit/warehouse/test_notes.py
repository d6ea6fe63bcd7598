"""Notes on files: names that a sender gave stand last, and are left out for those who may not see the rows."""

import pytest

from reportmetrics.warehouse.notes import HIDDEN_SHEETS, UNKNOWN_COLUMNS, joined, naming, without_names

END = "the table ends above row 9; rows from there do not count"


@pytest.mark.parametrize(
    ("notes", "shown"),
    [
        ([END], END),
        ([naming(UNKNOWN_COLUMNS, "Ann; Bob, Smith")], UNKNOWN_COLUMNS),
        (
            [naming(HIDDEN_SHEETS, "Ann; Bob"), naming(UNKNOWN_COLUMNS, "Cem"), END],
            f"{END}; {HIDDEN_SHEETS}; {UNKNOWN_COLUMNS}",
        ),
        ([naming(HIDDEN_SHEETS, UNKNOWN_COLUMNS + ": Ann")], f"{HIDDEN_SHEETS}; {UNKNOWN_COLUMNS}"),
    ],
)
def test_no_name_is_left(notes: list[str], shown: str) -> None:
    assert set(joined(notes).split("; ")) == {part for note in notes for part in note.split("; ")}
    assert without_names(joined(notes)) == shown
