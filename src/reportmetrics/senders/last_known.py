"""What a unit answered last in a form, and which report it owes next: read from the warehouse for an entry form.

Belongs here: looking up. Not here: the workbook (``form``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace

import duckdb

from reportmetrics.profile.frames import answered_by, periods
from reportmetrics.profile.intake import NOT_APPLICABLE_WORD
from reportmetrics.profile.load import Profile
from reportmetrics.profile.templates import Template, report_id_prefix
from reportmetrics.warehouse.store import Store
from reportmetrics.warehouse.tables import TABLES
from reportmetrics.warehouse.visible import known_now_sql
from reportmetrics.words import counted

_SHOWN = 5

Period = tuple[dt.date, dt.date]
"""First and last day."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it was known last: a number, a text, or that the question does not apply.

    ``own``: it is an answer of the report that the form corrects; ``ticked``: that report confirmed it as unchanged.
    """

    number: float | None
    text: str | None
    not_applicable: bool = False
    own: bool = False
    ticked: bool = False

    def shown(self, *, as_text: bool) -> str | None:
        """The answer as an entry form shows it; None where nothing was answered."""
        if self.not_applicable:
            return NOT_APPLICABLE_WORD
        if as_text:
            return self.text if self.text and self.text.strip() else None
        return None if self.number is None else f"{self.number:.15g}"


@dataclass(frozen=True, slots=True)
class Due:
    """The report that a form is for. ``last`` holds the answers known last by (field, objective).

    ``objectives`` are those that the unit has answered for in this form. A form for a period that was reported before
    carries the same ``report_id`` and the next ``revision``; where that report stands it ``corrects`` it, and goes out
    with that report's own answers.
    """

    unit_id: str
    report_id: str
    start: dt.date
    end: dt.date
    revision: int = 0
    corrects: bool = False
    last: dict[tuple[str, str | None], Answer] = field(default_factory=dict)
    objectives: tuple[str, ...] = ()


class NoPeriodError(Exception):
    """There is no period that the unit owes this form for; the text says why."""


def next_due(
    store: Store | None, profile: Profile, template: Template, unit_id: str, *, today: dt.date, day: dt.date | None
) -> Due:
    """The report on the period that holds ``day``; left out, the one after the last that is known.

    Without a known report it is the last period that has ended by ``today``, or else the running one.
    Raises ``NoPeriodError``, which names earlier periods without a report where none comes after the last.
    """
    known = _reports(store, template.template_id, unit_id)
    start, end = _period(profile, template, unit_id, [k[0] for k in known if k[3]], today, day)
    same = next((k for k in known if k[0] == start), None)
    report_id = same[1] if same else f"{report_id_prefix(template.template_id, unit_id)}-{start:%Y%m%d}"
    due = Due(unit_id, report_id, start, end, same[2] + 1 if same else 0, corrects=bool(same and same[3]))
    if store is None:
        return due
    last = _answers(store, template, unit_id, start)
    return replace(due, last=last, objectives=tuple(sorted({o for _, o in last if o is not None})))


def _period(
    profile: Profile, template: Template, unit_id: str, known: list[dt.date], today: dt.date, day: dt.date | None
) -> Period:
    every = _owed(profile, template, unit_id, max(today, day or today))
    if day is not None:
        owed = [p for p in every if p[0] <= day <= p[1]]
    elif known:
        owed = [p for p in every if p[0] > max(known)][:1]
    else:
        owed = [p for p in every if p[1] < today] or every[:1]
    if owed:
        return owed[-1]
    form = template.template_id
    left = [] if day else _unanswered(profile, template, unit_id, [p for p in every if p[0] not in known])
    if left:
        raise NoPeriodError(f"unit {unit_id} owes no {form} after the last that is known, but {_missing(left)}")
    which = f"that holds {day}" if day else f"up to {today}"
    raise NoPeriodError(f"unit {unit_id} owes no {form} for a period {which} that is not known yet")


def _owed(profile: Profile, template: Template, unit_id: str, until: dt.date) -> list[Period]:
    """All periods that begin by ``until`` and for which the unit owes the form."""
    unit = next(u for u in profile.mission.units if u.unit_id == unit_id)
    first = max(d for d in (profile.mission.starts_on, unit.opened, template.valid_from) if d is not None)
    last = min(d for d in (unit.closed, template.valid_to, dt.date.max) if d is not None)
    return [p for p in periods(template, first, until + dt.timedelta(days=1)) if p[1] <= last]


def _unanswered(profile: Profile, template: Template, unit_id: str, left: list[Period]) -> list[Period]:
    """Periods without a report of the unit, without those for which another unit reports with it."""
    units = {u.unit_id: u for u in profile.mission.units}
    return [p for p in left if answered_by(template, unit_id, units, *p) == unit_id]


def _missing(left: list[Period]) -> str:
    shown = "; ".join(f"{start} to {end}" for start, end in left[-_SHOWN:])
    before = f" and {counted(len(left) - _SHOWN, 'period')} before" if len(left) > _SHOWN else ""
    one = left[-_SHOWN:][0][0]
    return (
        f"no report counts for {counted(len(left), 'earlier period')}: {shown}{before}; --period {one} makes the form"
    )


_TOLD = """
told_report AS (
    SELECT
        report_id, revision, template_id, unit_id, period_start,
        -- The revision up to which the sender has taken the report back.
        coalesce(max(revision) FILTER (WHERE gone) OVER (PARTITION BY report_id), -1) AS gone_up_to
    FROM (SELECT *, coalesce(withdrawn, withdrawn_at IS NOT NULL) AS gone FROM ({reports}))
)"""
_REPORTS = """
WITH {told},
known AS (
    SELECT report_id, period_start, max(revision) AS revision, max(revision) > max(gone_up_to) AS stands
    FROM told_report
    WHERE template_id = $template AND unit_id = $unit
    GROUP BY report_id, period_start
)
SELECT period_start, arg_max(report_id, (stands, revision)), arg_max(revision, (stands, revision)), bool_or(stands)
FROM known
GROUP BY period_start
ORDER BY period_start
"""


def _told(connection: duckdb.DuckDBPyConnection) -> str:
    return _TOLD.format(reports=known_now_sql(connection, TABLES["report"]))


def _reports(store: Store | None, template_id: str, unit_id: str) -> list[tuple[dt.date, str, int, bool]]:
    """First day, id and highest revision of each period's known report, and whether one stands."""
    if store is None:
        return []
    sql = _REPORTS.format(told=_told(store.connection))
    return store.connection.execute(sql, {"template": template_id, "unit": unit_id}).fetchall()


