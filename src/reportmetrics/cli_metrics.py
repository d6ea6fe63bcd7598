# ruff: noqa: D301 (\b in a docstring is click's mark for lines that are not to be folded)
"""Commands about the catalogue of metrics: list, show, lint, graph, compute, release, keep.

Belongs here: their options and help. Not here: the work (``metrics``), comparing publications (``cli_audit``).

Nothing heavy is imported at the top: each command imports what it needs, so that ``--help`` answers at once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from reportmetrics.cli_audit import Format, FormatOption, answering
from reportmetrics.cli_options import HomeOption
from reportmetrics.cli_options import folder as folder_named
from reportmetrics.settings import Settings, sql_folder

FAILED = 1
OVERDUE_SHOWN = 5
"""Overdue reviews that are told one by one; a catalogue reviewed on one day is overdue on one day."""

MetricArgument = Annotated[str, typer.Argument(help="Id, such as latency.time_to_decision.")]


def _sql(text: str) -> Path:
    named = folder_named(text)
    if not (named / "metrics").is_dir():
        raise typer.BadParameter(f"{named} has no folder metrics/; name the folder that holds the definitions")
    return named


FolderArgument = Annotated[
    Path | None,
    typer.Argument(parser=_sql, metavar="folder", help="Folder with derived/ and metrics/; default: the product's."),
]
VersionOption = Annotated[
    int | None, typer.Option("--version", min=1, help="A deprecated version; default: the current one.")
]


def register(metrics_app: typer.Typer) -> None:
    """Add the commands to ``reportmetrics metrics``."""
    metrics_app.command("list")(list_all)
    metrics_app.command()(show)
    metrics_app.command()(lint)
    metrics_app.command()(graph)
    metrics_app.command()(compute)
    metrics_app.command()(release)
    metrics_app.command()(keep)


@contextmanager
def _versions() -> Iterator[None]:
    """A version that is not there is wrong use."""
    from reportmetrics.metrics.deprecated import VersionError

    try:
        yield
    except VersionError as error:
        raise typer.BadParameter(str(error)) from error


def list_all() -> None:
    """List all metrics: id, version, level, title; deprecated versions that can still be computed last.

    \b
    Example:
      reportmetrics metrics list
    """
    from reportmetrics import cli_print
    from reportmetrics.metrics.catalogue import load_catalogue
    from reportmetrics.metrics.deprecated import kept_versions

    cli_print.metric_list(load_catalogue(sql_folder()))
    for kept in kept_versions(sql_folder()):
        typer.echo(f"deprecated: {kept.metric_id} version {kept.version}")


def show(metric: MetricArgument, version: VersionOption = None) -> None:
    """Show a metric's definition: what it means, whom it serves, its limits, its SQL.

    \b
    Examples:
      reportmetrics metrics show latency.time_to_decision
      reportmetrics metrics show outcome.pace --version 1
    """
    from reportmetrics import cli_print
    from reportmetrics.metrics.deprecated import load_version

    with _versions():
        cli_print.metric(load_version(sql_folder(), metric, version))


def lint(
    folder: FolderArgument = None,
    as_of: Annotated[
        dt.datetime | None,
        typer.Option(
            "--as-of",
            formats=["%Y-%m-%d"],
            metavar="DATE",
            help="Day by which reviews are judged; default: today.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Find every mistake in the definitions; exit 1 if there is one.

    Reads each reference of each SELECT: a metric may only read what its level allows. Warnings do not fail.

    \b
    Examples:
      reportmetrics metrics lint
      reportmetrics metrics lint sql --as-of 2022-01-31
    """
    from reportmetrics.metrics.catalogue import load_catalogue
    from reportmetrics.metrics.lint import lint_folder
    from reportmetrics.validation.rules import load_rules

    chosen = folder or sql_folder()
    cases = chosen.parent / "tests" / "sql"
    day = as_of.date() if as_of else dt.date.today()
    findings = lint_folder(chosen, today=day, tests_folder=cases if cases.is_dir() else None)
    overdue = [f for f in findings if f.code == "review-overdue"]
    many = len(overdue) > OVERDUE_SHOWN
    for finding in findings:
        if not (many and finding in overdue):
            typer.echo(str(finding), err=finding.severity == "error")
    if many:
        typer.echo(
            f"warning review-overdue: {len(overdue)} metrics are past their review date on {day}: ask their owners "
            "whether the decisions that they serve still need them (the page Definitions lists the dates)"
        )
    if any(f.severity == "error" for f in findings):
        raise typer.Exit(FAILED)
    catalogue, rules = load_catalogue(chosen), load_rules(chosen)
    typer.echo(f"{len(catalogue.metrics)} metrics, {len(catalogue.derived)} views and {len(rules)} rules are sound")


class GraphFormat(StrEnum):
    """How a graph is written."""

    text = "text"
    dot = "dot"
    json = "json"


