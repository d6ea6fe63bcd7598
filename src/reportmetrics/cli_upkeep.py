# ruff: noqa: D301 (\b in a docstring is click's mark for lines that are not to be folded)
"""Commands that keep an installation whole: ``rebuild``, ``fsck``, ``forget``.

Belongs here: options, help, what is printed. Not here: the work (``ingest.rebuild``, ``upkeep``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from reportmetrics.cli_options import HomeOption, LandingOption, ProfileOption, existing_home
from reportmetrics.settings import Settings
from reportmetrics.words import counted

if TYPE_CHECKING:
    from reportmetrics.ingest.rebuild import Rebuilt
    from reportmetrics.upkeep.plan import Plan

FAILED = 1
_SHOWN = 20


def _waiting(said: str) -> None:
    typer.echo(said, err=True)


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(rebuild)
    app.command()(fsck)
    app.command()(forget)


def rebuild(
    profile: ProfileOption = None,
    home: HomeOption = None,
    drop_old: Annotated[
        bool, typer.Option("--drop-old", help="Remove the old database instead of keeping it.")
    ] = False,
    new_key: Annotated[
        bool, typer.Option("--new-key", help="Make a new key of the pseudonyms; the old one and its database go.")
    ] = False,
) -> None:
    """Make the warehouse anew from the archive, by the profile as it is now.

    The new warehouse takes the old one's place at the end, in one step; until then nothing changes. The old one stays
    beside it as warehouse.before-rebuild.duckdb (numbered when there is one already). It waits for a run to end, and
    holds the next one off.

    \b
    Examples:
      reportmetrics rebuild
      reportmetrics rebuild --new-key
    """
    from reportmetrics.alone import alone
    from reportmetrics.current import current_profile
    from reportmetrics.ingest.rebuild import RebuildError
    from reportmetrics.ingest.rebuild import rebuild as make_anew
    from reportmetrics.progress import on_terminal
    from reportmetrics.upkeep.rotation import rotate
    from reportmetrics.upkeep.unfinished import read_unfinished

    settings = existing_home(Settings.from_environment(profile=profile, home=home))
    loaded = current_profile(settings)
    with alone(settings, waiting=_waiting):
        left = read_unfinished(settings)
        if left is not None and (new_key or not drop_old):
            raise RebuildError(
                f"forget {left.words}: a rebuild would keep what was to go; finish it first: {left.command}"
            )
        if new_key:
            made = rotate(settings, loaded, track=on_terminal)
            typer.echo("The pseudonyms have a new key; publications that were made before keep the old ones.")
        else:
            made = make_anew(settings, loaded, keep_old=not drop_old, track=on_terminal)
    _tell(made)


def _tell(made: Rebuilt) -> None:
    typer.echo(f"{made.deliveries:,} deliveries, {made.rows:,} rows read, ledger position {made.position}")
    if made.were_ahead:
        typer.echo(f"{made.were_ahead} files had arrived by a clock that was ahead; their arrival was set right")
    if made.forgotten:
        typer.echo(f"{made.forgotten} places of the ledger stay empty: their files were forgotten")
    if made.changed is None:
        typer.echo("There was no earlier ledger to compare with; the next run checks all rows.")
    elif made.changed:
        typer.echo("Not all is as before; the next run checks all rows again:")
        _list(made.changed)
    else:
        typer.echo("The ledger and the rows are the same as before.")
    if made.aside is not None:
        typer.echo(f"The warehouse of before is {made.aside}; delete it when all is well.")


def _list(lines: list[str]) -> None:
    for line in lines[:_SHOWN]:
        typer.echo(f"  {line}")
    if len(lines) > _SHOWN:
        typer.echo(f"  and {len(lines) - _SHOWN} more")


def fsck(
    profile: ProfileOption = None,
    home: HomeOption = None,
    thorough: Annotated[
        bool,
        typer.Option("--thorough", help="Take the archive in again beside the warehouse, and compare each cell."),
    ] = False,
) -> None:
    """Look whether archive, ledger, core and publications are whole; exit 1 with each finding and its remedy.

    Reads every archived file and every file of every publication, and changes nothing. While a run works in the home,
    it says so and examines nothing. --thorough takes as long as a rebuild, and needs the profile.

    \b
    Examples:
      reportmetrics fsck --home /srv/nmi
      reportmetrics fsck --home /srv/nmi --profile data/profiles/nmi --thorough
    """
    from reportmetrics.progress import on_terminal
    from reportmetrics.upkeep.fsck import fsck as examine

    settings = existing_home(Settings.from_environment(profile=profile, home=home))
    found = examine(settings, track=on_terminal)
    findings = list(found.findings)
    if thorough:
        from reportmetrics.current import current_profile
        from reportmetrics.upkeep.thorough import otherwise_than_archived

        findings += otherwise_than_archived(settings, current_profile(settings), track=on_terminal)
    for finding in findings:
        typer.echo(str(finding), err=True)
    word = "whole" if not findings else f"NOT WHOLE, {counted(len(findings), 'finding')}"
    typer.echo(
        f"{word}: {found.deliveries:,} deliveries, {found.files:,} archived files, {found.publications} publications"
    )
    raise typer.Exit(FAILED if findings else 0)


def forget(
    what: Annotated[str, typer.Argument(help="Name of a file (or of its hash), or of a person as it is sent.")],
    profile: ProfileOption = None,
    home: HomeOption = None,
    landing: LandingOption = None,
    reason: Annotated[
        str | None, typer.Option(help="Why; it stands in the ledger and in each publication.", show_default=False)
    ] = None,
    carry_out: Annotated[bool, typer.Option("--carry-out", help="Do it; without this only what it would do.")] = False,
) -> None:
    """Remove a file, or every row that names a person, from archive, warehouse and old publications.

    Without --carry-out it says what would be touched and changes nothing. What is gone cannot be had back. A tombstone
    stays: in the ledger, in the archive, and in each publication that lost rows, where verify understands it. It waits
    for a run to end, and holds the next one off. Stopped in between, the same command goes on.

    \b
    Examples:
      reportmetrics forget tours/tours_20210103.csv
      reportmetrics forget "Jane Doe" --reason "asked for on 3 May" --carry-out
    """
    from reportmetrics.alone import alone
    from reportmetrics.current import current_profile
    from reportmetrics.progress import on_terminal
    from reportmetrics.upkeep.forget import forget as carry
    from reportmetrics.upkeep.plan import plan_of

    settings = existing_home(Settings.from_environment(profile=profile, home=home, landing=landing))
    loaded = current_profile(settings)
    with alone(settings, waiting=_waiting):
        plan = plan_of(settings, loaded, what, track=on_terminal)
        _show(plan)
        if not carry_out:
            typer.echo("Nothing was changed. To do it, add --reason and --carry-out.")
            return
        reason = reason or (plan.begun.reason if plan.begun else None)
        if not reason:
            raise typer.BadParameter("--carry-out needs --reason: it stands in the ledger from then on")
        _tell(carry(settings, loaded, plan, reason=reason, track=on_terminal))
    typer.echo("Forgotten. Copies elsewhere (backups, bundles, shared drives) are for you to remove.")


def _show(plan: Plan) -> None:
    typer.echo(f"To forget {plan.what}:")
    if plan.begun is not None:
        typer.echo(f"  this finishes too: {plan.begun.words}")
    whole, rows = counted(len(plan.file_names), "file"), counted(plan.row_count, "row")
    typer.echo(f"  archive: {whole} as a whole, {rows} out of {counted(len(plan.rows_by_file), 'file')}")
    _list(plan.file_names)
    for file, count in plan.rows_by_file[:_SHOWN]:
        typer.echo(f"    {file}: {counted(count, 'row')}")
    typer.echo("  warehouse: made anew from what remains")
    typer.echo(f"  publications: {len(plan.publications)}")
    for folder, lost in plan.publications.items():
        typer.echo(f"    {folder.name}: {', '.join(f'{n} of {t}' for t, n in sorted(lost.items()))}")
    if plan.workbooks:
        typer.echo("  workbooks for senders, which 'rejects return' writes again without what goes:")
        _list([path.name for path in plan.workbooks])
    if plan.landing:
        typer.echo("  still in the landing folder, for you to delete:")
        _list(plan.landing)
    if plan.returning:
        typer.echo(
            "  of these, the next run takes in again, with the rows, what belongs to a batch that was set aside:"
        )
        _list(plan.returning)
    if plan.records:
        typer.echo("  corrections of it in the profile, for you to take out (they may hold names):")
        _list(plan.records)
    if plan.mentions:
        typer.echo(
            f"  the name also stands in {len(plan.mentions)} other places, which stay (forget the file, if need be):"
        )
        _list(plan.mentions)
