"""An entry form is a workbook that Excel opens, whatever the profile and the answers hold."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pytest

from reportmetrics.profile.templates import Template
from tests.unit.senders.desk import PROFILE, Desk, template

CHOICES = [f"choice {n}، \U0001f600" for n in range(300)]
LABELS = ("سؤال " * 80, "=1+1 " + "w" * 400, "\U0001f600" * 200, "How many?")


@pytest.fixture
def wide() -> Template:
    """Sixty questions of all kinds, of which every fourth is asked for each objective."""
    of_kind = {f.kind: f for f in template("MAS").fields}
    fields = []
    for n in range(60):
        kind = ("state", "flow", "text")[n % 3]
        asked = of_kind["text" if kind == "text" else "state"]
        update: dict[str, Any] = {
            "field_id": f"F{n:02d}",
            "kind": kind,
            "label": LABELS[n % 4],
            "per_objective": n % 4 == 0,
            "minimum": None if n % 2 else -1 / 3,
            "maximum": None if n % 5 else 1e15,
            "choices": CHOICES if n % 6 == 2 else [],
        }
        fields.append(asked.model_copy(update=update))
    return template("MAS").model_copy(update={"fields": fields, "units": None, "name": "Form \" / ' " + "z" * 300})


def parts(path: Path) -> dict[str, ElementTree.Element]:
    with zipfile.ZipFile(path) as packed:
        return {n: ElementTree.fromstring(packed.read(n)) for n in packed.namelist() if n.endswith(".xml")}


def length(text: str) -> int:
    """As Excel counts."""
    return len(text.encode("utf-16-le")) // 2


@pytest.mark.parametrize("unit_id", ["=U-1", "U/2:*?[x]", "'U 3", "-4", "n/a", "وحدة", "U" * 80, "\U0001f600" * 40])
def test_no_text_of_a_profile_breaks_a_form(desk: Desk, wide: Template, unit_id: str) -> None:
    unit = PROFILE.mission.units[0].model_copy(update={"unit_id": unit_id, "name": f"={unit_id}" + "y" * 300})
    mission = PROFILE.mission.model_copy(update={"units": [*PROFILE.mission.units, unit]})
    desk.profile = replace(PROFILE, mission=mission, templates=[wide])
    path, due = desk.form(wide, unit_id)
    for name, root in parts(path).items():
        assert not list(root.iterfind(".//{*}sheetData//{*}f")), name
        for rule in root.iterfind(".//{*}dataValidation"):
            assert max(length(rule.get("prompt", "")), length(rule.get("error", ""))) <= 255
            listed = rule.findtext("{*}formula1") or ""
            assert length(listed) <= (257 if listed.startswith('"') else 8_192)
    sheet = openpyxl.load_workbook(path)["Answers"]
    kinds = {f.field_id: f.kind for f in wide.fields}
    rows = {r: kinds[str(sheet.cell(r, 2).value)] for r in range(2, sheet.max_row + 1)}
    rules = {str(rule.sqref) for rule in sheet.data_validations.dataValidation}
    assert {f"F{r}" for r, kind in rows.items() if kind != "text"} <= rules
    assert sheet.freeze_panes == "A2"
    lines = desk.send(
        path,
        "form",
        **{f"G{r}" if k == "text" else f"F{r}": CHOICES[7] if k == "text" else 3.5 for r, k in rows.items()},
    )
    assert sum(d.rejected for d in lines) == 0
    assert sum(d.accepted for d in lines) == len(rows) + 1
    assert desk.ask("SELECT DISTINCT unit_id, report_id FROM core.report") == [(unit_id, due.report_id)]
    assert desk.ask("SELECT DISTINCT value_text FROM core.report_field WHERE value_text IS NOT NULL") == [(CHOICES[7],)]


def test_a_text_that_is_too_long_for_a_cell_is_shown_in_part_and_can_be_confirmed(desk: Desk) -> None:
    asked = template("MAS")
    once = asked.model_copy(
        update={
            "fields": [f.model_copy(update={"per_objective": False}) for f in asked.fields if f.field_id == "MAS-03"]
        }
    )
    path, due = desk.form(once, "U-03", "2021-01-15")
    desk.send(path, "first", G2="calm")
    desk.told_otherwise(f"report,words\n{due.report_id},{'x' * 40_000}\n", "MAS-03", value_text="words")
    path, due = desk.form(once, "U-03", "2021-02-15")
    sheet = openpyxl.load_workbook(path)["Answers"]
    assert re.fullmatch(r"x{1000} …", str(sheet["E2"].value))
    assert sheet["G2"].value is None
    lines = desk.send(path, "second", H2="yes")
    assert sum(d.rejected for d in lines) == 0
    assert desk.ask(
        f"SELECT value_text, confirmed_unchanged FROM core.report_field WHERE report_id = '{due.report_id}'"
    ) == [(None, True)]


def test_texts_are_cells_of_text_so_that_what_is_typed_stays(desk: Desk) -> None:
    """Otherwise 1/2 becomes a day, and 007 a 7."""
    path, _ = desk.form(template("MAS"), "U-03")
    book = openpyxl.load_workbook(path)
    texts = [row for row in range(2, book["Answers"].max_row + 1) if book["Answers"].cell(row, 2).value == "MAS-03"]
    assert {book["Answers"].cell(row, 7).number_format for row in texts} == {"@"}
    assert {book["Report"][cell].number_format for cell in ("I2", "K2", "L2")} == {"@"}
    assert book["Report"]["H2"].number_format == "yyyy-mm-dd hh:mm"
