"""The definitions ready to compute: loaded, linted and typed, kept between processes.

Reading, linting and typing some hundred files takes longer than a figure, and every run, every worker and every page
of Dagster needs the same. So what has no mistakes is kept in a file whose name is the hash of all that it was made
from: the SQL, and this program.

Belongs here: keeping and finding again. Not here: loading (``catalogue``), rules (``lint``), types (``column_types``).
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import hashlib
import os
import pickle
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from reportmetrics.metrics.catalogue import Catalogue, load_catalogue
from reportmetrics.metrics.header import DefinitionError

NAME = "definitions-{}.pickle"
_PROGRAM = Path(__file__).resolve().parents[1]
_LIBRARIES = ("duckdb", "sqlglot", "polars", "numpy")


class DefinitionsError(Exception):
    """The metrics have mistakes; the text lists all of them."""


@dataclass(frozen=True)
class Prepared:
    """A catalogue without mistakes, and what a graph shows of it.

    ``types`` gives each metric and view, by id, its columns and their SQL types; ``meanings`` what columns of it mean,
    where that is declared; ``core`` the hash of each core table's SQL.
    """

    catalogue: Catalogue
    types: Mapping[str, Mapping[str, str]]
    meanings: Mapping[str, Mapping[str, str]]
    core: Mapping[str, str]


def prepared(sql_folder: Path, keep_in: Path) -> Prepared:
    """The definitions below ``sql_folder``, from the file in ``keep_in`` where one was made from the same.

    Raises :class:`DefinitionsError`. What cannot be read or written in ``keep_in`` costs time and nothing else.
    """
    path = keep_in / NAME.format(_made_from(sql_folder))
    kept = _read(path)
    if kept is None:
        kept = _prepare(sql_folder)
        with contextlib.suppress(OSError):
            _write(path, kept)
    return kept


def _prepare(folder: Path) -> Prepared:
    """Load and lint: a metric that does not lint stops everything before anything is computed, with all mistakes."""
    from reportmetrics.metrics.column_types import column_types, meanings_of
    from reportmetrics.metrics.hashes import core_hashes
    from reportmetrics.metrics.lint import lint_folder

    catalogue = None
    with contextlib.suppress(DefinitionError):  # the lint tells it again, and what else is wrong
        catalogue = load_catalogue(folder)
    # What depends on the day, a review that is overdue, is a warning: it does not decide whether something is kept.
    errors = [str(f) for f in lint_folder(folder, today=dt.date.today(), loaded=catalogue) if f.severity == "error"]
    if errors or catalogue is None:
        raise DefinitionsError("\n".join(["the metrics have mistakes; nothing was computed", *errors]))
    return Prepared(catalogue, column_types(catalogue), meanings_of(catalogue), core_hashes(folder))


def _made_from(folder: Path) -> str:
    """SHA-256 over names and bytes of the SQL, over this program, and over the libraries that read it."""
    found = hashlib.sha256(repr((str(folder), sys.version, [version(name) for name in _LIBRARIES])).encode())
    for path in (*_files(folder, "*"), *_files(_PROGRAM, "*.py")):
        content = path.read_bytes()
        found.update(f"\0{path}\0{len(content)}\0".encode() + content)
    return found.hexdigest()[:32]


def _files(folder: Path, pattern: str) -> Iterator[Path]:
    return (p for p in sorted(folder.rglob(pattern)) if p.is_file())


def _read(path: Path) -> Prepared | None:
    """What is kept in ``path``: only where this user wrote it, and it is still as it was written."""
    try:
        content = path.read_bytes()
        mine = path.stat().st_uid == os.geteuid()
    except OSError:
        return None
    told, packed = content[:32], content[32:]
    if not mine or hashlib.sha256(packed).digest() != told:
        return None
    return _unpacked(packed)


@functools.lru_cache(maxsize=2)
def _unpacked(packed: bytes) -> Prepared | None:
    """Of the same bytes the same object, so that what is remembered by a catalogue serves later runs too."""
    found = pickle.loads(packed)  # noqa: S301 (written by this user, whose code would run anyway)
    return found if isinstance(found, Prepared) else None


def _write(path: Path, made: Prepared) -> None:
    """Beside its place and renamed, as another process may look; what older definitions have left is removed."""
    packed = pickle.dumps(made, protocol=pickle.HIGHEST_PROTOCOL)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(f".{os.getpid()}")
    beside.write_bytes(hashlib.sha256(packed).digest() + packed)
    beside.replace(path)
    for older in path.parent.glob(NAME.format("*")):
        if older != path:
            older.unlink(missing_ok=True)
