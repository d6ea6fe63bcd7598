"""The seal of a publication: what protects the manifest, which protects everything else.

``manifest.sha256`` beside the manifest is in the format of ``sha256sum -c``: it finds accidents, and anybody can check
it without this software. It does not stop somebody who makes all hashes again; that takes ``manifest.json.sig``, a
signature made by OpenSSH where a key is configured.

Belongs here: sealing. Not here: checking the seal (``audit``).
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from reportmetrics.publish.files import sha256
from reportmetrics.publish.manifest import NAME

if TYPE_CHECKING:
    from reportmetrics.profile.load import Profile

CHECKSUM = "manifest.sha256"
SIGNATURE = f"{NAME}.sig"
NAMESPACE = "reportmetrics-publication"
"""What a signature is for: OpenSSH does not accept one that was made for something else."""


class SigningError(OSError):
    """The manifest could not be signed; the message says why, and nothing is published."""


def copy_profile(profile: Profile, target: Path) -> None:
    """Copy the profile's YAML, so that a publication alone says how each file was read and what was to be reached."""
    for path in sorted([*profile.folder.glob("*.yaml"), *profile.folder.glob("sources/*.yaml")]):
        copy = target / path.relative_to(profile.folder)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)


def seal(folder: Path, *, key: Path | None) -> None:
    """Write the manifest's checksum and, with a ``key``, its signature. Raises :class:`SigningError`."""
    seal_file(folder / NAME, folder / CHECKSUM, key=key)


def seal_file(path: Path, checksum: Path, *, key: Path | None) -> None:
    """Write the checksum of ``path`` to ``checksum`` and, with a ``key``, its signature beside it."""
    for old in (checksum, path.with_name(f"{path.name}.sig")):
        old.unlink(missing_ok=True)
    checksum.write_text(f"{sha256(path)}  {path.name}\n", encoding="utf-8")
    if key is not None:
        _sign(path, key)


def _sign(manifest: Path, key: Path) -> None:
    if not key.is_file():
        raise SigningError(f"REPORTMETRICS_SIGNING_KEY names {key}, which is not there; correct it, or unset it")
    command = ["ssh-keygen", "-Y", "sign", "-f", str(key), "-n", NAMESPACE, manifest.name]
    try:
        done = subprocess.run(  # noqa: S603 (a fixed command; the key's path is the operator's own)
            command, cwd=manifest.parent, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
    except FileNotFoundError as error:
        raise SigningError(
            "ssh-keygen is not installed; install OpenSSH, or unset REPORTMETRICS_SIGNING_KEY"
        ) from error
    if done.returncode != 0:
        raise SigningError(
            f"ssh-keygen could not sign with {key}: {done.stderr.strip()}; use a key that needs no passphrase, or "
            "one that an agent holds"
        )
