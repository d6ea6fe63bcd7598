"""What the sample is built to show, in one place: identifiers, exact figures, tolerated intervals.

Belongs here: constants that the generator builds in and that tests compare figures with. All hold for the committed
sample (60 weeks, 500 personnel, seed 2022) at ``as_of`` 2022-01-31. Not here: how rows are made.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

AS_OF = dt.date(2022, 1, 31)
WEEKS, PERSONNEL, SEED = 60, 500, 2022


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure that must lie between ``low`` and ``high``, both inclusive."""

    low: float
    high: float

    def holds(self, value: float) -> bool:
        """True when ``value`` lies inside."""
        return self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class Wait:
    """A headquarters with a known wait. ``median_days`` is what its requests are drawn from."""

    hq: str
    requests: int
    median_days: float
    kaplan_meier_median: Interval
    answered_only_median: Interval | None = None
    open_share: Interval | None = None


# 1. Exponential waits, evenly raised, two fifths unanswered.
JFC = Wait("JFC Naples", 200, 125.0, Interval(112, 143), Interval(63, 81), Interval(0.36, 0.44))
JFC_FIRST_DAY, JFC_DAYS = dt.date(2020, 12, 25), 402
JFC_SURVIVAL_90 = 0.607

# 2. A quick headquarters; a committee that meets every 42 days, 14 days after its papers close.
SHAPE = Wait("SHAPE", 88, 20.0, Interval(16, 25))
COMMITTEE = Wait("Grants committee", 96, 35.0, Interval(29, 41))
COMMITTEE_EVERY_DAYS, COMMITTEE_PAPERS_DAYS = 42, 14
COMMITTEE_LAST_MEETING = dt.date(2022, 1, 11)


# 3. Dates without times. The group "visa support" is five requests decided after the same number of days.
@dataclass(frozen=True, slots=True)
class Mixed:
    """A headquarters with withdrawals, decisions on the day of raising, and ties in a group of their own."""

    hq: str = "Training Command"
    requests: int = 50
    withdrawn: int = 10
    same_day: int = 10
    tied_type: str = "visa support"
    tied: int = 5
    tied_days: int = 30
    approved: int = 25
    denied: int = 10
    open: int = 5


MIXED = Mixed()

# 4. A register extracted 60 days before as_of; a headquarters that decided nothing in the last 90 days.
STALE = Wait("AIRCOM", 200, 125.0, Interval(108, 150))
STALE_EXTRACT = dt.date(2021, 12, 2)
SILENT_HQ, SILENT_REQUESTS, SILENT_SINCE = "JSEC", 100, dt.date(2021, 11, 2)

# 5. A log that holds what was closed within a year, and three open rows.
SELECTED_HQ, SELECTED_OPEN = "JFC Brunssum", 3
SELECTED_FROM = dt.date(2021, 1, 31)

# 6. Copied text and repeated answers. First reports of a series are left out of both shares.
COPIED_TEMPLATE, COPIED_UNITS = "LAR", ("U-01", "U-02")
COPIED_WORDS, NARRATIVE_WORDS, TEXT_NOVELTY, FIELD_NOVELTY = 160, 200, 0.20, 0.30
UNCHANGED_TEMPLATE, UNCHANGED_UNITS = "EQR", ("U-03", "U-04")

