"""Core tables: one step takes in all that landed and fills them.

Files of one source may fill several tables, and a file is one transaction: hence one step for all tables.
"""

from collections.abc import Iterator

import dagster as dg

from pipelines import names
from pipelines.assets.columns import column_schema
from pipelines.resources import Installation, watch
from reportmetrics.ingest.ledger import IngestSummary
from reportmetrics.ingest.run import ingest
from reportmetrics.profile.load import Profile
from reportmetrics.warehouse.tables import SOURCE_TABLES, TABLES, Table

BOOKS = ("ledger", "reject")


def core_asset(profile: Profile) -> dg.AssetsDefinition:
    """The step that fills the warehouse."""
    specs = [_spec(table, profile) for table in (*SOURCE_TABLES, *(TABLES[b] for b in BOOKS))]

    @dg.multi_asset(name="ingest", specs=specs, pool=names.WRITER_POOL)
    def take_in(installation: Installation) -> Iterator[dg.MaterializeResult]:
        """Files -> archive -> text rows -> typed rows, rejects, ledger."""
        summary = ingest(installation.settings, installation.load_profile(), track=watch().track)
        watch().ingested = summary
        for spec in specs:
            yield dg.MaterializeResult(asset_key=spec.key, metadata=_metadata(spec.key.path[-1], summary))

    return take_in


def _spec(table: Table, profile: Profile) -> dg.AssetSpec:
    filled_by = [s for s in profile.sources if any(m.table == table.name for m in s.tables)]
    sources = profile.sources if table.name in BOOKS else filled_by
    return dg.AssetSpec(
        names.core(table.name),
        deps=[names.PROFILE, *(names.landing(s.source) for s in sources)],
        group_name="core",
        description=f"One row is {table.one_row_is}.",
        metadata={"dagster/column_schema": column_schema(table), "level": table.level},
        kinds={"duckdb", "table"},
    )


def _metadata(table: str, summary: IngestSummary) -> dict[str, int]:
    mine = [d for d in summary.deliveries if d.table_name == table or table in BOOKS]
    return {
        "files": len({d.file_seq for d in mine}),
        "rows read": sum(d.rows_read for d in mine),
        "rows accepted": sum(d.accepted for d in mine),
        "rows rejected": sum(d.rejected for d in mine),
        "rows duplicate": sum(d.duplicate for d in mine),
        "rows superseded": sum(d.superseded for d in mine),
        "rows filtered": sum(d.filtered for d in mine),
        "ledger position": summary.position,
    }
