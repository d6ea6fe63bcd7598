"""The part of a profile that published results define themselves: objectives, indicators and what references mean.

None of it is kept in the repository: it is made from the real data when a test runs.
"""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import yaml

from reportmetrics.ingest.readers.base import Sheet
from reportmetrics.ingest.readers.iati import read_iati
from reportmetrics.profile.sources import Options

HERE = Path(__file__).parent
LEVELS = {"1": "output", "2": "outcome"}
Indicator = dict[str, Any]


def profile_of_export(export: Path, target: Path) -> dict[str, list[str]]:
    """Profile for a flattened export. A series is activity x result x title; each year has a target of its own.

    Returns, by level, the ids of the series.
    """
    kinds = {
        (r["activity_identifier"], r["result_ref"]): LEVELS[r["result_type"]] for r in _rows(export / "results.csv")
    }
    titles = {r["indicator_ref"]: r["title"] for r in _rows(export / "indicators.csv")}
    series: dict[tuple[str, str, str], list[dict[str, str]]] = {}
    for period in _rows(export / "indicator_periods.csv"):
        key = (period["activity_identifier"], period["result_ref"], titles[period["indicator_ref"]])
        series.setdefault(key, []).append(period)
    indicators: list[Indicator] = []
    means: dict[str, str] = {}
    levels: dict[str, str] = {}
    for number, ((activity, result, title), periods) in enumerate(series.items(), start=1):
        name = f"{activity}/{number}"
        level = kinds[activity, result]
        ordered = sorted(periods, key=lambda p: p["period_start"])
        for period in ordered:
            means[period["indicator_ref"]], levels[period["indicator_ref"]] = name, level
            version = {"indicator_id": name, "objective_id": activity, "name": title, "level": level, "unit": "number"}
            dates = {"valid_from": period["period_start"], "valid_to": period["period_end"]}
            dates |= {"valid_to": None} if period is ordered[-1] else {}
            indicators.append(version | {"direction": "rise", "target": float(period["target_value"]), **dates})
    _write(target, "readings.yaml", indicators)
    path = target / "sources" / "readings.yaml"
    mapping = yaml.safe_load(path.read_text(encoding="utf-8"))
    mapping["columns"]["indicator_id"]["map"] = means
    mapping["columns"]["level"]["map"] = levels
    path.write_text(json.dumps(mapping), encoding="utf-8")
    return {level: sorted({i["indicator_id"] for i in indicators if i["level"] == level}) for level in LEVELS.values()}


def profile_of_files(files: list[Path], target: Path) -> None:
    """Profile for files in the standard's own format: baseline and target where they are numbers."""
    indicators: dict[str, Indicator] = {}
    for file in files:
        sheet = read_iati(file, Options(), [None])[None]
        assert isinstance(sheet, Sheet)
        for row in sheet.rows.select([f"c{i}" for i in range(len(sheet.header))]).iter_rows():
            cells = dict(zip(sheet.header, row, strict=True))
            baseline, wanted = _number(cells["baseline_value"]), _number(cells["target_value"])
            indicators[cells["indicator_id"]] = {
                "indicator_id": cells["indicator_id"],
                "objective_id": cells["iati_identifier"],
                "name": cells["indicator_title"],
                "level": cells["result_level"],
                "unit": "as published",
                "baseline": baseline,
                "target": wanted,
                "interval_days": 365,
            } | ({"direction": "maintain", "tolerance": 0} if baseline is not None and baseline == wanted else {})
    _write(target, "results.yaml", list(indicators.values()))


def _write(target: Path, source: str, indicators: list[Indicator]) -> None:
    """A profile folder with one source. JSON is YAML."""
    shutil.copytree(HERE / "profile", target)
    for path in (target / "sources").iterdir():
        if path.name != source:
            path.unlink()
    objectives = [
        {"objective_id": o, "name": o, "aim": "As published", "owner": "Publisher"}
        for o in dict.fromkeys(i["objective_id"] for i in indicators)
    ]
    (target / "objectives.yaml").write_text(json.dumps({"objectives": objectives}), encoding="utf-8")
    (target / "indicators.yaml").write_text(json.dumps({"indicators": indicators}), encoding="utf-8")


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _number(text: str | None) -> float | None:
    try:
        return float((text or "").replace(",", ""))
    except ValueError:
        return None
