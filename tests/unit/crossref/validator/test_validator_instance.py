"""Hints that a document gives for its schema are taken out however it hides them, and nothing else is."""

import pytest
from lxml import etree

from doideposit.crossref.validator.validator import remove_hints

URI = "http://www.w3.org/2001/XMLSchema-instance"
USUAL = f'xmlns:xsi="{URI}" xsi:schemaLocation="urn:t t.xsd"'
DISGUISED = URI.replace("X", "&#88;", 1)


@pytest.mark.parametrize(
    ("document", "left"),
    [
        (f"<a {USUAL}/>", set()),
        (f"<a {USUAL}><b>xsi: in a text, and {URI}</b></a>", set()),
        (f'<a {USUAL} xsi:type="t"/>', {"type"}),
        (f'<a {USUAL}><b xsi:type="t"/></a>', {"type"}),
        (f'<a {USUAL}><b xsi:schemaLocation="urn:u u.xsd"/></a>', set()),
        (f'<a {USUAL}><b xmlns:i="{DISGUISED}" i:type="t"/></a>', {"type"}),
        (f'<a {USUAL}><b xmlns:i="{DISGUISED}" i:schemaLocation="urn:u u.xsd"/></a>', set()),
        (f'<a xmlns:i="{URI}" i:schemaLocation="urn:t t.xsd"><b i:type="t"/></a>', {"type"}),
        (f'<a xmlns:xsi="urn:other"><b xmlns:i="{URI}" i:type="t" xsi:schemaLocation="t"/></a>', {"type"}),
        (f'<a xmlns:xsi="{URI}"><b xsi:noNamespaceSchemaLocation="u.xsd" xsi:nil="true"/></a>', {"nil"}),
        ("<a/>", set()),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_nothing_is_missed(document: str, left: set[str], encoding: str) -> None:
    declared = f'<?xml version="1.0" encoding="{encoding.upper()}"?>{document}'.encode(encoding)
    root = etree.fromstring(declared)
    remove_hints(root, declared)
    names = {etree.QName(name) for element in root.iter() for name in element.attrib}
    assert {name.localname for name in names if name.namespace == URI} == left
