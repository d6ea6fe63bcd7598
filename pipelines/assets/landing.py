"""Sources of files, as external assets: Dagster shows them, others fill them."""

from __future__ import annotations

import dagster as dg

from pipelines import names
from reportmetrics.profile.load import Profile
from reportmetrics.profile.sources import Source


def landing_specs(profile: Profile) -> list[dg.AssetSpec]:
    """One external asset per source, and one for the profile itself."""
    mission = profile.mission
    return [
        dg.AssetSpec(
            names.PROFILE,
            group_name="landing",
            description=f"{mission.name}: objectives, indicators, report forms, units, calendars.",
            metadata={"folder": dg.MetadataValue.path(str(profile.folder)), "digest": profile.digest},
            kinds={"yaml"},
        ),
        *(_spec(source) for source in profile.sources),
    ]


def _spec(source: Source) -> dg.AssetSpec:
    return dg.AssetSpec(
        names.landing(source.source),
        group_name="landing",
        description=f"{source.title}, sent by {source.sender}.",
        metadata={"files": source.files, "expected every": source.every},
        kinds={"file", source.reader},
    )
