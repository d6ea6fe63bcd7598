"""The graph that Dagster shows: assets from SQL files, edges from their FROM clauses, checks that block."""

from pathlib import Path

import dagster as dg  # noqa: TID251 (what is tested here is made of dagster)
import pytest

from pipelines import names
from pipelines.build import build
from reportmetrics.metrics.catalogue import Catalogue, load_catalogue
from reportmetrics.metrics.estimators import ESTIMATORS
from reportmetrics.profile.load import load_profile
from reportmetrics.settings import Settings, sql_folder
from reportmetrics.validation.rules import load_rules
from reportmetrics.validation.suites import COMPARED, expectations_of
from reportmetrics.warehouse.tables import SOURCE_TABLES, TABLES

ROOT = Path(__file__).parents[2]
SETTINGS = Settings(ROOT / "data" / "profiles" / "nmi", ROOT / "data", ROOT / "data" / "sample" / "nmi")


@pytest.fixture(scope="module")
def definitions() -> dg.Definitions:
    return build(SETTINGS)


@pytest.fixture(scope="module")
def specs(definitions: dg.Definitions) -> dict[dg.AssetKey, dg.AssetSpec]:
    return {spec.key: spec for spec in definitions.resolve_all_asset_specs()}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue(sql_folder())


def deps(spec: dg.AssetSpec) -> set[dg.AssetKey]:
    return {d.asset_key for d in spec.deps}


def test_the_definitions_load_and_every_dependency_exists(
    definitions: dg.Definitions, specs: dict[dg.AssetKey, dg.AssetSpec]
) -> None:
    dg.Definitions.validate_loadable(definitions)
    missing = {d for spec in specs.values() for d in deps(spec)} - set(specs)
    assert missing == set()


def test_each_sql_file_is_an_asset(specs: dict[dg.AssetKey, dg.AssetSpec]) -> None:
    for path in (sql_folder() / "metrics").glob("*/*.sql"):
        spec = specs[dg.AssetKey(["metrics", path.parent.name, path.stem])]
        assert spec.group_name == f"metrics/{path.parent.name}"
        assert spec.owners
        assert "sql" in spec.kinds
    for path in (sql_folder() / "derived").glob("*.sql"):
        assert dg.AssetKey(["derived", path.stem]) in specs


def test_edges_and_versions_are_those_of_the_sql(specs: dict[dg.AssetKey, dg.AssetSpec], catalogue: Catalogue) -> None:
    for metric in catalogue.metrics.values():
        spec = specs[names.metric(metric.definition.id)]
        read = {"/".join(d.path[1:]) for d in deps(spec)}
        frame = {metric.definition.frame} if metric.definition.frame else set()
        assert read == set(metric.definition.select.reads) | frame
        assert spec.code_version == metric.definition_hash
        assert metric.definition.title in (spec.description or "")


def test_a_latency_metric_hangs_below_the_register_of_requests(specs: dict[dg.AssetKey, dg.AssetSpec]) -> None:
    """By hand, the whole way of a row, from a source to the publication."""
    wait = specs[dg.AssetKey(["metrics", "latency", "time_to_decision"])]
    assert dg.AssetKey(["derived", "request_wait"]) in deps(wait)
    assert dg.AssetKey(["snapshot", "request"]) in deps(specs[dg.AssetKey(["derived", "request_wait"])])
    assert deps(specs[dg.AssetKey(["snapshot", "request"])]) == {dg.AssetKey(["core", "request"])}
    assert dg.AssetKey(["raw", "jfc_naples_register"]) in deps(specs[dg.AssetKey(["core", "request"])])
    assert deps(specs[names.raw("jfc_naples_register")]) == {names.landing("jfc_naples_register")}
    assert wait.key in deps(specs[names.PUBLICATION])


def test_tables_of_the_profile_hang_below_the_profile(specs: dict[dg.AssetKey, dg.AssetSpec]) -> None:
    assert deps(specs[dg.AssetKey(["snapshot", "objective"])]) == {names.PROFILE}
    assert deps(specs[dg.AssetKey(["snapshot", "expected_report"])]) == {names.PROFILE}


def test_groups_read_as_the_way_of_a_row(specs: dict[dg.AssetKey, dg.AssetSpec], catalogue: Catalogue) -> None:
    themes = {f"metrics/{theme}" for theme in catalogue.themes}
    assert {s.group_name for s in specs.values()} == {
        "landing",
        "raw",
        "core",
        "snapshot",
        "derived",
        "publication",
        *themes,
    }


