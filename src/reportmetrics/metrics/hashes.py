"""Hashes by which a changed meaning is told from changed layout.

Belongs here: text and trees to a hash. Not here: what makes up the meaning of a metric (``catalogue``).
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import TokenType
from sqlglot.tokens import Tokenizer


def core_hashes(folder: Path) -> dict[str, str]:
    """Hash of each table's core SQL; tables of the profile and of the system have none."""
    return {path.stem: digest(_normal(path.read_text(encoding="utf-8"))) for path in (folder / "core").glob("*.sql")}


def texts_digest(folder: Path) -> str:
    """Hash of the names and bytes of all files that a catalogue is read from: the same hash, the same catalogue."""
    found = hashlib.sha256()
    for pattern in ("metrics/*/*.sql", "derived/*.sql", "core/*.sql"):
        for path in sorted(folder.glob(pattern)):
            content = path.read_bytes()
            found.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode() + content)
    return found.hexdigest()


def _normal(sql: str) -> str:
    """SQL without comments, layout and case. Core SQL may hold placeholders, so it is split into tokens, not parsed."""
    try:
        tokens = Tokenizer(dialect="duckdb").tokenize(sql)
    except SqlglotError:
        return sql
    as_written = (TokenType.STRING, TokenType.IDENTIFIER)
    return " ".join(f"'{t.text}'" if t.token_type in as_written else t.text.upper() for t in tokens)


def digest(tree: object) -> str:
    """SHA-256 of a tree of plain values as canonical JSON."""
    text = json.dumps(tree, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
