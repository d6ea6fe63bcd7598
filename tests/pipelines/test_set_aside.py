"""A batch that fails critically is set aside whole and named; mended, the next run takes it up."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass
from pathlib import Path

import dagster as dg  # noqa: TID251 (what is tested here is made of dagster)
import pytest

from pipelines import names
from pipelines.launch import Outcome, launch, open_instance
from reportmetrics.settings import Settings
from reportmetrics.warehouse.aside import batches
from reportmetrics.warehouse.store import Store
from tests.pipelines.tiny import ARRIVED, SOURCES, make

AS_OF = dt.date(2021, 3, 8)
MAPPED = SOURCES["activity"].rstrip() + "\n  cancel_reason: {from: reason, optional: true}\n"
"""The reason is a column that a file may lack, so nothing but its absence from a whole batch tells of a renamed one."""


def land(settings: Settings, name: str, text: str) -> None:
    (settings.landing / name).write_text(text)
    os.utime(settings.landing / name, (ARRIVED, ARRIVED))


def cancelled(first: int, rows: int, head: str) -> str:
    lines = [f"C{n},LO-01,cancelled,2021-01-{1 + n % 28:02d},,no convoy" for n in range(first, first + rows)]
    return "\n".join([f"id,objective,status,planned,held,{head}", *lines]) + "\n"


@dataclass
class Story:
    """What each run of the story came to, and how the warehouse looked after it."""

    settings: Settings
    good: Outcome
    stopped: list[Outcome]
    positions: list[tuple[int, int]]
    latest: list[str]
    mended: Outcome


def positions(settings: Settings) -> tuple[int, int]:
    with Store(settings.warehouse) as store:
        return store.position(), store.validated_position()


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """A good run; two runs with a file whose column was renamed; the new name added to the mapping; a run."""
    settings = make(tmp_path_factory.mktemp("aside"))
    mapping = settings.profile / "sources" / "activity.yaml"
    mapping.write_text(MAPPED)
    land(settings, "activity_20210208.csv", cancelled(0, 120, "reason"))
    good = launch(settings, as_of=AS_OF)
    assert good.success, (good.error, [c for c in good.checks if c.blocks])
    states, latest = [positions(settings)], [(settings.publications / "latest").read_text()]
    land(settings, "activity_20210301.csv", cancelled(200, 30, "why"))
    land(settings, "requests_20210301.csv", "id,raised,decided,outcome\nR3,2021-01-06,2021-02-20,approved\n")
    stopped = []
    for _ in range(2):
        stopped.append(launch(settings, as_of=AS_OF))
        states.append(positions(settings))
        latest.append((settings.publications / "latest").read_text())
    mapping.write_text(MAPPED.replace("from: reason", "from: [reason, why]"))
    return Story(settings, good, stopped, states, latest, launch(settings, as_of=AS_OF))


def ask(settings: Settings, sql: str) -> list[tuple[object, ...]]:
    with Store(settings.warehouse) as store:
        return store.connection.execute(sql).fetchall()


def test_the_run_stops_and_names_the_files_each_time(story: Story) -> None:
    assert story.good.success, story.good.error
    for stopped in story.stopped:
        assert not stopped.success
        assert stopped.error is None
        assert stopped.publication is None
        assert [(c.table, c.check) for c in stopped.checks if c.blocks] == [("activity", "went_blank")]
        assert [(f.original_name, f.reasons) for f in stopped.aside] == [
            ("activity_20210301.csv", {"activity.went_blank (cancel_reason)": 30}),
            ("requests_20210301.csv", {}),
        ]


def test_the_warehouse_and_the_last_publication_are_as_before(story: Story) -> None:
    assert len(set(story.positions)) == 1
    assert story.positions[0][0] == story.positions[0][1] > 0
    assert len(set(story.latest)) == 1


def test_the_mended_mapping_takes_the_whole_batch_up(story: Story) -> None:
    assert story.mended.success, story.mended.error
    assert story.mended.aside == []
    assert story.mended.publication is not None
    assert story.mended.publication.new
    assert story.mended.ingested is not None
    taken = {d.original_name: (d.accepted, d.rejected) for d in story.mended.ingested.deliveries}
    assert taken == {"activity_20210301.csv": (30, 0), "requests_20210301.csv": (1, 0)}
    known = ask(
        story.settings,
        "SELECT count(*), count(cancel_reason) FROM core.activity WHERE activity_id IN ('C200', 'C229')",
    )
    assert known == [(2, 2)]
    # R3 was open, and is decided by the file that had been set aside: one current line, two in its history.
    assert ask(story.settings, "SELECT outcome FROM core.request WHERE request_id = 'R3' ORDER BY known_from") == [
        ("open",),
        ("approved",),
    ]


def test_the_list_of_batches_tells_when_each_file_was_taken_up(story: Story) -> None:
    with Store(story.settings.warehouse) as store:
        listed = batches(store.connection)
    assert listed.height == 4  # two files, twice
    assert set(listed["original_name"]) == {"activity_20210301.csv", "requests_20210301.csv"}
    assert listed["taken_up_at"].null_count() == 0


def test_the_history_of_checks_counts_the_failures(story: Story) -> None:
    failed = ask(
        story.settings,
        "SELECT table_name, check_name, count(*) FROM check_history WHERE NOT success AND severity = 'critical' "
        "GROUP BY ALL",
    )
    assert failed == [("activity", "went_blank", 2)]


def test_dagster_shows_the_failed_check_with_its_reason(story: Story) -> None:
    stopped = story.stopped[0]
    with open_instance(story.settings.dagster_home) as instance:
        run = instance.get_run_by_id(stopped.run_id)
        assert run is not None
        assert run.status == dg.DagsterRunStatus.FAILURE
        evaluations = [
            e.dagster_event.asset_check_evaluation_data
            for e in instance.all_logs(stopped.run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION)
            if e.dagster_event is not None
        ]
    failed = [e for e in evaluations if not e.passed and e.severity == dg.AssetCheckSeverity.ERROR]
    assert [(e.asset_key, e.check_name) for e in failed] == [(names.core("activity"), "as_declared")]
    assert "cancel_reason of activity is blank in 100% of 30 rows" in str(failed[0].metadata["observed"].value)


def test_the_archive_leaves_a_batch_out_until_it_is_taken_up(story: Story) -> None:
    sidecars = sorted(p.suffix for p in Path(story.settings.archive).iterdir() if p.suffix)
    assert sidecars.count(".aside") == 2
    assert sidecars.count(".json") == len({d[0] for d in ask(story.settings, "SELECT file_seq FROM ledger")})
