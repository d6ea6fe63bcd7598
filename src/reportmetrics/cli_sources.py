# ruff: noqa: D301 (\b in a docstring is click's mark for lines that are not to be folded)
"""The commands ``sources try`` (what would become of each row of a file) and ``sources tables`` (what can be filled).

Belongs here: parsing and printing of these commands. Not here: the trial itself (``ingest.trial``), the words about the
tables (``warehouse.document``).

Nothing heavy is imported at the top, so that ``--help`` answers at once.
"""

from __future__ import annotations

import csv
import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from reportmetrics.cli_options import ProfileOption
from reportmetrics.settings import Settings, pseudonym_key_from_environment
from reportmetrics.words import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from reportmetrics.ingest.trial import TriedTable
    from reportmetrics.profile.sources import Source

_SHOWN = 20
_COLOURS = {"accepted": "green", "rejected": "red"}


class Output(StrEnum):
    """Forms of what is printed."""

    TEXT = "text"
    CSV = "csv"
    JSON = "json"


class Verdict(StrEnum):
    """What a row may become."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    DUPLICATE = "duplicate"
    SUPERSEDED = "superseded"
    FILTERED = "filtered"


def register(app: typer.Typer) -> None:
    """Add the group of commands to the command line."""
    sources = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The mappings of what is sent.")
    sources.callback()(_group)
    sources.command("try")(try_out)
    sources.command("tables")(tables)
    app.add_typer(sources, name="sources")


def _group() -> None:
    """The mappings of what is sent."""


def tables() -> None:
    """Print the tables that sources fill, as Markdown: columns, types, keys, codes, bounds, rules within a row.

    \b
    Example:
      reportmetrics sources tables > tables.md
    """
    from reportmetrics.warehouse.document import document

    typer.echo(document(), nl=False)


def try_out(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="A file as it was sent.")],
    profile: ProfileOption = None,
    source: Annotated[
        str | None, typer.Option("--source", metavar="NAME", help="Whose file it is; default: who claims it.")
    ] = None,
    rows: Annotated[
        int | None,
        typer.Option(
            "--rows",
            min=0,
            metavar="N",
            help=f"At most so many rows a table; default: {_SHOWN}, all for csv and json.",
            show_default=False,
        ),
    ] = None,
    verdict: Annotated[
        Verdict | None, typer.Option("--verdict", help="Only rows that become this.", show_default=False)
    ] = None,
    output: Annotated[Output, typer.Option("--output", help="Form of what is printed.")] = Output.TEXT,
) -> None:
    """Show what a mapping makes of a file, row by row, before anything is stored.

    Each row is accepted, rejected (with the reason and the remedy), a duplicate, superseded by a later row, or
    filtered by the mapping; beside it stand the canonical values. The file is judged by itself: what is stored already
    does not count. Nothing is written. A file that several sources take, such as an entry form, is shown for each of
    them; csv and json need one. Exits with 1 when the file or one of its rows is refused.

    \b
    Examples:
      reportmetrics sources try inbox/register_20220131.csv
      reportmetrics sources try register.csv --source hq_register --verdict rejected
      reportmetrics sources try returns.xlsx --profile data/profiles/nmi --output csv > tried.csv
    """
    from reportmetrics.ingest.trial import try_file
    from reportmetrics.profile.intake import intake
    from reportmetrics.profile.load import load_profile

    settings = Settings.from_environment(profile=profile)
    loaded = load_profile(settings.profile)
    claimed, remark = _chosen(intake(loaded.sources), file, source)
    if len(claimed) > 1 and output is not Output.TEXT:
        raise _which(claimed, file)
    sound = True
    for chosen in claimed:
        tried = try_file(loaded, chosen, file, key=_key(settings))
        shown = [_limited(t.rows, verdict, _SHOWN if rows is None and output is Output.TEXT else rows) for t in tried]
        if output is Output.JSON:
            _print_json(file, chosen, tried, shown)
        elif output is Output.CSV:
            _print_csv(tried, shown)
        else:
            _print_text(file, chosen, remark, tried, shown, verdict)
        sound &= not any(t.refused or t.counts["rejected"] for t in tried)
    raise typer.Exit(0 if sound else 1)


def _key(settings: Settings) -> bytes:
    """The key of the pseudonyms when there is one; a trial makes none."""
    from reportmetrics.ingest.pseudonyms import pseudonym_key

    if pseudonym_key_from_environment() or settings.pseudonym_key_file.exists():
        return pseudonym_key(settings)
    return b"trial"


def _which(claimed: Sequence[Source], file: Path) -> typer.BadParameter:
    listed = "\n".join(f"  --source {s.source}  ({s.files})" for s in claimed)
    return typer.BadParameter(f"several sources claim {file.name}; say which:\n{listed}", param_hint="FILE")


def _chosen(sources: Sequence[Source], file: Path, name: str | None) -> tuple[Sequence[Source], str | None]:
    """Whose file it is, and what is to be said of that. By its place it may be several sources': each would take it."""
    from reportmetrics.ingest.trial import claims
    from reportmetrics.senders.rejected import unknown_source

    if name is not None:
        found = next((s for s in sources if s.source == name), None)
        if found is None:
            raise typer.BadParameter(unknown_source(name, [s.source for s in sources]), param_hint="--source")
        return [found], None
    claimed = claims(sources, file.resolve())
    if claimed.by_place:
        return claimed.by_place, None
    if len(claimed.by_name) > 1:
        raise _which(claimed.by_name, file)
    if claimed.by_name:
        return claimed.by_name, f"to be taken, it must lie where {claimed.by_name[0].files} finds it"
    listed = "\n".join(f"  {s.source:<24} {s.files}" for s in sources)
    raise typer.BadParameter(
        f"no source claims {file.name}; rename it, correct 'files' of its source, or give --source NAME:\n{listed}",
        param_hint="FILE",
    )


