"""The entry point of ``dagster dev -m pipelines.definitions``: one Definitions object, nothing else."""

from reportmetrics.garbage import searched_seldom
from reportmetrics.settings import Settings

with searched_seldom():
    from pipelines.build import build

    defs = build(Settings.from_environment())
