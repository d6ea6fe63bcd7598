"""Taking rows out of a publication that was made before they had to be forgotten.

Only ``audit/`` holds rows. Its files are written again without them (never in place: months that did not change are
hard links between publications), and a tombstone accounts for each.

Belongs here: which rows of a snapshot are meant, and writing it again. Not here: the tombstone (``publish.tombstone``).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from reportmetrics.ingest.sidecars import NO_NAME
from reportmetrics.publish.exports import write_csv
from reportmetrics.publish.files import sha256
from reportmetrics.publish.manifest import read_manifest
from reportmetrics.publish.tombstone import MAY_CHANGE, write_tombstone
from reportmetrics.settings import signing_key_from_environment
from reportmetrics.warehouse.tables import TABLES

_REFUSED = ("reject", "reject_answer")
_ROWS_OF = {"withdrawn_report": "report", "tally_twice": "report_tally"}
"""Tables of a snapshot whose rows are those of another one, set apart or with more said of them."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to go: whole ``deliveries``, or all that names one of ``people`` (pseudonyms), rows by place.

    ``places`` (delivery, row) are those of refused rows, ``rows`` (table, delivery, row) those of the tables that
    deliveries fill: a publication of before the pseudonyms had another key knows the person by another one. ``records``
    (table, key) go wherever they were told last.
    """

    deliveries: frozenset[int] = frozenset()
    people: frozenset[str] = frozenset()
    places: frozenset[tuple[int, int]] = frozenset()
    rows: frozenset[tuple[str, int, int]] = frozenset()
    records: frozenset[tuple[str, str]] = frozenset()

    def and_also(self, other: Wanted) -> Wanted:
        """Both together."""
        return Wanted(
            deliveries=self.deliveries | other.deliveries,
            people=self.people | other.people,
            places=self.places | other.places,
            rows=self.rows | other.rows,
            records=self.records | other.records,
        )

    def keys_in(self, table: str) -> list[str]:
        """Keys of all records of a table that go."""
        return [key for of, key in self.records if of == _ROWS_OF.get(table, table)]

    def places_in(self, table: str) -> list[tuple[int, int]]:
        """Delivery and row of all rows of a table that go by their place."""
        if table in _REFUSED:
            return list(self.places)
        return [(seq, row) for of, seq, row in self.rows if of == _ROWS_OF.get(table, table)]


def rows_in(publication: Path, wanted: Wanted) -> dict[str, int]:
    """Rows of each table of the publication's snapshot that are to go; ``ledger`` counts lines that lose their name."""
    found: dict[str, int] = {}
    for table, path in _files(publication):
        going = _going(table, pl.read_parquet(path), wanted, _keys(publication, wanted))
        if going is not None and (count := int(going.sum())):
            found[table] = found.get(table, 0) + count
    return found


def take_out(publication: Path, wanted: Wanted, *, at: str, reason: str, planned: dict[str, int] | None = None) -> None:
    """Write the snapshot and the ledger's CSV again without the rows, and add to the tombstone.

    ``planned`` are the rows that were to go when the same was begun before and stopped: the tombstone then accounts for
    what was written then too.
    """
    keys = _keys(publication, wanted)
    changed: list[str] = []
    rows: dict[str, int] = {}
    for table, path in _files(publication):
        frame = pl.read_parquet(path)
        going = _going(table, frame, wanted, keys)
        if going is None or not going.any():
            continue
        if table == "ledger":
            left = _unnamed(frame, going, at, reason)
            _replace_csv(publication, left)
            changed.append("audit/ledger.csv")
        else:
            left = frame.filter(~going)
            rows[table] = rows.get(table, 0) + frame.height - left.height
        _replace_parquet(path, left)
        changed.append(path.relative_to(publication).as_posix())
    for table, count in (planned or {}).items():
        if table != "ledger":
            rows[table] = max(count, rows.get(table, 0))
    if rows:
        _recount(publication, rows)
        changed.append("audit/snapshot/snapshot.json")
    if planned is not None:
        changed = _rewritten(publication)
    if changed:
        write_tombstone(
            publication,
            changed,
            rows,
            at=at,
            reason=reason,
            key=signing_key_from_environment(),
            again=planned is not None,
        )


