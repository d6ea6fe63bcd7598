"""Clearing the landing folder: what is safe elsewhere goes, whatever is not stays, however the run ends."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import pytest

from reportmetrics import cli_print, steps
from reportmetrics.ingest import run
from reportmetrics.ingest.clearing import Cleared, clear_landing
from reportmetrics.ingest.rebuild import rebuild
from reportmetrics.profile.load import load_profile
from reportmetrics.upkeep.forget import forget
from reportmetrics.upkeep.plan import plan_of
from reportmetrics.warehouse.aside import set_aside
from reportmetrics.warehouse.store import Store
from tests.conftest import REQUESTS, SmallMission

HEAD = "id,raised,decided,outcome\n"
PROFILES = Path(__file__).resolve().parents[3] / "data" / "profiles"
CORE = "SELECT request_id, raised_at, file_seq FROM core.request ORDER BY ALL"


@pytest.fixture
def clearing(mission: SmallMission) -> SmallMission:
    """A mission that wants its landing folder cleared, with two files in it that no run has seen."""
    mission.more = {"clear_landing": True}
    mission.put("requests/a.csv", HEAD + "A,2021-02-01,,\n")
    mission.put("requests/b.csv", HEAD + "B,2021-02-01,,\n")
    return mission


def clear(mission: SmallMission, *, passed: bool = True) -> Cleared:
    with Store(mission.settings.warehouse) as store:
        if passed:
            store.mark_validated(store.position())
        return clear_landing(store, mission.settings, mission.profile)


def lying(mission: SmallMission) -> list[str]:
    landing = mission.settings.landing
    return sorted(p.relative_to(landing).as_posix() for p in landing.rglob("*") if p.is_file())


def test_no_mission_that_is_shipped_asks_for_it() -> None:
    profiles = [p.parent for p in PROFILES.glob("*/mission.yaml")]
    assert profiles
    assert not any(load_profile(p).mission.clear_landing for p in profiles)


def test_nothing_goes_unless_the_mission_asks(mission: SmallMission) -> None:
    mission.put("requests/a.csv", HEAD + "A,2021-02-01,,\n")
    mission.ingest()
    assert clear(mission) == Cleared()
    assert lying(mission) == ["requests/a.csv"]


def test_what_passed_the_checks_goes_and_its_rows_and_bytes_stay(clearing: SmallMission) -> None:
    sent = (clearing.settings.landing / "requests/a.csv").read_bytes()
    clearing.ingest()
    rows = clearing.ask(CORE)
    checked = steps.check_new(clearing.settings, clearing.profile)
    assert checked.cleared.removed == ["requests/a.csv", "requests/b.csv"]
    assert lying(clearing) == []
    assert sent in [p.read_bytes() for p in clearing.settings.archive.iterdir() if p.is_file()]
    again = clearing.ingest()
    assert (again.deliveries, clearing.ask(CORE)) == ([], rows)
    rebuild(clearing.settings, clearing.profile)
    assert clearing.ask(CORE) == rows


def test_what_no_check_has_passed_stays(clearing: SmallMission) -> None:
    clearing.ingest()
    assert clear(clearing, passed=False) == Cleared()
    assert len(lying(clearing)) == 2


def test_file_of_a_batch_that_was_set_aside_stays_and_is_taken_again(clearing: SmallMission) -> None:
    clearing.ingest()
    with Store(clearing.settings.warehouse) as store:
        set_aside(store, clearing.settings.archive, {}, now=dt.datetime(2021, 3, 1))
    assert clear(clearing) == Cleared()
    assert len(clearing.ingest().deliveries) == 2
    assert len(clear(clearing).removed) == 2


def test_what_nobody_claims_or_came_since_stays(clearing: SmallMission) -> None:
    clearing.put("letter.txt", "x")
    clearing.ingest()
    clearing.put("requests/c.csv", HEAD + "C,2021-02-01,,\n")
    clearing.put("requests/b.csv", HEAD + "B,2021-02-01,2021-02-03,OK\n")
    assert clear(clearing).removed == ["requests/a.csv"]
    assert lying(clearing) == ["letter.txt", "requests/b.csv", "requests/c.csv"]


def test_file_whose_bytes_changed_behind_its_size_and_time_stays(clearing: SmallMission) -> None:
    path = clearing.settings.landing / "requests/a.csv"
    clearing.ingest()
    before = path.stat()
    path.write_text(HEAD + "A,2021-02-09,,\n")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert clear(clearing).removed == ["requests/b.csv"]


@pytest.mark.parametrize("damage", ["altered", "lost", "sidecar lost", "sidecar torn"])
def test_file_that_the_archive_does_not_hold_whole_stays(clearing: SmallMission, damage: str) -> None:
    clearing.ingest()
    sent = (clearing.settings.landing / "requests/a.csv").read_bytes()
    kept = next(p for p in clearing.settings.archive.iterdir() if p.is_file() and p.read_bytes() == sent)
    sidecar = next(clearing.settings.archive.glob(f"{kept.name}.*.json"))
    kept.chmod(0o600)
    if damage == "altered":
        kept.write_bytes(sent[:-2] + b"X\n")
    elif damage == "sidecar torn":
        sidecar.write_text(sidecar.read_text()[:40])
    else:
        (kept if damage == "lost" else sidecar).unlink()
    assert clear(clearing).removed == ["requests/b.csv"]


def test_file_waits_for_every_source_that_claims_it(clearing: SmallMission) -> None:
    clearing.ingest()
    clearing.sources = [REQUESTS, {**REQUESTS, "source": "other", "files": "*/a.csv"}]
    assert clear(clearing).removed == ["requests/b.csv"]
    clearing.ingest()
    assert clear(clearing).removed == ["requests/a.csv"]


def test_refused_file_goes_too_and_is_named(clearing: SmallMission) -> None:
    clearing.put("requests/a.csv", b"id,raised\n\xff\xfe,x\n")
    clearing.put("requests/b.csv", HEAD + "B,31/31/2021,,\n")
    clearing.ingest()
    assert len(clear(clearing).removed) == 2
    refused = clearing.ask("SELECT original_name, code FROM reject ORDER BY ALL")
    assert [name for name, _ in refused] == ["requests/a.csv", "requests/b.csv"]


def test_same_content_sent_again_under_another_name_goes_too(clearing: SmallMission) -> None:
    clearing.ingest()
    clear(clearing)
    clearing.put("requests/again.csv", HEAD + "A,2021-02-01,,\n")
    assert clearing.ingest().deliveries == []
    assert clear(clearing).removed == ["requests/again.csv"]


def test_run_that_is_stopped_between_two_files_leaves_the_rest_to_the_next(
    clearing: SmallMission, monkeypatch: pytest.MonkeyPatch
) -> None:
    clearing.ingest()
    unlink = os.unlink

    def stopped(name: str, *, dir_fd: int | None = None) -> None:
        if name == "b.csv":
            raise KeyboardInterrupt
        unlink(name, dir_fd=dir_fd)

    with monkeypatch.context() as patched:
        patched.setattr(os, "unlink", stopped)
        with pytest.raises(KeyboardInterrupt):
            clear(clearing)
    assert lying(clearing) == ["requests/b.csv"]
    rows = clearing.ask(CORE)
    assert clearing.ingest().deliveries == []
    assert clear(clearing).removed == ["requests/b.csv"]
    assert clearing.ask(CORE) == rows


def test_run_that_is_stopped_before_it_wrote_down_the_place_loses_nothing(
    clearing: SmallMission, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(run, "note_place", stopped)
        with pytest.raises(KeyboardInterrupt):
            clearing.ingest()
    rows = clearing.ask(CORE)
    assert [r[0] for r in rows] == ["A", "B"]
    clearing.ingest()
    clear(clearing)
    rebuild(clearing.settings, clearing.profile)
    assert [r[:2] for r in clearing.ask(CORE)] == [r[:2] for r in rows]


def test_file_that_the_system_does_not_let_go_is_told(clearing: SmallMission, monkeypatch: pytest.MonkeyPatch) -> None:
    clearing.ingest()

    def refused(name: str, *, dir_fd: int) -> None:
        raise PermissionError(13, "Permission denied", name)

    monkeypatch.setattr(os, "unlink", refused)
    assert clear(clearing).stuck == ["requests/a.csv (Permission denied)", "requests/b.csv (Permission denied)"]


def test_what_left_and_what_could_not_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    cli_print.cleared(None)
    cli_print.cleared(Cleared())
    assert capsys.readouterr().out == ""
    cli_print.cleared(Cleared(["a.csv"] * 1_200, [f"{n}.csv (Permission denied)" for n in range(7)]))
    said = capsys.readouterr().out
    assert "1,200 files" in said
    assert "0.csv (Permission denied)" in said
    assert "6.csv" not in said
    assert "2 more files" in said


def test_a_link_and_what_it_leads_to_stay(clearing: SmallMission, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere.csv"
    target.write_text(HEAD + "L,2021-02-01,,\n")
    os.utime(target, (1_000_000, 1_000_000))
    (clearing.settings.landing / "requests/l.csv").symlink_to(target)
    clearing.ingest()
    assert clear(clearing).removed == ["requests/a.csv", "requests/b.csv"]
    assert lying(clearing) == ["requests/l.csv"]
    assert target.exists()


def test_what_was_forgotten_and_is_sent_again_stays_and_is_named(clearing: SmallMission) -> None:
    clearing.put("requests/b.csv", "id,raised,decided,outcome,who\nB,2021-02-01,,,Jane Doe\nC,2021-02-01,,,\n")
    clearing.ingest()
    sent = {name: (clearing.settings.landing / name).read_text() for name in ("requests/a.csv", "requests/b.csv")}
    assert len(clear(clearing).removed) == 2
    for named in ("requests/a.csv", "Jane Doe"):
        plan = plan_of(clearing.settings, clearing.profile, named)
        forget(clearing.settings, clearing.profile, plan, reason="asked for")
    for name, text in sent.items():
        clearing.put(name, text)
    clearing.put("requests/c.csv", HEAD + "D,2021-02-01,,\n")
    assert [d.original_name for d in clearing.ingest().deliveries] == ["requests/c.csv"]
    for _ in range(2):
        cleared = clear(clearing)
        assert [said.partition(" (")[0] for said in cleared.stuck] == ["requests/a.csv", "requests/b.csv"]
        assert all("forgotten; it is not taken in again: delete it here" in said for said in cleared.stuck)
    assert lying(clearing) == ["requests/a.csv", "requests/b.csv"]
