"""Findings about deposit files: all of them, in plain words, each in its place; and the seal."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from doideposit.crossref.schemas.store import SchemaStore
from doideposit.crossref.validator.validator import Validator
from doideposit.findings import Finding, Severity

DEPOSITS = Path(__file__).parents[3] / "golden" / "deposits"
FULL = (DEPOSITS / "report-series-full-5.5.0.xml").read_bytes()
MINIMAL = (DEPOSITS / "report-series-minimal-5.5.0.xml").read_bytes()


@pytest.fixture(scope="module")
def validator() -> Validator:
    return Validator(SchemaStore.default())


def harmed(old: str, new: str, xml: bytes = FULL) -> bytes:
    assert old.encode() in xml
    return xml.replace(old.encode(), new.encode(), 1)


SURNAME = "<surname>Gurung</surname>"
CASES: list[tuple[str, str, str, str, str]] = [
    # what stands there, what is put there, code, message, hint (or its start)
    (
        "<given_name>Maya</given_name>",
        "<given_name/>",
        "xsd-value",
        "<given_name> is empty",
        "fill it in, or leave it out",
    ),
    (
        SURNAME,
        "",
        "xsd-element-unexpected",
        "<suffix> is not allowed here in <person_name>; expected: <surname>",
        "add <surname> before <suffix>",
    ),
    (
        SURNAME,
        SURNAME + SURNAME,
        "xsd-element-unexpected",
        (
            "<surname> is not allowed here in <person_name>; expected: <suffix>, <role>, <affiliations>, <ORCID> or"
            " <alt-name>"
        ),
        "there is one <surname> too many here",
    ),
    (
        "<edition_number>2</edition_number>",
        "<edition>2</edition>",
        "xsd-element-unknown",
        "the schema has no element <edition>",
        "did you mean <edition_number>?",
    ),
    (
        "<edition_number>2</edition_number>",
        "<x:thing xmlns:x='urn:x'/>",
        "xsd-element-unknown",
        "the schema has no element <thing> in the namespace urn:x",
        "allowed here: <edition_number> or <publication_date>",
    ),
    (
        "<edition_number>2</edition_number>",
        "<contract_number>12</contract_number>",
        "xsd-element-unexpected",
        (
            "<contract_number> is not allowed here in <report-paper_series_metadata>; expected: <edition_number> or"
            " <publication_date>"
        ),
        "remove the first <contract_number>: <report-paper_series_metadata> allows only one, which comes after it",
    ),
    (
        "<year>2024</year></publication_date>",
        "</publication_date>",
        "xsd-element-missing",
        "<publication_date> is incomplete: it lacks <year>",
        "add <year> at its end",
    ),
    (
        "<publisher>",
        "<publisher>by",
        "xsd-text-unexpected",
        '<publisher> may contain only elements, but contains the text "by"',
        "remove the text",
    ),
    (
        "<volume>7</volume>",
        "<volume><b>7</b></volume>",
        "xsd-element-unexpected",
        "<volume> may contain only text, but contains <b>",
        "remove <b>, and keep its text",
    ),
    (
        '<role vocab="crossref" type="author"/>',
        '<role vocab="crossref" type="author">x</role>',
        "xsd-text-unexpected",
        '<role> must be empty, but contains the text "x"',
        "only its attributes have a meaning",
    ),
    ('key="r1" ', "", "xsd-attribute-missing", "<citation> lacks the attribute key", 'add key="..." to it'),
    (
        "<volume>",
        '<volume n="1">',
        "xsd-attribute-unexpected",
        "<volume> has no attribute n in this schema",
        "remove it",
    ),
    (
        "<month>03</month>",
        "<month>March</month>",
        "xsd-value",
        '<month> must be a month as a number, 1 to 12 (21 to 24 for seasons, 31 to 34 for quarters); found: "March"',
        "",
    ),
    ("<year>2024</year>", "<year>24</year>", "xsd-value", '<year> must be at least 1400; found: "24"', ""),
    ("<day>05</day>", "<day>32</day>", "xsd-value", '<day> must be at most 31; found: "32"', ""),
    (
        ">20240305101500000<",
        ">now<",
        "xsd-value",
        '<timestamp> must be a whole number, 0 or more; found: "now"',
        "",
    ),
    (
        "<doi>10.5555/hn.2049-3630.7</doi>",
        "<doi>https://doi.org/10.5555/a</doi>",
        "xsd-value",
        '<doi> must be a DOI without an address before it, such as 10.5555/abc.1; found: "https://doi.org/10.5555/a"',
        "",
    ),
    (
        "<doi>10.5555/hn.2049-3630.7</doi>",
        "<doi> 10.5555/a</doi>",
        "xsd-value",
        '<doi> must be a DOI without an address before it, such as 10.5555/abc.1; found: "10.5555/a"',
        "there are spaces or line breaks around the value: remove them",
    ),
    (
        '<issn media_type="electronic">2049-3630',
        '<issn media_type="electronic">20493',
        "xsd-value",
        '<issn> must be an ISSN, such as 2049-3630; found: "20493"',
        "",
    ),
    (
        "<suffix>Jr.</suffix>",
        "<suffix>the very honourable</suffix>",
        "xsd-value",
        "<suffix> has 19 characters; at most 10 are allowed",
        "shorten it",
    ),
    (
        "<email_address>deposits@himalaya.example",
        "<email_address>a@b.c",
        "xsd-value",
        "<email_address> has 5 characters; at least 6 are needed",
        "write it in full",
    ),
    (
        'publication_type="full_text"',
        'publication_type="fulltext"',
        "xsd-value",
        (
            "the attribute publication_type of <report-paper> must be one of abstract_only, full_text or"
            ' bibliographic_record; found: "fulltext"'
        ),
        'did you mean "full_text"?',
    ),
    (
        'language="ne"',
        'language="nepali"',
        "xsd-value",
        'the attribute language of <string-name> must be a language code of the schema; found: "nepali"',
        "use two or three letters, such as en, de or nep",
    ),
    (
        'mime_type="text/html"',
        'mime_type="texthtml"',
        "xsd-value",
        'the attribute mime_type of <resource> must be one of 2,112 listed values; found: "texthtml"',
        'did you mean "text/html"?',
    ),
    (
        'version="5.5.0" xmlns',
        'version="5.4.0" xmlns',
        "xsd-value",
        'the attribute version of <doi_batch> must be "5.5.0"; found: "5.4.0"',
        "",
    ),
    (
        'start_date="2024-03-05" end_date',
        'start_date="2024-02-30" end_date',
        "xsd-value",
        (
            "the attribute start_date of <ai:free_to_read> must be a date that exists, as in 2024-03-05;"
            ' found: "2024-02-30"'
        ),
        "",
    ),
    (
        '<role vocab="credit" type="conceptualization"/>',
        '<role vocab="credit" type="author"/>',
        "xsd-assert-role",
        '<role> with type="author" and vocab="credit" is not allowed',
        "type can be conceptualization, ",
    ),
    (
        '<role vocab="credit" type="conceptualization"/>',
        '<role vocab="credit"/>',
        "xsd-assert-role",
        '<role> with vocab="credit" and without type is not allowed',
        "type can be conceptualization, ",
    ),
    (
        '<role vocab="credit" type="writing-review-editing"/>',
        "",
        "xsd-assert-person-name",
        "<person_name> without contributor_role or <role> is not allowed",
        "set contributor_role to author, ",
    ),
    (
        "</body>",
        "<journal><journal_metadata><full_title>T</full_title></journal_metadata></journal></body>",
        "xsd-element-unexpected",
        "<journal> is not allowed here in <body>; expected: <report-paper>",
        "a file holds one kind of work: send the other kinds in files of their own",
    ),
    (
        "<volume>7</volume>\n",
        '<volume xsi:nil="true">7</volume>\n',
        "xsd-attribute-unexpected",
        "<volume> may not have xsi:nil",
        "leave out an element that has no value",
    ),
    (
        '<jats:abstract xml:lang="en"',
        '<jats:abstract xml:lang="en us"',
        "xsd-value",
        'the attribute lang of <jats:abstract> must be a language tag, such as en or pt-BR; found: "en us"',
        "",
    ),
]


@pytest.mark.parametrize(("old", "new", "code", "message", "hint"), CASES)
def test_says_what_is_wrong_in_plain_words(
    validator: Validator, old: str, new: str, code: str, message: str, hint: str
) -> None:
    verdict = validator.validate(harmed(old, new), file="x.xml")
    assert not verdict.valid
    assert verdict.schema == "5.5.0"
    found = [finding for finding in verdict.findings if finding.code == code]
    assert [finding.message for finding in found] == [message]
    assert found[0].hint.startswith(hint)
    assert (found[0].hint == "") is (hint == "")
    assert found[0].severity is Severity.ERROR
    assert found[0].original
    assert found[0].where.file == "x.xml"
    assert found[0].where.line
    assert found[0].where.element
    assert "{http" not in found[0].message


def test_all_violations_come_at_once_each_in_its_place(validator: Validator) -> None:
    xml = harmed("<given_name>Maya</given_name>", "<given_name/>")
    xml = harmed("<volume>7</volume>", "<volume>7</volume><zzz/>", xml)
    xml = harmed("<year>2024</year>", "<year>24</year>", xml)
    xml = harmed("<contract_number>", "<yyy/><contract_number>", xml)
    xml = harmed("<publisher_name>", "<contract_number/><publisher_name>", xml)
    xml = harmed('key="r3" ', "", xml)
    xml = harmed(
        "</body>", "<report-paper><report-paper_metadata><doi_data/></report-paper_metadata></report-paper></body>", xml
    )
    verdict = validator.validate(xml)
    places = [((finding.where.element or "").split("/")[-1], finding.code) for finding in verdict.findings]
    assert places == [
        ("given_name", "xsd-value"),
        ("zzz", "xsd-element-unknown"),
        ("year", "xsd-value"),
        ("contract_number", "xsd-element-unexpected"),
        ("contract_number", "xsd-value"),
        ("yyy", "xsd-element-unknown"),
        ("@key", "xsd-attribute-missing"),
        ("doi_data", "xsd-element-unexpected"),
        ("doi_data", "xsd-element-missing"),
    ]
    assert [finding.where.line for finding in verdict.findings] == sorted(
        finding.where.line or 0 for finding in verdict.findings
    )
    assert verdict.findings[-1].where.element == "/doi_batch/body/report-paper[2]/report-paper_metadata/doi_data"


def only(findings: tuple[Finding, ...]) -> Finding:
    [finding] = findings
    return finding


@pytest.mark.parametrize(
    "xml",
    [
        b'<doi_batch xmlns="http://www.example.org/schema/4.4.2"/>',
        b"<doi_batch/>",
        b"<html/>",
    ],
)
def test_an_unknown_schema_lists_those_there_are(validator: Validator, xml: bytes) -> None:
    verdict = validator.validate(xml, file="x.xml")
    assert verdict.schema is None
    finding = only(verdict.findings)
    assert finding.code == "xml-unknown-schema"
    assert "5.5.0, 5.4.0, 5.3.1, doi_resources 5.4.0" in finding.hint


def test_a_part_of_a_deposit_is_no_deposit(validator: Validator) -> None:
    xml = b'<publisher_item xmlns="http://www.crossref.org/schema/5.5.0"/>'
    verdict = validator.validate(xml)
    assert not verdict.valid
    assert only(verdict.findings).code == "xml-not-a-deposit"


def test_a_flood_of_problems_is_counted(validator: Validator) -> None:
    citation = "<citation><volume/></citation>"
    xml = harmed("<citation_list>", "<citation_list>" + citation * 6000)
    findings = validator.validate(xml).findings
    # At most 200 problems of each kind are described; how many more there are is said at the end.
    assert 200 < len(findings) <= 2 * 200 + 10
    assert "xsd-more" in {finding.code for finding in findings}


def test_the_seal_takes_what_passes(validator: Validator) -> None:
    sealed = validator.seal((DEPOSITS / "journal-full-5.5.0.xml").read_bytes())
    assert sealed.findings == ()
    batch = sealed.batch
    assert batch is not None
    assert batch.schema_version == "5.5.0"
    assert batch.batch_id == "himalaya-notes-0001"
    assert batch.timestamp == 20240305101500000
    # Not the DOIs of citations, relations or Crossmark.
    assert [str(doi) for doi in batch.dois] == ["10.5555/hn.j.7", "10.5555/hn.j.7.f1"]
    assert len(batch.sha256) == 64


@pytest.mark.parametrize(
    ("xml", "code"),
    [
        (harmed("<volume>7</volume>", "<volume/>"), "xsd-value"),
        (b"<a>", "xml-not-well-formed"),
        (harmed("<doi>10.5555/hn.2049-3630.7</doi>", "<doi>10.5555/a b</doi>", MINIMAL), "doi"),
    ],
)
def test_the_seal_refuses_what_does_not_pass(validator: Validator, xml: bytes, code: str) -> None:
    sealed = validator.seal(xml)
    assert sealed.batch is None
    assert only(sealed.findings).code.startswith(code)
    assert only(sealed.findings).stops


def test_a_resource_only_deposit_is_sealed_without_a_timestamp(validator: Validator) -> None:
    batch = validator.seal((DEPOSITS / "resources-5.4.0.xml").read_bytes()).batch
    assert batch is not None
    assert (batch.schema_version, batch.timestamp) == ("doi_resources 5.4.0", 0)
    assert len(batch.dois) == len(set(batch.dois)) > 0


@pytest.mark.parametrize("name", ["report-series-5.4.0", "report-series-5.3.1", "report-series-minimal-5.5.0"])
def test_other_versions_are_sealed_too(validator: Validator, name: str) -> None:
    batch = validator.seal((DEPOSITS / f"{name}.xml").read_bytes()).batch
    assert batch is not None
    assert batch.schema_version == name.rpartition("-")[2]


def test_many_threads_get_the_same_verdicts() -> None:
    validator = Validator(SchemaStore.default())
    bad = harmed("<volume>7</volume>", "<volume/>")
    results: list[bool] = []

    def work() -> None:
        results.extend(validator.validate(FULL).valid and not validator.validate(bad).valid for _ in range(20))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [True] * 160


PROBE = """
import sys
from doideposit.crossref.schemas.store import SchemaStore
from doideposit.crossref.validator.validator import Validator
assert Validator(SchemaStore.default()).validate(open(sys.argv[1], "rb").read()).valid
slow = {"elementpath", "requests", "platformdirs", "subprocess", "importlib.metadata", "difflib", "zipfile"}
print(sorted(slow & set(sys.modules)))
"""


def test_a_verdict_in_a_new_process_imports_nothing_slow(validator: Validator) -> None:
    validator.prepare("5.5.0")
    command = [sys.executable, "-c", PROBE, str(DEPOSITS / "report-series-full-5.5.0.xml")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=dict(os.environ))
    assert done.stdout.strip() == "[]"
