"""The deployment folder: units that systemd accepts, a container file that installs from the lock, settings that load,
Postgres as storage, and several missions side by side."""

import configparser
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.commands import command, to_its_end
from tests.pipelines.tiny import make

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
PROGRAMS = "/opt/reportmetrics/.venv/bin/"


def unit(path: Path) -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser(strict=False, delimiters=["="])
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(path.read_text(encoding="utf-8"))
    return parser


def test_systemd_accepts_all_units(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed here: apt-get install systemd")
    for path in UNITS:
        # The programs are installed on the target machine only; systemd-analyze wants them to be there.
        text = re.sub(rf"{PROGRAMS}\S+", "/bin/true", path.read_text(encoding="utf-8"))
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    files = [str(p) for p in sorted(tmp_path.iterdir())]
    done = to_its_end(["systemd-analyze", "verify", *files])
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("path", [p for p in UNITS if p.suffix == ".service"], ids=lambda p: p.name)
def test_services_run_without_rights_and_on_loopback(path: Path) -> None:
    service = unit(path)["Service"]
    assert service["User"] == "reportmetrics"
    assert service["NoNewPrivileges"] == "true"
    assert service["ProtectSystem"] == "strict"
    called = service["ExecStart"]
    program = called.split()[0].removeprefix(PROGRAMS)
    assert (Path(sys.executable).parent / program).exists(), "a program that the package installs"
    if "--host" in called:
        assert "--host 127.0.0.1" in called


def test_a_command_has_the_settings_of_the_missions_services(tmp_path: Path) -> None:
    """Values with blanks, in quotes as systemd wants them, included."""
    told = '/usr/local/bin/tell --channel "the ops"'
    (tmp_path / "common.env").write_text(f"# shared\nDAGSTER_HOME=/srv/shared\nREPORTMETRICS_ALERT_COMMAND='{told}'\n")
    (tmp_path / "nmi.env").write_text("REPORTMETRICS_HOME=/srv/nmi/home\n")
    names = ("DAGSTER_HOME", "REPORTMETRICS_ALERT_COMMAND", "REPORTMETRICS_HOME")
    code = f"import os; print([os.environ[n] for n in {names}])"
    environment = {"REPORTMETRICS_ETC": str(tmp_path), "PATH": os.environ["PATH"]}

    def mission(*arguments: str) -> subprocess.CompletedProcess[str]:
        called = [str(DEPLOY / "mission"), *arguments]
        return to_its_end(called, env=environment)

    done = mission("nmi", sys.executable, "-c", code)
    assert done.stdout.strip() == repr(["/srv/shared", told, "/srv/nmi/home"]), done.stderr
    unknown = mission("other", "true")
    assert unknown.returncode == 2
    assert "other" not in unknown.stdout
    assert "usage: mission NAME COMMAND" in unknown.stderr


def test_the_container_installs_from_the_lock_and_runs_as_nobody_in_particular() -> None:
    text = re.sub(r"\\\n\s*", "", (DEPLOY / "Containerfile").read_text(encoding="utf-8"))
    steps = [line.split(None, 1) for line in text.splitlines() if line and not line.startswith("#")]
    by_name = {name: [rest for n, rest in steps if n == name] for name, _ in steps}
    assert set(by_name) <= {
        *("FROM", "ENV", "WORKDIR", "COPY", "RUN", "USER", "VOLUME", "EXPOSE", "HEALTHCHECK", "CMD"),
    }
    [base] = by_name["FROM"]
    assert re.fullmatch(r"docker\.io/library/python:3\.\d+\.\d+-slim-\w+", base), "a version, never 'latest'"
    installs = [r for r in by_name["RUN"] if "pip install" in r]
    assert "--require-hashes -r requirements.lock" in installs[0]
    assert all("--require-hashes" in r or "--no-deps" in r for r in installs)
    assert by_name["USER"] == ["1000:1000"]
    assert [n for n, _ in steps].index("USER") > [n for n, _ in steps].index("RUN")
    for copied in by_name["COPY"]:
        *sources, _ = copied.split()
        assert all((ROOT / s).exists() for s in sources), copied
    [started] = by_name["CMD"]
    assert json.loads(started)[0] == "dagster-webserver"


def test_hadolint_finds_nothing_in_the_container_file() -> None:
    if shutil.which("hadolint") is None:
        pytest.skip("hadolint is not installed here")
    done = to_its_end(["hadolint", str(DEPLOY / "Containerfile")])
    assert (done.returncode, done.stdout) == (0, "")


def test_both_settings_of_the_instance_say_the_same_but_for_the_storage() -> None:
    sqlite = yaml.safe_load((ROOT / "pipelines" / "dagster.yaml").read_text(encoding="utf-8"))
    postgres = yaml.safe_load((DEPLOY / "postgres" / "dagster.yaml").read_text(encoding="utf-8"))
    assert sqlite.pop("event_log_storage")["class"] == "KeptConnections"
    assert set(postgres.pop("storage")) == {"postgres"}
    assert sqlite == postgres
    assert sqlite["telemetry"] == {"enabled": False}


def test_every_line_of_the_workspace_is_a_code_server_of_its_own_on_loopback() -> None:
    places = [p["grpc_server"] for p in yaml.safe_load((DEPLOY / "workspace.yaml").read_text())["load_from"]]
    assert {p["host"] for p in places} == {"127.0.0.1"}
    assert len({p["port"] for p in places}) == len({p["location_name"] for p in places}) == len(places) == 2
    assert f"CODE_SERVER_PORT={places[0]['port']}" in (DEPLOY / "nmi.env").read_text()


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def clean_environment(**more: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("REPORTMETRICS_", "DAGSTER_"))}
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT), *filter(None, [kept.get("PYTHONPATH")])])
    return kept | {"PYTHONPATH": path} | more


