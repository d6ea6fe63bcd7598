"""The publication: a folder of pages, exports and evidence, immutable."""

import datetime as dt

import dagster as dg

from pipelines import names
from pipelines.resources import Installation, watch
from reportmetrics import steps
from reportmetrics.metrics.catalogue import Catalogue
from reportmetrics.warehouse.tables import TABLES


def publication_asset(catalogue: Catalogue) -> dg.AssetsDefinition:
    """The step that publishes all metrics of a snapshot."""

    @dg.asset(
        key=names.PUBLICATION,
        # All tables, not only those that metrics read: pages show ledger and rejects, and a failed rule on any blocks.
        deps=[*(names.metric(m) for m in catalogue.metrics), *(names.snapshot(t) for t in TABLES)],
        group_name="publication",
        partitions_def=names.AS_OF,
        kinds={"html", "csv", "parquet"},
    )
    def publication(context: dg.AssetExecutionContext, installation: Installation) -> dg.MaterializeResult:
        """Static site, exports, audit trail and manifest of one as_of."""
        as_of = dt.date.fromisoformat(context.partition_key)
        published = steps.issue(
            installation.settings,
            installation.load_profile(),
            as_of=as_of,
            engine=installation.engine,
            track=watch().track,
        )
        watch().publication = published
        return dg.MaterializeResult(
            metadata={
                "publication": published.name,
                "new": published.new,
                "site": dg.MetadataValue.url(published.index.as_uri()),
            }
        )

    return publication
