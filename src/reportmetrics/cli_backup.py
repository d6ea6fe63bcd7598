# ruff: noqa: D301 (\b in a docstring is click's mark for lines that are not to be folded)
"""``reportmetrics backup`` and ``reportmetrics restore``.

Belongs here: the commands, their options and help. Not here: copying (``backup``).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from reportmetrics.cli_options import HomeOption, ProfileOption, existing_home


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command("backup")(make)
    app.command("restore")(put_back)


def make(
    folder: Annotated[
        Path, typer.Argument(file_okay=False, help="Where backups are kept; each gets a folder of its own in it.")
    ],
    profile: ProfileOption = None,
    home: HomeOption = None,
) -> None:
    """Copy archive, warehouse, publications, history and key to a folder, while no run writes.

    \b
    Example:
      reportmetrics backup /var/backups/reportmetrics/nmi
    """
    from reportmetrics.backup import backup
    from reportmetrics.settings import Settings

    typer.echo(backup(existing_home(Settings.from_environment(profile=profile, home=home)), folder.resolve()))


def put_back(
    backup: Annotated[
        Path, typer.Argument(exists=True, file_okay=False, help="One backup: the folder that `backup` printed.")
    ],
    home: HomeOption = None,
) -> None:
    """Put a backup into an empty home.

    \b
    Example:
      reportmetrics restore /var/backups/reportmetrics/nmi/2022-01-31T033000Z --home /srv/reportmetrics/nmi/home
    """
    from reportmetrics.backup import restore
    from reportmetrics.settings import Settings

    settings = Settings.from_environment(home=home)
    restore(backup.resolve(), settings.home)
    typer.echo(settings.home)
