"""The way of a figure: every column of a metric back to the tables, and on to its estimators; as text, DOT and JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from reportmetrics.cli import app
from reportmetrics.metrics.catalogue import Catalogue, load_catalogue
from reportmetrics.metrics.graph import FIGURES, Graph, as_dot, as_json, as_text, graph_of
from reportmetrics.metrics.levels.lineage import known_levels
from reportmetrics.settings import sql_folder as product
from reportmetrics.warehouse.tables import TABLES
from tests.unit.metrics import sql_folder


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue(product())


@pytest.fixture(scope="module")
def graphs(catalogue: Catalogue) -> dict[str, Graph]:
    levels = known_levels(catalogue)
    return {name: graph_of(catalogue, name, levels) for name in catalogue.metrics}


@pytest.fixture
def small(tmp_path: Path) -> Graph:
    return graph_of(load_catalogue(sql_folder.write(tmp_path)), "latency.wait")


def test_a_small_metric_by_hand(small: Graph) -> None:
    assert [(b.name, b.kind, b.layer) for b in small.boxes] == [
        ("as_of", "table", 0),
        ("request", "table", 0),
        ("waiting", "view", 1),
        ("latency.wait", "metric", 2),
        (FIGURES, "figures", 3),
    ]
    assert small.sources_of("latency.wait", "duration") == (["as_of.as_of_at", "request.raised_at"], ["waiting"])
    assert small.sources_of("latency.wait", "event") == (["request.decided_at"], ["waiting"])
    assert small.sources_of(FIGURES, "kaplan_meier")[0] == [
        "as_of.as_of_at",
        "request.decided_at",
        "request.raised_at",
    ]
    assert small.sources_of(FIGURES, "groups") == (["request.hq", "request.priority"], ["latency.wait", "waiting"])
    rows = {(x.source, x.target) for x in small.links if x.kind == "rows"}
    assert rows == {("as_of", "waiting"), ("request", "waiting"), ("waiting", "latency.wait")}


def test_text_tells_where_a_column_comes_from_and_what_uses_it(small: Graph) -> None:
    lines = [" ".join(ln.split()) for ln in as_text(small).splitlines()]
    at = lines.index("duration <- as_of.as_of_at, request.raised_at through waiting")
    assert lines[at + 1] == "-> kaplan_meier"
    assert "waiting <- as_of, request" in lines
    assert "request (table): process" in lines


def test_dot_and_json_hold_every_link(small: Graph) -> None:
    assert as_dot(small).count("->") == len(small.links)
    told = json.loads(as_json(small))
    assert len(told["links"]) == len(small.links)
    assert {b["name"] for b in told["boxes"]} == {b.name for b in small.boxes}


def test_every_figure_of_every_metric_leads_back_to_a_table(graphs: dict[str, Graph], catalogue: Catalogue) -> None:
    known = {*TABLES, "as_of"}
    for name, graph in graphs.items():
        uses = {u.name for u in catalogue.metrics[name].definition.estimators}
        (figures,) = [b for b in graph.boxes if b.kind == "figures"]
        assert uses <= set(figures.columns), name
        for use in uses:
            sources, _ = graph.sources_of(FIGURES, use)
            assert sources, (name, use)
            assert {s.split(".")[0] for s in sources} <= known, (name, use)
        assert {b.name for b in graph.boxes if b.kind == "table"} <= set(catalogue.metrics[name].tables)


def test_links_lead_from_lower_to_higher_layers(graphs: dict[str, Graph]) -> None:
    for graph in graphs.values():
        layer = {b.name: b.layer for b in graph.boxes}
        columns = {b.name: {"", *b.columns} for b in graph.boxes}
        assert all(layer[x.source] < layer[x.target] for x in graph.links), graph.metric
        assert all(x.column in columns[x.source] and x.target_column in columns[x.target] for x in graph.links)


def test_outcome_metrics_come_from_no_activity(graphs: dict[str, Graph]) -> None:
    for name, graph in graphs.items():
        if name.startswith("outcome."):
            assert {level for b in graph.boxes for level in b.levels} <= {"outcome"}, name


def test_command_line() -> None:
    run = CliRunner().invoke
    assert "-> kaplan_meier" in run(app, ["metrics", "graph", "latency.time_to_decision"]).stdout
    assert run(app, ["metrics", "graph", "activity.held", "--format", "dot"]).stdout.startswith("digraph")
    assert json.loads(run(app, ["metrics", "graph", "activity.held", "--format", "json"]).stdout)["links"]
    assert run(app, ["metrics", "graph", "activity.hold"]).exit_code == 2