@pytest.mark.daemon
def test_two_missions_stand_side_by_side_in_one_instance(tmp_path: Path) -> None:
    """Two code servers as the units start them; each tells its own assets, dates and writer."""
    import dagster as dg  # noqa: TID251 (what is tested here is made of dagster)
    from dagster._core.workspace.context import WorkspaceProcessContext  # noqa: TID251
    from dagster._core.workspace.load_target import WorkspaceFileTarget  # noqa: TID251

    from pipelines.launch import open_instance

    servers, places = [], []
    # Two servers that make the tables of a new history at once trip over each other; the first run makes them before.
    with open_instance(tmp_path / "dagster") as made:
        made.get_run_records(limit=1)
        made.all_instigator_state()
    try:
        for name in ("one", "two"):
            settings, port = make(tmp_path / name), free_port()
            environment = clean_environment(
                REPORTMETRICS_PROFILE=str(settings.profile),
                REPORTMETRICS_HOME=str(settings.home),
                REPORTMETRICS_LANDING=str(settings.landing),
                REPORTMETRICS_LOCATION=name,
                DAGSTER_HOME=str(tmp_path / "dagster"),
            )
            (tmp_path / "dagster").mkdir(exist_ok=True)
            server = [*("-m", "dagster", "code-server", "start", "--module-name", "pipelines.definitions")]
            server += ["--location-name", name, "--host", "127.0.0.1", "--port", str(port)]
            quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            servers.append(subprocess.Popen([sys.executable, *server], env=environment, **quiet))
            places.append({"grpc_server": {"host": "127.0.0.1", "port": port, "location_name": name}})
        for started, place in zip(servers, places, strict=True):
            wait_for(place["grpc_server"]["port"], started)
        workspace = tmp_path / "workspace.yaml"
        workspace.write_text(yaml.safe_dump({"load_from": places}))
        with (
            open_instance(tmp_path / "dagster") as instance,
            WorkspaceProcessContext(instance, WorkspaceFileTarget([str(workspace)])) as process,
        ):
            context = process.create_request_context()
            assert [e.load_error for e in context.get_code_location_entries().values()] == [None, None]
            keys = {key.to_user_string() for key in context.asset_graph.get_all_asset_keys()}
            groups = {context.asset_graph.get(key).group_name for key in context.asset_graph.get_all_asset_keys()}
            dates = {
                n.partitions_def.name
                for n in context.asset_graph.asset_nodes
                if isinstance(n.partitions_def, dg.DynamicPartitionsDefinition)
            }
        assert {k.split("/")[0] for k in keys} == {"one", "two"}
        assert {"one/core/request", "two/core/request", "one/publication", "two/publication"} <= keys
        assert dates == {"as_of_one", "as_of_two"}
        assert {"one/landing", "two/landing", "one/metrics/latency", "two/publication"} <= groups
        assert {g.split("/")[0] for g in groups} == {"one", "two"}
    finally:
        for started in servers:
            started.terminate()
        for started in servers:
            started.wait(30)


