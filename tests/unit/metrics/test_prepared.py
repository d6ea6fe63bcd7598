"""Definitions that are kept between processes: the same as read anew, and never those of other files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reportmetrics.metrics import prepared as module
from reportmetrics.metrics.catalogue import load_catalogue
from reportmetrics.metrics.column_types import column_types
from reportmetrics.metrics.prepared import DefinitionsError, prepared
from reportmetrics.settings import sql_folder
from tests.unit.metrics.sql_folder import METRIC, write


class Counted:
    """How often the definitions were read anew."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.times = 0
        monkeypatch.setattr(module, "load_catalogue", self.load)

    def load(self, folder: Path) -> object:
        self.times += 1
        return load_catalogue(folder)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    return Counted(monkeypatch)


@pytest.fixture
def sql(tmp_path: Path) -> Path:
    return write(tmp_path / "sql")


def test_what_is_kept_is_what_is_read(tmp_path: Path) -> None:
    """All the product's metrics: hash, SQL to run with and without held views, header, columns and their types."""
    prepared(sql_folder(), tmp_path)
    kept, fresh = prepared(sql_folder(), tmp_path), load_catalogue(sql_folder())
    assert set(kept.catalogue.metrics) == set(fresh.metrics)
    for name, metric in fresh.metrics.items():
        again = kept.catalogue.metrics[name]
        assert again.definition_hash == metric.definition_hash
        assert again.rows_sql == metric.rows_sql
        assert again.rows_sql_over(metric.views[:1]) == metric.rows_sql_over(metric.views[:1])
        assert again.frame_query == metric.frame_query
        assert again.definition == metric.definition
        assert again.definition.select.canonical() == metric.definition.select.canonical()
    assert kept.catalogue.derived == fresh.derived
    assert kept.catalogue.shared_views(fresh.metrics) == fresh.shared_views(fresh.metrics)
    assert kept.types == column_types(fresh)


def test_what_is_read_again_is_the_same_catalogue(sql: Path, tmp_path: Path) -> None:
    """What is remembered by a catalogue then serves a later run of the process too."""
    prepared(sql, tmp_path / "kept")
    first, again = (prepared(sql, tmp_path / "kept") for _ in range(2))
    assert first.catalogue is again.catalogue


def test_the_same_files_are_read_once(sql: Path, tmp_path: Path, counted: Counted) -> None:
    for _ in range(3):
        assert set(prepared(sql, tmp_path / "kept").catalogue.metrics) == {"latency.wait"}
    assert counted.times == 1


@pytest.mark.parametrize("changed", ["metrics/latency/wait.sql", "derived/waiting.sql", "core/request.sql"])
def test_another_text_is_read_anew_even_when_it_is_as_long_and_as_old(
    sql: Path, tmp_path: Path, counted: Counted, changed: str
) -> None:
    prepared(sql, tmp_path / "kept")
    path = sql / changed
    before, text = path.stat(), path.read_text(encoding="utf-8")
    path.write_text(text.replace("SELECT", "select"), encoding="utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    prepared(sql, tmp_path / "kept")
    assert counted.times == 2
    assert len(list((tmp_path / "kept").iterdir())) == 1, "what older files have left is removed"


def test_another_program_reads_anew(
    sql: Path, tmp_path: Path, counted: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared(sql, tmp_path / "kept")
    program = tmp_path / "program"
    program.mkdir()
    (program / "lint.py").write_text("STRICTER = True\n", encoding="utf-8")
    monkeypatch.setattr(module, "_PROGRAM", program)
    prepared(sql, tmp_path / "kept")
    assert counted.times == 2


@pytest.mark.parametrize("damage", [b"", b"x" * 31, b"x" * 400, None])
def test_a_damaged_file_costs_time_and_nothing_else(
    sql: Path, tmp_path: Path, counted: Counted, damage: bytes | None
) -> None:
    prepared(sql, tmp_path / "kept")
    [path] = (tmp_path / "kept").iterdir()
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] if damage is None else damage)
    assert set(prepared(sql, tmp_path / "kept").catalogue.metrics) == {"latency.wait"}
    assert counted.times == 2
    assert path.read_bytes()[:32] != b"x" * 32, "it is written anew"


def test_a_file_that_somebody_else_wrote_is_not_read(
    sql: Path, tmp_path: Path, counted: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared(sql, tmp_path / "kept")
    monkeypatch.setattr(module.os, "geteuid", lambda: 4_000_000)
    prepared(sql, tmp_path / "kept")
    assert counted.times == 2


def test_a_folder_that_cannot_be_written_is_done_without(sql: Path, tmp_path: Path, counted: Counted) -> None:
    (tmp_path / "kept").write_text("a file where a folder should be", encoding="utf-8")
    for _ in range(2):
        assert set(prepared(sql, tmp_path / "kept").catalogue.metrics) == {"latency.wait"}
    assert counted.times == 2


def test_mistakes_are_told_each_time_and_never_kept(sql: Path, tmp_path: Path) -> None:
    path = sql / "metrics" / "latency" / "wait.sql"
    path.write_text(METRIC.replace("unit: days", "units: days"), encoding="utf-8")
    for _ in range(2):
        with pytest.raises(DefinitionsError, match=r"(?s)the metrics have mistakes.*unit-missing"):
            prepared(sql, tmp_path / "kept")
    assert not (tmp_path / "kept").exists()
