"""Hiding figures that so few people stand behind that they could be recognised.

A metric about reporting, tours or relationships names in its header (``people``) the column of its rows that says whose
row it is. ``run`` then counts the distinct people of every cell of every grouping, and asks this module which cells to
hide, before anything leaves the computation: pages, exports and ``verify`` all see the same results. What is hidden
keeps its place, with null for the value and a reason. The rows themselves are in the publication's ``audit`` folder.

* *Primary*: a cell of one to four people. A cell whose rows name nobody (a tally, a report that never came) tells of
  nobody and is not small.
* *Complementary*: a hidden cell must not follow from a total less the cells beside it. Below every total, hidden cells
  are at least two and stand for at least five people. All totals that the groupings have in common count as known, also
  where this metric does not publish them: another metric of the same rows may.
* With two margins two cells in each row and column are not always enough, so the equations between cells and totals are
  solved at the end, and more is hidden until no hidden cell has only one solution.
* *Stable*: complementary cells are taken in the order of their names, never by size, so that they stay the same from
  week to week while the small cells do. Where a new name would come in between, those that the publication before hid
  are taken first: else what was hidden then would follow from what is shown now, less what came in between.

Belongs here: which cells. Not here: counting people (``run``) or wording on pages (``publish``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import combinations

import numpy as np
import numpy.typing as npt

MINIMUM_PEOPLE = 5
HIDDEN = f"hidden (fewer than {MINIMUM_PEOPLE} people)"
"""Reason of a hidden figure; complementary cells alike, so that it does not tell which cell is the small one."""

_ZERO = 1e-9
"""What is smaller is nothing but rounding."""

Columns = tuple[str, ...]
Values = tuple["str | None", ...]
Cell = tuple[Columns, Values]
_Level = dict[Values, int]


def hidden_cells(people: Mapping[Columns, Mapping[Values, int]], before: Collection[Cell] = ()) -> set[Cell]:
    """Cells to hide, of the groupings given.

    ``people`` has, for each published grouping (its columns in any order), the distinct people behind each cell (its
    values in that order). ``before`` are cells hidden in the publication before, named alike; they are taken first.
    """
    if not any(0 < count < MINIMUM_PEOPLE for cells in people.values() for count in cells.values()):
        return set()
    table = _Table(people, before)
    hidden = {cell for cell, count in table.count.items() if 0 < count < MINIMUM_PEOPLE}
    while True:
        _complement(table, hidden)
        solvable = solvable_cells(table.totals, hidden)
        if not solvable:
            break
        _hide_beside(table, min(solvable, key=_order), hidden)
    return {table.named[cell] for cell in hidden if cell in table.named}


def solvable_cells(equations: list[tuple[Cell, list[Cell]]], hidden: set[Cell]) -> list[Cell]:
    """Hidden cells that follow from what is published, given totals and the cells that add up to each.

    A hidden cell is determined when its unit vector lies in the row space of the equations, published cells being
    known.
    """
    rows = [[(total, -1.0), *((part, 1.0) for part in parts)] for total, parts in equations]
    rows = [[(c, x) for c, x in row if c in hidden] for row in rows]
    rows = [row for row in rows if row]
    cells = sorted({c for row in rows for c, _ in row}, key=_order)
    at = {c: i for i, c in enumerate(cells)}
    matrix = np.zeros((len(rows), len(cells)))
    for i, row in enumerate(rows):
        for cell, sign in row:
            matrix[i, at[cell]] = sign
    return [cells[i] for i in _determined(matrix)]


def _determined(matrix: npt.NDArray[np.float64]) -> list[int]:
    """Columns whose unknown has one solution: those that are alone in their row once the rows are fully reduced.

    Gauss and Jordan with the largest pivot of each column; entries are -1, 0 and 1 to begin with.
    """
    rest = matrix.copy()
    pivots: list[int] = []
    for column in range(rest.shape[1]):
        done = len(pivots)
        if done == len(rest):
            break
        largest = done + int(np.abs(rest[done:, column]).argmax())
        if abs(rest[largest, column]) < _ZERO:
            continue
        rest[[done, largest]] = rest[[largest, done]]
        rest[done] /= rest[done, column]
        others = np.flatnonzero(rest[:, column])
        others = others[others != done]
        rest[others] -= np.outer(rest[others, column], rest[done])
        pivots.append(column)
    alone = (np.abs(rest[: len(pivots)]) > _ZERO).sum(axis=1) == 1
    return [column for column, single in zip(pivots, alone, strict=True) if single]


class _Table:
    """Cells by sorted columns.

    ``count`` people behind each, ``named`` as the caller calls it, ``totals`` each total with the cells that add up to
    it, once for each grouping in which they do. ``before`` cells that were hidden before.
    """

    def __init__(self, people: Mapping[Columns, Mapping[Values, int]], before: Collection[Cell]) -> None:
        self.count: dict[Cell, int] = {}
        self.named: dict[Cell, Cell] = {}
        levels: dict[Columns, _Level] = {}
        for columns, cells in people.items():
            order = sorted(range(len(columns)), key=lambda i: columns[i])
            sorted_columns = tuple(columns[i] for i in order)
            level = levels.setdefault(sorted_columns, {})
            for values, count in cells.items():
                sorted_values = tuple(values[i] for i in order)
                level[sorted_values] = count
                self.count[sorted_columns, sorted_values] = count
                self.named[sorted_columns, sorted_values] = (columns, values)
        self.totals = list(_all_parts(levels))
        named_before = set(before)
        self.before = {cell for cell, name in self.named.items() if name in named_before}


def _all_parts(levels: Mapping[Columns, _Level]) -> Iterator[tuple[Cell, list[Cell]]]:
    """For each coarser grouping (also common ones that are not published) and each finer one: total -> its cells."""
    known = {frozenset(columns) for columns in levels}
    closed: set[frozenset[str]] = known | {frozenset()}
    while True:
        more = {a & b for a, b in combinations(closed, 2)} - closed
        if not more:
            break
        closed |= more
    for fine in sorted(known, key=sorted):
        fine_columns = tuple(sorted(fine))
        ordered = sorted(levels[fine_columns], key=_values_order)
        for coarse in sorted((c for c in closed if c < fine), key=sorted):
            coarse_columns = tuple(sorted(coarse))
            keep = [fine_columns.index(c) for c in coarse_columns]
            below: dict[Values, list[Cell]] = {}
            for values in ordered:
                below.setdefault(tuple(values[i] for i in keep), []).append((fine_columns, values))
            for values, parts in below.items():
                yield (coarse_columns, values), parts


def _complement(table: _Table, hidden: set[Cell]) -> None:
    """Hide more until below every known total the hidden cells are two and five people, or the total is hidden too."""
    changed = True
    while changed:
        changed = False
        for total, parts in table.totals:
            if total in hidden:
                continue
            mine = [c for c in parts if c in hidden]
            if not mine or (len(mine) >= 2 and sum(table.count[c] for c in mine) >= MINIMUM_PEOPLE):
                continue
            hidden.add(_next(parts, mine[0], hidden, table) or total)
            changed = True


def _hide_beside(table: _Table, cell: Cell, hidden: set[Cell]) -> None:
    """Hide one more cell: beside ``cell`` below the first total that has one left, else the first that is left."""
    for _, parts in table.totals:
        beside = _next(parts, cell, hidden, table) if cell in parts else None
        if beside is not None:
            hidden.add(beside)
            return
    left = [c for total, parts in table.totals for c in (*parts, total) if c not in hidden]
    hidden.update(left[:1])


def _next(parts: list[Cell], after: Cell, hidden: set[Cell], table: _Table) -> Cell | None:
    """The first cell after ``after``, in a circle, that is not hidden; one that somebody stands behind, if there is.

    Cells that were hidden before come before all others.
    """
    start = parts.index(after)
    open_cells = [c for c in (*parts[start + 1 :], *parts[:start]) if c not in hidden]
    with_people = [c for c in open_cells if table.count[c] > 0]
    wanted = [*(c for c in with_people if c in table.before), *with_people, *open_cells]
    return wanted[0] if wanted else None


def _values_order(values: Values) -> tuple[tuple[bool, str], ...]:
    return tuple((v is not None, v or "") for v in values)


def _order(cell: Cell) -> tuple[Columns, tuple[tuple[bool, str], ...]]:
    return cell[0], _values_order(cell[1])
