"""The narrow form of the schema says what the whole one says, and all that doideposit writes is in it."""

import zlib
from functools import cache

import pytest
from lxml import etree

from contract import mutations
from contract.oracle import store
from doideposit.crossref.names import SCHEMA_VERSIONS
from doideposit.crossref.schemas.prepared import Form
from doideposit.crossref.schemas.preparing import prepare
from doideposit.crossref.validator.inventory import Inventory
from doideposit.crossref.validator.verdicts import _Engine
from doideposit.crossref.xml import build
from doideposit.records.models.batch import BatchHead
from doideposit.records.models.commentary import Commentary
from doideposit.records.models.series import RecordType
from made_up_records import full_record, full_series

HEAD = BatchHead("narrow-form", 20240102030405000, "A", "a@example.org", "A")


@cache
def engine(version: str, *, narrow: bool) -> _Engine:
    return _Engine(prepare(store().load(version), Form(mathml=False, lean=True, narrow=narrow)))


def without_mathml(xml: bytes) -> etree._Element:
    root = etree.fromstring(xml)
    etree.strip_elements(root, "{http://www.w3.org/1998/Math/MathML}*", with_tail=False)
    return root


def written(record_type: RecordType, version: str) -> etree._Element:
    commentary = Commentary.model_validate({"series": full_series(record_type), **full_record(record_type)})
    return without_mathml(build(HEAD, [commentary], schema_version=version).xml)


@pytest.mark.parametrize("version", SCHEMA_VERSIONS)
@pytest.mark.parametrize("record_type", RecordType)
def test_the_narrow_form_has_what_doideposit_writes(record_type: RecordType, version: str) -> None:
    root = written(record_type, version)
    narrow = engine(version, narrow=True)
    assert narrow.suits(Inventory(root))
    assert narrow.findings(root, Inventory(root), None) == engine(version, narrow=False).findings(
        root, Inventory(root), None
    )


@pytest.mark.slow
@pytest.mark.parametrize("record_type", RecordType)
def test_findings_are_the_same_in_both_forms(record_type: RecordType) -> None:
    narrow, lean = engine("5.5.0", narrow=True), engine("5.5.0", narrow=False)
    xml = etree.tostring(written(record_type, "5.5.0"))
    compared = faulty = 0
    for generator in (mutations.structural, mutations.attributes, mutations.values):
        for name, harmed in generator(xml):
            root = etree.fromstring(harmed) if zlib.crc32(name.encode()) % 40 == 0 else None
            if root is not None and narrow.suits(Inventory(root)):
                inventory = Inventory(root)
                found = narrow.findings(root, inventory, None)
                assert found == lean.findings(root, inventory, None), name
                compared, faulty = compared + 1, faulty + bool(found)
    assert compared > 50
    assert faulty > 20


def test_other_records_need_the_wider_form() -> None:
    namespace = "http://www.crossref.org/schema/5.5.0"
    root = etree.fromstring(f'<doi_batch xmlns="{namespace}"><body><book/></body></doi_batch>')
    assert not engine("5.5.0", narrow=True).suits(Inventory(root))
    assert engine("5.5.0", narrow=False).suits(Inventory(root))
