"""How registers tell of requests: what a headquarters had written down by the day of an extract.

Belongs here: the rows of request files. Not here: what happened (``requests``), encodings and paths (``generate``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from reportmetrics.sample.plan import ROME, local_text, midnight, text
from reportmetrics.sample.requests import Request

JFC_HEADER = (
    "N° PRATICA", "TIPO", "OBIETTIVO", "PRIORITÀ", "APERTA IL", "RICEVUTA IL", "DECISA IL", "STATO",
    "PROMESSO A", "PROMESSO IL", "PROMESSO ENTRO", "CONTROPARTE", "RICHIEDENTE",
)  # fmt: skip
REGISTER_HEADER = (
    "request", "hq", "type", "objective", "priority", "raised", "acknowledged", "decided", "withdrawn", "status",
    "raised_by",
)  # fmt: skip
PLAIN_HEADER = ("request", "type", "objective", "priority", "raised", "acknowledged", "decided", "status")
MOVEMENT_HEADER = ("request", "objective", "activity", "asked", "answered", "answer", "counterpart_type", "advisor")
GRANTS_HEADER = (
    "grant",
    "purpose",
    "objective",
    "asked",
    "answered",
    "answer",
    "amount",
    "funder",
    "advisor",
    "activity",
)
_MINUTE, _ITALIAN = "%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M"
_PRIORITY = {"routine": "Ordinaria", "urgent": "Urgente", "immediate": "Immediata"}
_STATE = {"open": "Aperta", "approved": "Approvata", "denied": "Negata"}
_ANSWER = {"approved": "granted", "denied": "refused", "open": ""}


def known_at(requests: list[Request], extract: dt.date, *, keep_days: int | None = None) -> list[Request]:
    """Requests raised before an extract, as they stood then.

    With ``keep_days`` the register is a rolling one: closed requests leave it that many days after they were closed.
    """
    moment = midnight(extract)
    rows = [_as_of(r, moment) for r in requests if r.raised < moment]
    if keep_days is None:
        return rows
    oldest = moment - dt.timedelta(days=keep_days)
    return [r for r in rows if r.closed is None or r.closed >= oldest]


def _as_of(r: Request, moment: dt.datetime) -> Request:
    def past(value: dt.datetime | None) -> dt.datetime | None:
        return value if value is not None and value < moment else None

    decided, withdrawn = past(r.decided), past(r.withdrawn)
    outcome = r.outcome if decided or withdrawn else "open"
    promised = r.promised_on is not None and midnight(r.promised_on) < moment
    return replace(
        r,
        decided=decided,
        withdrawn=withdrawn,
        outcome=outcome,
        acknowledged=past(r.acknowledged),
        promised_to=r.promised_to if promised else "",
        promised_on=r.promised_on if promised else None,
        promised_by=r.promised_by if promised else None,
    )


def jfc_row(r: Request) -> list[str]:
    """A row of the Naples register."""

    def day(value: dt.date | None) -> str:
        return "" if value is None else value.strftime("%d/%m/%Y")

    return [
        r.request_id,
        r.request_type,
        r.objective_id,
        _PRIORITY[r.priority],
        local_text(r.raised, _ITALIAN, ROME),
        local_text(r.acknowledged, _ITALIAN, ROME),
        local_text(r.decided, _ITALIAN, ROME),
        _STATE[r.outcome],
        r.promised_to,
        day(r.promised_on),
        day(r.promised_by),
        r.counterpart_type,
        r.raised_by,
    ]


def register_row(r: Request, pattern: str = _MINUTE) -> list[str]:
    """A row of the mission's own register of other headquarters; statuses are written with a capital."""
    return [
        r.request_id,
        r.hq,
        r.request_type,
        r.objective_id,
        r.priority,
        local_text(r.raised, pattern),
        local_text(r.acknowledged, pattern),
        local_text(r.decided, pattern),
        local_text(r.withdrawn, pattern),
        r.outcome.capitalize(),
        r.raised_by,
    ]


def plain_row(r: Request) -> list[str]:
    """A row of a register kept by one headquarters."""
    return [
        r.request_id,
        r.request_type,
        r.objective_id,
        r.priority,
        local_text(r.raised, _MINUTE),
        local_text(r.acknowledged, _MINUTE),
        local_text(r.decided, _MINUTE),
        r.outcome,
    ]


def movement_row(r: Request) -> list[str]:
    """A row of the force protection cell's list."""
    asked, answered = local_text(r.raised, _MINUTE), local_text(r.decided, _MINUTE)
    return [
        r.request_id, r.objective_id, r.activity_id, asked, answered, _ANSWER[r.outcome], r.counterpart_type,
        r.raised_by,
    ]  # fmt: skip


def grant_row(r: Request) -> list[str]:
    """A row of the small grants list; amounts in continental notation."""
    amount = f"{r.amount:,.2f}".translate(str.maketrans(",.", ".,")) if r.amount is not None else ""
    asked, answered = local_text(r.raised, "%Y-%m-%d"), local_text(r.decided, "%Y-%m-%d")
    return [
        r.request_id, r.request_type, r.objective_id, asked, answered, _ANSWER[r.outcome], amount, text(r.funder),
        r.raised_by, r.activity_id,
    ]  # fmt: skip
