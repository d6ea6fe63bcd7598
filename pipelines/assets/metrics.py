"""Each SQL file below ``sql/derived`` and ``sql/metrics`` as an asset; one step computes those that are selected.

One step and not one each: a process per metric would cost more than all metrics together.
"""

from collections.abc import Iterator
from graphlib import TopologicalSorter

import dagster as dg

from pipelines import names
from pipelines.assets.columns import written_in
from pipelines.policies import IN_ONE_RUN, PUBLISH_NEW_DATES, RETRIES, dates, no_vain_retries
from pipelines.resources import Installation, watch
from pipelines.told import Told, tell
from reportmetrics.metrics.catalogue import Derived
from reportmetrics.metrics.metric import Metric
from reportmetrics.metrics.prepared import Prepared


def metrics_asset(definitions: Prepared) -> dg.AssetsDefinition:
    """The step that computes metrics over a snapshot."""
    catalogue = definitions.catalogue
    # Dagster wants a view reported after those that it reads.
    order = TopologicalSorter({name: view.reads for name, view in catalogue.derived.items()}).static_order()
    known = [catalogue.derived[n] for n in order if n in catalogue.derived]
    views = {names.derived(v.id): _derived_spec(v, definitions) for v in known}
    metrics = {names.metric(name): name for name in catalogue.metrics}
    specs = [*views.values(), *(_metric_spec(m, definitions) for m in catalogue.metrics.values())]

    @dg.multi_asset(
        name="metrics",
        specs=specs,
        partitions_def=names.AS_OF,
        can_subset=True,
        backfill_policy=IN_ONE_RUN,
        retry_policy=RETRIES,
    )
    def measure(context: dg.AssetExecutionContext, installation: Installation) -> Iterator[dg.MaterializeResult[None]]:
        """Rows that count -> figures, series, listings."""
        from reportmetrics import several

        wanted = context.selected_asset_keys
        chosen = {key: name for key, name in metrics.items() if key in wanted}
        with no_vain_retries():
            measured = several.measure_each(
                installation.settings,
                dates(context),
                engine=installation.engine,
                select=list(chosen.values()),
                track=watch().track,
            )
            told: list[Told] = []
            for date in measured:
                watch().results = date.results
                told += [(key, date.as_of, date.counts[name]) for key, name in chosen.items()]
            tell(context, told)
        yield from (dg.MaterializeResult(asset_key=key) for key in (*views, *metrics) if key in wanted)

    return measure


def _derived_spec(view: Derived, definitions: Prepared) -> dg.AssetSpec:
    return dg.AssetSpec(
        names.derived(view.id),
        deps=[_key(name, definitions) for name in view.reads],
        group_name=names.group("derived"),
        description=f"One row is {view.one_row_is}.",
        code_version=view.hash,
        metadata={
            **written_in(view.path),
            "level": view.level,
            "dagster/column_schema": _schema(view.id, definitions),
        },
        owners=[names.OWNER],
        kinds={"sql", "view"},
        automation_condition=PUBLISH_NEW_DATES,
    )


def _metric_spec(metric: Metric, definitions: Prepared) -> dg.AssetSpec:
    definition = metric.definition
    frame = [definition.frame] if definition.frame else []
    return dg.AssetSpec(
        names.metric(definition.id),
        deps=[_key(name, definitions) for name in sorted({*definition.select.reads, *frame})],
        group_name=names.group(f"metrics/{definition.theme}"),
        description=f"**{definition.title}.** {definition.question}\n\n"
        f"Serves: {definition.decision}\n\nLimits: {definition.limits}",
        code_version=metric.definition_hash,
        owners=[f"team:{definition.owner}"],
        metadata={
            **written_in(definition.path),
            "version": definition.version,
            "level": definition.level,
            "unit": definition.unit,
            "estimators": ", ".join(use.name for use in definition.estimators),
            "dagster/column_schema": _schema(definition.id, definitions),
        },
        kinds={"sql", definition.level},
        automation_condition=PUBLISH_NEW_DATES,
    )


def _schema(name: str, definitions: Prepared) -> dg.TableSchema:
    types, meanings = definitions.types[name], definitions.meanings[name]
    return dg.TableSchema([dg.TableColumn(c, type=of, description=meanings.get(c)) for c, of in types.items()])


def _key(name: str, definitions: Prepared) -> dg.AssetKey:
    return names.derived(name) if name in definitions.catalogue.derived else names.snapshot(name)