def _rewritten(publication: Path) -> list[str]:
    """Files of the snapshot and the ledger that are not as they were published."""
    listed = read_manifest(publication)["files"]
    may_change = [name for name in listed if name.startswith(MAY_CHANGE) and (publication / name).is_file()]
    return [name for name in may_change if sha256(publication / name) != listed[name]["sha256"]]


def _files(publication: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted((publication / "audit" / "snapshot").glob("*/*.parquet")):
        if path.parent.name in TABLES:
            yield path.parent.name, path


def _keys(publication: Path, wanted: Wanted) -> set[str]:
    """Keys of the reports that go: what was derived from their texts goes with them."""
    keys: set[str] = set()
    for path in (publication / "audit" / "snapshot" / "report").glob("*.parquet"):
        frame = pl.read_parquet(path)
        going = _going("report", frame, wanted, set())
        if going is not None:
            keys.update(frame.filter(going)["row_key"])
    return keys


def _going(table: str, frame: pl.DataFrame, wanted: Wanted, reports: set[str]) -> pl.Series | None:
    """Which rows of a table are meant; None when none can be."""
    declared = TABLES[table]
    tests: list[pl.Expr] = []
    if table == "ledger" or table in _REFUSED or table in _ROWS_OF or declared.origin == "source":
        tests.append(pl.col("file_seq").is_in(list(wanted.deliveries)))
    if wanted.people:
        tests += [pl.col(c.name).is_in(list(wanted.people)) for c in declared.columns if c.personal]
    places = wanted.places_in(table)
    if places:
        gone = pl.DataFrame(places, schema={"file_seq": pl.Int64(), "source_row": pl.Int64()}, orient="row")
        there = gone.with_columns(pl.lit(value=True).alias("there"))
        marked = frame.join(there, on=["file_seq", "source_row"], how="left", maintain_order="left")["there"]
        tests.append(pl.lit(marked.fill_null(value=False)))
    if records := wanted.keys_in(table):
        tests.append(pl.col("row_key").is_in(records))
    if table == "text_novelty":
        tests.append(pl.col("row_key").is_in(list(reports)))
    if not tests:
        return None
    return frame.select(going=pl.any_horizontal(tests).fill_null(value=False))["going"]


def _unnamed(ledger: pl.DataFrame, going: pl.Series, at: str, reason: str) -> pl.DataFrame:
    """The ledger, whose numbers stay, without the names and facts of the files that were forgotten."""
    told = {"original_name": NO_NAME, "facts": None, "message": f"forgotten on {at[:10]}: {reason}"}
    return ledger.with_columns(
        pl.when(going).then(pl.lit(text, dtype=pl.String)).otherwise(pl.col(name)).alias(name)
        for name, text in told.items()
    )


def _replace_parquet(path: Path, frame: pl.DataFrame) -> None:
    scratch = path.with_suffix(".fresh")
    scratch.unlink(missing_ok=True)
    frame.write_parquet(scratch, compression="zstd", row_group_size=122_880, statistics=True)
    scratch.chmod(0o444)
    scratch.replace(path)


def _replace_csv(publication: Path, ledger: pl.DataFrame) -> None:
    path = publication / "audit" / "ledger.csv"
    scratch = path.with_suffix(".fresh")
    scratch.unlink(missing_ok=True)
    write_csv(scratch, ledger.columns, ledger.iter_rows(), marking=read_manifest(publication)["marking"])
    scratch.chmod(0o444)
    scratch.replace(path)


def _recount(publication: Path, gone: dict[str, int]) -> None:
    path = publication / "audit" / "snapshot" / "snapshot.json"
    about = json.loads(path.read_text(encoding="utf-8"))
    for table in gone:
        frames = (publication / "audit" / "snapshot" / table).glob("*.parquet")
        about["rows"][table] = sum(pl.scan_parquet(f).select(pl.len()).collect().item() for f in frames)
    scratch = path.with_suffix(".fresh")
    scratch.unlink(missing_ok=True)
    scratch.write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    scratch.chmod(0o444)
    scratch.replace(path)