# 7. Progress: latest p of each outcome indicator; None was never read.
FINAL_PROGRESS: dict[str, tuple[float | None, ...]] = {
    "LO-01": (0.31, 0.44, 0.48, 0.55, 0.60),
    "LO-02": (0.22, 0.33, 0.37, 0.50),
    "LO-03": (0.05, 0.14, 0.22, 0.30, None),
    "LO-04": (0.04, 0.10, 0.10, 0.16, None),
    "LO-05": (0.28, 0.42, 0.46, 0.60),
    "LO-06": (0.02, 0.12, 0.18, 0.40),
    "LO-07": (0.20, 0.36, 0.40, 0.55),
    "LO-08": (0.15, 0.22, 0.30, 0.41, 0.55, None),
    "LO-09": (0.55, 0.70, 0.85),
    "LO-10": (0.40, 0.55, 0.61, 0.72),
    "LO-11": (0.18, 0.30, 0.36, 0.48),
    "LO-12": (None, None, None),
    "LO-13": (-0.30, 0.22, 0.22, 0.45),
    "LO-14": (0.12, 0.20, 0.27, 0.36, 0.50, None),
}
"""``maintain`` indicators have no p and are left out."""
MEDIAN_PROGRESS = {
    "LO-01": 0.48,
    "LO-02": 0.35,
    "LO-03": 0.18,
    "LO-04": 0.10,
    "LO-05": 0.44,
    "LO-06": 0.15,
    "LO-07": 0.38,
    "LO-08": 0.30,
    "LO-09": 0.70,
    "LO-10": 0.58,
    "LO-11": 0.33,
    "LO-13": 0.22,
    "LO-14": 0.27,
}
PROGRESS_TOLERANCE = 0.0005
"""Readings are written with four decimals."""
BUSY_STALLED, BUSY_MEETINGS_PER_WEEK, MEDIAN_MEETINGS_PER_WEEK = "LO-04", 20.0, 6.0
QUIET_MOVING, QUIET_MEETINGS_PER_WEEK, QUIET_FIRST_PROGRESS = "LO-09", 2.0, 0.2
UNREAD = "LO-12"
REGRESSION_INDICATOR, REGRESSION_FALL, MAINTAIN_INDICATOR = "LO-13.1", 0.30, "LO-13.5"
STALE_INDICATORS = ("LO-01.5", "LO-08.5", "LO-14.5")
NEVER_READ = ("LO-03.5", "LO-04.5", "LO-08.6", "LO-12.1", "LO-12.2", "LO-12.3", "LO-14.6")
OUTCOME_INDICATORS, FRESH_INDICATORS = 62, 52
LAST_READING, STALE_LAST_READING = dt.date(2021, 12, 26), dt.date(2021, 10, 3)

# 8. Activity per week (pieces held, all kinds) and change of p over the intervals between readings.
DRIVEN, DRIVEN_LAG_WEEKS, DRIVEN_CORRELATION = ("LO-01", "LO-05", "LO-10"), 8, 0.5
LAGS_WEEKS = (0, 4, 8, 12)
CORRELATION_TOLERANCE = 0.02
"""Left by the rounding of readings. LO-13.1 carries the regression of truth 7 and is no part of this one."""

# 9. State fields of the weekly state return, one series a unit.
CADENCE_TEMPLATE = "STR"
WALK_FIELD, WALK_STEP = "Q01", 2.0
LINE_FIELD, LINE_SLOPE = "Q02", 1.5
CHANGE_FIELD = "Q03"
SPELL_FIELD, SPELL_REPORTS, SPELLS_PER_UNIT = "Q04", 3, 2

# 10. The bi-weekly objective report.
COUNTED_TEMPLATE = "BOR"
EXPECTED, RECEIVED, ON_TIME, UNEXPECTED = 260, 234, 195, 12
COMPLETENESS, TIMELINESS = 0.90, 0.75
UNEXPECTED_UNIT = "U-11"

# 11. Hours, exact for one unit over all sample weeks, near for the mission; minutes of a concept asked thrice.
EXACT_HOURS_UNIT, REPORTING_HOURS, CONTACT_HOURS, REPORTING_SHARE = "U-10", 9.0, 6.0, 0.6
MISSION_REPORTING_HOURS, MISSION_CONTACT_HOURS = Interval(8.7, 9.3), Interval(5.8, 6.2)
THRICE_ASKED, THRICE_TEMPLATES, THRICE_MINUTES, DUPLICATE_MINUTES = "meetings_held", ("WAR", "BOR", "MAS"), 2.0, 4.0

# 12. Tours: from first to last day, and from last day to the successor's first day.
TOUR_DAYS, GAP_DAYS = 182, 21
OUTLIVED_HQ, OUTLIVED_REQUESTS, OUTLIVED_SHARE = "LANDCOM", 100, 0.30
SMALL_UNIT, SMALL_UNIT_PEOPLE = "U-11", 4

