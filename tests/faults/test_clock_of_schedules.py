"""A clock that jumped: schedules and sensors tick again, from now on and not from the time that lay ahead."""

import datetime as dt
from pathlib import Path

import dagster as dg  # noqa: TID251 (what is tested here is made of dagster)
import pytest
from dagster._core.remote_origin import (  # noqa: TID251
    RegisteredCodeLocationOrigin,
    RemoteInstigatorOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.scheduler.instigation import (  # noqa: TID251
    InstigatorState,
    InstigatorStatus,
    InstigatorType,
    ScheduleInstigatorData,
    SensorInstigatorData,
    TickData,
    TickStatus,
)
from dagster._daemon.sensor import get_elapsed  # noqa: TID251

from pipelines.clock import set_right
from pipelines.launch import launch, open_instance
from reportmetrics.settings import Settings
from tests.faults.test_orchestration import daemon, kill, start, until
from tests.pipelines.tiny import RAN, after_a_run, make

YEAR = dt.timedelta(days=365)
WEEKLY = ScheduleInstigatorData("0 6 * * 1", 0.0, 0.0)
LANDING = SensorInstigatorData(0.0, "key", 30, "cursor", 0.0, 0.0, None, 0.0)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return make(tmp_path)


def ticked(
    instance: dg.DagsterInstance, data: ScheduleInstigatorData | SensorInstigatorData, at: float
) -> InstigatorState:
    """A schedule or sensor that ticked ``at`` (seconds since 1970), as the daemon notes it."""
    kind = InstigatorType.SCHEDULE if isinstance(data, ScheduleInstigatorData) else InstigatorType.SENSOR
    place = RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("tiny"), "__repository__")
    origin = RemoteInstigatorOrigin(place, kind.value.lower())
    noted = {field: at for field, was in data._asdict().items() if was == 0.0}
    state = InstigatorState(origin, kind, InstigatorStatus.RUNNING, data._replace(**noted))
    instance.add_instigator_state(state)
    told = (state.instigator_origin_id, state.instigator_name, kind, TickStatus.SKIPPED, at)
    instance.create_tick(TickData(*told, selector_id=state.selector_id))
    return state


def found(instance: dg.DagsterInstance, state: InstigatorState) -> InstigatorState:
    known = instance.get_instigator_state(state.instigator_origin_id, state.selector_id)
    assert known is not None
    return known


def test_schedules_and_sensors_go_on_from_now(instance: dg.DagsterInstance) -> None:
    """Each starts from its last tick, so one that lies ahead keeps it silent until then; cursor and status stay."""
    now = dt.datetime.now(dt.UTC).timestamp()
    weekly, landing = (ticked(instance, data, now + YEAR.total_seconds()) for data in (WEEKLY, LANDING))
    assert get_elapsed(landing) < -360 * 86_400, "so long until the daemon looks again"
    assert set_right(instance, now) == ["schedule", "sensor"]
    for state in (weekly, landing):
        [tick] = instance.get_ticks(state.instigator_origin_id, state.selector_id)
        assert tick.timestamp == pytest.approx(now)
    assert found(instance, weekly).instigator_data == WEEKLY._replace(start_timestamp=now, last_iteration_timestamp=now)
    right = found(instance, landing)
    assert 0 <= get_elapsed(right) < 60
    assert right.status is InstigatorStatus.RUNNING
    assert (right.instigator_data.cursor, right.instigator_data.last_run_key) == ("cursor", "key")
    assert set_right(instance, now) == [], "nothing lies ahead any more"


def test_what_ticked_before_now_is_left_as_it_is(instance: dg.DagsterInstance) -> None:
    now = dt.datetime.now(dt.UTC).timestamp()
    states = [ticked(instance, data, now - 86_400) for data in (WEEKLY, LANDING)]
    assert set_right(instance, now) == []
    assert [found(instance, state) for state in states] == states


def test_a_run_from_the_command_line_sets_them_right_too(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    settings = after_a_run(tmp_path_factory, tmp_path)
    with open_instance(settings.dagster_home) as instance:
        landing = ticked(instance, LANDING, (dt.datetime.now(dt.UTC) + YEAR).timestamp())
        assert launch(settings, as_of=RAN).success
        assert get_elapsed(found(instance, landing)) >= 0


@pytest.mark.daemon
def test_a_daemon_that_ticked_in_the_jump_ticks_again_after_the_documented_step(settings: Settings) -> None:
    called, _ = daemon(settings)
    log = settings.home / "daemon.log"
    with open_instance(settings.dagster_home) as instance:
        first = start(settings, *called, log=log)
        try:
            until(lambda: _looks(instance), "a look of the sensor")
        finally:
            kill(first)
        # The daemon may have been killed before others had their turn.
        ticked_by_then = sorted({s.instigator_name for s in instance.all_instigator_state() if _ticks(instance, s)})
        jump(instance)
        done = start(settings, "-m", "pipelines.clock")
        said, _ = done.communicate(timeout=120)
        assert f"set right: {', '.join(ticked_by_then)}\n" in said
        before = len(_looks(instance))
        second = start(settings, *called, log=log)
        try:
            until(lambda: len(_looks(instance)) > before, "another look of the sensor")
        finally:
            kill(second)


def _looks(instance: dg.DagsterInstance) -> list[object]:
    states = [s for s in instance.all_instigator_state() if s.instigator_name == "dead_runs"]
    return [t for s in states for t in _ticks(instance, s)]


def _ticks(instance: dg.DagsterInstance, state: InstigatorState) -> list[object]:
    return list(instance.get_ticks(state.instigator_origin_id, state.selector_id))


def jump(instance: dg.DagsterInstance) -> None:
    """Let all that the daemon has noted be of a year later."""
    by = YEAR.total_seconds()
    for state in instance.all_instigator_state():
        for tick in instance.get_ticks(state.instigator_origin_id, state.selector_id):
            later = tick.tick_data._replace(timestamp=tick.timestamp + by)
            instance.update_tick(tick._replace(tick_data=later))
        noted = state.instigator_data._asdict() if state.instigator_data else {}
        moved = {k: v + by for k, v in noted.items() if k.endswith("_timestamp") and v}
        if moved:
            instance.update_instigator_state(state.with_data(state.instigator_data._replace(**moved)))
