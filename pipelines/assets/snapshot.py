"""The snapshot: every table as known at ``as_of``."""

from collections.abc import Iterator

import dagster as dg

from pipelines import names
from pipelines.assets.columns import column_schema
from pipelines.policies import IN_ONE_RUN, PUBLISH_NEW_DATES, RETRIES, no_vain_retries, past_dates
from pipelines.resources import Installation, watch
from pipelines.told import Told, tell
from reportmetrics.warehouse.shape import Table
from reportmetrics.warehouse.tables import TABLES

AS_OF_TABLE = "as_of"


def snapshot_asset() -> dg.AssetsDefinition:
    """The step that freezes all tables."""
    specs = [_spec(table) for table in TABLES.values()]
    specs.append(
        dg.AssetSpec(
            names.snapshot(AS_OF_TABLE),
            group_name=names.group("snapshot"),
            description="One row: the date, its instant, and the mission's time zone.",
            owners=[names.OWNER],
            kinds={"parquet", "table"},
            automation_condition=PUBLISH_NEW_DATES,
        )
    )

    # The warehouse is opened for writing, as DuckDB keeps readers of other processes out while a writer has it.
    @dg.multi_asset(
        name="snapshot",
        specs=specs,
        partitions_def=names.AS_OF,
        backfill_policy=IN_ONE_RUN,
        pool=names.WRITER_POOL,
        retry_policy=RETRIES,
    )
    def freeze(context: dg.AssetExecutionContext, installation: Installation) -> Iterator[dg.MaterializeResult[None]]:
        """Validated rows as known at ``as_of``, as Parquet, never changed again."""
        from reportmetrics import several

        with no_vain_retries():
            profile = installation.load_profile()
            wanted = past_dates(context, profile)
            told: list[Told] = []
            for made in several.freeze_each(installation.settings, profile, wanted, track=watch().track):
                for spec in specs:
                    rows = made.rows.get(spec.key.path[-1], 1)
                    told.append((spec.key, made.as_of, {"dagster/row_count": rows, "ledger position": made.position}))
            tell(context, told)
        yield from (dg.MaterializeResult(asset_key=spec.key) for spec in specs)

    return freeze


def _spec(table: Table) -> dg.AssetSpec:
    from_core = table.origin in ("source", "system")
    return dg.AssetSpec(
        names.snapshot(table.name),
        deps=[names.core(table.name) if from_core else names.PROFILE],
        group_name=names.group("snapshot"),
        description=f"One row is {table.one_row_is}, as known at as_of.",
        metadata={"dagster/column_schema": column_schema(table), "level": table.level},
        owners=[names.OWNER],
        kinds={"parquet", "table"},
        automation_condition=PUBLISH_NEW_DATES,
    )
