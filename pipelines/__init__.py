"""Orchestration with Dagster: how and when the work runs.

Belongs here: assets, checks, jobs, resources, and the launcher. Not here: any logic of its own; each asset is a thin
call into ``reportmetrics``, so that the command line and Dagster cannot drift apart. A test enforces both directions.
"""
