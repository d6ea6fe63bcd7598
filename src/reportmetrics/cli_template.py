# ruff: noqa: D301 (\b in a docstring is click's mark for lines that are not to be folded)
"""The command ``template``: an entry form for one report.

Belongs here: options, help and what is printed. Not here: the form (``senders.form``).
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reportmetrics.cli_options import HomeOption, ProfileOption, new_file
from reportmetrics.settings import Settings
from reportmetrics.words import counted

if TYPE_CHECKING:
    from reportmetrics.profile.load import Profile
    from reportmetrics.profile.templates import Template


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("template")(_template)


def _template(
    template: Annotated[str, typer.Argument(help="Id of the report form, such as WAR.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Workbook to write; it overwrites none.")],
    unit: Annotated[
        str | None, typer.Option(help="Unit that reports; needed where several owe the form.", show_default=False)
    ] = None,
    period: Annotated[
        dt.datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            metavar="DATE",
            help="Any day of the period; default: the first period after the last report that is known.",
            show_default=False,
        ),
    ] = None,
    profile: ProfileOption = None,
    home: HomeOption = None,
) -> None:
    """Make an entry form for one report: drop-downs, limits, and what was answered last time filled in.

    Only changes need typing; one tick confirms that nothing changed. A number or text may be `n/a` where the question
    does not apply, and a report a nil return; the first sheet says how. Filled in, the form goes into the folder
    `forms` of the landing folder; the next run takes it in.

    \b
    Examples:
      reportmetrics template MAS --unit U-03 -o MAS_U-03.xlsx
      reportmetrics template MAS --unit U-03 --period 2022-01-15 -o correction.xlsx
    """
    from contextlib import nullcontext

    from reportmetrics.current import current_profile, today
    from reportmetrics.senders.form import write_form
    from reportmetrics.senders.last_known import NoPeriodError, next_due
    from reportmetrics.warehouse.store import Store

    new_file(output, ".xlsx", "by which a filled-in form is taken in")
    settings = Settings.from_environment(profile=profile, home=home)
    loaded = current_profile(settings)
    form = next((t for t in loaded.templates if t.template_id == template), None)
    if form is None:
        known = ", ".join(t.template_id for t in loaded.templates)
        raise typer.BadParameter(f"the profile has no form '{template}'; it has: {known or 'none'}")
    unit_id = _unit(loaded, form, unit)
    day = period.date() if period else None
    with Store(settings.warehouse) if settings.warehouse.is_file() else nullcontext() as store:
        try:
            due = next_due(store, loaded, form, unit_id, today=today(loaded), day=day)
        except NoPeriodError as error:
            raise typer.BadParameter(str(error)) from None
    lines = write_form(output, loaded, form, due)
    again = f"{due.report_id}, revision {due.revision}, after it was taken back" if due.revision else due.report_id
    what = f"correction {due.revision} of {due.report_id}" if due.corrects else again
    asked = counted(lines, "line")
    typer.echo(f"{output}: {form.name}, {unit_id}, {due.start} to {due.end} ({what}), {asked} to answer")


def _unit(profile: Profile, form: Template, given: str | None) -> str:
    owing = form.units if form.units is not None else [u.unit_id for u in profile.mission.units]
    if given is None and len(owing) == 1:
        return owing[0]
    if given not in owing:
        said = f"unit '{given}' does not owe {form.template_id}" if given else "several units owe this form"
        raise typer.BadParameter(f"{said}; give one with --unit: {', '.join(owing)}")
    return given
