"""Verify against somebody who changes a publication and makes all hashes again: the files contradict each other."""

import dataclasses
import random

import polars as pl

from reportmetrics.audit.differences import KEYS, compare_results
from reportmetrics.audit.verify import verify
from reportmetrics.metrics.metric_values import PREPARED
from reportmetrics.publish.exports import write_csv
from tests.unit.audit.editions import copy_of
from tests.unit.audit.tampering import part, reseal


def test_200_figures_changed_by_somebody_who_makes_all_hashes_again_are_all_named(opened):
    draw = random.Random(1)
    published = opened.results
    for _ in range(200):
        name = draw.choice(list(KEYS))
        frame = getattr(published, name)
        row = draw.randrange(frame.height)
        column = draw.choice([c for c in frame.columns if c not in KEYS[name] and frame[c][row] is not None])
        here = pl.int_range(pl.len()) == row
        tampered = frame.with_columns(pl.when(here).then(None).otherwise(pl.col(column)).alias(column))
        found = compare_results(dataclasses.replace(published, **{name: tampered}), published)
        assert len(found) == 1
        assert found[0].part == name
        assert str(frame[KEYS[name][0]][row]) in found[0].where
        assert column in found[0].what


def test_events_and_data_package_changed_with_hashes_made_again(opened, tmp_path):
    folder = copy_of(opened, tmp_path)
    events = folder / "exports" / "request_events.csv"
    lines = events.read_text().splitlines(keepends=True)
    events.write_text("".join(lines[:1] + lines[2:]))
    package = folder / "exports" / "datapackage.json"
    package.write_text(package.read_text().replace(opened.manifest["created"], "2000-01-01T00:00:00"))
    reseal(folder)
    found = {d.where: d.what for d in verify(folder).differences}
    assert f"the snapshot has {len(lines) - 1}" in found["request_events.csv"]
    assert "created is 2000-01-01" in found["datapackage.json"]


def test_a_figure_changed_in_all_its_copies_with_hashes_made_again(opened, tmp_path):
    folder = copy_of(opened, tmp_path)
    frame = pl.read_parquet(folder / "exports" / "figures.parquet")
    here = (pl.col("metric") == "activity.held") & (pl.col("dims") == '{"objective_id":"LO-03"}')
    frame = frame.with_columns(value=pl.when(here).then(pl.col("value") + 1).otherwise("value"))
    frame.write_parquet(folder / "exports" / "figures.parquet")
    marking = opened.manifest["marking"]
    write_csv(folder / "exports" / "figures.csv", frame.columns, frame.iter_rows(), marking=marking)
    reseal(folder)
    (found,) = verify(folder).differences
    assert found.part == "figures"
    assert found.where.startswith('activity.held {"objective_id":"LO-03"} sum')


def test_a_row_taken_out_of_the_snapshot_with_hashes_made_again(opened, tmp_path):
    folder = copy_of(opened, tmp_path)
    path = part(folder, "request")
    pl.read_parquet(path).slice(1).write_parquet(path)
    reseal(folder)
    found = verify(folder).differences
    assert any(d.part == "snapshot" and d.where == "request" for d in found)
    assert any(d.part == "figures" and "latency.time_to_decision" in d.where for d in found)


def test_a_row_copied_from_another_delivery_is_not_in_the_ledger(opened, tmp_path):
    folder = copy_of(opened, tmp_path)
    path = part(folder, "activity")
    frame = pl.read_parquet(path)
    twin = frame.head(1).with_columns(file_seq=pl.lit(9_999, dtype=pl.Int64))
    pl.concat([frame, twin]).write_parquet(path)
    reseal(folder)
    said = [str(d) for d in verify(folder).differences]
    assert any("activity, delivery 9999: 1 rows, but the ledger has 0 accepted" in s for s in said)
    assert any("stands there more than once" in s for s in said)


def test_a_definition_changed_with_and_without_hashes_made_again(opened, tmp_path):
    folder = copy_of(opened, tmp_path)
    path = folder / "audit" / "definitions" / "derived" / "report_answer.sql"
    changed = path.read_text().replace("answered.came_at <= answered.due_at THEN 1", "TRUE THEN 1")
    assert changed != path.read_text()
    path.write_text(changed)
    found = verify(folder).differences
    assert any(d.part == "files" and d.where.endswith("derived/report_answer.sql") for d in found)
    assert {d.where for d in found if d.part == "definitions"} >= {"burden.completeness", "burden.timeliness"}
    reseal(folder)
    found = verify(folder).differences
    assert {d.where for d in found if d.part != "figures"} == {f"audit/{PREPARED}"}
    figures = [d for d in found if d.part == "figures"]
    assert figures
    assert all(d.where.startswith("burden.timeliness") for d in figures)


def test_books_that_do_not_balance(opened, tmp_path):
    folder = copy_of(opened, tmp_path)
    path = part(folder, "ledger")
    frame = pl.read_parquet(path)
    first = pl.int_range(pl.len()) == 0
    frame.with_columns(rows_read=pl.col("rows_read") + first.cast(pl.Int64)).write_parquet(path)
    reseal(folder)
    found = [d for d in verify(folder).differences if d.part == "ledger"]
    assert len(found) == 1
    assert found[0].where.startswith(frame["original_name"][0])


def test_exports_that_contradict_each_other(opened, tmp_path):
    folder = copy_of(opened, tmp_path)
    path = folder / "exports" / "series.csv"
    lines = path.read_text().splitlines(keepends=True)
    lines[3] = lines[3].replace("2021-01-18", "2021-01-19", 1)
    path.write_text("".join(lines))
    reseal(folder)
    (found,) = verify(folder).differences
    assert found.where == "series.csv row 4 as_of"
