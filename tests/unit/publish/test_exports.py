"""Frames as CSV: made a column at a time, and the same to the byte as what Python's own writer makes of the cells."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from reportmetrics.publish.exports import write_csv, write_frame

MARKING = "UNCLASSIFIED, for exercise"
# A lone carriage return is quoted by one and not by the other; in quotes it is what a reader expects.
TEXT = st.none() | st.text(st.characters(exclude_characters="\r\x00", exclude_categories=["Cs"]), max_size=8)
ROW = st.fixed_dictionaries(
    {
        "text": TEXT | st.sampled_from(["", "=1+1", "-x", "@a", "\tb", 'say "no", then', "two\nlines"]),
        "number": st.none() | st.floats() | st.sampled_from([1e-5, 1e16, -0.0, math.nan, math.inf, 123456.789]),
        "count": st.none() | st.integers(-(2**40), 2**40),
        "day": st.none() | st.dates(),
        "list": st.none() | st.lists(TEXT.filter(lambda t: t is not None), max_size=3),
    }
)
SCHEMA = {"text": pl.String, "number": pl.Float64, "count": pl.Int64, "day": pl.Date, "list": pl.List(pl.String)}


@settings(max_examples=150, deadline=None)
@given(rows=st.lists(ROW, max_size=6))
def test_a_frame_is_written_as_its_cells_are(tmp_path_factory, rows) -> None:
    folder: Path = tmp_path_factory.mktemp("csv")
    frame = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    write_frame(folder / "frame.csv", frame, marking=MARKING)
    write_csv(folder / "cells.csv", frame.columns, frame.iter_rows(), marking=MARKING)
    assert (folder / "frame.csv").read_bytes() == (folder / "cells.csv").read_bytes()


def test_formulas_are_text_and_nothing_is_empty(tmp_path: Path) -> None:
    frame = pl.DataFrame({"text": ["=A1", None], "number": [1e-07, None], "day": [dt.date(2022, 1, 31), None]})
    write_frame(tmp_path / "a.csv", frame, marking="M")
    assert (tmp_path / "a.csv").read_text() == "text,number,day,marking\n'=A1,1e-07,2022-01-31,M\n,,,M\n"
