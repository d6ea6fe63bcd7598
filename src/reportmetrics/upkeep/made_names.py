"""Rows of an archived file that name a person whose name stands in no cell of its own.

It is joined of several cells, looked up in a map, split off a list, or told by the name of the file. So the file goes
the way that it went when it was taken in, into a scratch warehouse that is thrown away; its pseudonyms tell.

Belongs here: asking what the mapping made. Not here: cells that are names (``naming``).
"""

from __future__ import annotations

import tempfile
import zoneinfo
from pathlib import Path

from reportmetrics.ingest.batch import Batch, Taken, read_batch
from reportmetrics.ingest.judging import judged_tables
from reportmetrics.ingest.landing import known_from
from reportmetrics.ingest.mapping import Fit, Origin
from reportmetrics.ingest.rebuild import kept_again
from reportmetrics.ingest.sidecars import Sidecar
from reportmetrics.profile.load import Profile
from reportmetrics.profile.sources import Source
from reportmetrics.warehouse.store import Store
from reportmetrics.warehouse.tables import TABLES

Rows = dict[str | None, list[int]]


def are_made(source: Source) -> bool:
    """Whether a name of a source may be another text than that of one cell."""
    for entry in source.tables:
        people = [g for name, g in entry.columns.items() if TABLES[entry.table].by_name[name].personal]
        if any(g.join or g.fact or g.map for g in people) or (people and (entry.explode or entry.unpivot)):
            return True
    return False


def rows_made(
    archive: Path, sidecar: Sidecar, source: Source, profile: Profile, key: bytes, hidden: str
) -> tuple[Rows, bool]:
    """Rows that name the person, by sheet; and whether the name of the file names them, which no row can be rid of."""
    zone = zoneinfo.ZoneInfo(profile.mission.time_zone)
    kept = kept_again(sidecar, source, archive / sidecar.sha256, zone)
    batch = read_batch([Taken(kept, 1, known_from(kept.found, kept.arrived_at))], profile.sources)
    rows: Rows = {}
    by_file = False
    with tempfile.TemporaryDirectory() as scratch, Store(Path(scratch) / "names.duckdb") as store:
        for table in judged_tables(store.connection, profile, batch, key, with_text=True):
            for name in (c.name for c in table.columns if c.personal):
                found = store.connection.execute(
                    f'SELECT DISTINCT grp, source_row FROM mapped WHERE "{name}" = $hidden', {"hidden": hidden}
                ).fetchall()
                for number, row in found:
                    origin = _fit(batch, number, table.name).origins.get(name)
                    if _is_fact(origin):
                        by_file = True
                    elif row is not None:
                        sheet = batch.groups[number].sheet
                        rows[sheet] = sorted({*rows.get(sheet, ()), row})
    return rows, by_file


def _fit(batch: Batch, group: int, table: str) -> Fit:
    return next(f for f in batch.groups[group].fits if f.table.table == table)


def _is_fact(origin: Origin | None) -> bool:
    return origin is not None and origin.given.fact is not None
