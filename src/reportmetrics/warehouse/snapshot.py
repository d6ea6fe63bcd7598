"""The snapshot: what was known at ``as_of``, fixed by the date and a ledger position, as Parquet.

Belongs here: the layout on disk, and the order of work. Not here: which row of a key counts (``visible``), metrics.

The bytes of a snapshot depend on its date, position, profile and the rows only, not on the number of threads or on the
order in which files came: rows are sorted by key and written by one thread. A month that is the same as in the previous
snapshot is a hard link to it.
"""

from __future__ import annotations

import datetime as dt
import filecmp
import json
import os
import shutil
import zoneinfo
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

import duckdb
import polars as pl

from reportmetrics.profile.intake import intake
from reportmetrics.profile.load import Profile
from reportmetrics.warehouse.answers import answers
from reportmetrics.warehouse.frames import keyed_schema, schema_of
from reportmetrics.warehouse.schema import core_columns
from reportmetrics.warehouse.shape import Table
from reportmetrics.warehouse.store import Store, has_rows
from reportmetrics.warehouse.tables import SOURCE_TABLES, TABLES
from reportmetrics.warehouse.tally_twice import tally_twice
from reportmetrics.warehouse.vanished import sightings, vanished
from reportmetrics.warehouse.visible import asked, find_ahead, mixed_tables, visible_sql
from reportmetrics.warehouse.withdrawn import SCHEMA as WITHDRAWN
from reportmetrics.warehouse.withdrawn import find_withdrawn

if TYPE_CHECKING:
    from reportmetrics.profile.frames import ProfileTables

_SYSTEM = ("ledger", "reject")
_ABOUT = "snapshot.json"
_ALL = "all"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A snapshot on disk: ``folder/<table>/<YYYY-MM or all>.parquet``. ``rows`` counts rows by table.

    ``as_of_at`` is the instant (naive UTC) that ``as_of`` means: midnight at its start in the mission's zone.
    """

    folder: Path
    as_of: dt.date
    as_of_at: dt.datetime
    position: int
    rows: dict[str, int]

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Read the description of a snapshot. Raises ``FileNotFoundError`` where there is none."""
        about = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
        return cls(
            folder,
            dt.date.fromisoformat(about["as_of"]),
            dt.datetime.fromisoformat(about["as_of_at"]),
            about["position"],
            about["rows"],
        )


def as_of_instant(as_of: dt.date, time_zone: str) -> dt.datetime:
    """Midnight at the start of ``as_of`` in ``time_zone``, as naive UTC."""
    local = dt.datetime.combine(as_of, dt.time(), tzinfo=zoneinfo.ZoneInfo(time_zone))
    return local.astimezone(dt.UTC).replace(tzinfo=None)


def make_snapshot(
    store: Store,
    profile: Profile,
    *,
    as_of: dt.date,
    target: Path,
    position: int | None = None,
    previous: Callable[[], Path | None] | None = None,
    tables: ProfileTables | None = None,
) -> Snapshot:
    """Write the snapshot of ``as_of`` to ``target``, which is replaced when it exists.

    ``position`` is the ledger position up to which deliveries count, left out the validated one. ``previous`` gives
    the folder of an earlier snapshot, whose files are linked where they are the same. ``tables`` are those of the
    profile, where several snapshots are made of it.
    """
    position = store.validated_position() if position is None else position
    zone = profile.mission.time_zone
    as_of_at = as_of_instant(as_of, zone)
    building = target.parent / f".{target.name}.building"
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    # A cursor is a connection of its own: its thread setting and temporary tables end with it.
    with _cursor(store) as connection:
        given = {"as_of": as_of, "as_of_at": as_of_at, "position": position}
        mixed = mixed_tables(connection)
        reports = visible_sql(TABLES["report"], mixed=mixed.get("report"))
        withdrawn = find_withdrawn(connection, reports, asked(reports, given))
        rows = {}
        for table in SOURCE_TABLES:
            sql = visible_sql(table, whole=withdrawn is None, mixed=mixed.get(table.name))
            rows[table.name] = _write_source(connection, table, building, sql, asked(sql, given))
        find_ahead(connection, given, {s.source for s in intake(profile.sources) if s.has_own_moments})
        rows |= {name: _write_system(connection, name, building, position) for name in _SYSTEM}
        rows["reject_answer"] = _write_answers(connection, building, position)
        seen = sightings(connection, profile.sources, as_of_at=as_of_at, position=position)
        novel = _write_text_novelty(connection, building)
    rows |= _write_profile(profile, tables, as_of, building)
    rows["text_novelty"] = novel
    made = {
        "vanished_request": vanished(seen, building / "request", zone),
        "tally_twice": tally_twice(building),
        "withdrawn_report": pl.DataFrame(schema=WITHDRAWN) if withdrawn is None else withdrawn,
        "hidden_before": _hidden_frame([]),
        "as_of": _as_of_frame(as_of, as_of_at, zone),
    }
    for name, frame in made.items():
        _write_frame(frame, building / name)
        rows[name] = frame.height
    about = {
        "as_of": as_of.isoformat(),
        "as_of_at": as_of_at.isoformat(),
        "time_zone": zone,
        "position": position,
        "profile": profile.digest,
        "rows": rows,
    }
    (building / _ABOUT).write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    before = previous() if previous is not None else None
    if before is not None:
        _link_unchanged(building, before)
    _freeze(building)
    _remove(target)
    building.rename(target)
    return Snapshot.open(target)


