"""Asking for single figures of a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reportmetrics.metrics.results import Results, dims_key


@dataclass(frozen=True)
class Reference:
    """Figures by metric, statistic and group."""

    results: Results

    def row(self, metric: str, statistic: str, label: str = "", **dims: str | None) -> dict[str, Any]:
        """The one figure that is meant."""
        found = self.results.figures.filter(metric=metric, statistic=statistic, label=label, dims=dims_key(dims))
        assert found.height == 1, f"{found.height} figures {metric} {statistic} {label} {dims}"
        return found.row(0, named=True)

    def value(self, metric: str, statistic: str, label: str = "", **dims: str | None) -> float:
        """Its value, which must be known."""
        value = self.row(metric, statistic, label, **dims)["value"]
        assert value is not None, f"{metric} {statistic} {label} {dims} is null"
        return float(value)
