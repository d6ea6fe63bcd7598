"""Many requests that a register and a log tell of, drawn: what is known of each is what a simple model says."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from reportmetrics.ingest.rebuild import rebuild
from tests.conftest import SmallMission
from tests.unit.ingest.test_events_and_registers import REGISTER
from tests.unit.ingest.test_events_in_any_order import DATED, REQUESTS, STATE

MEANS: dict[str, Any] = {
    name: told if isinstance(told, dict) else {"at": told} for name, told in REQUESTS["events"]["means"].items()
}
TIMES = ("raised_at", "acknowledged_at", "decided_at", "withdrawn_at")
BY_REGISTER = ("raised_at", "decided_at", "outcome")
FIRST = dt.date(2021, 2, 1)
RECORDS = [f"R{number:02}" for number in range(40)]


@dataclass(frozen=True)
class File:
    """One delivery, known from its date: rows of (request, fields)."""

    source: str
    known: dt.date
    rows: tuple[tuple[str, tuple[str, ...]], ...]

    def write(self, mission: SmallMission) -> None:
        head = {"register": "request,raised,decided,outcome", "events": "request,what,when,priority"}[self.source]
        text = "".join(f"{request},{','.join(fields)}\n" for request, fields in self.rows)
        mission.put(f"{self.source}/{self.known:%Y%m%d}.csv", f"{head}\n{text}")


def drawn(chance: random.Random) -> list[File]:
    """Extracts that overlap, a register that now and then changes, and dates that can hardly be."""

    def event(request: str, before: int) -> tuple[str, tuple[str, ...]]:
        name = chance.choice([n for n in MEANS if n != "raised"])
        ahead = chance.random() < 0.04
        day = FIRST + dt.timedelta(days=3_000 if ahead else chance.randrange(1, before))
        return request, (name, day.isoformat(), chance.choice(["", "low", "high"]))

    def entry(request: str, before: int) -> tuple[str, tuple[str, ...]]:
        decided = (FIRST + dt.timedelta(days=chance.randrange(1, before))).isoformat()
        closed = chance.random() < 0.5
        outcome = chance.choice(["approved", "denied"]) if closed else "open"
        return request, (FIRST.isoformat(), decided if closed else "", outcome)

    told = [(r, ("raised", FIRST.isoformat(), "low")) for r in RECORDS]
    files = [File("events", FIRST + dt.timedelta(days=10), tuple(told))]
    listed: dict[str, tuple[str, tuple[str, ...]]] = {}
    for day in range(11, 25):
        known = FIRST + dt.timedelta(days=day)
        if chance.random() < 0.35:
            listed |= {r: entry(r, day) for r in chance.sample(RECORDS, 12)}
            files.append(File("register", known, tuple(sorted(listed.values()))))
            continue
        told += [event(r, day) for r in chance.sample(RECORDS, 15)]
        files.append(File("events", known, tuple(chance.sample(told, min(len(told), 60)))))
    return files


def model(files: Iterable[File], request: str) -> dict[str, Any]:
    """What is known of a request: of each column the register's word, or what the newest event told since."""
    facts = [(file, fields) for file in files for r, fields in file.rows if r == request]
    events: list[dict[str, Any]] = []
    words: list[dict[str, Any]] = []
    rounds: dict[tuple[dt.date, str], tuple[int, int]] = {}
    for nth, (file, fields) in enumerate(facts):
        if file.source == "register":
            told = {"raised_at": _day(fields[0]), "decided_at": _day(fields[1]), "outcome": fields[2]}
            # A row that says what the register said before tells nothing.
            if not words or words[-1]["told"] != told:
                words.append({"nth": nth, "told": told, "known": file.known})
            continue
        name, when, priority = fields
        day = _day(when)
        assert day is not None
        place = list(MEANS).index(name)
        turn, last = rounds.get((file.known, when), (0, -1))
        turn += place < last
        rounds[file.known, when] = (turn, place)
        told = dict.fromkeys(MEANS[name].get("clear", [])) | MEANS[name].get("set", {})
        at = MEANS[name].get("at")
        told |= ({at: day} if at else {}) | ({"priority": priority} if priority else {})
        own = [n for n in TIMES if n in told]
        ahead = day > file.known + dt.timedelta(days=1)
        event = {"nth": nth, "at": (day, turn, place), "told": told, "own": own, "ahead": ahead, "known": file.known}
        if not (ahead and any(e["ahead"] and (e["at"], e["told"]) == (event["at"], told) for e in events)):
            events.append(event)
    return {name: _column(name, events, words) for name in STATE}


