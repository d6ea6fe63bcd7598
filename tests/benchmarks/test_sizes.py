"""The sizes of a benchmark, as they are typed."""

from __future__ import annotations

import pytest

from benchmarks.sizes import sizes


@pytest.mark.parametrize(
    ("typed", "read"),
    [([], [1_000_000, 3]), (["5000"], [5_000, 3]), (["10_000_000", "1"], [10_000_000, 1])],
)
def test_what_is_left_out_is_as_usual(typed: list[str], read: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["ingest.py", *typed])
    assert sizes("What is compared.", rows=1_000_000, rounds=3) == read


@pytest.mark.parametrize("typed", ["1x", "0", "-3", "1.5"])
def test_a_wrong_number_is_refused_in_one_line(
    typed: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["ingest.py", "--", typed])
    with pytest.raises(SystemExit, match="2"):
        sizes("What is compared.", rows=1_000_000)
    assert f"rows: a whole number of one or more is needed, such as 1_000, not '{typed}'" in capsys.readouterr().err


def test_help_tells_what_is_compared_and_what_is_usual(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["ingest.py", "--help"])
    with pytest.raises(SystemExit, match="0"):
        sizes("What is compared.", rows=1_000_000)
    told = capsys.readouterr().out
    assert "What is compared." in told
    assert "usually 1,000,000" in told
