"""Explain: every published figure comes out of its rows, and every row leads to where it came from."""

import json

import polars as pl
import pytest
from typer.testing import CliRunner

from reportmetrics.audit.explain import explain, side_by_side
from reportmetrics.audit.explain_text import explanation_csv, explanation_json, explanation_text, with_cells
from reportmetrics.audit.group import frame_of, group_sql, recompute_group
from reportmetrics.audit.opened import AuditError, NotPublishedError, Opened, find_publication
from reportmetrics.audit.raw import Archive
from reportmetrics.cli import app
from reportmetrics.metrics.suppression import HIDDEN
from reportmetrics.warehouse.tables import SOURCE_TABLES
from tests.unit.audit.editions import copy_of

SENT = [t.name for t in SOURCE_TABLES]


def groups(opened):
    return opened.results.figures.select("metric", "dims").unique(maintain_order=True).iter_rows()


PARTS = 4
"""The walk over every figure takes long: in parts, workers can share it."""


@pytest.mark.parametrize("part", range(PARTS))
def test_every_published_figure_is_recomputed_equal_from_rows_that_exist(opened, part):
    """The first group of each grouping is asked for like any question; the others from rows that are read once.

    From one group of a grouping to the next, only the rows differ.
    """
    walked, whole = 0, {}
    mine = list(opened.catalogue.metrics)[part::PARTS]  # read once; a single question reads the one that it is about
    published = opened.results.figures.filter(pl.col("metric").is_in(mine)).partition_by("metric", as_dict=True)
    with opened.engine() as engine:
        for (name,), figures in published.items():
            metric, asked = opened.catalogue.metrics[name], set()
            with engine.holding("rows_of_the_metric", metric.rows_sql):
                held = metric.with_rows("SELECT * FROM rows_of_the_metric")
                for (key,), group in figures.partition_by("dims", as_dict=True, maintain_order=True).items():
                    dims = json.loads(key)
                    if tuple(dims) not in asked:
                        asked.add(tuple(dims))
                        explained = explain(opened, name, dims, engine=engine, limit=3, whole=whole)
                        told, rows, frame = explained.figures, explained.row_count, explained.frame.height
                    else:
                        sql = group_sql(held, dims)
                        again = recompute_group(held, engine, dims, sql, as_of=opened.as_of, whole=whole)
                        told, rows = side_by_side(group, again.figures), height(engine, sql)
                        frame = height(engine, frame_of(metric, dims).sql) if not rows else None
                    assert told.height == group.height
                    assert told["equal"].all(), (name, dims, told)
                    # A group without a row is a true zero, or was not reported: then the frame says which.
                    assert rows or frame == 1, (name, dims)
                    walked += told.height
    assert walked == opened.results.figures.filter(pl.col("metric").is_in(mine)).height > 500
    assert set(opened.results.figures["metric"]) <= set(opened.catalogue.metrics)


def height(engine, sql):
    return engine.frame(f"SELECT count(*) AS n FROM ({sql}) AS every_row")["n"].item()


def test_a_hidden_group_asked_for_alone_is_hidden_as_among_all_others(opened):
    hidden = (
        opened.results.figures.filter(pl.col("reason") == HIDDEN).select("metric", "dims").unique(maintain_order=True)
    )
    assert hidden.height > 5
    for metric, dims in hidden.group_by("metric", maintain_order=True).head(2).iter_rows():
        explained = explain(opened, metric, json.loads(dims), limit=1)
        assert explained.equal, (metric, dims)
        assert set(explained.figures["reason"]) == {HIDDEN}
        assert explained.figures["recomputed_value"].null_count() == explained.figures.height


def test_every_row_of_every_metric_leads_to_a_table_and_sent_rows_to_a_file(opened):
    with opened.engine() as engine:
        for metric, dims in dict(groups(opened)).items():
            explained = explain(opened, metric, json.loads(dims), engine=engine)
            if explained.row_count:
                assert explained.rows["table"].null_count() == 0, metric
            sent = explained.rows.filter(pl.col("table").is_in(SENT))
            assert sent.select("file", "row", "sha256", "known_from").null_count().sum_horizontal().item() == 0, metric


def test_the_rows_of_a_group_are_those_of_the_group(opened):
    explained = explain(opened, "latency.time_to_decision", {"hq": "JFC Naples"})
    published = opened.results.figures.filter(
        (pl.col("metric") == "latency.time_to_decision") & (pl.col("dims") == '{"hq":"JFC Naples"}')
    )
    assert explained.row_count == explained.rows.height == published["n"].max()
    assert set(explained.rows["hq"]) == {"JFC Naples"}
    events = published.filter(pl.col("statistic") == "events")["value"].item()
    assert explained.rows["event"].sum() == events


def test_the_raw_cells_are_those_that_were_sent(opened, home):
    explained = explain(opened, "latency.time_to_decision", {"hq": "JFC Naples"}, limit=5)
    told = with_cells(explained, opened, Archive(opened, home.archive)).rows
    with opened.engine() as engine:
        request = engine.frame("SELECT row_key, request_id FROM request")
    for row in told.join(request, on="row_key").iter_rows(named=True):
        assert row["request_id"] in json.loads(row["raw"]).values()
        line = (home.landing / row["file"]).read_text(encoding="cp1252").splitlines()[row["row"] - 1]
        assert row["request_id"] in line


