"""The look at the landing folder: globs as ``pathlib`` understands them, known files counted, scratch nobody's."""

from __future__ import annotations

import datetime as dt
import os
import re
import zoneinfo
from pathlib import Path

import pytest

from reportmetrics.ingest.landing import Claim, Claims, all_rows, as_regex, list_files, look
from tests.conftest import REQUESTS, SmallMission

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
    known_before = {glimpse}

    def news(claims: Claims) -> list[Claim]:
        return [c for c in all_rows(claims) if c not in known_before]

    seen = look(mission.settings.landing, mission.profile.sources, zone, news=news)
    assert ([f.name for f in seen.found], seen.unchanged, seen.unmatched) == (["requests/b.csv"], 1, ["letter.txt"])
    assert seen.found[0].dated is None or isinstance(seen.found[0].dated, dt.datetime)
    known_before = {("log", "requests/a.csv", 2, 0)}
    changed = look(mission.settings.landing, mission.profile.sources, zone, news=news)
    assert len(changed.found) == 2


def test_missing_landing_folder_is_empty(tmp_path: Path) -> None:
    seen = look(tmp_path / "none", [], zoneinfo.ZoneInfo("UTC"))
    assert (seen.found, seen.unmatched) == ([], [])


def test_file_overwritten_in_place_by_as_many_bytes_is_taken_again(mission: SmallMission) -> None:
    head = "id,raised,decided,outcome\n"
    mission.put("requests/a.csv", head + "A,2021-02-01,,\n")
    mission.put("requests/b.csv", head + "B,2021-02-01,,\n")
    assert mission.ingest().position == 2
    path = mission.put("requests/a.csv", head + "A,2021-02-02,,\n")
    os.utime(path, (2_000_000, 2_000_000))  # even when it claims to be older than what was taken
    again = mission.ingest()
    assert [(d.original_name, d.accepted) for d in again.deliveries] == [("requests/a.csv", 1)]
    assert again.unchanged == 1
    assert mission.ingest().unchanged == 2


def test_known_file_is_new_to_a_source_that_was_added_later(mission: SmallMission) -> None:
    mission.put("requests/a.csv", "id,raised,decided,outcome\nA,2021-02-01,,\n")
    mission.ingest()
    mission.sources = [REQUESTS, {**REQUESTS, "source": "other", "files": "*/a.csv"}]
    again = mission.ingest()
    assert ([d.source for d in again.deliveries], again.unchanged) == (["other"], 1)


def test_no_link_is_followed(mission: SmallMission, tmp_path: Path) -> None:
    path = mission.put("requests/a.csv", "x")
    (path.parent / "linked.csv").symlink_to(path)
    (path.parent / "broken.csv").symlink_to(tmp_path / "none")
    (mission.settings.landing / "elsewhere").symlink_to(path.parent, target_is_directory=True)
    assert [(at.below, sorted(at.names)) for at in list_files(mission.settings.landing)] == [
        ("", []),
        ("requests/", ["requests/a.csv"]),
    ]


def test_what_no_source_claims_is_told_whichever_claims_the_rest(mission: SmallMission) -> None:
    for name in ("requests/a.csv", "requests/b.csv", "requests/c.txt", "elsewhere/d.csv"):
        mission.put(name, "x")
    mission.sources = [{**REQUESTS, "source": s, "files": f} for s, f in (("one", "requests/a.*"), ("two", "*/b.csv"))]

    def claimed() -> tuple[list[tuple[str, str]], list[str]]:
        seen = look(mission.settings.landing, mission.profile.sources, zoneinfo.ZoneInfo("UTC"))
        return [(f.source.source, f.name) for f in seen.found], seen.unmatched

    assert claimed() == ([("one", "requests/a.csv"), ("two", "requests/b.csv")], ["elsewhere/d.csv", "requests/c.txt"])
    mission.sources.append({**REQUESTS, "source": "all", "files": "requests/*"})
    found, unmatched = claimed()
    assert (len(found), unmatched) == (5, ["elsewhere/d.csv"])


def test_a_file_that_cannot_be_taken_in_is_named_and_holds_up_no_other(
    mission: SmallMission, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "id,raised,decided,outcome\nA,2021-02-01,,\n"
    good = mission.put("requests/good.csv", text)
    mission.put("requests/private.csv", text.replace("A", "B"))
    (good.parent / os.fsdecode(b"caf\xe9.csv")).write_text(text.replace("A", "C"))
    opened = os.open

    def guarded(path: object, flags: int, *args: object, **more: object) -> int:
        if path == "private.csv":
            raise PermissionError(13, "Permission denied")
        return opened(path, flags, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", guarded)
    summary = mission.ingest()
    assert [(d.original_name, d.accepted) for d in summary.deliveries] == [("requests/good.csv", 1)]
    assert sorted(summary.stuck) == [
        "requests/caf\\xe9.csv: the name is not UTF-8; rename the file",
        "requests/private.csv: cannot be read (Permission denied); mend that or remove it",
    ]
    assert summary.left_alone() == summary.stuck
