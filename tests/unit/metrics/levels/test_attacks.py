"""Each attack is caught with its code, and by the engine's own binding where the analysis were fooled."""

from __future__ import annotations

import pytest

from reportmetrics.metrics.levels import matrix
from reportmetrics.metrics.levels.reader import read_sql
from tests.unit.metrics.levels.attacks import ATTACKS, Attack


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda a: a.way)
def test_attack_is_caught_with_its_code(attack: Attack, judge) -> None:
    assert attack.code in {f.code for f in judge(attack.sql)}


def test_every_way_is_its_own() -> None:
    assert len({a.way for a in ATTACKS}) == len(ATTACKS) >= 24


@pytest.mark.parametrize(
    "attack", [a for a in ATTACKS if a.code == "level-read" and "never used" not in a.way], ids=lambda a: a.way
)
def test_what_the_analysis_catches_does_not_bind_either(attack: Attack, levels, database) -> None:
    """The two ways of checking agree: where only outcome may be read, DuckDB itself refuses the text.

    It does not bind a WITH part that is never used, which the analysis counts all the same.
    """
    reading = read_sql(attack.sql, levels.shapes)
    refused = database.bind_problem(attack.sql, matrix.permitted("outcome", ()), reading.tables)
    assert refused
