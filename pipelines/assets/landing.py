"""Sources of files, as external assets: Dagster shows them, others fill them."""

from __future__ import annotations

import dagster as dg

from pipelines import names
from pipelines.assets.columns import written_in
from reportmetrics.profile.load import Profile
from reportmetrics.profile.sources import Source
from reportmetrics.silence import silent_after, warn_after


def landing_specs(profile: Profile) -> list[dg.AssetSpec]:
    """One external asset per source, and one for the profile itself."""
    mission = profile.mission
    return [
        dg.AssetSpec(
            names.PROFILE,
            group_name=names.group("landing"),
            description=f"{mission.name}: objectives, indicators, report forms, units, calendars.",
            metadata={
                "folder": dg.MetadataValue.path(str(profile.folder)),
                "digest": profile.digest,
                **written_in(*sorted(profile.folder.glob("*.yaml"))),
            },
            owners=[names.OWNER],
            kinds={"yaml"},
        ),
        *(_spec(source, profile) for source in profile.sources),
    ]


def _spec(source: Source, profile: Profile) -> dg.AssetSpec:
    return dg.AssetSpec(
        names.landing(source.source),
        group_name=names.group("landing"),
        description=f"{source.title}, sent by {source.sender}. Expected every {source.every}.",
        metadata={
            "files are called": source.files,
            "expected every": source.every,
            **written_in(profile.folder / "sources" / f"{source.source}.yaml"),
        },
        owners=[names.OWNER],
        kinds={"file", source.reader},
        freshness_policy=dg.FreshnessPolicy.time_window(
            fail_window=silent_after(source), warn_window=warn_after(source)
        ),
    )
