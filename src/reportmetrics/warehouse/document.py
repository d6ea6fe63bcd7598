"""The tables that sources fill, as a document: what ``docs/tables.md`` holds and ``sources tables`` prints.

Belongs here: wording. Not here: the declarations (``report_tables``, ``source_tables``), how a file is mapped to them
(``ingest``).
"""

from __future__ import annotations

from collections.abc import Iterator

from reportmetrics.warehouse.report_tables import HAND_BACK
from reportmetrics.warehouse.shape import NOT_APPLICABLE, Column, Reset, Table
from reportmetrics.warehouse.tables import SOURCE_TABLES

FILLED_BY_SOURCES: tuple[Table, ...] = tuple(t for t in SOURCE_TABLES if t is not HAND_BACK)
"""Tables that a mapping may name. What was given back to senders is recorded by the program itself."""

_OPENING = """# The tables that sources fill

Written from the declarations in `src/reportmetrics/warehouse` by `reportmetrics sources tables`; do
not edit it by hand. How a file is mapped to these columns is in [sources.md](sources.md).

* **key**: the columns that tell rows apart. A later row of the same key replaces an earlier one. A column of the key
  that is not required may be blank.
* **required**: the mapping must name the column, and a row in which it is blank is refused; *filled in* means that the
  program does it where the mapping leaves the column out. All other columns may be left out of the mapping.
* **text** is taken as it is sent. **integer** and **number** have a decimal point unless the mapping says otherwise.
  **boolean** is `true`, `yes` or `1`, and `false`, `no` or `0`. **date** is a day, **timestamp** an instant; both are
  written as the mapping's `format` says.
* A row with a value that is not allowed, or that breaks a rule of its table, is refused with the reason.
"""

_WHERE = {
    "indicator": "an id of `indicators.yaml`",
    "objective": "an id of `objectives.yaml`",
    "template": "an id of `templates.yaml`",
    "unit": "a unit of `mission.yaml`",
}


def document() -> str:
    """Markdown: one section per table."""
    names = ", ".join(f"[`{t.name}`](#{t.name})" for t in FILLED_BY_SOURCES)
    parts = [_OPENING, f"Tables: {names}.", *(line for table in FILLED_BY_SOURCES for line in _table(table))]
    return "\n".join(parts) + "\n"


def _table(table: Table) -> Iterator[str]:
    yield f"\n## {table.name}\n"
    yield f"One row is {table.one_row_is}. Key: {', '.join(f'`{name}`' for name in table.key)}.\n"
    yield "| column | type | required | what it is | allowed |\n|---|---|---|---|---|"
    for column in table.columns:
        yield f"| `{column.name}` | {column.type} | {_required(column)} | {column.meaning} | {_allowed(column)} |"
    if table.rules:
        yield "\nA row is refused where\n\n| code | column | it is refused because | what to do |\n|---|---|---|---|"
        yield from (f"| `{r.code}` | `{r.column}` | {r.message} | {r.remedy} |" for r in table.rules)
    if table.doubts:
        yield "\nA row is kept, and a check warns of it, where\n\n| check | column | what is doubtful | what to do |"
        yield "|---|---|---|---|"
        yield from (f"| `no_{r.code}` | `{r.column}` | {r.message} | {r.remedy} |" for r in table.doubts)
    yield from (_reset(reset) for reset in table.resets)


def _required(column: Column) -> str:
    return "" if not column.required else "filled in" if column.filled else "yes"


def _allowed(column: Column) -> str:
    if column.codes:
        return ", ".join(f"`{code}`" for code in column.codes)
    if column.refers is not None:
        return _WHERE[column.refers]
    if column.personal:
        return "a name or number of a person; stored as a keyed hash"
    if column.name == NOT_APPLICABLE:
        return "set by the mapping's `not_applicable` words of another column"
    if column.minimum is not None:
        return f"{column.minimum:,g} {'or more' if column.maximum is None else f'to {column.maximum:,g}'}"
    return "" if column.maximum is None else f"at most {column.maximum:,g}"


def _reset(reset: Reset) -> str:
    dates = " and ".join(f"`{name}`" for name in reset.when_null)
    value = str(reset.value).lower() if isinstance(reset.value, bool) else reset.value
    return f"\nAs known before {dates}, `{reset.column}` is `{value}`."
