"""The registry of estimators: one file each."""

from __future__ import annotations

from reportmetrics.metrics.estimators.aalen_johansen import AalenJohansen
from reportmetrics.metrics.estimators.age_profile import AgeProfile
from reportmetrics.metrics.estimators.base import Estimator
from reportmetrics.metrics.estimators.count import Count
from reportmetrics.metrics.estimators.kaplan_meier import KaplanMeier
from reportmetrics.metrics.estimators.logrank import LogRank
from reportmetrics.metrics.estimators.progress import Progress
from reportmetrics.metrics.estimators.prospect import Prospect
from reportmetrics.metrics.estimators.quantile import Quantile
from reportmetrics.metrics.estimators.reciprocity import Reciprocity
from reportmetrics.metrics.estimators.replay import Replay
from reportmetrics.metrics.estimators.share import Share
from reportmetrics.metrics.estimators.sum import Sum

ESTIMATORS: dict[str, Estimator] = {
    e.name: e
    for e in (
        AalenJohansen(),
        AgeProfile(),
        Count(),
        KaplanMeier(),
        LogRank(),
        Progress(),
        Prospect(),
        Quantile(),
        Reciprocity(),
        Replay(),
        Share(),
        Sum(),
    )
}
"""All estimators by the name that a metric's header uses."""
