# ruff: noqa: D301 (\b in a docstring is click's mark for lines that are not to be folded)
"""The command line: parse, call, print.

Belongs here: commands, their options and help. Not here: what is printed (``cli_print``), any work (the library).

Nothing heavy is imported at the top: each command imports what it needs, so that ``--help`` answers at once.
"""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reportmetrics import (
    cli_audit,
    cli_backfill,
    cli_backup,
    cli_metrics,
    cli_rejects,
    cli_share,
    cli_simulate,
    cli_template,
    cli_upkeep,
)
from reportmetrics.cli_options import (
    HomeOption,
    LandingOption,
    ProfileOption,
    existing_home,
    folder_to_fill,
    target_file,
)
from reportmetrics.cli_sources import register as register_sources
from reportmetrics.garbage import searched_seldom
from reportmetrics.leaving import leave
from reportmetrics.settings import Settings, sql_folder
from reportmetrics.words import counted

if TYPE_CHECKING:
    from reportmetrics.profile.load import Profile

OK, FAILED, MISUSED = 0, 1, 2

AsOfOption = Annotated[
    dt.datetime | None,
    typer.Option(
        "--as-of",
        formats=["%Y-%m-%d"],
        metavar="DATE",
        help="State of knowledge at this day's first midnight in the mission's time zone; default: today there.",
        show_default=False,
    ),
]
VerboseOption = Annotated[bool, typer.Option("--verbose", "-v", help="Show the log, and tracebacks of faults.")]

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
metrics_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The catalogue of metrics.")
profile_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The mission's profile.")
rejects_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="What was refused, and why.")
app.add_typer(metrics_app, name="metrics")
app.add_typer(profile_app, name="profile")
app.add_typer(rejects_app, name="rejects")
cli_backfill.register(app)
cli_backup.register(app)
cli_audit.register(app, metrics_app)
cli_metrics.register(metrics_app)
cli_simulate.register(app)
cli_share.register(app)
cli_upkeep.register(app)
cli_rejects.register(rejects_app)
cli_template.register(app)
register_sources(app)


@app.callback()
def _about() -> None:
    """Judge what a mission's reporting tells, what it costs, and how long headquarters takes to answer.

    Exit codes: 0 done, 1 a check failed (the last publication stays), 2 wrong use.

    \b
    Examples:
      reportmetrics run --profile data/profiles/nmi --landing data/sample/nmi --as-of 2022-01-31
      reportmetrics metrics show latency.time_to_decision
      reportmetrics profile lint data/profiles/nmi
    """


