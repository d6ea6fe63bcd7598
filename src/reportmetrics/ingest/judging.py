"""The way of a batch from text to verdicts, table by table: typed, its faults found, judged.

Belongs here: the order of these steps, shared by taking files in (``run``) and by trying one out (``trial``). Not here:
storing (``write``).
"""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import polars as pl

from reportmetrics.ingest.batch import Batch
from reportmetrics.ingest.faults import Ids, doubt, find_faults
from reportmetrics.ingest.forgotten_rows import leave_out_forgotten
from reportmetrics.ingest.form_faults import find_form_faults
from reportmetrics.ingest.mended_parts import leave_out_mended
from reportmetrics.ingest.revisions import keep_refused, keep_revisions
from reportmetrics.ingest.standing import find_places, first_places, note_newer
from reportmetrics.ingest.tells import tells_of
from reportmetrics.ingest.text import written_like
from reportmetrics.ingest.typed import make_typed
from reportmetrics.ingest.verdicts import judge
from reportmetrics.profile.load import Profile
from reportmetrics.profile.sources import FromColumn, Source
from reportmetrics.warehouse.shape import Table
from reportmetrics.warehouse.tables import SOURCE_TABLES


def judged_tables(
    connection: duckdb.DuckDBPyConnection, profile: Profile, batch: Batch, key: bytes, *, with_text: bool = False
) -> Iterator[Table]:
    """Each table that the batch fills, once its rows are judged.

    While a table is out, the temporary tables ``delivery``, ``typed``, ``filtered``, ``fault``, ``judged`` and ``news``
    are about it, and ``mapped``, if it is wanted ``with_text``; the next one replaces them.
    """
    rows = [(t.file_seq, t.kept.sha256, t.known_from) for t in batch.taken]
    connection.register("delivery", pl.DataFrame(rows, schema=["file_seq", "source_file", "known_from"], orient="row"))
    ids = known_ids(profile)
    known = {g.number: _own_moment(g.source) for g in batch.groups if g.source.has_own_moments}
    moments = {s.source: _own_moment(s) for s in profile.sources if s.has_own_moments}
    tells = tells_of(profile)
    for table in SOURCE_TABLES:
        keys = {
            g.number: f.table.key or list(table.key)
            for g in batch.groups
            for f in g.fits
            if f.table.table == table.name
        }
        filled = bool(keys)
        if filled:
            zone, marks = profile.mission.time_zone, doubt(table, ids)
            first_places(connection, table, batch)
            mapped = make_typed(connection, table, batch, zone=zone, key=key, keys=keys, tells=tells, doubt=marks)
            leave_out_forgotten(connection, table, batch)
            leave_out_mended(connection, table, batch)
        if table.name == "report":
            keep_revisions(connection, filled=filled)
            keep_refused(connection, filled=False)
        if not filled:
            continue
        if with_text:
            connection.execute(f"CREATE OR REPLACE TEMP VIEW mapped AS {mapped}")
        find_faults(connection, table, ids, _agreed(table, batch), mapped)
        find_form_faults(connection, table, batch)
        if table.name == "report":
            keep_refused(connection, filled=True)
        find_places(connection, table, batch, moments)
        judge(connection, table, known)
        note_newer(connection, table, batch)
        yield table


def _own_moment(source: Source) -> FromColumn | None:
    """The column by which rows are known from a date of their own; None where that is when the event happened."""
    return source.known_from if isinstance(source.known_from, FromColumn) else None


def _agreed(table: Table, batch: Batch) -> dict[str, dict[int, str]]:
    """How senders may write dates, times, numbers and flags, to be told where one did otherwise."""
    agreed: dict[str, dict[int, str]] = {}
    for group in batch.groups:
        for fitted in group.fits:
            for name, origin in fitted.origins.items() if fitted.table.table == table.name else ():
                if like := written_like(table.by_name[name], origin.given):
                    agreed.setdefault(name, {})[group.number] = like
    return agreed


def known_ids(profile: Profile) -> Ids:
    """Ids of the profile that rows may refer to, by profile table."""
    return {
        "objective": frozenset(o.objective_id for o in profile.objectives),
        "indicator": frozenset(i.indicator_id for i in profile.indicators),
        "template": frozenset(t.template_id for t in profile.templates),
        "unit": frozenset(u.unit_id for u in profile.mission.units),
        "headquarters": frozenset(h.hq for h in profile.mission.headquarters),
    }
