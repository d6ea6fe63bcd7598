"""A year of arrivals, replayed out of order against snapshots and figures that were kept at the time.

What fixes a publication is its date and its ledger position: all that was known, and every figure, comes out again from
these two, when the year is over, and once more when the warehouse has been made anew.
"""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from polars.testing import assert_frame_equal

from reportmetrics.audit.differences import compare_results
from reportmetrics.audit.verify import verify
from reportmetrics.engines.duckdb import DuckDBEngine
from reportmetrics.ingest.rebuild import rebuild
from reportmetrics.ingest.run import ingest
from reportmetrics.metrics.catalogue import Catalogue, load_catalogue
from reportmetrics.metrics.results import Results
from reportmetrics.metrics.run import compute
from reportmetrics.profile.load import Profile
from reportmetrics.publish.publish import publish
from reportmetrics.settings import Settings, sql_folder
from reportmetrics.warehouse.snapshot import Snapshot, make_snapshot
from reportmetrics.warehouse.store import Store
from tests.unit.warehouse.year_of_arrivals import ARRIVALS, CORRECTED_ON, VANISHES, Year, write_profile

Tables = dict[str, pl.DataFrame]
EVERY = 4
"""A moment is kept after every fourth arrival: six in the year."""
PUBLISHED = 2
"""Of the moments, the one that is published: before the correction."""
FIGURES_OF = (PUBLISHED, 5)
"""Those of which figures are kept too. Of the others the tables are, from which figures are made."""


@dataclass(frozen=True)
class Moment:
    """What was known at a date, by a ledger position, and what was computed of it."""

    as_of: dt.date
    position: int
    tables: Tables
    results: Results | None


