"""Links in the landing folder: none is followed, also not one that takes a file's place in the middle of a run."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from reportmetrics.ingest import clearing, run
from reportmetrics.ingest.arrivals import look_again
from reportmetrics.ingest.clearing import clear_landing
from reportmetrics.ingest.landing import Found
from reportmetrics.ingest.within import open_within
from reportmetrics.settings import Settings
from reportmetrics.warehouse.store import Store
from tests.conftest import SmallMission

HEAD = "id,raised,decided,outcome\n"
OUT = "is a link out of the landing folder; copy the file there"


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder that the program can read and the sender cannot, with a file that would fit a source."""
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "secret.csv").write_text(HEAD + "SECRET,2021-02-01,,\n")
    os.utime(folder / "secret.csv", (1_000_000, 1_000_000))
    return folder


def link(mission: SmallMission, name: str, target: Path | str) -> Path:
    path = mission.settings.landing / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(target)
    return path


def archived(mission: SmallMission) -> list[bytes]:
    return [p.read_bytes() for p in mission.settings.archive.rglob("*") if p.is_file()]


def nothing_of_the_secret(mission: SmallMission) -> None:
    assert not any(b"SECRET" in content for content in archived(mission))
    assert mission.ask("SELECT 1 FROM core.request WHERE request_id = 'SECRET'") == []


def test_a_link_out_is_left_alone_and_named_each_time(mission: SmallMission, outside: Path) -> None:
    mission.put("requests/a.csv", HEAD + "A,2021-02-01,,\n")
    link(mission, "requests/x.csv", outside / "secret.csv")
    link(mission, "letter.txt", outside / "secret.csv")
    first = mission.ingest()
    assert [d.original_name for d in first.deliveries] == ["requests/a.csv"]
    said = [f"letter.txt: {OUT}", f"requests/x.csv: {OUT}"]
    assert (first.stuck, first.unmatched, first.left_alone()) == (said, [], said)
    assert mission.ingest().stuck == said
    nothing_of_the_secret(mission)


def test_neither_a_link_to_a_folder_nor_what_lies_behind_it_is_taken(mission: SmallMission, outside: Path) -> None:
    link(mission, "requests", outside)
    summary = mission.ingest()
    assert (summary.deliveries, summary.unmatched) == ([], [])
    assert summary.stuck == ["requests: is a link out of the landing folder; copy the folder there"]
    nothing_of_the_secret(mission)


def test_a_chain_of_links_is_told_by_where_it_ends(mission: SmallMission, outside: Path) -> None:
    link(mission, "one", outside / "secret.csv")
    link(mission, "two", "one")
    link(mission, "requests/three.csv", "../two")
    link(mission, "up", "../landing/../../outside/secret.csv")
    assert mission.ingest().stuck == [f"{name}: {OUT}" for name in ("one", "requests/three.csv", "two", "up")]
    nothing_of_the_secret(mission)


def test_of_a_link_within_the_folder_the_file_itself_is_taken_and_the_link_named(mission: SmallMission) -> None:
    path = mission.put("requests/a.csv", HEAD + "A,2021-02-01,,\n")
    link(mission, "requests/same.csv", path)
    link(mission, "again", path.parent)
    summary = mission.ingest()
    assert [d.original_name for d in summary.deliveries] == ["requests/a.csv"]
    within = "within the landing folder, which is looked at where it lies; remove the link"
    assert summary.stuck == [
        f"again: is a link to a folder {within}",
        f"requests/same.csv: is a link to a file {within}",
    ]


def test_links_that_lead_nowhere_are_named(mission: SmallMission) -> None:
    link(mission, "requests/gone.csv", mission.folder / "nowhere")
    link(mission, "requests/round.csv", "round.csv")
    link(mission, os.fsdecode(b"requests/caf\xe9.csv"), "gone")
    link(mission, "requests/.hidden.csv", "gone")
    nowhere = "is a link that leads nowhere; copy the file there, or remove the link"
    names = ("requests/caf\\xe9.csv", "requests/gone.csv", "requests/round.csv")
    assert mission.ingest().stuck == [f"{name}: {nowhere}" for name in names]


