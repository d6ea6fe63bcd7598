"""docs/tables.md says what the declarations say."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from reportmetrics.cli import app
from reportmetrics.warehouse.document import FILLED_BY_SOURCES, document

COMMITTED = Path(__file__).parents[3] / "docs" / "tables.md"


def test_the_committed_document_is_what_the_declarations_say() -> None:
    printed = CliRunner().invoke(app, ["sources", "tables"]).output
    assert printed == document()
    assert COMMITTED.read_text(encoding="utf-8") == printed, "reportmetrics sources tables > docs/tables.md"


def test_each_column_code_and_rule_is_there() -> None:
    sections = {part.split("\n")[0]: part for part in document().split("\n## ")[1:]}
    assert list(sections) == [t.name for t in FILLED_BY_SOURCES]
    for table in FILLED_BY_SOURCES:
        text = sections[table.name]
        for column in table.columns:
            (line,) = (row for row in text.splitlines() if row.startswith(f"| `{column.name}` | {column.type} |"))
            assert all(f"`{code}`" in line for code in column.codes)
        assert all(f"| `{rule.code}` | `{rule.column}` |" in text for rule in table.rules)


def test_bounds_ids_and_what_the_program_fills_are_said() -> None:
    text = document()
    assert "| `prep_minutes` | integer |  | minutes it took, as stated by the sender | 0 to 10,000 |" in text
    assert "| `hours` | number |  | hours with counterparts | 0 or more |" in text
    assert "| `indicator_id` | text | yes | the indicator that was read | an id of `indicators.yaml` |" in text
    assert "| `revision` | integer | filled in |" in text
    assert "hand_back" not in text
