"""A batch beside the deliveries before it, by hand-made deliveries: volume, gap, blanks, drift."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from reportmetrics.settings import sql_folder
from reportmetrics.steps import check_new
from reportmetrics.upkeep.forget import forget
from reportmetrics.upkeep.plan import plan_file
from reportmetrics.validation.document import document
from reportmetrics.validation.earlier import comparisons
from reportmetrics.validation.rules import load_rules
from reportmetrics.validation.suites import COMPARED, expectations_of
from reportmetrics.warehouse.store import Store
from reportmetrics.warehouse.tables import SOURCE_TABLES
from tests.conftest import SmallMission, may_lack
from tests.unit.ingest.test_four_nothings import READINGS
from tests.unit.reporting import REPORTS, Reporting


@pytest.fixture
def mission(tmp_path: Path) -> SmallMission:
    """One whose registers may be without a column, so that one that is blank may have been renamed."""
    return SmallMission(tmp_path / "mission", sources=[may_lack("decided_at", "outcome")])


def deliver(mission: SmallMission, week: int, rows: int, *, decided: bool = True, validated: bool = True) -> None:
    """A register of ``rows`` new requests in ISO week ``week`` of 2021, all approved, or all still open."""
    end = "2021-01-03,OK" if decided else ","
    lines = [f"R{week}-{n},2021-01-02,{end}" for n in range(rows)]
    mission.put(f"requests/w{week:02d}.csv", "\n".join(["id,raised,decided,outcome", *lines]) + "\n")
    mission.ingest(dt.datetime(2021, 1, 1) + dt.timedelta(weeks=week))
    if validated:
        with Store(mission.settings.warehouse) as store:
            store.mark_validated(store.position())


def failures(mission: SmallMission) -> dict[str, list[str]]:
    with Store(mission.settings.warehouse) as store:
        found = comparisons(store, mission.profile).filter(holds=False)
    return {k: found.filter(kind=k)["row_key"].to_list() for k in found["kind"].unique().sort()}


def test_a_delivery_like_those_before_it_raises_nothing(mission: SmallMission) -> None:
    for week in range(1, 6):
        deliver(mission, week, 30)
    deliver(mission, 6, 31, validated=False)
    assert failures(mission) == {}


def test_volume_is_judged_by_the_median_and_its_spread(mission: SmallMission) -> None:
    for week in range(1, 6):
        deliver(mission, week, 30)
    # All before are alike: spread 0, half the median 15; so twenty more, and 3 times the root of 30 less, are usual.
    deliver(mission, 6, 50, validated=False)
    assert failures(mission) == {}
    deliver(mission, 7, 51, validated=False)
    assert failures(mission) == {"volume": ["request: requests/w07.csv holds 51 rows, usual are 14 to 50"]}


def send(mission: SmallMission, week: int, files: int) -> None:
    """As many files of 50 new requests on the Friday of a week."""
    for n in range(files):
        lines = [f"R{week}-{n}-{k},2021-01-02,," for k in range(50)]
        mission.put(f"requests/w{week:02d}_{n}.csv", "\n".join(["id,raised,decided,outcome", *lines]) + "\n")
    mission.ingest(dt.datetime(2021, 1, 1) + dt.timedelta(weeks=week))


def test_files_that_stay_away_are_told_when_their_period_is_over(mission: SmallMission) -> None:
    """Each file is like those before it, and a week may not be over yet."""
    for week in range(1, 6):
        send(mission, week, 4)
    with Store(mission.settings.warehouse) as store:
        store.mark_validated(store.position())
    send(mission, 6, 1)
    assert failures(mission) == {}
    send(mission, 7, 6)
    said = "request: log sent 50 rows in 1 files in the 7 days from 2021-02-08, usual are at least 100"
    assert failures(mission) == {"volume_of_period": [said]}


@pytest.mark.parametrize(("silent", "told"), [(0, True), (20, True), (40, False)])
def test_a_period_is_judged_by_those_not_long_before_it(mission: SmallMission, silent: int, told: bool) -> None:
    """A year of weeks with two files each; then ``silent`` weeks, one with few rows, and the next that ends it."""
    mission.ingest(dt.datetime(2020, 1, 1))
    weeks = [(week, 50) for week in range(52) for _ in range(2)]
    lines = [*weeks, (52 + silent, 1), (52 + silent, 1), (53 + silent, 50)]
    with Store(mission.settings.warehouse) as store:
        for seq, (week, rows) in enumerate(lines, 1):
            store.connection.execute(
                "INSERT INTO ledger BY NAME SELECT $seq AS file_seq, 'request' AS table_name, 'log' AS source, "
                "'x' AS source_file, 'x' AS original_name, $at AS known_from, $at AS arrived_at, 'stored' AS status, "
                "$rows AS rows_read, 0 AS accepted, 0 AS rejected, 0 AS duplicate, 0 AS superseded, 0 AS filtered",
                {"seq": seq, "at": dt.datetime(2020, 1, 8) + dt.timedelta(weeks=week), "rows": rows},
            )
        store.connection.execute("UPDATE state SET position = $last", {"last": len(lines)})
        store.mark_validated(len(weeks))
    assert ("volume_of_period" in failures(mission)) == told


@pytest.mark.parametrize(
    ("usual", "now", "told"), [(18, 0, True), (18, 5, True), (18, 6, False), (10, 0, True), (9, 0, False)]
)
def test_a_file_that_holds_next_to_nothing_is_told_where_few_rows_are_usual(
    mission: SmallMission, usual: int, now: int, told: bool
) -> None:
    for week in range(1, 6):
        deliver(mission, week, usual)
    deliver(mission, 6, now, validated=False)
    assert ("volume" in failures(mission)) == told


def outcomes(mission: SmallMission, week: int, approved: int, denied: int) -> None:
    lines = [f"R{week}-{n},2021-01-02,2021-01-03,{'OK' if n < approved else 'NO'}" for n in range(approved + denied)]
    mission.put(f"requests/w{week:02d}.csv", "\n".join(["id,raised,decided,outcome", *lines]) + "\n")
    mission.ingest(dt.datetime(2021, 1, 1) + dt.timedelta(weeks=week))


@pytest.mark.parametrize(("rows", "told"), [(40, True), (39, False)])
def test_a_code_of_a_quarter_of_the_rows_that_vanishes_is_told(mission: SmallMission, rows: int, told: bool) -> None:
    """Where ten rows of it were to be expected."""
    for week in range(1, 5):
        outcomes(mission, week, 30, 10)
    with Store(mission.settings.warehouse) as store:
        store.mark_validated(store.position())
    outcomes(mission, 5, rows, 0)
    said = f"request: outcome of log is denied in 0% of {rows} rows of requests/w05.csv, before in 25%"
    assert failures(mission).get("drift", []) == [said] * told


def test_little_history_is_not_judged(mission: SmallMission) -> None:
    for week in range(1, 4):
        deliver(mission, week, 30)
    deliver(mission, 4, 90, validated=False)
    assert "volume" not in failures(mission)


def test_a_silence_of_more_than_twice_the_promised_interval_is_told(mission: SmallMission) -> None:
    deliver(mission, 1, 30)
    deliver(mission, 3, 30, validated=False)
    assert failures(mission) == {}
    deliver(mission, 6, 30, validated=False)
    assert failures(mission) == {
        "gap": ["request: nothing came from log in the 21 days before 2021-02-12, promised every 7"]
    }


def test_a_column_that_goes_blank_and_a_code_that_vanishes_are_told(mission: SmallMission) -> None:
    for week in range(1, 5):
        deliver(mission, week, 30)
    deliver(mission, 5, 30, decided=False, validated=False)
    found = failures(mission)
    assert found["went_blank"] == [
        "request: decided_at of log is blank in 100% of 30 rows of requests/w05.csv, before in 0%",
        "request: outcome of log is blank in 100% of 30 rows of requests/w05.csv, before in 0%",
    ]
    assert "request: outcome of log is approved in 0% of 30 rows of requests/w05.csv, before in 100%" in found["drift"]


def test_few_rows_are_enough_to_see_that_a_column_went_blank(mission: SmallMission) -> None:
    deliver(mission, 1, 19)
    mission.put("requests/w02.csv", "id,raised,decided,outcome\nR2-0,2021-01-02,,\n")
    mission.ingest(dt.datetime(2021, 1, 15))
    with Store(mission.settings.warehouse) as store:
        store.mark_validated(store.position())
    deliver(mission, 3, 9, decided=False, validated=False)
    assert failures(mission) == {}, "nine rows are too few"
    deliver(mission, 4, 1, decided=False, validated=False)
    assert failures(mission) == {  # with one blank in twenty before, and no warning on shares of so few
        "went_blank": [
            "request: decided_at of log is blank in 100% of 10 rows of 2 files, before in 5%",
            "request: outcome of log is blank in 100% of 10 rows of 2 files, before in 5%",
        ]
    }


def test_a_column_with_more_blanks_than_one_in_twenty_did_not_go_blank(mission: SmallMission) -> None:
    deliver(mission, 1, 38)
    mission.put("requests/w02.csv", "id,raised,decided,outcome\n" + "".join(f"R2-{n},2021-01-02,,\n" for n in range(3)))
    mission.ingest(dt.datetime(2021, 1, 15))
    with Store(mission.settings.warehouse) as store:
        store.mark_validated(store.position())
    deliver(mission, 3, 19, decided=False, validated=False)
    assert failures(mission) == {}


def test_a_column_that_may_go_blank_does_not_stop_the_run(mission: SmallMission) -> None:
    mission.sources = [{**mission.sources[0], "may_go_blank": ["decided_at", "outcome"]}]
    for week in range(1, 5):
        deliver(mission, week, 30)
    deliver(mission, 5, 30, decided=False, validated=False)
    assert "went_blank" not in failures(mission)


NOTED: dict[str, Any] = {
    **READINGS,
    "columns": {**READINGS["columns"], "value": {"from": "value", "not_applicable": ["n/a"]}, "evidence": "note"},
}


def readings(mission: SmallMission, week: int, cells: list[str]) -> None:
    """One day each, with what stands under value and note."""
    lines = [f"{dt.date(2021, 1, 1) + dt.timedelta(100 * week + n)},{cell}" for n, cell in enumerate(cells)]
    mission.put(f"readings/w{week}.csv", "\n".join(["day,value,note", *lines]) + "\n")
    mission.ingest(dt.datetime(2022, 6, 1) + dt.timedelta(weeks=week))


@pytest.mark.parametrize(
    ("before", "now", "blank"),
    [
        ("1,x", "n/a,x", []),
        ("1,x", "0,x", []),
        ("1,x", ",x", ["value"]),
        ("1,x", "n/a,", ["evidence"]),
        ("n/a,x", ",x", ["value"]),
    ],
)
def test_what_does_not_apply_is_an_entry_and_no_blank(
    mission: SmallMission, before: str, now: str, blank: list[str]
) -> None:
    """It is one of the column whose cell says so, and not of others of the row."""
    mission.sources = [NOTED]
    for week in (1, 2):
        readings(mission, week, [before] * 12)
        assert not check_new(mission.settings, mission.profile).blocked
    readings(mission, 3, [now] * 12)
    assert failures(mission).get("went_blank", []) == [
        f"observation: {name} of readings is blank in 100% of 12 rows of readings/w3.csv, before in 0%"
        for name in blank
    ]


@pytest.mark.parametrize(("word", "told"), [("n/a", False), ("", True)])
def test_a_share_of_what_does_not_apply_is_no_share_of_blanks(mission: SmallMission, word: str, told: bool) -> None:
    mission.sources = [NOTED]
    readings(mission, 1, ["1,x"] * 60 + ["n/a,x"] * 40)
    with Store(mission.settings.warehouse) as store:
        store.mark_validated(store.position())
    readings(mission, 2, ["1,x"] * 8 + [f"{word},x"] * 12)
    said = "observation: value of readings is blank in 60% of 20 rows of readings/w2.csv, before in 0%"
    assert failures(mission).get("blanks", []) == [said] * told


def test_a_report_that_comes_again_for_another_unit_or_period_is_told(tmp_path: Path) -> None:
    mission = Reporting(tmp_path / "mission", [REPORTS])
    head = "report,who,day,sent,minutes\n"

    def send(name: str, row: str, *, validated: bool = False) -> None:
        mission.put(f"weekly/{name}.csv", f"{head}{row},60\n")
        mission.ingest(dt.datetime(2021, 3, 1))
        if validated:
            with Store(mission.settings.warehouse) as store:
                store.mark_validated(store.position())

    send("U-1_a", "R1,ann,2021-01-31,2021-02-01", validated=True)
    send("U-1_b", "R1,bob,2021-01-31,2021-02-02")  # the same report, corrected
    assert "same_report" not in failures(mission)
    send("U-1_c", "R1,ann,2021-02-07,2021-02-08")
    assert failures(mission)["same_report"] == [
        "report: R1 (revision 0) was of U-1, T, 2021-01-31 and is now of U-1, T, 2021-02-07"
    ]


def test_the_document_names_every_check_once() -> None:
    text = document(sql_folder())
    for expected in (e for t in SOURCE_TABLES for e in (*expectations_of(t), *COMPARED)):
        assert f"| `{expected.name}` | {expected.severity} |" in text
    for rule in load_rules(sql_folder()):
        assert text.count(f"| `{rule.id}` |") == 1


def test_files_whose_column_went_blank_are_named_with_the_column(mission: SmallMission) -> None:
    other = {**mission.sources[0], "source": "other", "files": "other/*.csv"}
    mission.sources = [*mission.sources, other]
    for week in range(1, 5):
        deliver(mission, week, 30)
    mission.put("other/fine.csv", "id,raised,decided,outcome\nX,2021-01-02,2021-01-03,OK\n")
    deliver(mission, 5, 1, decided=False, validated=False)
    deliver(mission, 6, 12, decided=False, validated=False)
    checked = check_new(mission.settings, mission.profile)
    names = [f"request.went_blank ({column})" for column in ("decided_at", "outcome")]
    assert {a.original_name: a.reasons for a in checked.aside} == {
        "requests/w05.csv": dict.fromkeys(names, 1),
        "requests/w06.csv": dict.fromkeys(names, 12),
        "other/fine.csv": {},
    }


def test_after_a_file_was_forgotten_a_new_delivery_has_the_same_past(mission: SmallMission) -> None:
    """All is validated anew then, and what had passed is no part of what is new."""
    for week in range(1, 7):
        deliver(mission, week, 30, validated=False)
        assert not check_new(mission.settings, mission.profile).blocked
    forget(mission.settings, mission.profile, plan_file(mission.settings, "requests/w01.csv"), reason="a test")
    deliver(mission, 7, 30, decided=False, validated=False)
    assert mission.ask("SELECT validated_position FROM state") == [(0,)]
    assert {line.split(" ")[1] for line in failures(mission)["went_blank"]} == {"decided_at", "outcome"}
    checked = check_new(mission.settings, mission.profile)
    assert checked.blocked
    assert [a.original_name for a in checked.aside] == ["requests/w07.csv"], "what had passed stays"
    assert not check_new(mission.settings, mission.profile).blocked
    assert mission.ask("SELECT validated_position FROM state") == [(6,)]