def test_the_landing_folder_itself_may_be_a_link(mission: SmallMission) -> None:
    mission.put("requests/a.csv", HEAD + "A,2021-02-01,,\n")
    link(mission, "requests/same.csv", "a.csv")
    mission.settings.landing.rename(mission.folder / "share")
    mission.settings.landing.symlink_to(mission.folder / "share")
    summary = mission.ingest()
    assert [d.original_name for d in summary.deliveries] == ["requests/a.csv"]
    assert "to a file within the landing folder" in summary.stuck[0]


def swapped(mission: SmallMission, outside: Path, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a link in the place of a file, or of its folder, after the look and before the copy."""
    received = run.receive
    landing = mission.settings.landing

    def meanwhile(found: Found, *args: object, **more: object) -> object:
        path = landing / "requests" / "secret.csv"
        if what == "file":
            path.unlink()
            path.symlink_to(outside / "secret.csv")
        else:
            (landing / "requests").rename(landing / "requests.before")
            (landing / "requests").symlink_to(outside)
        return received(found, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(run, "receive", meanwhile)


@pytest.mark.parametrize("what", ["file", "folder"])
def test_a_link_that_takes_a_files_place_after_the_look_is_not_followed(
    mission: SmallMission, outside: Path, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As many bytes and the same time of change, so that nothing else tells that it is not the file that was seen.
    path = mission.put("requests/secret.csv", HEAD + "PUBLIC,2021-02-01,,\n")
    os.utime(path, (1_000_000, 1_000_000))
    swapped(mission, outside, what, monkeypatch)
    summary = mission.ingest()
    assert summary.deliveries == []
    [said] = summary.stuck
    assert said.startswith("requests/secret.csv: ")
    assert ("has become a link, and none is followed; copy the file there" in said) == (what == "file")
    nothing_of_the_secret(mission)
    monkeypatch.undo()
    assert "is a link out of the landing folder" in mission.ingest().stuck[0]


def test_the_sensors_look_does_not_read_behind_a_link(mission: SmallMission, outside: Path, tmp_path: Path) -> None:
    landing = mission.settings.landing
    mission.put("requests/a.csv", "x")
    look_again(landing, tmp_path)
    before = look_again(landing, tmp_path)
    path = link(mission, "requests/x.csv", outside / "secret.csv")
    for content in ("1", "2"):
        (outside / "secret.csv").write_text(content)
        assert [look_again(landing, tmp_path) for _ in range(3)] == [before] * 3
    path.unlink()
    assert look_again(landing, tmp_path) == before


def test_a_pipe_that_takes_a_files_place_holds_nobody_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.csv")
    with pytest.raises(OSError, match="Not a file"):
        open_within(tmp_path, "a.csv")


def test_clearing_removes_nothing_behind_a_link(
    mission: SmallMission, outside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder that was listed is replaced by a link to another one, with the same files in it."""
    mission.more = {"clear_landing": True}
    path = mission.put("requests/a.csv", HEAD + "A,2021-02-01,,\n")
    mission.ingest()
    shutil.copy2(path, outside / "a.csv")
    listed = clearing._taken  # type: ignore[attr-defined]

    def meanwhile(*args: object) -> object:
        found = listed(*args)  # type: ignore[arg-type]
        path.parent.rename(mission.settings.landing / "requests.before")
        path.parent.symlink_to(outside)
        return found

    monkeypatch.setattr(clearing, "_taken", meanwhile)
    with Store(mission.settings.warehouse) as store:
        store.mark_validated(store.position())
        cleared = clear_landing(store, mission.settings, mission.profile)
    assert (cleared.removed, cleared.stuck) == ([], ["requests/a.csv (Not a directory)"])
    assert (outside / "a.csv").exists()


def test_clearing_a_folder_that_is_not_there_says_so(mission: SmallMission) -> None:
    mission.more = {"clear_landing": True}
    mission.ingest()
    gone = Settings(mission.folder, mission.settings.home, mission.folder / "gone")
    with Store(mission.settings.warehouse) as store:
        [said] = clear_landing(store, gone, mission.profile).stuck
    assert "there is no landing folder" in said
