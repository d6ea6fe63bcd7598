"""The main job on a tiny mission: recorded, repeatable, and stopped by a critical check."""

import datetime as dt

import dagster as dg  # noqa: TID251 (what is tested here is made of dagster)
import pytest

from pipelines import names
from pipelines.launch import Outcome, launch, open_instance
from reportmetrics.settings import Settings
from tests.pipelines.tiny import make

AS_OF = dt.date(2021, 2, 8)


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, Outcome]:
    settings = make(tmp_path_factory.mktemp("tiny"))
    return settings, launch(settings, as_of=AS_OF)


def figure(outcome: Outcome, metric: str, statistic: str, dims: str = "{}") -> float:
    assert outcome.results is not None
    rows = outcome.results.figures.filter(metric=metric, statistic=statistic, dims=dims)
    assert rows.height == 1
    return float(rows["value"][0])


def test_a_run_publishes_what_the_files_say(done: tuple[Settings, Outcome]) -> None:
    _, outcome = done
    assert outcome.error is None
    assert outcome.success
    assert outcome.publication is not None
    assert outcome.publication.new
    assert outcome.publication.index.is_file()
    assert figure(outcome, "activity.held", "sum") == 2
    assert figure(outcome, "latency.open_backlog", "open", '{"hq":"HQ"}') == 1
    # Waits of 10 and 20 days, one open: S falls to 2/3 at 10 and to 1/3 at 20, so the median is 20.
    assert figure(outcome, "latency.time_to_decision", "median", '{"hq":"HQ"}') == pytest.approx(20.0)


def test_the_refused_row_is_counted_and_the_rest_goes_on(done: tuple[Settings, Outcome]) -> None:
    _, outcome = done
    assert outcome.ingested is not None
    activity = next(d for d in outcome.ingested.deliveries if d.table_name == "activity")
    assert (activity.rows_read, activity.accepted, activity.rejected) == (4, 3, 1)


def test_the_history_shows_run_partition_checks_and_publication(done: tuple[Settings, Outcome]) -> None:
    settings, outcome = done
    with open_instance(settings.dagster_home) as instance:
        run = instance.get_run_by_id(outcome.run_id)
        assert run is not None
        assert run.status == dg.DagsterRunStatus.SUCCESS
        assert run.tags["dagster/partition"] == "2021-02-08"
        assert instance.get_dynamic_partitions("as_of") == ["2021-02-08"]
        event = instance.get_latest_materialization_event(names.PUBLICATION)
        assert event is not None
        assert event.asset_materialization is not None
        assert event.asset_materialization.partition == "2021-02-08"
        checked = instance.event_log_storage.get_latest_asset_check_execution_by_key(
            [dg.AssetCheckKey(names.core("request"), "as_declared")]
        )
        assert len(checked) == 1


def test_telemetry_is_off(done: tuple[Settings, Outcome]) -> None:
    settings, _ = done
    with open_instance(settings.dagster_home) as instance:
        assert instance.telemetry_enabled is False


def test_a_second_run_takes_nothing_in_twice_and_finds_its_publication(done: tuple[Settings, Outcome]) -> None:
    settings, first = done
    again = launch(settings, as_of=AS_OF)
    assert again.success
    assert again.ingested is not None
    assert again.ingested.deliveries == []
    assert again.ingested.unchanged == 3
    assert again.publication is not None
    assert first.publication is not None
    assert not again.publication.new
    assert again.publication.folder == first.publication.folder


def test_an_earlier_date_knows_less(done: tuple[Settings, Outcome]) -> None:
    """All files are known from 2021-02-01: a week before, there is nothing to publish about requests."""
    settings, _ = done
    before = launch(settings, as_of=dt.date(2021, 1, 25))
    assert before.success, before.error
    assert before.results is not None
    assert before.results.figures.filter(metric="latency.time_to_decision").is_empty()
