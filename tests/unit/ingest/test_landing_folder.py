"""The landing folder as a whole: missing, not a folder, not to be listed; and what is then left untouched."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reportmetrics.cli_errors import explain
from reportmetrics.cli_print import taken_in
from reportmetrics.ingest.landing_folder import LandingError, check_landing
from reportmetrics.ingest.run import ingest
from reportmetrics.settings import Settings
from reportmetrics.steps import rejects
from reportmetrics.upkeep.plan import plan_of
from tests.conftest import SmallMission


def named(mission: SmallMission, landing: Path) -> Settings:
    return Settings.from_environment(profile=mission.folder, home=mission.folder / "home", landing=landing)


def unlistable(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Let the system refuse to open a folder, also to root, who runs these tests in a container."""
    opened = os.open

    def refused(path: object, flags: int, *args: object, **more: object) -> int:
        if path == folder:
            raise PermissionError(13, "Permission denied", str(folder))
        return opened(path, flags, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", refused)


@pytest.mark.parametrize("way", ["option", "variable", "in its place, by name"])
def test_a_folder_that_was_named_must_be_there(
    mission: SmallMission, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = mission.folder / "home" / "landing" if way.startswith("in its place") else mission.folder / "nowhere"
    if way == "variable":
        monkeypatch.setenv("REPORTMETRICS_LANDING", str(place))
    settings = Settings.from_environment(
        profile=mission.folder, home=mission.folder / "home", landing=None if way == "variable" else place
    )
    with pytest.raises(LandingError, match=f"no landing folder {place}; make it, or correct --landing or REPORT"):
        ingest(settings, mission.profile)
    assert not settings.home.exists(), "no warehouse, no key, no archive"
    place.mkdir(parents=True)
    assert ingest(settings, mission.profile).not_made is None


def test_the_default_place_may_be_still_to_be_made_and_that_is_said(
    mission: SmallMission, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("REPORTMETRICS_LANDING", "")  # as an env file leaves it
    settings = Settings.from_environment(profile=mission.folder, home=mission.folder / "home")
    summary = ingest(settings, mission.profile)
    assert (summary.deliveries, summary.not_made) == ([], settings.home / "landing")
    assert summary.left_alone() == [f"there is no folder {settings.landing} yet, where files arrive"]
    taken_in(summary, rejects(settings, mission.profile))
    assert "landing yet: make it, and put files there" in " ".join(capsys.readouterr().out.split())
    settings.landing.mkdir()
    assert ingest(settings, mission.profile).left_alone() == []


@pytest.mark.parametrize("landing", ["home/landing", "inbox"])
def test_a_file_in_the_place_of_the_folder_is_refused(mission: SmallMission, landing: str) -> None:
    place = mission.folder / landing
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("x")
    settings = Settings(mission.folder, mission.folder / "home", place)
    with pytest.raises(LandingError, match=f"{place} is not a folder"):
        ingest(settings, mission.profile)
    assert not settings.warehouse.exists()


@pytest.mark.parametrize("landing", ["home/landing", "inbox"])
def test_a_folder_that_cannot_be_listed_is_refused(
    mission: SmallMission, landing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(mission.folder, mission.folder / "home", mission.folder / landing)
    settings.landing.mkdir(parents=True)
    unlistable(monkeypatch, settings.landing)
    with pytest.raises(LandingError, match=r"cannot be listed \(Permission denied\); let this user list and enter it"):
        ingest(settings, mission.profile)
    assert not settings.warehouse.exists()


def test_a_default_place_that_leads_to_a_folder_which_is_gone_is_refused(mission: SmallMission) -> None:
    """Somebody did make it, and a share that was there is not."""
    home = mission.folder / "home"
    home.mkdir(parents=True)
    (home / "landing").symlink_to(mission.folder / "share")
    settings = Settings.from_environment(profile=mission.folder, home=home)
    with pytest.raises(LandingError):
        check_landing(settings)
    (mission.folder / "share").mkdir()
    assert check_landing(settings)


def test_the_command_line_says_it_in_one_message_and_exits_with_2() -> None:
    error = LandingError("there is no landing folder /x; make it")
    assert explain(error) == ("there is no landing folder /x; make it; nothing was done", 2)


def test_to_forget_tells_what_still_lies_there_or_that_it_cannot(mission: SmallMission) -> None:
    mission.put("requests/a.csv", "id,raised,decided,outcome\nA,2021-02-01,,\n")
    mission.ingest()
    assert plan_of(mission.settings, mission.profile, "requests/a.csv").landing == ["requests/a.csv"]
    with pytest.raises(LandingError):
        plan_of(named(mission, mission.folder / "nowhere"), mission.profile, "requests/a.csv")


@pytest.mark.parametrize("name", ["ring", "x" * 300])
def test_a_place_that_leads_nowhere_or_has_no_possible_name_is_refused(mission: SmallMission, name: str) -> None:
    place = mission.folder / name
    if name == "ring":
        mission.folder.mkdir()
        place.symlink_to(place)
    with pytest.raises(LandingError, match="correct --landing"):
        ingest(named(mission, place), mission.profile)
