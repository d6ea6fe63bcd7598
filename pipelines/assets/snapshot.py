"""The snapshot: every table as known at ``as_of``."""

import datetime as dt
from collections.abc import Iterator

import dagster as dg

from pipelines import names
from pipelines.assets.columns import column_schema
from pipelines.resources import Installation
from reportmetrics import steps
from reportmetrics.warehouse.tables import TABLES, Table

AS_OF_TABLE = "as_of"


def snapshot_asset() -> dg.AssetsDefinition:
    """The step that freezes all tables."""
    specs = [_spec(table) for table in TABLES.values()]
    specs.append(
        dg.AssetSpec(
            names.snapshot(AS_OF_TABLE),
            group_name="snapshot",
            description="One row: the date, its instant, and the mission's time zone.",
            kinds={"parquet", "table"},
        )
    )

    @dg.multi_asset(name="snapshot", specs=specs, partitions_def=names.AS_OF)
    def freeze(context: dg.AssetExecutionContext, installation: Installation) -> Iterator[dg.MaterializeResult]:
        """Validated rows as known at ``as_of``, as Parquet, never changed again."""
        as_of = dt.date.fromisoformat(context.partition_key)
        snapshot = steps.freeze(installation.settings, installation.load_profile(), as_of=as_of)
        for spec in specs:
            metadata = {
                "dagster/row_count": snapshot.rows.get(spec.key.path[-1], 1),
                "ledger position": snapshot.position,
            }
            yield dg.MaterializeResult(asset_key=spec.key, metadata=metadata)

    return freeze


def _spec(table: Table) -> dg.AssetSpec:
    from_core = table.origin in ("source", "system")
    return dg.AssetSpec(
        names.snapshot(table.name),
        deps=[names.core(table.name) if from_core else names.PROFILE],
        group_name="snapshot",
        description=f"One row is {table.one_row_is}, as known at as_of.",
        metadata={"dagster/column_schema": column_schema(table), "level": table.level},
        kinds={"parquet", "table"},
    )
