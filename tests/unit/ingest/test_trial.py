"""Trying a file out says of each row what the list of refusals would say once it is taken in."""

from __future__ import annotations

from typing import Any

from reportmetrics.ingest.trial import try_file
from tests.conftest import SmallMission
from tests.unit.ingest.test_events_in_any_order import REQUESTS


def test_refused_events_are_named_as_the_list_of_refusals_names_them(mission: SmallMission) -> None:
    mission.sources = [REQUESTS]
    events = (
        "A,approved,2021-02-05",
        "B,raised,2021-02-01",
        "B,refused,2021-01-01",
        "B,seen,soon",
        "B,lost,",
        "B,seen,",
    )
    path = mission.put("events/a.csv", "request,what,when\n" + "\n".join(events))
    [tried] = try_file(mission.profile, mission.profile.sources[0], path, key=b"k" * 32)
    mission.ingest()
    told: dict[int, Any] = {}
    for row, column, message, remedy in mission.ask(
        "SELECT source_row, column_name, message, remedy FROM reject ORDER BY source_row, column_name"
    ):
        told.setdefault(row, []).append(f"{column}: {message}; {remedy}")
    found = tried.rows.drop_nulls("reason").select("source_row", "reason").rows()
    assert found == [(row, " | ".join(said)) for row, said in told.items()]
    assert [said.split(":")[0] for _, said in found] == ["what", "when", "when", "what", "when"]
