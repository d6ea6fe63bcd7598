"""All definitions together: what reads what, the runnable SQL of each metric, and the hash of its meaning.

Belongs here: resolving names between files, inlining derived views, hashing. Not here: the checks of one file
(``definition_file``), computing (``run``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from reportmetrics.metrics.definition import Definition, DerivedDefinition
from reportmetrics.metrics.definition_file import read_derived, read_metric
from reportmetrics.metrics.estimators import ESTIMATORS
from reportmetrics.metrics.hashes import core_hashes, digest, texts_digest
from reportmetrics.metrics.header import DefinitionError, Problem
from reportmetrics.metrics.inlining import OwnSql, named, quoted
from reportmetrics.metrics.metric import FRAME_COLUMN, ROWS, Frame, Metric
from reportmetrics.metrics.select import own_ctes
from reportmetrics.warehouse.made_tables import HIDDEN_BEFORE
from reportmetrics.warehouse.tables import TABLES

AS_OF = "as_of"
"""The one-row table of a snapshot that says how far it looks."""


@dataclass(frozen=True)
class Derived:
    """A derived view; ``reads`` are the tables and views that it names itself, ``own_sql`` its SELECT without them."""

    definition: DerivedDefinition
    id: str
    one_row_is: str
    level: str
    sql: str
    path: Path
    columns: tuple[str, ...]
    reads: tuple[str, ...]
    own_sql: OwnSql
    hash: str


@dataclass(frozen=True, eq=False)
class Catalogue:
    """All metrics and derived views by id. ``texts`` is the hash of all files that they were read from.

    Two that were loaded apart count as different, so that what follows from one can be remembered by it.
    """

    metrics: Mapping[str, Metric]
    derived: Mapping[str, Derived]
    texts: str = ""

    def shared_views(self, metrics: Collection[str]) -> dict[str, str]:
        """SQL of the derived views that more than one of ``metrics`` needs, each to be held before those after it."""
        uses = Counter(name for metric in metrics for name in self.metrics[metric].ctes)
        ordered = {name: sql for metric in metrics for name, sql in self.metrics[metric].ctes.items()}
        shared = [name for name in ordered if uses[name] > 1]
        views = {name: view.definition for name, view in self.derived.items()}
        found: dict[str, str] = {}
        for name in _in_order(views, tuple(shared)):
            if name in shared:
                beneath = _in_order(views, views[name].select.reads)
                texts = {n: sql for n, sql in _texts(views, beneath).items() if n not in found}
                found[name] = self.derived[name].own_sql.with_views(texts)
        return found

    def tables_of(self, metrics: Collection[str]) -> set[str]:
        """Tables of a snapshot that computing ``metrics`` asks for."""
        return {HIDDEN_BEFORE.name, *(table for name in metrics for table in self.metrics[name].tables)}

    @cached_property
    def themes(self) -> dict[str, list[Metric]]:
        """Metrics by theme."""
        found: dict[str, list[Metric]] = {}
        for metric in self.metrics.values():
            found.setdefault(metric.definition.theme, []).append(metric)
        return found


def load_catalogue(sql_folder: Path, *, only: str | None = None) -> Catalogue:
    """All definitions below ``sql_folder``; raises :class:`DefinitionError` with every mistake of every file.

    With ``only`` (an id) no other metric is read, none where there is none of that id, and only views that it needs.
    """
    problems: list[Problem] = []
    definitions: dict[str, Definition] = {}
    for path in sorted((sql_folder / "metrics").glob("*/*.sql")):
        if only is not None and only != f"{path.parent.name}.{path.stem}":
            continue
        try:
            definition = read_metric(path, path.relative_to(sql_folder).as_posix())
            definitions[definition.id] = definition
        except DefinitionError as error:
            problems += error.problems
    paths = {path.stem: path for path in sorted((sql_folder / "derived").glob("*.sql"))}
    wanted = paths if only is None else [name for d in definitions.values() for name in _named(d)]
    views = _read_views(sql_folder, paths, wanted, problems)
    unread = {p.path for p in problems}
    problems += _unknown_names(sql_folder, views, definitions, unread)
    if problems:
        raise DefinitionError(problems)
    core = core_hashes(sql_folder)
    derived: dict[str, Derived] = {}
    for name in _in_order(views, tuple(views)):
        derived[name] = _derived(views[name], derived, core)
    metrics = {d.id: _metric(d, views, derived, core) for d in definitions.values()}
    texts = texts_digest(sql_folder) if only is None else ""
    return Catalogue(dict(sorted(metrics.items())), dict(sorted(derived.items())), texts)


def _named(definition: Definition) -> list[str]:
    """Tables and views that a metric names itself."""
    return [*definition.select.reads, *([definition.frame] if definition.frame else [])]


def _read_views(
    folder: Path, paths: Mapping[str, Path], wanted: Iterable[str], problems: list[Problem]
) -> dict[str, DerivedDefinition]:
    """The views in ``wanted`` and all beneath them; mistakes are added to ``problems``."""
    views: dict[str, DerivedDefinition] = {}
    waiting, seen = [name for name in wanted if name in paths], set()
    while waiting:
        name = waiting.pop(0)
        if name in seen:
            continue
        seen.add(name)
        try:
            views[name] = read_derived(paths[name], paths[name].relative_to(folder).as_posix())
        except DefinitionError as error:
            problems += error.problems
            continue
        waiting += [n for n in views[name].select.reads if n in paths]
    return views


def _unknown_names(
    folder: Path, views: Mapping[str, DerivedDefinition], definitions: Mapping[str, Definition], unread: set[str]
) -> list[Problem]:
    """Tables that do not exist, own CTEs that hide a table, circles among views, frames that are none."""
    known = {*TABLES, AS_OF, *(p.stem for p in (folder / "derived").glob("*.sql"))}
    problems = []
    everything: list[Definition | DerivedDefinition] = [*views.values(), *definitions.values()]
    for item in everything:
        shown = item.path.relative_to(folder).as_posix()
        for name in item.select.reads:
            if name not in known:
                remedy = f"the tables and views are: {', '.join(sorted(known))}"
                problems.append(Problem(shown, 1, "table-unknown", f"there is no table or view '{name}'", remedy))
        for name in sorted(own_ctes(item.select.tree) & (known | {ROWS})):
            problems.append(
                Problem(shown, 1, "table-hidden", f"the CTE '{name}' hides a table or view", "give it another name")
            )
    for name in views:
        if name in _beneath(views, views[name].select.reads):
            shown = views[name].path.relative_to(folder).as_posix()
            problems.append(Problem(shown, 1, "circle", f"view '{name}' reads itself", "break the circle"))
    for definition in definitions.values():
        shown = definition.path.relative_to(folder).as_posix()
        frame = definition.frame
        if frame and frame not in views and f"derived/{frame}.sql" not in unread:
            problems.append(Problem(shown, 1, "frame-unknown", f"there is no view '{frame}'", "name a derived view"))
        elif frame and frame in views and FRAME_COLUMN not in views[frame].select.columns:
            message = f"view '{frame}' has no column '{FRAME_COLUMN}'"
            problems.append(Problem(shown, 1, "frame-unfit", message, "a frame tells what was reported"))
    return problems


def _beneath(views: Mapping[str, DerivedDefinition], names: tuple[str, ...]) -> set[str]:
    """All views that ``names`` lead to."""
    found: set[str] = set()
    todo = [n for n in names if n in views]
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += [n for n in views[name].select.reads if n in views]
    return found


def _in_order(views: Mapping[str, DerivedDefinition], names: tuple[str, ...]) -> tuple[str, ...]:
    """``names`` and all views beneath them, each after those that it reads."""
    done: dict[str, None] = {}

    def visit(name: str) -> None:
        if name in done or name not in views:
            return
        for needed in views[name].select.reads:
            visit(needed)
        done[name] = None

    for name in names:
        visit(name)
    return tuple(done)


def _texts(views: Mapping[str, DerivedDefinition], needed: tuple[str, ...]) -> dict[str, str]:
    return {name: views[name].select.written for name in needed}


def _derived(view: DerivedDefinition, done: Mapping[str, Derived], core: Mapping[str, str]) -> Derived:
    beneath = {name: done[name].hash if name in done else core.get(name, "") for name in view.select.reads}
    own = digest({"select": view.select.canonical(), "reads": beneath})
    return Derived(
        view,
        view.id,
        view.one_row_is,
        view.level,
        view.sql,
        view.path,
        view.select.columns,
        view.select.reads,
        OwnSql.of(view.select.tree),
        own,
    )


def _metric(
    definition: Definition,
    views: Mapping[str, DerivedDefinition],
    derived: Mapping[str, Derived],
    core: Mapping[str, str],
) -> Metric:
    needed = _in_order(views, definition.select.reads)
    beneath = _in_order(views, tuple(_named(definition)))
    reads = {*definition.select.reads, *(n for v in beneath for n in views[v].select.reads)}
    tables = tuple(sorted(reads - set(views)))
    return Metric(
        definition,
        beneath,
        tables,
        _texts(views, needed),
        OwnSql.of(definition.select.tree),
        _frame(definition.frame, views) if definition.frame else None,
        _definition_hash(definition, derived, core),
    )


def _frame(view: str, views: Mapping[str, DerivedDefinition]) -> Frame:
    columns = tuple(c for c in views[view].select.columns if c != "row_key")
    names = ",\n  ".join(f'"{c}"' for c in columns)
    beneath = _texts(views, _in_order(views, (view,)))
    ctes = tuple(named(name, sql) for name, sql in beneath.items())
    return Frame(columns, OwnSql(ctes, f"SELECT\n  {names}\nFROM {quoted(view)}"))


def _definition_hash(definition: Definition, derived: Mapping[str, Derived], core: Mapping[str, str]) -> str:
    """SHA-256 over a tree: the SELECT, what of the header changes the meaning, the estimators, and all SQL beneath.

    The version is left out: that it must move when the hash does is checked elsewhere.
    """
    header = {
        "id": definition.id,
        "level": definition.level,
        "unit": definition.unit,
        "by": definition.by,
        "also_by": definition.also_by,
        "caveats": definition.caveats,
        "frame": definition.frame,
        "people": definition.people,
        "listings": [[x.name, x.order_by, x.rows, x.columns] for x in definition.listings],
    }
    names = _named(definition)
    return digest(
        {
            "select": definition.select.canonical(),
            "header": header,
            "estimators": {u.name: [ESTIMATORS[u.name].version, dict(u.params)] for u in definition.estimators},
            "reads": {name: derived[name].hash if name in derived else core.get(name, "") for name in names},
        }
    )
