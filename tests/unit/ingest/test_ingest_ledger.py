"""New, repeated, replaced, refused: each rule of the ledger on a register that a person can follow."""

from __future__ import annotations

import datetime as dt
import itertools
import random
import time
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reportmetrics.ingest.rebuild import rebuild
from reportmetrics.upkeep.fsck import fsck
from reportmetrics.warehouse.store import Store
from tests.conftest import REQUESTS, SmallMission

HEADER = "id,raised,decided,outcome\n"
OPEN_A = "A,2021-02-01,,\n"
DONE_A = "A,2021-02-01,2021-02-05,OK\n"
BAD_A = "A,2021-02-01,2021-01-05,OK\n"
OPEN_B = "B,2021-02-02,,\n"
READ = ["rows_read", "accepted", "rejected", "duplicate", "superseded"]


def numbers(mission: SmallMission, *rows: str, now: str) -> tuple[int, ...]:
    """Send a register with these rows; what the ledger says: read, accepted, rejected, duplicate, superseded."""
    mission.put(f"requests/{now}.csv", HEADER + "".join(rows))
    [line] = mission.ingest(now).deliveries
    return tuple(getattr(line, n) for n in READ)


def outcomes(mission: SmallMission) -> list[tuple[object, ...]]:
    return mission.ask("SELECT request_id, decided_at IS NOT NULL, file_seq FROM core.request ORDER BY file_seq, 1")


def test_new_rows_are_accepted(mission: SmallMission) -> None:
    assert numbers(mission, OPEN_A, OPEN_B, now="2021-02-10") == (2, 2, 0, 0, 0)


def test_register_sent_again_stores_only_what_changed(mission: SmallMission) -> None:
    numbers(mission, OPEN_A, OPEN_B, now="2021-02-10")
    assert numbers(mission, DONE_A, OPEN_B, now="2021-02-17") == (2, 1, 0, 1, 0)
    assert outcomes(mission) == [("A", False, 1), ("B", False, 1), ("A", True, 2)]


