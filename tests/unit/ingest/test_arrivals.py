"""The landing folder watched: stable files, what identifies them, thousands of them, clocks that jump."""

import os
from pathlib import Path

import pytest

from reportmetrics.ingest import arrivals
from reportmetrics.ingest.arrivals import MEMORY, look_again


@pytest.fixture
def landing(tmp_path: Path) -> Path:
    folder = tmp_path / "landing"
    folder.mkdir()
    return folder


def test_a_file_counts_once_it_is_the_same_at_two_looks(landing: Path, tmp_path: Path) -> None:
    (landing / "a.csv").write_text("half")
    first = look_again(landing, tmp_path)
    assert (first.files, first.waiting) == (0, 1)
    with (landing / "a.csv").open("a") as file:
        file.write(" and half")
    second = look_again(landing, tmp_path)
    assert (second.files, second.waiting) == (0, 1), "it grew between the looks"
    third = look_again(landing, tmp_path)
    assert (third.files, third.waiting) == (1, 0)
    assert third.content != first.content


def test_what_is_there_is_told_by_names_and_bytes_and_not_by_times(landing: Path, tmp_path: Path) -> None:
    """A sender that writes everything again each night asks for nothing."""
    for name in ("a.csv", "b.csv"):
        (landing / name).write_text(name)
    look_again(landing, tmp_path)
    before = look_again(landing, tmp_path).content
    for name in ("a.csv", "b.csv"):
        (landing / name).write_text(name)
        os.utime(landing / name, (2_000_000_000, 2_000_000_000))
    assert look_again(landing, tmp_path).waiting == 2
    assert look_again(landing, tmp_path).content == before
    (landing / "b.csv").write_text("other")
    look_again(landing, tmp_path)
    assert look_again(landing, tmp_path).content != before


@pytest.mark.parametrize("jump", [4_102_444_800, 0], ids=["a century ahead", "back to 1970"])
def test_times_of_change_that_lie_in_the_future_or_the_past_hide_no_file(
    landing: Path, tmp_path: Path, jump: int
) -> None:
    (landing / "a.csv").write_text("a")
    os.utime(landing / "a.csv", (jump, jump))
    look_again(landing, tmp_path)
    assert look_again(landing, tmp_path).files == 1


def test_of_thousands_of_files_only_new_ones_are_read(
    landing: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    real = arrivals.fingerprint_within

    def counted(folder: Path, name: str) -> str:
        read.append(name)
        return real(folder, name)

    monkeypatch.setattr(arrivals, "fingerprint_within", counted)
    for n in range(2_000):
        (landing / f"{n:04}.csv").write_bytes(b"x%d" % n)
    look_again(landing, tmp_path)
    assert look_again(landing, tmp_path).files == 2_000
    assert len(read) == 2_000
    (landing / "new.csv").write_text("new")
    look_again(landing, tmp_path)
    assert look_again(landing, tmp_path).files == 2_001
    assert read[2_000:] == ["new.csv"]


def test_a_lost_or_spoiled_memory_costs_one_look_and_nothing_else(landing: Path, tmp_path: Path) -> None:
    (landing / "a.csv").write_text("a")
    look_again(landing, tmp_path)
    before = look_again(landing, tmp_path)
    (tmp_path / MEMORY).write_text('{"a.csv": [1, "?"')
    assert look_again(landing, tmp_path).waiting == 1
    assert look_again(landing, tmp_path) == before


def test_scratch_files_of_programs_are_nobodys(landing: Path, tmp_path: Path) -> None:
    for name in ("~$a.xlsx", ".hidden"):
        (landing / name).write_text("x")
    look_again(landing, tmp_path)
    seen = look_again(landing, tmp_path)
    assert (seen.files, seen.waiting) == (0, 0)
