"""A finding of ``metrics lint``: what is wrong, where, and what to do about it.

Belongs here: the shape of a finding. Not here: the rules (``lint``, ``levels``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """What one rule says of one place.

    ``code`` never changes its meaning. ``line`` is that of the file (1 = first). ``path`` runs from a source column to
    the metric, for findings about levels; else it is empty.
    """

    file: str
    line: int
    code: str
    severity: Literal["error", "warning"]
    message: str
    remedy: str
    path: tuple[str, ...] = ()

    def __str__(self) -> str:
        """One line, as compilers write it."""
        return f"{self.file}:{self.line}: {self.severity} {self.code}: {self.message}; {self.remedy}"
