"""The publication: a folder of pages, exports and evidence, immutable."""

from typing import TYPE_CHECKING

import dagster as dg

from pipelines import names
from pipelines.policies import IN_ONE_RUN, PUBLISH_NEW_DATES, RETRIES, dates, no_vain_retries
from pipelines.resources import Installation, watch
from pipelines.told import Told, tell
from reportmetrics.metrics.catalogue import Catalogue
from reportmetrics.settings import publications_address_from_environment
from reportmetrics.warehouse.tables import TABLES

if TYPE_CHECKING:
    from reportmetrics.publish.publish import Publication


def publication_asset(catalogue: Catalogue) -> dg.AssetsDefinition:
    """The step that publishes all metrics of a snapshot."""

    @dg.asset(
        key=names.PUBLICATION,
        # All tables, not only those that metrics read: pages show ledger and rejects, and a failed rule on any blocks.
        deps=[*(names.metric(m) for m in catalogue.metrics), *(names.snapshot(t) for t in TABLES)],
        group_name=names.group("publication"),
        partitions_def=names.AS_OF,
        backfill_policy=IN_ONE_RUN,
        retry_policy=RETRIES,
        automation_condition=PUBLISH_NEW_DATES,
        owners=[names.OWNER],
        kinds={"html", "csv", "parquet"},
    )
    def publication(context: dg.AssetExecutionContext, installation: Installation) -> dg.MaterializeResult[None]:
        """What was known at a date: static site, exports, audit trail and manifest."""
        from reportmetrics import several

        with no_vain_retries():
            published = several.issue_each(
                installation.settings,
                installation.load_profile(),
                dates(context),
                engine=installation.engine,
                track=watch().track,
            )
            told: list[Told] = []
            for as_of, made in published:
                told.append((names.PUBLICATION, as_of, _metadata(made)))
                watch().publications.append(made)
            tell(context, told)
        return dg.MaterializeResult()

    return publication


def _metadata(made: "Publication") -> dict[str, dg.MetadataValue]:
    pages, shown_at = sorted(made.index.parent.glob("*.html")), publications_address_from_environment()
    links = "\n".join(f"* [{p.stem}]({made.address(p, shown_at)})" for p in pages)
    return {
        "publication": dg.MetadataValue.text(made.name),
        "new": dg.MetadataValue.bool(made.new),
        "site": dg.MetadataValue.url(made.address(made.index, shown_at)),
        "pages": dg.MetadataValue.md(links),
        "folder": dg.MetadataValue.path(str(made.folder)),
    }