def test_keys_with_the_same_short_hash_are_told_apart(mission: SmallMission, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("ingest.write", "ingest.verdicts"):
        monkeypatch.setattr(f"reportmetrics.{module}.KEY_HASH", "CAST(7 AS UINTEGER)")
    numbers(mission, OPEN_A, OPEN_B, now="2021-02-10")
    assert numbers(mission, DONE_A, OPEN_B, "C,2021-02-03,,\n", now="2021-02-17") == (3, 2, 0, 1, 0)


def test_going_back_is_a_change_again(mission: SmallMission) -> None:
    numbers(mission, OPEN_A, now="2021-02-10")
    numbers(mission, DONE_A, now="2021-02-17")
    # The same bytes as the first file are the same delivery; another row makes them another file.
    assert numbers(mission, OPEN_A, OPEN_B, now="2021-02-24") == (2, 2, 0, 0, 0)
    assert outcomes(mission)[-2:] == [("A", False, 3), ("B", False, 3)]


def test_repeat_in_a_file_is_a_duplicate(mission: SmallMission) -> None:
    assert numbers(mission, OPEN_A, OPEN_A, OPEN_B, OPEN_A, now="2021-02-10") == (4, 2, 0, 2, 0)


def test_later_row_of_a_file_supersedes(mission: SmallMission) -> None:
    assert numbers(mission, OPEN_A, DONE_A, now="2021-02-10") == (2, 1, 0, 0, 1)
    assert outcomes(mission) == [("A", True, 1)]


def test_last_row_that_says_what_is_known_is_a_duplicate(mission: SmallMission) -> None:
    numbers(mission, DONE_A, now="2021-02-10")
    assert numbers(mission, OPEN_A, DONE_A, now="2021-02-17") == (2, 0, 0, 1, 1)


def test_faulty_row_sent_twice_is_one_reject_and_one_duplicate(mission: SmallMission) -> None:
    assert numbers(mission, BAD_A, BAD_A, now="2021-02-10") == (2, 0, 1, 1, 0)
    assert numbers(mission, BAD_A, OPEN_B, now="2021-02-17") == (2, 1, 0, 1, 0)


def test_faulty_row_does_not_displace_a_sound_one(mission: SmallMission) -> None:
    numbers(mission, OPEN_A, now="2021-02-10")
    assert numbers(mission, BAD_A, now="2021-02-17") == (1, 0, 1, 0, 0)
    assert numbers(mission, OPEN_A, OPEN_B, now="2021-02-24") == (2, 1, 0, 1, 0)
    assert numbers(mission, BAD_A, OPEN_B, DONE_A, now="2021-03-03") == (3, 1, 1, 1, 0)


def test_several_files_at_once_are_judged_in_their_order(mission: SmallMission) -> None:
    for name, row in (("1", OPEN_A), ("2", DONE_A), ("3", DONE_A + OPEN_B), ("4", OPEN_A)):
        mission.put(f"requests/{name}.csv", HEADER + row)
    lines = mission.ingest("2021-03-01").deliveries
    # The fourth file holds the same bytes as the first: it is the same delivery.
    assert [tuple(getattr(d, n) for n in READ) for d in lines] == [(1, 1, 0, 0, 0), (1, 1, 0, 0, 0), (2, 1, 0, 1, 0)]


def test_second_run_takes_nothing(mission: SmallMission) -> None:
    mission.put("requests/a.csv", HEADER + OPEN_A)
    first = mission.ingest("2021-02-10")
    again = mission.ingest("2021-02-11")
    assert (again.deliveries, again.position, again.unchanged) == ([], first.position, 1)


def test_same_content_under_another_name_counts_once(mission: SmallMission) -> None:
    mission.put("requests/a.csv", HEADER + OPEN_A)
    mission.put("requests/a (1).csv", HEADER + OPEN_A)
    summary = mission.ingest("2021-02-10")
    assert (len(summary.deliveries), summary.unchanged) == (1, 1)


def test_same_content_of_two_units_counts_twice(mission: SmallMission) -> None:
    mission.sources = [
        {
            **REQUESTS,
            "facts": r"(?P<unit>\w+)\.csv",
            "columns": {**REQUESTS["columns"], "funder": {"fact": "unit"}, "request_type": {"fact": "unit"}},
            "key": ["request_id", "request_type"],
        }
    ]
    mission.put("requests/north.csv", HEADER + OPEN_A)
    mission.put("requests/south.csv", HEADER + OPEN_A)
    assert [d.accepted for d in mission.ingest().deliveries] == [1, 1]
    assert mission.ask("SELECT funder FROM core.request ORDER BY 1") == [("north",), ("south",)]


def test_file_still_being_written_is_left_for_the_next_run(mission: SmallMission) -> None:
    path = mission.put("requests/a.csv", HEADER + OPEN_A)
    path.write_text(HEADER + OPEN_A + OPEN_B)
    assert mission.ingest().waiting == ["requests/a.csv"]


def test_failure_while_storing_leaves_nothing_behind(mission: SmallMission, monkeypatch: pytest.MonkeyPatch) -> None:
    mission.put("requests/a.csv", HEADER + OPEN_A)

    def fail(*_: object) -> None:
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr("reportmetrics.ingest.run.write_ledger", fail)
        with pytest.raises(RuntimeError, match="the disk is full"):
            mission.ingest("2021-02-10")
    for table in ("core.request", "latest.request", "ledger", "seen"):
        assert mission.ask(f"SELECT count(*) FROM {table}") == [(0,)], table
    [line] = mission.ingest("2021-02-12").deliveries
    assert line.accepted == 1
    # It arrived when it was archived, not when storing it succeeded.
    assert mission.ask("SELECT known_from FROM core.request") == [(dt.datetime(2021, 2, 10),)]


def test_backfill_that_arrives_late_finds_its_place(mission: SmallMission) -> None:
    mission.sources = [{**REQUESTS, "facts": r"(?P<file_date>.*)\.csv", "known_from": {"file_date": "%Y-%m-%d"}}]
    done_later = "A,2021-02-01,2021-02-09,OK\n"
    assert numbers(mission, OPEN_A, now="2021-02-03") == (1, 1, 0, 0, 0)
    assert numbers(mission, done_later, now="2021-02-17") == (1, 1, 0, 0, 0)
    # Dated between the two: a repeat of the first, and a change from it.
    assert numbers(mission, OPEN_A, OPEN_B, now="2021-02-05") == (2, 1, 0, 1, 0)
    assert numbers(mission, DONE_A, now="2021-02-10") == (1, 1, 0, 0, 0)
    # What is current is still what the latest date says.
    assert numbers(mission, done_later, OPEN_B, now="2021-02-24") == (2, 0, 0, 2, 0)


def test_end_before_start_may_mean_zero(mission: SmallMission) -> None:
    mission.sources = [{**REQUESTS, "end_before_start": "zero"}]
    assert numbers(mission, BAD_A, now="2021-02-10") == (1, 1, 0, 0, 0)
    assert mission.ask("SELECT decided_at = raised_at FROM core.request") == [(True,)]


rows = st.tuples(
    st.sampled_from("ABC"),
    st.sampled_from(["2021-02-01", "2021-02-31", ""]),
    st.sampled_from(["", "2021-02-05", "2021-01-01"]),
    st.sampled_from(["", "ok", "NO", "?"]),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=st.lists(st.lists(rows, min_size=1, max_size=6), min_size=1, max_size=4))
def test_ledger_balances_and_batches_do_not_matter(
    mission: SmallMission, tmp_path_factory: pytest.TempPathFactory, files: list[list[tuple[str, ...]]]
) -> None:
    """Taken one by one or all at once, the books balance and core holds the same rows."""
    base = SmallMission(tmp_path_factory.mktemp("ledger"))
    together, apart = base.elsewhere("together"), base.elsewhere("apart")
    texts = [HEADER + "".join(",".join(r) + "\n" for r in file) for file in files]
    for day, text in enumerate(texts, start=1):
        together.put(f"requests/{day}.csv", text)
        apart.put(f"requests/{day}.csv", text)
        apart.ingest("2021-03-01")
    together.ingest("2021-03-01")
    everything = "SELECT * FROM core.request ORDER BY ALL"
    balance = "SELECT rows_read, accepted, rejected, duplicate, superseded FROM ledger ORDER BY file_seq"
    (stored, books), others = answers(together, everything, balance), answers(apart, everything, balance)
    assert (stored, books) == others
    for read, *parts in books:
        assert read == sum(parts)
    assert sum(read for read, *_ in books) == sum(map(len, {t: t.split() for t in texts}.values())) - len(set(texts))


def answers(mission: SmallMission, *questions: str) -> tuple[list[tuple[Any, ...]], ...]:
    """To several questions, of a warehouse that is opened once."""
    with Store(mission.settings.warehouse) as store:
        return tuple(store.connection.execute(sql).fetchall() for sql in questions)


def test_row_order_does_not_matter(mission: SmallMission) -> None:
    lines = [
        f"{c}{n},2021-02-{n:02},{'2021-03-01' if n % 2 else ''},\n" for c, n in itertools.product("XY", range(1, 9))
    ]
    shuffled = lines[:]
    random.Random(1).shuffle(shuffled)
    other = mission.elsewhere("other")
    for each, order in ((mission, lines), (other, shuffled)):
        each.put("requests/a.csv", HEADER + "".join(order))
        each.ingest("2021-03-02")
    same = "SELECT * EXCLUDE (source_file, source_row) FROM core.request ORDER BY row_key"
    assert mission.ask(same) == other.ask(same)


DATED = {**REQUESTS, "facts": r".*?(?P<file_date>\d{8}).*\.csv", "known_from": {"file_date": "%Y%m%d"}}


def test_of_two_files_with_the_same_content_none_is_taken_for_known_before_its_rows_are_stored(
    mission: SmallMission, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "a (1)"):
        mission.put(f"requests/{name}.csv", HEADER + OPEN_A)
    with monkeypatch.context() as patched:

        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        patched.setattr("reportmetrics.ingest.run.store_taken", full)
        with pytest.raises(OSError, match="No space left"):
            mission.ingest("2021-02-10")
    summary = mission.ingest("2021-02-10")
    assert ([d.accepted for d in summary.deliveries], summary.unchanged) == ([1], 1)
    assert mission.ingest("2021-02-11").unchanged == 2


def test_a_name_that_states_a_day_to_come_is_refused(mission: SmallMission) -> None:
    mission.sources = [DATED]
    mission.put("requests/r_20610210.csv", HEADER + OPEN_A)
    mission.put("requests/r_20210211.csv", HEADER + OPEN_A)  # sent ahead of midnight elsewhere
    lines = {d.original_name: d for d in mission.ingest("2021-02-10T12:00").deliveries}
    assert lines["requests/r_20210211.csv"].accepted == 1
    refused = lines["requests/r_20610210.csv"]
    assert (refused.status, refused.accepted) == ("unreadable", 0)
    assert refused.message is not None
    assert "'r_20610210.csv' states 20610210," in refused.message
    assert refused.message.endswith("correct the date in the file's name")
    assert mission.ask("SELECT max(known_from) FROM ledger") < [(dt.datetime(2021, 2, 12),)]


def test_a_clock_that_was_set_back_a_little_makes_nothing_older_than_what_came_before(mission: SmallMission) -> None:
    an_hour_ahead = dt.datetime.now(dt.UTC).replace(tzinfo=None) + dt.timedelta(hours=1)
    mission.put("requests/1.csv", HEADER + OPEN_A)
    mission.ingest(an_hour_ahead)
    mission.put("requests/2.csv", HEADER + DONE_A)
    mission.ingest()
    assert mission.ask("SELECT file_seq, arrived_at FROM ledger ORDER BY 1") == [(1, an_hour_ahead), (2, an_hour_ahead)]
    newest = "SELECT file_seq FROM core.request ORDER BY known_from DESC, file_seq DESC LIMIT 1"
    assert mission.ask(newest) == [(2,)]


def test_archived_bytes_that_were_altered_are_replaced_when_the_file_comes_again(mission: SmallMission) -> None:
    mission.sources = [DATED]
    mission.put("requests/r_20210210.csv", HEADER + OPEN_A)
    mission.ingest("2021-02-10")
    [(sha256,)] = mission.ask("SELECT source_file FROM ledger")
    archived = mission.settings.archive / sha256
    archived.chmod(0o640)
    archived.write_text(HEADER + OPEN_A.replace("A", "Z"))
    mission.put("requests/r_20210217.csv", HEADER + OPEN_A)
    [line] = mission.ingest("2021-02-17").deliveries
    assert (line.accepted, line.duplicate) == (0, 1)
    assert archived.read_text() == HEADER + OPEN_A


def test_an_error_that_ended_the_transaction_is_told_as_it_is(
    mission: SmallMission, monkeypatch: pytest.MonkeyPatch
) -> None:
    mission.put("requests/a.csv", HEADER + OPEN_A)

    def full(connection: duckdb.DuckDBPyConnection, *_: object) -> None:
        connection.rollback()  # as DuckDB does by itself when the disk is full
        raise duckdb.IOException("No space left on device")

    monkeypatch.setattr("reportmetrics.ingest.run.write_ledger", full)
    with pytest.raises(duckdb.IOException, match="No space left"):
        mission.ingest("2021-02-10")


def test_a_file_that_is_overwritten_may_go_back_to_what_it_held(mission: SmallMission) -> None:
    def send(row: str, now: str) -> list[int]:
        mission.put("requests/current.csv", HEADER + row)
        return [d.accepted for d in mission.ingest(now).deliveries]

    assert send(OPEN_A, "2021-02-10") == [1]
    assert send(DONE_A, "2021-02-17") == [1]
    assert send(OPEN_A, "2021-02-24") == [1], "a change again"
    assert send(OPEN_A, "2021-02-25") == [], "the same sent again"
    assert send(DONE_A, "2021-03-03") == [1]
    assert send(OPEN_A, "2021-03-10") == [1]
    assert outcomes(mission)[-1] == ("A", False, 5)
    mission.put("requests/copy.csv", HEADER + OPEN_A)
    assert mission.ingest("2021-03-11").unchanged == 2, "another name says nothing new"
    assert fsck(mission.settings).findings == []
    books = "SELECT * FROM ledger ORDER BY ALL"
    before = mission.ask(books)
    rebuild(mission.settings, mission.profile)
    assert mission.ask(books) == before


def test_all_files_sent_again_by_their_names_tell_nothing(mission: SmallMission) -> None:
    for _ in range(3):
        mission.put("requests/a.csv", HEADER + OPEN_A)
        mission.put("requests/b.csv", HEADER + DONE_A)
        mission.ingest("2021-02-10")
        time.sleep(0.01)
    assert mission.ask("SELECT count(*) FROM ledger") == [(2,)]
