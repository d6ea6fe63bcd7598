"""Changes: each restated figure is split by what restated it, on small cases whose effects are known by hand."""

import datetime as dt
import json
import shutil

import polars as pl
import pytest
from typer.testing import CliRunner

from reportmetrics.audit.changes import SCHEMA, changes, changes_since
from reportmetrics.audit.opened import Opened
from reportmetrics.cli import app
from reportmetrics.metrics.suppression import HIDDEN
from tests.unit.audit.editions import AS_OF, copy_of, publication, settings_in, take_in

LATER = AS_OF + dt.timedelta(days=7)


@pytest.fixture(scope="module")
def later(home, opened, tmp_path_factory):
    """A week later, from a copy of the home: pseudonyms are the same only with the same key."""
    folder = tmp_path_factory.mktemp("later") / "home"
    shutil.copytree(home.home, folder)
    settings = settings_in(folder)
    take_in(settings, until=LATER)
    return publication(settings, LATER)


def doubled(folder, tmp_path):
    """Definitions in which each activity held counts twice, as version 2."""
    sql = tmp_path / "sql"
    shutil.copytree(folder, sql)
    path = sql / "metrics" / "activity" / "held.sql"
    text = path.read_text().replace("coalesce(count, 1) AS value", "2 * coalesce(count, 1) AS value")
    path.write_text(text.replace("version: 1", "version: 2"))
    return sql


def held(found, dims="{}"):
    return found.figures.filter((pl.col("metric") == "activity.held") & (pl.col("dims") == dims)).row(0, named=True)


def edit(folder, table, change):
    """The only file of a small table, or the first, changed."""
    path = sorted((folder / "audit" / "snapshot" / table).glob("*.parquet"))[0]
    change(pl.read_parquet(path)).write_parquet(path)


def republish(folder, sql=None):
    """Figures computed again from what the folder holds now."""
    from reportmetrics.metrics.run import compute

    if sql is not None:
        shutil.rmtree(folder / "audit" / "definitions")
        shutil.copytree(sql, folder / "audit" / "definitions", ignore=shutil.ignore_patterns("checks"))
    opened = Opened(folder)
    with opened.engine() as engine:
        results = compute(opened.catalogue, engine, as_of=opened.as_of)
    results.figures.write_parquet(folder / "exports" / "figures.parquet")
    return Opened(folder)


def test_a_publication_does_not_differ_from_itself(opened):
    found = changes(opened, opened)
    assert found.figures.is_empty()
    assert dict(found.figures.schema) == SCHEMA
    assert found.unchanged == opened.results.figures.height
    assert (found.corrected, found.versions) == (0, {})


def test_a_correction_news_and_a_definition_are_told_apart_and_add_up(opened, tmp_path):
    folder = copy_of(opened, tmp_path / "b")
    with opened.engine() as engine:
        before = engine.frame("SELECT * FROM activity WHERE status = 'held' ORDER BY row_key")
    first = before.row(0, named=True)
    count = first["count"] or 1

    def change(rows):
        target = pl.col("row_key") == first["row_key"]
        right = rows.with_columns(count=pl.when(target).then(count + 10).otherwise("count"))
        news = rows.filter(target).with_columns(
            row_key=pl.lit("f" * 20), activity_id=pl.lit("new"), count=pl.lit(3, dtype=pl.Int64)
        )
        return pl.concat([right, news])

    edit(folder, "activity", change)
    found = changes(opened, republish(folder, doubled(opened.audit / "definitions", tmp_path)))
    total = held(found)
    was = total["before"]
    assert total["after"] == 2 * (was + 10 + 3)
    assert (total["corrections"], total["new_data"], total["definitions"]) == (10, 3, was + 13)
    assert total["definitions_on_before"] == was
    assert found.versions == {"activity.held": "version 1 to 2"}
    assert found.corrected == 1
    split = found.figures.filter(pl.col("new_data").is_not_null())
    parts = split.select(pl.sum_horizontal("corrections", "new_data", "definitions")).to_series()
    assert (parts - split["change"]).abs().max() < 1e-9


def test_a_row_taken_back_is_a_correction(opened, tmp_path):
    folder = copy_of(opened, tmp_path)
    with opened.engine() as engine:
        gone = engine.frame("SELECT row_key FROM activity WHERE status = 'held' AND count = 1 ORDER BY ALL LIMIT 1")
    edit(folder, "activity", lambda rows: rows.filter(~pl.col("row_key").is_in(gone["row_key"].implode())))
    found = changes(opened, republish(folder))
    total = held(found)
    assert (total["change"], total["corrections"], total["new_data"], total["definitions"]) == (-1, -1, 0, 0)


