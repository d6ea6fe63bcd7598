"""The table ``text_novelty``: how much of each narrative was not in the four before it.

Belongs here: runs of three words, and the comparison within a series (form and unit). Not here: what a word is
(``narrative_words``), which reports count as known (``snapshot``), figures (``sql/metrics/burden/text_novelty.sql``).

A word is *old* when it lies in a run of three words that one of the four narratives before it in the series holds too;
letters are compared in lower case and digits are masked, so that a copied sentence with another number in it is still a
copy. Series are worked through in buckets of a bounded number of bytes, so memory does not grow with the mission.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import numpy as np
import polars as pl

from reportmetrics.warehouse.frames import keyed_schema
from reportmetrics.warehouse.narrative_words import Ints, UInts, words_of
from reportmetrics.warehouse.tables import TABLES

LOOK_BACK = 4
"""How many narratives of the series are looked back on."""

BUCKET_BYTES = 128_000_000
"""Bytes of narratives that are read at once; a series that is longer is a bucket of its own."""

BLOCK_BYTES = 4_000_000
"""Bytes of narratives that are compared at once: what numpy makes of them still fits near the processor."""

THREADS = 2
"""Blocks compared side by side."""

SCHEMA = keyed_schema(TABLES["text_novelty"])

_SERIES = ["template_id", "unit_id"]
_LATEST = """
WITH told AS (
    SELECT
        row_key, template_id, unit_id, strlen(narrative) AS size,
        row_number() OVER (PARTITION BY report_id ORDER BY revision DESC) AS from_latest
    FROM read_parquet($files)
    WHERE narrative IS NOT NULL
)
SELECT row_key, template_id, unit_id, size FROM told WHERE from_latest = 1
"""
_TEXTS = """
SELECT row_key, report_id, template_id, unit_id, reporter_id, period_start, submitted_at, narrative
FROM read_parquet($files)
WHERE row_key IN (SELECT row_key FROM bucket)
"""
_MIXERS = tuple(np.uint64(m) for m in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93))
"""Odd numbers by which three hashes of words, and the series, are made one key."""


def text_novelty(
    connection: duckdb.DuckDBPyConnection, reports: Path, *, bucket_bytes: int = BUCKET_BYTES
) -> pl.DataFrame:
    """Rows of the table, by row_key, for the Parquet files of the table ``report`` in the folder ``reports``.

    ``words`` is at least 1: an empty narrative is none. ``new_words`` is null for the first narrative of a series.
    ``connection`` is any that may read the files.
    """
    files = {"files": str(reports / "*.parquet")}
    parts = [pl.DataFrame(schema=SCHEMA)]
    for bucket in _cut(connection.sql(_LATEST, params=files).pl().sort(*_SERIES), bucket_bytes):
        connection.register("bucket", bucket.select("row_key"))
        texts = connection.sql(_TEXTS, params=files).pl()
        connection.unregister("bucket")
        parts.append(compare(texts))
    return pl.concat(parts).sort("row_key")


def _cut(ordered: pl.DataFrame, limit: int) -> Iterator[pl.DataFrame]:
    """Whole series in groups of at most ``limit`` bytes (column ``size``); rows of a series stand together."""
    totals = ordered.group_by(_SERIES, maintain_order=True).agg(pl.col("size").sum(), rows=pl.len())
    begin = end = held = 0
    for size, rows in totals.select("size", "rows").iter_rows():
        if end > begin and held + size > limit:
            yield ordered[begin:end]
            begin, held = end, 0
        held, end = held + size, end + rows
    if end > begin:
        yield ordered[begin:end]


def compare(texts: pl.DataFrame) -> pl.DataFrame:
    """The table for whole series: columns as selected from ``report``, one row per narrative."""
    ordered = texts.sort(*_SERIES, "period_start", "submitted_at", "report_id").with_columns(
        size=pl.col("narrative").str.len_bytes()
    )
    with ThreadPoolExecutor(THREADS) as pool:
        return pl.concat([pl.DataFrame(schema=SCHEMA), *pool.map(_compared, _cut(ordered, BLOCK_BYTES))])


def _compared(texts: pl.DataFrame) -> pl.DataFrame:
    """The table for a block of whole series, in order."""
    hashes, lengths = words_of(texts["narrative"])
    numbered = (
        texts.drop("narrative")
        .with_columns(words=pl.Series(lengths, dtype=pl.Int64))
        .filter(pl.col("words") > 0)
        .with_columns(first=pl.int_range(pl.len()).over(_SERIES) == 0, series=pl.struct(_SERIES).rle_id())
    )
    new = _new_words(hashes, numbered["words"].to_numpy(), numbered["series"].to_numpy().astype(np.uint64))
    known = numbered.with_columns(new_words=pl.Series(new)).with_columns(
        new_words=pl.when(pl.col("first")).then(None).otherwise(pl.col("new_words"))
    )
    return known.select(pl.col(name).cast(dtype) for name, dtype in SCHEMA.items())


def _new_words(words: UInts, lengths: Ints, series: UInts) -> Ints:
    """New words of each text. ``words`` of all texts in a row; texts in order of series, then of time.

    Runs of three words are sorted by what they say and the series, then by text. A run is a copy when the text before,
    among those that hold the same run, is at most ``LOOK_BACK`` texts back: within a series texts are numbered on.
    """
    text = np.repeat(np.arange(len(lengths)), lengths)
    starts = np.flatnonzero(text[:-2] == text[2:])
    if not starts.size:
        return np.asarray(lengths, dtype=np.int64)
    first, second, third, apart = _MIXERS
    key = words[starts] * first + words[starts + 1] * second + words[starts + 2] * third + series[text[starts]] * apart
    order = _order(key)
    key, holder = key[order], text[starts[order]]
    same_run = np.r_[False, key[1:] == key[:-1]]
    again = same_run & np.r_[False, holder[1:] == holder[:-1]]
    # One entry for each text that holds the run, however often; copied when the entry before is near.
    entry = np.cumsum(~again) - 1
    entries = np.flatnonzero(~again)
    near = same_run[entries] & (np.diff(holder[entries], prepend=0) <= LOOK_BACK)
    copied = starts[order[near[entry]]]
    old = np.zeros(len(words), dtype=np.bool_)
    for ahead in range(3):
        old[copied + ahead] = True
    return np.bincount(text[~old], minlength=len(lengths))


def _order(key: UInts) -> Ints:
    """Places of the keys in rising order, those of equal ones in the order in which they stand.

    Sorting numbers of 64 bits is several times faster than sorting places by them, so the place is packed into the low
    bits. Should keys differ in these bits only (one block in a hundred), they are sorted the slow way.
    """
    low = np.uint64((1 << len(key).bit_length()) - 1)
    packed = (key & ~low) | np.arange(len(key), dtype=np.uint64)
    packed.sort()
    order = (packed & low).astype(np.int64)
    high = packed & ~low
    if np.any((high[1:] == high[:-1]) & (key[order[1:]] != key[order[:-1]])):
        order = np.argsort(key, kind="stable")
    return order
