"""Which expectations follow from the declarations."""

import pytest

from reportmetrics.validation.suites import expectations_of
from reportmetrics.warehouse.shape import Table
from reportmetrics.warehouse.tables import SOURCE_TABLES, TABLES


@pytest.mark.parametrize("table", SOURCE_TABLES, ids=lambda t: t.name)
def test_every_declared_constraint_has_its_expectation(table: Table) -> None:
    names = {e.name for e in expectations_of(table)}
    for column in table.columns:
        assert not column.required or f"{column.name}_present" in names
        assert not column.codes or f"{column.name}_known" in names
        assert not column.refers or f"{column.name}_in_profile" in names
        assert column.minimum is None or f"{column.name}_in_range" in names
        assert column.kind != "event" or f"{column.name}_not_foretold" in names
    assert {f"no_{rule.code}" for rule in table.rules} <= names
    warned = {e.name for e in expectations_of(table) if e.severity == "warning"}
    assert {f"no_{rule.code}" for rule in table.doubts} <= warned
    assert ("not_long_past" in warned) is any(c.kind == "event" for c in table.columns)
    assert "key_unique_in_file" in names


@pytest.mark.parametrize("table", SOURCE_TABLES, ids=lambda t: t.name)
def test_names_are_unique_and_a_group_has_one_severity(table: Table) -> None:
    expected = expectations_of(table)
    assert len({e.name for e in expected}) == len(expected)
    severities: dict[str, set[str]] = {}
    for e in expected:
        severities.setdefault(e.group, set()).add(e.severity)
    assert all(len(s) == 1 for s in severities.values())


def test_an_optional_free_column_expects_nothing() -> None:
    read = {c for e in expectations_of(TABLES["request"]) if e.kind != "typed" for c in e.columns}
    assert "priority" not in read
    assert "promised_by" not in read  # a plan may lie ahead
