"""``metrics lint``: all that is wrong with the definitions, at once.

Belongs here: running the rules over a folder of SQL. Each rule stands elsewhere: what one field may hold in
``definition_file``, names between files in ``catalogue``, levels in ``levels``, the rest in ``lint_sql`` and
``lint_header``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from reportmetrics.metrics import lint_header, lint_sql
from reportmetrics.metrics.catalogue import Catalogue, load_catalogue
from reportmetrics.metrics.deprecated import deprecated_findings
from reportmetrics.metrics.findings import Finding
from reportmetrics.metrics.header import DefinitionError
from reportmetrics.metrics.levels import matrix
from reportmetrics.metrics.levels.check import Levels
from reportmetrics.metrics.levels.engine import EmptyDatabase
from reportmetrics.metrics.levels.relation import Fault, Reading
from reportmetrics.metrics.levels.verdict import judge_metric, judge_view
from reportmetrics.metrics.lint_subject import Subject, read_subjects
from reportmetrics.metrics.released import read_released

_TOLD_BETTER = frozenset({"division", "select-star", "sql-one-select", "sql-syntax", "table-hidden", "table-unknown"})
"""Codes that the parser and the rules share: where a rule tells it of the same file, with a line, the parser is
dropped."""
_OWN_CODE = "field-missing"
"""The parser's code for what the lint tells with the field in the code: ``owner-missing``."""


def lint_catalogue(catalogue: Catalogue, *, today: dt.date, tests_folder: Path | None = None) -> list[Finding]:
    """All findings about the files that a catalogue was loaded from, by file and line.

    ``tests_folder`` is ``tests/sql``; without it, cases are not asked for. ``today`` decides which reviews are overdue.
    """
    folders = {m.definition.path.parents[2] for m in catalogue.metrics.values()}
    folders |= {d.path.parents[1] for d in catalogue.derived.values()}
    return sorted({f for folder in folders for f in lint_folder(folder, today=today, tests_folder=tests_folder)})


def lint_folder(
    sql_folder: Path, *, today: dt.date, tests_folder: Path | None = None, loaded: Catalogue | None = None
) -> list[Finding]:
    """All findings about the definitions below ``sql_folder``, also where they do not load; none raises.

    ``loaded`` is the folder's catalogue where the caller has it already.
    """
    subjects, findings = read_subjects(sql_folder)
    hashes: dict[str, str] = {}
    try:
        catalogue = loaded or load_catalogue(sql_folder)
        hashes = {m.definition.id: m.definition_hash for m in catalogue.metrics.values()}
    except DefinitionError as error:
        findings += [
            Finding(p.path, p.line, p.code, "error", p.message, p.remedy) for p in error.problems if p.code != _OWN_CODE
        ]
    released, record_findings = read_released(sql_folder)
    findings += record_findings
    names = {s.name for s in subjects if s.kind == "metric"}
    findings += lint_header.released_removed(names, released)
    versions = {s.name: v for s in subjects if s.kind == "metric" and isinstance(v := s.values.get("version"), int)}
    findings += deprecated_findings(sql_folder, versions, released)
    for subject in subjects:
        findings += lint_header.missing_fields(subject)
        if subject.kind == "metric":
            findings += lint_header.review_overdue(subject, today)
            findings += lint_header.case_missing(subject, tests_folder)
            if subject.name in hashes:
                findings += lint_header.hash_changed(subject, hashes[subject.name], released)
    told = list(_sql_findings(subjects, names))
    better = {(f.file, f.code) for f in told if f.code in _TOLD_BETTER}
    return sorted({*told, *(f for f in findings if (f.file, f.code) not in better)})


def _sql_findings(subjects: list[Subject], metric_ids: Collection[str]) -> Iterator[Finding]:
    """Findings about the SQL of all definitions."""
    levels = Levels()
    texts = {s.name: s.header.sql for s in subjects if s.kind == "view"}
    levels.add_views(texts)
    with EmptyDatabase(levels) as database:
        for name in levels.views:
            database.learn_view(name, texts[name])
        used = _used_views(subjects, levels)
        for subject in subjects:
            sql = subject.header.sql
            if subject.kind == "view":
                faults = judge_view(
                    subject.name, sql, level=subject.level, reads=subject.reads, levels=levels, database=database
                )
                faults += lint_sql.reads_results(levels.views[subject.name], metric_ids)
                faults += _plain_rules(sql, database, own_rows=False)
                yield from (subject.at_sql(f) for f in faults)
                if subject.name not in used:
                    message, remedy = "no metric reads this view", "delete it, or use it"
                    yield subject.at_field("id", "view-unused", message, remedy, severity="warning")
            elif subject.level in matrix.MATRIX:
                yield from _metric_findings(subject, levels, database, metric_ids)


def _metric_findings(
    subject: Subject, levels: Levels, database: EmptyDatabase, metric_ids: Collection[str]
) -> Iterator[Finding]:
    sql = subject.header.sql
    reading, faults = judge_metric(
        sql, metric_id=subject.name, level=subject.level, reads=subject.reads, levels=levels, database=database
    )
    results = list(lint_sql.reads_results(reading, metric_ids))
    if results:
        faults = [f for f in faults if f.code not in ("table-unknown", "qualified-name")]
    yield from (subject.at_sql(f) for f in [*faults, *results, *_plain_rules(sql, database, own_rows=True)])
    levels_read = {level for place in reading.places for level in levels.of(place.reference)}
    frame = str(subject.values.get("frame") or "")
    if frame in levels.views:
        frame_reading, frame_faults = _judge_frame(subject, frame, levels, database)
        levels_read |= {level for place in frame_reading.places for level in levels.of(place.reference)}
        for fault in frame_faults:
            yield subject.at_field("frame", fault.code, fault.message, fault.remedy)
    yield from lint_header.declared_reads(subject, levels_read)


def _judge_frame(subject: Subject, frame: str, levels: Levels, database: EmptyDatabase) -> tuple[Reading, list[Fault]]:
    """A metric reads every column of its frame."""
    columns = ", ".join(f'"{c}"' for c in levels.views[frame].output.columns)
    return judge_metric(
        f"SELECT {columns} FROM {frame}",
        metric_id=subject.name,
        level=subject.level,
        reads=subject.reads,
        levels=levels,
        database=database,
    )


def _plain_rules(sql: str, database: EmptyDatabase, *, own_rows: bool) -> Iterator[Fault]:
    parsed, tree = lint_sql.parsed_or_none(sql), database.syntax_tree(sql)
    if parsed is None or tree.get("error"):
        return
    yield from lint_sql.unguarded_divisions(parsed)
    yield from lint_sql.moving_functions(sql, tree)
    yield from lint_sql.order_left_open(sql, tree, parsed)
    if own_rows:
        yield from lint_sql.ordered_rows(parsed)


def _used_views(subjects: list[Subject], levels: Levels) -> set[str]:
    """Views that a metric reads, itself, as its frame or through another view."""
    found: set[str] = set()
    metrics = [s for s in subjects if s.kind == "metric"]
    todo = {str(s.values.get("frame") or "") for s in metrics}
    for subject in metrics:
        parsed = lint_sql.parsed_or_none(subject.header.sql)
        todo |= lint_sql.names_read(parsed) if parsed is not None else set()
    views: Mapping[str, Reading] = levels.views
    while todo:
        name = todo.pop()
        if name in views and name not in found:
            found.add(name)
            todo |= views[name].tables
    return found
