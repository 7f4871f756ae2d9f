"""What is printed beside title and number: where each record type has room for it, and what is said where it has none."""

from typing import Any

import pytest

from deposit_heads import HEAD
from doideposit.crossref.names import SCHEMA_VERSIONS
from doideposit.crossref.schemas.store import SchemaStore
from doideposit.crossref.validator.validator import Validator
from doideposit.crossref.xml.batch import Built
from doideposit.crossref.xml.losses import losses
from doideposit.findings import has_errors
from doideposit.records.models.commentary import Commentary
from doideposit.records.models.series import RecordType
from doideposit.registered.reading import RegisteredRecord
from made_up_records import full_series

SERIES, SINGLE, JOURNAL, POSTED = RecordType
REPORTS = {SERIES, SINGLE}
UUID = "urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66"

ROWS: list[tuple[dict[str, Any], set[RecordType], str]] = [
    ({"volume": "12"}, {SERIES, JOURNAL}, "<volume>12</volume>"),
    ({"pages": "12-18"}, {JOURNAL}, "<first_page>12</first_page><last_page>18</last_page>"),
    ({"pages": "e7"}, {JOURNAL}, "<pages><first_page>e7</first_page></pages>"),
    ({"pages": {"first": "A-1", "last": "A-9"}}, {JOURNAL}, "<first_page>A-1</first_page><last_page>A-9</last_page>"),
    (
        {"pages": "S12–S18; 30"},
        {JOURNAL},
        "<first_page>S12</first_page><last_page>S18</last_page><other_pages>30</other_pages>",
    ),
    ({"article_number": "e103"}, set(RecordType), 'item_number_type="article-number">e103</item_number>'),
    ({"identifiers": "IMA-7"}, REPORTS | {JOURNAL}, '<identifier id_type="other">IMA-7</identifier>'),
    (
        {"identifiers": [{"type": "pii", "identifier": "S0317-8471(24)1"}]},
        REPORTS | {JOURNAL},
        '<identifier id_type="pii">S0317-8471(24)1</identifier>',
    ),
    ({"isbns": ["978-3-16-148410-0"]}, REPORTS, '<isbn media_type="electronic">978-3-16-148410-0</isbn>'),
    (
        {"isbns": [{"isbn": "ISBN 0-306-40615-2", "medium": "print"}]},
        REPORTS,
        '<isbn media_type="print">0-306-40615-2</isbn>',
    ),
    (
        {"translated_titles": [{"text": "L'eau", "language": "fr"}, "Agua"]},
        {JOURNAL},
        "</titles><titles><title>L'eau</title></titles><titles><title>Agua</title></titles>",
    ),
    (
        {"institutions": ["IMA", "Harbour Office"]},
        REPORTS | {POSTED},
        "<institution><institution_name>Harbour Office</institution_name></institution>",
    ),
    (
        {"assertions": [{"name": "received", "text": "2 March 2026"}]},
        REPORTS | {JOURNAL},
        '<assertion label="Received" name="received">2 March 2026</assertion>',
    ),
    (
        {"full_texts": [{"url": "https://www.example.org/7", "mime_type": "unknown", "content_version": "unknown"}]},
        set(RecordType),
        '<collection property="text-mining"><item><resource>https://www.example.org/7</resource></item>',
    ),
    ({"authors": [{"name": "Sukarno"}]}, set(RecordType), "<surname>Sukarno</surname></person_name>"),
]


def record(record_type: RecordType, series: dict[str, Any] | None = None, **changes: Any) -> Commentary:
    small = {"number": "7", "title": "T", "authors": [{"family": "Mer"}], "published": "2024"}
    of = full_series(record_type, **(series or {}))
    return Commentary.model_validate({"series": of, "url": "https://www.example.org/7/", **small, **changes})


@pytest.fixture(scope="module")
def validator() -> Validator:
    store = SchemaStore.default(offline=True)
    if any(store.location(version) is None for version in SCHEMA_VERSIONS):
        pytest.skip("no schema bundles here: run `doideposit schemas install`")
    return Validator(store)


def compact(commentary: Commentary, version: str = "5.5.0") -> str:
    return Built.of(HEAD, [commentary], schema_version=version, indented=False).xml.decode()


