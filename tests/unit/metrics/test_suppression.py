"""No hidden cell follows from what is published: by hand, against all equations of random tables, and over weeks."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reportmetrics.metrics.suppression import MINIMUM_PEOPLE, Cell, Columns, Values, hidden_cells, solvable_cells

Atom = tuple[Values, str]
"""Values of all columns, and a person."""


def counted(atoms: list[Atom], columns: Columns, groupings: list[Columns]) -> dict[Columns, dict[Values, int]]:
    """Distinct people of each cell of each grouping."""
    found: dict[Columns, dict[Values, set[str]]] = {g: defaultdict(set) for g in groupings}
    for values, person in atoms:
        row = dict(zip(columns, values, strict=True))
        for grouping in groupings:
            found[grouping][tuple(row[c] for c in grouping)].add(person)
    return {g: {v: len(p) for v, p in cells.items()} for g, cells in found.items()}


def follows(
    atoms: list[Atom], columns: Columns, people: dict[Columns, dict[Values, int]], hidden: set[Cell]
) -> list[Cell]:
    """Hidden cells that a reader can solve, the values of single combinations being the unknowns."""
    combinations = sorted({values for values, _ in atoms})

    def vector(cell: Cell) -> np.ndarray:
        wanted = dict(zip(*cell, strict=True))
        rows = (dict(zip(columns, values, strict=True)) for values in combinations)
        return np.array([float(all(row[c] == v for c, v in wanted.items())) for row in rows])

    cells = [(g, v) for g, level in people.items() for v in level]
    shown = np.array([vector(c) for c in cells if c not in hidden] or [np.zeros(len(combinations))])
    rank = np.linalg.matrix_rank(shown)
    return [c for c in cells if c in hidden and np.linalg.matrix_rank(np.vstack([shown, vector(c)])) == rank]


def test_a_small_unit_takes_another_with_it() -> None:
    people = {("unit",): {("a",): 6, ("b",): 4, ("c",): 7}, (): {(): 17}}
    assert hidden_cells(people) == {(("unit",), ("b",)), (("unit",), ("c",))}


def test_cells_are_hidden_until_five_people_are() -> None:
    people = {("unit",): {("a",): 1, ("b",): 2, ("c",): 1, ("d",): 9, ("e",): 9}}
    assert {v for _, (v,) in hidden_cells(people)} == {"a", "b", "c", "d"}


def test_nobody_named_is_not_few() -> None:
    assert hidden_cells({("unit",): {("a",): 0, ("b",): 0}, (): {(): 0}}) == set()


def test_enough_people_everywhere_hide_nothing() -> None:
    assert hidden_cells({("unit",): {("a",): 5, ("b",): 50}, (): {(): 55}}) == set()


def test_the_order_of_group_columns_does_not_matter() -> None:
    one = {("t", "w"): {("x", "1"): 2, ("x", "2"): 9, ("y", "1"): 9, ("y", "2"): 9}}
    other = {("w", "t"): {(w, t): n for (t, w), n in one["t", "w"].items()}}
    assert {(t, w) for _, (t, w) in hidden_cells(one)} == {(t, w) for _, (w, t) in hidden_cells(other)}


def test_two_in_each_row_and_column_may_not_be_enough() -> None:
    # Two squares of hidden cells with one hidden cell between them: it is the only unknown that links the two.
    small = {(0, 0), (0, 1), (1, 0), (1, 1), (2, 2), (2, 3), (3, 2), (3, 3), (1, 2)}
    cells = {(str(r), str(c)): 3 if (r, c) in small else 20 for r, c in itertools.product(range(4), range(4))}
    people = {("r", "c"): cells, ("r",): {(str(r),): 60 for r in range(4)}, ("c",): {(str(c),): 60 for c in range(4)}}
    hidden = hidden_cells(people)
    atoms = [(values, f"{values}{k}") for values, n in cells.items() for k in range(n)]
    assert not follows(atoms, ("r", "c"), people, hidden)
    assert len(hidden) > len(small)


GROUPINGS = [
    [("t",), ()],
    [("t",), ("t", "w"), ("w",), ()],
    [("t", "w"), ("t", "u")],
    [("t", "u"), ("u", "w"), ("t",)],
    [("w",), ("t", "w", "u"), ("u",)],
]


@settings(deadline=None, max_examples=150)
@given(
    st.lists(
        st.tuples(st.tuples(st.sampled_from("abc"), st.sampled_from("123"), st.sampled_from("xy")), st.integers(0, 14)),
        min_size=1,
        max_size=45,
    ),
    st.sampled_from(GROUPINGS),
)
def test_no_hidden_cell_can_be_solved(rows: list[tuple[Values, int]], groupings: list[Columns]) -> None:
    atoms = [(values, f"p{person}") for values, person in rows]
    people = counted(atoms, ("t", "w", "u"), groupings)
    hidden = hidden_cells(people)
    small = {(g, v) for g, level in people.items() for v, n in level.items() if n < MINIMUM_PEOPLE}
    assert small <= hidden
    assert follows(atoms, ("t", "w", "u"), people, hidden) == []


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.sampled_from("abcde"), st.integers(0, 30), st.integers(0, 8)), min_size=5, max_size=80),
)
def test_growth_of_large_cells_changes_nothing(rows: list[tuple[str, int, int]]) -> None:
    """From week to week cells only gain people; while the small ones stay small, the same cells stay hidden."""
    before: tuple[set[Cell], set[Cell], set[Values]] | None = None
    for week in range(1, 9):
        atoms: list[Atom] = [((unit,), f"{unit}{person}") for unit, person, when in rows if when <= week]
        people = counted(atoms, ("unit",), [("unit",), ()])
        small = {(("unit",), v) for v, n in people["unit",].items() if n < MINIMUM_PEOPLE}
        hidden = hidden_cells(people)
        few = sum(people["unit",][v] for _, v in small) < MINIMUM_PEOPLE
        if before is not None and before[0] == small and before[2] == set(people["unit",]) and len(small) == 1 and few:
            assert {c for c in hidden if c[0]} == before[1]
        before = (small, {c for c in hidden if c[0]}, set(people["unit",]))


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.sampled_from("abcd"), st.integers(1, 6), st.integers(0, 12)), min_size=10, max_size=120))
def test_a_week_that_is_over_stays_as_it_was_published(rows: list[tuple[str, int, int]]) -> None:
    """Cells of one form and week: a further week does not open cells of the weeks before that were hidden."""
    columns: Columns = ("t", "w")
    published: set[Cell] = set()
    for week in range(1, 7):
        atoms: list[Atom] = [((unit, str(w)), f"{unit}{person}") for unit, w, person in rows if w <= week]
        if not atoms:
            continue
        people = counted(atoms, columns, [columns, ("w",)])
        hidden = {c for c in hidden_cells(people) if c[0] == columns}
        shown = {(columns, v) for v in people[columns]} - hidden
        small = {(columns, v) for v, n in people[columns].items() if n < MINIMUM_PEOPLE}
        assert small <= hidden
        assert not (published & shown), "what was hidden last week is shown now"
        published = {c for c in hidden if int(str(c[1][1])) < week}


BEFORE = {("t",): {("A",): 3, ("C",): 9, ("D",): 9}, (): {(): 20}}
AFTER = {("t",): {("A",): 3, ("B",): 9, ("C",): 9, ("D",): 9}, (): {(): 28}}
"""A is small. In the second week a form B comes in, whose name stands between A and C."""


def weeks(first: set[Cell], second: set[Cell]) -> list[Cell]:
    """Hidden cells of both weeks that follow, when what was added to each large cell in the second week is known."""
    equations: list[tuple[Cell, list[Cell]]] = [
        ((("t", "week"), ("all", "1")), [(("t", "week"), (t, "1")) for t in "ACD"]),
        ((("t", "week"), ("all", "2")), [(("t", "week"), (t, "2")) for t in "ABCD"]),
    ]
    news: Cell = (("t", "news"), ("known",))
    equations += [((("t", "week"), (t, "2")), [(("t", "week"), (t, "1")), news]) for t in "CD"]
    hidden: set[Cell] = set()
    for week, cells in (("1", first), ("2", second)):
        hidden |= {(("t", "week"), (v[0], week)) for _, v in cells}
    return solvable_cells(equations, hidden)


def test_what_was_hidden_before_is_hidden_again_also_when_a_new_name_comes_in_between() -> None:
    a, b, c = ((("t",), (name,)) for name in "ABC")
    first = hidden_cells(BEFORE)
    assert first == {a, c}
    forgetful, remembering = hidden_cells(AFTER), hidden_cells(AFTER, first)
    assert (forgetful, remembering) == ({a, b}, {a, c})
    # C is shown in the second week: less what came in, it gives C of the first week, and so A.
    assert (("t", "week"), ("A", "1")) in weeks(first, forgetful)
    assert weeks(first, remembering) == []


def test_a_cell_that_has_grown_is_shown_when_nothing_beside_it_needs_it() -> None:
    grown = {("t",): {("A",): 5, ("C",): 9, ("D",): 9}, (): {(): 23}}
    assert hidden_cells(grown, hidden_cells(BEFORE)) == set()


def test_what_is_remembered_of_cells_that_are_gone_does_no_harm() -> None:
    assert hidden_cells(AFTER, [(("t",), ("gone",)), (("u",), ("C",))]) == hidden_cells(AFTER)


@pytest.mark.parametrize("size", [3, 40])
def test_a_table_of_many_weeks_is_done_in_one_go(size: int) -> None:
    cells = {(t, f"{w:03d}"): 2 if t == "a" else 8 for t in "abcd" for w in range(size)}
    totals = Counter({w: 26 for _, w in cells})
    people = {("t", "w"): cells, ("w",): {(w,): n for w, n in totals.items()}, ("t",): {(t,): 50 for t in "abcd"}}
    hidden = hidden_cells(people)
    assert {v[0] for _, v in hidden} == {"a", "b"}
    assert len(hidden) == 2 * size
