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


def check_signature(
    folder: Path, allowed: Path | None, *, name: str = NAME, signature: str = SIGNATURE
) -> tuple[list[Difference], str]:
    """Differences, and in words who signed.

    With a file of ``allowed`` signers the publication must be signed by one of them. Without it a signature is only
    checked for belonging to the manifest (or the file ``name``): it then proves that one key made it, not whose key
    that is.
    """
    signed = folder / signature
    if allowed is not None and not allowed.is_file():
        raise AuditError(f"there is no file of allowed signers {allowed}; correct REPORTMETRICS_ALLOWED_SIGNERS")
    if not signed.is_file():
        unsigned = [Difference("signature", signature, "is missing; a signed publication was asked for")]
        return (unsigned if allowed else []), "not signed"
    path = folder / name
    if allowed is None:
        fine, said = _ask(path, ["check-novalidate", "-n", NAMESPACE, "-s", signature])
        words = "signed; whose key it is was not checked (give a file of allowed signers)"
        return _result(fine, said, words, signature)
    fine, said = _ask(path, ["find-principals", "-n", NAMESPACE, "-s", signature, "-f", str(allowed)])
    if not fine:
        return [Difference("signature", signature, f"is of no allowed signer: {said}")], "signed by somebody else"
    signer = said.splitlines()[0].strip()
    command = ["verify", "-n", NAMESPACE, "-s", signature, "-f", str(allowed), "-I", signer]
    fine, said = _ask(path, command)
    return _result(fine, said, f"signed by {signer}", signature)


def _result(fine: bool, said: str, words: str, signature: str) -> tuple[list[Difference], str]:
    if fine:
        return [], words
    what = f"does not belong to {signature.removesuffix('.sig')}: {said}"
    return [Difference("signature", signature, what)], "signature does not fit"


def _ask(path: Path, arguments: list[str]) -> tuple[bool, str]:
    try:
        with path.open("rb") as signed:
            done = subprocess.run(  # noqa: S603 (a fixed command on files of the publication)
                ["ssh-keygen", "-Y", *arguments],  # noqa: S607 (whichever OpenSSH the machine has)
                cwd=path.parent,
                stdin=signed,
                capture_output=True,
                check=False,
            )
    except FileNotFoundError as error:
        raise AuditError("the publication is signed, and ssh-keygen is not installed; install OpenSSH") from error
    said = done.stdout.decode(errors="replace") or done.stderr.decode(errors="replace")
    return done.returncode == 0, " ".join(said.splitlines()[:1])
