"""The look at the landing folder: globs as ``pathlib`` understands them, known files counted, scratch nobody's."""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from pathlib import Path

import pytest

from reportmetrics.ingest.landing import as_regex, look
from tests.conftest import SmallMission

FILES = [
    "a.csv", "A.CSV", "requests/a.csv", "requests/b.xlsx", "requests/2021/a.csv", "requests/2021/x/b1.csv", "r[1].csv",
    "requests/x.y.csv", "requests/ä.csv", "requests/a.csv.bak",
]  # fmt: skip
GLOBS = [
    "*.csv", "requests/*.csv", "requests/**/*.csv", "**/*.csv", "requests/?.csv", "requests/*/a.csv", "*/b.*",
    "requests/[a-b].*", "requests/[!a].csv", "r[[]1].csv", "requests/*",
]  # fmt: skip


@pytest.mark.parametrize("glob", GLOBS)
def test_globs_mean_what_they_mean_to_pathlib(tmp_path: Path, glob: str) -> None:
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    wanted = {p.relative_to(tmp_path).as_posix() for p in tmp_path.glob(glob) if p.is_file()}
    assert {n for n in FILES if re.fullmatch(as_regex(glob), n)} == wanted


def test_known_files_are_counted_and_scratch_files_are_nobodys(mission: SmallMission) -> None:
    known = mission.put("requests/a.csv", "x").stat()
    mission.put("requests/b.csv", "x")
    mission.put("requests/.b.csv.swp", "x")
    mission.put("requests/~$b.csv", "x")
    mission.put(".cache/requests/c.csv", "x")
    mission.put("letter.txt", "x")
    zone = zoneinfo.ZoneInfo("UTC")
    glimpse = ("log", "requests/a.csv", known.st_size, known.st_mtime_ns)
    seen = look(mission.settings.landing, mission.profile.sources, zone, known={glimpse})
    assert ([f.name for f in seen.found], seen.unchanged, seen.unmatched) == (["requests/b.csv"], 1, ["letter.txt"])
    assert seen.found[0].dated is None or isinstance(seen.found[0].dated, dt.datetime)
    changed = look(mission.settings.landing, mission.profile.sources, zone, known={("log", "requests/a.csv", 2, 0)})
    assert len(changed.found) == 2


def test_missing_landing_folder_is_empty(tmp_path: Path) -> None:
    seen = look(tmp_path / "none", [], zoneinfo.ZoneInfo("UTC"))
    assert (seen.found, seen.unmatched) == ([], [])