def test_a_reading_in_a_workbook_names_its_sheet(opened, home):
    group = next(d for m, d in groups(opened) if m == "outcome.indicator_progress")
    explained = explain(opened, "outcome.indicator_progress", json.loads(group))
    told = with_cells(explained, opened, Archive(opened, home.archive)).rows.filter(pl.col("table") == "observation")
    assert told.height
    assert set(told["sheet"]) == {"Readings"}
    for row in told.iter_rows(named=True):
        assert float(json.loads(row["raw"])["Value"]) == row["value"]


def test_a_report_that_was_due_is_shown_with_the_report_that_answered(opened):
    explained = explain(opened, "burden.completeness", {})
    came = set(explained.rows.filter(pl.col("numerator") == 1)["row_key"])
    assert came
    some = explain(opened, "burden.completeness", {}, limit=40)
    judged = set(some.support["for_row"])
    assert judged == came & set(some.rows["row_key"])
    assert some.support["file"].null_count() == 0


def test_an_altered_or_missing_archived_file_is_said(opened, home, tmp_path):
    row = explain(opened, "activity.held", {}, limit=1).rows.row(0, named=True)
    assert "does not hold" in str(Archive(opened, tmp_path).row(row).problem)
    (tmp_path / row["sha256"]).write_bytes(b"id;objective\n1;LO-01\n")
    assert "was altered" in str(Archive(opened, tmp_path).row(row).problem)


def test_definitions_are_those_of_the_publication(opened, tmp_path):
    folder = copy_of(opened, tmp_path)
    path = folder / "audit" / "definitions" / "metrics" / "activity" / "held.sql"
    path.write_text(path.read_text().replace("coalesce(count, 1) AS value", "2 * coalesce(count, 1) AS value"))
    explained = explain(Opened(folder), "activity.held", {})
    assert not explained.equal
    value = explained.figures.row(0, named=True)
    assert value["recomputed_value"] == 2 * value["value"]


def test_a_figure_that_comes_out_differently_is_not_equal(opened, tmp_path):
    folder = copy_of(opened, tmp_path)
    path = folder / "exports" / "figures.parquet"
    first = (pl.col("metric") == "activity.held") & (pl.col("dims") == "{}")
    pl.read_parquet(path).with_columns(value=pl.when(first).then(pl.col("value") + 1).otherwise("value")).write_parquet(
        path
    )
    assert not explain(Opened(folder), "activity.held", {}).equal


@pytest.mark.parametrize(
    ("metric", "dims", "said"),
    [
        ("activity.hold", {}, "is activity.held meant?"),
        ("ACTIVITY.HELD", {}, "is activity.held meant?"),
        ("nothing.like_it", {}, "burden.timeliness"),
        ("", {}, "has no metric ''. It has: activity.cancelled"),
        ("../../manifest", {}, "has no metric '../../manifest'"),
        ("activity.held", {"objective_id": "' OR TRUE --"}, "no figure of activity.held"),
        ("activity.held", {"objective_id": "LO-99"}, "--where objective_id=LO-01"),
        ("activity.held", {"weather": "rain"}, "by kind, objective_id"),
        ("latency.time_to_decision", {}, "--where 'hq=JFC Naples'"),
    ],
)
def test_what_was_not_published_is_answered_with_what_was(opened, metric, dims, said):
    with pytest.raises(NotPublishedError, match="2021-01-18-r1") as raised:
        explain(opened, metric, dims)
    assert said in str(raised.value)


def test_a_folder_that_is_no_publication_is_refused(tmp_path, opened, home):
    with pytest.raises(AuditError, match=r"no manifest\.json"):
        Opened(tmp_path)
    with pytest.raises(NotPublishedError, match="holds: 2021-01-18-r1"):
        find_publication(home.publications, "2021-01-25-r1")
    with pytest.raises(NotPublishedError, match="make one first"):
        find_publication(tmp_path, None)
    assert find_publication(home.publications, None) == opened.folder


def test_all_three_forms_tell_the_same(opened):
    explained = with_cells(explain(opened, "burden.hours", {}), opened, None)
    told = json.loads(explanation_json(explained))
    assert told["equal"] is True
    assert len(told["rows"]) == told["row_count"] == explained.row_count
    assert len(explanation_csv(explained).splitlines()) == 1 + explained.row_count
    text = explanation_text(explained)
    assert "all equal" in text
    assert f"{explained.row_count:,} rows" in text


def test_command_line(opened, home):
    run = CliRunner().invoke
    given = ["explain", "activity.held", "--home", str(home.home)]
    done = run(app, [*given, "--where", "objective_id=LO-03", "--raw", "--limit", "2"])
    assert done.exit_code == 0, done.output
    assert "all equal" in done.output
    assert '"objective": "LO-03"' in done.output
    assert run(app, [*given, "--where", "objective_id"]).exit_code == 2
    twice = run(app, [*given, "--where", "objective_id=LO-03", "--where", "objective_id=LO-04"])
    assert twice.exit_code == 2
    assert "objective_id is given twice" in twice.output
    missing = run(app, [*given, "--where", "objective_id=LO-99"])
    assert missing.exit_code == 2
    assert "LO-01" in missing.output
