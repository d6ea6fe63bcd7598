"""Where things are: the only reader of environment variables and default paths.

``home`` is the folder of everything that is made at run time. Nothing else in the package knows a path by itself.
"""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass
from pathlib import Path

_HERE = Path(__file__).resolve().parent


def _shipped(name: str) -> Path:
    """Folder shipped with the product: inside an installed wheel, or at the top of a checkout."""
    installed = _HERE / "_assets" / name
    return installed if installed.is_dir() else _HERE.parent.parent / name


def _no_file(folder: Path) -> None:
    there = next((p for p in (folder, *folder.parents) if p.exists()), None)
    if there is not None and not there.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(there))


@dataclass(frozen=True, slots=True)
class Settings:
    """Paths of one mission's installation. ``landing`` defaults to ``home/landing``.

    ``landing_named`` tells whether somebody named it, by an option or a variable.
    """

    profile: Path
    home: Path
    landing: Path
    landing_named: bool = False

    @classmethod
    def from_environment(
        cls, *, profile: Path | None = None, home: Path | None = None, landing: Path | None = None
    ) -> Settings:
        """Explicit arguments win over ``REPORTMETRICS_PROFILE``, ``_HOME`` and ``_LANDING``, those over defaults.

        A variable that is empty is not set. Raises ``NotADirectoryError`` where a file stands in the way of ``home``.
        """
        env = os.environ
        home = home or Path(env.get("REPORTMETRICS_HOME") or "data")
        _no_file(home.resolve())
        named = env.get("REPORTMETRICS_LANDING")
        landing = landing or (Path(named) if named else None)
        return cls(
            profile=(profile or Path(env.get("REPORTMETRICS_PROFILE") or "data/profiles/nmi")).resolve(),
            home=home.resolve(),
            landing=Path(os.path.realpath(landing or home / "landing")),  # of links in a ring, one of them
            landing_named=landing is not None,
        )

    @property
    def landing_must_exist(self) -> bool:
        """Whether a missing landing folder is a mistake: only the default one may be still to be made."""
        return self.landing_named or self.landing != self.home / "landing"

    @property
    def archive(self) -> Path:
        """Received files by content hash, never changed."""
        return self.home / "archive"

    @property
    def warehouse(self) -> Path:
        """The DuckDB file with raw rows, core tables, rejects and ledger."""
        return self.home / "warehouse.duckdb"

    @property
    def staging(self) -> Path:
        """Scratch space of a run: staged Parquet, snapshots before they are published."""
        return self.home / "staging"

    @property
    def publications(self) -> Path:
        """Immutable publications, ``index.html`` and ``latest``."""
        return self.home / "publications"

    @property
    def returns(self) -> Path:
        """Workbooks with refused rows for their senders."""
        return self.home / "returns"

    @property
    def hand_backs(self) -> Path:
        """Records of what was given back to senders, until they are taken in."""
        return self.home / "handed-back"

    @property
    def dagster_home(self) -> Path:
        """Dagster's instance: run history, event log, schedules.

        Below home; where several missions share one (``REPORTMETRICS_LOCATION``), the folder ``DAGSTER_HOME``.
        """
        shared = os.environ.get("DAGSTER_HOME") if location_from_environment() else None
        return Path(shared) if shared else self.home / "dagster"

    @property
    def pseudonym_key_file(self) -> Path:
        """Key of the pseudonyms, made on first use with mode 600; never in the database or a publication."""
        return self.home / "pseudonym.key"


def pseudonym_key_from_environment() -> str | None:
    """Key of the pseudonyms from ``REPORTMETRICS_PSEUDONYM_KEY``, which wins over the key file."""
    return os.environ.get("REPORTMETRICS_PSEUDONYM_KEY")


def signing_key_from_environment() -> Path | None:
    """Private OpenSSH key that signs each publication, from ``REPORTMETRICS_SIGNING_KEY``; None: they stay unsigned."""
    named = os.environ.get("REPORTMETRICS_SIGNING_KEY")
    return Path(named).resolve() if named else None


def allowed_signers_from_environment() -> Path | None:
    """File of those whose signatures count (``ssh-keygen(1)``), from ``REPORTMETRICS_ALLOWED_SIGNERS``."""
    named = os.environ.get("REPORTMETRICS_ALLOWED_SIGNERS")
    return Path(named).resolve() if named else None


def browser_from_environment() -> Path | None:
    """Chromium for PDF and pictures, from ``REPORTMETRICS_CHROMIUM``; None: the one on the PATH."""
    named = os.environ.get("REPORTMETRICS_CHROMIUM")
    return Path(named).resolve() if named else None


def alert_command_from_environment() -> str | None:
    """Command that is given each alert as JSON on standard input, from ``REPORTMETRICS_ALERT_COMMAND``."""
    return os.environ.get("REPORTMETRICS_ALERT_COMMAND") or None


def alert_webhook_from_environment() -> str | None:
    """Address that each alert is posted to as JSON, from ``REPORTMETRICS_ALERT_WEBHOOK``."""
    return os.environ.get("REPORTMETRICS_ALERT_WEBHOOK") or None


def publications_address_from_environment() -> str | None:
    """Where a web server shows ``publications/``, from ``REPORTMETRICS_PUBLICATIONS_URL``; None: nowhere."""
    named = os.environ.get("REPORTMETRICS_PUBLICATIONS_URL")
    return f"{named.rstrip('/')}/" if named else None


def location_from_environment() -> str:
    """Name that tells this mission from others in one Dagster instance, from ``REPORTMETRICS_LOCATION``; else empty."""
    return os.environ.get("REPORTMETRICS_LOCATION", "")


def sql_folder() -> Path:
    """``sql/``: core, derived, metrics, checks."""
    return _shipped("sql")


def dashboards_folder() -> Path:
    """``dashboards/``: page templates, theme, script."""
    return _shipped("dashboards")
