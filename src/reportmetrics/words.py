"""Numbers with their nouns, as commands print them.

Belongs here: the form of a noun. Not here: the sentences around it (``cli_print`` and others).
"""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """``1 row``, ``1,200 rows``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
