"""What a record type or a schema version cannot hold is said, with the field, before it is left out."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deposit_heads import HEAD
from doideposit.crossref.names import SCHEMA_VERSIONS
from doideposit.crossref.schemas.store import SchemaStore
from doideposit.crossref.xml.abstracts import Reduction
from doideposit.crossref.xml.batch import Built
from doideposit.crossref.xml.losses import losses
from doideposit.crossref.xml.schema_versions import Dialect
from doideposit.records.models.commentary import Abstract, Commentary
from doideposit.records.models.series import RecordType
from examples_c258 import commentary
from made_up_records import full_commentary, full_record, full_series

SERIES, SINGLE, JOURNAL, POSTED = RecordType
FAMILY = [{"family": "Mer"}]


def found(
    record_type: RecordType, schema: str = "5.5.0", *, series: dict[str, Any] | None = None, **changes: Any
) -> set[tuple[str, str, str]]:
    """Code, first letter of the severity and field of every finding for a small record with these fields."""
    of = full_series(
        record_type, **({"crossmark_policy": None, "publisher": None, "institution": None} | (series or {}))
    )
    small = {"number": "1", "title": "T", "authors": FAMILY, "published": "2024", "url": "https://www.example.org/1"}
    record = Commentary.model_validate({"series": of, **small, **changes})
    findings = losses(record, schema_version=schema)
    assert all(one.message and one.where.field for one in findings)
    assert all(one.hint for one in findings)
    return {(one.code, one.severity.value[0], one.where.field or "") for one in findings}


@pytest.mark.parametrize("version", SCHEMA_VERSIONS)
@pytest.mark.parametrize("record_type", RecordType)
def test_the_plain_record_loses_nothing(record_type: RecordType, version: str) -> None:
    assert found(record_type, version) == set()


def test_comment_258_loses_nothing() -> None:
    assert losses(commentary()) == ()


ABSTRACTS = st.text(
    st.sampled_from("aÄ日1 \n\r\t\u00a0\u2000\u200b\ufeff\u00ad\x0b\x7f\x85\ufffe\u0301.…<&²"), min_size=1, max_size=12
)


@given(ABSTRACTS)
def test_an_abstract_in_words_is_judged_as_its_reduction_would_be(text: str) -> None:
    """The reduction itself is left out where words are left for certain, and that changes nothing."""
    record = commentary().model_copy(update={"abstracts": (Abstract(text=text),)})
    reduced = Reduction.of(record.abstracts[0])
    expected = {"control-character"} if Reduction.illegal_character(text) is not None else set()
    expected |= set() if reduced.blocks else {"abstract-empty"}
    assert reduced.readable
    assert not reduced.lost
    assert {finding.code for finding in losses(record)} == expected


STATUS = {"status": {"type": "removed", "date": "2024-01-01", "text": "Gone"}}
UPDATES = {"updates": [{"type": "retraction", "doi": "10.5555/notes.7", "date": "2024-01-01"}]}
PUBLISHER = {"publisher": {"name": "P"}}
INSTITUTION = {"institution": {"name": "I"}}
LICENCES = {"licences": ["https://creativecommons.org/licenses/by/4.0/"]}


@pytest.mark.parametrize(
    ("record_type", "series", "record", "expected"),
    [
        (SERIES, {}, STATUS, ("unsupported-by-type", "e", "status")),
        (SINGLE, {}, STATUS, ("unsupported-by-type", "e", "status")),
        (JOURNAL, {}, STATUS, ("unsupported-by-type", "e", "status")),
        (POSTED, {}, UPDATES, ("unsupported-by-type", "e", "updates")),
        (JOURNAL, PUBLISHER, {}, ("unsupported-by-type", "i", "series.publisher")),
        (POSTED, PUBLISHER, {}, ("unsupported-by-type", "i", "series.publisher")),
        (JOURNAL, INSTITUTION, {}, ("unsupported-by-type", "i", "series.institution")),
        (JOURNAL, {}, {"edition": "2"}, ("unsupported-by-type", "w", "edition")),
        (POSTED, {}, {"edition": "2"}, ("unsupported-by-type", "w", "edition")),
        (JOURNAL, {}, {"report_number": "R1"}, ("unsupported-by-type", "w", "report_number")),
        (POSTED, {}, {"report_number": "R1"}, ("unsupported-by-type", "w", "report_number")),
        (POSTED, {}, {"published_print": "2024"}, ("unsupported-by-type", "w", "published_print")),
        (POSTED, {}, {"crossmark_policy": "10.5555/p"}, ("unsupported-by-type", "w", "crossmark_policy")),
        (POSTED, {"crossmark_policy": "10.5555/p"}, {}, ("unsupported-by-type", "i", "series.crossmark_policy")),
        (SERIES, {}, {"keywords": ["k"]}, ("unsupported-by-type", "i", "keywords")),
        (SERIES, {}, UPDATES, ("crossmark-policy-missing", "e", "updates")),
        (
            SERIES,
            {},
            {"authors": [{"organisation": "O", "roles": ["author", "editor"]}]},
            ("unsupported-by-type", "w", "authors[0].roles"),
        ),
        (
            SERIES,
            {},
            {"authors": [{"organisation": "O", "roles": ["software"]}]},
            ("unsupported-by-type", "w", "authors[0].roles"),
        ),
        (
            SERIES,
            {},
            {"funding": [{"name": "F", "ror": "02twcfp32"}]},
            ("funder-name-not-deposited", "i", "funding[0].name"),
        ),
        (
            SERIES,
            {},
            {"full_texts": [{"url": "https://www.example.org/a", "text_mining": False}]},
            ("full-text-unused", "w", "full_texts[0]"),
        ),
        (SERIES, {"title": "T" * 255}, {}, ("report-number-too-long", "w", "report_number")),
        (SERIES, {}, {"language": "en-GB"}, ("language-not-in-schema", "w", "language")),
        (SERIES, {"language": "fre"}, {}, ("language-not-in-schema", "w", "series.language")),
        (SERIES, {}, {"language": "xx"}, ("language-not-in-schema", "e", "language")),
        (SERIES, {}, {"language": "xzz"}, ("language-not-in-schema", "e", "language")),
        (SERIES, {"language": "xzz"}, {}, ("language-not-in-schema", "e", "series.language")),
        (
            SERIES,
            {},
            {"authors": [{"family": "M", "alt_names": [{"text": "m", "language": "zh-Hans"}]}]},
            ("language-not-in-schema", "w", "authors[0].alt_names[0].language"),
        ),
        (
            SERIES,
            {},
            {"relations": [{"type": "hasPart", "identifier": "10.5555/1", "description": "d", "language": "zu"}]},
            ("language-not-in-schema", "w", "relations[0].language"),
        ),
        (SERIES, {}, {"title": "a <math><mi>x</math>"}, ("mathml-malformed", "e", "title")),
        (
            SERIES,
            {},
            {"references": [{"text": "a <i><math><mi>x</math></i>"}]},
            ("mathml-malformed", "e", "references[0].text"),
        ),
        (
            SERIES,
            {},
            {"relations": [{"type": "hasPart", "identifier": "10.5555/1", "description": "<math><mi>x</mi></math>"}]},
            ("formula-not-allowed", "w", "relations[0].description"),
        ),
        (SERIES, {}, {"abstracts": ["a\x0bb"]}, ("control-character", "e", "abstracts[0].text")),
        (
            SERIES,
            {},
            {"abstracts": [{"text": "<p>a", "format": "jats"}]},
            ("abstract-unreadable", "e", "abstracts[0].text"),
        ),
        (
            SERIES,
            {},
            {"abstracts": [{"text": "<p></p>", "format": "html"}]},
            ("abstract-empty", "w", "abstracts[0].text"),
        ),
        (
            SERIES,
            {},
            {"abstracts": [{"text": "<big>a</big>", "format": "html"}]},
            ("abstract-markup-reduced", "i", "abstracts[0].text"),
        ),
    ],
)
def test_what_a_record_type_cannot_hold(
    record_type: RecordType, series: dict[str, Any], record: dict[str, Any], expected: tuple[str, str, str]
) -> None:
    assert found(record_type, series=series, **record) == {expected}


LONG = "N" * 61


@pytest.mark.parametrize(
    ("record_type", "version", "series", "record", "expected"),
    [
        (SERIES, "5.4.0", {}, LICENCES, ("unsupported-by-schema", "w", "licences")),
        (SERIES, "5.4.0", LICENCES, {}, ("unsupported-by-schema", "w", "series.licences")),
        (SERIES, "5.3.1", {}, {"free_to_read": True}, ("unsupported-by-schema", "w", "free_to_read")),
        (SERIES, "5.4.0", {}, {"funding": [{"ror": "02twcfp32"}]}, ("unsupported-by-schema", "w", "funding")),
        (SERIES, "5.4.0", {}, UPDATES, ("unsupported-by-schema", "e", "updates")),
        (
            SERIES,
            "5.4.0",
            {"crossmark_policy": "10.5555/p"},
            {},
            ("unsupported-by-schema", "w", "series.crossmark_policy"),
        ),
        (SINGLE, "5.4.0", {}, LICENCES, None),
        (JOURNAL, "5.3.1", {}, LICENCES, None),
        (SERIES, "5.3.1", {}, {"version": "2"}, ("unsupported-by-schema", "w", "version")),
        (SERIES, "5.4.0", {}, {"version": "2"}, None),
        (
            SERIES,
            "5.3.1",
            {},
            {"references": [{"text": "r", "type": "book"}]},
            ("unsupported-by-schema", "i", "references"),
        ),
        (SERIES, "5.4.0", {}, {"references": [{"text": "r", "type": "book"}]}, None),
        (POSTED, "5.4.0", {"posted_type": "blog"}, {}, ("unsupported-by-schema", "e", "series.posted_type")),
        (POSTED, "5.3.1", {"posted_type": "poster"}, {}, ("unsupported-by-schema", "e", "series.posted_type")),
        (POSTED, "5.5.0", {"posted_type": "poster"}, {}, None),
        (POSTED, "5.3.1", {}, STATUS, ("unsupported-by-schema", "e", "status")),
        (POSTED, "5.4.0", {}, STATUS, None),
        (POSTED, "5.4.0", {}, {"archives": ["KB"]}, ("unsupported-by-schema", "w", "archives")),
        (SERIES, "5.4.0", {}, {"archives": ["KB", "CINES"]}, ("unsupported-by-schema", "w", "archives[1]")),
        (SERIES, "5.3.1", {}, {"archives": ["TNA", "KB"]}, ("unsupported-by-schema", "w", "archives[0]")),
        (
            SERIES,
            "5.4.0",
            {},
            {"authors": [{"family": "M", "roles": ["author", "software"]}]},
            ("unsupported-by-schema", "w", "authors[0].roles"),
        ),
        (
            SERIES,
            "5.3.1",
            {},
            {"authors": [{"family": "M", "roles": ["corresponding-author"]}]},
            ("unsupported-by-schema", "w", "authors[0].roles"),
        ),
        (
            SERIES,
            "5.4.0",
            {},
            {"authors": [{"family": "M", "alt_names": ["m"]}]},
            ("unsupported-by-schema", "w", "authors[0].alt_names"),
        ),
        (SERIES, "5.3.1", {}, {"authors": [{"family": "M", "alt_names": ["m"]}]}, None),
        (SERIES, "5.4.0", {}, {"authors": [{"family": LONG}]}, ("unsupported-by-schema", "e", "authors[0].family")),
        (
            SERIES,
            "5.4.0",
            {},
            {"authors": [{"family": "M", "given": "A 4 B 5"}]},
            ("unsupported-by-schema", "e", "authors[0].given"),
        ),
        (SERIES, "5.5.0", {}, {"authors": [{"family": LONG}]}, None),
        (SERIES, "5.3.1", {}, {"language": "eng"}, ("language-not-in-schema", "w", "language")),
        (SERIES, "5.3.1", {}, {"language": "bla"}, ("language-not-in-schema", "e", "language")),
        (SERIES, "5.5.0", {}, {"language": "bla"}, None),
        (SERIES, "5.3.1", {}, {"language": "zu"}, ("language-not-in-schema", "e", "language")),
        (SERIES, "5.5.0", {}, {"language": "zu"}, None),
    ],
)
def test_what_a_schema_version_cannot_hold(
    record_type: RecordType,
    version: str,
    series: dict[str, Any],
    record: dict[str, Any],
    expected: tuple[str, str, str] | None,
) -> None:
    assert found(record_type, version, series=series, **record) == ({expected} if expected else set())


@pytest.mark.parametrize(
    ("tag", "version", "written"),
    [
        ("en", "5.5.0", "en"),
        ("EN", "5.5.0", "en"),
        ("en-GB", "5.5.0", "en"),
        ("fre", "5.5.0", "fra"),
        ("ger", "5.3.1", "de"),
        ("eng", "5.3.1", "en"),
        ("nds", "5.5.0", "nds"),
        ("nds", "5.3.1", None),
        ("xx", "5.5.0", None),
    ],
)
def test_the_language_that_is_written(tag: str, version: str, written: str | None) -> None:
    record = Commentary.model_validate({"series": full_series(SERIES), **full_record(SERIES, language=tag)})
    xml = Built.of(HEAD, [record], schema_version=version).xml.decode()
    start = xml.partition("<report-paper_series_metadata")[2].partition(">")[0]
    assert start == (f' language="{written}"' if written else "")


def test_the_full_records_lose_only_what_tables_say() -> None:
    for record_type in RecordType:
        codes = {one.code for one in losses(full_commentary(record_type))}
        assert codes <= {"unsupported-by-type"}


@pytest.mark.parametrize("version", ["5.4.0", "5.5.0"])
def test_the_languages_are_those_of_the_schema(version: str) -> None:
    store = SchemaStore.default(offline=True)
    if version not in store.installed():
        pytest.skip("the schema bundle is not installed: run `make schemas`")
    listed = re.findall(rb'enumeration value="([^"]+)"', store.load(version).files[f"languages{version}.xsd"])
    assert len(listed) > 8000
    for code in listed:
        assert Dialect.of_version(version).language_code(code.decode()) is not None
