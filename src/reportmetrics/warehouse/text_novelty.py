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
import polars as pl

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
WHERE narrative IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY report_id ORDER BY revision DESC) = 1
"""


def text_novelty(reports: Path, *, bucket_characters: int = BUCKET_CHARACTERS) -> pl.DataFrame:
    """Rows of the table, by row_key, for the Parquet files of the table ``report`` in the folder ``reports``.

    ``words`` is at least 1: an empty narrative is none. ``new_words`` is null for the first narrative of a series.
    """
    files = {"files": str(reports / "*.parquet")}
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        sizes = connection.sql(
            f"SELECT template_id, unit_id, cast(sum(length(narrative)) AS BIGINT) AS size FROM ({_LATEST}) AS latest "
            "GROUP BY template_id, unit_id ORDER BY template_id, unit_id",
            params=files,
        ).pl()
        parts = [pl.DataFrame(schema=SCHEMA)]
        for bucket in _buckets(sizes, bucket_characters):
            connection.register("bucket", bucket)
            texts = connection.sql(f"{_LATEST} AND (template_id, unit_id) IN (FROM bucket)", params=files).pl()
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
    masked = pl.col("narrative").str.normalize("NFKC").str.to_lowercase().str.replace_all(r"\p{N}", "#")
    series = ["template_id", "unit_id"]
    numbered = (
        texts.with_columns(word=masked.str.extract_all(_WORD))
        .drop("narrative")
        .with_columns(words=pl.col("word").list.len().cast(pl.Int64))
        .filter(pl.col("words") > 0)
        .sort(*series, "period_start", "submitted_at", "report_id")
        .with_columns(number=pl.int_range(pl.len()).over(series), series=pl.struct(series).rank("dense"))
        .with_row_index("text")
    )
    told = numbered.join(_new_words(numbered.select("text", "series", "number", "word")), on="text", how="left")
    first = pl.col("number") == 0
    return told.with_columns(new_words=pl.when(first).then(None).otherwise(pl.col("new_words"))).select(
        pl.col(name).cast(dtype) for name, dtype in SCHEMA.items()
    )


def _new_words(texts: pl.DataFrame) -> pl.DataFrame:
    """Columns text, new_words; ``texts`` has text, series, number and the list ``word``, in order."""
    words = texts.select("text", pl.col("word")).explode("word").select("text", word=pl.col("word").hash(7))

    def same_text(other: int) -> pl.Expr:
        return pl.col("text") == pl.col("text").shift(other)

    ahead = {f"word_{n}": pl.col("word").shift(-n) for n in (1, 2)}
    run = pl.struct("word", "word_1", "word_2").hash(7)
    runs = words.with_columns(**ahead).select("text", run=pl.when(same_text(-2)).then(run)).with_row_index("place")
    before = pl.col("number").shift(1).over("series", "run")
    copied = (
        runs.drop_nulls("run")
        .select("text", "run")
        .unique()
        .join(texts.select("text", "series", "number"), on="text")
        .sort("series", "run", "number")
        .filter(pl.col("number") - before <= LOOK_BACK)
        .select("text", "run", copied=pl.lit(value=True))
    )
    starts = runs.join(copied, on=["text", "run"], how="left").sort("place")
    starts = starts.with_columns(pl.col("copied").fill_null(value=False))
    old = pl.col("copied")
    for back in (1, 2):
        old = old | (pl.col("copied").shift(back, fill_value=False) & same_text(back).fill_null(value=False))
    return starts.select("text", new=~old).group_by("text").agg(new_words=pl.col("new").sum().cast(pl.Int64))
