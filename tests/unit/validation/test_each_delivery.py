"""Each of several new deliveries is compared with those before it, and all of them together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from reportmetrics.steps import check_new
from reportmetrics.validation import earlier_rows
from reportmetrics.validation.earlier import comparisons
from reportmetrics.warehouse.store import Store
from tests.conftest import SmallMission, may_lack

HEAD = "id,raised,decided,outcome"


@pytest.fixture
def mission(tmp_path: Path) -> SmallMission:
    """One whose registers may be without a column, so that one that is blank may have been renamed."""
    return SmallMission(tmp_path / "mission", sources=[may_lack("decided_at", "outcome")])


def register(
    mission: SmallMission,
    name: str,
    rows: int,
    approved: float = 1,
    *,
    head: str = HEAD,
    more: Mapping[str, str] | None = None,
) -> None:
    """A file of new requests of which a share is approved and the others denied; ``more`` columns are alike in all."""
    heads, ends = ("".join(f",{text}" for text in texts) for texts in ((more or {}).keys(), (more or {}).values()))
    lines = [f"{name}-{n},2021-01-02,2021-01-03,{'OK' if n < approved * rows else 'NO'}{ends}" for n in range(rows)]
    mission.put(f"requests/{name}.csv", "\n".join([head + heads, *lines]) + "\n")


def open_ones(mission: SmallMission, name: str, rows: int, decided: int = 0) -> None:
    """A file of new requests of which so many are decided, and all others have neither date nor outcome."""
    lines = [f"{name}-{n},2021-01-02,{'2021-01-03,OK' if n < decided else ','}" for n in range(rows)]
    mission.put(f"requests/{name}.csv", "\n".join([HEAD, *lines]) + "\n")


def taken(mission: SmallMission, week: int, *, passed: bool = True) -> None:
    mission.ingest(dt.datetime(2021, 1, 1) + dt.timedelta(weeks=week))
    if passed:
        with Store(mission.settings.warehouse) as store:
            store.mark_validated(store.position())


def weeks(mission: SmallMission, several: int, send: Callable[[str], None]) -> None:
    for week in range(1, several + 1):
        send(f"w{week}")
        taken(mission, week)


def failures(mission: SmallMission, kind: str) -> list[str]:
    with Store(mission.settings.warehouse) as store:
        found = comparisons(store, mission.profile).filter(holds=False, kind=kind)
    return found["row_key"].to_list()


def test_a_column_renamed_in_one_of_four_files_stops_the_run_and_names_the_file(mission: SmallMission) -> None:
    """As if that file had come alone; the others are set aside with it, and are no cause."""
    columns = {
        **mission.sources[0]["columns"],
        "decided_at": {"from": "decided", "optional": True, "format": "%Y-%m-%d"},
    }
    mission.sources = [{**mission.sources[0], "columns": columns}]
    weeks(mission, 8, lambda name: register(mission, name, 100))
    for name in ("a", "b", "c"):
        register(mission, name, 100)
    register(mission, "d", 100, head="id,raised,closed,outcome")
    taken(mission, 9, passed=False)
    said = "request: decided_at of log is blank in 100% of 100 rows of requests/d.csv, before in 0%"
    assert failures(mission, "went_blank") == [said]
    checked = check_new(mission.settings, mission.profile)
    assert [(r.check, r.observed, r.failing_keys) for r in checked.results if r.blocks] == [
        ("went_blank", said.removeprefix("request: "), [said])
    ]
    assert {a.original_name: a.reasons for a in checked.aside} == {
        "requests/a.csv": {},
        "requests/b.csv": {},
        "requests/c.csv": {},
        "requests/d.csv": {"request.went_blank (decided_at)": 100},
    }


def test_a_column_that_is_joined_of_several_goes_blank_where_one_of_them_is_renamed(mission: SmallMission) -> None:
    decided = {"join": ["day", "time"], "optional": True, "format": "%Y-%m-%d %H:%M"}
    mission.sources = [{**mission.sources[0], "columns": {**mission.sources[0]["columns"], "decided_at": decided}}]
    weeks(mission, 4, lambda name: register(mission, name, 30, head="id,raised,day,outcome", more={"time": "10:00"}))
    register(mission, "now", 30, head="id,raised,Day,outcome", more={"time": "10:00"})
    taken(mission, 5, passed=False)
    assert failures(mission, "went_blank") == [
        "request: decided_at of log is blank in 100% of 30 rows of requests/now.csv, before in 0%"
    ]
    assert [r.check for r in check_new(mission.settings, mission.profile).results if r.blocks] == ["went_blank"]


def test_columns_that_are_blank_in_all_new_files_are_told_once(mission: SmallMission) -> None:
    weeks(mission, 4, lambda name: register(mission, name, 30))
    for name in ("a", "b", "c"):
        open_ones(mission, name, 30)
    taken(mission, 5, passed=False)
    assert failures(mission, "went_blank") == [
        f"request: {column} of log is blank in 100% of 90 rows of 3 files, before in 0%"
        for column in ("decided_at", "outcome")
    ]
    checked = check_new(mission.settings, mission.profile)
    assert all(len(a.reasons) == 2 for a in checked.aside)


@pytest.mark.parametrize(("rows", "told"), [(9, False), (10, True)])
def test_a_file_of_few_rows_is_not_judged_by_itself(mission: SmallMission, rows: int, told: bool) -> None:
    weeks(mission, 4, lambda name: register(mission, name, 30))
    register(mission, "good", 30)
    open_ones(mission, "bad", rows)
    taken(mission, 5, passed=False)
    assert bool(failures(mission, "went_blank")) == told


@pytest.mark.parametrize(("filled", "told"), [(0, False), (1, True)])
def test_a_sender_who_always_leaves_a_column_blank_does_not_stop_each_run(
    mission: SmallMission, filled: int, told: bool
) -> None:
    """One of ten; the eight deliveries before may hold none of it. It is news when it was not so the last times."""

    def send(name: str) -> None:
        open_ones(mission, f"{name}-0", 30, decided=30 * filled)
        for unit in range(1, 10):
            register(mission, f"{name}-{unit}", 30)

    weeks(mission, 3, send)
    send("now")
    open_ones(mission, "now-0", 30)
    taken(mission, 4, passed=False)
    found = failures(mission, "went_blank")
    assert bool(found) == told
    assert all("requests/now-0.csv" in said for said in found)


@pytest.mark.parametrize(("few", "told"), [(2, True), (3, False), (9, False)])
def test_a_small_sender_who_always_left_a_column_blank_does_not_stop_the_run_with_ten_rows(
    mission: SmallMission, few: int, told: bool
) -> None:
    """Whoever has two rows at a time may leave them blank by chance."""
    for week in range(1, 6):
        register(mission, f"big-{week}", 200)
        open_ones(mission, f"small-{week}", few)
        taken(mission, week)
    register(mission, "big-now", 200)
    open_ones(mission, "small-now", 10)
    taken(mission, 6, passed=False)
    assert bool(failures(mission, "went_blank")) == told


@pytest.mark.parametrize(("before", "told"), [(0, True), (1, False)])
def test_a_sender_who_always_left_a_column_blank_does_not_stop_a_run_with_nothing_else(
    mission: SmallMission, before: int, told: bool
) -> None:
    """Nine senders, each of whom sends on a day of their own: the last eight files hold none of the ninth."""
    day = 0
    for turn in range(2):
        for sender in range(9):
            if turn < before or sender < 8:
                (open_ones if sender == 8 else register)(mission, f"{turn}-{sender}", 30 if sender < 8 else 12)
                taken(mission, day := day + 1)
    open_ones(mission, "now", 12)
    taken(mission, day + 1, passed=False)
    assert bool(failures(mission, "went_blank")) == told


def test_a_share_of_blanks_that_moved_in_one_file_is_told_of_it(mission: SmallMission) -> None:
    """Half of the rows were blank before: more is no column that went blank."""
    weeks(mission, 5, lambda name: open_ones(mission, name, 40, decided=20))
    for name in ("a", "b", "c"):
        open_ones(mission, name, 40, decided=20)
    open_ones(mission, "d", 40, decided=7)
    taken(mission, 6, passed=False)
    assert failures(mission, "went_blank") == []
    assert failures(mission, "blanks") == [
        f"request: {column} of log is blank in 82% of 40 rows of requests/d.csv, before in 50%"
        for column in ("decided_at", "outcome")
    ]


def test_a_share_of_a_code_that_moved_in_one_file_is_told_of_it(mission: SmallMission) -> None:
    weeks(mission, 5, lambda name: register(mission, name, 40, approved=0.5))
    for name in ("a", "b", "c"):
        register(mission, name, 40, approved=0.5)
    register(mission, "d", 40, approved=0)
    taken(mission, 6, passed=False)
    assert failures(mission, "drift") == [
        "request: outcome of log is approved in 0% of 40 rows of requests/d.csv, before in 50%",
        "request: outcome of log is denied in 100% of 40 rows of requests/d.csv, before in 50%",
    ]


@pytest.mark.parametrize(("times", "told"), [(1, True), (2, False)])
def test_a_share_that_two_files_had_before_is_no_news(mission: SmallMission, times: int, told: bool) -> None:
    """Of one before, nobody knows yet whether it was meant."""

    def send(name: str, approved: float) -> None:
        register(mission, f"{name}-0", 40, approved)
        for unit in range(1, 10):
            register(mission, f"{name}-{unit}", 40, approved=0.9)

    for week in range(1, 4):
        send(f"w{week}", 0.1 if week <= times else 0.9)
        taken(mission, week)
    send("now", 0.1)
    taken(mission, 4, passed=False)
    assert bool(failures(mission, "drift")) == told


def test_what_is_asked_of_the_warehouse_does_not_grow_with_the_files(
    mission: SmallMission, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    shares = earlier_rows._shares

    def counted(*given: object) -> object:
        asked.append(str(given[1]))
        return shares(*given)  # type: ignore[arg-type] # handed on as it came

    monkeypatch.setattr(earlier_rows, "_shares", counted)
    weeks(mission, 4, lambda name: register(mission, name, 30))
    for n in range(30):
        open_ones(mission, f"now-{n}", 30, decided=n % 2 * 30)
    taken(mission, 5, passed=False)
    assert len(failures(mission, "went_blank")) == 30, "two columns of every second file"
    assert len(asked) == 2, "once for all new files, and once for what came before them"
