"""Table declarations as Dagster draws them."""

from __future__ import annotations

import dagster as dg

from reportmetrics.warehouse.tables import SQL_TYPES, Table


def column_schema(table: Table) -> dg.TableSchema:
    """Columns of a canonical table with types and meanings."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                c.name,
                SQL_TYPES[c.type],
                description=c.meaning,
                constraints=dg.TableColumnConstraints(nullable=not c.required),
                tags={"level": c.level},
            )
            for c in table.columns
        ]
    )
