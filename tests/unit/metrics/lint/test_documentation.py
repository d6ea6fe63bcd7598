"""docs/metric-format.md says what the code does: every code, every field, the matrix."""

from __future__ import annotations

import re
from pathlib import Path

from reportmetrics.metrics.definition_file import DERIVED, OPTIONAL, REQUIRED
from reportmetrics.metrics.estimators import ESTIMATORS
from reportmetrics.metrics.levels import matrix

ROOT = Path(__file__).parents[4]
TEXT = (ROOT / "docs" / "metric-format.md").read_text(encoding="utf-8")
CODE = re.compile(r'"([a-z]+(?:-[a-z]+)+|division|circle|parameter)"')
NO_CODES = {"log-log"}


def codes_of_the_lint() -> set[str]:
    """Every code that the lint's files name."""
    metrics = ROOT / "src" / "reportmetrics" / "metrics"
    files = [
        *(metrics / "levels").glob("*.py"),
        *metrics.glob("lint*.py"),
        metrics / "released.py",
        metrics / "deprecated.py",
    ]
    files += [metrics / f"{name}.py" for name in ("definition", "definition_file", "catalogue", "select", "header")]
    return {c for path in files for c in CODE.findall(path.read_text(encoding="utf-8"))} - {"field-missing"} - NO_CODES


def test_every_code_is_documented() -> None:
    codes = codes_of_the_lint()
    assert len(codes) > 30
    assert sorted(c for c in codes if f"`{c}`" not in TEXT) == []


def test_every_field_is_documented() -> None:
    metric, view = TEXT.split("## Header of a metric")[1].split("## Header of a derived view")
    assert [f for f in (*REQUIRED, *OPTIONAL) if f"`{f}`" not in metric] == []
    assert [f for f in DERIVED if f"`{f}`" not in view] == []


def test_the_matrix_is_documented_as_it_is() -> None:
    table = TEXT.split("| level of the metric |")[1].split("\n\n")[0]
    rows = {c[0]: c[1:] for c in ([x.strip() for x in ln.strip("|").split("|")] for ln in table.splitlines()[2:])}
    for level, permission in matrix.MATRIX.items():
        said = [", ".join(sorted(part)) or "nothing" for part in (permission.always, permission.may_declare)]
        assert rows[level] == said, level


def test_every_estimator_is_documented_with_its_columns_and_parameters() -> None:
    lines = {
        ln.split("`")[1]: ln for ln in TEXT.split("## Estimators")[1].split("## Levels")[0].splitlines() if "`" in ln
    }
    for name, estimator in ESTIMATORS.items():
        wanted = [f"`{x.name}`" for x in (*estimator.needs, *estimator.params)]
        assert [w for w in wanted if w not in lines.get(name, "")] == [], name
