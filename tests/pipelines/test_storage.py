"""The event log with kept connections: the same history as Dagster's own, readable by either, and nothing lost."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import dagster as dg  # noqa: TID251 (what is tested here is made of dagster)
import pytest
import sqlalchemy as sa
from dagster._core.execution.plan.objects import StepSuccessData  # noqa: TID251
from dagster._core.execution.plan.outputs import StepOutputData, StepOutputHandle  # noqa: TID251
from dagster._core.storage.event_log import SqliteEventLogStorage  # noqa: TID251

from pipelines.launch import open_instance
from pipelines.storage import MOST_HELD, KeptConnections

DATES = dg.DynamicPartitionsDefinition(name="days")
KEYS = [dg.AssetKey(["many", str(n)]) for n in range(5)]


@dg.multi_asset(
    name="many",
    specs=[dg.AssetSpec(k) for k in KEYS],
    partitions_def=DATES,
    backfill_policy=dg.BackfillPolicy.single_run(),
)
def many(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
    for key in KEYS:
        for day in context.partition_keys:
            context.add_asset_metadata({"rows": int(day[-2:])}, key, day)
    yield from (dg.MaterializeResult(asset_key=key) for key in KEYS)


@dg.asset(deps=KEYS, partitions_def=DATES, backfill_policy=dg.BackfillPolicy.single_run())
def last() -> None: ...


@dg.asset_check(asset=last)
def small() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=False, metadata={"failing keys": ["a"]})


@dg.asset(deps=[last])
def broken() -> None:
    raise dg.Failure("on purpose", allow_retries=False)


DEFINITIONS = dg.Definitions(
    [many, last, broken], asset_checks=[small], jobs=[dg.define_asset_job("all", dg.AssetSelection.assets(many, last))]
)


def plain(home: Path) -> dg.DagsterInstance:
    """An instance with Dagster's own storage."""
    home.mkdir(parents=True)
    (home / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    return open_instance(home)


def work(instance: dg.DagsterInstance) -> list[str]:
    """Two days, one run each; then both days in one run; then a run that fails. Returns the ids of the runs."""
    instance.add_dynamic_partitions("days", ["2021-02-01", "2021-02-08"])
    job = DEFINITIONS.resolve_job_def("all")
    done = [job.execute_in_process(instance=instance, partition_key=k) for k in ("2021-02-01", "2021-02-08")]
    both = {"dagster/asset_partition_range_start": "2021-02-01", "dagster/asset_partition_range_end": "2021-02-08"}
    done.append(job.execute_in_process(instance=instance, tags=both))
    done.append(dg.materialize([broken], instance=instance, raise_on_error=False))
    return [d.run_id for d in done]


def told(instance: dg.DagsterInstance, run: str) -> list[tuple[object, ...]]:
    """Events of a run in order, without what differs from one run to the next."""
    return [
        (
            e.dagster_event_type,
            e.step_key,
            e.dagster_event and e.dagster_event.asset_key,
            e.dagster_event and e.dagster_event.partition,
        )
        for e in instance.all_logs(run)
    ]


def index(home: Path) -> dict[str, object]:
    """What is looked up across runs, straight from the file."""
    database = home / "history" / "runs" / "index.db"
    engine = sa.create_engine(f"sqlite:///{database}")
    with engine.connect() as connection:

        def rows(sql: str) -> list[tuple[object, ...]]:
            return sorted(tuple(r) for r in connection.execute(sa.text(sql)))

        return {
            "events": Counter(rows("SELECT dagster_event_type, asset_key, partition, step_key FROM event_logs")),
            "assets": rows("SELECT asset_key, last_materialization IS NULL, last_run_id IS NULL FROM asset_keys"),
            "tags": Counter(rows("SELECT asset_key, key FROM asset_event_tags")),
            "checks": Counter(
                rows("SELECT asset_key, check_name, partition, execution_status FROM asset_check_executions")
            ),
        }


def test_it_writes_what_dagsters_own_writes(tmp_path: Path) -> None:
    histories, indices, newest = [], [], []
    for name, opened in (("own", plain(tmp_path / "own")), ("kept", open_instance(tmp_path / "kept"))):
        with opened as instance:
            assert isinstance(instance.event_log_storage, KeptConnections) is (name == "kept")
            runs = work(instance)
            histories.append([told(instance, run) for run in runs])
            found = instance.get_latest_materialization_event(KEYS[0])
            assert found is not None
            assert found.asset_materialization is not None
            newest.append((found.asset_materialization.partition, found.run_id == runs[2]))
        indices.append(index(tmp_path / name))
    assert histories[1] == histories[0]
    assert newest[1] == newest[0]
    assert newest[0][1]  # of the run of both days, which Dagster tells in an order that differs between processes
    for part in indices[0]:
        assert indices[1][part] == indices[0][part], part


def test_dagsters_own_reads_what_it_wrote(tmp_path: Path) -> None:
    with open_instance(tmp_path) as instance:
        runs = work(instance)
        mine = [told(instance, run) for run in runs]
    (tmp_path / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    with open_instance(tmp_path) as instance:
        assert type(instance.event_log_storage) is SqliteEventLogStorage
        assert [told(instance, run) for run in runs] == mine


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    with open_instance(tmp_path) as opened:
        yield opened


def entry(run: str, kind: dg.DagsterEventType, number: int) -> dg.EventLogEntry:
    data = {
        dg.DagsterEventType.STEP_OUTPUT: StepOutputData(StepOutputHandle("many", f"out_{number}")),
        dg.DagsterEventType.STEP_SUCCESS: StepSuccessData(1.0),
    }
    event = dg.DagsterEvent(kind.value, "all", step_key="many", message=str(number), event_specific_data=data.get(kind))
    return dg.EventLogEntry(
        error_info=None,
        level=10,
        user_message="",
        run_id=run,
        timestamp=dt.datetime.now(dt.UTC).timestamp(),
        step_key="many",
        job_name="all",
        dagster_event=event,
    )


def on_disk(home: Path, run: str) -> int:
    """Events that another process would see."""
    engine = sa.create_engine(f"sqlite:///{home / 'history' / 'runs' / run}.db")
    with engine.connect() as connection:
        return int(connection.execute(sa.text("SELECT count(*) FROM event_logs")).scalar_one())


def test_what_waits_is_written_with_the_next_word_and_read_before(instance: dg.DagsterInstance, tmp_path: Path) -> None:
    log, run = instance.event_log_storage, "00000000-0000-0000-0000-000000000001"
    log.store_event(entry(run, dg.DagsterEventType.STEP_START, 0))
    assert on_disk(tmp_path, run) == 1, "what is no end of work is there at once"
    for number in range(1, 4):
        log.store_event(entry(run, dg.DagsterEventType.STEP_OUTPUT, number))
    assert on_disk(tmp_path, run) == 1
    assert [e.dagster_event and e.dagster_event.message for e in log.get_logs_for_run(run)] == ["0", "1", "2", "3"], (
        "whoever reads sees all"
    )
    assert on_disk(tmp_path, run) == 4
    log.store_event(entry(run, dg.DagsterEventType.STEP_OUTPUT, 4))
    log.store_event(entry(run, dg.DagsterEventType.STEP_SUCCESS, 5))
    assert on_disk(tmp_path, run) == 6
    for number in range(MOST_HELD):
        log.store_event(entry(run, dg.DagsterEventType.STEP_OUTPUT, number))
    assert on_disk(tmp_path, run) == 6 + MOST_HELD, "no more than that waits"


def test_closing_writes_what_waits(tmp_path: Path) -> None:
    run = "00000000-0000-0000-0000-000000000002"
    with open_instance(tmp_path) as instance:
        instance.event_log_storage.store_event(entry(run, dg.DagsterEventType.STEP_START, 0))
        instance.event_log_storage.store_event(entry(run, dg.DagsterEventType.STEP_OUTPUT, 1))
    assert on_disk(tmp_path, run) == 2


def test_a_date_that_is_taken_away_is_gone(instance: dg.DagsterInstance) -> None:
    for _ in range(2):
        instance.add_dynamic_partitions("days", ["2021-02-01"])
        assert instance.has_dynamic_partition("days", "2021-02-01")
        assert not instance.has_dynamic_partition("days", "2021-02-08")
        instance.delete_dynamic_partition("days", "2021-02-01")
        assert not instance.has_dynamic_partition("days", "2021-02-01")
