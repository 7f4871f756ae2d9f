"""What is counted for the Participation Report, read back from deposit XML of every kind and version."""

from pathlib import Path

import pytest

from deposit_heads import HEAD
from doideposit.crossref.xml.batch import Built
from doideposit.crossref.xml.participation import Measure, Measured
from examples_c258 import commentary, rich_commentary, series

GOLDEN = Path(__file__).parents[3] / "golden" / "deposits"


def measured(one: object, version: str = "5.5.0") -> Measured:
    (found,) = Measured.read(Built.of(HEAD, [one], schema_version=version).xml)
    return found


def test_comment_258_as_printed_has_references_and_affiliations() -> None:
    found = measured(commentary())
    assert found.has == {Measure.REFERENCES, Measure.AFFILIATIONS}
    assert found.without_orcid == ("Siegfried O. Wolf",)
    assert found.without_ror == ("South Asia Democratic Forum",)


@pytest.mark.parametrize("record_type", ["report-series", "report-single", "journal", "posted"])
def test_a_rich_record_has_nearly_everything_whatever_its_type(record_type: str) -> None:
    found = measured(rich_commentary(series(record_type=record_type)))
    assert found.has == frozenset(Measure) - {Measure.CROSSMARK}
    assert (found.without_orcid, found.without_ror) == ((), ())


def test_funding_and_licences_inside_crossmark_count_too() -> None:
    found = measured(rich_commentary(series(record_type="journal", crossmark_policy="10.5555/policy")))
    assert found.has == frozenset(Measure)


def test_what_only_the_references_or_the_series_have_does_not_count_for_the_work() -> None:
    found = measured(commentary(series(institution={"name": "Elsewhere", "ror": "02twcfp32"})))
    assert Measure.RORS not in found.has


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.xml")), ids=lambda path: path.stem)
def test_every_kind_of_deposit_file_can_be_measured(path: Path) -> None:
    found = Measured.read(path.read_bytes())
    assert found or "resources" in path.stem
    if "full" in path.stem:
        assert {Measure.ABSTRACTS, Measure.LICENCES, Measure.ORCIDS, Measure.RORS} <= found[0].has


@pytest.mark.parametrize("junk", [b"", b"<a/>", b"not XML", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"])
def test_what_is_no_deposit_has_no_works(junk: bytes) -> None:
    assert Measured.read(junk) == ()


def test_a_file_of_many_gives_each_in_its_order() -> None:
    several = [commentary(number=str(number), url=f"https://www.sadf.eu/{number}/") for number in (3, 1, 2)]
    found = Measured.read(Built.of(HEAD, several).xml)
    assert [str(one.doi)[-2:] for one in found] == ["C3", "C1", "C2"]
