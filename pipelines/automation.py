"""When work starts by itself, and who is told when it goes wrong.

Belongs here: schedules, sensors and what they ask for. Not here: what has landed (``reportmetrics.ingest.arrivals``),
what an alert says and where it goes (``reportmetrics.alerts``).

What starts work is off until somebody turns it on, on the page *Automation* or by ``dagster schedule start``: a laptop
that opens the pages must not begin to publish. What only watches is on: alerts go to hooks that somebody configured.
"""

from __future__ import annotations

import datetime as dt

import dagster as dg

from pipelines import names
from pipelines.runs import add_dates, bury_the_dead
from reportmetrics.alerts import Alert, send
from reportmetrics.current import day_there
from reportmetrics.ingest.arrivals import look_again
from reportmetrics.ingest.landing_folder import check_landing
from reportmetrics.profile.load import Profile
from reportmetrics.settings import Settings

MONDAY_MORNING, EVERY_NIGHT = "0 6 * * 1", "0 2 * * *"
LOOK_EVERY_SECONDS = 30


def schedules(profile: Profile) -> list[dg.ScheduleDefinition]:
    """Publish on Monday morning, tidy up every night, both by the mission's clock."""
    zone = profile.mission.time_zone

    @dg.schedule(
        name="weekly",
        job_name=names.JOB,
        cron_schedule=MONDAY_MORNING,
        execution_timezone=zone,
        description="The publication of the week: the state of knowledge at this Monday's first midnight.",
    )
    def weekly(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        as_of = day_there(context.scheduled_execution_time, profile).isoformat()
        add_dates(context.instance, [dt.date.fromisoformat(as_of)])
        # The key is the date: a clock that is set back and comes by again asks for nothing twice.
        return dg.RunRequest(run_key=f"weekly {as_of}", partition_key=as_of, tags={names.TRIGGER_TAG: "weekly"})

    @dg.schedule(
        name="nightly",
        job_name=names.NIGHTLY,
        cron_schedule=EVERY_NIGHT,
        execution_timezone=zone,
        description="Takes in what a failed run has left, and says which sources have fallen silent.",
    )
    def nightly(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        night = day_there(context.scheduled_execution_time, profile).isoformat()
        return dg.RunRequest(run_key=f"nightly {night}", tags={names.TRIGGER_TAG: "nightly"})

    return [weekly, nightly]


def sensors(settings: Settings, profile: Profile) -> list[dg.SensorDefinition]:
    """Look into the landing folder, publish dates that are added by hand, and raise alarms."""
    return [_landing(settings), _new_dates(), _dead_runs(), _broken(profile), _doubtful(profile)]


def _landing(settings: Settings) -> dg.SensorDefinition:
    @dg.sensor(
        name="landing",
        job_name=names.INTAKE,
        minimum_interval_seconds=LOOK_EVERY_SECONDS,
        description="Takes files in when they have held still from one look to the next.",
    )
    def landing(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        check_landing(settings)  # the page shows a look that failed, and why
        seen = look_again(settings.landing, settings.staging)
        if seen.content == context.cursor or not seen.files:
            return dg.SkipReason(f"nothing new: {seen.files} files known, {seen.waiting} still changing")
        # The key is what lies there, names and bytes: the same files sent again ask for nothing.
        request = dg.RunRequest(run_key=seen.content, tags={names.TRIGGER_TAG: "landing"})
        return dg.SensorResult(run_requests=[request], cursor=seen.content)

    return landing


def _new_dates() -> dg.SensorDefinition:
    return dg.AutomationConditionSensorDefinition(
        "new_dates",
        target=dg.AssetSelection.all(),
        minimum_interval_seconds=LOOK_EVERY_SECONDS,
        description="Publishes a date that is added to the partitions by hand.",
    )


def _dead_runs() -> dg.SensorDefinition:
    @dg.sensor(
        name="dead_runs",
        minimum_interval_seconds=LOOK_EVERY_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Marks runs as failed whose process was killed, and frees what they held. Starts nothing.",
    )
    def dead_runs(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        return dg.SkipReason(f"marked as failed: {', '.join(bury_the_dead(context.instance)) or 'none'}")

    return dead_runs


def _broken(profile: Profile) -> dg.SensorDefinition:
    @dg.run_failure_sensor(
        name="alert_run_failed",
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Tells the configured hooks that a run has failed.",
    )
    def alert_run_failed(context: dg.RunFailureSensorContext) -> None:
        details = [context.failure_event.message or "", *_errors(context), *_failed_checks(context)]
        _tell(context, "run failed", f"run {context.dagster_run.job_name} failed", details, profile)

    return alert_run_failed


def _doubtful(profile: Profile) -> dg.SensorDefinition:
    @dg.run_status_sensor(
        run_status=dg.DagsterRunStatus.SUCCESS,
        name="alert_checks_failed",
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Tells the configured hooks of checks that failed in a run that went on: silent sources, doubts.",
    )
    def alert_checks_failed(context: dg.RunStatusSensorContext) -> dg.SkipReason | None:
        failed = _failed_checks(context)
        if not failed:
            return dg.SkipReason("all checks passed")
        _tell(
            context, "checks failed", f"{len(failed)} checks failed in {context.dagster_run.job_name}", failed, profile
        )
        return None

    return alert_checks_failed


def _tell(context: dg.RunStatusSensorContext, kind: str, title: str, details: list[str], profile: Profile) -> None:
    run = context.dagster_run
    tags = {k: v for k, v in run.tags.items() if k.startswith("reportmetrics/") or k == "dagster/partition"}
    lines = [d for d in dict.fromkeys(details) if d]
    told = send(Alert(kind, profile.mission.id, run.run_id, run.job_name, title, lines, tags))  # type: ignore[arg-type]
    context.log.info(f"told: {', '.join(told) or 'nobody, as no hook is configured'}")


def _errors(context: dg.RunFailureSensorContext) -> list[str]:
    failures = [e.step_failure_data for e in context.get_step_failure_events()]
    told = [f.user_failure_data.description for f in failures if f.user_failure_data]
    return [
        *(t or "" for t in told),
        *(f.error.message.strip() for f in failures if f.error and not f.user_failure_data),
    ]


def _failed_checks(context: dg.RunStatusSensorContext) -> list[str]:
    evaluated = context.instance.all_logs(
        context.dagster_run.run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION
    )
    found = [e.dagster_event.asset_check_evaluation_data for e in evaluated if e.dagster_event]
    return [f"{c.asset_key.to_user_string()} {c.check_name}: {c.description or ''}" for c in found if not c.passed]
