"""What starts by itself, and what happens when a step fails: sensors, schedules, retries, dates, dead runs."""

import datetime as dt
import os
import zoneinfo
from collections.abc import Iterator
from pathlib import Path

import dagster as dg  # noqa: TID251 (what is tested here is made of dagster)
import pytest

from pipelines import names
from pipelines.build import build
from pipelines.launch import launch, launch_several, open_instance
from pipelines.policies import no_vain_retries
from pipelines.runs import add_dates, bury_the_dead, this_process
from reportmetrics.current import StepError
from reportmetrics.ingest.landing_folder import LandingError
from reportmetrics.profile.load import load_profile
from reportmetrics.settings import Settings
from reportmetrics.warehouse.store import StoreError
from tests.pipelines.tiny import FILES, RAN, after_a_run, make

DATES = [dt.date(2021, 1, 25), dt.date(2021, 2, 1), RAN]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return make(tmp_path)


@pytest.fixture
def ran(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Settings:
    """The same after a run of the last date."""
    return after_a_run(tmp_path_factory, tmp_path)


@pytest.fixture
def instance(settings: Settings) -> Iterator[dg.DagsterInstance]:
    with open_instance(settings.dagster_home) as opened:
        yield opened


class Ticks:
    """A sensor ticked by hand, with its cursor."""

    def __init__(self, settings: Settings, instance: dg.DagsterInstance) -> None:
        self.repository = build(settings).get_repository_def()
        self.instance, self.cursor = instance, None

    def tick(self) -> dg.SensorResult | dg.SkipReason:
        sensor = self.repository.get_sensor_def("landing")
        context = dg.build_sensor_context(self.instance, cursor=self.cursor, repository_def=self.repository)
        done = sensor(context)
        assert isinstance(done, dg.SensorResult | dg.SkipReason)
        if isinstance(done, dg.SensorResult):
            self.cursor = done.cursor
        return done


def test_the_sensor_asks_once_for_what_holds_still_and_never_for_the_same_again(
    settings: Settings, instance: dg.DagsterInstance
) -> None:
    ticks = Ticks(settings, instance)
    assert isinstance(ticks.tick(), dg.SkipReason), "nothing has held still from one look to the next yet"
    asked = ticks.tick()
    assert isinstance(asked, dg.SensorResult)
    [request] = asked.run_requests or []
    assert request.run_key == asked.cursor
    assert isinstance(ticks.tick(), dg.SkipReason)
    # The sender writes everything again, at another time: the same content is the same key.
    for name, text in FILES.items():
        (settings.landing / name).write_text(text, encoding="utf-8")
    assert [type(ticks.tick()) for _ in range(3)] == [dg.SkipReason] * 3


def test_a_file_in_the_making_is_not_asked_for_until_it_is_whole(
    settings: Settings, instance: dg.DagsterInstance
) -> None:
    ticks = Ticks(settings, instance)
    ticks.tick()
    known = ticks.tick()
    assert isinstance(known, dg.SensorResult)
    with (settings.landing / "requests_20210208.csv").open("w", encoding="utf-8") as file:
        for line in ("id,raised,decided,outcome\n", "R3,2021-01-06,2021-02-05,approved\n", "R4,2021-02-01,,open\n"):
            file.write(line)
            file.flush()
            assert isinstance(ticks.tick(), dg.SkipReason)
    assert isinstance(ticks.tick(), dg.SensorResult)


def test_links_that_are_left_alone_ask_for_no_run(
    settings: Settings, instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    ticks = Ticks(settings, instance)
    ticks.tick()
    assert isinstance(ticks.tick(), dg.SensorResult)
    elsewhere = tmp_path / "elsewhere.csv"
    (settings.landing / "requests_20210208.csv").symlink_to(elsewhere)
    for text in ("id,raised,decided,outcome\n", "id,raised,decided,outcome\nR9,2021-01-06,,open\n"):
        elsewhere.write_text(text, encoding="utf-8")
        assert [type(ticks.tick()) for _ in range(3)] == [dg.SkipReason] * 3


def test_a_landing_folder_that_is_gone_fails_the_look_and_the_run(
    settings: Settings, instance: dg.DagsterInstance
) -> None:
    ticks = Ticks(settings, instance)
    ticks.tick()
    asked = ticks.tick()
    settings.landing.rename(settings.landing.with_name("away"))
    with pytest.raises(LandingError):
        ticks.tick()
    done = build(settings).resolve_job_def(names.INTAKE).execute_in_process(instance=instance, raise_on_error=False)
    assert not done.success
    [failed] = [e.step_failure_data for e in done.all_events if e.is_step_failure]
    assert failed.user_failure_data is not None
    assert f"there is no landing folder {settings.landing}" in (failed.user_failure_data.description or "")
    assert not settings.warehouse.exists()
    settings.landing.with_name("away").rename(settings.landing)
    assert isinstance(asked, dg.SensorResult)
    assert isinstance(ticks.tick(), dg.SkipReason), "what lies there was asked for before"


def test_a_run_without_its_landing_folder_does_not_begin(settings: Settings) -> None:
    settings.landing.rename(settings.landing.with_name("away"))
    with pytest.raises(LandingError):
        launch(settings, as_of=DATES[2])
    for made in (settings.warehouse, settings.publications, settings.dagster_home):
        assert not made.exists()


def test_a_landing_folder_that_nobody_named_may_be_missing_in_a_run_too(
    settings: Settings, instance: dg.DagsterInstance
) -> None:
    unnamed = Settings(settings.profile, settings.home, settings.home / "landing")
    job = build(unnamed).resolve_job_def(names.INTAKE)
    assert job.execute_in_process(instance=instance).success
    named = Settings(settings.profile, settings.home, settings.home / "landing", landing_named=True)
    job = build(named).resolve_job_def(names.INTAKE)
    assert not job.execute_in_process(instance=instance, raise_on_error=False).success


def test_the_week_starts_on_monday_by_the_missions_clock(settings: Settings, instance: dg.DagsterInstance) -> None:
    repository = build(settings).get_repository_def()
    weekly = repository.get_schedule_def("weekly")
    assert weekly.execution_timezone == "Asia/Baghdad"
    monday = dt.datetime(2021, 2, 8, 6, tzinfo=zoneinfo.ZoneInfo("Asia/Baghdad"))
    assert monday.weekday() == 0
    assert weekly.cron_schedule == "0 6 * * 1"
    at = monday.astimezone(dt.UTC)
    with dg.build_schedule_context(instance, scheduled_execution_time=at, repository_def=repository) as context:
        done = weekly.evaluate_tick(context)
    [request] = done.run_requests or []
    assert (request.partition_key, request.run_key) == ("2021-02-08", "weekly 2021-02-08")
    assert instance.get_dynamic_partitions("as_of") == ["2021-02-08"]


def test_a_clock_that_is_set_back_asks_for_the_same_week_and_night_and_not_for_more(
    settings: Settings, instance: dg.DagsterInstance
) -> None:
    """Dagster starts one run for a key, however often it is asked for; the keys are dates by the mission's clock."""
    repository = build(settings).get_repository_def()
    # 02:00 in Baghdad, where it is a day later than in Greenwich; then a clock an hour ahead, and one set back.
    night = dt.datetime(2021, 2, 8, 2, tzinfo=zoneinfo.ZoneInfo("Asia/Baghdad")).astimezone(dt.UTC)
    assert night.date() == dt.date(2021, 2, 7)
    for name, wanted in (("weekly", "weekly 2021-02-08"), ("nightly", "nightly 2021-02-08")):
        schedule, keys = repository.get_schedule_def(name), set()
        for minutes in (0, 60, -30, 0):
            at = night + dt.timedelta(minutes=minutes)
            with dg.build_schedule_context(instance, scheduled_execution_time=at, repository_def=repository) as context:
                keys |= {r.run_key for r in schedule.evaluate_tick(context).run_requests or []}
        assert keys == {wanted}
    assert instance.get_dynamic_partitions("as_of") == ["2021-02-08"]


def test_dates_stay_in_the_order_of_the_calendar(instance: dg.DagsterInstance) -> None:
    for some in ([dt.date(2021, 3, 1)], [dt.date(2021, 2, 1)], [dt.date(2021, 2, 8), dt.date(2021, 3, 8)]):
        add_dates(instance, some)
    assert instance.get_dynamic_partitions("as_of") == ["2021-02-01", "2021-02-08", "2021-03-01", "2021-03-08"]


@pytest.mark.parametrize("retried", [True, False])
def test_only_what_passes_by_itself_is_tried_again(retried: bool) -> None:
    locked = StoreError("in use")
    locked.__cause__ = OSError("Could not set lock on file: Conflicting lock is held")
    with pytest.raises(dg.Failure) as told, no_vain_retries():
        raise locked if retried else StepError("no snapshot; make it first")
    assert told.value.allow_retries is retried
    assert told.value.description == ("in use" if retried else "no snapshot; make it first")


def test_a_step_that_cannot_succeed_fails_at_once_with_the_librarys_words(settings: Settings) -> None:
    """Metrics without a snapshot: one attempt, and the remedy as the run's failure."""
    job = build(settings).resolve_job_def(names.JOB)
    with open_instance(settings.dagster_home) as instance:
        add_dates(instance, DATES[:1])
        keys = [key for key in job.asset_layer.executable_asset_keys if key.path[0] == "metrics"]
        done = job.execute_in_process(
            instance=instance, partition_key="2021-01-25", asset_selection=keys, raise_on_error=False
        )
    failed = [e for e in done.all_events if e.is_step_failure]
    assert [e for e in done.all_events if e.is_step_up_for_retry] == []
    assert "make it first" in (failed[0].step_failure_data.user_failure_data.description or "")


def test_an_engine_that_is_none_is_told_with_those_that_are(ran: Settings) -> None:
    outcome = launch(ran, as_of=DATES[0], engine="abacus")
    assert outcome.error is not None
    assert "'abacus' is no engine; use one of: duckdb" in outcome.error
    assert outcome.publication is None


def test_several_dates_are_one_run_with_a_publication_and_numbers_for_each(ran: Settings) -> None:
    outcome = launch_several(ran, dates=list(reversed(DATES)))
    assert outcome.error is None
    assert [(p.name, p.new) for p in outcome.publications] == [(f"{d}-r1", d != DATES[2]) for d in DATES]
    latest = (ran.publications / "latest").read_text()
    assert latest == "2021-02-08-r1\n", "a past date published late is not the newest"
    with open_instance(ran.dagster_home) as instance:
        assert len(instance.get_runs()) == 2
        for date, requests in zip(DATES, (0, 0, 3), strict=True):
            record, *_ = instance.fetch_materializations(
                dg.AssetRecordsFilter(names.snapshot("request"), asset_partitions=[date.isoformat()]), limit=9
            ).records
            assert record.asset_materialization is not None
            assert record.asset_materialization.metadata["dagster/row_count"].value == requests
            for key, name in (
                (names.metric("latency.time_to_decision"), "figures"),
                (names.PUBLICATION, "publication"),
            ):
                record, *_ = instance.fetch_materializations(
                    dg.AssetRecordsFilter(key, asset_partitions=[date.isoformat()]), limit=9
                ).records
                assert record.asset_materialization is not None
                told = record.asset_materialization.metadata[name].value
                assert told == f"{date}-r1" if name == "publication" else told >= 0


def test_what_arrived_counts_as_a_sign_of_life_of_its_source(ran: Settings) -> None:
    with open_instance(ran.dagster_home) as instance:
        for source in load_profile(ran.profile).sources:
            assert instance.get_latest_materialization_event(names.landing(source.source)) is not None
        job = build(ran).resolve_job_def(names.NIGHTLY)
        assert job.execute_in_process(instance=instance).success
        heard = job.execute_in_process(instance=instance).get_asset_check_evaluations()
    assert {c.passed for c in heard if c.check_name == "still_sends"} == {True}


def test_a_run_whose_process_is_gone_is_marked_and_lets_go_of_the_warehouse(
    settings: Settings, instance: dg.DagsterInstance
) -> None:
    here, gone = f"{os.uname().nodename} {os.getpid()}", f"{os.uname().nodename} 4194303"
    # The start is missing in what a release before this one began, and where the system does not tell it.
    dead = {f"{gone} 1", gone, f"{gone} ", f"{here} 1"}
    alive = {f"elsewhere {os.getpid()} 1", here, f"{here} ", this_process()}
    for process in dead | alive:
        job = build(settings).resolve_job_def(names.INTAKE)
        run = instance.create_run_for_job(job, tags={names.PROCESS_TAG: process})
        started = dg.DagsterEvent(dg.DagsterEventType.RUN_START.value, run.job_name, message="started")
        instance.report_dagster_event(started, run.run_id)
    assert len(bury_the_dead(instance)) == len(dead)
    states = {r.tags[names.PROCESS_TAG]: r.status for r in instance.get_runs()}
    failed, started = dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.STARTED
    assert states == dict.fromkeys(dead, failed) | dict.fromkeys(alive, started)
