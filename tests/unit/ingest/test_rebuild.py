"""The warehouse made anew from the archive is the warehouse that was, place by place."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import stat
from pathlib import Path
from typing import Any

import duckdb
import pytest

from reportmetrics.ingest.pseudonyms import key_check, pseudonym, pseudonym_key
from reportmetrics.ingest.rebuild import RebuildError, rebuild
from reportmetrics.ingest.sidecars import write_sidecar
from reportmetrics.upkeep.fsck import fsck
from reportmetrics.upkeep.rotation import rotate
from reportmetrics.warehouse import aside
from reportmetrics.warehouse.instances import INSTANCES
from reportmetrics.warehouse.store import Store, StoreError
from tests.conftest import REQUESTS, SmallMission
from tests.unit.passing import mark_passed

HEADER = "id,raised,decided,outcome,who\n"
TABLES = ("core.request", "latest.request", "ledger", "reject", "set_aside", "resent")


def contents(mission: SmallMission) -> dict[str, list[object]]:
    return {t: list(mission.ask(f"SELECT * FROM {t} ORDER BY ALL")) for t in TABLES}


def fill(mission: SmallMission) -> None:
    """A register sent three times, out of the order of its names, with a reject, a repeat and an unreadable file."""
    mission.put("requests/c.csv", HEADER + "A,2021-02-01,,,Jane Doe\nB,2021-02-02,,,\n")
    mission.ingest("2021-02-10")
    mission.put("requests/b.csv", HEADER + "A,2021-02-01,2021-02-12,OK,Jane Doe\nB,2021-02-02,2021-01-01,NO,\n")
    mission.put("requests/a.csv", "id;raised\n")
    mission.ingest("2021-02-17")
    mission.put("requests/d.csv", HEADER + "A,2021-02-01,2021-02-12,OK,Jane Doe\nC,2021-02-20,,,John Roe\n")
    mission.ingest("2021-02-24")


def test_rebuilt_warehouse_is_identical(mission: SmallMission) -> None:
    fill(mission)
    before = contents(mission)
    seen = mission.ask("SELECT identity FROM seen ORDER BY 1")
    made = rebuild(mission.settings, mission.profile)
    assert contents(mission) == before
    assert mission.ask("SELECT identity FROM seen ORDER BY 1") == seen
    assert (made.deliveries, made.changed, made.position) == (4, [], 4)
    assert made.aside is not None
    assert made.aside.is_file()
    # The files still lie in the landing folder: none of them is new.
    assert mission.ingest("2021-03-01").deliveries == []


def test_order_is_that_of_the_ledger_where_all_arrived_at_once(mission: SmallMission) -> None:
    mission.sources = [{**REQUESTS, "facts": r"(?P<file_date>.*)\.csv", "known_from": {"file_date": "%Y-%m-%d"}}]
    for day in ("2021-02-03", "2021-02-17", "2021-02-10"):
        mission.put(f"requests/{day}.csv", HEADER + f"A,2021-02-01,{day},OK,\n")
        mission.ingest("2021-03-01")
    before = contents(mission)
    for path in mission.settings.archive.glob("*.json"):
        assert json.loads(path.read_text())["file_seq"] in (1, 2, 3)
    rebuild(mission.settings, mission.profile)
    assert contents(mission) == before


def test_validated_position_is_kept_when_nothing_changed(mission: SmallMission) -> None:
    fill(mission)
    with Store(mission.settings.warehouse) as store:
        mark_passed(store, 3)
    rebuild(mission.settings, mission.profile)
    assert mission.ask("SELECT position, validated_position FROM state") == [(4, 3)]


def test_changed_mapping_is_told_and_validated_anew(mission: SmallMission) -> None:
    fill(mission)
    with Store(mission.settings.warehouse) as store:
        mark_passed(store, 4)
    mapped = {"from": "outcome", "map": {"OK": "approved"}}
    mission.sources = [{**REQUESTS, "columns": {**REQUESTS["columns"], "outcome": mapped}, "end_before_start": "zero"}]
    made = rebuild(mission.settings, mission.profile)
    assert made.changed == []  # 'NO' is no code any more, and the date no fault: still one reject.
    assert mission.ask("SELECT code FROM reject WHERE source_row = 3") == [("unknown_code",)]
    mission.sources = [{**REQUESTS, "end_before_start": "zero"}]
    made = rebuild(mission.settings, mission.profile)
    assert made.changed == ["requests/b.csv (request): accepted 1 -> 2, rejected 1 -> 0"]
    assert mission.ask("SELECT validated_position FROM state") == [(0,)]


def test_other_values_in_as_many_rows_are_told_and_validated_anew(mission: SmallMission) -> None:
    mission.put("requests/a.csv", "id,raised,later,decided,outcome\nA,2021-02-01,2021-02-02,,\n")
    mission.ingest("2021-03-01")
    with Store(mission.settings.warehouse) as store:
        mark_passed(store, 1)
    raised = {**REQUESTS["columns"]["raised_at"], "from": "later"}
    mission.sources = [{**REQUESTS, "columns": {**REQUESTS["columns"], "raised_at": raised}}]
    made = rebuild(mission.settings, mission.profile)
    assert made.changed == ["request: as many rows as before, of which some read otherwise"]
    assert mission.ask("SELECT validated_position FROM state") == [(0,)]


def test_archive_that_is_not_whole_changes_nothing(mission: SmallMission) -> None:
    fill(mission)
    before = contents(mission)
    [[sha]] = mission.ask("SELECT source_file FROM ledger WHERE file_seq = 1")
    (mission.settings.archive / sha).chmod(0o600)
    (mission.settings.archive / sha).write_text("altered")
    mission.sources = [{**REQUESTS, "source": "other"}]
    with pytest.raises(RebuildError, match="its source 'log' is not in the profile"):
        rebuild(mission.settings, mission.profile)
    mission.sources = [REQUESTS]
    with pytest.raises(RebuildError, match=r"requests/c\.csv: .* was altered"):
        rebuild(mission.settings, mission.profile)
    assert contents(mission) == before


def test_missing_or_older_warehouse_is_made(mission: SmallMission) -> None:
    fill(mission)
    before = contents(mission)
    mission.ask("UPDATE state SET version = 1")
    with pytest.raises(StoreError, match="reportmetrics rebuild"):
        mission.ask("SELECT 1")
    rebuild(mission.settings, mission.profile)
    assert contents(mission) == before
    mission.settings.warehouse.unlink()
    made = rebuild(mission.settings, mission.profile)
    assert made.changed is None
    assert contents(mission) == before


def test_file_copied_but_not_stored_is_taken_up(mission: SmallMission, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(mission)
    mission.put("requests/e.csv", HEADER + "E,2021-02-25,,,\n")
    with monkeypatch.context() as patched:
        patched.setattr("reportmetrics.ingest.run.write_ledger", None)
        with pytest.raises(TypeError):
            mission.ingest("2021-03-02")
    assert rebuild(mission.settings, mission.profile).position == 5
    assert mission.ask("SELECT file_seq, known_from::DATE::VARCHAR FROM core.request WHERE request_id = 'E'") == [
        (5, "2021-03-02")
    ]


def test_a_run_that_was_stopped_before_it_noted_places_leaves_the_order_as_it_was(
    mission: SmallMission, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(mission)
    mission.put("requests/e.csv", HEADER + "E,2021-02-25,2021-02-26,OK,\n")
    with monkeypatch.context() as patched:
        patched.setattr("reportmetrics.ingest.run.note_place", None)
        with pytest.raises(TypeError):
            mission.ingest("2021-03-02")
    mission.put("requests/f.csv", HEADER + "E,2021-02-25,2021-02-26,NO,\n")
    mission.ingest("2021-03-02")
    assert rebuild(mission.settings, mission.profile).changed == []
    assert mission.known("request", "2021-03-03").filter(request_id="E")["outcome"].to_list() == ["denied"]


def test_a_sidecar_half_written_by_a_run_that_was_stopped_is_removed(
    mission: SmallMission, monkeypatch: pytest.MonkeyPatch
) -> None:
    mission.put("requests/e.csv", HEADER + "E,2021-02-25,,,\n")
    replace = Path.replace

    def stop(path: Path, target: Path) -> Path:
        return replace(path, target) if target.suffix != ".json" else Path("/nowhere/else").rename(target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", stop)
        patched.setattr("os.getpid", lambda: 1)  # of the process that was stopped
        with pytest.raises(FileNotFoundError):
            mission.ingest("2021-03-02")
    mission.ingest("2021-03-02")
    assert fsck(mission.settings).findings == []


def test_a_batch_whose_setting_aside_was_stopped_does_not_come_back(
    mission: SmallMission, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(mission)
    with Store(mission.settings.warehouse) as store:
        mark_passed(store)
    mission.put("requests/e.csv", HEADER + "E,2021-02-25,,,\n")
    mission.put("requests/f.csv", HEADER + "F,2021-02-25,,,\n")
    mission.ingest("2021-03-02")
    mark = aside._mark_archive

    def stop(*given: Any) -> None:
        mark(*given)
        raise KeyboardInterrupt

    def set_aside() -> None:
        with Store(mission.settings.warehouse) as store:
            aside.set_aside(store, mission.settings.archive, {}, now=dt.datetime(2021, 3, 2))

    with monkeypatch.context() as patched:
        patched.setattr(aside, "_mark_archive", stop)
        with pytest.raises(KeyboardInterrupt):
            set_aside()
    mission.ingest("2021-03-02")
    assert fsck(mission.settings).findings == []
    with monkeypatch.context() as patched:
        patched.setattr(aside, "_mark_archive", None)
        with pytest.raises(TypeError):
            set_aside()
    set_aside()
    for name in ("e", "f"):
        (mission.settings.landing / f"requests/{name}.csv").unlink()
    assert rebuild(mission.settings, mission.profile).position == 4


def test_rotation_gives_new_pseudonyms_and_keeps_all_else(mission: SmallMission) -> None:
    fill(mission)
    old = pseudonym_key(mission.settings)
    kept = "SELECT * EXCLUDE (raised_by, content) FROM core.request ORDER BY ALL"
    before = mission.ask(kept)
    made = rotate(mission.settings, mission.profile)
    new = pseudonym_key(mission.settings)
    assert new != old
    assert made.aside is None
    assert mission.ask(kept) == before
    who = {row[0] for row in mission.ask("SELECT DISTINCT raised_by FROM core.request")} - {None}
    assert who == {pseudonym(new, "Jane Doe"), pseudonym(new, "John Roe")}
    files = {p.name for p in mission.settings.home.iterdir() if p.is_file()}
    assert files == {"warehouse.duckdb", "pseudonym.key"}
    assert stat.S_IMODE(mission.settings.pseudonym_key_file.stat().st_mode) == 0o600
    assert new not in mission.settings.warehouse.read_bytes()
    assert mission.ask("SELECT key_check FROM state") == [(key_check(new),)]


def test_another_key_is_not_mixed_in(mission: SmallMission, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(mission)
    monkeypatch.setenv("REPORTMETRICS_PSEUDONYM_KEY", "another")
    mission.put("requests/e.csv", HEADER + "E,2021-02-25,,,Jane Doe\n")
    with pytest.raises(StoreError, match="with another key"):
        mission.ingest("2021-03-02")
    with pytest.raises(RebuildError, match="REPORTMETRICS_PSEUDONYM_KEY"):
        rotate(mission.settings, mission.profile)
    with pytest.raises(StoreError, match="with another key"):
        rebuild(mission.settings, mission.profile)
    rebuild(mission.settings, mission.profile, keep_old=False)
    assert mission.ask("SELECT DISTINCT raised_by FROM core.request WHERE request_id = 'A'") == [
        (pseudonym(b"another", "Jane Doe"),)
    ]


def test_lost_archive_changes_nothing_and_is_named_delivery_by_delivery(mission: SmallMission) -> None:
    fill(mission)
    before = contents(mission)
    archive = mission.settings.archive
    archive.rename(archive.with_name("moved"))
    with pytest.raises(RebuildError, match=r"requests/c\.csv: place 1 of the ledger; .*json and its bytes") as told:
        rebuild(mission.settings, mission.profile)
    assert "restore the archive" in str(told.value)
    assert contents(mission) == before
    archive.with_name("moved").rename(archive)
    [lost] = [p for p in archive.glob("*.json") if json.loads(p.read_text())["file_seq"] == 2]
    lost.unlink()
    with pytest.raises(RebuildError, match=r"place 2 of the ledger; its sidecar .*json is missing"):
        rebuild(mission.settings, mission.profile)
    assert contents(mission) == before
    shutil.rmtree(archive)
    mission.settings.warehouse.write_bytes(b"broken" * 1_000)
    with pytest.raises(RebuildError, match="holds no delivery"):
        rebuild(mission.settings, mission.profile)
    mission.settings.warehouse.unlink()
    with pytest.raises(RebuildError, match="holds no delivery"):
        rebuild(mission.settings, mission.profile)


def test_lost_archive_of_a_warehouse_of_older_make_changes_nothing(mission: SmallMission) -> None:
    fill(mission)
    mission.ask("ALTER TABLE ledger DROP COLUMN filtered")
    for path in mission.settings.archive.glob("*.json"):
        path.unlink()
    with pytest.raises(RebuildError, match=r"requests/c\.csv: place 1 of the ledger"):
        rebuild(mission.settings, mission.profile)


def test_warehouse_set_aside_earlier_stays(mission: SmallMission) -> None:
    fill(mission)
    first, second = (rebuild(mission.settings, mission.profile).aside for _ in range(2))
    assert first is not None
    assert second is not None
    assert (first.name, second.name) == ("warehouse.before-rebuild.duckdb", "warehouse.before-rebuild-2.duckdb")
    mission.settings.warehouse.unlink()
    assert rebuild(mission.settings, mission.profile).aside is None
    assert first.is_file()
    rebuild(mission.settings, mission.profile, keep_old=False)
    assert [p.name for p in mission.settings.home.glob("*.duckdb")] == ["warehouse.duckdb"]


def test_warehouse_that_may_not_be_read_is_not_replaced(mission: SmallMission, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(mission)

    def refuse(*_: object, **__: object) -> None:
        raise duckdb.IOException("IO Error: Cannot open file: Permission denied")

    INSTANCES.let_go()
    with monkeypatch.context() as patched:
        patched.setattr("duckdb.connect", refuse)
        with pytest.raises(StoreError, match="may not read and write it"):
            rebuild(mission.settings, mission.profile)
        with pytest.raises(StoreError, match="correct its access rights"):
            mission.ask("SELECT 1")


def test_place_of_a_delivery_that_had_none_is_noted(mission: SmallMission) -> None:
    fill(mission)
    [path] = [p for p in mission.settings.archive.glob("*.json") if json.loads(p.read_text())["file_seq"] == 4]
    write_sidecar(path, {k: v for k, v in json.loads(path.read_text()).items() if k != "file_seq"})
    assert rebuild(mission.settings, mission.profile).changed == []
    assert json.loads(path.read_text())["file_seq"] == 4
