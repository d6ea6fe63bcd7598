"""What a run prints: figures from a hand-made results frame, deliveries from a hand-made summary."""

import datetime as dt
from typing import Any

import polars as pl
import pytest

from reportmetrics.cli_print import checks, headline_lines, not_yet, taken_in
from reportmetrics.ingest.ledger import Delivery, IngestSummary
from reportmetrics.metrics.results import FIGURE_SCHEMA, dims_key
from reportmetrics.metrics.suppression import HIDDEN
from reportmetrics.steps import NotYet
from reportmetrics.warehouse.made_tables import REJECT


def figure(metric: str, statistic: str, value: float | None, dims: dict[str, str] | None = None, **more: Any) -> dict:
    row = dict.fromkeys(FIGURE_SCHEMA) | {
        "metric": metric,
        "version": 1,
        "as_of": dt.date(2022, 1, 31),
        "dims": dims_key(dims or {}),
        "statistic": statistic,
        "value": value,
        "n": 10,
        "caveats": [],
    }
    return row | more


def lines(*figures: dict) -> list[str]:
    return list(headline_lines(pl.DataFrame(list(figures), schema=FIGURE_SCHEMA, orient="row")))


def test_waits_show_interval_number_and_what_is_open() -> None:
    hq = {"hq": "SHAPE"}
    assert lines(
        figure("latency.time_to_decision", "median", 20.04, hq, lower=18.0, upper=22.5, n=1234),
        figure("latency.time_to_decision", "median", 9.0, {"hq": "SHAPE", "priority": "high"}),
        figure("latency.open_backlog", "open", 56.0, hq),
    ) == ["median wait for SHAPE: 20.0 days [18.0, 22.5], 1,234 requests, 56 of them open"]


def test_a_median_that_is_not_reached_says_so() -> None:
    found = lines(
        figure("latency.time_to_decision", "median", None, {"hq": "X"}, reason="not reached", lower=40.0, n=3)
    )
    assert found == ["median wait for X: not reached [40.0, unbounded], 3 requests, 0 of them open"]


def test_shares_hours_and_progress() -> None:
    assert lines(
        figure("burden.completeness", "share", 0.931, n=600),
        figure("burden.completeness", "share", 0.5, {"template_id": "WAR"}),
        figure("burden.timeliness", "share", 0.75, n=558),
        figure("burden.hours", "sum", 12_345.4, lower=9000.0, upper=20000.0),
        figure("outcome.objective_progress", "known", 0.0, {"objective_id": "LO-01"}),
        figure("outcome.objective_progress", "known", 2.0, {"objective_id": "LO-02"}),
        figure("outcome.objective_progress", "median", -0.1, {"objective_id": "LO-02"}),
        figure("outcome.objective_progress", "median", 0.62, {"objective_id": "LO-03"}),
    ) == [
        "reports received: 93% of 600",
        "reports on time: 75% of 558",
        "hours spent on reports: 12,345 (9,000 to 20,000)",
        "objectives without any usable reading: 1 of 2",
        "median progress of an objective, baseline to target: -10% to 62%",
    ]


def test_hours_that_are_hidden_say_why() -> None:
    assert lines(figure("burden.hours", "sum", None, reason="hidden: fewer than 5 people")) == [
        "hours spent on reports: hidden: fewer than 5 people"
    ]


def test_shares_that_are_hidden_say_why() -> None:
    assert lines(
        figure("burden.completeness", "share", None, n=0, reason=HIDDEN),
        figure("burden.timeliness", "share", None, n=0),
    ) == ["reports received: hidden (fewer than 5 people)", "reports on time: not known"]


def test_no_figures_no_lines() -> None:
    assert lines() == []


def test_unreadable_waiting_and_unclaimed_files_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    broken = [
        Delivery(4, table, "s", "r.xlsx", "unreadable", "no workbook; send it again", 0, 0, 0, 0, 0, 0)
        for table in ("report", "report_field")
    ]
    fine = Delivery(5, "report", "s", "a.csv", "stored", None, 10, 6, 1, 2, 1, 0)
    unclaimed = [f"odd{n}.txt" for n in range(7)]
    summary = IngestSummary([*broken, fine], 5, 3, waiting=["late[1].csv"], unmatched=unclaimed)
    taken_in(summary, _refused([(5, "report", "a.csv", 3), (4, "report", "r.xlsx", None), (1, "report", "old.csv", 7)]))
    assert capsys.readouterr().out.splitlines() == [
        "Taken in  2 files (3 seen before), 10 rows: 6 accepted, 1 rejected, 2 duplicate, 1 superseded",
        "  unreadable r.xlsx: no workbook; send it again",
        "  left alone late[1].csv: may still be written",
        *(f"  left alone odd{n}.txt: no source claims it" for n in range(5)),
        "  ... 2 more files left alone: no source claims it",
        "  refused a.csv, row 3: said; mend it",
    ]


def test_notes_on_files_are_told_once_each_and_so_are_rows_that_the_mapping_leaves_out(
    capsys: pytest.CaptureFixture[str],
) -> None:
    hidden = "sheet 'Old' is hidden"
    found = [
        Delivery(n, table, "s", f"{n}.xlsx", "stored", hidden, 10, 8, 0, 0, 0, 2)
        for n in (1, 2, 3)
        for table in ("report", "report_field")
    ]
    found += [Delivery(n, "tour", "t", f"{n}.csv", "stored", f"note {n}", 0, 0, 0, 0, 0, 0) for n in range(4, 9)]
    found.append(Delivery(9, "tour", "t", "9.csv", "unreadable", "no header", 0, 0, 0, 0, 0, 0))
    taken_in(IngestSummary(found, 9, 0), _refused([]))
    assert capsys.readouterr().out.splitlines()[2:] == [
        f"  noted 1.xlsx and 2 more files: {hidden}",
        *(f"  noted {n}.csv: note {n}" for n in range(4, 8)),
        "  ... 2 more notes: page 'Data quality' of the next publication",
    ]
    taken_in(IngestSummary(found[:2], 9, 0), _refused([]))
    assert capsys.readouterr().out.splitlines()[-1] == (
        "  noted 1.xlsx: 4 rows that the mapping leaves out ('only', 'drop', or below the end of the table)"
    )


def _refused(rows: list[tuple[int, str, str, int | None]]) -> pl.DataFrame:
    named = pl.DataFrame(rows, schema=["file_seq", "table_name", "original_name", "source_row"], orient="row")
    others = [c.name for c in REJECT.columns if c.name not in named.columns]
    words = {"message": "said", "remedy": "mend it"}
    return named.with_columns(pl.lit(words.get(name), dtype=pl.String()).alias(name) for name in others)


def test_without_a_check_nothing_passed(capsys: pytest.CaptureFixture[str]) -> None:
    checks([])
    assert capsys.readouterr().out == "Checked   nothing: no check was run\n"


@pytest.mark.parametrize(
    ("today", "said"),
    [
        (dt.date(2022, 1, 31), "--as-of 2022-02-01 has them, from that day on"),
        (dt.date(2022, 3, 1), "--as-of 2022-02-01 has them"),
    ],
)
def test_rows_that_came_too_late_for_a_date_are_told_with_the_date_that_has_them(
    capsys: pytest.CaptureFixture[str], today: dt.date, said: str
) -> None:
    not_yet(None, today)
    not_yet(NotYet(dt.date(2022, 1, 31), 1, 1200, dt.date(2022, 2, 1)), today)
    assert capsys.readouterr().out == (
        "Not yet   1 file with 1,200 rows became known after 2022-01-31 had begun, so 2022-01-31 is without them: "
        f"{said}\n"
    )
