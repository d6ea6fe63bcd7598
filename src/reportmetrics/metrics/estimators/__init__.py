"""The registry of estimators: one file each, imported when it is asked for.

A figure needs one or two of them; to import all takes longer than to compute it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module

from reportmetrics.metrics.estimators.base import Estimator

_CLASSES = {
    "aalen_johansen": "AalenJohansen",
    "age_profile": "AgeProfile",
    "association": "Association",
    "before_after": "BeforeAfter",
    "count": "Count",
    "count_distinct": "CountDistinct",
    "divergence": "Divergence",
    "kaplan_meier": "KaplanMeier",
    "logrank": "LogRank",
    "mean": "Mean",
    "progress": "Progress",
    "projection": "Projection",
    "prospect": "Prospect",
    "quadrant": "Quadrant",
    "quantile": "Quantile",
    "rate": "Rate",
    "reciprocity": "Reciprocity",
    "replay": "Replay",
    "request_log": "RequestLog",
    "share": "Share",
    "sum": "Sum",
    "trend": "Trend",
    "xmr": "Xmr",
}
"""Class by the estimator's name, which is that of its module."""


class _Registry(Mapping[str, Estimator]):
    def __init__(self) -> None:
        self._made: dict[str, Estimator] = {}

    def __getitem__(self, name: str) -> Estimator:
        if name not in self._made:
            self._made[name] = getattr(import_module(f"{__name__}.{name}"), _CLASSES[name])()
        return self._made[name]

    def __contains__(self, name: object) -> bool:
        return name in _CLASSES

    def __iter__(self) -> Iterator[str]:
        return iter(_CLASSES)

    def __len__(self) -> int:
        return len(_CLASSES)


ESTIMATORS: Mapping[str, Estimator] = _Registry()
"""All estimators by the name that a metric's header uses."""
