# ruff: noqa: D301 (\b in a docstring is click's mark for lines that are not to be folded)
"""Commands for auditors: explain a figure, verify a publication, compare two.

Belongs here: their options and help. Not here: the work (``audit``).

Nothing heavy is imported at the top: each command imports what it needs, so that ``--help`` answers at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reportmetrics.cli_options import HomeOption, target_file
from reportmetrics.settings import Settings, allowed_signers_from_environment

if TYPE_CHECKING:
    from reportmetrics.audit.opened import Opened
    from reportmetrics.audit.raw import Archive

OK, FAILED, MISUSED = 0, 1, 2


class Format(StrEnum):
    """How an answer is written."""

    table = "table"
    csv = "csv"
    json = "json"


FormatOption = Annotated[Format, typer.Option("--format", help="table, csv or json.")]


def register(app: typer.Typer, metrics_app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(explain)
    app.command()(verify)
    app.command()(bundle)
    metrics_app.command()(diff)


@contextmanager
def answering() -> Iterator[None]:
    """What cannot be answered becomes one message: 2 for a question that makes no sense, 1 for a broken publication."""
    from reportmetrics.audit.opened import AuditError, NotPublishedError
    from reportmetrics.engines.base import EngineError
    from reportmetrics.metrics.header import DefinitionError
    from reportmetrics.metrics.run import ComputeError

    try:
        yield
    except (AuditError, EngineError, DefinitionError, ComputeError) as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(MISUSED if isinstance(error, NotPublishedError) else FAILED) from error


def _conditions(given: list[str]) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for text in given:
        name, separator, value = text.partition("=")
        if not separator or not name:
            raise typer.BadParameter(f"'{text}' is not COLUMN=VALUE, such as objective_id=LO-03")
        if name.strip() in found:
            raise typer.BadParameter(f"{name.strip()} is given twice; a group has one value in each column")
        found[name.strip()] = value or None
    return found


def explain(
    metric: Annotated[str, typer.Argument(help="Id, such as latency.time_to_decision.")],
    where: Annotated[
        list[str] | None,
        typer.Option("--where", metavar="COLUMN=VALUE", help="The group; once per column. Empty value: none stated."),
    ] = None,
    publication: Annotated[
        str | None, typer.Option("--publication", help="Name or folder; default: the latest.", show_default=False)
    ] = None,
    home: HomeOption = None,
    form: FormatOption = Format.table,
    raw: Annotated[
        bool, typer.Option("--raw", help="Show the cells of the archived files, as they were sent.")
    ] = False,
    limit: Annotated[int, typer.Option(min=0, help="Rows shown in a table; 0: all. CSV and JSON hold all.")] = 20,
) -> None:
    """Show the rows behind a figure, and the figure recomputed from them; exit 1 if it differs.

    Definitions and rows are those of the publication, whatever is installed now. It reads the audit folder.

    \b
    Examples:
      reportmetrics explain activity.held --where objective_id=LO-03
      reportmetrics explain latency.time_to_decision --where "hq=JFC Naples" --raw --limit 3
      reportmetrics explain burden.hours --publication 2022-01-31-r1 --format csv > rows.csv
    """
    from reportmetrics.audit import explain_text as text
    from reportmetrics.audit.explain import explain as explain_group
    from reportmetrics.audit.opened import Opened, find_publication

    settings = Settings.from_environment(home=home)
    wanted = (limit or None) if form is Format.table else None
    with answering():
        opened = Opened(find_publication(settings.publications, publication))
        explained = explain_group(opened, metric, _conditions(where or []), limit=wanted)
        explained = text.with_cells(explained, opened, _archive(opened, settings) if raw else None)
    writers = {
        Format.table: text.explanation_text,
        Format.csv: text.explanation_csv,
        Format.json: text.explanation_json,
    }
    typer.echo(writers[form](explained).rstrip("\n"))
    raise typer.Exit(OK if explained.equal else FAILED)


def _archive(opened: Opened, settings: Settings) -> Archive:
    from reportmetrics.audit.raw import Archive

    return Archive(opened, settings.archive)


def verify(
    publication: Annotated[str, typer.Argument(help="Name, such as 2022-01-31-r1, or folder.")],
    home: HomeOption = None,
    allowed_signers: Annotated[
        Path | None,
        typer.Option(
            "--allowed-signers",
            help="File of those whose signature counts. [env: REPORTMETRICS_ALLOWED_SIGNERS]",
            show_default=False,
        ),
    ] = None,
    form: FormatOption = Format.table,
) -> None:
    """Check a publication against its seal and recompute every figure in it; exit 1 with each difference named.

    It needs nothing but the folder of the publication.

    \b
    Examples:
      reportmetrics verify 2022-01-31-r1
      reportmetrics verify /mnt/share/2022-01-31-r1 --allowed-signers signers
    """
    from reportmetrics.audit import verdict_text as text
    from reportmetrics.audit.opened import find_publication
    from reportmetrics.audit.verify import verify as examine

    settings = Settings.from_environment(home=home)
    with answering():
        folder = find_publication(settings.publications, publication)
        verdict = examine(folder, allowed_signers=allowed_signers or allowed_signers_from_environment())
    writers = {Format.table: text.verdict_text, Format.csv: text.verdict_csv, Format.json: text.verdict_json}
    typer.echo(writers[form](verdict).rstrip("\n"))
    raise typer.Exit(OK if verdict.sound else FAILED)


def diff(
    before: Annotated[str, typer.Argument(help="The earlier publication: name or folder.")],
    after: Annotated[str, typer.Argument(help="The later publication: name or folder.")],
    home: HomeOption = None,
    form: FormatOption = Format.table,
) -> None:
    """Show every figure that changed between two publications, split by what changed it.

    Effects: corrections of what was known before, new data, changed definitions. They add up to the change.

    \b
    Examples:
      reportmetrics metrics diff 2022-01-24-r1 2022-01-31-r1
      reportmetrics metrics diff 2022-01-31-r1 2022-01-31-r2 --format csv > restated.csv
    """
    from reportmetrics.audit import changes_text as text
    from reportmetrics.audit.changes import changes
    from reportmetrics.audit.opened import Opened, find_publication

    settings = Settings.from_environment(home=home)
    with answering():
        found = changes(*(Opened(find_publication(settings.publications, name)) for name in (before, after)))
    writers = {Format.table: text.changes_text, Format.csv: text.changes_csv, Format.json: text.changes_json}
    typer.echo(writers[form](found).rstrip("\n"))


def bundle(
    publication: Annotated[str, typer.Argument(help="Name, such as 2022-01-31-r1, or folder.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", parser=target_file, metavar="<path>", help="ZIP file to write.")
    ],
    home: HomeOption = None,
) -> None:
    """Write an audit bundle: tables, figures, SQL and a README for somebody who does not have this software.

    It holds what the publication's audit folder holds, and is for the same readers.

    \b
    Example:
      reportmetrics bundle 2022-01-31-r1 --output audit-2022-01-31.zip
    """
    from reportmetrics.audit.bundle import write_bundle
    from reportmetrics.audit.opened import Opened, find_publication

    settings = Settings.from_environment(home=home)
    with answering():
        opened = Opened(find_publication(settings.publications, publication))
        names = write_bundle(opened, output)
    typer.echo(
        f"{len(names)} files of {opened.name} written to {output}; it holds rows and free text, for auditors only"
    )
