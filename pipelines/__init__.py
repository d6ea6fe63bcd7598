"""Orchestration with Dagster: how and when the work runs.

Belongs here: assets, checks, jobs, resources, and the launcher. Not here: any logic of its own; each asset is a thin
call into ``reportmetrics``, so that the command line and Dagster cannot drift apart. A test enforces both directions.
"""

import warnings

from reportmetrics.garbage import searched_seldom

with searched_seldom():
    from dagster import BetaWarning, PreviewWarning

# What is used of Dagster beyond its stable core is pinned to one version and tested; a warning at every start teaches
# people to read over warnings.
for _told in (BetaWarning, PreviewWarning):
    warnings.filterwarnings("ignore", category=_told)