@app.command()
def run(
    profile: ProfileOption = None,
    home: HomeOption = None,
    landing: LandingOption = None,
    as_of: AsOfOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Take in what landed, check it, compute all metrics and publish: the main job.

    The run is recorded in HOME/dagster, where `dagster dev` shows its history.

    \b
    Examples:
      reportmetrics run
      reportmetrics run --profile data/profiles/nmi --landing data/sample/nmi --home /srv/nmi --as-of 2022-01-31
    """
    from reportmetrics import cli_print
    from reportmetrics.current import today
    from reportmetrics.progress import on_terminal

    settings, loaded = _opened(profile, home, landing)
    day = _day(as_of, loaded)
    from pipelines.launch import launch

    outcome = launch(settings, as_of=day, track=on_terminal, verbose=verbose)
    if outcome.ingested is not None and outcome.refused is not None:
        cli_print.taken_in(outcome.ingested, outcome.refused)
    cli_print.checks(outcome.checks)
    cli_print.set_aside(outcome.aside)
    cli_print.cleared(outcome.cleared)
    cli_print.not_yet(outcome.not_yet, today(loaded))
    if outcome.error is not None:
        cli_print.problem(outcome.error)
    if outcome.results is not None and outcome.publication is not None:
        cli_print.headline(outcome.results.figures, loaded, day)
        cli_print.published(outcome.publication)
    elif not outcome.success:
        cli_print.problem("nothing was published; the last publication stays as it was")
    raise typer.Exit(OK if outcome.success else FAILED)


@app.command()
def ingest(profile: ProfileOption = None, home: HomeOption = None, landing: LandingOption = None) -> None:
    """Take in what landed, and nothing more.

    \b
    Example:
      reportmetrics ingest --landing /mnt/inbox
    """
    from reportmetrics import cli_print, steps
    from reportmetrics.alone import alone
    from reportmetrics.current import today
    from reportmetrics.ingest.run import ingest as take_in
    from reportmetrics.progress import on_terminal

    settings, loaded = _opened(profile, home, landing)
    with alone(settings):
        summary = take_in(settings, loaded, track=on_terminal)
        refused = steps.rejects(settings, loaded)
        not_yet = steps.known_later(settings, loaded, as_of=today(loaded))
    cli_print.taken_in(summary, refused)
    cli_print.not_yet(not_yet, today(loaded))


@app.command()
def check(
    profile: ProfileOption = None,
    home: HomeOption = None,
    as_of: AsOfOption = None,
    document: Annotated[bool, typer.Option("--document", help="Only print what is checked, as Markdown.")] = False,
) -> None:
    """Check what is new, table by table, then look for contradictions between tables.

    \b
    Examples:
      reportmetrics check --as-of 2022-01-31
      reportmetrics check --document > checks.md
    """
    if document:
        from reportmetrics.validation.document import document as all_checks

        typer.echo(all_checks(sql_folder()), nl=False)
        raise typer.Exit(OK)
    from reportmetrics import cli_print, steps
    from reportmetrics.alone import alone
    from reportmetrics.progress import on_terminal

    settings, loaded = _opened(profile, home, None)
    existing_home(settings)
    day = _day(as_of, loaded)
    with alone(settings):
        batch = steps.check_new(settings, loaded, track=on_terminal)
        cli_print.set_aside(batch.aside)
        cli_print.cleared(batch.cleared)
        steps.freeze(settings, loaded, as_of=day)
        results = [*batch.results, *steps.check_snapshot(settings, as_of=day)]
    cli_print.checks(results)
    raise typer.Exit(FAILED if any(r.blocks for r in results) else OK)


@app.command()
def publish(
    profile: ProfileOption = None,
    home: HomeOption = None,
    as_of: AsOfOption = None,
    pdf: Annotated[
        Path | None,
        typer.Option(
            "--pdf", parser=target_file, metavar="FILE", help="Also print it into this PDF.", show_default=False
        ),
    ] = None,
) -> None:
    """Compute all metrics over what has been checked, and publish them.

    \b
    Examples:
      reportmetrics publish --as-of 2021-06-07
      reportmetrics publish --as-of 2021-06-07 --pdf monday.pdf
    """
    from reportmetrics import cli_print, steps
    from reportmetrics.alone import alone
    from reportmetrics.current import today
    from reportmetrics.issuing import issue
    from reportmetrics.progress import on_terminal

    settings, loaded = _opened(profile, home, None)
    existing_home(settings)
    day = _day(as_of, loaded)
    with alone(settings):
        steps.freeze(settings, loaded, as_of=day)
        cli_print.checks(steps.check_snapshot(settings, as_of=day))
        results = steps.measure(settings, as_of=day, track=on_terminal)
        publication = issue(settings, loaded, as_of=day, track=on_terminal)
        not_yet = steps.known_later(settings, loaded, as_of=day, checked=True)
    cli_print.not_yet(not_yet, today(loaded))
    cli_print.headline(results.figures, loaded, day)
    cli_print.published(publication)
    if pdf is not None:
        cli_share.print_paper(publication.folder, pdf)


@profile_app.command("lint")
def profile_lint(
    folder: Annotated[Path | None, typer.Argument(help="Folder of the profile; default: the one in use.")] = None,
) -> None:
    """Find every mistake in a profile, with file, key and remedy; exit 1 if there is one, 2 without a profile.

    Warnings say what the profile will leave open or misleading; they do not fail.

    \b
    Example:
      reportmetrics profile lint data/profiles/nmi
    """
    from reportmetrics.profile.advice import indicator_advice, source_advice
    from reportmetrics.profile.load import ProfileError, load_profile

    named = Settings.from_environment(profile=folder).profile
    if not named.is_dir():
        raise typer.BadParameter(f"there is no folder {named}; give the folder of a profile")
    try:
        profile = load_profile(named)
    except ProfileError as error:
        typer.echo(f"{counted(len(error.problems), 'mistake')}:\n{error}", err=True)
        raise typer.Exit(FAILED) from None
    about = indicator_advice(profile.objectives, profile.indicators, profile.templates)
    for advice in (*about, *source_advice(profile.sources)):
        typer.echo(f"warning: {advice}")
    typer.echo(
        f"{profile.mission.name}: {len(profile.objectives)} objectives, {len(profile.indicators)} indicators, "
        f"{len(profile.templates)} report forms, {len(profile.sources)} sources; no mistake"
    )


@app.command()
def sample(
    output: Annotated[Path, typer.Option(parser=folder_to_fill, metavar="<path>", help="Folder to write to.")] = Path(
        "data/sample/nmi"
    ),
    weeks: Annotated[int | None, typer.Option(min=1, help="ISO weeks of reports.", show_default=False)] = None,
    personnel: Annotated[int | None, typer.Option(min=1, help="Strength of the mission.", show_default=False)] = None,
    seed: Annotated[int | None, typer.Option(help="The same seed, the same bytes.", show_default=False)] = None,
    profile: ProfileOption = None,
) -> None:
    """Write files of the reference mission, as it would send them.

    \b
    Examples:
      reportmetrics sample
      reportmetrics sample --output /tmp/large --weeks 260 --personnel 4000
    """
    from reportmetrics.sample.generate import generate

    _, loaded = _opened(profile, None, None)
    given = {"weeks": weeks, "personnel": personnel, "seed": seed}
    try:
        written = generate(output, profile=loaded, **{k: v for k, v in given.items() if v is not None})
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    except KeyError as error:
        said = f"the profile has no {error}, of which the sample tells: it is of the reference mission"
        raise typer.BadParameter(f"{said}; leave --profile out, or give data/profiles/nmi") from error
    typer.echo(f"{len(written)} files written to {output}")


def _opened(profile: Path | None, home: Path | None, landing: Path | None) -> tuple[Settings, Profile]:
    from reportmetrics.current import current_profile

    settings = Settings.from_environment(profile=profile, home=home, landing=landing)
    return settings, current_profile(settings)


def _day(given: dt.datetime | None, profile: Profile) -> dt.date:
    from reportmetrics.current import future_problem, today

    if given is None:
        return today(profile)
    problem = future_problem(given.date(), profile)
    if problem:
        raise typer.BadParameter(f"--as-of {problem}")
    return given.date()


def main() -> None:
    """Entry point: known faults become one message and an exit code, without a traceback."""
    try:
        with searched_seldom():
            app()
    except SystemExit as ended:
        if not isinstance(ended.code, int):
            raise
        leave(ended.code)
    except Exception as error:
        if "--verbose" in sys.argv or "-v" in sys.argv:
            raise
        from reportmetrics import cli_errors

        message, code = cli_errors.explain(error)
        typer.echo(f"error: {message}", err=True)
        leave(code)
