"""The graph of one mission: everything that Dagster is told.

Belongs here: putting the parts together. Not here: the parts (``assets``, ``checks``, ``resources``).
"""

from __future__ import annotations

import dagster as dg

from pipelines import names
from pipelines.assets.core import core_asset
from pipelines.assets.landing import landing_specs
from pipelines.assets.metrics import metrics_asset
from pipelines.assets.publication import publication_asset
from pipelines.assets.snapshot import snapshot_asset
from pipelines.checks import batch_checks, cross_checks
from pipelines.resources import Installation
from reportmetrics.settings import Settings, sql_folder
from reportmetrics.steps import current_catalogue, current_profile
from reportmetrics.validation.rules import load_rules


def build(settings: Settings, *, engine: str = "duckdb") -> dg.Definitions:
    """Definitions of the mission that ``settings`` name. Raises what the profile and the catalogue raise."""
    profile = current_profile(settings)
    catalogue = current_catalogue()
    return dg.Definitions(
        assets=[
            *landing_specs(profile),
            core_asset(profile),
            snapshot_asset(),
            metrics_asset(catalogue),
            publication_asset(catalogue),
        ],
        asset_checks=[batch_checks(), cross_checks(load_rules(sql_folder()))],
        jobs=[
            dg.define_asset_job(
                names.JOB,
                selection=dg.AssetSelection.all(),
                description="The main job: take in, validate, freeze, compute, publish.",
            )
        ],
        resources={"installation": Installation.of(settings, engine)},
        executor=dg.in_process_executor,
    )
