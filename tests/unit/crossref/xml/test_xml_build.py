"""A deposit file as a whole: valid, in the schema's order, deterministic, and true to its record."""

import re
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from lxml import etree

from deposit_heads import HEAD
from doideposit.crossref.names import SCHEMA_VERSIONS
from doideposit.crossref.schemas.store import SchemaStore
from doideposit.crossref.validator.validator import Validator
from doideposit.crossref.xml.batch import ORDERS, Built
from doideposit.crossref.xml.existing import DepositItem
from doideposit.crossref.xml.losses import losses
from doideposit.findings import has_errors
from doideposit.records.models.commentary import Commentary
from doideposit.records.models.series import RecordType
from made_up_records import full_commentary, full_record, full_series
from strategies import commentaries

NS = "{http://www.crossref.org/schema/5.5.0}"
PREFIX = {"http://www.ncbi.nlm.nih.gov/JATS1": "jats:", "http://www.crossref.org/relations.xsd": "rel:"}


@pytest.fixture(scope="module")
def validator() -> Validator:
    store = SchemaStore.default(offline=True)
    missing = [version for version in SCHEMA_VERSIONS if store.location(version) is None]
    if missing:
        pytest.skip(f"no schema bundle {', '.join(missing)} here: run `doideposit schemas install`")
    return Validator(store)


@pytest.mark.slow  # the schemas are compiled with MathML
@pytest.mark.parametrize("version", SCHEMA_VERSIONS)
@pytest.mark.parametrize("record_type", RecordType)
def test_a_record_with_every_field_set_is_valid(validator: Validator, record_type: RecordType, version: str) -> None:
    verdict = validator.validate(Built.of(HEAD, [full_commentary(record_type)], schema_version=version).xml)
    assert verdict.findings == ()
    assert verdict.valid


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(commentary=commentaries())
def test_whatever_the_models_accept_is_valid_unless_a_finding_says_why(
    validator: Validator, commentary: Commentary
) -> None:
    for version in SCHEMA_VERSIONS:
        if not has_errors(losses(commentary, schema_version=version)):
            built = Built.of(HEAD, [commentary], schema_version=version)
            assert validator.validate(built.xml).findings == ()
            assert DepositItem.read_all(built.xml)[0].fingerprint == Built.fingerprint_of(
                commentary, schema_version=version
            )


def children(commentary: Commentary) -> list[str]:
    """The names of the parts of an item as they follow each other, repetitions once."""
    root = etree.fromstring(Built.of(HEAD, [commentary]).xml)
    item = root.find(f"{NS}body/{NS}*")
    assert item is not None
    parent = item if commentary.series.record_type is RecordType.POSTED else item[-1]
    tags = [etree.QName(child) for child in parent]
    names = [
        ("fr ai crossmark".split(maxsplit=1)[0] if "fundref" in str(q.namespace) else q.localname, q) for q in tags
    ]
    plain = [str(q.localname) if name == q.localname else "program" for name, q in names]
    return [plain[0], *(after for before, after in pairwise(plain) if after != before)]


@pytest.mark.parametrize("record_type", RecordType)
def test_every_part_of_the_order_table_is_written_and_in_that_order(record_type: RecordType) -> None:
    table = [name for name, _ in ORDERS[record_type]]
    expected = []
    for name in table:
        rights = "crossmark" if record_type is not RecordType.POSTED else "program"
        expected.append(rights if "fr:" in name else name.removeprefix("rel:"))
    squeezed = [expected[0], *(after for before, after in pairwise(expected) if after != before)]
    assert children(full_commentary(record_type)) == squeezed


def test_licences_and_funding_stand_outside_when_there_is_no_crossmark() -> None:
    record = full_record(RecordType.JOURNAL, updates=[])
    series = full_series(RecordType.JOURNAL, crossmark_policy=None)
    xml = Built.of(HEAD, [Commentary.model_validate({"series": series, **record})]).xml
    root = etree.fromstring(xml)
    assert root.find(f".//{NS}crossmark") is None
    programs = root.findall(f".//{NS}journal_article/{{*}}program")
    assert [one.get("name") for one in programs] == ["fundref", "AccessIndicators", "relations"]


def test_licences_and_funding_stand_inside_crossmark() -> None:
    root = etree.fromstring(Built.of(HEAD, [full_commentary(RecordType.JOURNAL)]).xml)
    inside = root.findall(f".//{NS}crossmark/{NS}custom_metadata/{{*}}program")
    assert [one.get("name") for one in inside] == ["fundref", "AccessIndicators"]
    assert [one.get("name") for one in root.findall(f".//{NS}journal_article/{{*}}program")] == ["relations"]


@pytest.mark.parametrize("record_type", RecordType)
def test_same_input_same_bytes(record_type: RecordType) -> None:
    first = Built.of(HEAD, [full_commentary(record_type)]).xml
    second = Built.of(HEAD, [full_commentary(record_type)]).xml
    assert first == second


