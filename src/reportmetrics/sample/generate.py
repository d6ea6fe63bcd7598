"""The sample as files: who sends what on which day, and the few faults that are meant.

Belongs here: paths, encodings, headers, extracts. Not here: what happened in the mission (the other modules).
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from reportmetrics.profile.load import Profile
from reportmetrics.sample import feedback, registers, requests, truths
from reportmetrics.sample.activities import OWNERS, Activity, make_activities, weekly_held
from reportmetrics.sample.people import People
from reportmetrics.sample.plan import Plan, local_text, midnight, text
from reportmetrics.sample.readings import Reading, make_readings
from reportmetrics.sample.reports import Report, base_unit, make_reports
from reportmetrics.sample.requests import Request
from reportmetrics.sample.scale import copies_for, scaled_profile
from reportmetrics.sample.workbooks import Cell, assessment

Files = dict[str, bytes]
_ACTIVITY_HEADER = (
    "id", "objective", "kind", "status", "reason", "planned", "held", "count", "hours", "participants", "counterpart",
    "counterpart_type", "place", "outside", "vehicles", "advisor",
)  # fmt: skip
_REPORT_HEADER = ("report", "form", "unit", "advisor", "recipient", "first_day", "last_day", "sent", "revision",
                  "minutes", "grade", "narrative")  # fmt: skip


@dataclass(frozen=True)
class Mission:
    """All that happened, before it is written into files."""

    plan: Plan
    people: People
    activities: list[Activity]
    readings: list[Reading]
    reports: list[Report]
    requests: dict[str, list[Request]]


def make_mission(
    profile: Profile, *, weeks: int = truths.WEEKS, personnel: int = truths.PERSONNEL, seed: int = truths.SEED
) -> Mission:
    """What happens in a reference mission of that length and size. Raises ``ValueError`` as ``scaled_profile`` does."""
    plan = Plan(scaled_profile(profile, weeks=weeks, personnel=personnel), weeks, copies_for(personnel), seed)
    people = People(plan)
    activities = make_activities(plan, people)
    asked = {
        "jfc_naples": requests.jfc_naples(plan, people),
        "headquarters": [
            *requests.shape(plan),
            *requests.committee(plan),
            *requests.training_command(plan),
            *requests.outlived(plan, people),
        ],
        "aircom": requests.stale(plan),
        "jsec": requests.silent(plan),
        "brunssum": requests.selected(plan),
        "movement": requests.movement(plan, activities),
        "small_grants": requests.small_grants(plan, people, activities),
    }
    readings = make_readings(plan, weekly_held(plan, activities))
    return Mission(plan, people, activities, readings, make_reports(plan, people, activities), asked)


def sample_files(
    profile: Profile, *, weeks: int = truths.WEEKS, personnel: int = truths.PERSONNEL, seed: int = truths.SEED
) -> Files:
    """Content of each file by its path below the landing folder; the same bytes for the same arguments."""
    mission = make_mission(profile, weeks=weeks, personnel=personnel, seed=seed)
    files: Files = {}
    for part in (_activity_files, _assessment_files, _report_files, _feedback_files, _request_files, _tour_files):
        files |= part(mission)
    return dict(sorted(files.items()))


def generate(
    folder: Path,
    *,
    profile: Profile,
    weeks: int = truths.WEEKS,
    personnel: int = truths.PERSONNEL,
    seed: int = truths.SEED,
) -> list[Path]:
    """Write the sample below ``folder`` and return the paths.

    Raises ``ValueError`` where the folder holds files of another sample, which would mix two missions, and for fewer
    weeks or people than the known answers need.
    """
    files = sample_files(profile, weeks=weeks, personnel=personnel, seed=seed)
    paths = [folder / name for name in files]
    others = sorted({p for p in folder.rglob("*") if p.is_file()} - set(paths)) if folder.is_dir() else []
    if others:
        raise ValueError(f"{folder} holds {len(others)} other files, such as {others[0].name}; give an empty folder")
    for path, content in zip(paths, files.values(), strict=True):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return paths


def _csv(
    header: Sequence[str], rows: Iterable[Sequence[object]], *, delimiter: str = ",", above: Sequence[str] = ()
) -> str:
    buffer = io.StringIO()
    buffer.writelines(f"{line}\n" for line in above)
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([text(cell) for cell in row] for row in rows)
    return buffer.getvalue()


def _activity_files(mission: Mission) -> Files:
    plan, files = mission.plan, {}
    by_week: list[list[Activity]] = [[] for _ in range(plan.weeks + 1)]
    for a in mission.activities:
        by_week[a.week].append(a)
    # The coming week's plans are listed for one objective, the week after the last one included.
    by_week[plan.weeks] = [
        replace(a, activity_id=a.activity_id + "+", planned=a.planned + dt.timedelta(days=7))
        for a in by_week[plan.weeks - 1]
        if a.objective_id == truths.EXECUTION_OBJECTIVE and a.planned
    ]
    for week, sunday in enumerate(plan.extracts(7)):
        rows = [a.cells() for a in by_week[week]]
        rows += [_planned(a).cells() for a in by_week[week + 1] if _is_listed_ahead(a)]
        name = f"activity/activity_log_{sunday:%Y%m%d}.csv"
        before = [a.cells() for a in by_week[week - 1]] if week else []
        files[name] = _csv(_ACTIVITY_HEADER, _disturbed(name, rows, before)).encode()
    original, copy = truths.SAME_FILE_TWICE
    return files | {copy: files[original]}


def _is_listed_ahead(a: Activity) -> bool:
    return a.objective_id == truths.EXECUTION_OBJECTIVE and a.planned is not None


def _planned(a: Activity) -> Activity:
    return replace(a, status="planned", reason="", held=None, participants=None, vehicles=None)


def _disturbed(name: str, rows: list[list[object]], before: list[list[object]]) -> list[list[object]]:
    """The rows of an activity log with the faults, repetitions and corrections that ``truths`` records for it."""
    objective, held, hours = (_ACTIVITY_HEADER.index(n) for n in ("objective", "held", "hours"))
    for fault in truths.FAULTS:
        if fault.file == name:
            bad = list(rows[0])
            bad[0] = f"{bad[0]}?"
            bad[objective if fault.column == "objective_id" else held] = fault.raw
            rows = [bad, *rows]
    repeated, number = truths.ROWS_REPEATED
    if name == repeated:
        rows = [*rows, *rows[-number:]]
    again, number = truths.ROWS_SENT_AGAIN
    if name == again:
        rows = [*before[:number], *rows]
    corrected, number = truths.ROWS_CORRECTED_IN_FILE
    if name == corrected:
        wrong = [list(row) for row in rows if row[held]][:number]
        for row in wrong:
            row[hours] = 99.0
        rows = [*wrong, *rows]
    return rows


def _assessment_files(mission: Mission) -> Files:
    files: Files = {}
    waiting: dict[str, list[Reading]] = {}
    for reading in mission.readings:
        waiting.setdefault(OWNERS[reading.objective_id], []).append(reading)
    for report in (r for r in mission.reports if r.template == "MAS"):
        mine = [o for o, unit in OWNERS.items() if unit == base_unit(report.unit)]
        # A reading that no workbook has carried yet travels in the next one that comes.
        due = sorted(waiting.get(report.unit, []), key=lambda r: (r.day, r.indicator_id))
        carried = [r for r in due if r.day <= report.last_day]
        if report.unit in waiting:
            waiting[report.unit] = [r for r in due if r.day > report.last_day]
        for revision in _with_revision(mission.plan, report):
            day = local_text(revision.sent + dt.timedelta(days=1), "%Y-%m-%d")
            mark = f"_r{revision.revision}" if revision.revision else ""
            name = f"assessment/MAS_{report.unit}_{report.first_day:%Y-%m}{mark}_{day}.xlsx"
            files[name] = assessment(mission.plan, revision, mine, carried, _fault_row(report))
    return files


_REVISED = {"MAS-U-03-20210401", "MAS-U-06-20210801", "MAS-U-08-20211001"}


def _with_revision(plan: Plan, report: Report) -> list[Report]:
    if report.report_id not in _REVISED:
        return [report]
    later = replace(report, revision=1, sent=report.sent + dt.timedelta(days=4))
    return [report, later] if later.sent < midnight(plan.last_extract) - dt.timedelta(days=1) else [report]


def _fault_row(report: Report) -> list[Cell] | None:
    for fault in truths.FAULTS:
        if fault.table == "observation" and f"MAS_{report.unit}_{report.first_day:%Y-%m}_" in fault.file:
            return ["LO-05.out", "LO-05", "output", report.last_day.isoformat(), fault.raw, "", ""]
    return None


def _report_files(mission: Mission) -> Files:
    fields = {t.template_id: [f.field_id for f in t.fields] for t in mission.plan.profile.templates}
    questions = [f"Q{q:02d}" for q in range(1, 11)]
    weekly = [r for r in mission.reports if r.template == "WAR"]
    # A few weekly reports are sent a second time with a corrected count.
    weekly += [
        replace(
            r, revision=1, sent=r.sent + dt.timedelta(days=3), answers=r.answers | {"WAR-03": r.answers["WAR-03"] + 2}
        )
        for k, r in enumerate(weekly)
        if k % 150 == 75 and base_unit(r.unit) != truths.EXACT_HOURS_UNIT
    ]
    dotted, iso = ("%d.%m.%Y", "%d.%m.%Y %H:%M"), ("%Y-%m-%d", "%Y-%m-%d %H:%M")
    own = {"war": weekly, "bor": [r for r in mission.reports if r.template == "BOR"]}
    own["forms"] = [r for r in mission.reports if r.template not in ("WAR", "BOR", "MAS")]
    files: Files = {}
    for kind, folder, extra, ids, formats, delimiter in (
        ("war", "weekly", [], fields["WAR"], dotted, ";"),
        ("bor", "objective", ["objective"], fields["BOR"], dotted, ";"),
        ("forms", "forms", ["unchanged"], questions, iso, ","),
    ):
        for day, batch in _batches(mission.plan, own[kind]):
            rows = [_report_row(r, extra, ids, formats) for r in batch]
            content = _csv([*_REPORT_HEADER, *extra, *ids], rows, delimiter=delimiter)
            files[f"reports/{folder}/{kind}_{day:%Y%m%d}.csv"] = content.encode()
    return files


def _feedback_files(mission: Mission) -> Files:
    found = feedback.batches(mission.plan, feedback.make_answers(mission.reports))
    return {
        f"feedback/answers_{day:%Y%m%d}.csv": _csv(feedback.HEADER, [a.cells() for a in batch]).encode()
        for day, batch in found.items()
    }


def _batches(plan: Plan, reports: list[Report]) -> Iterable[tuple[dt.date, list[Report]]]:
    """Reports by the four-weekly extract that first holds them."""
    since = dt.datetime.min
    ordered = sorted(reports, key=lambda r: (r.sent, r.report_id, r.revision))
    for day in plan.extracts(28):
        until = midnight(day)
        batch = [r for r in ordered if since <= r.sent < until]
        since = until
        if batch:
            yield day, batch


def _report_row(r: Report, extra: Sequence[str], ids: Sequence[str], formats: tuple[str, str]) -> list[object]:
    day, moment = formats
    row: list[object] = [
        r.report_id, r.template, r.unit, r.advisor, r.recipient, r.first_day.strftime(day), r.last_day.strftime(day),
        local_text(r.sent, moment), r.revision, r.minutes, r.grade, r.narrative,
    ]  # fmt: skip
    row += [{"objective": r.objective, "unchanged": r.unchanged}[name] for name in extra]
    return row + [r.answers.get(field_id) for field_id in ids]


def _request_files(mission: Mission) -> Files:
    plan, asked = mission.plan, mission.requests
    files: Files = {}
    for day in plan.extracts(7):
        rows = [registers.jfc_row(r) for r in registers.known_at(asked["jfc_naples"], day, keep_days=28)]
        if rows:
            name = f"requests/jfc_naples/registro_{day:%Y%m%d}.csv"
            above = ("REGISTRO RICHIESTE - JFC NAPLES", f"Estratto del {day:%d/%m/%Y}")
            content = _csv(registers.JFC_HEADER, _faulty_register(name, rows), delimiter=";", above=above)
            files[name] = content.encode("cp1252")
    for day in plan.extracts(28):
        rows = [_register_row(r) for r in registers.known_at(asked["headquarters"], day, keep_days=56)]
        _add(files, f"requests/headquarters/register_{day:%Y%m%d}.csv", registers.REGISTER_HEADER, rows)
    make: Callable[[Request], list[str]]
    for kind, days, header, make in (
        ("aircom", [truths.STALE_EXTRACT], registers.PLAIN_HEADER, registers.plain_row),
        ("jsec", plan.extracts(91), registers.PLAIN_HEADER, registers.plain_row),
        ("brunssum", [plan.last_extract], registers.PLAIN_HEADER, registers.plain_row),
        ("movement", plan.extracts(91), registers.MOVEMENT_HEADER, registers.movement_row),
        ("small_grants", plan.extracts(182), registers.GRANTS_HEADER, registers.grant_row),
    ):
        for day in days:
            rows = [make(r) for r in registers.known_at(asked[kind], day)]
            _add(files, f"requests/{kind}/{kind}_{day:%Y%m%d}.csv", header, rows)
    return files


def _add(files: Files, name: str, header: Sequence[str], rows: list[list[str]]) -> None:
    if rows:
        files[name] = _csv(header, rows).encode()


def _register_row(r: Request) -> list[str]:
    """Training Command notes days without times."""
    return registers.register_row(r, "%Y-%m-%d") if r.hq == truths.MIXED.hq else registers.register_row(r)


def _faulty_register(name: str, rows: list[list[str]]) -> list[list[str]]:
    """One row of two extracts is wrong, and right again in the next."""
    state, raised, decided = (registers.JFC_HEADER.index(n) for n in ("STATO", "APERTA IL", "DECISA IL"))
    for fault in truths.FAULTS:
        if fault.file != name:
            continue
        if fault.column == "outcome":
            bad, rest = list(rows[0]), rows[1:]
            bad[state] = fault.raw
        else:
            at = next(k for k, row in enumerate(rows) if row[decided])
            bad, rest = list(rows[at]), rows[:at] + rows[at + 1 :]
            opened = dt.datetime.strptime(bad[raised], "%d/%m/%Y %H:%M") - dt.timedelta(days=1)
            bad[decided] = opened.strftime("%d/%m/%Y %H:%M")
        rows = [bad, *rest]
    return rows


def _tour_files(mission: Mission) -> Files:
    files: Files = {}
    for day in mission.plan.extracts(91):
        name, rows = f"tours/tours_{day:%Y%m%d}.csv", mission.people.rows(day)
        if any(fault.file == name for fault in truths.FAULTS):
            rows = [["ADV-99999", "U-99/1", "U-99", "2021-07-01", "", "yes"], *rows]
        _add(files, name, ("advisor", "post", "unit", "arrived", "left", "qualified"), rows)
    return files
