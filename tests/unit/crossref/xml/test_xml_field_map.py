"""From an element of a deposit file back to the record and its field."""

import re
from collections.abc import Iterator, Mapping

import pytest
from hypothesis import HealthCheck, given, settings
from lxml import etree
from pydantic import BaseModel

from deposit_heads import HEAD
from doideposit.crossref.names import SCHEMA_VERSIONS
from doideposit.crossref.xml.batch import Built
from doideposit.findings import Loc, field_path
from doideposit.records.models.commentary import Commentary
from doideposit.records.models.dates import PartialDate
from doideposit.records.models.series import RecordType
from doideposit.records.models.text import RichText
from made_up_records import full_commentary
from strategies import commentaries

SERIES = "/doi_batch/body/report-paper/report-paper_series_metadata"


@pytest.mark.parametrize(
    ("record_type", "path", "field"),
    [
        (RecordType.REPORT_SERIES, f"{SERIES}/titles/title", "title"),
        (RecordType.REPORT_SERIES, f"{SERIES}/titles/title/sub", "title"),
        (RecordType.REPORT_SERIES, f"{SERIES}/titles/subtitle[1]", "subtitle"),
        (RecordType.REPORT_SERIES, f"{SERIES}/titles/subtitle[2]", "original_title.subtitle"),
        (RecordType.REPORT_SERIES, f"{SERIES}/series_metadata/titles/title", "series.title"),
        (RecordType.REPORT_SERIES, f"{SERIES}/series_metadata/issn[2]", "series.other_issns[0].issn"),
        (RecordType.REPORT_SERIES, f"{SERIES}/contributors/person_name/surname", "authors[0].family"),
        (RecordType.REPORT_SERIES, f"{SERIES}/contributors/organization", "authors[1].organisation"),
        (RecordType.REPORT_SERIES, f"{SERIES}/contributors/anonymous/affiliations", "authors[2].affiliations"),
        (
            RecordType.REPORT_SERIES,
            f"{SERIES}/contributors/person_name/affiliations/institution[2]/institution_name",
            "authors[0].affiliations[1].name",
        ),
        (
            RecordType.REPORT_SERIES,
            f"{SERIES}/contributors/person_name/alt-name/name/surname",
            "authors[0].alt_names[1].family",
        ),
        (RecordType.REPORT_SERIES, f"{SERIES}/abstract[2]/sec/p", "abstracts[1].text"),
        (RecordType.REPORT_SERIES, f"{SERIES}/jats:abstract[2]", "abstracts[1]"),
        (RecordType.REPORT_SERIES, f"{SERIES}/volume", "volume"),
        (RecordType.REPORT_SERIES, f"{SERIES}/publisher_item/item_number[1]", "number"),
        (RecordType.REPORT_SERIES, f"{SERIES}/publisher_item/item_number[2]", "article_number"),
        (RecordType.REPORT_SERIES, f"{SERIES}/publisher_item/identifier[1]", "report_number"),
        (RecordType.REPORT_SERIES, f"{SERIES}/publisher_item/identifier[3]/@id_type", "identifiers[1].type"),
        (RecordType.REPORT_SERIES, f"{SERIES}/isbn[2]", "isbns[1].isbn"),
        (RecordType.REPORT_SERIES, f"{SERIES}/institution[2]/institution_place", "institutions[1].place[0]"),
        (RecordType.REPORT_SERIES, f"{SERIES}/institution[2]/institution_place[2]", "institutions[1].place[1]"),
        (RecordType.REPORT_SERIES, f"{SERIES}/institution[2]/institution_department", "institutions[1].department"),
        (
            RecordType.REPORT_SERIES,
            f"{SERIES}/crossmark/custom_metadata/assertion/@group_label",
            "assertions[0].group_label",
        ),
        (RecordType.REPORT_SERIES, f"{SERIES}/publication_date[2]/year", "published_print"),
        (RecordType.REPORT_SERIES, f"{SERIES}/publication_date[1]/day", "published"),
        (RecordType.REPORT_SERIES, f"{SERIES}/institution[1]/institution_id[1]", "series.institution.ror"),
        (RecordType.REPORT_SERIES, f"{SERIES}/publisher/publisher_place", "series.publisher.place"),
        (RecordType.REPORT_SERIES, f"{SERIES}/crossmark/crossmark_policy", "series.crossmark_policy"),
        (RecordType.REPORT_SERIES, f"{SERIES}/crossmark/custom_metadata/program[2]/license_ref[2]", "licences[1].url"),
        (
            RecordType.REPORT_SERIES,
            f"{SERIES}/crossmark/custom_metadata/program[1]/assertion[2]/assertion[2]",
            "funding[1].awards[0]",
        ),
        (RecordType.REPORT_SERIES, f"{SERIES}/doi_data/collection[1]/item[2]/resource", "full_texts[0].url"),
        (RecordType.REPORT_SERIES, f"{SERIES}/doi_data/collection[2]/item[1]/resource", "pdf_url"),
        (RecordType.REPORT_SERIES, f"{SERIES}/doi_data/resource", "url"),
        (RecordType.REPORT_SERIES, f"{SERIES}/citation_list/citation[2]/cYear", "references[1].year"),
        (RecordType.REPORT_SERIES, f"{SERIES}/citation_list/citation[1]/doi", "references[0].doi"),
        (RecordType.REPORT_SERIES, f"{SERIES}/citation_list/citation[4]", "references[3]"),
        (RecordType.REPORT_SERIES, f"{SERIES}/program/related_item[1]/description", "relations[0].description"),
        (RecordType.REPORT_SERIES, f"{SERIES}/@language", "language"),
        (RecordType.REPORT_SERIES, f"{SERIES}/contributors/person_name/@name-style", "authors[0].name_style"),
        (RecordType.REPORT_SERIES, f"{SERIES}/contributors/person_name/role[3]/@type", "authors[0].roles[2]"),
        (RecordType.REPORT_SERIES, SERIES, ""),
        (RecordType.REPORT_SERIES, "/*/*[2]/*[1]/*/*[3]/*[1]", "title"),
        (RecordType.JOURNAL, "/doi_batch/body/journal/journal_metadata/full_title", "series.title"),
        (RecordType.JOURNAL, "/doi_batch/body/journal/journal_issue/issue", "number"),
        (RecordType.JOURNAL, "/doi_batch/body/journal/journal_issue/journal_volume/volume", "volume"),
        (RecordType.JOURNAL, "/doi_batch/body/journal/journal_metadata/abbrev_title", "series.abbreviated_title"),
        (RecordType.JOURNAL, "/doi_batch/body/journal/journal_article/pages/other_pages", "pages.other"),
        (
            RecordType.JOURNAL,
            "/doi_batch/body/journal/journal_article/titles[2]/subtitle",
            "translated_titles[0].subtitle",
        ),
        (RecordType.JOURNAL, "/doi_batch/body/journal/journal_article/titles[3]/title", "translated_titles[1].text"),
        (RecordType.POSTED, "/doi_batch/body/posted_content/status/description", "status.text"),
        (
            RecordType.POSTED,
            "/doi_batch/body/posted_content/program[3]/related_item[4]/inter_work_relation",
            "series.other_issns[0].issn",
        ),
    ],
)
def test_fields(record_type: RecordType, path: str, field: str) -> None:
    found = Built.of(HEAD, [full_commentary(record_type)]).locate(path)
    assert found is not None
    assert (found[0], field_path(found[1])) == (0, field)


