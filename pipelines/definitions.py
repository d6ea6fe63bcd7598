"""The entry point of ``dagster dev -m pipelines.definitions``: one Definitions object, nothing else."""

from pipelines.build import build
from reportmetrics.settings import Settings

defs = build(Settings.from_environment())
