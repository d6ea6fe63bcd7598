"""A machine's clock that jumps a year ahead and is set right again: nothing is hidden, doubled or silent for a year."""

import datetime as dt
import os
from pathlib import Path

import dagster as dg  # noqa: TID251 (what is tested here is made of dagster)
import pytest

from pipelines import names
from pipelines.build import build
from pipelines.launch import launch
from pipelines.runs import add_dates
from reportmetrics import steps
from reportmetrics.backup import backup, restore
from reportmetrics.clock import now_utc
from reportmetrics.current import today
from reportmetrics.ingest.ledger import ClockError
from reportmetrics.ingest.rebuild import rebuild
from reportmetrics.ingest.run import ingest
from reportmetrics.issuing import issue
from reportmetrics.profile.load import Profile, load_profile
from reportmetrics.publish.publish import Publication
from reportmetrics.settings import Settings
from reportmetrics.silence import silences
from reportmetrics.steps import held
from reportmetrics.upkeep.fsck import fsck
from reportmetrics.warehouse.store import Store
from tests.pipelines.tiny import make

YEAR = dt.timedelta(days=365)
REQUESTS = "requests_20210208.csv"
ANSWERED = "id,raised,decided,outcome\nR3,2021-01-06,2021-02-05,approved\n"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The tiny mission, with requests that are known from their arrival."""
    made = make(tmp_path)
    mapping = made.profile / "sources" / "requests.yaml"
    text = mapping.read_text(encoding="utf-8")
    mapping.write_text(text.replace('known_from: {file_date: "%Y%m%d"}', "known_from: arrival"), encoding="utf-8")
    return made


@pytest.fixture
def profile(settings: Settings) -> Profile:
    return load_profile(settings.profile)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> "Clock":
    return Clock(monkeypatch)


class Clock:
    """The day that the mission takes for today, and so the dates that may be published."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch

    def ahead(self, by: dt.timedelta) -> None:
        for module in ("reportmetrics.current", "reportmetrics.publish.publish"):
            self._monkeypatch.setattr(f"{module}.today", lambda _: dt.date.today() + by)

    def right(self) -> None:
        self._monkeypatch.undo()


def arrive(settings: Settings) -> None:
    """An answer to R3, written some time ago: what has just changed would be left for the next run."""
    path = settings.landing / REQUESTS
    path.write_text(ANSWERED, encoding="utf-8")
    os.utime(path, (path.stat().st_mtime - 60,) * 2)


def arrivals(settings: Settings) -> list[tuple[str, dt.datetime, dt.datetime]]:
    with Store(settings.warehouse) as store:
        return store.connection.execute(
            "SELECT original_name, arrived_at, known_from FROM ledger ORDER BY file_seq"
        ).fetchall()


def decided(settings: Settings, profile: Profile, as_of: dt.date) -> dict[str, str]:
    """Outcome by request, as a snapshot tells it."""
    snapshot = steps.freeze(settings, profile, as_of=as_of, position=100)
    with steps.open_engine("duckdb", snapshot) as engine:
        rows = engine.frame("SELECT request_id, outcome FROM request ORDER BY request_id")
    return dict(rows.iter_rows())


# Taking in


def test_a_file_that_arrived_in_the_future_stops_ingestion_with_the_remedy(
    settings: Settings, profile: Profile
) -> None:
    ingest(settings, profile, now=now_utc() + YEAR)
    before = arrivals(settings)
    arrive(settings)
    with pytest.raises(ClockError, match=r"3 files .* clock .* nothing was taken in.* reportmetrics rebuild"):
        ingest(settings, profile)
    assert arrivals(settings) == before
    assert len(list(settings.archive.glob("*.json"))) == 3, "nothing is copied either"


@pytest.mark.parametrize("hours", [-30, -3, 3, 23])
def test_a_clock_that_is_set_by_hours_or_forward_stops_nothing(
    settings: Settings, profile: Profile, hours: int
) -> None:
    ingest(settings, profile, now=now_utc() + dt.timedelta(hours=hours))
    arrive(settings)
    assert len(ingest(settings, profile).deliveries) == 1


def test_a_rebuild_gives_them_a_time_that_can_be_and_the_order_in_which_they_came(
    settings: Settings, profile: Profile
) -> None:
    """What came in the jump is known today, and what came after it replaces it."""
    ingest(settings, profile, now=now_utc() + YEAR)
    arrive(settings)
    ingest(settings, profile, now=now_utc())  # as an earlier release would have gone on
    tomorrow = today(profile) + dt.timedelta(days=1)  # by the mission's clock, where it is a day later in the evening
    assert decided(settings, profile, tomorrow) == {"R3": "approved"}, "R1 and R2 are hidden for a year"
    assert decided(settings, profile, tomorrow + 2 * YEAR)["R3"] == "open", "and the old row would win in a year"
    made = rebuild(settings, profile)
    assert (made.were_ahead, made.deliveries) == (3, 4)
    assert all(at <= now_utc() for _, at, _ in arrivals(settings))
    wanted = {"R1": "approved", "R2": "denied", "R3": "approved"}
    assert decided(settings, profile, tomorrow) == decided(settings, profile, tomorrow + 2 * YEAR) == wanted
    assert (rebuild(settings, profile).were_ahead, fsck(settings).findings) == (0, [])
    again = ingest(settings, profile)
    assert (again.deliveries, again.unchanged) == ([], 4), "nothing is taken in twice"


