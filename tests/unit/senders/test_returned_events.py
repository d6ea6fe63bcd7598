"""Refused events go back with the cell marked that is at fault; mended, they count by their own moment."""

from __future__ import annotations

import openpyxl
import pytest

from tests.conftest import SmallMission
from tests.unit.ingest.test_events import APPROVED, HEADER, LOG, RAISED, known
from tests.unit.senders.test_returned import give_back, send_again


@pytest.mark.parametrize(
    ("row", "column", "said", "mended", "state"),
    [
        (
            "A,lost,2021-02-04 08:00\n",
            "what",
            "the event 'lost' is not in the mapping",
            "seen",
            ("2021-02-04", "2021-02-05"),
        ),
        (
            "A,seen,03.02.2021\n",
            "when",
            "'03.02.2021' is not a time in the agreed format",
            "2021-02-03 09:00",
            ("2021-02-03", "2021-02-05"),
        ),
        (
            "A,reopened,soon\n",
            "when",
            "the event has no time: 'soon' is not a time",
            "2021-02-08 08:00",
            (None, None),
        ),
        # It happened before what is known by the time that it comes back.
        (
            "A,reopened,soon\n",
            "when",
            "the event has no time: 'soon' is not a time",
            "2021-02-03 08:00",
            (None, "2021-02-05"),
        ),
        (
            "B,seen,2021-02-03 09:00\n",
            "what",
            "no event has told yet: when it was raised",
            "raised",
            (None, "2021-02-05"),
        ),
    ],
)
def test_the_cell_at_fault_is_marked(
    mission: SmallMission, row: str, column: str, said: str, mended: str, state: tuple[str | None, str | None]
) -> None:
    mission.sources = [LOG]
    mission.put("events/1.csv", HEADER + RAISED + APPROVED + row)
    mission.ingest("2021-02-10")
    (book,) = give_back(mission)
    sheet = openpyxl.load_workbook(book.path)["events"]
    place = [c.value for c in sheet[1]].index(column)
    marked = [n for n, cell in enumerate(sheet[2]) if cell.comment is not None]
    assert marked == [place]
    assert sheet[2][place].comment.text.startswith(said)
    assert sheet[2][place].value == row.strip().split(",")[place - 1]
    send_again(mission, book, {f"events!{column}": {2: mended}})
    [line] = mission.ingest("2021-03-02").deliveries
    assert line.rejected == 0
    assert known(mission)[-1][1:3] == state


def test_a_withdrawal_of_a_report_that_nobody_sent_names_the_report(mission: SmallMission) -> None:
    means = {"withdrawn": {"at": "withdrawn_at", "set": {"withdrawn": "true"}}}
    mission.sources = [
        {
            **LOG,
            "table": "report",
            "events": {**LOG["events"], "means": means},
            "columns": {"report_id": "request", "revision": {"value": "0"}},
        }
    ]
    mission.put("events/1.csv", HEADER + "R9,withdrawn,2021-02-01 08:00\n")
    [line] = mission.ingest("2021-02-10").deliveries
    assert (line.rows_read, line.rejected) == (1, 1)
    [(column, raw, message, remedy)] = mission.ask("SELECT column_name, raw, message, remedy FROM reject")
    assert (column, raw) == ("request", "R9")
    assert message.startswith("no event has told yet: which report form it answers; ")
    assert "with or after what it is about" in remedy
