"""The table ``text_novelty``: how much of each narrative was not in the four before it.

Belongs here: words, runs of three words, and the comparison within a series (form and unit). Not here: which reports
count as known (``snapshot``), figures (``sql/metrics/burden/text_novelty.sql``).

A word is *old* when it lies in a run of three words that one of the four narratives before it in the series holds too;
letters are compared in lower case and digits are masked, so that a copied sentence with another number in it is still a
copy. Series are worked through in buckets of a bounded number of characters, so memory does not grow with the mission.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
import polars as pl

UInts = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]

LOOK_BACK = 4
"""How many narratives of the series are looked back on."""

BUCKET_CHARACTERS = 20_000_000
"""Characters of narratives that are worked through at once; a series that is longer is a bucket of its own."""

SCHEMA: dict[str, pl.DataType] = {
    "row_key": pl.String(),
    "report_id": pl.String(),
    "template_id": pl.String(),
    "unit_id": pl.String(),
    "reporter_id": pl.String(),
    "words": pl.Int64(),
    "new_words": pl.Int64(),
}

_WORD = r"[\p{L}\p{M}\p{N}#]+"
_LATEST = """
SELECT row_key, report_id, template_id, unit_id, reporter_id, period_start, submitted_at, narrative
FROM read_parquet($files)
WHERE narrative IS NOT NULL {where}
QUALIFY row_number() OVER (PARTITION BY report_id ORDER BY revision DESC) = 1
"""
_MIXERS = tuple(np.uint64(m) for m in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93))
"""Odd numbers by which three hashes of words, and the series, are made one key."""


def text_novelty(reports: Path, *, bucket_characters: int = BUCKET_CHARACTERS) -> pl.DataFrame:
    """Rows of the table, by row_key, for the Parquet files of the table ``report`` in the folder ``reports``.

    ``words`` is at least 1: an empty narrative is none. ``new_words`` is null for the first narrative of a series.
    """
    files = {"files": str(reports / "*.parquet")}
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        sizes = connection.sql(
            "SELECT template_id, unit_id, cast(sum(length(narrative)) AS BIGINT) AS size "
            "FROM read_parquet($files) WHERE narrative IS NOT NULL "
            "GROUP BY template_id, unit_id ORDER BY template_id, unit_id",
            params=files,
        ).pl()
        parts = [pl.DataFrame(schema=SCHEMA)]
        for bucket in _buckets(sizes, bucket_characters):
            connection.register("bucket", bucket)
            chosen = _LATEST.format(where="AND (template_id, unit_id) IN (FROM bucket)")
            texts = connection.sql(chosen, params=files).pl()
            connection.unregister("bucket")
            parts.append(compare(texts))
    return pl.concat(parts).sort("row_key")


def _buckets(sizes: pl.DataFrame, limit: int) -> Iterator[pl.DataFrame]:
    """Series in groups of at most ``limit`` characters."""
    number, held, numbers = 0, 0, []
    for size in sizes["size"]:
        if held and held + size > limit:
            number, held = number + 1, 0
        held += size
        numbers.append(number)
    for part in sizes.with_columns(bucket=pl.Series(numbers, dtype=pl.Int64)).partition_by("bucket"):
        yield part.select("template_id", "unit_id")


def compare(texts: pl.DataFrame) -> pl.DataFrame:
    """The table for whole series: columns as selected from ``report``, one row per narrative."""
    series = ["template_id", "unit_id"]
    words = _normal(texts["narrative"]).str.extract_all(_WORD)
    numbered = (
        texts.drop("narrative")
        .with_columns(word=words, words=words.list.len().cast(pl.Int64))
        .filter(pl.col("words") > 0)
        .sort(*series, "period_start", "submitted_at", "report_id")
        .with_columns(first=pl.int_range(pl.len()).over(series) == 0, series=pl.struct(series).rank("dense"))
    )
    new = _new_words(
        _masked_hashes(numbered["word"].explode()),
        numbered["words"].to_numpy(),
        numbered["series"].to_numpy().astype(np.uint64),
    )
    known = numbered.with_columns(new_words=pl.Series(new)).with_columns(
        new_words=pl.when(pl.col("first")).then(None).otherwise(pl.col("new_words"))
    )
    return known.select(pl.col(name).cast(dtype) for name, dtype in SCHEMA.items())


def _normal(narratives: pl.Series) -> pl.Series:
    """Lower case, and one form for characters that look alike (NFKC), which plain ASCII needs not."""
    plain = not narratives.str.contains(r"[^\x00-\x7f]").any()
    return (narratives if plain else narratives.str.normalize("NFKC")).str.to_lowercase()


def _masked_hashes(words: pl.Series) -> UInts:
    """A hash of each word, digits masked; worked out once for each different word."""
    codes = words.cast(pl.Categorical)
    different = pl.DataFrame({"word": codes.unique()})
    hashes = different.with_columns(hash=pl.col("word").cast(pl.String).str.replace_all(r"\p{N}", "#").hash(7))
    return pl.DataFrame({"word": codes}).join(hashes, on="word", how="left", maintain_order="left")["hash"].to_numpy()


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
    order = np.argsort(key, kind="stable")
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
