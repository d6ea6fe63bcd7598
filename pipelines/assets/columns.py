"""What several groups of assets say of themselves: columns, and where their text stands.

Belongs here: the library's declarations as Dagster draws them. Not here: assets.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dagster as dg

from reportmetrics.warehouse.shape import SQL_TYPES, Table


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


def written_in(*files: Path) -> dict[str, Any]:
    """Metadata that leads to the files in which an asset is defined."""
    references = [dg.LocalFileCodeReference(file_path=str(f), line_number=1, label=f.name) for f in files]
    return {"dagster/code_references": dg.CodeReferencesMetadataValue(code_references=references)}
