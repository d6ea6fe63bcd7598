"""Raw rows and core tables: one step takes in all that landed and fills them.

Files of one source may fill several tables, and a file is one transaction: hence one step for all tables.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import dagster as dg

from pipelines import names
from pipelines.assets.columns import column_schema, written_in
from pipelines.policies import RETRIES, no_vain_retries
from pipelines.resources import Installation, watch
from reportmetrics.profile.load import Profile
from reportmetrics.profile.sources import Source
from reportmetrics.settings import sql_folder
from reportmetrics.warehouse.shape import Table
from reportmetrics.warehouse.tables import BOOKS, SOURCE_TABLES, TABLES

if TYPE_CHECKING:
    from reportmetrics.ingest.ledger import IngestSummary


def core_asset(profile: Profile, hashes: Mapping[str, str]) -> dg.AssetsDefinition:
    """The step that fills the warehouse. ``hashes`` are of the tables' SQL, by table."""
    raw = [_raw_spec(source) for source in profile.sources]
    core = [_core_spec(table, profile, hashes) for table in (*SOURCE_TABLES, *(TABLES[b] for b in BOOKS))]

    @dg.multi_asset(name="ingest", specs=[*raw, *core], pool=names.WRITER_POOL, retry_policy=RETRIES)
    def take_in(context: dg.AssetExecutionContext, installation: Installation) -> Iterator[dg.MaterializeResult[None]]:
        """Files -> archive -> text rows -> typed rows, rejects, ledger."""
        from reportmetrics import steps
        from reportmetrics.ingest.run import ingest

        with no_vain_retries():
            settings, profile = installation.settings, installation.load_profile()
            summary = ingest(settings, profile, track=watch().track)
            rows = steps.held(settings).rows
            # Asked for here, as a moment later another run may hold the warehouse.
            watch().refused = steps.rejects(settings, profile)
            last = watch().last
            watch().not_yet = steps.known_later(settings, profile, as_of=last) if last else None
        watch().ingested = summary
        for said in summary.left_alone():
            context.log.warning(said)
        for source in sorted({d.source for d in summary.deliveries}):
            # An external asset has no step of its own: what arrived is told here, and its freshness counts from it.
            context.log_event(dg.AssetMaterialization(names.landing(source), metadata=_counted(summary, source=source)))
        for spec in raw:
            source = spec.key.path[-1]
            yield dg.MaterializeResult(asset_key=spec.key, metadata=_counted(summary, source=source))
        for spec in core:
            table = spec.key.path[-1]
            counted = _counted(summary, table=table) | {"dagster/row_count": rows[table]}
            yield dg.MaterializeResult(asset_key=spec.key, metadata=counted)

    return take_in


def _raw_spec(source: Source) -> dg.AssetSpec:
    return dg.AssetSpec(
        names.raw(source.source),
        deps=[names.landing(source.source)],
        group_name=names.group("raw"),
        description=f"Every cell of {source.title} as text, with file, sheet and row; the files are in archive/.",
        owners=[names.OWNER],
        kinds={"duckdb", "table"},
    )


def _core_spec(table: Table, profile: Profile, hashes: Mapping[str, str]) -> dg.AssetSpec:
    filled_by = [s for s in profile.sources if any(m.table == table.name for m in s.tables)]
    sources = profile.sources if table.name in BOOKS else filled_by
    sql = sql_folder() / "core" / f"{table.name}.sql"
    return dg.AssetSpec(
        names.core(table.name),
        deps=[names.PROFILE, *(names.raw(s.source) for s in sources)],
        group_name=names.group("core"),
        description=f"One row is {table.one_row_is}.",
        code_version=hashes.get(table.name),
        metadata={
            "dagster/column_schema": column_schema(table),
            "level": table.level,
            **(written_in(sql) if sql.is_file() else {}),
        },
        owners=[names.OWNER],
        kinds={"duckdb", "sql" if sql.is_file() else "table"},
    )


def _counted(summary: "IngestSummary", *, source: str = "", table: str = "") -> dict[str, int]:
    mine = [d for d in summary.deliveries if source in ("", d.source) and table in ("", *BOOKS, d.table_name)]
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