def _column(name: str, events: Sequence[dict[str, Any]], words: Sequence[dict[str, Any]]) -> Any:
    word = words[-1] if words and name in BY_REGISTER else None
    telling = [e for e in events if name in e["told"]]
    since = -1 if word is None else word["nth"]
    settled = max((e["at"] for e in telling if not e["ahead"] and e["nth"] < since), default=None)

    def counts(event: dict[str, Any]) -> bool:
        if word is None:
            return True
        given = {n: word["told"][n] for n in BY_REGISTER if n in TIMES and word["told"][n] is not None}
        asked = event["own"] or TIMES
        # A word of the register that came after the event says nothing of the event's own times.
        later = max((t for n, t in given.items() if n in asked), default=None)
        taken = {n: event["told"][n] for n in event["own"] if event["told"][n] is not None}
        repeats = bool(taken) and all(given.get(n) == t for n, t in taken.items())
        old = later is not None and event["at"][0] < later
        newer = event["ahead"] or settled is None or event["at"] > settled
        return event["nth"] > since and newer and not old and not repeats

    def order(event: dict[str, Any]) -> tuple[Any, ...]:
        before = [e["at"] for e in telling if not e["ahead"] and e["nth"] < event["nth"]]
        nothing = (dt.date.min, 0, 0)
        at = max(before, default=nothing) if event["ahead"] else event["at"]
        return (at, event["ahead"], event["nth"])

    best = max((e for e in telling if counts(e)), key=order, default=None)
    return best["told"][name] if best else None if word is None else word["told"][name]


def _day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def expected(files: Sequence[File], as_of: dt.date) -> dict[str, dict[str, Any]]:
    known = [f for f in files if f.known < as_of]
    found = {r: model(known, r) for r in RECORDS}
    for state in found.values():
        # What lies ahead of the date has not happened yet.
        lost = [n for n in TIMES if state[n] is not None and state[n] >= as_of]
        state |= dict.fromkeys(lost)
        if {"decided_at", "withdrawn_at"} & {*lost} and state["decided_at"] is None and state["withdrawn_at"] is None:
            state["outcome"] = "open"
    return found


def states(mission: SmallMission, as_of: dt.date) -> dict[str, dict[str, Any]]:
    frame = mission.known("request", as_of.isoformat()).with_columns(pl.col(TIMES).dt.date())
    return {row.pop("request_id"): row for row in frame.select("request_id", *STATE).to_dicts()}


def taken(folder: Path, files: Sequence[File]) -> SmallMission:
    sources = [{**REQUESTS, **DATED}, {**REGISTER, **DATED}]
    mission = SmallMission(folder / "mission", sources=sources, more={"time_zone": "UTC"})
    for number, file in enumerate(files):
        file.write(mission)
        mission.ingest(dt.datetime(2021, 4, 1) + dt.timedelta(days=number))
    assert mission.ask("SELECT count(*) FROM reject") == [(0,)]
    return mission


def test_what_is_known_is_what_was_told(tmp_path: Path) -> None:
    chance = random.Random(0)
    files = drawn(chance)
    right = taken(tmp_path / "right", files)
    dates = [FIRST + dt.timedelta(days=day) for day in (14, 20, 60)]
    for as_of in dates:
        assert states(right, as_of) == expected(files, as_of)
    # The first file raises all requests: of what nobody raised, events are refused.
    rest = chance.sample(files[1:], len(files) - 1)
    shuffled = taken(tmp_path / "shuffled", [files[0], *rest])
    for as_of in dates:
        assert states(shuffled, as_of) == states(right, as_of)
    before = shuffled.ask("SELECT * FROM core.request ORDER BY ALL")
    rebuild(shuffled.settings, shuffled.profile)
    assert shuffled.ask("SELECT * FROM core.request ORDER BY ALL") == before