@pytest.mark.parametrize(
    "path",
    [
        "/doi_batch",
        "/doi_batch/head/timestamp",
        "/doi_batch/body",
        f"{SERIES}/volume[2]",
        "/other",
        "",
        "nonsense[",
        "/",
    ],
)
def test_what_belongs_to_no_record_is_none(path: str) -> None:
    assert Built.of(HEAD, [full_commentary(RecordType.REPORT_SERIES)]).locate(path) is None


def test_the_record_is_counted_among_all() -> None:
    many = [
        full_commentary(RecordType.REPORT_SERIES, number="1"),
        full_commentary(RecordType.REPORT_SINGLE, number="2"),
        full_commentary(RecordType.REPORT_SERIES, number="3"),
    ]
    built = Built.of(HEAD, many)
    assert built.locate("/doi_batch/body/report-paper[3]/report-paper_series_metadata/publisher_item/item_number") == (
        2,
        ("number",),
    )
    assert built.locate("/doi_batch/body/report-paper[2]/report-paper_metadata/titles/title") == (1, ("title",))


def at(commentary: Commentary, loc: Loc) -> object:
    found: object = commentary
    for step in loc:
        found = found[step] if isinstance(step, int) else getattr(found, step)  # type: ignore[index]
    return found


# Values that no field of a record can change: they are the same in every deposit of that record type.
FIXED = {
    "@publication_type": {"full_text"},
    "@sequence": {"first", "additional"},
    "@vocab": {"crossref", "credit"},
    "@name": {"fundref", "AccessIndicators", "relations", "fundgroup", "award_number", "grant_doi", "ror"}
    | {"funder_name", "funder_identifier"},
    "@item_number_type": {"series-number", "article-number"},
    "@id_type": {"report-number"},
    "@property": {"crawler-based", "text-mining"},
    "@crawler": {"iParadigms"},
}


