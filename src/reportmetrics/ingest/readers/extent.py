"""Where the table of a sheet ends, as the source declares it: what stands below does not count, and is counted.

Belongs here: ends that hold for any format. Not here: conditions on single columns (``shaping``).
"""

from __future__ import annotations

import re
from dataclasses import replace

import polars as pl

from reportmetrics.ingest.readers.base import NUMBER_MARK, Sheet
from reportmetrics.ingest.text import BLANKS
from reportmetrics.profile.sources import Options


def bounded(sheet: Sheet, options: Options) -> Sheet:
    """The sheet with the rows below the declared end marked as left out, and said."""
    if options.ends_before is None and not options.ends_at_blank_row:
        return sheet
    end = _end(sheet, options)
    if end is None:
        return sheet
    below = pl.when(pl.col("source_row") >= end).then(pl.lit("below the end of the table"))
    left = below if sheet.left is None else pl.coalesce(sheet.left, below)
    return replace(
        sheet, left=left, notes=(*sheet.notes, f"the table ends above row {end}; rows from there do not count")
    )


def _end(sheet: Sheet, options: Options) -> int | None:
    """Number of the first row that does not belong to the table."""
    pattern = None if options.ends_before is None else re.compile(options.ends_before)
    expected = options.skip_rows + options.header_rows + 1
    for part in sheet.parts():
        entries = [pl.col(f"c{i}").str.strip_chars(BLANKS).replace("", None) for i in range(len(sheet.header))]
        for number, entry in part.select("source_row", pl.coalesce(entries)).iter_rows():
            if options.ends_at_blank_row and number != expected:
                return int(number)
            if pattern is not None and entry is not None and pattern.fullmatch(entry.removeprefix(NUMBER_MARK)):
                return int(number)
            expected = number + 1
    return None
