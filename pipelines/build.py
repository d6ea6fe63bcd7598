"""The graph of one mission: everything that Dagster is told.

Belongs here: putting the parts together. Not here: the parts (``assets``, ``checks``, ``automation``, ``resources``).
"""

from __future__ import annotations

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from pipelines import names
from pipelines.assets.core import core_asset
from pipelines.assets.landing import landing_specs
from pipelines.assets.metrics import metrics_asset
from pipelines.assets.publication import publication_asset
from pipelines.assets.snapshot import snapshot_asset
from pipelines.automation import schedules, sensors
from pipelines.checks import batch_checks, cross_checks, silence_checks
from pipelines.resources import Installation
from reportmetrics.current import current_definitions, current_profile
from reportmetrics.profile.load import Profile
from reportmetrics.settings import Settings, sql_folder
from reportmetrics.validation.rules import load_rules


def build(settings: Settings, *, engine: str = "duckdb") -> dg.Definitions:
    """Definitions of the mission that ``settings`` name. Raises what the profile and the catalogue raise."""
    profile = current_profile(settings)
    definitions = current_definitions(settings)
    catalogue = definitions.catalogue
    listening = silence_checks(profile)
    core, batch = core_asset(profile, definitions.core), batch_checks()
    return dg.Definitions(
        assets=[
            *landing_specs(profile),
            core,
            snapshot_asset(),
            metrics_asset(definitions),
            publication_asset(catalogue),
        ],
        asset_checks=[batch, cross_checks(load_rules(sql_folder())), listening],
        jobs=_jobs(profile, core, batch, listening),
        schedules=schedules(profile),
        sensors=sensors(settings, profile),
        resources={"installation": Installation.of(settings, engine)},
        executor=dg.in_process_executor,
    )


def _jobs(
    profile: Profile,
    core: dg.AssetsDefinition,
    batch: dg.AssetChecksDefinition,
    listening: dg.AssetChecksDefinition,
) -> list[dg.JobDefinition | UnresolvedAssetJobDefinition]:
    tags = {names.MISSION_TAG: profile.mission.id}
    listen = dg.AssetSelection.checks(listening)
    take_in = dg.AssetSelection.assets(core) | dg.AssetSelection.checks(batch)
    return [
        dg.define_asset_job(
            names.JOB,
            selection=dg.AssetSelection.all() - listen,
            description="The main job: take in, validate, freeze, compute, publish.",
            tags=tags,
        ),
        dg.define_asset_job(
            names.INTAKE, selection=take_in, description="Take in and validate what has landed.", tags=tags
        ),
        dg.define_asset_job(
            names.NIGHTLY,
            selection=take_in | listen,
            description="Take in what is left, and look for sources that have fallen silent.",
            tags=tags,
        ),
    ]
