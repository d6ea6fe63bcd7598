"""What a process keeps of DuckDB between two steps: an instance, and nothing of the warehouse."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from reportmetrics.warehouse.instances import INSTANCES
from reportmetrics.warehouse.store import Store, StoreError


@pytest.fixture(autouse=True)
def made(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The databases that were made as instances during the test, none being left from before."""
    INSTANCES.let_go()
    connect, made = duckdb.connect, []

    def counted(database: str = ":memory:", **more: object) -> duckdb.DuckDBPyConnection:
        made.append(database)
        return connect(database, **more)

    monkeypatch.setattr("duckdb.connect", counted)
    yield made
    INSTANCES.let_go()


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def opened_by_another(path: Path) -> bool:
    code = "import sys, duckdb; duckdb.connect(sys.argv[1]).execute('SELECT * FROM state')"
    return subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, check=False).returncode == 0


def test_a_process_makes_one_instance_and_each_file_is_closed_after_use(tmp_path: Path, made: list[str]) -> None:
    one, other = tmp_path / "it's one.duckdb", tmp_path / "other.duckdb"
    for path in (one, other, one):
        with Store(path) as store:
            assert not opened_by_another(path)
            store.connection.execute("UPDATE state SET position = position + 1")
        assert opened_by_another(path)
    assert made == [":memory:"]
    assert names(tmp_path) == {one.name, other.name}
    for path, position in ((one, 2), (other, 1)):
        with Store(path) as store:
            assert store.position() == position
            assert [n for (n,) in store.connection.execute("SELECT database_name FROM duckdb_databases()").fetchall()
                    if n not in ("memory", "system", "temp")] == ["warehouse"]  # fmt: skip


def test_who_opens_a_file_twice_sees_one_warehouse_until_the_last_has_closed_it(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    with Store(path) as first:
        with Store(path) as second:
            second.connection.execute("UPDATE state SET position = 7")
        assert first.position() == 7
        assert not opened_by_another(path)
    assert opened_by_another(path)


def test_two_files_are_open_at_once_each_with_its_own_names(tmp_path: Path, made: list[str]) -> None:
    with Store(tmp_path / "a.duckdb") as a, Store(tmp_path / "b.duckdb") as b:
        a.connection.execute("UPDATE state SET position = 1")
        assert (a.position(), b.position()) == (1, 0)
    assert len(made) == 2


def test_threads_that_open_files_at_once_get_their_own(tmp_path: Path) -> None:
    wrong: list[int] = []

    def work(number: int) -> None:
        for turn in range(5):
            with Store(tmp_path / f"{number}.duckdb") as store:
                if store.position() != turn:
                    wrong.append(number)
                store.connection.execute("UPDATE state SET position = position + 1")

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    for number in range(4):
        with Store(tmp_path / f"{number}.duckdb") as store:
            assert store.position() == 5


def test_cursors_read_the_warehouse_in_universal_time(tmp_path: Path) -> None:
    with Store(tmp_path / "warehouse.duckdb") as store:
        cursor = store.cursor()
        assert cursor.execute("SELECT position, current_setting('TimeZone') FROM state").fetchall() == [(0, "UTC")]
        cursor.close()
    with pytest.raises(StoreError, match="is not open"):
        store.cursor()


def test_an_instance_in_which_something_failed_is_not_kept(tmp_path: Path, made: list[str]) -> None:
    path = tmp_path / "warehouse.duckdb"
    with pytest.raises(duckdb.CatalogException), Store(path) as store:
        store.connection.execute("FROM nowhere")
    with Store(path):
        assert len(made) == 2


def test_nor_one_in_which_something_failed_for_another_user(tmp_path: Path, made: list[str]) -> None:
    path = tmp_path / "warehouse.duckdb"
    with Store(path):
        with pytest.raises(duckdb.CatalogException), Store(path) as store:
            store.connection.execute("FROM nowhere")
        assert len(made) == 1
    with Store(path):
        assert len(made) == 2


def test_an_idle_instance_that_has_become_unusable_is_replaced(tmp_path: Path, made: list[str]) -> None:
    path = tmp_path / "warehouse.duckdb"
    with Store(path):
        pass
    assert INSTANCES._idle is not None
    INSTANCES._idle.connection.close()
    with Store(path) as store:
        assert store.position() == 0
    assert len(made) == 2


def test_a_file_that_cannot_be_opened_leaves_room_for_others(tmp_path: Path, made: list[str]) -> None:
    bad, good = tmp_path / "bad.duckdb", tmp_path / "good.duckdb"
    bad.write_bytes(b"no database" * 1_000)
    for _ in range(2):
        with Store(good) as store:
            assert store.position() == 0
        with pytest.raises(StoreError, match="cannot be opened"), Store(bad):
            pass
    bad.unlink()
    with Store(bad) as store:
        assert store.position() == 0


def test_what_was_spilled_goes_with_its_instance(tmp_path: Path, made: list[str]) -> None:
    path = tmp_path / "warehouse.duckdb"
    with Store(path) as store:
        store.connection.execute("SET memory_limit = '20MB'")
        store.connection.execute(
            "CREATE TEMP TABLE wide AS SELECT range, hash(range), md5(range::VARCHAR) FROM range(1_000_000)"
        )
        assert "warehouse.duckdb.tmp" in names(tmp_path)
    assert names(tmp_path) == {"warehouse.duckdb"}
    with Store(path) as store:
        [(limit,)] = store.connection.execute("SELECT current_setting('memory_limit')").fetchall()
        assert limit == "953.6 MiB"
    assert len(made) == 2


def test_a_forked_process_has_an_instance_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    with Store(path):
        pass
    child = os.fork()
    if child == 0:
        status = 1
        try:
            with Store(path) as store:
                store.connection.execute("UPDATE state SET position = 3")
            status = 0
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    with Store(path) as store:
        assert store.position() == 3