class Replay:
    """The mission in a temporary folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.year = Year()
        self.catalogue: Catalogue = load_catalogue(sql_folder())
        self.settings = Settings(profile=folder / "profile", home=folder / "home", landing=folder / "landing")
        self.profile: Profile = write_profile(self.settings.profile, [])

    def arrive(self, day: dt.date) -> None:
        """Take in what comes on ``day``."""
        hour_ago = dt.datetime.now().timestamp() - 3_600
        for name, text in self.year.arriving(day).items():
            path = self.settings.landing / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            os.utime(path, (hour_ago, hour_ago))
        ingest(self.settings, self.profile, now=dt.datetime.combine(day, dt.time(9)))

    def snapshot(self, as_of: dt.date, position: int | None = None) -> Snapshot:
        with Store(self.settings.warehouse) as store:
            if position is None:
                store.mark_validated(store.position())
            target = self.folder / "snapshot"
            return make_snapshot(store, self.profile, as_of=as_of, target=target, position=position)

    def restated(self) -> int:
        """Rows of requests that count again since an older file came later."""
        with Store(self.settings.warehouse) as store:
            sql = "SELECT count(*) FROM core.request WHERE restated_by > 0"
            return int(store.connection.execute(sql).fetchall()[0][0])

    def figures(self, snapshot: Snapshot) -> Results:
        with DuckDBEngine(snapshot.folder) as engine:
            return compute(self.catalogue, engine, as_of=snapshot.as_of)

    def moment(self, as_of: dt.date, position: int | None = None, *, figures: bool) -> Moment:
        made = self.snapshot(as_of, position)
        return Moment(as_of, made.position, tables_of(made.folder), self.figures(made) if figures else None)

    def publish(self, moment: Moment) -> Path:
        """Publish anew from the warehouse as it is now what a moment told."""
        made = self.snapshot(moment.as_of, moment.position)
        assert moment.results is not None
        return publish(self.settings, self.profile, made, self.catalogue, moment.results, checks=[]).folder


def tables_of(folder: Path) -> Tables:
    """All tables of a snapshot by name, months put together as they stand."""
    return {t.name: pl.read_parquet(sorted(t.glob("*.parquet"))) for t in sorted(folder.iterdir()) if t.is_dir()}


def year_of(replay: Replay) -> tuple[list[Moment], Path]:
    """Let all arrive; what was known at six moments, and what was published at the third."""
    taken: list[Moment] = []
    for nth, day in enumerate(ARRIVALS):
        if day > CORRECTED_ON >= ARRIVALS[nth - 1]:
            replay.profile = write_profile(replay.settings.profile, replay.year.corrections())
        replay.arrive(day)
        if nth % EVERY == EVERY - 1:
            # Some look back, on a date for which more has come since.
            as_of = day + dt.timedelta(days=[1, -9, 1][len(taken) % 3])
            taken.append(replay.moment(as_of, figures=len(taken) in FIGURES_OF))
        if len(taken) == PUBLISHED + 1 and nth % EVERY == EVERY - 1:
            published = replay.publish(taken[-1])
    return taken, published


def test_every_moment_of_a_year_comes_out_again(tmp_path: Path) -> None:
    replay = Replay(tmp_path)
    taken, published = year_of(replay)
    holds_each_kind(replay, taken)

    for moment in taken:
        assert_same_tables(moment, tables_of(replay.snapshot(moment.as_of, moment.position).folder))
    assert rebuild(replay.settings, replay.profile).changed == []
    for moment in taken:
        again = replay.moment(moment.as_of, moment.position, figures=moment.results is not None)
        assert_same_tables(moment, again.tables)
        if moment.results is not None and again.results is not None:
            assert compare_results(moment.results, again.results) == []

    verdict = verify(published)
    assert verdict.sound, [str(d) for d in verdict.differences]
    replay.profile = write_profile(replay.settings.profile, [])
    assert replay.publish(taken[PUBLISHED]) == published, "the same inputs lead to the publication that exists"


def assert_same_tables(moment: Moment, again: Tables) -> None:
    """Each table, row by row and in the same order. None is excepted."""
    assert again.keys() == moment.tables.keys()
    for name, frame in moment.tables.items():
        try:
            assert_frame_equal(again[name], frame, check_exact=True)
        except AssertionError as error:
            raise AssertionError(f"{name} as of {moment.as_of}, position {moment.position}: {error}") from error


def holds_each_kind(replay: Replay, taken: list[Moment]) -> None:
    """The year must hold what could go wrong, or its replay would show nothing."""
    assert len(taken) == len({(m.as_of, m.position) for m in taken}) == 6
    last = taken[-1].tables
    reports, ledger = last["report"], last["ledger"]
    weekly = reports.filter(template_id="T")
    sent_after = weekly["submitted_at"].dt.date() - weekly["period_end"]
    kinds = {
        "on time": (sent_after <= dt.timedelta(days=2)).sum(),
        "late": (sent_after > dt.timedelta(days=7)).sum(),
        "revised": (weekly["revision"] == 1).sum(),
        "withdrawn": last["withdrawn_report"].height,
        "nil returns": reports.filter(template_id="N").join(last["activity"], on="report_id", how="anti").height,
        "answered": last["feedback"].height,
        "read": last["observation"].height,
        "answers of reports": last["report_field"].height,
        "tallies that stand": last["report_tally"].height - last["tally_twice"].height,
        "tallies told twice": last["tally_twice"].height,
        "vanished": last["vanished_request"].filter(request_id=VANISHES).height,
        "corrected": ledger.filter(source="acts.corrected", status="stored")["accepted"].sum(),
        "extracts that overlap": ledger.filter(source="events")["duplicate"].sum(),
        "registers that repeat": ledger.filter(source="register")["duplicate"].sum(),
        "restated": replay.restated(),
        **{f"refused: {code}": last["reject"].filter(code=code).height for code in ("bad_time", "bad_date", "missing")},
    }
    assert all(kinds.values()), kinds
    assert not any(m.tables["ledger"].filter(source="acts.corrected").height for m in taken[:3])
    for source in ("acts", "register"):
        assert arrived_out_of_order(ledger, source), f"files of {source} all came in the order of their dates"
    # What came after a moment changes what is known now of its date: so the position counts.
    for moment in (taken[1], taken[4]):
        now = tables_of(replay.snapshot(moment.as_of, taken[-1].position).folder)
        told = [name for name in ("activity", "request") if not now[name].equals(moment.tables[name])]
        assert told, f"nothing that came later tells of {moment.as_of}"


def arrived_out_of_order(ledger: pl.DataFrame, source: str) -> bool:
    names = ledger.filter(source=source).sort("file_seq")["original_name"].to_list()
    return names != sorted(names)
