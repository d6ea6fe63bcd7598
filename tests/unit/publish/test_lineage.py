"""The drawings of lineage: well-formed, named, inside their frame; the narrow one fits a telephone."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from reportmetrics.metrics.catalogue import load_catalogue
from reportmetrics.metrics.estimators import ESTIMATORS
from reportmetrics.metrics.graph import Box, Graph, Link, graph_of
from reportmetrics.metrics.levels.lineage import known_levels
from reportmetrics.publish import lineage
from reportmetrics.publish.pages.definitions import ESTIMATORS as IN_WORDS
from reportmetrics.settings import sql_folder


@pytest.fixture(scope="module")
def graphs() -> list[Graph]:
    catalogue = load_catalogue(sql_folder())
    levels = known_levels(catalogue)
    return [graph_of(catalogue, name, levels) for name in catalogue.metrics]


@pytest.mark.parametrize("draw", [lineage.wide, lineage.narrow])
def test_every_metric_is_drawn_inside_its_frame(graphs: list[Graph], draw) -> None:
    for graph in graphs:
        tree = ElementTree.fromstring(draw(graph, "a-name"))
        width, height = (float(tree.attrib[k]) for k in ("width", "height"))
        title = tree.find("title")
        assert title is not None
        assert tree.attrib["aria-labelledby"] == title.attrib["id"] == "a-name"
        assert title.text == lineage.words(graph)
        paths: dict[str, list[str]] = {}
        for path in tree.iter("path"):
            paths.setdefault(path.attrib["class"].split()[0], []).extend(path.attrib["d"].split("M")[1:])
        assert len(paths["box"]) == len(graph.boxes) == len(paths["mark"]) + 1  # the figures have no level
        for shape in [*paths["box"], *paths["mark"]]:
            x, y, w, h, back = map(int, re.findall(r"-?\d+", shape))
            assert back == -w, graph.metric
            assert min(x, y) >= 0, graph.metric
            assert x + w <= width, graph.metric
            assert y + h <= height, graph.metric
        curves = [*paths.get("value", []), *paths.get("rows", [])]
        for x, y, bend, level, again, down, right, arrives in (map(int, re.findall(r"-?\d+", c)) for c in curves):
            assert (level, again, arrives) == (0, bend, down)
            assert 0 <= min(x, x + bend, x + right) <= max(x, x + bend, x + right) <= width, graph.metric
            assert 0 <= min(y, y + down) <= max(y, y + down) <= height, graph.metric
        texts = "".join(tree.itertext())
        assert all(b.name in texts and all(c in texts for c in b.columns) for b in graph.boxes)


def test_the_narrow_drawing_fits_390_pixels_and_its_text_fits_the_boxes(graphs: list[Graph]) -> None:
    for graph in graphs:
        tree = ElementTree.fromstring(lineage.narrow(graph, "n"))
        assert float(tree.attrib["width"]) <= 390 - 2 * 16
        room = (lineage.NARROW - lineage.MARGIN - lineage.PAD) / 7.2
        assert max(len(t.text or "") for t in tree.iter("tspan")) <= room, graph.metric


def test_names_are_escaped() -> None:
    boxes = (Box("a<b", "table", 0, (), ("c&d",)), Box("m", "metric", 1, ("process",), ("x",)))
    figures = Box("figures", "figures", 2, ("process",), ("sum",))
    graph = Graph(
        "m", (*boxes, figures), (Link("a<b", "c&d", "m", "x", "value"), Link("m", "x", "figures", "sum", "value"))
    )
    for draw in (lineage.wide, lineage.narrow):
        assert "a&lt;b" in draw(graph, "n")
        assert "c&amp;d" in draw(graph, "n")


def test_the_table_says_the_same_in_words(graphs: list[Graph]) -> None:
    (graph,) = [g for g in graphs if g.metric == "activity.held"]
    rows = {r[0].text: [c.text for c in r[1:]] for r in lineage.table(graph).rows}
    assert rows["value"] == ["activity.count", "directly", "sum"]
    assert rows["kind"] == ["activity.kind", "directly", "groups"]


def test_every_estimator_is_put_into_words() -> None:
    assert set(IN_WORDS) == set(ESTIMATORS)