def _limited(rows: pl.DataFrame, verdict: Verdict | None, limit: int | None) -> pl.DataFrame:
    kept = rows if verdict is None else rows.filter(verdict=verdict.value)
    return kept if limit is None else kept.head(limit)


def _print_text(
    file: Path,
    source: Source,
    remark: str | None,
    tried: Sequence[TriedTable],
    shown: Sequence[pl.DataFrame],
    verdict: Verdict | None,
) -> None:
    from rich.console import Console

    from reportmetrics.cli_print import in_line

    out = Console(file=sys.stdout, soft_wrap=True, highlight=False, emoji=False)
    out.print(
        f"[bold]{in_line(file.name)}[/bold] as '{in_line(source.source)}' ({in_line(source.title)}); "
        "nothing is stored, times are UTC"
    )
    if remark is not None:
        out.print(f"  [yellow]note[/yellow] {in_line(remark)}")
    for table, rows in zip(tried, shown, strict=True):
        verdicts = ", ".join(f"{n:,} {name}" for name, n in table.counts.items())
        out.print(f"[bold]{table.table}[/bold]: {counted(table.rows.height, 'row')}: {verdicts}")
        if table.refused is not None:
            out.print(f"  [red]unreadable[/red] {in_line(table.refused)}")
        if table.note is not None:
            out.print(f"  [yellow]note[/yellow] {in_line(table.note)}")
        for row in rows.iter_rows(named=True):
            colour = _COLOURS.get(row["verdict"], "yellow")
            values = ", ".join(f"{k}={v}" for k, v in _values(row).items() if v is not None)
            out.print(f"  row {row['source_row']} [{colour}]{row['verdict']}[/{colour}] {in_line(values)}".rstrip())
            if row["reason"] is not None:
                out.print(f"      {in_line(row['reason'])}")
        left = (table.counts[verdict.value] if verdict else table.rows.height) - rows.height
        if left > 0:
            out.print(f"  ... {left:,} more rows; --rows {rows.height + left} shows all")


def _values(row: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in row.items() if k not in ("source_row", "verdict", "reason")}


def _print_csv(tried: Sequence[TriedTable], shown: Sequence[pl.DataFrame]) -> None:
    """All tables below one header; text that a spreadsheet would take for a formula is guarded."""
    from reportmetrics.ingest.guard import guarded

    names = list(dict.fromkeys(n for rows in shown for n in rows.columns))
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["table", *names])
    for table, rows in zip(tried, shown, strict=True):
        if table.refused is not None:
            refusal = {"verdict": "unreadable", "reason": table.refused}
            out.writerow([table.table, *(guarded(refusal.get(n, "")) for n in names)])
        for row in rows.iter_rows(named=True):
            cells = (row.get(n) for n in names)
            out.writerow([table.table, *(guarded(c) if isinstance(c, str) else c for c in cells)])


def _print_json(file: Path, source: Source, tried: Sequence[TriedTable], shown: Sequence[pl.DataFrame]) -> None:
    tables = [
        {
            "table": table.table,
            "unreadable": table.refused,
            "note": table.note,
            "rows_read": table.rows.height,
            **table.counts,
            "rows": [
                {k: row[k] for k in ("source_row", "verdict", "reason")} | {"values": _values(row)}
                for row in rows.iter_rows(named=True)
            ],
        }
        for table, rows in zip(tried, shown, strict=True)
    ]
    typer.echo(json.dumps({"file": file.name, "source": source.source, "tables": tables}, ensure_ascii=False, indent=1))
