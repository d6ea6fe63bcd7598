"""Whether each publication is there, and as it was published.

Belongs here: their folders, the list of all and ``latest``. Not here: whether figures are right (``audit.verify``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from reportmetrics.audit.opened import AuditError
from reportmetrics.audit.verify import verify
from reportmetrics.publish import history
from reportmetrics.upkeep.finding import Finding

_PUBLISH = "reportmetrics publish"
_LOST = f"restore it from a copy; if it was removed on purpose: {_PUBLISH}, which leaves it out of the list"


def altered(folder: Path) -> Iterator[Finding]:
    """Files of one publication that are not those that were sealed."""
    try:
        verdict = verify(folder, recompute=False)
    except AuditError as error:
        yield Finding(f"publications/{folder.name}", str(error), "restore it from a copy")
        return
    for difference in verdict.differences:
        remedy = "restore it from a copy, or publish this date again and withdraw this one"
        yield Finding(f"publications/{folder.name}/{difference.where}", difference.what, remedy)


def missing(publications: Path, there: Sequence[history.Entry]) -> Iterator[Finding]:
    """Publications that were there: by ``latest``, by what is left of them, by the list of all."""
    names = {e.name for e in there}
    named = history.pointed_to(publications)
    if (names or named) and named not in names:
        yield Finding("publications/latest", "names no publication that is there", _PUBLISH)
    unsealed = history.unsealed(publications)
    for name in unsealed:
        what = "has no manifest, so nobody can tell whether it is as it was published"
        yield Finding(f"publications/{name}", what, "restore it from a copy, or remove the folder")
    yield from _listed(publications, names, names.union(unsealed))


def _listed(publications: Path, names: set[str], left: set[str]) -> Iterator[Finding]:
    """What the list of all says otherwise than the folder."""
    links = history.listed(publications)
    if links is None:
        if names:
            yield Finding("publications/index.html", "is missing: the list of all publications", _PUBLISH)
        return
    for name in sorted({name for name, _ in links} - left):
        yield Finding(f"publications/{name}", "is missing: the list of all publications has it", _LOST)
    for name, link in links:
        if link != history.link_to(name):
            yield Finding("publications/index.html", f"was altered: its link to {name} leads elsewhere", _PUBLISH)
