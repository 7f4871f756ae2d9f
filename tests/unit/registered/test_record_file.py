"""Record files of what is registered: the same deposit again, whatever the configuration says of the series."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from lxml import etree

from doideposit.crossref.xml.batch import Built
from doideposit.records.identifiers import Doi
from doideposit.records.models.batch import BatchHead
from doideposit.records.models.commentary import Commentary
from doideposit.records.models.series import RecordType, Series
from doideposit.records.origin import RawRecord
from doideposit.records.sources.parsing import ParsedRecord
from doideposit.records.sources.reading import read_text
from doideposit.registered.comparison import compare
from doideposit.registered.reading import RegisteredRecord
from doideposit.registered.record_file import AdoptableRecord
from doideposit.registered.texts import Leftover
from made_up_records import full_series
from strategies import commentaries

GOLDEN = Path(__file__).parents[2] / "golden"
FILES = [
    path
    for folder in ("xml", "deposits")
    for path in sorted((GOLDEN / folder).glob("*.xml"))
    if "resources" not in path.name
]
HEAD = BatchHead("back-1", 20260901120000000, "Forum", "doi@example.org", "Forum")
# What a configuration may say of a series by now, although older records were registered without it.
SAYS: dict[str, Any] = {
    "language": "de",
    "publisher": {"name": "Another Press", "place": "Rome"},
    "institution": {"name": "Another Institute"},
    "licences": ["https://creativecommons.org/licenses/by/4.0/"],
    "free_to_read": True,
    "url": "https://example.org/{number}",
}


def dois(xml: bytes) -> list[str]:
    holders = [one.getparent() for one in etree.fromstring(xml).iterfind(".//{*}doi_data/{*}doi")]
    return [str(one.findtext("{*}doi")) for one in holders if one is not None]


def series_like(record: RegisteredRecord, **says: Any) -> Series:
    """A series that the record can be of; whatever else it says is up to the test."""
    known = record.series
    issns: Any = known.get("issns") or [{"issn": "2049-3630", "medium": "electronic"}]
    data = {
        "name": "back", "prefix": record.doi.partition("/")[0], "doi": "{prefix}/never.{number}", "title": known.get("title") or "Reports",
        "issn": issns[0]["issn"], "issn_medium": issns[0]["medium"], "other_issns": issns[1:],
        "abbreviated_title": known.get("abbreviated_title"), **says,
    }  # fmt: skip
    return Series.model_validate({key: value for key, value in data.items() if value is not None})


def adopted(record: RegisteredRecord, series: Series) -> Commentary:
    """The record as its file has it, read back through the reader of YAML and the parser of records."""
    text = AdoptableRecord(record, series).text(
        AdoptableRecord(record, series).fields(named=True), ["A note"], heading="A heading", schema="x.json"
    )
    [raw] = read_text(text).records
    assert isinstance(raw, RawRecord), raw
    parsed = ParsedRecord.of(raw, series={series.name: series}, is_registered=lambda _doi, _number: True)
    assert parsed.record is not None, (text, parsed.findings)
    return parsed.record.commentary


def same_again(record: RegisteredRecord, series: Series, *, but: frozenset[str] = frozenset()) -> None:
    xml = Built.of(HEAD, [adopted(record, series)]).xml
    again = RegisteredRecord.read(xml, record.doi)
    assert again is not None
    # The language of a journal is that of its title record, which no article changes.
    allowed = {"series.language", *but, *(left.name for left in record.leftovers)}
    assert [one for one in compare(record, again) if one.field not in allowed] == []
    assert again.record_type is record.record_type


@pytest.mark.parametrize("says", [{}, SAYS], ids=["silent", "says"])
@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_an_adopted_record_gives_the_same_deposit_again(path: Path, says: dict[str, Any]) -> None:
    xml = path.read_bytes()
    found = [record for doi in dois(xml) if (record := RegisteredRecord.read(xml, doi)) is not None]
    records = [record for record in found if record.record_type is not None]
    assert records
    for record in records:
        # Links within abstracts are reduced to their words, as in every record.
        but = frozenset({"abstracts[0]"} if path.parent.name == "deposits" else ())
        for kind in (record.record_type, RecordType.REPORT_SINGLE):
            same_again(record, series_like(record, record_type=kind, **says), but=but)


@given(commentaries())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_record_survives_being_registered_and_adopted(commentary: Commentary) -> None:
    xml = Built.of(HEAD, [commentary]).xml
    record = RegisteredRecord.read(xml, commentary.doi.printed)
    assert record is not None
    same_again(record, commentary.series)
    same_again(record, series_like(record, **SAYS))


def record(**changes: Any) -> RegisteredRecord:
    data: dict[str, Any] = {"doi": "10.5555/c1", "record_type": RecordType.REPORT_SINGLE, "fields": {"title": "T"}}
    return RegisteredRecord(**(data | changes))


A = Series.model_validate(
    {"name": "a", "title": "Notes A", "issn": "2049-3630", "prefix": "10.5555", "doi": "{prefix}/a{number}"}
)
B = Series.model_validate(
    {"name": "b", "title": "Notes B", "issn": "2406-5617", "prefix": "10.5555", "doi": "{prefix}/b{number}"}
)
ISSN_B = {"issns": [{"issn": "2406-5617", "medium": "print"}]}


@pytest.mark.parametrize(
    ("doi", "series", "expected"),
    [
        ("10.5555/a7", {}, "a"),
        ("10.5555/x7", {}, None),
        ("10.5555/x7", ISSN_B, "b"),
        # What it is registered under weighs more than what its DOI looks like.
        ("10.5555/a7", ISSN_B, "b"),
        ("10.5555/x7", {"title": "notes  B"}, "b"),
        ("10.5555/x7", {"title": "Notes of others"}, None),
        ("10.5555/a7", {"issns": [{"issn": "0317-8471"}]}, None),
    ],
)
def test_the_series_of_a_registered_record(doi: str, series: dict[str, Any], expected: str | None) -> None:
    found = AdoptableRecord.series_of(record(doi=doi, series=series), Doi(doi), "10.5555", {"a": A, "b": B})
    assert (found and found.name) == expected


def test_the_only_series_of_the_owner_has_what_names_no_series() -> None:
    assert AdoptableRecord.series_of(record(doi="10.5555/x7"), Doi("10.5555/x7"), "10.5555", {"a": A}) is A
    assert AdoptableRecord.series_of(record(doi="10.4444/x7"), Doi("10.4444/x7"), "10.4444", {"a": A}) is None


def test_the_file_names_what_it_cannot_say_and_nothing_in_it_ends_the_comment() -> None:
    left = Leftover("contract_number", "<contract_number>7\n: evil: [key]\u2028x: 1</contract_number>")
    one = record(
        fields={"title": "T: a “title”", "authors": [{"family": "Sen"}], "published": "2023"}, leftovers=(left,)
    )
    fields = AdoptableRecord(one, A).fields(named=True)
    text = AdoptableRecord(one, A).text(fields, ["first\nsecond: 2"], heading="Adopted", schema="record.schema.json")
    assert text.splitlines()[0] == "# yaml-language-server: $schema=record.schema.json"
    assert "Registered as contract_number, but a record has no field for it" in text
    assert yaml.safe_load(text)["title"] == "T: a “title”"
    assert set(yaml.safe_load(text)) == {"series", "title", "authors", "published", "record_type", "without"}
    assert AdoptableRecord(one, A).text(fields, [], heading="Adopted", schema=None).startswith("# Adopted\n")


REPORTS = (RecordType.REPORT_SERIES, RecordType.REPORT_SINGLE)
NOT_POSTED = (RecordType.JOURNAL, *REPORTS)
# What is printed beside title, authors and date, in the forms in which publishers have it.
PRINTED: list[tuple[tuple[RecordType, ...], str, list[Any]]] = [
    ((RecordType.JOURNAL,), "pages", ["12-18", "e12", "S1–S10", "xii-xviii", "12-18, 25", "1-2-1-9", "123.e1-123.e5", "12-8"]),
    ((RecordType.JOURNAL,), "translated_titles", [["L'eau", "水と火"], [{"text": "Agua y <i>fuego</i>", "subtitle": "una vista"}]]),
    ((RecordType.JOURNAL, RecordType.REPORT_SERIES), "volume", ["12", "XII", "v" * 32]),
    (tuple(RecordType), "article_number", ["e258", "a" * 32]),
    ((*REPORTS, RecordType.POSTED), "article_number", ["7"]),
    (REPORTS, "isbns", ["978-3-16-148410-0", "080442957X", [{"isbn": "0-306-40615-2", "medium": "print"}]]),
    (NOT_POSTED, "identifiers", [[f"id {place}" for place in range(8)], [{"type": "pii", "identifier": "S0317(26)<1>"}]]),
    ((*REPORTS, RecordType.POSTED), "institutions", [["A", "B", "C", "D", "E"], [{"ror": "038t36y30"}, {"name": "A", "place": ["X1", "Y1"]}]]),
    (NOT_POSTED, "assertions", [[{"name": "received", "text": "<i>2</i> March", "label": "In", "order": 2, "url": "https://x.org/"}]]),
    (tuple(RecordType), "authors", [[{"family": "Ibn Khaldun"}], [{"family": "Mer", "given": "A", "suffix": "III"}], [{"anonymous": True}]]),
    (tuple(RecordType), "full_texts", [[{"url": "https://x.org/7.bin", "mime_type": "unknown", "content_version": "unknown"}]]),
    (tuple(RecordType), "number", ["n" * 32]),
    (NOT_POSTED, "number", ["8f0b7c9e-5b0c-4f5e-9d59-0f2a0f0d6c11"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [(kind, field, value) for kinds, field, values in PRINTED for kind in kinds for value in values],
)
@pytest.mark.parametrize("pattern", ["{prefix}/notes.{number}", "{prefix}/{any}"])
def test_what_is_printed_comes_back_from_what_is_registered(
    kind: RecordType, field: str, value: Any, pattern: str
) -> None:
    series = full_series(kind, doi=pattern)
    data = {"number": "7", "title": "Water", "published": "2024-05-06", "authors": [{"family": "Mer"}], field: value}
    if "{any}" in pattern:
        data["doi"] = "10.5555/k7q2"
    commentary = Commentary.model_validate({**data, "series": series, "url": "https://www.example.org/7/"})
    xml = Built.of(HEAD, [commentary]).xml
    registered = RegisteredRecord.read(xml, commentary.doi.printed)
    assert registered is not None
    assert registered.leftovers == ()
    again = adopted(registered, series)
    assert getattr(again, field) == getattr(commentary, field)
    assert again.doi == commentary.doi
    assert Built.of(HEAD, [again]).xml == xml


@pytest.mark.parametrize("kind", list(RecordType))
def test_a_work_without_a_number_comes_back_without_one(kind: RecordType) -> None:
    series = full_series(kind, doi="{prefix}/{any}")
    data = {
        "title": "Water",
        "published": "2024",
        "authors": [{"family": "Mer"}],
        "doi": "10.5555/k7q2",
        "series": series,
    }
    xml = Built.of(HEAD, [Commentary.model_validate(data | {"url": "https://www.example.org/7/"})]).xml
    registered = RegisteredRecord.read(xml, "10.5555/k7q2")
    assert registered is not None
    assert adopted(registered, series).number is None
    assert Built.of(HEAD, [adopted(registered, series)]).xml == xml