def test_a_decision_after_the_first_date_is_news_and_one_before_it_that_moved_is_a_correction(opened, tmp_path):
    with opened.engine() as engine:
        waiting = engine.frame("SELECT row_key FROM request WHERE outcome = 'open' ORDER BY ALL")["row_key"][0]
        decided = engine.frame("SELECT row_key FROM request WHERE decided_at IS NOT NULL ORDER BY ALL")["row_key"][0]
    for name, key, change, corrected in (
        ("news", waiting, {"outcome": "approved", "decided_at": dt.datetime(2021, 1, 10)}, 0),
        ("moved", decided, {"decided_at": dt.datetime(2021, 1, 16, 12)}, 1),
    ):
        folder = copy_of(opened, tmp_path / name)
        here = pl.col("row_key") == key
        for path in (folder / "audit" / "snapshot" / "request").glob("*.parquet"):
            rows = pl.read_parquet(path)
            rows.with_columns(
                pl.when(here).then(pl.lit(v).cast(rows.schema[c])).otherwise(pl.col(c)).alias(c)
                for c, v in change.items()
            ).write_parquet(path)
        assert changes(opened, republish(folder)).corrected == corrected, name


def test_a_week_later_all_is_news_where_nothing_was_corrected(opened, later):
    found = changes(opened, later)
    assert found.figures.height > 100
    assert found.versions == {}
    moved = found.figures.filter(pl.col("definitions").is_not_null())
    assert moved["definitions"].abs().max() == 0
    total = held(found)
    assert total["change"] == total["new_data"] + total["corrections"] > 0


def test_forms_and_command_line(opened, later, home):
    run = CliRunner().invoke
    names = [opened.name, str(later.folder), "--home", str(home.home)]
    told = run(app, ["metrics", "diff", *names])
    assert told.exit_code == 0, told.output
    assert f"{opened.name} to {later.name}" in told.output
    rows = json.loads(run(app, ["metrics", "diff", *names, "--format", "json"]).stdout)["figures"]
    lines = run(app, ["metrics", "diff", *names, "--format", "csv"]).stdout.splitlines()
    assert len(lines) == 1 + len(rows) == 1 + changes(opened, later).figures.height
    assert run(app, ["metrics", "diff", "2000-01-01-r1", *names[1:]]).exit_code == 2


def test_the_page_of_changes_tells_the_publication_before(opened, later):
    page = (later.folder / "site" / "changes.html").read_text()
    assert f"Compared with publication {opened.name}" in page
    assert f"reportmetrics metrics diff {opened.name} {later.name}" in page
    total = held(changes(opened, later), '{"objective_id":"LO-03"}')
    rows = (later.folder / "exports" / "charts" / "changes.moved.csv").read_text().splitlines()
    (row,) = [r.split(",") for r in rows if r.startswith("activity.held,objective LO-03,")]
    assert [float(x) for x in row[4:7]] == [total["before"], total["after"], total["change"]]
    assert "nothing to compare with" in (opened.folder / "site" / "changes.html").read_text()


def test_a_publication_that_cannot_be_compared_with_is_told_and_no_hindrance(opened, later, tmp_path):
    folder = copy_of(opened, tmp_path)
    shutil.rmtree(folder / "audit")
    assert "has no snapshot to compare" in changes_since(folder, later)
    (folder / "manifest.json").unlink()
    assert "manifest.json" in changes_since(folder, later)


def test_no_effect_is_told_of_a_hidden_figure(opened, tmp_path):
    """An effect would tell what the reason hides."""
    folder = copy_of(opened, tmp_path)
    here = (pl.col("metric") == "activity.held") & (pl.col("dims") == "{}")
    path = folder / "exports" / "figures.parquet"
    figures = pl.read_parquet(path).with_columns(
        value=pl.when(~here).then("value"), reason=pl.when(here).then(pl.lit(HIDDEN)).otherwise("reason")
    )
    figures.write_parquet(path)
    for found in (changes(opened, Opened(folder)), changes(Opened(folder), opened)):
        row = held(found)
        assert row["what"] == "value, reason"
        assert [row[c] for c in ("corrections", "new_data", "definitions")] == [None] * 3


def test_only_the_month_that_differs_is_compared_and_the_others_come_along(opened, tmp_path):
    from reportmetrics.audit.corrected import corrected_snapshot

    folder = copy_of(opened, tmp_path / "b")
    months = sorted((opened.snapshot / "report").glob("*.parquet"))
    assert len(months) > 1
    assert corrected_snapshot(opened.snapshot, Opened(folder).snapshot, tmp_path / "same") == {}
    assert not (tmp_path / "same").exists()
    lost = pl.read_parquet(months[0])["row_key"][0]
    edit(folder, "report", lambda rows: rows.filter(pl.col("row_key") != lost))
    assert corrected_snapshot(opened.snapshot, Opened(folder).snapshot, tmp_path / "one") == {"report": 1}
    rows = pl.read_parquet(tmp_path / "one" / "report" / "*.parquet").sort("row_key")
    kept = pl.read_parquet(opened.snapshot / "report" / "*.parquet").filter(pl.col("row_key") != lost)
    assert rows.equals(kept.sort("row_key"))
    assert {p.name for p in (tmp_path / "one").iterdir()} >= {p.name for p in opened.snapshot.iterdir()}


def test_definitions_that_are_known_are_taken_for_the_same_only_to_the_last_byte(opened, tmp_path):
    folder = copy_of(opened, tmp_path / "b")
    known = opened.catalogue
    assert Opened(folder, known=known).catalogue is known
    path = folder / "audit" / "definitions" / "metrics" / "activity" / "held.sql"
    path.chmod(0o644)
    path.write_text(path.read_text() + "-- a word more\n")
    assert Opened(folder, known=known).catalogue is not known
