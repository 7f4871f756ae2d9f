"""Attributes of XML Schema's instance namespace are found however a document hides them, and its hints are taken out."""

import pytest
from lxml import etree

from doideposit.crossref.validator.verdicts import XSI, _look_at_instance

URI = "http://www.w3.org/2001/XMLSchema-instance"
USUAL = f'xmlns:xsi="{URI}" xsi:schemaLocation="urn:t t.xsd"'
DISGUISED = URI.replace("X", "&#88;", 1)


@pytest.mark.parametrize(
    ("document", "retyped"),
    [
        (f"<a {USUAL}/>", False),
        (f"<a {USUAL}><b>xsi: in a text, and {URI}</b></a>", False),
        (f'<a {USUAL} xsi:type="t"/>', True),
        (f'<a {USUAL}><b xsi:type="t"/></a>', True),
        (f'<a {USUAL}><b xsi:schemaLocation="urn:u u.xsd"/></a>', False),
        (f'<a {USUAL}><b xmlns:i="{URI}" i:type="t"/></a>', True),
        (f'<a {USUAL}><b xmlns:i="{DISGUISED}" i:type="t"/></a>', True),
        (f'<a {USUAL}><b xmlns:i="{DISGUISED}" i:schemaLocation="urn:u u.xsd"/></a>', False),
        (f'<a xmlns:i="{URI}" i:schemaLocation="urn:t t.xsd"><b i:type="t"/></a>', True),
        (f'<a xmlns:i="{URI}" xmlns:xsi="{URI}" xsi:schemaLocation="urn:t t.xsd"><b i:type="t"/></a>', True),
        (f'<a xmlns:xsi="urn:other"><b xmlns:i="{URI}" i:type="t" xsi:type="t"/></a>', True),
        (f'<a xmlns:xsi="{URI}"><b xsi:noNamespaceSchemaLocation="u.xsd" xsi:nil="true"/></a>', False),
        ("<a/>", False),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_nothing_is_missed(document: str, retyped: bool, encoding: str) -> None:
    xml = document.encode(encoding)
    root = etree.fromstring(xml)
    assert _look_at_instance(root, xml) is retyped
    names = {str(name) for element in root.iter() for name in element.attrib}
    assert names.isdisjoint({f"{XSI}schemaLocation", f"{XSI}noNamespaceSchemaLocation"})
