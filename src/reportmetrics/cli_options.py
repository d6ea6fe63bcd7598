"""Options that several commands have: where the profile, the home and the landing folder are.

Belongs here: those, and reading a folder's name. Not here: what a command does.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from reportmetrics.settings import Settings


def folder(text: str | Path) -> Path:
    """A folder as it was named. An empty name is a shell variable that was not set, not the current folder."""
    if not str(text).strip():
        raise typer.BadParameter("nothing is named; name a folder ('.' is the current one), or leave the option out")
    return Path(text)


def target_file(text: str) -> Path:
    """A file to write, known for one that can be written before the work begins."""
    path = folder(text)
    if path.is_dir():
        raise typer.BadParameter(f"{path} is a folder; name a file in it")
    if not path.parent.is_dir():
        raise typer.BadParameter(f"there is no folder {path.parent}; make it, or name another one")
    return path


def existing_home(settings: Settings) -> Settings:
    """Settings of a home that is there: a slip of the pen in ``--home`` makes none."""
    if not settings.home.is_dir():
        raise typer.BadParameter(f"there is no folder {settings.home}; correct --home or REPORTMETRICS_HOME")
    return settings


def new_file(path: Path, ending: str, why: str) -> Path:
    """A file that is to be made, and does not overwrite any. ``ending`` is how its name must end, and ``why``."""
    if path.is_dir():
        raise typer.BadParameter(f"{path} is a folder; name a file in it, such as {path / f'form{ending}'}")
    if path.suffix != ending:
        raise typer.BadParameter(f"the name '{path.name}' does not end in {ending}, {why}; name it {path.name}{ending}")
    if not path.parent.is_dir():
        raise typer.BadParameter(f"there is no folder {path.parent}; make it, or name another one")
    if path.exists():
        raise typer.BadParameter(f"{path} is there already; name another file, or remove that one")
    if not os.access(path.parent, os.W_OK):
        raise typer.BadParameter(f"you may not write into the folder {path.parent}; name another one")
    return path


def home_folder(text: str) -> Path:
    """The home as it was named; it may be still to be made."""
    return _no_file(text, "name the folder that holds, or will hold, all that is made")


def folder_to_fill(text: str | Path) -> Path:
    """A folder to write to; it may be still to be made."""
    return _no_file(text, "name a folder to write to")


def _no_file(text: str | Path, remedy: str) -> Path:
    named = folder(text)
    if named.exists() and not named.is_dir():
        raise typer.BadParameter(f"{named} is not a folder; {remedy}")
    return named


ProfileOption = Annotated[
    Path | None,
    typer.Option(
        "--profile",
        parser=folder,
        metavar="<path>",
        help="Folder of the mission's profile. [env: REPORTMETRICS_PROFILE]",
        show_default=False,
    ),
]
HomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home",
        parser=home_folder,
        metavar="<path>",
        help="Folder of all that is made: archive, warehouse, publications. [env: REPORTMETRICS_HOME]",
        show_default=False,
    ),
]
LandingOption = Annotated[
    Path | None,
    typer.Option(
        "--landing",
        parser=folder,
        metavar="<path>",
        help="Folder where files arrive; default: landing below home. [env: REPORTMETRICS_LANDING]",
        show_default=False,
    ),
]
