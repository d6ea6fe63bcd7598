"""The registry of estimators: one file each."""

from __future__ import annotations

from reportmetrics.metrics.estimators.aalen_johansen import AalenJohansen
from reportmetrics.metrics.estimators.age_profile import AgeProfile
from reportmetrics.metrics.estimators.association import Association
from reportmetrics.metrics.estimators.base import Estimator
from reportmetrics.metrics.estimators.before_after import BeforeAfter
from reportmetrics.metrics.estimators.count import Count
from reportmetrics.metrics.estimators.count_distinct import CountDistinct
from reportmetrics.metrics.estimators.divergence import Divergence
from reportmetrics.metrics.estimators.kaplan_meier import KaplanMeier
from reportmetrics.metrics.estimators.logrank import LogRank
from reportmetrics.metrics.estimators.mean import Mean
from reportmetrics.metrics.estimators.progress import Progress
from reportmetrics.metrics.estimators.projection import Projection
from reportmetrics.metrics.estimators.prospect import Prospect
from reportmetrics.metrics.estimators.quadrant import Quadrant
from reportmetrics.metrics.estimators.quantile import Quantile
from reportmetrics.metrics.estimators.rate import Rate
from reportmetrics.metrics.estimators.reciprocity import Reciprocity
from reportmetrics.metrics.estimators.replay import Replay
from reportmetrics.metrics.estimators.request_log import RequestLog
from reportmetrics.metrics.estimators.share import Share
from reportmetrics.metrics.estimators.sum import Sum
from reportmetrics.metrics.estimators.trend import Trend
from reportmetrics.metrics.estimators.xmr import Xmr

ESTIMATORS: dict[str, Estimator] = {
    e.name: e
    for e in (
        AalenJohansen(),
        AgeProfile(),
        Association(),
        BeforeAfter(),
        Count(),
        CountDistinct(),
        Divergence(),
        KaplanMeier(),
        LogRank(),
        Mean(),
        Progress(),
        Projection(),
        Prospect(),
        Quadrant(),
        Quantile(),
        Rate(),
        Reciprocity(),
        Replay(),
        RequestLog(),
        Share(),
        Sum(),
        Trend(),
        Xmr(),
    )
}
"""All estimators by the name that a metric's header uses."""
