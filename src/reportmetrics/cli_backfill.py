# ruff: noqa: D301 (\b in a docstring is click's mark for lines that are not to be folded)
"""``reportmetrics backfill``: publications of many past dates in one run.

Belongs here: the command, its options and help. Not here: the run (``pipelines``), what is printed (``cli_print``).
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

from reportmetrics.cli_options import HomeOption, LandingOption, ProfileOption

_DATE = {"formats": ["%Y-%m-%d"], "metavar": "DATE"}


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(backfill)


def backfill(
    first: Annotated[dt.datetime, typer.Option("--from", help="First date to publish.", **_DATE)],
    last: Annotated[
        dt.datetime, typer.Option("--to", help="Last date; published where it falls on the step.", **_DATE)
    ],
    every: Annotated[int, typer.Option(min=1, metavar="DAYS", help="Days from one date to the next.")] = 7,
    profile: ProfileOption = None,
    home: HomeOption = None,
    landing: LandingOption = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show the log, and tracebacks of faults.")] = False,
) -> None:
    """Publish the state of knowledge at many past dates, in one run.

    What has landed is taken in first. A date whose publication was made from the same inputs keeps it.

    \b
    Example, a year of Mondays:
      reportmetrics backfill --from 2021-02-08 --to 2022-01-31
    """
    from reportmetrics import cli_print
    from reportmetrics.current import StepError, current_profile, future_problem
    from reportmetrics.progress import on_terminal
    from reportmetrics.settings import Settings
    from reportmetrics.several import weekly

    settings = Settings.from_environment(profile=profile, home=home, landing=landing)
    loaded = current_profile(settings)
    try:
        dates = weekly(first.date(), last.date(), every_days=every)
    except StepError as error:
        raise typer.BadParameter(str(error)) from None
    problem = future_problem(dates[-1], loaded)
    if problem:
        raise typer.BadParameter(problem)
    from pipelines.launch import launch_several

    outcome = launch_several(settings, dates=dates, track=on_terminal, verbose=verbose)
    if outcome.ingested is not None and outcome.refused is not None:
        cli_print.taken_in(outcome.ingested, outcome.refused)
    cli_print.checks(outcome.checks)
    cli_print.set_aside(outcome.aside)
    cli_print.cleared(outcome.cleared)
    if outcome.error is not None:
        cli_print.problem(outcome.error)
    if outcome.publications:
        cli_print.published_many(outcome.publications)
    if not outcome.success:
        missing = len(dates) - len(outcome.publications)
        told = (
            f"{missing} of {len(dates)} dates were not published" if outcome.publications else "nothing was published"
        )
        cli_print.problem(f"{told}; publications of before stay as they were")
    raise typer.Exit(0 if outcome.success else 1)
