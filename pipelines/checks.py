"""Asset checks: Great Expectations on what is new, rules between tables on the snapshot. Critical ones block.

Belongs here: how results of the library become Dagster's. Not here: what is checked (``reportmetrics.validation``).
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import TYPE_CHECKING

import dagster as dg

from pipelines import names
from pipelines.policies import RETRIES, dates, no_vain_retries
from pipelines.resources import Installation, watch
from reportmetrics.clock import now_utc
from reportmetrics.profile.load import Profile
from reportmetrics.silence import Silence, silences
from reportmetrics.validation.rules import CrossRule
from reportmetrics.validation.suites import COMPARED, Expected, expectations_of
from reportmetrics.warehouse.tables import SOURCE_TABLES

if TYPE_CHECKING:
    from reportmetrics.validation.run import CheckResult

KEYS_SHOWN = 1000
"""Failing keys in an event's metadata; the command line and the publication hold all of them."""


def batch_checks() -> dg.AssetChecksDefinition:
    """Great Expectations on every source table: one check per table and group of expectations."""
    grouped = {
        (names.core(table.name), group): list(members)
        for table in SOURCE_TABLES
        for group, members in groupby(sorted([*expectations_of(table), *COMPARED], key=_group), key=_group)
    }
    specs = [
        dg.AssetCheckSpec(
            group,
            asset=key,
            description="\n".join(f"* {e.name}: no row where {e.message}" for e in members),
            blocking=members[0].severity == "critical",
        )
        for (key, group), members in grouped.items()
    ]

    @dg.multi_asset_check(name="validate", specs=specs, pool=names.WRITER_POOL, retry_policy=RETRIES)
    def validate(installation: Installation) -> Iterator[dg.AssetCheckResult]:
        """What is new in each table, against its declaration and the profile."""
        from reportmetrics import steps

        with no_vain_retries():
            checked = steps.check_new(installation.settings, installation.load_profile(), track=watch().track)
        watch().checks += checked.results
        watch().aside += checked.aside
        watch().cleared = checked.cleared
        done = {(names.core(r.table), r.check): r for r in checked.results}
        for spec in specs:
            members = [done[k] for e in grouped[spec.asset_key, spec.name] if (k := (spec.asset_key, e.name)) in done]
            yield _result(spec, {"": members}, quiet=f"No new rows up to ledger position {checked.position}.")

    return validate


def cross_checks(rules: list[CrossRule]) -> dg.AssetChecksDefinition:
    """Contradictions between tables of a snapshot."""
    specs = [
        dg.AssetCheckSpec(
            rule.id,
            asset=names.snapshot(rule.table),
            description=f"{rule.title}. Remedy: {rule.remedy}.",
            blocking=rule.severity == "critical",
        )
        for rule in rules
    ]

    @dg.multi_asset_check(name="cross_check", specs=specs, retry_policy=RETRIES)
    def cross_check(
        context: dg.AssetCheckExecutionContext, installation: Installation
    ) -> Iterator[dg.AssetCheckResult]:
        """Rules of ``sql/checks``: each row returned is a failure."""
        from reportmetrics import several

        with no_vain_retries():
            wanted = dates(context)
            found = dict(several.check_each(installation.settings, wanted, engine=installation.engine))
        watch().checks += [r for results in found.values() for r in results]
        for spec in specs:
            yield _result(spec, {_day(d, wanted): [_of(spec, results)] for d, results in found.items()})

    return cross_check


def silence_checks(profile: Profile) -> dg.AssetChecksDefinition:
    """Whether each source still sends."""
    specs = [
        dg.AssetCheckSpec(
            "still_sends",
            asset=names.landing(source.source),
            description=f"Something arrived within one and a half times {source.every}, its interval.",
        )
        for source in profile.sources
    ]

    @dg.multi_asset_check(name="listen", specs=specs, pool=names.WRITER_POOL, retry_policy=RETRIES)
    def listen(installation: Installation) -> Iterator[dg.AssetCheckResult]:
        """Sources that have fallen silent."""
        from reportmetrics import steps

        with no_vain_retries():
            arrived = steps.held(installation.settings).last_arrival
        now = now_utc()
        found = {s.source: s for s in silences(installation.load_profile().sources, arrived, now)}
        yield from (_heard(spec, found[spec.asset_key.path[-1]]) for spec in specs)

    return listen


def _heard(spec: dg.AssetCheckSpec, silence: Silence) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=spec.asset_key,
        check_name=spec.name,
        passed=not silence.silent,
        severity=dg.AssetCheckSeverity.WARN,
        description=silence.sentence,
        metadata={"last arrival": silence.last.isoformat() if silence.last else "never"},
    )


def _of(spec: dg.AssetCheckSpec, results: "list[CheckResult]") -> "CheckResult":
    return next(r for r in results if (names.snapshot(r.table), r.check) == (spec.asset_key, spec.name))


def _day(day: dt.date, of: list[dt.date]) -> str:
    """The date where a run is for several, else nothing: a check's key is then its name alone."""
    return day.isoformat() if len(of) > 1 else ""


def _group(expected: Expected) -> str:
    return expected.group


def _result(
    spec: dg.AssetCheckSpec, by_day: "Mapping[str, list[CheckResult]]", *, quiet: str = ""
) -> dg.AssetCheckResult:
    members = [m for results in by_day.values() for m in results]
    failed = [(f"{day} {m.check}".strip(), m) for day, results in by_day.items() for m in results if not m.success]
    critical = any(m.severity == "critical" for m in members)
    said = dict.fromkeys(m.message for m in ([m for _, m in failed] or members))
    return dg.AssetCheckResult(
        asset_key=spec.asset_key,
        check_name=spec.name,
        passed=not failed,
        severity=dg.AssetCheckSeverity.ERROR if critical else dg.AssetCheckSeverity.WARN,
        description="; ".join(said) if failed or len(said) == 1 else _held(len(said)) if said else quiet,
        metadata={
            "failing rows": sum(m.failing_count for _, m in failed),
            **(_failing(failed) if failed else {}),
        },
    )


def _held(expectations: int) -> str:
    return f"All {expectations} expectations hold; they are listed above."


def _failing(failed: "list[tuple[str, CheckResult]]") -> dict[str, dg.MetadataValue]:
    keys = {name: m.failing_keys[:KEYS_SHOWN] for name, m in failed}
    observed = "; ".join(dict.fromkeys(m.observed for _, m in failed))
    return {"failing keys": dg.MetadataValue.json(keys), "observed": dg.MetadataValue.text(observed)}
