"""The validation report: every part runs, and what is committed tells of the claims that are made today."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from benchmarks import log_claims, plain_claims, separation_claims, validate, wait_claims
from benchmarks.claims import Claim

_PARTS = (log_claims, plain_claims, separation_claims, wait_claims)
FEW = 4


@pytest.fixture(scope="module")
def made() -> validate.Report:
    """The report on few draws."""
    with pytest.MonkeyPatch.context() as patched:
        for part in _PARTS:
            patched.setattr(part, "DRAWS", FEW)
        return validate.report()


def test_every_part_runs_and_the_report_shows_each_claim_and_plot(made: validate.Report, tmp_path: Path) -> None:
    made.write(tmp_path)
    text = (tmp_path / "validation.md").read_text(encoding="utf-8")
    assert {c.part for c in made.claims} == set(re.findall(r"^### (.+)$", text, re.MULTILINE))
    for claim in made.claims:
        assert 0 <= claim.held <= claim.draws
        assert f"| {claim.claim} | {claim.draws} | {claim.share:.1%} |" in text
    shown = set(re.findall(r"\(validation/(.+\.svg)\)", text))
    assert shown == {p.name for p in (tmp_path / "validation").iterdir()}


def test_the_committed_report_is_of_the_claims_that_are_made_today(made: validate.Report) -> None:
    committed = (validate.DOCS / "validation.md").read_text(encoding="utf-8")
    said = re.findall(r"^\| (.+?) \| \d+ \| [\d.]+% \|", committed, re.MULTILINE)
    assert said == [c.claim for c in made.claims]


def test_a_part_that_fails_leaves_the_report_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "validation").mkdir()
    (tmp_path / "validation" / "old.svg").write_text("<svg/>")

    def broken() -> Iterable[Claim]:
        yield Claim("Part", "claim", 1, 1, (0, 1))
        raise ValueError("a table is missing")

    monkeypatch.setattr(validate, "PARTS", [("Title", "About", broken)])
    monkeypatch.setattr(validate, "DOCS", tmp_path)
    with pytest.raises(ValueError, match="a table is missing"):
        validate.main()
    assert [p.name for p in tmp_path.rglob("*.svg")] == ["old.svg"]