def test_the_container_has_no_doi_of_its_own() -> None:
    for record_type in (RecordType.REPORT_SERIES, RecordType.JOURNAL):
        root = etree.fromstring(Built.of(HEAD, [full_commentary(record_type)]).xml)
        assert len(root.findall(f".//{NS}doi_data")) == 1


def test_the_bytes_are_plain_utf_8() -> None:
    xml = Built.of(HEAD, [full_commentary(RecordType.POSTED)]).xml
    assert xml.startswith(
        b'<?xml version="1.0" encoding="UTF-8"?>\n<doi_batch xmlns="http://www.crossref.org/schema/5.5.0"'
    )
    assert b"<!DOCTYPE" not in xml
    assert xml.endswith(b"</doi_batch>\n")
    assert "アダ".encode() in xml
    assert b"ns0" not in xml


def test_only_the_namespaces_in_use_are_declared() -> None:
    plain = {"number": "1", "title": "T", "authors": [{"family": "Mer"}], "published": "2024"}
    series = full_series(RecordType.REPORT_SERIES, crossmark_policy=None)
    xml = Built.of(HEAD, [Commentary.model_validate({"series": series, **plain})]).xml
    assert set(re.findall(rb"xmlns:(\w+)", xml)) == {b"xsi"}
    full = Built.of(HEAD, [full_commentary(RecordType.REPORT_SERIES)]).xml
    assert set(re.findall(rb"xmlns:(\w+)", full)) == {b"xsi", b"jats", b"ai", b"fr", b"rel", b"mml"}


def test_indentation_leaves_mixed_content_alone() -> None:
    xml = Built.of(HEAD, [full_commentary(RecordType.REPORT_SERIES)]).xml.decode()
    assert "<subtitle>An <b>island</b> <i>view</i></subtitle>" in xml
    assert "H<sub>2</sub>O matters <mml:math><mml:mi>x</mml:mi></mml:math></title>" in xml
    assert "Fund of Funds<fr:assertion" in xml
    assert "\n        <volume>3</volume>\n" in xml


def test_markup_only_titles_get_no_white_space() -> None:
    commentary = full_commentary(RecordType.POSTED, title="<i>A</i><b>B</b>")
    assert b"<title><i>A</i><b>B</b></title>" in Built.of(HEAD, [commentary]).xml


def test_several_commentaries_in_one_file_keep_their_order() -> None:
    many = [full_commentary(RecordType.JOURNAL, number=str(number)) for number in range(1, 6)]
    found = DepositItem.read_all(Built.of(HEAD, many).xml)
    assert [item.doi.printed for item in found] == [f"10.5555/notes.{number}" for number in range(1, 6)]
    assert [item.fingerprint for item in found] == [Built.fingerprint_of(one) for one in many]
    assert Built.of(HEAD, many).fingerprints == tuple(Built.fingerprint_of(one) for one in many)


def test_what_does_not_belong_in_one_file_is_a_fault_of_the_programmer() -> None:
    report, posted = full_commentary(RecordType.REPORT_SERIES), full_commentary(RecordType.POSTED)
    single = full_commentary(RecordType.REPORT_SINGLE, number="9")
    assert Built.of(HEAD, [report, single]).xml.count(b"<report-paper ") == 2
    with pytest.raises(RuntimeError, match="kind of body"):
        Built.of(HEAD, [report, posted])
    other = full_series(RecordType.POSTED, prefix="10.6666")
    elsewhere = Commentary.model_validate({"series": other, **full_record(RecordType.POSTED)})
    with pytest.raises(RuntimeError, match="prefix"):
        Built.of(HEAD, [posted, elsewhere])
    with pytest.raises(RuntimeError, match="at least one"):
        Built.of(HEAD, [])
    with pytest.raises(RuntimeError, match=r"4\.3\.0"):
        Built.of(HEAD, [report], schema_version="4.3.0")


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({}, True),
        ({"keywords": ["other words"]}, True),
        ({"title": "Another title"}, False),
        ({"url": "https://www.example.org/elsewhere/"}, False),
        ({"references": []}, False),
    ],
)
def test_the_fingerprint_changes_with_what_is_deposited_and_only_then(changes: dict[str, object], same: bool) -> None:
    before = Built.fingerprint_of(full_commentary(RecordType.REPORT_SERIES))
    after = Built.fingerprint_of(full_commentary(RecordType.REPORT_SERIES, **changes))
    assert re.fullmatch(r"[0-9a-f]{64}", before)
    assert (before == after) is same


def test_several_threads_build_at_once() -> None:
    commentary = full_commentary(RecordType.REPORT_SERIES)
    alone = Built.of(HEAD, [commentary]).xml
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda _: Built.of(HEAD, [commentary]).xml, range(200)))
    assert set(together) == {alone}
