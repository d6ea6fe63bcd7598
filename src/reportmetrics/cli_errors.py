"""Faults as the command line tells them: one message with its remedy, and an exit code.

Belongs here: which exceptions are the user's to mend, and how. Not here: raising them.
"""

from __future__ import annotations

from reportmetrics.current import StepError
from reportmetrics.engines.base import EngineError
from reportmetrics.ingest.landing_folder import LandingError
from reportmetrics.ingest.ledger import ClockError, LedgerError
from reportmetrics.ingest.rebuild import RebuildError
from reportmetrics.ingest.sidecars import SidecarError
from reportmetrics.metrics.header import DefinitionError
from reportmetrics.metrics.run import ComputeError
from reportmetrics.profile.load import ProfileError
from reportmetrics.upkeep.plan import ForgetError
from reportmetrics.validation.rules import RuleError
from reportmetrics.warehouse.store import StoreError

FAILURE: tuple[type[Exception], ...] = (
    StepError,
    RuleError,
    EngineError,
    ComputeError,
    DefinitionError,
    StoreError,
    LedgerError,
    ClockError,
    RebuildError,
    SidecarError,
    ForgetError,
)


def explain(error: Exception) -> tuple[str, int]:
    """Message and exit code (1 failed, 2 wrong use) for ``error``."""
    if isinstance(error, ProfileError):
        return f"the profile has mistakes; nothing was done\n{error}", 2
    if isinstance(error, LandingError):
        return f"{error}; nothing was done", 2
    if isinstance(error, FAILURE):
        return str(error), 1
    if isinstance(error, NotADirectoryError):
        return f"a file stands where a folder is needed, on the way to {error.filename}; correct the path", 2
    if isinstance(error, PermissionError) and error.filename is not None:
        return f"this user may not use {error.filename}; run as its owner, or correct its access rights", 1
    if isinstance(error, OSError):
        said = str(error) if error.filename is None else f"{error.filename}: {error.strerror}"
        return f"{said}; check that the path exists, is readable and writable, and that the disk has room", 1
    return f"{type(error).__name__}: {error}\nThis should not happen. Run again with --verbose for the details.", 1
