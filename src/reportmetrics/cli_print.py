"""What the command line prints: words and plain tables, coloured on a terminal only.

Belongs here: layout and wording of results. Not here: computing anything, parsing arguments.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl
from rich import markup
from rich.console import Console

from reportmetrics.words import counted

if TYPE_CHECKING:
    from reportmetrics.ingest.clearing import Cleared
    from reportmetrics.ingest.ledger import IngestSummary
    from reportmetrics.metrics.catalogue import Catalogue
    from reportmetrics.metrics.metric import Metric
    from reportmetrics.profile.load import Profile
    from reportmetrics.publish.publish import Publication
    from reportmetrics.senders.returned import Returned
    from reportmetrics.steps import NotYet
    from reportmetrics.validation.run import CheckResult
    from reportmetrics.warehouse.aside import Aside

FIRST = 5
"""Rejects and failed checks shown in full; the rest is counted."""


def _console(*, error: bool = False) -> Console:
    stream = sys.stderr if error else sys.stdout
    # Piped output is not folded: a line stays a line for whatever reads it.
    return Console(file=stream, soft_wrap=True, highlight=False, emoji=False)


_NOT_SHOWN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Characters of which a terminal would make commands, or turn the text beside them round."""


def escape(text: str) -> str:
    """Text of a file or profile as it may be printed: no markup, and what is no letter shown by its number."""
    return markup.escape(_NOT_SHOWN.sub(lambda c: f"\\x{ord(c[0]):02x}", text))


