"""The reader: the same record from a deposit, from unixsd and from unixref; and back into a deposit without a loss."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from doideposit.crossref.xml.batch import Built
from doideposit.records.models.batch import BatchHead
from doideposit.records.models.commentary import Commentary
from doideposit.records.models.series import Series
from doideposit.registered.comparison import compare
from doideposit.registered.policy import judge
from doideposit.registered.reading import RegisteredRecord
from doideposit.registered.values import Consent
from doideposit.sandbox.clock import Clock
from doideposit.sandbox.simulation import Sandbox
from sandbox_deposits import get, settle, upload

GOLDEN = Path(__file__).parents[2] / "golden"
OURS = sorted((GOLDEN / "xml").glob("*.xml"))
OTHERS = [path for path in sorted((GOLDEN / "deposits").glob("*.xml")) if "resources" not in path.name]
HEAD = BatchHead("back-1", 20260901120000000, "Forum", "doi@example.org", "Forum")


def dois(xml: bytes) -> list[str]:
    return [str(doi.text) for doi in etree.fromstring(xml).iterfind(".//{*}doi_data/{*}doi")]


def read(xml: bytes, doi: str) -> RegisteredRecord:
    found = RegisteredRecord.read(xml, doi)
    assert found is not None
    return found


@pytest.mark.parametrize("path", [*OURS, *OTHERS], ids=lambda path: f"{path.parent.name}/{path.stem}")
@pytest.mark.parametrize("form", ["unixsd", "unixref"])
def test_answers_say_what_was_deposited(path: Path, form: str) -> None:
    xml = path.read_bytes()
    clock = Clock()
    sandbox = Sandbox(clock=clock, relation_targets="none")
    upload(sandbox, xml)
    settle(sandbox, clock)
    registered = [doi for doi in dois(xml) if sandbox.record(doi)]
    assert registered, sandbox.submissions[0].log
    for doi in registered:
        answer = get(sandbox, "/servlet/query", pid="a@example.org", format=form, id=doi).body
        sent, found = read(xml, doi), read(answer, doi)
        assert found.fields == sent.fields
        assert found.series == sent.series
        assert {one.name for one in found.leftovers} == {one.name for one in sent.leftovers}
        assert compare(found, sent) == ()


def commentary_of(record: RegisteredRecord) -> Commentary:
    """The record as a record file, of a series that is as it was registered."""
    prefix, _, suffix = record.doi.partition("/")
    known: dict[str, Any] = dict(record.series)
    issns = known.pop("issns", [])
    series = {
        "name": "back", "prefix": prefix, "doi": f"{{prefix}}/{suffix}", "record_type": record.record_type,
        "title": known.pop("title", "Reports"), **known,
        **({"issn": issns[0]["issn"], "issn_medium": issns[0]["medium"], "other_issns": issns[1:]} if issns else {}),
    }  # fmt: skip
    fields = {key: value for key, value in record.fields.items() if key != "doi"}
    return Commentary.model_validate({"series": Series.model_validate(series), **fields})


@pytest.mark.parametrize("path", [path for path in OURS if "5.5.0" in path.name], ids=lambda path: path.stem)
def test_what_was_read_gives_the_same_deposit_again(path: Path) -> None:
    xml = path.read_bytes()
    for doi in dois(xml):
        record = read(xml, doi)
        again = read(Built.of(HEAD, [commentary_of(record)]).xml, doi)
        assert compare(record, again) == ()
        assert judge(record, again, Consent()).findings == ()


def test_what_is_only_in_print_stays_only_in_print() -> None:
    record = read(OURS[0].read_bytes(), dois(OURS[0].read_bytes())[0])
    fields = {key: value for key, value in record.fields.items() if key != "published"} | {"published_print": "2010-05"}
    printed = commentary_of(replace(record, fields=fields))
    again = read(Built.of(HEAD, [printed]).xml, record.doi)
    assert printed.only_in_print
    assert ("published" in again.fields, again.fields["published_print"]) == (False, "2010-05")


OLD = """<doi_records><doi_record owner="10.5555" timestamp="2016-02-01 10:00:00"><crossref><report-paper>
<report-paper_metadata language="eng"><contributors><person_name sequence="additional" contributor_role="author">
<given_name>B.</given_name><surname>Sen</surname></person_name>
<person_name sequence="first" contributor_role="author"><given_name>A.</given_name><surname>Rai</surname>
<affiliation>Delta House, Dhaka</affiliation><ORCID>http://orcid.org/0000-0002-1825-0097</ORCID></person_name>
<person_name sequence="additional" contributor_role="editor"><given_name>B.</given_name><surname>Sen</surname>
</person_name></contributors><titles><title>On <i>rivers</i></title></titles>
<publication_date><month>5</month><year>2010</year></publication_date>
<isbn>978-3-16-148410-0</isbn>
<program><license_ref applies_to="vor">https://example.org/licence</license_ref></program>
<program><related_item><inter_work_relation relationship-type="isReviewOf" identifier-type="doi">10.5555/x
</inter_work_relation></related_item></program>
<doi_data><doi>10.5555/Old.1</doi><timestamp>201501027</timestamp><resource>https://example.org/old</resource>
<collection setbyID="other_tool" property="crawler-based"><item crawler="iParadigms"><resource>https://example.org/o.pdf
</resource></item></collection></doi_data>
<citation_list><citation key="r1"><doi provider="crossref">10.5555/found</doi><unstructured_citation>A book
</unstructured_citation></citation></citation_list></report-paper_metadata></report-paper></crossref></doi_record>
</doi_records>"""


def test_old_forms_without_namespaces() -> None:
    record = read(OLD.encode(), "10.5555/old.1")
    rai = {"given": "A.", "family": "Rai", "orcid": "https://orcid.org/0000-0002-1825-0097"}
    sen = {"given": "B.", "family": "Sen", "roles": ["author", "editor"]}
    assert record.fields["authors"] == [{**rai, "affiliations": [{"name": "Delta House, Dhaka"}]}, sen]
    assert (record.fields.get("published"), record.fields["published_print"]) == (None, "2010-05")
    assert record.fields["licences"] == [{"url": "https://example.org/licence", "applies_to": "vor"}]
    assert record.fields["relations"] == [
        {"type": "isReviewOf", "identifier": "10.5555/x", "identifier_type": "doi"}
    ]  # fmt: skip
    assert record.fields["title"] == "On <i>rivers</i>"
    assert record.matched == ("r1",)
    assert record.fields["isbns"] == [{"isbn": "978-3-16-148410-0", "medium": "print"}]
    assert record.leftovers == ()
    assert record.doi == "10.5555/Old.1"


def at(**institution: Any) -> dict[str, Any]:
    """The fields of a record with one author at one institution."""
    return {"authors": [{"family": "A", "affiliations": [{"name": "I", **institution}]}]}


@pytest.mark.parametrize(
    ("before", "after", "told", "loses"),
    [
        ({"title": "A"}, {"title": "B"}, "title: “A” → “B”", False),
        ({"published": "2023-09-14"}, {"published": "2023"}, "less precise", True),
        ({"published": "2023"}, {"published": "2023-09-14"}, "published", False),
        ({"subtitle": "S"}, {}, "subtitle “S” is lost", True),
        ({"assertions": [{"name": "received", "label": "", "text": "x"}]}, {}, "assertions: “received”, “x” is lost", True),
        ({}, {"subtitle": "S"}, "is added", False),
        ({"abstracts": [{"text": "x" * 100}]}, {"abstracts": [{"text": "x" * 60}]}, "60 characters instead of", True),
        ({"abstracts": [{"text": "x" * 100}]}, {"abstracts": [{"text": "y" * 90}]}, "abstract is changed", False),
        ({"references": [{"key": "1", "text": "A"}, {"key": "2", "text": "B"}]},
         {"references": [{"key": "1", "text": "B"}]}, "1 reference fewer: 2 → 1", True),
        ({"authors": [{"family": "A", "orcid": "1"}, {"family": "B"}]},
         {"authors": [{"family": "A"}, {"family": "B"}]}, "author 1 (A) loses the ORCID iD", True),
        ({"authors": [{"family": "A"}, {"family": "B"}]}, {"authors": [{"family": "B"}]}, "author 1 (A) is lost", True),
        ({"authors": [{"family": "A"}, {"family": "B"}]}, {"authors": [{"family": "B"}, {"family": "A"}]}, "moves", False),
        ({"licences": [{"url": "u"}]}, {"licences": [{"url": "u"}, {"url": "v"}]}, "is added", False),
        (at(place=["Ghent", "Rome"]), at(place="Rome"), "the affiliation loses its place “Ghent”", True),
        (at(department="Law"), at(department=["Law", "Water"]), "department of the affiliation: “Law” → “Law”, “Water”", False),
        (at(place="Ghent"), at(place="Rome"), "the place of the affiliation: “Ghent” → “Rome”", False),
        (at(), at(ror="https://ror.org/02twcfp32"), "the affiliation gets the ROR id “https://ror.org/02twcfp32”", False),
        ({"institutions": [{"name": "I", "place": ["Ghent", "Rome"]}]}, {"institutions": [{"name": "I", "place": "Ghent"}]},
         "loses place “Ghent”, “Rome”", True),
    ],
)  # fmt: skip
def test_differences_in_words(before: dict[str, Any], after: dict[str, Any], told: str, loses: bool) -> None:
    found = compare(RegisteredRecord("10.5555/c1", None, before), RegisteredRecord("10.5555/c1", None, after))
    assert any(told in one.what for one in found), found
    assert any(one.loses for one in found) is loses


def test_an_identifier_that_no_field_can_say_is_left_over() -> None:
    ids = "".join(
        f'<institution_id type="ror">https://ror.org/{end}</institution_id>' for end in ("0aaa11118", "0bbb22229")
    )
    people = (
        f"<person_name><surname>A</surname><affiliations><institution>{ids}</institution></affiliations></person_name>"
    )
    issuer = f"<institution><institution_name>I</institution_name>{ids}</institution>"
    doi = "<doi_data><doi>10.5555/c1</doi><resource>https://example.org/1</resource></doi_data>"
    record = RegisteredRecord.read(
        f"<report-paper_metadata><contributors>{people}</contributors>{issuer}{doi}</report-paper_metadata>".encode(),
        "10.5555/c1",
    )
    assert record is not None
    assert {left.name for left in record.leftovers} == {"authors[0].institution_id", "institution.institution_id"}
    assert all("0bbb22229" in left.xml for left in record.leftovers)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"doi": "10.5555/C1"}, {"doi": "10.5555/c1"}),
        ({"language": "eng"}, {"language": "en"}),
        ({"references": [{"key": "r1", "text": "A"}]}, {"references": [{"key": "ref1", "text": "A"}]}),
        ({"subtitle": ""}, {}),
    ],
)
def test_what_crossref_writes_in_another_way_is_no_difference(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert compare(RegisteredRecord("10.5555/c1", None, one), RegisteredRecord("10.5555/c1", None, other)) == ()
