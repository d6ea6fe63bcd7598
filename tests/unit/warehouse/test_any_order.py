"""Dated files in whatever order they come: the same state at every date, and every past snapshot as it was."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reportmetrics.ingest.rebuild import rebuild
from reportmetrics.upkeep.fsck import fsck
from reportmetrics.warehouse.aside import set_aside
from reportmetrics.warehouse.snapshot import Snapshot
from reportmetrics.warehouse.store import Store
from tests.conftest import REQUESTS, SmallMission
from tests.unit.passing import mark_passed

HEADER = "id,raised,decided,outcome\n"
STATES = {"open": ",", "approved": "2021-02-02,OK", "denied": "2021-02-02,NO"}
DATED: dict[str, Any] = {
    **REQUESTS,
    "facts": r"(?P<file_date>\d{8})\.csv",
    "known_from": {"file_date": "%Y%m%d"},
}
DAYS = [dt.date(2021, 3, day) for day in (1, 8, 15, 22, 29)]


@pytest.fixture
def dated(mission: SmallMission) -> SmallMission:
    mission.sources = [DATED]
    return mission


def send(mission: SmallMission, day: dt.date, states: dict[str, str]) -> None:
    rows = "".join(f"{key},2021-02-01,{STATES[state]}\n" for key, state in states.items())
    mission.put(f"requests/{day:%Y%m%d}.csv", HEADER + rows)
    mission.ingest()


def state_at(mission: SmallMission, day: dt.date, target: str) -> dict[str, str]:
    """Outcome by request, as known at the start of a day."""
    return outcomes(mission.snapshot(str(day), target))


def outcomes(snapshot: Snapshot) -> dict[str, str]:
    found = pl.read_parquet(sorted((snapshot.folder / "request").glob("*.parquet"))).sort("request_id")
    return {key: outcome or "open" for key, outcome in found.select("request_id", "outcome").iter_rows()}


def test_a_late_file_does_not_undo_what_a_newer_one_repeated(dated: SmallMission) -> None:
    first, between, last = DAYS[:3]
    send(dated, first, {"A": "open"})
    send(dated, last, {"A": "open"})
    position = dated.ask("SELECT position FROM state")[0][0]
    at_the_time = dated.snapshot("2021-04-01", "at_the_time")
    send(dated, between, {"A": "denied"})
    assert state_at(dated, last, "before_the_last") == {"A": "denied"}
    assert state_at(dated, DAYS[3], "after") == {"A": "open"}
    again = dated.snapshot("2021-04-01", "again", position=position)
    for path in at_the_time.folder.rglob("*.parquet"):
        assert (again.folder / path.relative_to(at_the_time.folder)).read_bytes() == path.read_bytes(), path
    restated = "SELECT r.file_seq, r.source_row, r.known_from, r.restated_by, l.original_name, r.source_file "
    rows = dated.ask(
        f"{restated} = l.source_file FROM core.request AS r JOIN ledger AS l USING (file_seq) WHERE restated_by > 0"
    )
    assert rows == [(2, 2, dt.datetime(2021, 3, 14, 21), 3, "requests/20210315.csv", True)]
    ledger = dated.ask("SELECT accepted, duplicate FROM ledger ORDER BY file_seq")
    assert ledger == [(1, 0), (0, 1), (1, 0)], "each row counts as what it was when it came"


def test_a_warehouse_with_restated_rows_is_whole_rebuilt_the_same_and_can_be_set_aside(dated: SmallMission) -> None:
    send(dated, DAYS[0], {"A": "open", "B": "open"})
    send(dated, DAYS[2], {"A": "open", "B": "approved"})
    with Store(dated.settings.warehouse) as store:
        mark_passed(store)
    everything = {name: f"SELECT * FROM {name} ORDER BY ALL" for name in ("core.request", "repeated", "latest.request")}
    before = {name: dated.ask(sql) for name, sql in everything.items()}
    send(dated, DAYS[1], {"A": "denied", "B": "denied"})
    after = {name: dated.ask(sql) for name, sql in everything.items()}
    assert [len(after[n]) - len(before[n]) for n in everything] == [3, 0, 0], "two states and one restated"
    assert fsck(dated.settings).findings == []
    rebuild(dated.settings, dated.profile)
    assert {name: dated.ask(sql) for name, sql in everything.items()} == after
    with Store(dated.settings.warehouse) as store:
        mark_passed(store, 2)
        set_aside(store, dated.settings.archive, {}, now=dt.datetime(2021, 5, 1))
    assert {name: dated.ask(sql) for name, sql in everything.items()} == before


def test_a_source_without_dates_is_overtaken_by_one_with_dates_only_until_it_speaks_again(dated: SmallMission) -> None:
    """A desk's live register beside its old ones, which are sent in later."""
    live = {**REQUESTS, "source": "live", "files": "live/*.csv"}
    dated.sources = [DATED, live]
    text = HEADER + "A,2021-02-01,,\n"
    dated.put("live/1.csv", text)
    dated.ingest("2021-03-01")
    dated.put("live/2.csv", f"{text}B,2021-02-01,,\n")
    dated.ingest("2021-03-22")
    send(dated, DAYS[1], {"A": "denied"})
    assert state_at(dated, DAYS[2], "between") == {"A": "denied"}
    assert state_at(dated, DAYS[4], "after") == {"A": "open", "B": "open"}


registers = st.lists(
    st.dictionaries(st.sampled_from("AB"), st.sampled_from(sorted(STATES)), min_size=1), min_size=5, max_size=5
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=registers, order=st.permutations(range(5)))
def test_any_order_gives_the_state_of_the_right_order(
    tmp_path_factory: pytest.TempPathFactory, files: list[dict[str, str]], order: list[int]
) -> None:
    folder: Path = tmp_path_factory.mktemp("order")
    shuffled = SmallMission(folder / "shuffled", sources=[DATED])
    for number in order:
        send(shuffled, DAYS[number], files[number])
    known: dict[str, str] = {}
    for number, day in enumerate(DAYS):
        known |= files[number]
        assert state_at(shuffled, day + dt.timedelta(days=1), f"at_{number}") == known
    assert fsck(shuffled.settings).findings == []
