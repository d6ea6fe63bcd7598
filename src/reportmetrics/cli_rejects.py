# ruff: noqa: D301 (\b in a docstring is click's mark for lines that are not to be folded)
"""Commands about refused rows: ``rejects list`` and ``rejects return``.

Belongs here: options and help. Not here: what is printed (``cli_print``), finding and returning rows (``senders``).
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reportmetrics.cli_options import HomeOption, ProfileOption, existing_home, folder_to_fill
from reportmetrics.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

_Source = Annotated[str | None, typer.Option(help="Only rows of this source.", show_default=False)]
_Code = Annotated[str | None, typer.Option(help="Only faults of this kind, such as bad_date.", show_default=False)]
_Sender = Annotated[str | None, typer.Option(help="Only rows of this sender, or part of its name.", show_default=False)]


def register(rejects_app: typer.Typer) -> None:
    """Add the commands to the group ``rejects``."""
    rejects_app.command("list")(_list)
    rejects_app.command("return")(_return)


def _list(
    profile: ProfileOption = None,
    home: HomeOption = None,
    source: _Source = None,
    code: _Code = None,
    sender: _Sender = None,
    only_open: Annotated[bool, typer.Option("--open", help="Only what nobody has mended yet.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
) -> None:
    """List refused rows, newest first: file, row, column, what is wrong, the remedy, and whether it was mended since.

    \b
    Examples:
      reportmetrics rejects list --source hq_request_log
      reportmetrics rejects list --code bad_date --sender registry --open
    """
    from reportmetrics import cli_print, steps
    from reportmetrics.current import current_profile

    settings = existing_home(Settings.from_environment(profile=profile, home=home))
    with _names_that_there_are():
        found = steps.rejects(
            settings, current_profile(settings), source=source, code=code, sender=sender, only_open=only_open
        )
    cli_print.rejects(found, limit, chosen=only_open or any((source, code, sender)))


def _return(
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            parser=folder_to_fill,
            metavar="<path>",
            help="Folder to write to; default: returns below home.",
            show_default=False,
        ),
    ] = None,
    profile: ProfileOption = None,
    home: HomeOption = None,
    source: _Source = None,
    code: _Code = None,
    sender: _Sender = None,
) -> None:
    """Write each sender a workbook with their refused rows, the bad cells marked, reason and remedy in a comment.

    What was mended since is left out. A workbook that comes back goes, under its own name, into the folder
    `returned` of the landing folder; the next run takes it in. The workbooks hold what was sent, names included.
    What was given back, to whom and when is recorded: the page on the burden of reporting counts it.

    \b
    Examples:
      reportmetrics rejects return
      reportmetrics rejects return -o outbox --sender "Registry of JFC Naples"
    """
    from reportmetrics import cli_print, steps
    from reportmetrics.alone import alone
    from reportmetrics.current import current_profile, today
    from reportmetrics.senders.given_back import give_back

    settings = existing_home(Settings.from_environment(profile=profile, home=home))
    loaded = current_profile(settings)
    folder = output or settings.returns
    with alone(settings, waiting=lambda said: typer.echo(said, err=True)), _names_that_there_are():
        found = steps.rejects(settings, loaded, source=source, code=code, sender=sender, only_open=True)
        returned = give_back(settings, loaded, found, folder, day=today(loaded))
    cli_print.returned(returned)


@contextmanager
def _names_that_there_are() -> Iterator[None]:
    """A source, code or sender that there is not is wrong use."""
    from reportmetrics.senders.rejected import UnknownNameError

    try:
        yield
    except UnknownNameError as error:
        raise typer.BadParameter(str(error), param_hint=error.option) from None
