"""What assets are given at run time: where the mission's installation is, and who watches the run.

Belongs here: Dagster's view of ``Settings``. Not here: default paths (``reportmetrics.settings``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import dagster as dg
from pydantic import Field

from pipelines import names
from pipelines.runs import dates_of, this_process
from reportmetrics.alone import alone
from reportmetrics.current import ENGINES, current_profile
from reportmetrics.garbage import searched_seldom
from reportmetrics.profile.load import Profile
from reportmetrics.progress import Track, silent
from reportmetrics.settings import Settings

if TYPE_CHECKING:
    from reportmetrics.ingest.clearing import Cleared
    from reportmetrics.ingest.ledger import IngestSummary
    from reportmetrics.metrics.results import Results
    from reportmetrics.publish.publish import Publication
    from reportmetrics.steps import NotYet, Refusals
    from reportmetrics.validation.run import CheckResult
    from reportmetrics.warehouse.aside import Aside


class Installation(dg.ConfigurableResource[Any]):
    """A mission's installation. Fields left out follow the environment, as on the command line."""

    profile: str = Field(default="", description="folder of the profile (REPORTMETRICS_PROFILE)")
    home: str = Field(default="", description="folder of everything made at run time (REPORTMETRICS_HOME)")
    landing: str = Field(default="", description="folder where files arrive (REPORTMETRICS_LANDING)")
    engine: str = Field(default=ENGINES[0], description=f"one of: {', '.join(ENGINES)}")

    @classmethod
    def of(cls, settings: Settings, engine: str = ENGINES[0]) -> Self:
        """The installation that ``settings`` describe."""
        landing = str(settings.landing)
        if (
            not settings.landing_must_exist
            and Settings.from_environment(home=settings.home).landing == settings.landing
        ):
            landing = ""  # left out, as what is given counts as named
        return cls(profile=str(settings.profile), home=str(settings.home), landing=landing, engine=engine)

    @property
    def settings(self) -> Settings:
        """Paths for the library."""
        return Settings.from_environment(
            profile=Path(self.profile) if self.profile else None,
            home=Path(self.home) if self.home else None,
            landing=Path(self.landing) if self.landing else None,
        )

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[Self]:
        """Keep other runs out of this home while a run has the resource, and note whose the run is."""
        many = 1
        if context.instance is not None and context.run is not None:
            context.instance.add_run_tags(context.run.run_id, {names.PROCESS_TAG: this_process()})
            many = dates_of(context.instance, context.run)
        from reportmetrics.several import prepared_for

        waiting = context.log.info if context.log else None
        with alone(self.settings, waiting=waiting), searched_seldom(), prepared_for(self.settings, many):
            yield self

    def load_profile(self) -> Profile:
        """The profile as it is now."""
        return current_profile(self.settings)


@dataclass
class Watch:
    """Whoever started the run in this process: draws its progress, keeps what its steps returned.

    ``last`` is the last date that is asked for.
    """

    track: Track = silent
    last: dt.date | None = None
    ingested: IngestSummary | None = None
    refused: Refusals | None = None
    not_yet: NotYet | None = None
    checks: list[CheckResult] = field(default_factory=list)
    aside: list[Aside] = field(default_factory=list)
    cleared: Cleared | None = None
    results: Results | None = None
    publications: list[Publication] = field(default_factory=list)


WATCH: ContextVar[Watch] = ContextVar("watch")
"""Set by the launcher. Runs that Dagster starts by itself have nobody watching."""


def watch() -> Watch:
    """The watcher of this run, or one that nobody looks at."""
    return WATCH.get(Watch())