@pytest.mark.parametrize("version", SCHEMA_VERSIONS)
@pytest.mark.parametrize("record_type", RecordType)
@pytest.mark.parametrize(("changes", "possible", "xml"), ROWS, ids=[str(index) for index, _ in enumerate(ROWS)])
def test_it_is_deposited_where_the_record_type_has_room_and_said_where_not(
    validator: Validator,
    changes: dict[str, Any],
    possible: set[RecordType],
    xml: str,
    record_type: RecordType,
    version: str,
) -> None:
    commentary = record(record_type, **changes)
    field = next(iter(changes))
    made = compact(commentary, version)
    assert validator.validate(made.encode()).findings == ()
    said = [one for one in losses(commentary, schema_version=version) if (one.where.field or "").startswith(field)]
    # Before 5.5.0 a report of a series had no Crossmark.
    crossmark = field == "assertions" and record_type is SERIES and version != "5.5.0"
    assert (xml in made) == (record_type in possible and not crossmark)
    assert bool(said) == (xml not in made)
    assert all(one.message and one.hint for one in said)


@pytest.mark.parametrize("record_type", RecordType)
def test_a_work_without_a_number_has_a_doi_of_its_own(validator: Validator, record_type: RecordType) -> None:
    series = {"doi": "{prefix}/{any}"}
    commentary = record(record_type, series, number=None, doi="10.5555/k4b9-x2")
    made = compact(commentary)
    assert validator.validate(made.encode()).findings == ()
    assert not any(name in made for name in ("<volume>", "<issue>", "<item_number", "<identifier", "journal_issue"))
    assert losses(commentary) == losses(record(record_type, series, doi="10.5555/k4b9-x2"))


@pytest.mark.parametrize("record_type", RecordType)
def test_a_long_number_is_an_identifier(validator: Validator, record_type: RecordType) -> None:
    commentary = record(record_type, {"doi": "{prefix}/{any}"}, number=UUID, doi="10.5555/k4b9-x2")
    made = compact(commentary)
    assert validator.validate(made.encode()).findings == ()
    (said,) = [one for one in losses(commentary) if one.where.field == "number"]
    if record_type is POSTED:
        assert UUID not in made
        assert said.severity.value == "warning"
    else:
        assert f'<identifier id_type="other">{UUID}</identifier>' in made
        read = RegisteredRecord.read(made.encode(), "10.5555/k4b9-x2")
        assert read is not None
        assert read.fields["number"] == UUID
        assert not read.fields.get("identifiers")


def test_an_abbreviated_title_belongs_to_a_journal(validator: Validator) -> None:
    for record_type in RecordType:
        commentary = record(record_type, {"abbreviated_title": "Notes Isl."})
        made = compact(commentary)
        assert validator.validate(made.encode()).findings == ()
        said = [one.where.field for one in losses(commentary) if one.where.field == "series.abbreviated_title"]
        assert ("<abbrev_title>Notes Isl.</abbrev_title>" in made) == (record_type is JOURNAL)
        assert bool(said) == (record_type is not JOURNAL)


def test_the_second_institution_of_a_series_is_deposited_with_the_first(validator: Validator) -> None:
    made = compact(record(SERIES, {"other_institutions": ["Harbour Office"]}))
    assert validator.validate(made.encode()).findings == ()
    assert made.count("<institution>") == 2
    assert made.index("Institute of Made-up Affairs</institution_name>") < made.index("Harbour Office")


def test_what_crossmark_shows_needs_its_policy() -> None:
    commentary = record(SINGLE, {"crossmark_policy": None}, assertions=[{"name": "received", "text": "2 March 2026"}])
    assert [one.code for one in losses(commentary) if one.where.field == "assertions"] == ["crossmark-policy-missing"]
    assert has_errors(losses(commentary))


@pytest.mark.parametrize(
    ("given", "label"),
    [
        ({"name": "peer_review"}, "Peer Review"),
        ({"name": "data-seal"}, "Data seal"),
        ({"name": "received", "label": "Sent in"}, "Sent in"),
        ({"name": "received", "label": ""}, None),
    ],
)
def test_a_label_is_made_from_the_name(given: dict[str, Any], label: str | None) -> None:
    (assertion,) = record(SINGLE, assertions=[{**given, "text": "yes"}]).assertions
    assert assertion.shown_label == label
