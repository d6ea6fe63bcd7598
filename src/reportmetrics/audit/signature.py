"""The signature of a publication, checked with OpenSSH.

Belongs here: asking ``ssh-keygen``. Not here: making signatures (``publish.seal``).
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from reportmetrics.audit.differences import Difference
from reportmetrics.audit.opened import AuditError
from reportmetrics.publish.manifest import NAME
from reportmetrics.publish.seal import NAMESPACE, SIGNATURE


def check_signature(folder: Path, allowed: Path | None) -> tuple[list[Difference], str]:
    """Differences, and in words who signed.

    With a file of ``allowed`` signers the publication must be signed by one of them. Without it a signature is only
    checked for belonging to this manifest: it then proves that one key made it, not whose key that is.
    """
    signature = folder / SIGNATURE
    if allowed is not None and not allowed.is_file():
        raise AuditError(f"there is no file of allowed signers {allowed}; correct REPORTMETRICS_ALLOWED_SIGNERS")
    if not signature.is_file():
        unsigned = [Difference("signature", SIGNATURE, "is missing; a signed publication was asked for")]
        return (unsigned if allowed else []), "not signed"
    if allowed is None:
        fine, said = _ask(folder, ["check-novalidate", "-n", NAMESPACE, "-s", SIGNATURE])
        return _result(fine, said, "signed; whose key it is was not checked (give a file of allowed signers)")
    fine, said = _ask(folder, ["find-principals", "-n", NAMESPACE, "-s", SIGNATURE, "-f", str(allowed)])
    if not fine:
        return [Difference("signature", SIGNATURE, f"is of no allowed signer: {said}")], "signed by somebody else"
    signer = said.splitlines()[0].strip()
    command = ["verify", "-n", NAMESPACE, "-s", SIGNATURE, "-f", str(allowed), "-I", signer]
    fine, said = _ask(folder, command)
    return _result(fine, said, f"signed by {signer}")


def _result(fine: bool, said: str, words: str) -> tuple[list[Difference], str]:
    if fine:
        return [], words
    return [Difference("signature", SIGNATURE, f"does not belong to this manifest: {said}")], "signature does not fit"


def _ask(folder: Path, arguments: list[str]) -> tuple[bool, str]:
    try:
        with (folder / NAME).open("rb") as manifest:
            done = subprocess.run(  # noqa: S603 (a fixed command on files of the publication)
                ["ssh-keygen", "-Y", *arguments],  # noqa: S607 (whichever OpenSSH the machine has)
                cwd=folder,
                stdin=manifest,
                capture_output=True,
                check=False,
            )
    except FileNotFoundError as error:
        raise AuditError("the publication is signed, and ssh-keygen is not installed; install OpenSSH") from error
    said = done.stdout.decode(errors="replace") or done.stderr.decode(errors="replace")
    return done.returncode == 0, " ".join(said.splitlines()[:1])
