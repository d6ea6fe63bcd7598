"""Each metric has small cases, ``cases/<metric id>.yaml``, whose figures a person can compute by hand."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from reportmetrics.engines.duckdb import DuckDBEngine
from reportmetrics.metrics.catalogue import Catalogue, load_catalogue
from reportmetrics.metrics.results import dims_key
from reportmetrics.metrics.run import compute
from reportmetrics.settings import sql_folder
from tests.sql.tiny_snapshot import build

CASES = Path(__file__).parent / "cases"
EXACT = ("n", "n_missing", "reason", "unit")


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load_catalogue(sql_folder())


def _cases() -> list[Any]:
    found = []
    for path in sorted(CASES.glob("*.yaml")):
        for case in yaml.safe_load(path.read_text(encoding="utf-8")):
            found.append(pytest.param(path.stem, case, id=f"{path.stem}: {case['case']}"))
    return found


def _figure(figures: pl.DataFrame, want: Mapping[str, Any]) -> dict[str, Any] | None:
    dims = dims_key({k: None if v is None else str(v) for k, v in want.get("dims", {}).items()})
    found = figures.filter(
        (pl.col("dims") == dims)
        & (pl.col("statistic") == want["statistic"])
        & (pl.col("label") == str(want.get("label", "")))
    )
    assert found.height <= 1, f"{want} is published {found.height} times"
    return found.row(0, named=True) if found.height else None


def _check(figures: pl.DataFrame, want: Mapping[str, Any]) -> None:
    got = _figure(figures, want)
    if want.get("absent"):
        assert got is None, f"published although nothing was to be: {got}"
        return
    assert got is not None, f"not published: {want}; there are {figures['dims'].unique().to_list()}"
    for name in ("value", "lower", "upper"):
        if name in want:
            expected = want[name] if want[name] is None else pytest.approx(want[name], rel=1e-4, abs=1e-9)
            assert got[name] == expected, f"{name} of {want}: {got}"
    for name in EXACT:
        if name in want:
            assert got[name] == want[name], f"{name} of {want}: {got}"
    if "caveats" in want:
        assert [c.split(":")[0] for c in got["caveats"]] == want["caveats"], got["caveats"]


@pytest.mark.parametrize(("metric", "case"), _cases())
def test_given_rows_give_the_expected_figures(
    metric: str, case: Mapping[str, Any], catalogue: Catalogue, tmp_path: Path
) -> None:
    as_of = case.get("as_of", dt.date(2022, 1, 31))
    with DuckDBEngine(build(tmp_path / "snapshot", case["given"], as_of=as_of)) as engine:
        results = compute(catalogue, engine, as_of=as_of, select=[metric])
    assert set(results.figures["metric"]) <= {metric}
    for want in case["expect"]:
        _check(results.figures, want)
    if "listing" in case:
        cells = [json.loads(c) for c in results.listings.sort("dims", "rank")["cells"]]
        wanted = [{k: str(v) if isinstance(v, dt.date) else v for k, v in row.items()} for row in case["listing"]]
        assert [{k: c[k] for k in w} for c, w in zip(cells, wanted, strict=True)] == wanted
    if "series" in case:
        headline = set(catalogue.metrics[metric].definition.by)
        points = results.series.select("dims", "x", "y").rows()
        series = [(x, y) for dims, x, y in points if set(json.loads(dims)) == headline]
        assert series == [pytest.approx(tuple(point)) for point in case["series"]]


def test_each_metric_has_a_case_and_each_case_a_metric(catalogue: Catalogue) -> None:
    assert {p.stem for p in CASES.glob("*.yaml")} == set(catalogue.metrics)
