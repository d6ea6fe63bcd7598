"""The committed sample, read with the standard library: nothing of the product's ingest is used."""

import csv
import datetime as dt
import io
import zoneinfo
from pathlib import Path

from reportmetrics.sample import truths

ROOT = Path(__file__).parents[3]
SAMPLE = ROOT / "data" / "sample" / "nmi"
FAULTY = {(f.file, f.row) for f in truths.FAULTS}
ROME, BAGHDAD = zoneinfo.ZoneInfo("Europe/Rome"), zoneinfo.ZoneInfo("Asia/Baghdad")


def read_csv(path, *, encoding="utf-8", delimiter=",", skip=0):
    """Rows of a file as dicts with ``_file`` and ``_row``; rows that are meant to be refused are left out."""
    lines = path.read_bytes().decode(encoding).splitlines(keepends=True)[skip:]
    name = path.relative_to(SAMPLE).as_posix()
    rows = []
    for number, row in enumerate(csv.DictReader(io.StringIO("".join(lines)), delimiter=delimiter), skip + 2):
        if (name, number) not in FAULTY:
            rows.append({**row, "_file": name, "_row": number})
    return rows


def read_all(folder, **options):
    return [row for path in sorted((SAMPLE / folder).glob("*.csv")) for row in read_csv(path, **options)]


def latest(rows, key):
    """The last told state of each record, in the order of files and rows."""
    return list({row[key]: row for row in rows}.values())


def moment(text, pattern="%Y-%m-%d %H:%M", zone=BAGHDAD):
    """Local text as an instant, told in Baghdad time, which knows no summer time: differences are true durations."""
    return dt.datetime.strptime(text, pattern).replace(tzinfo=zone).astimezone(BAGHDAD) if text else None