_ANSWERS = """
WITH {told},
told AS (
    -- Answers of a revision that came later in time are not those of a later revision; those to a revision whose report
    -- is not known wait for it.
    SELECT a.* REPLACE (coalesce(a.revision, 0) AS revision)
    FROM ({answers}) AS a
    JOIN (SELECT report_id, max(revision) AS latest FROM told_report GROUP BY report_id) AS r USING (report_id)
    WHERE coalesce(a.revision, 0) <= r.latest
    QUALIFY a.revision = max(revision) OVER (PARTITION BY report_id)
),
of_form AS (
    SELECT DISTINCT report_id, period_start, gone_up_to FROM told_report
    WHERE template_id = $template AND unit_id = $unit AND period_start <= $start AND revision > gone_up_to
),
answered AS (
    SELECT
        t.*,
        f.period_start,
        f.period_start = $start AS own,
        -- A number under a text, or the other way round, answers nothing that the form could show.
        CASE WHEN list_contains($texts, t.field_id) THEN nullif(trim(t.value_text), '') IS NOT NULL
            ELSE t.value_number IS NOT NULL END
        OR t.not_applicable IS TRUE AS says
    FROM told AS t JOIN of_form AS f ON f.report_id = t.report_id AND t.revision > f.gone_up_to
),
judged AS (
    SELECT
        *,
        bool_or(own AND confirmed_unchanged IS TRUE) OVER (PARTITION BY field_id, objective_id) AS ticked
    FROM answered
)
SELECT field_id, objective_id, value_number, value_text, not_applicable IS TRUE, own, ticked
FROM judged
-- A tick alone says that what was answered before holds on; a blank says nothing.
WHERE says
QUALIFY row_number() OVER (PARTITION BY field_id, objective_id ORDER BY period_start DESC) = 1
"""


def _answers(store: Store, template: Template, unit_id: str, start: dt.date) -> dict[tuple[str, str | None], Answer]:
    answers = known_now_sql(store.connection, TABLES["report_field"])
    sql = _ANSWERS.format(told=_told(store.connection), answers=answers)
    texts = [f.field_id for f in template.fields if f.kind == "text"]
    given = {"template": template.template_id, "unit": unit_id, "start": start, "texts": texts}
    rows = store.connection.execute(sql, given).fetchall()
    return {(field_id, objective): Answer(*answer) for field_id, objective, *answer in rows}
