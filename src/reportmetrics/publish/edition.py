"""All that a page may read, in one value: profile, catalogue, figures, and the editions before.

Belongs here: names and dates that several pages write. Not here: figures of a single page.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reportmetrics.profile.load import Profile
from reportmetrics.profile.objectives import Indicator, Objective
from reportmetrics.publish.blocks import MetricRef
from reportmetrics.publish.figures import Figures
from reportmetrics.publish.quality import Quality

if TYPE_CHECKING:
    from reportmetrics.audit.changes import Changes
    from reportmetrics.metrics.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class PastEdition:
    """An earlier publication: where it is, and its figures where they are compared with."""

    name: str
    as_of: dt.date
    figures: Figures


@dataclass(frozen=True, slots=True)
class Edition:
    """One publication in the making. ``past`` is newest first, one per date, all before ``as_of``."""

    profile: Profile
    catalogue: Catalogue
    figures: Figures
    as_of: dt.date
    name: str
    past: Sequence[PastEdition] = ()
    before: str = ""
    """Name of the publication before this one; empty for the first."""
    changes: Changes | str = ""
    """What changed since then; a text says why that is not known."""
    quality: Quality = field(default_factory=Quality)
    """What the page on data quality shows beside figures."""

    @property
    def objectives(self) -> list[Objective]:
        """Objectives in force at ``as_of``, in the order of the profile."""
        return [o for o in self.profile.objectives if _in_force(o.valid_from, o.valid_to, self.as_of)]

    def objective_name(self, objective_id: str) -> str:
        """Name of an objective; its id where the profile does not know it."""
        return next((o.name for o in self.profile.objectives if o.objective_id == objective_id), objective_id)

    def indicators(self, objective_id: str) -> list[Indicator]:
        """Indicators of an objective in force at ``as_of``."""
        mine = (i for i in self.profile.indicators if i.objective_id == objective_id)
        return [i for i in mine if _in_force(i.valid_from, i.valid_to, self.as_of)]

    def headquarters_name(self, hq: str) -> str:
        """Name of a headquarters; its id where the profile does not know it."""
        return next((h.name for h in self.profile.mission.headquarters if h.hq == hq), hq)

    def ref(self, metric: str, **where: str) -> MetricRef:
        """Reference to a metric in its present version."""
        known = self.catalogue.metrics.get(metric)
        return MetricRef(metric, known.version if known else 1, where)


def _in_force(valid_from: dt.date | None, valid_to: dt.date | None, day: dt.date) -> bool:
    return (valid_from is None or valid_from <= day) and (valid_to is None or valid_to >= day)