def in_line(text: str) -> str:
    """The same for a text that must not end its line: line breaks and tabs shown as they are written in a program."""
    return escape(text.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t"))


def problem(text: str) -> None:
    """An error, on standard error."""
    _console(error=True).print(f"[red]error:[/red] {escape(text)}")


def taken_in(summary: IngestSummary, refused: pl.DataFrame) -> None:
    """Files and rows of this run, files that could not be read, and the first of all ``refused`` rows of this run."""
    out = _console()
    found = summary.deliveries
    counts = {
        name: sum(getattr(d, name) for d in found) for name in ("accepted", "rejected", "duplicate", "superseded")
    }
    left_out = sum(d.filtered for d in found)
    counts |= {"filtered": left_out} if left_out else {}
    files = len({d.original_name for d in found})  # two sources may claim one
    out.print(
        f"[bold]Taken in[/bold]  {counted(files, 'file')} ({summary.unchanged:,} seen before), "
        f"{counted(sum(d.rows_read for d in found), 'row')}: "
        + ", ".join(f"{n:,} {name}" for name, n in counts.items())
    )
    if summary.not_made is not None:
        out.print(f"  [yellow]no folder[/yellow] {in_line(str(summary.not_made))} yet: make it, and put files there")
    # A file that fills several tables has a line of the ledger for each.
    unread = list(dict.fromkeys((d.original_name, d.message or "") for d in found if d.status == "unreadable"))
    for name, message in unread[:FIRST]:
        out.print(f"  [yellow]unreadable[/yellow] {in_line(name)}: {in_line(message)}")
    if len(unread) > FIRST:
        out.print(f"  ... {len(unread) - FIRST:,} more files that cannot be read: reportmetrics rejects list")
    for names, why in ((summary.waiting, "may still be written"), (summary.unmatched, "no source claims it")):
        for name in names[:FIRST]:
            out.print(f"  [yellow]left alone[/yellow] {in_line(name)}: {why}")
        if len(names) > FIRST:
            out.print(f"  ... {len(names) - FIRST:,} more files left alone: {why}")
    for said in summary.stuck[:FIRST]:
        out.print(f"  [yellow]left alone[/yellow] {in_line(said)}")
    if len(summary.stuck) > FIRST:
        out.print(f"  ... {len(summary.stuck) - FIRST:,} more files that cannot be taken in")
    noted = summary.noted()
    for said in noted[:FIRST]:
        out.print(f"  [yellow]noted[/yellow] {in_line(said)}")
    if len(noted) > FIRST:
        out.print(f"  ... {counted(len(noted) - FIRST, 'more note')}: page 'Data quality' of the next publication")
    for said in summary.uncorrected:
        out.print(f"  [yellow]not corrected[/yellow] {in_line(said)}")
    if counts["rejected"]:
        read = pl.DataFrame(
            [(d.file_seq, d.table_name) for d in found if d.status != "unreadable"],
            schema={"file_seq": refused.schema["file_seq"], "table_name": pl.String()},
            orient="row",
        )
        rejects(refused.join(read, on=["file_seq", "table_name"], how="semi", maintain_order="left"), FIRST)


def rejects(rows: pl.DataFrame, limit: int, *, chosen: bool = False) -> None:
    """Faults of rejected rows, each in words. ``chosen`` tells that others may have been left out."""
    out = _console()
    if rows.is_empty():
        out.print("nothing was refused" + (" of what was asked for" if chosen else ""))
        return
    rows = _files_once(rows)
    for row in rows.head(limit).iter_rows(named=True):
        out.print("  " + in_line(_reject_line(row)))
    if rows.height > limit:
        out.print(f"  ... {rows.height - limit:,} more: reportmetrics rejects list --limit {rows.height}")


def _files_once(rows: pl.DataFrame) -> pl.DataFrame:
    """Of a file that cannot be read one line, not one for each table and sheet that it should fill."""
    of_file = [n for n in ("file_seq", "source", "code", "message", "remedy", "state") if n in rows.columns]
    whole = pl.col("source_row").is_null()
    sheets = pl.col("sheet").fill_null("").n_unique().over(of_file)
    rows = rows.with_columns(sheet=pl.when(~whole | (sheets == 1)).then("sheet"))
    return rows.filter(~whole | (pl.int_range(pl.len()).over([*of_file, "source_row"]) == 0))


def _reject_line(row: dict[str, Any]) -> str:
    sheet = f" [{row['sheet']}]" if row["sheet"] else ""
    place = "" if row["source_row"] is None else f", row {row['source_row']}"
    column = f", column {row['column_name']}" if row["column_name"] else ""
    # Some messages quote the cell themselves.
    raw = f" '{row['raw']}'" if row["raw"] and str(row["raw"]) not in str(row["message"]) else ""
    state = "" if row.get("state", "open") == "open" else f" ({row['state']})"
    return f"refused{state} {row['original_name']}{sheet}{place}{column}:{raw} {row['message']}; {row['remedy']}"


def returned(workbooks: Sequence[Returned]) -> None:
    """Workbooks written for senders."""
    out = _console()
    if not workbooks:
        out.print("nothing is refused that was not mended since")
        return
    for book in workbooks:
        files = f" and {counted(book.files, 'file')} that cannot be read" if book.files else ""
        out.print(f"[bold]{escape(book.sender)}[/bold]: {counted(book.rows, 'row')}{files}")
        out.print(f"  {escape(str(book.path))}")
        if book.kept:
            out.print("  it lies there already and was changed since: left as it is; move it away to have it made anew")
    out.print("Mended, each goes under its own name into the folder 'returned' of the landing folder.")


def checks(results: Sequence[CheckResult]) -> None:
    """How many checks ran, and each that failed."""
    out = _console()
    if not results:  # a run that ended before its checks must not be told as one that passed them
        out.print("[bold]Checked[/bold]   nothing: no check was run")
        return
    failed = [r for r in results if not r.success]
    tables = len({r.table for r in results})
    critical = sum(r.severity == "critical" for r in failed)
    told = [counted(n, what) for n, what in ((critical, "critical failure"), (len(failed) - critical, "warning")) if n]
    verdict = " and ".join(told) or "all passed"
    out.print(f"[bold]Checked[/bold]   {len(results)} checks on {tables} tables, {verdict}")
    for result in sorted(failed, key=lambda r: (r.severity, r.table, r.check)):
        colour = "red" if result.severity == "critical" else "yellow"
        observed = f" ({result.observed})" if result.observed else ""
        out.print(f"  [{colour}]{result.severity}[/{colour}] {result.table}: {escape(result.message + observed)}")


def set_aside(files: Sequence[Aside]) -> None:
    """Files of a batch that was set aside: those with failing rows by name, the rest counted."""
    if not files:
        return
    out = _console()
    named = [f for f in files if f.reasons]
    out.print(
        f"[red]set aside[/red] the whole batch of {counted(len(files), 'file')}; none of their rows is in the warehouse"
    )
    for file in named[:FIRST] if named else files[:FIRST]:
        why = ", ".join(
            f"{counted(rows, 'row')} {'fails' if rows == 1 else 'fail'} {c}" for c, rows in file.reasons.items()
        )
        out.print(f"  {in_line(file.original_name)}{': ' if why else ''}{in_line(why)}")
    if len(named) > FIRST:
        out.print(f"  ... {len(named) - FIRST:,} more files with failing rows")
    out.print("  mend the mapping, or replace the files in the landing folder, and run again: they are taken in anew")


def cleared(files: Cleared | None) -> None:
    """Files that were removed from the landing folder, counted, and those that could not be."""
    if files is None:
        return
    out = _console()
    if files.removed:
        out.print(
            f"[bold]Cleared[/bold]   {len(files.removed):,} files that are safe in the archive left the landing folder"
        )
    for said in files.stuck[:FIRST]:
        out.print(f"  [yellow]not removed[/yellow] {in_line(said)}")
    if len(files.stuck) > FIRST:
        out.print(f"  ... {len(files.stuck) - FIRST:,} more files could not be removed")


def not_yet(later: NotYet | None, today: dt.date) -> None:
    """What was taken in and does not count as of the date that was asked for."""
    if later is None:
        return
    when = "" if later.counts_from <= today else ", from that day on"
    _console().print(
        f"[bold]Not yet[/bold]   {counted(later.files, 'file')} with {counted(later.rows, 'row')} became known after "
        f"{later.as_of} had begun, so {later.as_of} is without them: --as-of {later.counts_from} has them{when}"
    )


def published(publication: Publication) -> None:
    """Where the site is."""
    out = _console()
    state = "new" if publication.new else "the same inputs were published before"
    out.print(f"[bold]Published[/bold] {publication.name} ({state})")
    out.print(f"  {escape(str(publication.index))}")
    out.print(f"  {escape(publication.index.as_uri())}")


def published_many(publications: Sequence[Publication]) -> None:
    """How many dates were published, and where their list is."""
    out = _console()
    new = sum(p.new for p in publications)
    names = f"{publications[0].name} to {publications[-1].name}"
    out.print(f"[bold]Published[/bold] {names}: {new} new, {len(publications) - new} from the same inputs as before")
    out.print(f"  {escape(str(publications[-1].folder.parent / 'index.html'))}")


def headline(figures: pl.DataFrame, profile: Profile, as_of: dt.date) -> None:
    """The few figures that a run ends with."""
    out = _console()
    out.print(f"[bold]Figures[/bold]   {escape(profile.mission.name)}, as known at {as_of}")
    for line in headline_lines(figures):
        out.print(f"  {escape(line)}")


def headline_lines(figures: pl.DataFrame) -> Iterator[str]:
    """Headline figures in words, from the ``figures`` frame of the results."""
    yield from _waits(figures)
    for metric, name in (("burden.completeness", "reports received"), ("burden.timeliness", "reports on time")):
        for row in _rows(figures, metric, "share", {}):
            share = f"{_percent(row['value'])} of {row['n']:,}"
            yield f"{name}: {share if row['value'] is not None else row['reason'] or 'not known'}"
    for row in _rows(figures, "burden.hours", "sum", {}):
        bounds = f"{_number(row['value'])} ({_number(row['lower'])} to {_number(row['upper'])})"
        yield f"hours spent on reports: {bounds if row['value'] is not None else row['reason'] or 'not known'}"
    known = list(_rows(figures, "outcome.objective_progress", "known"))
    if known:
        unmeasured = sum(1 for row in known if not row["value"])
        yield f"objectives without any usable reading: {unmeasured} of {len(known)}"
    medians = sorted(
        r["value"] for r in _rows(figures, "outcome.objective_progress", "median") if r["value"] is not None
    )
    if medians:
        yield f"median progress of an objective, baseline to target: {_percent(medians[0])} to {_percent(medians[-1])}"


def _waits(figures: pl.DataFrame) -> Iterator[str]:
    still_open = {
        _hq(r): int(r["value"]) for r in _rows(figures, "latency.open_backlog", "open") if r["value"] is not None
    }
    for row in _rows(figures, "latency.time_to_decision", "median"):
        hq = _hq(row)
        if hq is None:
            continue
        value = f"{row['value']:.1f} days" if row["value"] is not None else (row["reason"] or "not known")
        yield (
            f"median wait for {hq}: {value} [{_number(row['lower'], 1)}, {_number(row['upper'], 1)}], "
            f"{row['n']:,} requests, {still_open.get(hq, 0):,} of them open"
        )


def _hq(row: dict[str, Any]) -> str | None:
    dims = json.loads(str(row["dims"]))
    return str(dims["hq"]) if set(dims) == {"hq"} else None


def _rows(
    figures: pl.DataFrame, metric: str, statistic: str, dims: dict[str, str] | None = None
) -> Iterable[dict[str, Any]]:
    found = figures.filter((pl.col("metric") == metric) & (pl.col("statistic") == statistic))
    if dims is not None:
        found = found.filter(pl.col("dims") == json.dumps(dims))
    return found.sort("dims").iter_rows(named=True)


def _number(value: object, digits: int = 0) -> str:
    return "unbounded" if not isinstance(value, float) else f"{value:,.{digits}f}"


def _percent(value: object) -> str:
    return "not known" if not isinstance(value, float) else f"{value:.0%}"


def metric_list(catalogue: Catalogue) -> None:
    """One line per metric."""
    out = _console()
    for m in catalogue.metrics.values():
        d = m.definition
        out.print(f"{d.id:<32} v{d.version}  {d.level:<10} {escape(d.title)}")


def metric(shown: Metric) -> None:
    """A metric's definition in full."""
    out = _console()
    d = shown.definition
    out.print(f"[bold]{d.id}[/bold] version {d.version}: {escape(d.title)}")
    estimators = ", ".join(f"{u.name} {json.dumps(dict(u.params))}" for u in d.estimators)
    for name, value in (
        ("question", d.question),
        ("level", d.level),
        ("unit", d.unit),
        ("by", ", ".join(d.by) or "the mission"),
        ("also by", "; ".join(", ".join(g) or "the mission" for g in d.also_by)),
        ("estimator", estimators),
        ("owner", d.owner),
        ("reviewed", f"{d.reviewed}, every {d.review_every} months"),
        ("decision", d.decision),
        ("limits", d.limits),
        ("source", d.source),
        ("reads", ", ".join(shown.tables)),
        ("hash", shown.definition_hash),
        ("file", str(d.path)),
    ):
        out.print(f"  {name:<10} {escape(str(value))}")
    out.print("")
    out.print(escape(d.sql.strip()))
