"""Refused rows with who sent them and what became of them since.

Belongs here: one frame of faults, filtered. Not here: printing (``cli_print``), the workbook (``returned``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import polars as pl

from reportmetrics.profile.intake import declared_id, intake
from reportmetrics.profile.load import Profile
from reportmetrics.profile.sources import Source
from reportmetrics.warehouse.answers import REFERENCE_SQL, SENT_SQL, answers
from reportmetrics.warehouse.made_tables import REJECT
from reportmetrics.warehouse.store import Store

OPEN = "open"


def rejected(
    store: Store,
    profile: Profile,
    *,
    source: str | None = None,
    code: str | None = None,
    sender: str | None = None,
    only_open: bool = False,
) -> pl.DataFrame:
    """Faults, newest delivery first: columns of ``reject``, and ``sender``, ``state``, ``ref``, ``sha256``, ``facts``.

    ``sent_sha256`` is the hash of the file as it was sent: another one where rows of it were forgotten since. ``state``
    is ``open``, ``mended`` or ``refused again`` (then the later refusal is the open one). ``source`` takes in
    the mended workbooks of that source; ``sender`` is compared without regard to case, and may be a part of the name.
    """
    columns = ", ".join(f"r.{c.name}" for c in REJECT.columns)
    faults = store.connection.sql(
        f"SELECT {columns}, {REFERENCE_SQL} AS ref, l.source_file AS sha256, {SENT_SQL} AS sent_sha256, l.facts "
        "FROM reject AS r JOIN ledger AS l USING (file_seq, table_name)"
    ).pl()
    states = answers(store.connection, store.position()).select(
        "file_seq", "table_name", "sheet", "source_row", "answer"
    )
    place = ["file_seq", "table_name", "sheet", "source_row"]
    found = faults.join(states, on=place, how="left", nulls_equal=True)
    found = found.with_columns(state=pl.col("answer").fill_null(OPEN)).drop("answer")
    found = _with_senders(found, {s.source: s for s in intake(profile.sources)})
    if source is not None:
        found = found.filter(pl.col("source").map_elements(declared_id, return_dtype=pl.String) == declared_id(source))
    if code is not None:
        found = found.filter(pl.col("code") == code)
    if sender is not None:
        found = found.filter(pl.col("sender").str.to_lowercase().str.contains(sender.lower(), literal=True))
    if only_open:
        found = found.filter(pl.col("state") == OPEN)
    return found.sort(
        ["file_seq", "table_name", "source_row", "column_name", "code"], descending=[True, False, False, False, False]
    )


def _with_senders(faults: pl.DataFrame, sources: Mapping[str, Source]) -> pl.DataFrame:
    """A mended workbook has no facts in its name: its sender is that of the source, facts left open."""
    pairs = faults.select("source", "facts").unique()
    names = [
        sources[s].sender_of(json.loads(facts) if facts else None) if s in sources else "unknown"
        for s, facts in pairs.iter_rows()
    ]
    known = pairs.with_columns(sender=pl.Series("sender", names, dtype=pl.String))
    return faults.join(known, on=["source", "facts"], how="left", nulls_equal=True)
