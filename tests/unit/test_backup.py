"""Backup and restore of a small mission: the same figures can be asked for afterwards, and nothing is overwritten."""

import datetime as dt
from pathlib import Path

import pytest

from reportmetrics.backup import backup, restore
from reportmetrics.current import StepError
from reportmetrics.settings import Settings
from reportmetrics.steps import held
from tests.conftest import SmallMission

NIGHT = dt.datetime(2022, 1, 31, 3, 30, tzinfo=dt.UTC)
ROWS = "id,raised,decided,outcome\nR1,2021-02-01,,OK\n"


@pytest.fixture
def full(mission: SmallMission) -> SmallMission:
    (mission.folder / "profile").mkdir(parents=True)
    mission.put("requests/log.csv", ROWS)
    mission.ingest()
    return mission


def test_what_is_put_back_is_what_was_there(full: SmallMission, tmp_path: Path) -> None:
    home = full.settings.home
    (home / "dagster" / "history").mkdir(parents=True)
    made = backup(full.settings, tmp_path / "backups", now=NIGHT)
    assert made.name == "2022-01-31T033000Z"
    again = Settings(full.settings.profile, tmp_path / "elsewhere", full.settings.landing)
    restore(made, again.home)
    assert held(again) == held(full.settings)
    files = {p.relative_to(home) for p in home.rglob("*") if p.is_file() and "staging" not in p.parts}
    assert {p.relative_to(again.home) for p in again.home.rglob("*") if p.is_file()} == files
    key = again.pseudonym_key_file
    assert key.read_bytes() == full.settings.pseudonym_key_file.read_bytes()
    assert key.stat().st_mode & 0o777 == 0o600


def test_the_next_backup_shares_what_never_changes(full: SmallMission, tmp_path: Path) -> None:
    first = backup(full.settings, tmp_path / "backups", now=NIGHT)
    second = backup(full.settings, tmp_path / "backups", now=NIGHT + dt.timedelta(days=1))
    kept = [p.relative_to(first) for p in (first / "archive").iterdir()]
    assert kept
    assert all((first / p).samefile(second / p) for p in kept)
    assert not (first / "warehouse.duckdb").samefile(second / "warehouse.duckdb")


def test_without_a_warehouse_there_is_nothing_to_back_up(full: SmallMission, tmp_path: Path) -> None:
    missing = Settings(full.settings.profile, tmp_path / "nothing", full.settings.landing)
    with pytest.raises(StepError, match="nothing to back up"):
        backup(missing, tmp_path / "backups")
    assert not list(tmp_path.glob("backups/*"))


def test_a_backup_overwrites_nothing_and_half_a_backup_is_refused(full: SmallMission, tmp_path: Path) -> None:
    made = backup(full.settings, tmp_path / "backups", now=NIGHT)
    with pytest.raises(StepError, match="not empty"):
        restore(made, full.settings.home)
    (made / "complete").unlink()
    with pytest.raises(StepError, match="no complete backup"):
        restore(made, tmp_path / "elsewhere")


@pytest.mark.parametrize("within", ["home", "home/archive/backups", "profile/backups", "landing"])
def test_a_backup_within_what_it_protects_is_refused(full: SmallMission, within: str) -> None:
    mine = Settings(full.folder / "profile", full.settings.home, full.settings.landing)
    before = sorted(full.folder.rglob("*"))
    with pytest.raises(StepError, match=r"lies within the .*; give one outside of it"):
        backup(mine, full.folder / within, now=NIGHT)
    assert sorted(full.folder.rglob("*")) == before
