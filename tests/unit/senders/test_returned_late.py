"""Rows that come back mended when newer files have told of their records: what is newer stays, and is said."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from reportmetrics import steps
from reportmetrics.ingest.ledger import Delivery
from reportmetrics.ingest.rebuild import rebuild
from reportmetrics.senders.returned import Returned
from tests.conftest import SmallMission
from tests.unit.ingest.test_answers_of_records import MONTHS
from tests.unit.ingest.test_events_and_registers import REGISTER
from tests.unit.ingest.test_events_in_any_order import REQUESTS, put
from tests.unit.senders.test_returned import faults, give_back, send_again

NAMED = {"facts": r"(?P<file_date>\d{8})\.csv", "known_from": {"file_date": "%Y%m%d"}}
WITH_AMOUNT: dict[str, Any] = {
    **REGISTER,
    "columns": {**REGISTER["columns"], "amount": {"from": "amount", "optional": True}},
}
TOLD = ("raised_at", "decided_at", "outcome", "amount")


@pytest.fixture
def mission(tmp_path: Path) -> SmallMission:
    return SmallMission(tmp_path / "mission", sources=[REQUESTS, {**WITH_AMOUNT, **NAMED}])


def register(mission: SmallMission, day: str, *rows: str) -> None:
    head = "request,raised,decided,outcome,amount\n"
    mission.put(f"register/{day}.csv", head + "".join(f"{row}\n" for row in rows))
    mission.ingest(f"{day[:4]}-{day[4:6]}-{day[6:]}T12:00:00")


def mend(mission: SmallMission, book: Returned, cells: dict[str, dict[int, object]], day: str) -> Delivery:
    send_again(mission, book, cells)
    [line] = mission.ingest(day).deliveries
    return line


def known(mission: SmallMission) -> dict[str, tuple[str, ...]]:
    found = mission.known("request", "2021-06-01").select("request_id", *TOLD)
    return {n: tuple(str(cell)[:10] for cell in row) for n, *row in found.rows()}


def rebuilt_alike(mission: SmallMission) -> None:
    asked = "SELECT * EXCLUDE (source_file) FROM core.request ORDER BY ALL"
    before = mission.ask(asked)
    made = rebuild(mission.settings, mission.profile)
    assert made.changed == []
    assert mission.ask(asked) == before


def test_a_register_that_came_since_is_not_undone(mission: SmallMission) -> None:
    register(mission, "20210303", "A,2021-02-01,,open,x", "B,2021-02-01,,open,y")
    [book] = give_back(mission)
    register(mission, "20210310", "A,2021-02-01,2021-03-08,approved,7")
    line = mend(mission, book, {"register!amount": {2: 5, 3: 6}}, "2021-03-12")
    assert (line.accepted, line.superseded, line.rejected, line.duplicate) == (2, 0, 0, 0)
    assert line.message is not None
    assert line.message.startswith("row 2 came back after newer files, such as register/20210310.csv, had told of the")
    assert known(mission) == {
        "A": ("2021-02-01", "2021-03-08", "approved", "7.0"),
        "B": ("2021-02-01", "None", "open", "6.0"),
    }
    assert set(faults(mission)["state"]) == {"mended"}
    rebuilt_alike(mission)


def test_what_a_log_told_since_stays_and_the_rest_of_the_row_counts(mission: SmallMission) -> None:
    register(mission, "20210224", "A,2021-02-01,,open,")
    register(mission, "20210303", "A,2021-02-01,,open,x")
    [book] = give_back(mission)
    put(mission, "e", "approved,2021-03-08,")
    mission.ingest("2021-03-09")
    line = mend(mission, book, {"register!amount": {2: 5}}, "2021-03-12")
    assert (line.accepted, line.superseded) == (1, 0)
    assert known(mission) == {"A": ("2021-02-01", "2021-03-08", "approved", "5.0")}
    rebuilt_alike(mission)
    # As if the row had been right from the start: a register that repeats it says nothing of what the log told since.
    register(mission, "20210317", "A,2021-02-01,,open,5")
    assert known(mission) == {"A": ("2021-02-01", "2021-03-08", "approved", "5.0")}
    register(mission, "20210324", "A,2021-02-01,,open,6")
    assert known(mission) == {"A": ("2021-02-01", "None", "open", "6.0")}


def test_an_older_register_that_came_since_is_undone(mission: SmallMission) -> None:
    register(mission, "20210310", "A,2021-02-01,2021-03-08,approved,x")
    [book] = give_back(mission)
    mission.put("register/20210303.csv", "request,raised,decided,outcome,amount\nA,2021-02-01,,open,3\n")
    mission.ingest("2021-03-11")
    line = mend(mission, book, {"register!amount": {2: 5}}, "2021-03-12")
    assert (line.accepted, line.message) == (1, None)
    assert known(mission) == {"A": ("2021-02-01", "2021-03-08", "approved", "5.0")}


def test_a_row_that_was_mended_badly_is_mended_once_more(mission: SmallMission) -> None:
    """From the same workbook, and from the one that it goes out in when it is refused once more."""
    register(mission, "20210303", "A,2021-02-01,,open,x")
    [book] = give_back(mission)
    assert mend(mission, book, {"register!amount": {2: 5}}, "2021-03-05").accepted == 1
    assert mend(mission, book, {"register!amount": {2: 6}}, "2021-03-06").accepted == 1
    assert known(mission)["A"][-1] == "6.0"
    register(mission, "20210310", "A,2021-02-01,,open,y")
    [again] = give_back(mission)
    assert mend(mission, again, {"register!amount": {2: "z"}}, "2021-03-11").rejected == 1
    [last] = give_back(mission)
    register(mission, "20210317", "A,2021-02-01,,open,9")
    line = mend(mission, last, {"register!amount": {2: 8}}, "2021-03-18")
    assert (line.accepted, line.superseded) == (1, 0)
    assert line.message is not None
    assert known(mission)["A"][-1] == "9.0"
    rebuilt_alike(mission)


def test_records_of_a_row_that_were_sound_do_not_come_back_over_newer_ones(tmp_path: Path) -> None:
    mission = SmallMission(tmp_path / "mission", sources=[MONTHS])
    mission.put("readings/a.csv", "indicator,2022-01,2022-02\nLO-1.1,x1,20\n")
    mission.ingest("2022-04-01")
    [book] = give_back(mission)
    mission.put("readings/b.csv", "indicator,2022-02,2022-03\nLO-1.1,25,26\n")
    mission.ingest("2022-04-02")
    line = mend(mission, book, {"readings!2022-01": {2: 12}}, "2022-04-03")
    assert (line.accepted, line.duplicate, line.superseded, line.message) == (1, 1, 0, None)
    values = mission.known("observation", "2022-06-01").sort("observed_on").select("observed_on", "value").rows()
    assert values == [(dt.date(2022, 1, 31), 12.0), (dt.date(2022, 2, 28), 25.0), (dt.date(2022, 3, 31), 26.0)]


def test_what_is_mended_of_an_older_file_is_not_newer(mission: SmallMission) -> None:
    register(mission, "20210303", "A,2021-02-01,,open,x")
    [first] = give_back(mission)
    register(mission, "20210310", "A,2021-02-01,,open,y")
    both = give_back(mission)[-1]
    assert mend(mission, first, {"register!amount": {2: 5}}, "2021-03-12").accepted == 1
    assert faults(mission).sort("file_seq")["state"].to_list() == ["mended", "open"]
    mend(mission, both, {"register!amount": {2: 6, 3: 6}}, "2021-03-13")
    assert known(mission)["A"][-1] == "6.0"


def test_an_event_of_before_the_file_takes_nothing_from_the_row(mission: SmallMission) -> None:
    register(mission, "20210224", "A,2021-02-01,,open,")
    register(mission, "20210303", "A,2021-02-01,2021-03-01,approved,x")
    [book] = give_back(mission)
    put(mission, "e", "raised,2021-02-01,")
    mission.ingest("2021-03-05")
    mend(mission, book, {"register!amount": {2: 5}}, "2021-03-12")
    assert known(mission) == {"A": ("2021-02-01", "2021-03-01", "approved", "5.0")}


def test_a_row_refused_again_beside_a_sheet_of_another_source_keeps_its_own_file(tmp_path: Path) -> None:
    second = {**WITH_AMOUNT, **NAMED, "source": "second", "files": "second/*.csv"}
    mission = SmallMission(tmp_path / "mission", sources=[REQUESTS, {**WITH_AMOUNT, **NAMED}, second])
    register(mission, "20210224", "A,2021-02-01,,open,")
    register(mission, "20210303", "A,2021-02-01,,open,x")
    put(mission, "e", "approved,2021-03-08,")
    mission.put("second/20210310.csv", "request,raised,decided,outcome,amount\nC,2021-02-01,,open,z\n")
    mission.ingest("2021-03-10T12:00:00")
    [book] = give_back(mission)
    send_again(mission, book, {"register!amount": {2: "xx"}, "second!amount": {2: "zz"}})
    assert [line.rejected for line in mission.ingest("2021-03-12").deliveries] == [1, 1]
    [last] = give_back(mission)
    send_again(mission, last, {"register!amount": {2: 5}, "second!amount": {2: 6}})
    mission.ingest("2021-03-13")
    assert known(mission)["A"] == ("2021-02-01", "2021-03-08", "approved", "5.0")


def test_a_newer_file_that_only_repeats_what_was_known_before_is_newer(mission: SmallMission) -> None:
    register(mission, "20210224", "A,2021-02-01,2021-02-20,approved,3")
    register(mission, "20210303", "A,2021-02-01,,open,x")
    [book] = give_back(mission)
    register(mission, "20210310", "A,2021-02-01,2021-02-20,approved,3")
    line = mend(mission, book, {"register!amount": {2: 5}}, "2021-03-12")
    assert (line.accepted, line.duplicate) == (1, 0)
    assert line.message is not None
    assert "such as register/20210310.csv" in line.message
    assert known(mission) == {"A": ("2021-02-01", "2021-02-20", "approved", "3.0")}
    rebuilt_alike(mission)


def test_a_repeat_is_newer_also_where_files_are_known_from_their_arrival(tmp_path: Path) -> None:
    mission = SmallMission(tmp_path / "mission", sources=[REQUESTS, WITH_AMOUNT])
    for day, row in (("20210224", "open,3"), ("20210303", "open,x"), ("20210310", "open,3")):
        if day == "20210310":
            [book] = give_back(mission)
        register(mission, day, f"A,2021-02-01,,{row}", f"B{day},2021-02-01,,open,1")
    mend(mission, book, {"register!amount": {2: 5}}, "2021-03-12")
    assert known(mission)["A"][-1] == "3.0"
    rebuilt_alike(mission)


def test_a_newer_file_that_was_taken_before_the_older_one_is_newer(mission: SmallMission) -> None:
    register(mission, "20210310", "A,2021-02-01,2021-03-08,approved,7")
    mission.put("register/20210303.csv", "request,raised,decided,outcome,amount\nA,2021-02-01,,open,x\n")
    mission.ingest("2021-03-11")
    [book] = give_back(mission)
    mend(mission, book, {"register!amount": {2: 5}}, "2021-03-12")
    assert known(mission) == {"A": ("2021-02-01", "2021-03-08", "approved", "7.0")}
    rebuilt_alike(mission)


def test_a_newer_file_that_comes_after_the_mended_row_is_newer(mission: SmallMission) -> None:
    register(mission, "20210303", "A,2021-02-01,,open,x")
    [book] = give_back(mission)
    mend(mission, book, {"register!amount": {2: 5}}, "2021-03-20")
    assert known(mission) == {"A": ("2021-02-01", "None", "open", "5.0")}
    mission.put("register/20210310.csv", "request,raised,decided,outcome,amount\nA,2021-02-01,2021-03-08,approved,7\n")
    mission.ingest("2021-03-21")
    assert known(mission) == {"A": ("2021-02-01", "2021-03-08", "approved", "7.0")}
    rebuilt_alike(mission)


def test_a_mended_row_is_not_known_before_it_came_back(mission: SmallMission) -> None:
    register(mission, "20210224", "A,2021-02-01,,open,3")
    register(mission, "20210303", "A,2021-02-01,,open,x")
    [book] = give_back(mission)
    mend(mission, book, {"register!amount": {2: 5}}, "2021-03-12T09:00:00")
    amounts = [mission.known("request", day)["amount"].to_list() for day in ("2021-03-12", "2021-03-13")]
    assert amounts == [[3.0], [5.0]]


def test_of_rows_of_one_file_the_last_one_stays_the_last(mission: SmallMission) -> None:
    register(mission, "20210303", "A,2021-02-01,,open,x", "A,2021-02-01,2021-03-01,approved,4")
    [book] = give_back(mission)
    mend(mission, book, {"register!amount": {2: 5}}, "2021-03-12")
    assert known(mission) == {"A": ("2021-02-01", "2021-03-01", "approved", "4.0")}
    rebuilt_alike(mission)


def test_rows_of_two_files_in_one_workbook_stand_each_in_its_own(mission: SmallMission) -> None:
    """Whichever stands first in the workbook."""
    register(mission, "20210303", "B,2021-02-01,,open,x", "A,2021-02-01,,open,x")
    register(mission, "20210310", "A,2021-02-01,2021-03-08,approved,y")
    [book] = give_back(mission)
    line = mend(mission, book, {"register!amount": {2: 5, 3: 6, 4: 7}}, "2021-03-12")
    assert (line.accepted, line.superseded) == (3, 0)
    assert known(mission) == {
        "A": ("2021-02-01", "2021-03-08", "approved", "7.0"),
        "B": ("2021-02-01", "None", "open", "5.0"),
    }
    assert not steps.check_new(mission.settings, mission.profile, now=dt.datetime(2021, 3, 12)).blocked
    rebuilt_alike(mission)


def test_a_row_that_is_mended_to_what_was_known_is_a_duplicate_and_a_late_file_in_between_counts(
    mission: SmallMission,
) -> None:
    register(mission, "20210224", "A,2021-02-01,,open,3")
    register(mission, "20210310", "A,2021-02-01,,open,x")
    [book] = give_back(mission)
    assert mend(mission, book, {"register!amount": {2: 3}}, "2021-03-12").duplicate == 1
    mission.put("register/20210303.csv", "request,raised,decided,outcome,amount\nA,2021-02-01,,open,4\n")
    mission.ingest("2021-03-13")
    assert known(mission)["A"][-1] == "3.0"
    assert mission.known("request", "2021-03-13")["amount"].to_list() == [3.0]
    rebuilt_alike(mission)


def test_a_row_of_the_same_file_that_repeats_one_above_the_mended_row_is_newer(mission: SmallMission) -> None:
    register(mission, "20210303", "A,2021-02-01,,open,3", "A,2021-02-01,,open,x", "A,2021-02-01,,open,3")
    [book] = give_back(mission)
    mend(mission, book, {"register!amount": {2: 5}}, "2021-03-12")
    assert known(mission)["A"][-1] == "3.0"
    rebuilt_alike(mission)


def test_events_of_one_moment_count_by_their_files_also_where_they_come_back_in_one_workbook(
    mission: SmallMission,
) -> None:
    """As two files tell them: of one moment counts what stands later in the mapping."""
    put(mission, "a", "raised,2021-02-01,")
    mission.ingest("2021-02-02")
    for number, event in enumerate(("reopen", "withdraw")):
        put(mission, f"b{number}", f"{event},2021-03-05,")
        mission.ingest(f"2021-03-0{number + 6}")
    [book] = give_back(mission)
    mend(mission, book, {"events!what": {2: "reopened", 3: "withdrawn"}}, "2021-03-12")
    assert known(mission) == {"A": ("2021-02-01", "None", "open", "None")}
    rebuilt_alike(mission)


def test_a_mended_event_keeps_its_place_among_those_of_its_moment_in_its_file(mission: SmallMission) -> None:
    put(mission, "a", "raised,2021-02-01,", "approved,2021-03-05,", "reopened,2021-03-05,", "aproved,2021-03-05,")
    mission.ingest("2021-03-06")
    [book] = give_back(mission)
    assert known(mission)["A"][2] == "open"
    assert mend(mission, book, {"events!what": {2: "approved"}}, "2021-03-12").accepted == 1
    assert known(mission)["A"][2] == "approved"
    rebuilt_alike(mission)


def test_a_mended_row_that_knows_its_own_moment_answers_older_refusals(tmp_path: Path) -> None:
    """By the files that both came in, whatever moment the rows state."""
    mission = SmallMission(tmp_path / "mission", sources=[{**WITH_AMOUNT, "known_from": {"column": "raised_at"}}])
    register(mission, "20210303", "A,2021-02-01,,open,x")
    [_] = give_back(mission)
    register(mission, "20210310", "A,2021-02-01,,open,y")
    both = give_back(mission)[-1]
    opened = openpyxl.load_workbook(both.path)
    [row] = [r for r, cells in enumerate(opened["register"].values, start=1) if "x" in cells]
    opened["register"].delete_rows(row)
    opened.save(both.path)
    mend(mission, both, {"register!amount": {2: 5}}, "2021-03-12")
    assert faults(mission)["state"].to_list() == ["mended", "mended"]


def test_a_source_may_have_an_apostrophe_in_its_name(tmp_path: Path) -> None:
    mission = SmallMission(tmp_path / "mission", sources=[{**WITH_AMOUNT, "source": "desk's register"}])
    register(mission, "20210303", "A,2021-02-01,,open,x")
    [book] = give_back(mission)
    register(mission, "20210310", "A,2021-02-01,,open,7")
    sheet = openpyxl.load_workbook(book.path).sheetnames[-1]
    send_again(mission, book, {f"{sheet}!amount": {2: 5}})
    assert [line.accepted for line in mission.ingest("2021-03-12").deliveries] == [1]
    assert known(mission)["A"][-1] == "7.0"


def test_of_two_dated_files_with_the_same_bytes_the_mended_row_stands_in_the_newer_one(mission: SmallMission) -> None:
    register(mission, "20210310", "A,2021-02-01,,open,x")
    for name, amount, day in (("20210303", "x", 11), ("20210306", "4", 12)):
        mission.put(f"register/{name}.csv", f"request,raised,decided,outcome,amount\nA,2021-02-01,,open,{amount}\n")
        mission.ingest(f"2021-03-{day}")
    [book] = give_back(mission)
    mend(mission, book, {"register!amount": dict.fromkeys(range(2, book.rows + 2), 5)}, "2021-03-22")
    assert known(mission)["A"][-1] == "5.0"
    rebuilt_alike(mission)


@pytest.mark.parametrize("row", [2, 3])
def test_either_of_two_rows_that_are_alike_is_corrected_after_a_register_repeated_them(
    tmp_path: Path, row: int
) -> None:
    mission = SmallMission(tmp_path / "mission", sources=[WITH_AMOUNT])
    register(mission, "20210303", "A,2021-02-01,,open,3", "A,2021-02-01,,open,3")
    [(sha256,)] = mission.ask("SELECT source_file FROM ledger")
    register(mission, "20210310", "A,2021-02-01,,open,3", "B,2021-02-01,,open,3")
    record = {"file": sha256[:12], "row": row, "column": "amount", "was": "3", "now": "4", "reason": "a letter"}
    mission.sources = [{**WITH_AMOUNT, "corrections": [{**record, "author": "officer", "date": "2021-03-12"}]}]
    mission.ingest("2021-03-12")
    assert known(mission)["A"][-1] == "4.0"
    rebuilt_alike(mission)
