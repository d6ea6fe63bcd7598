# ruff: noqa: D301 (\b in a docstring is click's mark for lines that are not to be folded)
"""Commands that hand a publication on: on paper, by mail, one chart as a picture.

Belongs here: their options and help. Not here: the work (``publish``).

Nothing heavy is imported at the top: each command imports what it needs, so that ``--help`` answers at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from reportmetrics.cli_options import HomeOption, target_file
from reportmetrics.settings import Settings

FAILED, MISUSED = 1, 2

PublicationOption = Annotated[
    str | None,
    typer.Option("--publication", help="Name or folder of a publication; default: the latest.", show_default=False),
]
OutputOption = Annotated[
    Path | None, typer.Option("--output", "-o", parser=target_file, metavar="FILE", show_default=False)
]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(paper)
    app.command()(mail)
    app.command()(picture)


def paper(
    pages: Annotated[
        list[str] | None, typer.Argument(metavar="[PAGE]...", help="Default: all but definitions.", show_default=False)
    ] = None,
    output: OutputOption = None,
    publication: PublicationOption = None,
    home: HomeOption = None,
) -> None:
    """Print pages of a publication into one PDF of A4 sheets, marked and numbered. Needs Chromium.

    \b
    Examples:
      reportmetrics paper
      reportmetrics paper index headquarters -o monday.pdf
    """
    folder = _publication(home, publication)
    print_paper(folder, output or Path(f"{folder.name}.pdf"), pages or ())


def print_paper(publication: Path, target: Path, pages: Sequence[str] = ()) -> None:
    """Print ``pages`` (default: all but the definitions) into ``target`` and say where they are."""
    from reportmetrics.publish.paper import print_pdf

    with _telling():
        print_pdf(publication, target, pages=pages)
    typer.echo(target)


def mail(
    output: OutputOption = None,
    page: Annotated[str, typer.Option("--page", help="The page to send.")] = "index",
    publication: PublicationOption = None,
    home: HomeOption = None,
) -> None:
    """Make one HTML file of the overview that needs nothing else, to send by mail. Needs Chromium.

    \b
    Example:
      reportmetrics mail -o overview.html
    """
    from reportmetrics.publish.mail import write_mail

    folder = _publication(home, publication)
    target = output or Path(f"{folder.name}-{page}.html")
    with _telling():
        write_mail(folder, target, page=page)
    typer.echo(target)


def picture(
    page: Annotated[str, typer.Argument(metavar="PAGE", help="Such as index or headquarters.")],
    chart: Annotated[str, typer.Argument(metavar="CHART", help="Id of the chart on the page, such as progress.")],
    output: OutputOption = None,
    width: Annotated[int, typer.Option(min=320, max=4000, help="Width in CSS pixels.")] = 1000,
    scale: Annotated[float, typer.Option(min=0.5, max=8, help="Pixels of a PNG for each.")] = 2.0,
    publication: PublicationOption = None,
    home: HomeOption = None,
) -> None:
    """Write a chart as PNG or SVG, with its title, marking and state date. Needs Chromium.

    \b
    Examples:
      reportmetrics picture headquarters wait -o wait.png
      reportmetrics picture index progress -o progress.svg --width 760
    """
    from reportmetrics.publish import pictures

    folder = _publication(home, publication)
    target = output or Path(f"{page}-{chart}.png")
    with _telling():
        pictures.picture(folder, page, chart, target, width=width, scale=scale)
    typer.echo(target)


@contextmanager
def _telling() -> Iterator[None]:
    """What goes wrong becomes one message: 2 for a page or chart that is not there, 1 for a browser that cannot."""
    from reportmetrics.publish.browser import BrowserError

    try:
        yield
    except ValueError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(MISUSED) from error
    except BrowserError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(FAILED) from error


def _publication(home: Path | None, named: str | None) -> Path:
    from reportmetrics.audit.opened import AuditError, find_publication

    try:
        return find_publication(Settings.from_environment(home=home).publications, named)
    except AuditError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(MISUSED) from error
