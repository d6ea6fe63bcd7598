"""Asset checks: Great Expectations on what is new, rules between tables on the snapshot. Critical ones block.

Belongs here: how results of the library become Dagster's. Not here: what is checked (``reportmetrics.validation``).
"""

import datetime as dt
from collections.abc import Iterator
from itertools import groupby

import dagster as dg

from pipelines import names
from pipelines.resources import Installation, watch
from reportmetrics import steps
from reportmetrics.validation.rules import CrossRule
from reportmetrics.validation.run import CheckResult
from reportmetrics.validation.suites import Expected, expectations_of
from reportmetrics.warehouse.tables import SOURCE_TABLES

KEYS_SHOWN = 1000
"""Failing keys in an event's metadata; the command line and the publication hold all of them."""


def batch_checks() -> dg.AssetChecksDefinition:
    """Great Expectations on every source table: one check per table and group of expectations."""
    grouped = {
        (names.core(table.name), group): list(members)
        for table in SOURCE_TABLES
        for group, members in groupby(sorted(expectations_of(table), key=_group), key=_group)
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

    @dg.multi_asset_check(name="validate", specs=specs, pool=names.WRITER_POOL)
    def validate(installation: Installation) -> Iterator[dg.AssetCheckResult]:
        """What is new in each table, against its declaration and the profile."""
        checked = steps.check_new(installation.settings, installation.load_profile(), track=watch().track)
        watch().checks += checked.results
        done = {(names.core(r.table), r.check): r for r in checked.results}
        for spec in specs:
            members = [done[k] for e in grouped[spec.asset_key, spec.name] if (k := (spec.asset_key, e.name)) in done]
            yield _result(spec, members, quiet=f"No new rows up to ledger position {checked.position}.")

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

    @dg.multi_asset_check(name="cross_check", specs=specs)
    def cross_check(
        context: dg.AssetCheckExecutionContext, installation: Installation
    ) -> Iterator[dg.AssetCheckResult]:
        """Rules of ``sql/checks``: each row returned is a failure."""
        as_of = dt.date.fromisoformat(context.partition_key)
        results = steps.check_snapshot(installation.settings, as_of=as_of, engine=installation.engine)
        watch().checks += results
        done = {(names.snapshot(r.table), r.check): r for r in results}
        for spec in specs:
            yield _result(spec, [done[spec.asset_key, spec.name]])

    return cross_check


def _group(expected: Expected) -> str:
    return expected.group


def _result(spec: dg.AssetCheckSpec, members: list[CheckResult], *, quiet: str = "") -> dg.AssetCheckResult:
    failed = [m for m in members if not m.success]
    critical = any(m.severity == "critical" for m in members)
    return dg.AssetCheckResult(
        asset_key=spec.asset_key,
        check_name=spec.name,
        passed=not failed,
        severity=dg.AssetCheckSeverity.ERROR if critical else dg.AssetCheckSeverity.WARN,
        description="; ".join(m.message for m in failed or members) or quiet,
        metadata={
            "failing rows": sum(m.failing_count for m in failed),
            "failing keys": dg.MetadataValue.json({m.check: m.failing_keys[:KEYS_SHOWN] for m in failed}),
            "observed": "; ".join(m.observed for m in failed),
        },
    )