def graph(
    metric: MetricArgument,
    form: Annotated[GraphFormat, typer.Option("--format", help="text, dot (Graphviz) or json.")] = GraphFormat.text,
) -> None:
    """Show the way from the columns of the sources, through views, to a metric's figures.

    \b
    Examples:
      reportmetrics metrics graph latency.time_to_decision
      reportmetrics metrics graph activity.held --format dot | dot -Tsvg > held.svg
    """
    from reportmetrics.metrics.catalogue import load_catalogue
    from reportmetrics.metrics.graph import as_dot, as_json, as_text, graph_of

    catalogue = load_catalogue(sql_folder(), only=metric)
    if metric not in catalogue.metrics:
        raise typer.BadParameter(f"there is no metric '{metric}'; 'reportmetrics metrics list' names all")
    writers = {GraphFormat.text: as_text, GraphFormat.dot: as_dot, GraphFormat.json: as_json}
    typer.echo(writers[form](graph_of(catalogue, metric)))


def compute(
    metric: MetricArgument,
    version: VersionOption = None,
    publication: Annotated[
        str | None, typer.Option("--publication", help="Name or folder; default: the latest.", show_default=False)
    ] = None,
    home: HomeOption = None,
    form: FormatOption = Format.table,
) -> None:
    """Compute a metric of this product, in any version, over the snapshot of a publication.

    A deprecated version shows what an old definition would say today. Nothing is published.

    \b
    Examples:
      reportmetrics metrics compute outcome.pace --version 1
      reportmetrics metrics compute activity.held --publication 2022-01-31-r1 --format csv
    """
    from reportmetrics.audit.opened import Opened, find_publication
    from reportmetrics.audit.tables import as_csv, as_json, as_lines, records
    from reportmetrics.metrics.deprecated import load_version
    from reportmetrics.metrics.run import compute_metric

    settings = Settings.from_environment(home=home)
    with _versions():
        definition = load_version(sql_folder(), metric, version)
    with answering():
        opened = Opened(find_publication(settings.publications, publication))
        with opened.engine() as engine:
            figures = compute_metric(definition, engine, as_of=opened.as_of).figures
    if form is Format.csv:
        typer.echo(as_csv(figures).rstrip("\n"))
    elif form is Format.json:
        typer.echo(as_json({"publication": opened.name, "figures": records(figures)}))
    else:
        typer.echo(f"{metric} version {definition.definition.version} over {opened.name}: {figures.height:,} figures")
        typer.echo("\n".join(as_lines(figures.drop("metric", "version", "as_of", "caveats"))))


def release(
    folder: FolderArgument = None,
    replaces: Annotated[
        str | None,
        typer.Option(
            "--replaces",
            metavar="PUBLICATION",
            help="A publication, or an SQL folder, that holds the definitions that raised versions replace.",
            show_default=False,
        ),
    ] = None,
    amend: Annotated[
        bool, typer.Option("--amend", help="Record current versions anew: for a release that nobody was given yet.")
    ] = False,
    home: HomeOption = None,
) -> None:
    """Record the definition hash of every metric's version; what a raised version replaces is kept, computable.

    From then on the lint fails where a definition changes and its version does not.

    \b
    Examples:
      reportmetrics metrics release
      reportmetrics metrics release --replaces 2022-01-31-r1
      reportmetrics metrics release --amend
    """
    from reportmetrics.metrics.deprecated import VersionError
    from reportmetrics.metrics.release import release as record

    chosen = folder or sql_folder()
    old = None if replaces is None else _definitions(replaces, home)
    with answering():
        try:
            done = record(chosen, replaced=old, amend=amend)
        except VersionError as error:
            typer.echo(f"error: {error}", err=True)
            raise typer.Exit(FAILED) from error
    for line in done.recorded:
        typer.echo(f"recorded {line}")
    for line in done.kept:
        typer.echo(f"kept     {line}")
    typer.echo(
        f"{len(done.recorded)} of {done.metrics} metrics newly recorded in {chosen / 'metrics' / 'released.yaml'}"
    )


def keep(
    metric: MetricArgument,
    source: Annotated[str, typer.Option("--from", metavar="PUBLICATION", help="A publication, or an SQL folder.")],
    folder: FolderArgument = None,
    home: HomeOption = None,
) -> None:
    """Keep the definition that a publication was made with, so that its version can be computed for good.

    \b
    Example:
      reportmetrics metrics keep outcome.pace --from 2022-01-31-r1
    """
    from reportmetrics.metrics.deprecated import keep as keep_version

    with answering(), _versions():
        kept = keep_version(folder or sql_folder(), _definitions(source, home), metric)
    typer.echo(f"{kept.metric_id} version {kept.version} kept in {kept.folder}")


def _definitions(named: str, home: Path | None) -> Path:
    """The SQL folder of a publication, or the one that ``named`` is itself."""
    from reportmetrics.audit.opened import Opened, find_publication

    if (Path(named) / "metrics").is_dir():
        return Path(named)
    with answering():
        publications = Settings.from_environment(home=home).publications
        return Opened(find_publication(publications, named)).audit / "definitions"
