"""The audit bundle: one ZIP file that a person without this software can read, recompute and check.

Belongs here: what goes into it and where. Not here: formulas in SQL (``by_hand``), the semantic model (``semantic``).

The bytes depend on the publication only. It holds rows, posts and narratives: whoever gets it may see all of these.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
from sqlglot import exp, parse_one

from reportmetrics.audit.by_hand import GROUPS, ROWS, by_hand
from reportmetrics.audit.opened import Opened
from reportmetrics.audit.readme import readme
from reportmetrics.audit.semantic import semantic_model
from reportmetrics.metrics.metric import Metric
from reportmetrics.publish.exports import write_csv
from reportmetrics.publish.files import files_below
from reportmetrics.publish.seal import CHECKSUM, SIGNATURE
from reportmetrics.warehouse.shape import PROVENANCE
from reportmetrics.warehouse.tables import TABLES

_EPOCH = (1980, 1, 1, 0, 0, 0)
_TYPES: dict[type[pl.DataType], str] = {
    pl.Int64: "integer",
    pl.Float64: "number",
    pl.Boolean: "boolean",
    pl.Date: "date",
    pl.Datetime: "datetime",
}


def write_bundle(opened: Opened, target: Path) -> list[str]:
    """Write the bundle of a publication to ``target``; returns the names in it. An existing file is replaced."""
    with TemporaryDirectory(prefix="reportmetrics-") as scratch:
        folder = Path(scratch)
        _data(opened, folder)
        _sql(opened, folder)
        _copies(opened, folder)
        model = semantic_model(
            opened.catalogue, name="reportmetrics", description=f"Metrics of publication {opened.name}"
        )
        _write(folder / "semantic_model.yaml", model)
        _write(folder / "README.md", readme(opened))
        sums = "".join(
            f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.relative_to(folder).as_posix()}\n"
            for p in files_below(folder)
        )
        _write(folder / "SHA256SUMS", sums)
        return _zip(folder, target)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text if text.endswith("\n") else text + "\n", encoding="utf-8")


def _data(opened: Opened, folder: Path) -> None:
    """Each table of the snapshot as one Parquet and one CSV file, described as a data package."""
    marking = opened.manifest["marking"]
    data = folder / "data"
    data.mkdir(parents=True)
    resources, views = [], []
    for table in sorted(p for p in opened.snapshot.iterdir() if p.is_dir()):
        parts = [pl.read_parquet(p) for p in sorted(table.glob("*.parquet"))]
        frame = pl.concat(parts, how="vertical_relaxed")
        frame.write_parquet(data / f"{table.name}.parquet")
        write_csv(data / f"{table.name}.csv", frame.columns, frame.iter_rows(), marking=marking)
        resources.append(_resource(table.name, frame))
        views.append(f"CREATE OR REPLACE VIEW {table.name} AS SELECT * FROM read_parquet('data/{table.name}.parquet');")
    package = {
        "profile": "tabular-data-package",
        "name": f"reportmetrics-audit-{opened.name}",
        "title": f"Snapshot of publication {opened.name}",
        "marking": marking,
        "resources": resources,
    }
    _write(folder / "datapackage.json", json.dumps(package, indent=2, ensure_ascii=False))
    _write(
        folder / "sql" / "load.sql", "\n".join(["-- Makes the tables known to DuckDB. Run it in this folder.", *views])
    )


def _resource(name: str, frame: pl.DataFrame) -> dict[str, object]:
    table = TABLES.get(name)
    meanings = {c.name: c.meaning for c in (*PROVENANCE, *(table.columns if table else ()))}
    fields = [
        {"name": c, "type": _TYPES.get(t.base_type(), "string"), "description": meanings.get(c, "")}
        for c, t in frame.schema.items()
    ]
    marking = {"name": "marking", "type": "string", "description": "marking of the publication"}
    return {
        "name": name.replace("_", "-"),
        "path": f"data/{name}.csv",
        "title": table.one_row_is if table else "the day that everything is as of",
        "profile": "tabular-data-resource",
        "format": "csv",
        "encoding": "utf-8",
        "schema": {"fields": [*fields, marking], "missingValues": [""]},
    }


def _sql(opened: Opened, folder: Path) -> None:
    for metric in opened.catalogue.metrics.values():
        d = metric.definition
        head = f"-- {d.id} version {d.version}: {d.title}\n-- After load.sql."
        _write(
            folder / "sql" / "rows" / f"{d.id}.sql",
            f"{head} The rows that count, one line each, as view {ROWS}.\n"
            f"CREATE OR REPLACE VIEW {ROWS} AS\n{metric.rows_sql};",
        )
        for statistic, formula in by_hand(metric).items():
            groups = ", ".join(d.by) or "nothing: the whole mission"
            text = f"{head} Figure '{statistic}' by {groups}.\n{figure_sql(metric, formula)};"
            _write(folder / "sql" / "figures" / f"{d.id}.{statistic}.sql", text)


def figure_sql(metric: Metric, formula: str) -> str:
    """A formula of ``by_hand`` as one SELECT that runs on the tables."""
    rows, query = parse_one(metric.rows_sql, dialect="duckdb"), parse_one(formula, dialect="duckdb")
    beneath, own = rows.args.get("with_"), query.args.get("with_")
    rows.set("with_", None)
    held = exp.CTE(this=rows, alias=exp.TableAlias(this=exp.to_identifier(ROWS)))
    frame = []
    if metric.frame_query is not None and any(t.name == GROUPS for t in query.find_all(exp.Table)):
        groups = parse_one(metric.frame_query.sql, dialect="duckdb")
        frame = [exp.CTE(this=groups, alias=exp.TableAlias(this=exp.to_identifier(GROUPS)))]
    ctes = [*(beneath.expressions if beneath else []), held, *frame, *(own.expressions if own else [])]
    query.set("with_", exp.With(expressions=ctes))
    return query.sql(dialect="duckdb", pretty=True)


def _copies(opened: Opened, folder: Path) -> None:
    """What is in the publication and of use as it is."""
    for name in ("manifest.json", CHECKSUM, SIGNATURE):
        if (opened.folder / name).is_file():
            _copy(opened.folder / name, folder / "publication" / name)
    for part in ("audit/definitions", "audit/profile"):
        for path in files_below(opened.folder / part):
            _copy(path, folder / Path(part).name / path.relative_to(opened.folder / part))
    for name in ("figures", "series", "listings"):
        for kind in ("csv", "parquet"):
            _copy(opened.folder / "exports" / f"{name}.{kind}", folder / "figures" / f"{name}.{kind}")


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(source.read_bytes())


def _zip(folder: Path, target: Path) -> list[str]:
    names = []
    target.parent.mkdir(parents=True, exist_ok=True)
    building = target.with_name(f".{target.name}.building")
    with zipfile.ZipFile(building, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files_below(folder):
            name = path.relative_to(folder).as_posix()
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), path.read_bytes(), zipfile.ZIP_DEFLATED)
            names.append(name)
    building.replace(target)
    return names
