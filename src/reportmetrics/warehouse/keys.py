"""The key of a row: which record it tells of, the same whichever source tells it.

Belongs here: its SQL. Not here: which columns make it (``profile.sources``, the declarations of tables).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reportmetrics.warehouse.shape import SQL_TYPES, Table


def row_key(table: Table, keys: Mapping[int, Sequence[str]]) -> str:
    """First 20 hex digits of the MD5 of table name and key, joined by ``|``; null counts as empty."""
    by_key: dict[tuple[str, ...], list[int]] = {}
    for group, names in keys.items():
        by_key.setdefault(tuple(names), []).append(group)
    hashes = []
    for columns, groups in by_key.items():
        parts = ", '|', ".join(_text(table, n) for n in columns)
        hashes.append((groups, f"left(md5(concat('{table.name}|', {parts})), 20)"))
    if len(hashes) == 1:
        return hashes[0][1]
    whens = " ".join(f"WHEN grp IN ({', '.join(map(str, groups))}) THEN {sql}" for groups, sql in hashes)
    return f"CASE {whens} END"


def _text(table: Table, name: str) -> str:
    """A key column that could not be cast counts with its text, so that such rows are not taken for one another."""
    kind = table.by_name[name].type
    if kind == "text":
        return f"coalesce(\"{name}\", '')"
    return f'coalesce(CAST(try_cast("{name}" AS {SQL_TYPES[kind]}) AS VARCHAR), "{name}", \'\')'