def test_dates_that_files_state_stay_as_they_are(settings: Settings, profile: Profile) -> None:
    ingest(settings, profile, now=now_utc() + YEAR)
    stated = {name: known for name, _, known in arrivals(settings) if "requests" not in name}
    rebuild(settings, profile)
    assert {name: known for name, _, known in arrivals(settings) if "requests" not in name} == stated
    assert {known.year for known in stated.values()} == {2021}


def test_a_later_rebuild_does_not_go_back_to_what_the_clock_said(settings: Settings, profile: Profile) -> None:
    """When the year has passed, the false time could be true."""
    ingest(settings, profile, now=now_utc() + YEAR)
    rebuild(settings, profile)
    right = arrivals(settings)
    assert rebuild(settings, profile, now=now_utc() + 2 * YEAR).were_ahead == 0
    assert arrivals(settings) == right


# Silence


def test_a_source_whose_last_arrival_lies_ahead_counts_as_silent(profile: Profile) -> None:
    last = {s.source: now_utc() for s in profile.sources} | {"requests": now_utc() + YEAR}
    told = {s.source: s for s in silences(profile.sources, last, now_utc())}
    assert [s for s, of in told.items() if of.silent] == ["requests"]
    assert "lies ahead" in told["requests"].sentence
    assert "reportmetrics rebuild" in told["requests"].sentence


def test_the_nightly_run_fails_and_says_why(settings: Settings, profile: Profile, instance: dg.DagsterInstance) -> None:
    ingest(settings, profile, now=now_utc() + YEAR)
    job = build(settings).resolve_job_def(names.NIGHTLY)
    done = job.execute_in_process(instance=instance, raise_on_error=False)
    assert not done.success
    told = [e.step_failure_data.user_failure_data.description for e in done.all_events if e.is_step_failure]
    assert len(told) == 1, "one attempt: trying again does not set a clock"
    assert "reportmetrics rebuild" in told[0]


# Publishing


def test_a_run_of_a_date_that_lies_ahead_is_refused_however_it_was_asked_for(
    settings: Settings, instance: dg.DagsterInstance
) -> None:
    day = dt.date.today() + YEAR
    add_dates(instance, [day])  # as a schedule did that ticked in the jump, whose run is still in the queue
    done = launch(settings, as_of=day)
    assert not done.success
    assert done.error is not None
    assert f"{day} lies in the future" in done.error
    assert not (settings.publications / "latest").exists()
    assert launch(settings, as_of=dt.date.today()).success


def published(settings: Settings, as_of: dt.date) -> Publication:
    """The steps of a run, one after the other and without its records."""
    profile = load_profile(settings.profile)
    ingest(settings, profile)
    assert not steps.check_new(settings, profile).blocked
    steps.freeze(settings, profile, as_of=as_of)
    steps.check_snapshot(settings, as_of=as_of)
    steps.measure(settings, as_of=as_of)
    return issue(settings, profile, as_of=as_of)


def latest(settings: Settings) -> str:
    return (settings.publications / "latest").read_text(encoding="utf-8").strip()


def test_latest_leads_to_the_newest_date_that_has_come(settings: Settings, clock: Clock) -> None:
    clock.ahead(YEAR)
    ahead = published(settings, dt.date.today() + YEAR)
    clock.right()
    assert latest(settings) == ahead.name
    done = published(settings, dt.date.today())
    assert latest(settings) == done.name
    assert ahead.name not in (settings.publications / "index.html").read_text()
    [found] = fsck(settings).findings
    assert f"{dt.date.today() + YEAR}: is of a day that is still to come; remove it" in str(found)


def test_a_date_that_was_published_before_the_jump_is_led_to_again(settings: Settings, clock: Clock) -> None:
    first = published(settings, dt.date.today())
    clock.ahead(YEAR)
    ahead = published(settings, dt.date.today() + YEAR)
    assert latest(settings) == ahead.name
    clock.right()
    again = published(settings, dt.date.today())
    assert (again.name, again.new) == (first.name, False)
    assert latest(settings) == first.name


# What is kept for a time


def test_a_backup_named_by_a_clock_that_was_ahead_hides_none_made_after_it(
    settings: Settings, profile: Profile, tmp_path: Path
) -> None:
    ingest(settings, profile, now=dt.datetime(2021, 2, 8))
    folder = tmp_path / "backups"
    ahead = backup(settings, folder, now=dt.datetime.now(dt.UTC) + YEAR)
    arrive(settings)
    ingest(settings, profile)
    made = backup(settings, folder)
    assert sorted(p.name for p in folder.iterdir()) == [made.name, ahead.name]
    restore(made, tmp_path / "restored")
    rows = held(Settings(settings.profile, tmp_path / "restored", settings.landing)).rows
    assert rows["request"] == held(settings).rows["request"] == 4