def is_fixed(element: etree._Element, attribute: str, value: str) -> bool:
    """Whether a record cannot change this: the kind of a thing is in its name, so its field is that of the thing."""
    if attribute == "@type":
        return etree.QName(element).localname == "institution_id"
    if attribute == "@media_type":
        return etree.QName(element).localname != "issn"
    return value in FIXED.get(attribute, ())


# Values that are worked out: where the field is the one they follow from, though it says it in other words.
DERIVED = [
    (r".*description = .* \(series\)", r"series\.title"),
    (r".*relation/@(identifier|relationship)-type = .*", r"series\.(issn|other_issns\[0\]\.issn)"),
    (r".*description/@language = en", r"series\.(issn|other_issns\[0\]\.issn)"),
    (r".*institution_name = Institute of Made-up Affairs", r"(authors\[0\]\.affil|instit)(iat|ut)ions\[0\]\.name"),
    (r".*doi = 10\.5555/notes\.3\.10", r"number"),
    (r".*resource/@(content_version|mime_type) = .*", r"pdf_url"),
    (r".*citation\[\d\]/@key = ref\d", r"references\[\d\]"),
]


def is_derived(value: str, field: str) -> bool:
    return any(re.fullmatch(path, value) and re.fullmatch(fields, field) for path, fields in DERIVED)


def values(item: etree._Element) -> Iterator[tuple[etree._Element, str, str]]:
    """Every text and every attribute value of an item: the element, ``@attribute`` or nothing, and the value."""
    for element in item.iter("*"):
        if (element.text or "").strip() and "math" not in str(element.tag).lower():
            yield element, "", str(element.text).strip()
        for name, value in element.items():
            yield element, f"@{etree.QName(name).localname}", value


def printed(value: object) -> str:
    """The value of a field with all that is inside it, as one text."""
    if isinstance(value, Mapping):
        return " ".join(printed(one) for one in value.values())
    if isinstance(value, BaseModel):
        return printed(dict(value))
    if isinstance(value, tuple):
        return " ".join(map(printed, value))
    if isinstance(value, PartialDate):
        return f"{value.year} {value.month or 0:02} {value.day or 0:02}"
    if isinstance(value, RichText):
        return f"{value.plain} {value.source}"
    return " ".join(str(getattr(value, name, "")) for name in ("url", "printed")) + f" {value}"


def says(commentary: Commentary, loc: Loc, value: str) -> bool:
    """Whether the field holds what stands in the file."""
    held = printed(at(commentary, loc)).lower()
    return all(word.lower() in held for word in re.findall(r"\w+", value))


@pytest.mark.parametrize("version", SCHEMA_VERSIONS)
@pytest.mark.parametrize("record_type", RecordType)
def test_every_text_and_attribute_that_a_record_sets_leads_to_the_field_that_says_it(
    record_type: RecordType, version: str
) -> None:
    """The list is what the file holds, so that an element or attribute which is new is looked at as well."""
    commentary = full_commentary(record_type)
    built = Built.of(HEAD, [commentary], schema_version=version)
    root = etree.fromstring(built.xml)
    astray, seen = [], 0
    for element, attribute, value in values(root[1][0]):
        path = "/doi_batch/" + root.getroottree().getelementpath(element) + (f"/{attribute}" if attribute else "")
        found = built.locate(path)
        assert found is not None
        if is_fixed(element, attribute, value):
            continue
        seen += 1
        field = field_path(found[1])
        if not is_derived(f"{path} = {value}", field) and not (field and says(commentary, found[1], value)):
            astray.append(f"{path} = {value} leads to {field or 'nothing'}")
    assert not astray, "\n".join(astray)
    assert seen > 100


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(commentary=commentaries())
def test_every_field_that_is_named_is_there(commentary: Commentary) -> None:
    built = Built.of(HEAD, [commentary])
    root = etree.fromstring(built.xml)
    for element, attribute, _ in values(root[1][0]):
        path = "/doi_batch/" + root.getroottree().getelementpath(element) + (f"/{attribute}" if attribute else "")
        found = built.locate(path)
        assert found is not None
        at(commentary, found[1])