def remember_hidden(snapshot: Snapshot, groups: Collection[tuple[str, str]]) -> Snapshot:
    """Write into the snapshot which groups (metric, dims) the publication before hid; see ``metrics.suppression``.

    It stays read-only. What was remembered before is replaced.
    """
    frame = _hidden_frame(sorted(groups))
    folder = snapshot.folder / "hidden_before"
    _remove(folder)
    _write_frame(frame, folder)
    about_path = snapshot.folder / _ABOUT
    about = json.loads(about_path.read_text(encoding="utf-8"))
    about["rows"]["hidden_before"] = frame.height
    about_path.unlink()  # it is read-only
    about_path.write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    _freeze(snapshot.folder)
    return Snapshot.open(snapshot.folder)


def remembered_hidden(snapshot: Snapshot) -> list[tuple[str, str]]:
    """Groups (metric, dims) that :func:`remember_hidden` wrote."""
    return pl.read_parquet(snapshot.folder / "hidden_before" / f"{_ALL}.parquet").select("metric", "dims").rows()


def _hidden_frame(groups: Sequence[tuple[str, str]]) -> pl.DataFrame:
    from reportmetrics.profile.frames import row_key

    keyed = [{"row_key": row_key("hidden_before", group), "metric": group[0], "dims": group[1]} for group in groups]
    return pl.DataFrame(keyed, schema=keyed_schema(TABLES["hidden_before"]), orient="row").sort("row_key")


class _cursor:  # noqa: N801 (used as a function)
    def __init__(self, store: Store) -> None:
        self._cursor = store.cursor()

    def __enter__(self) -> duckdb.DuckDBPyConnection:
        return self._cursor

    def __exit__(self, *_: object) -> None:
        self._cursor.close()


def _write_source(
    connection: duckdb.DuckDBPyConnection, table: Table, folder: Path, sql: str, given: Mapping[str, object]
) -> int:
    if has_rows(connection, f"core.{table.name}"):
        rows = connection.sql(sql, params=dict(given)).pl()
    else:
        rows = pl.DataFrame(schema=schema_of(core_columns(table)))
    place = folder / table.name
    if table.happens is None or rows.is_empty():
        _write_frame(rows, place)
        return int(rows.height)
    months = rows.with_columns(month=pl.col(table.happens).dt.strftime("%Y-%m"))
    for (month,), part in months.partition_by("month", include_key=False, as_dict=True).items():
        _write_frame(part, place, str(month))
    return int(rows.height)


def _write_system(connection: duckdb.DuckDBPyConnection, name: str, folder: Path, position: int) -> int:
    columns = ", ".join(c.name for c in TABLES[name].columns)
    rows = connection.sql(
        f"SELECT {columns} FROM {name} ANTI JOIN ahead USING (file_seq) WHERE file_seq <= $position ORDER BY ALL",
        params={"position": position},
    ).pl()
    _write_frame(rows, folder / name)
    return int(rows.height)


def _write_answers(connection: duckdb.DuckDBPyConnection, folder: Path, position: int) -> int:
    ahead = connection.sql("SELECT file_seq FROM ahead").pl()["file_seq"].implode()
    answered = answers(connection, position).filter(
        ~pl.col("file_seq").is_in(ahead), ~pl.col("answered_seq").is_in(ahead)
    )
    _write_frame(answered, folder / "reject_answer")
    return answered.height


def _write_profile(profile: Profile, tables: ProfileTables | None, as_of: dt.date, folder: Path) -> dict[str, int]:
    from reportmetrics.profile.frames import ProfileTables

    rows: dict[str, int] = {}
    given = tables or ProfileTables(profile, as_of)
    for name, frame in given.at(as_of).items():
        path = folder / name / f"{_ALL}.parquet"
        if name in given.written:
            path.parent.mkdir()
            path.write_bytes(given.written[name])
        else:
            _write_frame(frame, folder / name)  # sorted by key already
        if name in given.same:
            given.written.setdefault(name, path.read_bytes())
        rows[name] = frame.height
    return rows


def _write_text_novelty(connection: duckdb.DuckDBPyConnection, folder: Path) -> int:
    from reportmetrics.warehouse.text_novelty import text_novelty

    frame = text_novelty(connection, folder / "report")
    _write_frame(frame, folder / "text_novelty")
    return frame.height


def _as_of_frame(as_of: dt.date, as_of_at: dt.datetime, zone: str) -> pl.DataFrame:
    schema = {"as_of": pl.Date(), "as_of_at": pl.Datetime("us"), "time_zone": pl.String()}
    return pl.DataFrame({"as_of": [as_of], "as_of_at": [as_of_at], "time_zone": [zone]}, schema=schema)


def _write_frame(frame: pl.DataFrame, folder: Path, name: str = _ALL) -> None:
    """Write Parquet whose bytes depend on the rows only (polars writes row groups of a fixed size, in order)."""
    folder.mkdir(parents=True, exist_ok=True)
    frame.rechunk().write_parquet(
        folder / f"{name}.parquet", compression="zstd", row_group_size=122_880, statistics=True
    )


def _files(folder: Path) -> Iterator[Path]:
    return (p for p in sorted(folder.rglob("*.parquet")))


def _link_unchanged(folder: Path, previous: Path) -> None:
    """Replace files that are the same in ``previous`` by hard links, where the file system can."""
    for path in _files(folder):
        older = previous / path.relative_to(folder)
        if not older.is_file() or not filecmp.cmp(path, older, shallow=False):
            continue
        link = path.with_suffix(".link")
        try:
            os.link(older, link)
        except OSError:
            return
        link.replace(path)


def _freeze(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            path.chmod(0o444)


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
