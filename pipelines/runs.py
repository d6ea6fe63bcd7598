"""What a run leaves in the instance besides its events: its dates, its tags, and the truth about one that died.

Belongs here: dealings with Dagster's instance. Not here: the run (``launch``), what it computes (the library).
"""

from __future__ import annotations

import datetime as dt
import os
import platform
from collections.abc import Iterable
from pathlib import Path

import dagster as dg
from dagster._core.storage.tags import ASSET_PARTITION_RANGE_END_TAG, ASSET_PARTITION_RANGE_START_TAG

from pipelines import names

AS_OF = names.AS_OF.name or ""


def add_dates(instance: dg.DagsterInstance, dates: Iterable[dt.date]) -> None:
    """Make the dates partitions, and keep all partitions in the order of their dates.

    Dagster lists them as they were added, and a range runs over that list: a past date added late would stand last.
    """
    known = list(instance.get_dynamic_partitions(AS_OF))
    wanted = sorted({*known, *(d.isoformat() for d in dates)})
    same = next(
        (i for i, (a, b) in enumerate(zip(known, wanted, strict=False)) if a != b), min(len(known), len(wanted))
    )
    for late in known[same:]:
        instance.delete_dynamic_partition(AS_OF, late)
    instance.add_dynamic_partitions(AS_OF, wanted[same:])


def dates_of(instance: dg.DagsterInstance, run: dg.DagsterRun) -> int:
    """How many dates a run is for."""
    first, last = (run.tags.get(tag) for tag in (ASSET_PARTITION_RANGE_START_TAG, ASSET_PARTITION_RANGE_END_TAG))
    if not first or not last:
        return 1
    return sum(first <= date <= last for date in instance.get_dynamic_partitions(AS_OF))


def this_process() -> str:
    """Host, process and its start, which together no other process ever has."""
    return f"{platform.node()} {os.getpid()} {_started(os.getpid())}"


def bury_the_dead(instance: dg.DagsterInstance) -> list[str]:
    """Runs whose process is gone: marked as failed, their hold on the warehouse freed. Returns their ids.

    A killed process cannot say so itself; without this its run would be shown as running for ever, and the next one
    would wait for it. (Dagster's own run monitoring cannot look after runs that are processes on this machine.)
    """
    buried = []
    running = instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING]))
    for run in running:
        if _died(run.tags.get(names.PROCESS_TAG, "")):
            # First its hold, then the word: whoever is killed in between leaves a run that is still looked at.
            instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
            instance.report_run_failed(
                run, "the process that ran it ended before the run did; nothing half-made is left"
            )
            buried.append(run.run_id)
    _free_what_the_ended_hold(instance)
    return buried


def _free_what_the_ended_hold(instance: dg.DagsterInstance) -> None:
    """Take the warehouse back from runs that have ended or were deleted: the next one would wait for them for ever."""
    storage = instance.event_log_storage
    for pool in storage.get_concurrency_keys():
        told = storage.get_concurrency_info(pool)
        for run_id in {*told.active_run_ids, *told.pending_run_ids}:
            run = instance.get_run_by_id(run_id)
            if run is None or run.is_finished:
                storage.free_concurrency_slots_for_run(run_id)


def _died(process: str) -> bool:
    host, _, rest = process.partition(" ")
    number, _, started = rest.partition(" ")
    if host != platform.node() or not number.isdigit():
        return False
    now = _started(int(number))
    # A run that an earlier release began may name its process without the start: another one may have its number now.
    return now != started if now and started else not _lives(int(number))


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _started(process: int) -> str:
    """When a process started, in ticks since the machine did; empty where there is none, or where nothing tells."""
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
