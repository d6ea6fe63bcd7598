"""Bad CSV, JSON, NDJSON, Parquet and XML files: what cannot be read, and why."""

from __future__ import annotations

import gzip

from tests.faults.case import HEADER, Case, refused, sound

ROW = "@1,2021-02-01,,,\n"
BOMB = "".join(
    ['<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">']
    + [f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(9)]
    + ["]>"]
)
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
LOG = '<log xes.version="1.0"><trace><string key="concept:name" value="&x;"/></trace></log>'

CSV = [
    refused("nothing", b"", "empty_file", said="empty"),
    refused("only line ends", b"\n\n\r\n", "empty_file", said="empty"),
    refused("only a byte order mark", b"\xef\xbb\xbf", "no_header"),
    refused("cut in the middle of a letter", (HEADER + "@1,2021-02-01,,,\u00e9").encode()[:-1], "wrong_encoding"),
    refused(
        "cp1252 declared as UTF-8",
        (HEADER + "\u00c4,2021-02-01,,,\n").encode("cp1252"),
        "wrong_encoding",
        said="line 2",
    ),
    refused("UTF-16 declared as UTF-8", (HEADER + ROW).encode("utf-16"), "wrong_encoding", said="UTF-16"),
    refused("UTF-8 declared as ASCII", HEADER + "\u00c4,2021-02-01,,,\n", "wrong_encoding", encoding="ascii"),
    refused("half of a surrogate pair", HEADER.encode() + b"\xed\xa0\x80,2021-02-01,,,\n", "wrong_encoding"),
    refused("a letter coded too long", HEADER.encode() + b"\xc0\xaf,2021-02-01,,,\n", "wrong_encoding"),
    refused("NUL in a cell", HEADER + "@\x00,2021-02-01,,,\n", "nul_character", said="line 2"),
    refused("NUL in the header", HEADER.replace("id", "id\x00") + ROW, "nul_character"),
    refused("a workbook under the name of a CSV file", b"PK\x03\x04 xl/workbook.xml", "not_text"),
    refused("NULs at the end of a disk block", HEADER + ROW + "\x00" * 512, "nul_character"),
    refused("a quote that never closes", HEADER + '@1,"2021-02-01,,,\n@2,2021-02-02,,,\n', "broken_csv", said="line 2"),
    refused("text after a closing quote", HEADER + '@1,"2021-02-01" noon,,,\n', "broken_csv"),
    refused("an image", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "wrong_encoding"),
    refused("a packed file", gzip.compress((HEADER + ROW).encode(), mtime=0), "wrong_encoding"),
    refused("a page that says log in", "<!DOCTYPE html>\n<html><body>Log in</body></html>\n", "missing_column"),
    refused("another delimiter", (HEADER + ROW).replace(",", ";"), "missing_column", said="'id' is missing"),
    refused("lines above the header", "Extract of May\n\n" + HEADER + ROW, "missing_column"),
    refused("a column renamed", HEADER.replace("raised", "opened") + ROW, "missing_column", said="'raised' is missing"),
    refused("a mapped column twice", "id,raised,raised,decided,outcome\n@1,,,,\n", "duplicate_column", said="'raised'"),
    refused("no names in the header", ",,,\n@1,2021-02-01,,\n", "no_header", said="blank"),
    refused("a million columns", ",".join(["x"] * 1_000_000) + "\n", "too_many_columns", said="1,000,000"),
    sound("a header and no row", HEADER, 0),
    sound("two byte order marks less one", b"\xef\xbb\xbf" + HEADER.encode() + b"B1,2021-02-01,,,\n", 1),
    sound("line ends of an old Macintosh", (HEADER + ROW).replace("\n", "\r"), 1),
    sound("a letter in each of four scripts", HEADER + "@\u0645\u064a\u0633-\u0416-\u6c34-\u00e9,2021-02-01,,,\n", 1),
    sound(
        "Arabic of Windows",
        (HEADER + "\u0628\u063a\u062f\u0627\u062f,2021-02-01,,,\n").encode("cp1256"),
        1,
        options={"encoding": "cp1256"},
    ),
    sound(
        "Japanese", (HEADER + "\u6771\u4eac,2021-02-01,,,\n").encode("shift_jis"), 1, options={"encoding": "shift_jis"}
    ),
    sound("UTF-16 declared", (HEADER + "U16,2021-02-01,,,\n").encode("utf-16"), 1, options={"encoding": "utf-16"}),
    sound(
        "semicolons, preamble, cp1252",
        ("Extract of M\u00e4rz\n\n" + (HEADER + "P1,2021-02-01,,,\n").replace(",", ";")).encode("cp1252"),
        1,
        options={"encoding": "cp1252", "delimiter": ";", "skip_rows": 2},
    ),
]

RECORDS = [
    refused("JSON that is cut off", '[{"id": "@1", "raised": "2021', "broken_json", "json"),
    refused("JSON with one record and no list", '{"id": "@1", "raised": "2021-02-01"}', "no_records", "json"),
    refused("JSON of a number", "7", "no_records", "json"),
    refused("JSON a hundred thousand lists deep", "[" * 100_000, "nested_value", "json"),
    refused("JSON with a record in a record", '[{"id": {"a": 1}, "raised": {"b": [1, 2]}}]', "nested_value", "json"),
    refused("JSON in cp1252", '[{"id": "\u00c4", "raised": "2021-02-01"}]'.encode("cp1252"), "wrong_encoding", "json"),
    refused("JSON with half of a pair", '[{"id": "\\ud800", "raised": "2021-02-01"}]', "bad_text", "json"),
    refused("NDJSON with a broken line", '{"id": "@1", "raised": "2021-02-01"}\n{"id": \n', "broken_json", "ndjson"),
    refused("Parquet that is text", "id,raised\n", "broken_parquet", "parquet"),
    refused("Parquet that is cut off", b"PAR1" + b"\x15\x04" * 40, "broken_parquet", "parquet"),
    refused("XML that names another file", OUTSIDE + LOG, "forbidden_xml", "xes"),
    refused("XML that names another file, as IATI", OUTSIDE + "<iati-activities/>", "forbidden_xml", "iati"),
    refused("XML that expands a thousand million times", BOMB + LOG.replace("&x;", "&j;"), "forbidden_xml", "xes"),
    refused("XML that is cut off", LOG.replace("&x;", "a")[:40], "broken_xml", "xes"),
    refused("XML of something else", "<html><body/></html>", "unknown_format", "xes"),
    refused("XML ten thousand elements deep", "<log>" + "<a>" * 10_000, "nested_value", "xes"),
]

CASES: list[Case] = [*CSV, *RECORDS]
