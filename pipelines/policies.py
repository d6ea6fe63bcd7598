"""What Dagster is to do when a step fails, and which dates a step is for.

Belongs here: retries, backfills, reading a run's partitions. Not here: which errors pass by themselves
(``reportmetrics.transient``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from pipelines import names
from reportmetrics.current import StepError, as_of_date, future_problem
from reportmetrics.profile.load import Profile
from reportmetrics.transient import is_transient

RETRIES = dg.RetryPolicy(max_retries=4, delay=2, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS)
"""Half a minute in all: longer than any other run holds the warehouse for one step."""

IN_ONE_RUN = dg.BackfillPolicy.single_run()
"""A year of dates shares catalogue, profile and engine."""

PUBLISH_NEW_DATES = dg.AutomationCondition.on_missing().ignore(dg.AssetSelection.groups(names.group("landing")))
"""A date that somebody adds by hand is published without further clicks; nothing is published anew by itself."""


@contextmanager
def no_vain_retries() -> Iterator[None]:
    """Let only those errors be retried that pass by themselves; the others fail at once, with the library's words."""
    try:
        yield
    except dg.Failure:
        raise
    except Exception as error:
        raise dg.Failure(description=str(error), allow_retries=is_transient(error)) from error


def dates(context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext) -> list[dt.date]:
    """The dates that a run is for, oldest first. Raises ``StepError`` for a partition that is no date."""
    return sorted(as_of_date(key) for key in context.partition_keys)


def past_dates(context: dg.AssetExecutionContext, profile: Profile) -> list[dt.date]:
    """The same for the first step of a date. Raises ``StepError`` for one that lies ahead.

    Somebody may have added it by hand, or a schedule while the machine's clock was ahead.
    """
    wanted = dates(context)
    problem = future_problem(wanted[-1], profile)
    if problem:
        raise StepError(problem)
    return wanted
