"""From an element of a deposit file back to the record and its field."""

import pytest
from hypothesis import HealthCheck, given, settings
from lxml import etree

from deposit_heads import HEAD
from doideposit.crossref.names import SCHEMA_VERSIONS
from doideposit.crossref.xml import build
from doideposit.findings import Loc, field_path
from doideposit.records.models.commentary import Commentary
from doideposit.records.models.series import RecordType
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
        (RecordType.REPORT_SERIES, f"{SERIES}/contributors/organization", "authors[1]"),
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
        (RecordType.REPORT_SERIES, f"{SERIES}/volume", "number"),
        (RecordType.REPORT_SERIES, f"{SERIES}/publication_date[2]/year", "published_print"),
        (RecordType.REPORT_SERIES, f"{SERIES}/publication_date[1]/day", "published"),
        (RecordType.REPORT_SERIES, f"{SERIES}/institution/institution_id[1]", "series.institution.ror"),
        (RecordType.REPORT_SERIES, f"{SERIES}/publisher/publisher_place", "series.publisher.place"),
        (RecordType.REPORT_SERIES, f"{SERIES}/crossmark/crossmark_policy", "series.crossmark_policy"),
        (RecordType.REPORT_SERIES, f"{SERIES}/crossmark/custom_metadata/program[2]/license_ref[2]", "licences[1]"),
        (
            RecordType.REPORT_SERIES,
            f"{SERIES}/crossmark/custom_metadata/program[1]/assertion[2]/assertion[2]",
            "funding[1]",
        ),
        (RecordType.REPORT_SERIES, f"{SERIES}/doi_data/collection[1]/item[2]/resource", "full_texts[0]"),
        (RecordType.REPORT_SERIES, f"{SERIES}/doi_data/collection[2]/item[1]/resource", "pdf_url"),
        (RecordType.REPORT_SERIES, f"{SERIES}/doi_data/resource", "url"),
        (RecordType.REPORT_SERIES, f"{SERIES}/citation_list/citation[2]/cYear", "references[1].year"),
        (RecordType.REPORT_SERIES, f"{SERIES}/citation_list/citation[1]/doi", "references[0].doi"),
        (RecordType.REPORT_SERIES, f"{SERIES}/citation_list/citation[4]", "references[3]"),
        (RecordType.REPORT_SERIES, f"{SERIES}/program/related_item[1]/description", "relations[0].description"),
        (RecordType.REPORT_SERIES, f"{SERIES}/@language", "language"),
        (RecordType.REPORT_SERIES, SERIES, ""),
        (RecordType.REPORT_SERIES, "/*/*[2]/*[1]/*/*[3]/*[1]", "title"),
        (RecordType.JOURNAL, "/doi_batch/body/journal/journal_metadata/full_title", "series.title"),
        (RecordType.JOURNAL, "/doi_batch/body/journal/journal_issue/issue", "number"),
        (RecordType.POSTED, "/doi_batch/body/posted_content/status/description", "status.text"),
        (
            RecordType.POSTED,
            "/doi_batch/body/posted_content/program[3]/related_item[4]/inter_work_relation",
            "series.issn",
        ),
    ],
)
def test_fields(record_type: RecordType, path: str, field: str) -> None:
    found = build(HEAD, [full_commentary(record_type)]).locate(path)
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
    assert build(HEAD, [full_commentary(RecordType.REPORT_SERIES)]).locate(path) is None


def test_the_record_is_counted_among_all() -> None:
    many = [
        full_commentary(RecordType.REPORT_SERIES, number="1"),
        full_commentary(RecordType.REPORT_SINGLE, number="2"),
        full_commentary(RecordType.REPORT_SERIES, number="3"),
    ]
    built = build(HEAD, many)
    assert built.locate("/doi_batch/body/report-paper[3]/report-paper_series_metadata/volume") == (2, ("number",))
    assert built.locate("/doi_batch/body/report-paper[2]/report-paper_metadata/titles/title") == (1, ("title",))


def at(commentary: Commentary, loc: Loc) -> object:
    found: object = commentary
    for step in loc:
        found = found[step] if isinstance(step, int) else getattr(found, step)  # type: ignore[index]
    return found


def check_every_element(commentary: Commentary, version: str) -> None:
    built = build(HEAD, [commentary], schema_version=version)
    root = etree.fromstring(built.xml)
    body = root[1]
    for element in body[0].iter():
        path = root.getroottree().getelementpath(element)
        found = built.locate(f"/doi_batch/{path}")
        assert found is not None
        at(commentary, found[1])
        if not len(element) and element.text and element.get("type") is None:
            assert found[1], f"{path} has a text and no field"


@pytest.mark.parametrize("version", SCHEMA_VERSIONS)
@pytest.mark.parametrize("record_type", RecordType)
def test_every_text_of_a_full_record_has_a_field_that_is_there(record_type: RecordType, version: str) -> None:
    check_every_element(full_commentary(record_type), version)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(commentary=commentaries())
def test_every_field_that_is_named_is_there(commentary: Commentary) -> None:
    check_every_element(commentary, "5.5.0")