def test_columns_of_core_are_those_declared(specs: dict[dg.AssetKey, dg.AssetSpec]) -> None:
    schema = specs[dg.AssetKey(["core", "request"])].metadata["dagster/column_schema"]
    assert [c.name for c in schema.columns] == [c.name for c in TABLES["request"].columns]


def test_columns_of_a_metric_say_what_they_mean(specs: dict[dg.AssetKey, dg.AssetSpec]) -> None:
    """Those that its estimator takes by the estimator, those of the tables beneath by the tables."""
    schema = specs[dg.AssetKey(["metrics", "latency", "time_to_decision"])].metadata["dagster/column_schema"]
    told = {c.name: c.description for c in schema.columns}
    needs = {n.name: n.meaning for n in ESTIMATORS["kaplan_meier"].needs}
    assert told["duration"] == needs["duration"]
    declared = next(c for c in TABLES["request"].columns if c.name == "request_type")
    assert told["request_type"] == declared.meaning


def test_checks_are_complete_and_critical_ones_block(definitions: dg.Definitions) -> None:
    found = {
        (spec.asset_key, spec.name): spec for checks in definitions.asset_checks or [] for spec in checks.check_specs
    }
    for source in load_profile(SETTINGS.profile).sources:
        assert not found.pop((names.landing(source.source), "still_sends")).blocking
    wanted = {
        (names.core(t.name), e.group): e.severity for t in SOURCE_TABLES for e in [*expectations_of(t), *COMPARED]
    }
    wanted |= {(names.snapshot(r.table), r.id): r.severity for r in load_rules(sql_folder())}
    assert {key: ("critical" if spec.blocking else "warning") for key, spec in found.items()} == wanted


def test_what_depends_on_a_date_is_partitioned_by_it(specs: dict[dg.AssetKey, dg.AssetSpec]) -> None:
    for key, spec in specs.items():
        dated = key.path[0] in {"snapshot", "derived", "metrics", "publication"}
        assert (spec.partitions_def == names.AS_OF) is dated, key


def test_every_asset_says_who_owns_it_what_it_is_and_what_it_is_made_of(
    specs: dict[dg.AssetKey, dg.AssetSpec],
) -> None:
    for key, spec in specs.items():
        assert spec.owners, key
        assert spec.description, key
        assert spec.kinds, key


def test_whatever_is_written_in_a_file_leads_to_that_file(
    specs: dict[dg.AssetKey, dg.AssetSpec], catalogue: Catalogue
) -> None:
    written = {names.metric(m.definition.id): m.definition.path for m in catalogue.metrics.values()}
    written |= {names.derived(v.id): v.path for v in catalogue.derived.values()}
    written |= {names.core(p.stem): p for p in (sql_folder() / "core").glob("*.sql")}
    for key, path in written.items():
        references = specs[key].metadata["dagster/code_references"].code_references
        assert [Path(r.file_path) for r in references] == [path]
        assert specs[key].code_version, key


def test_a_year_of_dates_is_one_run(definitions: dg.Definitions) -> None:
    policies = {
        asset.backfill_policy
        for asset in definitions.assets or []
        if isinstance(asset, dg.AssetsDefinition) and asset.partitions_def is not None
    }
    assert policies == {dg.BackfillPolicy.single_run()}


def test_each_source_is_alarmed_about_by_its_own_interval(specs: dict[dg.AssetKey, dg.AssetSpec]) -> None:
    for source in load_profile(SETTINGS.profile).sources:
        policy = specs[names.landing(source.source)].freshness_policy
        assert policy is not None
        assert policy.fail_window.to_timedelta().days == int(source.every_days * 1.5)  # type: ignore[attr-defined]


def test_only_one_step_at_a_time_opens_the_warehouse(definitions: dg.Definitions) -> None:
    """Steps that open it: taking in, validating, freezing, listening for silence."""
    held = {
        op.name
        for asset in [*(definitions.assets or []), *(definitions.asset_checks or [])]
        if isinstance(asset, dg.AssetsDefinition) and asset.is_executable
        for op in [asset.op]
        if op.pool == names.WRITER_POOL
    }
    assert held == {"ingest", "validate", "snapshot", "listen"}
