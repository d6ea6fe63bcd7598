"""The audit bundle: whole, the same every time, and enough to recompute figures in a plain DuckDB shell."""

import csv
import hashlib
import json
import zipfile
from pathlib import Path

import duckdb
import jsonschema
import polars as pl
import pytest
import yaml
from sqlglot import exp, parse_one
from typer.testing import CliRunner

from reportmetrics.audit.bundle import write_bundle
from reportmetrics.audit.by_hand import by_hand
from reportmetrics.audit.readme import example, published_values
from reportmetrics.cli import app


@pytest.fixture(scope="module")
def zipped(opened, tmp_path_factory):
    path = tmp_path_factory.mktemp("bundle") / "audit.zip"
    write_bundle(opened, path)
    return path


@pytest.fixture(scope="module")
def folder(zipped, tmp_path_factory):
    target = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(zipped) as archive:
        archive.extractall(target)
    return target


@pytest.fixture(scope="module")
def shell(folder):
    """What ``duckdb`` in the unpacked folder knows after ``.read sql/load.sql``."""
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"SET file_search_path = '{folder}'")
        connection.execute((folder / "sql" / "load.sql").read_text())
        yield connection


def test_the_same_publication_gives_the_same_bytes(opened, zipped, tmp_path):
    names = write_bundle(opened, tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == zipped.read_bytes()
    assert {"README.md", "datapackage.json", "semantic_model.yaml", "sql/load.sql"} <= set(names)


def test_each_file_has_the_hash_that_is_written_beside_it(folder):
    lines = [ln.split("  ", 1) for ln in (folder / "SHA256SUMS").read_text().splitlines()]
    assert {name for _, name in lines} == {
        p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file() and p.name != "SHA256SUMS"
    }
    assert all(hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest for digest, name in lines)


def test_every_figure_in_sql_is_the_published_one(opened, folder, shell):
    """The whole way from tables to figure as one SELECT, for each statistic that has one."""
    tried = 0
    for metric in opened.catalogue.metrics.values():
        for statistic in by_hand(metric):
            text = (folder / "sql" / "figures" / f"{metric.id}.{statistic}.sql").read_text()
            rows = shell.sql(text).pl()
            found = {tuple(None if v is None else str(v) for v in row[:-1]): row[-1] for row in rows.iter_rows()}
            published = published_values(opened, metric.id, statistic)
            for row in published.iter_rows():
                assert found[row[:-1]] == pytest.approx(row[-1], rel=1e-9), (metric.id, statistic, row)
                tried += 1
    assert tried > 300


def test_the_rows_of_every_metric_run_in_a_plain_shell(opened, folder, shell):
    with opened.engine() as engine:
        for metric in opened.catalogue.metrics.values():
            shell.execute((folder / "sql" / "rows" / f"{metric.id}.sql").read_text())
            count = shell.sql("SELECT count(*) FROM contributing_rows").fetchall()[0][0]
            expected = engine.frame(f"SELECT count(*) AS n FROM ({metric.rows_sql}) AS every_row")["n"][0]
            assert count == expected, metric.id


def test_csv_and_parquet_hold_the_same_and_the_data_package_describes_them(folder):
    package = json.loads((folder / "datapackage.json").read_text())
    assert {r["path"] for r in package["resources"]} == {
        p.relative_to(folder).as_posix() for p in (folder / "data").glob("*.csv")
    }
    for resource in package["resources"]:
        path = folder / resource["path"]
        with path.open(encoding="utf-8", newline="") as file:
            header, *rows = list(csv.reader(file))
        frame = pl.read_parquet(path.with_suffix(".parquet"))
        assert header == [f["name"] for f in resource["schema"]["fields"]] == [*frame.columns, "marking"]
        assert len(rows) == frame.height
        described = [f for f in resource["schema"]["fields"] if f["name"] not in ("row_key", "as_of", "as_of_at")]
        assert all(f["description"] for f in described if resource["name"] != "as-of"), resource["name"]


def test_the_readme_leads_to_a_figure_that_comes_out(opened, folder, shell):
    text = (folder / "README.md").read_text()
    metric, statistic = example(opened)
    assert f".read sql/figures/{metric}.{statistic}.sql" in text
    rows = shell.sql((folder / "sql" / "figures" / f"{metric}.{statistic}.sql").read_text()).fetchall()
    group, value = next((r[0], r[-1]) for r in rows if f"    {r[0]} " in text)
    (line,) = [ln for ln in text.splitlines() if ln.startswith(f"    {group} ")]
    assert float(line.split()[-1]) == pytest.approx(value, rel=1e-5)
    for name in [ln.split("`")[1] for ln in text.splitlines() if ln.startswith("| `")]:
        assert (folder / name).exists(), name


def test_the_semantic_model_names_every_metric_and_says_what_it_cannot_hold(opened, folder):
    model = yaml.safe_load((folder / "semantic_model.yaml").read_text())["semantic_model"][0]
    datasets = {d["name"]: d for d in model["datasets"]}
    assert set(datasets) == {m.replace(".", "_") for m in opened.catalogue.metrics}
    beyond = json.loads(datasets["latency_time_to_decision"]["custom_extensions"][0]["data"])
    assert "kaplan_meier" in beyond["estimators_not_expressed"]
    assert beyond["definition_hash"] == opened.catalogue.metrics["latency.time_to_decision"].definition_hash
    expressed = {m["name"]: m for m in model["metrics"]}
    assert "SUM(activity_held.value)" in expressed["activity_held_sum"]["expression"]["dialects"][0]["expression"]
    for dataset in model["datasets"]:
        fields = {f["name"] for f in dataset["fields"]}
        assert "row_key" in fields


NAMED = {"name": {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"}, "description": {"type": "string"}}
EXPRESSION = {
    "type": "object",
    "required": ["dialects"],
    "additionalProperties": False,
    "properties": {
        "dialects": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["dialect", "expression"],
                "additionalProperties": False,
                "properties": {"dialect": {"const": "ANSI_SQL"}, "expression": {"type": "string", "minLength": 1}},
            },
        }
    },
}


def items(required, **properties):
    shape = {"type": "object", "required": required, "additionalProperties": False, "properties": NAMED | properties}
    return {"type": "array", "minItems": 1, "items": shape}


def test_the_semantic_model_has_the_shape_that_the_format_asks_for(folder):
    """Only fields that core specification 0.1.1 knows, all that it requires, names that are unique."""
    text = {"type": "string"}
    extension = {"type": "object", "required": ["vendor_name", "data"], "additionalProperties": False}
    extension["properties"] = {"vendor_name": {"const": "COMMON"}, "data": text}
    time = {"type": "object", "additionalProperties": False, "properties": {"is_time": {"type": "boolean"}}}
    dataset = {
        "source": text,
        "primary_key": {"type": "array", "items": text},
        "fields": items(["name", "expression"], expression=EXPRESSION, dimension=time),
        "custom_extensions": {"type": "array", "items": extension},
    }
    model = {
        "datasets": items(["name", "source"], **dataset),
        "metrics": items(["name", "expression"], expression=EXPRESSION),
    }
    shape = {
        "type": "object",
        "required": ["version", "semantic_model"],
        "additionalProperties": False,
        "properties": {"version": {"const": "0.1.1"}, "semantic_model": items(["name", "datasets"], **model)},
    }
    content = yaml.safe_load((folder / "semantic_model.yaml").read_text())
    assert [e.message for e in jsonschema.Draft202012Validator(shape).iter_errors(content)] == []
    (model,) = content["semantic_model"]
    fields = {d["name"]: [f["name"] for f in d["fields"]] for d in model["datasets"]}
    for names in (list(fields), [m["name"] for m in model["metrics"]], *fields.values()):
        assert len(set(names)) == len(names)
    for metric in model["metrics"]:
        columns = parse_one(metric["expression"]["dialects"][0]["expression"]).find_all(exp.Column)
        assert {c.name for c in columns if c.name not in fields[c.table]} == set(), metric["name"]


def test_expressions_of_the_semantic_model_give_the_published_figures(opened, folder, shell):
    """Over the dataset's own source, the expression is the figure of the whole mission."""
    model = yaml.safe_load((folder / "semantic_model.yaml").read_text())["semantic_model"][0]
    sources = {d["name"]: d["source"] for d in model["datasets"]}
    tried = 0
    for name, metric in ((m["name"], m) for m in model["metrics"]):
        dataset, statistic = name.rsplit("_", 1)
        metric_id = dataset.replace("_", ".", 1)
        whole = opened.results.figures.filter(
            (pl.col("metric") == metric_id) & (pl.col("dims") == "{}") & (pl.col("statistic") == statistic)
        )
        if whole.height != 1 or whole["value"][0] is None:
            continue
        expression = metric["expression"]["dialects"][0]["expression"]
        value = shell.sql(f"SELECT {expression} FROM ({sources[dataset]}) AS {dataset}").fetchall()[0][0]
        assert float(value) == pytest.approx(whole["value"][0], rel=1e-9), name
        tried += 1
    assert tried >= 5


def test_command_line(opened, home, tmp_path):
    target = tmp_path / "audit.zip"
    done = CliRunner().invoke(app, ["bundle", opened.name, "--output", str(target), "--home", str(home.home)])
    assert done.exit_code == 0, done.output
    assert "for auditors only" in done.output
    assert zipfile.ZipFile(target).testzip() is None
    assert not list(Path(target.parent).glob(".*"))
