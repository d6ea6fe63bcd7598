"""A table of which nothing is known has the columns and types that a query of it gives."""

from __future__ import annotations

import datetime as dt

import pytest

from reportmetrics.warehouse.answers import _sql, answers
from reportmetrics.warehouse.frames import schema_of
from reportmetrics.warehouse.schema import core_columns
from reportmetrics.warehouse.store import Store
from reportmetrics.warehouse.tables import SOURCE_TABLES
from reportmetrics.warehouse.visible import asked, visible_sql

GIVEN = {"as_of": dt.date(2021, 1, 1), "as_of_at": dt.datetime(2021, 1, 1), "position": 1}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with Store(tmp_path_factory.mktemp("empty") / "warehouse.duckdb") as opened:
        yield opened


@pytest.mark.parametrize("table", SOURCE_TABLES, ids=lambda t: t.name)
def test_source_tables(store, table):
    sql = visible_sql(table)
    found = store.connection.sql(sql, params=asked(sql, GIVEN)).pl()
    assert list(found.schema.items()) == list(schema_of(core_columns(table)).items())


def test_answers(store):
    found = store.connection.sql(_sql(), params={"position": 1}).pl()
    assert list(answers(store.connection, 1).schema.items()) == list(found.schema.items())
