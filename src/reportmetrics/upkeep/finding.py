"""What is said of something missing or altered.

Belongs here: that. Not here: looking for it (``fsck``, ``published``, ``noted``, ``thorough``).
"""

from __future__ import annotations

from dataclasses import dataclass

REBUILD = "reportmetrics rebuild"
"""The remedy where the archive is whole."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something missing or altered: ``where`` it is, ``what`` is wrong, and the ``remedy``."""

    where: str
    what: str
    remedy: str

    def __str__(self) -> str:
        """One line."""
        return f"{self.where}: {self.what}; {self.remedy}"