def test_runs_by_hand_of_two_missions_are_recorded_in_the_instance_that_they_share(tmp_path: Path) -> None:
    """As docs/deployment.md says to begin; and each one's backup has the history."""
    from pipelines.launch import open_instance

    shared, dates = tmp_path / "dagster", {"one": "2021-02-08", "two": "2021-02-15"}
    for name, day in dates.items():
        settings = make(tmp_path / name)
        environment = clean_environment(
            REPORTMETRICS_PROFILE=str(settings.profile),
            REPORTMETRICS_HOME=str(settings.home),
            REPORTMETRICS_LANDING=str(settings.landing),
            REPORTMETRICS_LOCATION=name,
            DAGSTER_HOME=str(shared),
        )
        for called in (["run", "--as-of", day], ["backup", str(tmp_path / "backups" / name)]):
            done = command(*called, env=environment)
            assert done.returncode == 0, done.stdout + done.stderr
        assert not (settings.home / "dagster").exists()
        assert list((tmp_path / "backups" / name).glob("*/dagster/history/runs.db"))
    assert (shared / "dagster.yaml").is_file()
    with open_instance(shared) as instance:
        assert sorted(r.tags["dagster/partition"] for r in instance.get_runs()) == sorted(dates.values())
        assert {n: instance.get_dynamic_partitions(f"as_of_{n}") for n in dates} == {n: [d] for n, d in dates.items()}


def wait_for(port: int, server: subprocess.Popen[bytes], seconds: float = 180) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert server.poll() is None, f"the server of {port} has ended with {server.returncode}"
        time.sleep(0.1)
    raise AssertionError(f"nothing listens on {port} after {seconds} seconds")


@pytest.fixture
def postgres() -> Iterator[dict[str, str]]:
    """A real Postgres for this test alone, from Debian's package, on a port of its own."""
    pytest.importorskip("dagster_postgres", reason="the extra 'postgres' is not installed: pip install '.[postgres]'")
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not programs:
        pytest.skip("no Postgres is installed here: apt-get install postgresql")
    as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
    # Postgres refuses to run as root, and pytest's folders are closed to others: it gets one of its own.
    folder, port = Path(tempfile.mkdtemp(prefix="reportmetrics-pg-")), free_port()
    if as_user:
        shutil.chown(folder, "postgres", "postgres")

    def call(program: str, *arguments: str) -> None:
        subprocess.run(
            [*as_user, str(programs[-1] / program), *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd="/",
            timeout=120,
        )

    data = str(folder / "data")
    call("initdb", "-D", data, "-U", "dagster", "--auth=trust", "--no-sync")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -k {folder} -c fsync=off"
    call("pg_ctl", "-D", data, "-w", "-o", options, "-l", str(folder / "log"), "start")
    try:
        call("createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "dagster", "dagster")
        yield {
            "DAGSTER_PG_HOST": "127.0.0.1",
            "DAGSTER_PG_PORT": str(port),
            "DAGSTER_PG_USER": "dagster",
            "DAGSTER_PG_PASSWORD": "unused",
            "DAGSTER_PG_DB": "dagster",
        }
    finally:
        call("pg_ctl", "-D", data, "-m", "fast", "-w", "stop")
        shutil.rmtree(folder)


@pytest.mark.daemon
def test_the_history_can_be_kept_in_postgres(tmp_path: Path, postgres: dict[str, str]) -> None:
    import psycopg2

    settings = make(tmp_path / "tiny")
    settings.dagster_home.mkdir(parents=True)
    shutil.copy(DEPLOY / "postgres" / "dagster.yaml", settings.dagster_home / "dagster.yaml")
    folders = ["--profile", settings.profile, "--home", settings.home, "--landing", settings.landing]
    done = command("run", "--as-of", "2021-02-08", *map(str, folders), env=clean_environment(**postgres))
    assert done.returncode == 0, done.stderr
    place = {"host": "127.0.0.1", "port": postgres["DAGSTER_PG_PORT"], "user": "dagster", "dbname": "dagster"}
    connection = psycopg2.connect(**place, connect_timeout=60)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT status, count(*) FROM runs GROUP BY 1")
            assert cursor.fetchall() == [("SUCCESS", 1)]
            cursor.execute("SELECT partition FROM dynamic_partitions")
            assert cursor.fetchall() == [("2021-02-08",)]
    finally:
        connection.close()
    assert not list(settings.dagster_home.rglob("*.db")), "nothing is kept in SQLite beside it"