# 13. A count that became reportable.
REPORTABLE, REPORTABLE_SINCE = "LO-11", dt.date(2021, 7, 5)
REPORTABLE_BEFORE, REPORTABLE_AFTER, REPORTABLE_CONTACT_HOURS = Interval(4.8, 5.2), Interval(9.8, 10.2), 18.0

# 14. Movement and small grants.
MOVEMENT_HQ = "Force protection"
MOVEMENT = {"government": (100, 90), "NGO": (50, 20)}
"""Type of counterpart -> (asked, granted)."""
GRANTS_HQ, GRANTS, NATIONAL_GRANTS = "Small grants desk", 10, 8

# 15. Every second monthly assessment is answered ten days after it was sent, every tenth is used by the board.
ANSWERED_TEMPLATE, ANSWERED_EVERY, USED_EVERY, ANSWERED_DAYS = "MAS", 2, 10, 10
ANSWERED_SENT, ANSWERED, USED = 127, 64, 13
FIELDS_WITH_USE = {"WAR": 4 / 8, "LAR": 0.0, "EQR": 1 / 5}
"""Forms of which every report answers every field -> share of the fields that have a recorded use."""

# Not among the fifteen: planned activities of one objective, by the day they were planned for.
EXECUTION_OBJECTIVE, EXECUTION_PLANNED, EXECUTION_HELD = "LO-14", 250, 200
EXECUTION_CANCELLED, EXECUTION_POSTPONED, EXECUTION_UNPLANNED = 30, 20, 40


@dataclass(frozen=True, slots=True)
class Fault:
    """A row that must be refused: where it stands, the canonical column at fault, the cell as sent, the code."""

    file: str
    table: str
    row: int
    column: str
    raw: str
    code: str


FAULTS: tuple[Fault, ...] = (
    Fault("activity/activity_log_20210314.csv", "activity", 2, "objective_id", "LO-15", "unknown_id"),
    Fault("activity/activity_log_20210606.csv", "activity", 2, "occurred_on", "2021-02-30", "bad_date"),
    Fault("requests/jfc_naples/registro_20210711.csv", "request", 4, "outcome", "Sospesa", "unknown_code"),
    Fault(
        "requests/jfc_naples/registro_20210912.csv",
        "request",
        4,
        "decided_at",
        "08/01/2021 23:55",
        "decided_before_raised",
    ),
    Fault("assessment/MAS_U-05_2021-06_*.xlsx", "observation", 2, "value", "approx. 40", "bad_number"),
    Fault("tours/tours_20210801.csv", "tour", 2, "unit_id", "U-99", "unknown_id"),
)
"""All deliberate faults. A ``*`` stands for the day of sending; ``row`` is as a spreadsheet numbers it."""

SAME_FILE_TWICE = ("activity/activity_log_20210411.csv", "activity/activity_log_20210411 (1).csv")
ROWS_REPEATED = ("activity/activity_log_20210425.csv", 3)
"""The last rows of this file are given twice in it."""
ROWS_SENT_AGAIN = ("activity/activity_log_20210502.csv", 5)
"""This file opens with rows of the file before."""
ROWS_CORRECTED_IN_FILE = ("activity/activity_log_20210627.csv", 2)
"""The first rows of this file are corrected further down in it."""

LEDGER: dict[tuple[str, str], tuple[int, int, int, int, int]] = {
    ("activity_log", "activity"): (8594, 8582, 2, 8, 2),
    ("monthly_assessment", "report"): (130, 130, 0, 0, 0),
    ("monthly_assessment", "observation"): (1652, 1606, 1, 45, 0),
    ("tours", "tour"): (639, 294, 1, 344, 0),
    ("jfc_naples_register", "request"): (3602, 477, 2, 3123, 0),
    ("aircom_register", "request"): (200, 200, 0, 0, 0),
}
"""(source, table) -> rows read, accepted, rejected, duplicate, superseded, when the whole sample is taken in at once.

A register repeats rows that have not changed since: they count as duplicates. Numbers without a row here are not
fixed. Reject lines may outnumber rejected rows: the bad date makes a held activity one without a date too.
"""
