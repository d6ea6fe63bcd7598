"""Rules between tables: reading ``sql/checks/*.sql``.

Belongs here: a rule file's header and statement. Not here: running it (``run``), the rules themselves (SQL files).

A file is a YAML header in a comment and one SELECT that returns ``row_key`` and ``detail`` (a sentence that names the
row in the reader's words) for each row that breaks the rule.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reportmetrics.warehouse.tables import TABLES

_FILE = re.compile(r"\A\s*/\*---\n(?P<header>.*?)\n---\*/\s*(?P<sql>.*)\Z", re.DOTALL)


class RuleError(Exception):
    """A rule file that cannot be used; the text names the file and the remedy."""


class CrossRule(BaseModel):
    """A rule between tables. ``table`` is the one whose rows fail."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern="^[a-z][a-z0-9_]*$")]
    title: str
    table: str
    severity: Literal["critical", "warning"]
    remedy: str
    sql: str


def load_rules(sql_folder: Path) -> list[CrossRule]:
    """All rules below ``sql_folder/checks``, by file name. Raises ``RuleError`` on the first unusable file."""
    return [_load(path) for path in sorted((sql_folder / "checks").glob("*.sql"))]


def tables_of(rules: Sequence[CrossRule]) -> set[str]:
    """Tables that the rules read."""
    import duckdb

    with duckdb.connect() as connection:
        return {table for rule in rules for table in connection.get_table_names(rule.sql)}


def _load(path: Path) -> CrossRule:
    match = _FILE.match(path.read_text(encoding="utf-8"))
    if match is None:
        raise RuleError(f"{path}: no header; begin the file with /*---, YAML, ---*/, then one SELECT")
    try:
        rule = CrossRule.model_validate({**yaml.safe_load(match["header"]), "sql": match["sql"].strip()})
    except (yaml.YAMLError, ValidationError, TypeError) as error:
        raise RuleError(f"{path}: the header is not usable: {error}") from error
    if rule.id != path.stem:
        raise RuleError(f"{path}: id is '{rule.id}' but the file is '{path.stem}'; give both the same name")
    if rule.table not in TABLES:
        raise RuleError(f"{path}: '{rule.table}' is no canonical table; name the one whose rows fail")
    return rule
