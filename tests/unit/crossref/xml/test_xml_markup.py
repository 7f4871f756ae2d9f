"""Elements written as text: nothing a person writes becomes markup, and what is written is its own canonical form."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from deposit_heads import HEAD
from doideposit.crossref.names import SCHEMA_VERSIONS, XSI
from doideposit.crossref.xml.batch import Built
from doideposit.crossref.xml.elements import canonical_hash
from doideposit.crossref.xml.markup import XML_LANG, Maker, escaped, leaf
from doideposit.records.models.commentary import Commentary
from doideposit.records.models.series import RecordType
from made_up_records import full_commentary
from strategies import commentaries

MAKE = Maker("urn:test")
XML_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"], exclude_characters="\ufffe\uffff")).map(
    lambda text: "".join(one for one in text if one >= " " or one in "\t\n\r")
)


def canonical(xml: str | bytes) -> str:
    return etree.tostring(etree.fromstring(xml), method="c14n", exclusive=True).decode()


@given(text=XML_TEXT, value=XML_TEXT, other=XML_TEXT)
def test_texts_and_values_come_back_as_they_were_and_in_canonical_form(text: str, value: str, other: str) -> None:
    written = MAKE.outer("a", escaped(text), leaf("b", other), key=value, **{XML_LANG: other, "abstract-type": value})
    read = etree.fromstring(written)
    assert (read.text or "") == text
    assert read.findtext("{urn:test}b") == other
    assert dict(read.attrib) == {
        "key": value,
        "abstract-type": value,
        "{http://www.w3.org/XML/1998/namespace}lang": other,
    }
    assert canonical(written) == written


@pytest.mark.parametrize("trick", ["</title><evil/>", '"><evil/>', "]]>", "<![CDATA[", "&lt;", "<!--", "\r\n", "&#60;"])
def test_no_text_gets_out_of_its_element(trick: str) -> None:
    read = etree.fromstring(MAKE.outer("root", leaf("title", trick), MAKE.text("title", "", key=trick)))
    assert [child.tag for child in read] == ["{urn:test}title"] * 2
    assert read[0].text == trick
    assert read[1].get("key") == trick


def test_what_is_none_is_left_out_and_a_list_without_anything_too() -> None:
    assert MAKE("a", None, leaf("b", None), key=None) == "<a></a>"
    assert MAKE.listed("a", ()) is None
    assert MAKE.listed("a", (MAKE("b"),)) == "<a><b></b></a>"


def test_a_foreign_namespace_is_declared_where_it_begins() -> None:
    jats = Maker.of("http://www.ncbi.nlm.nih.gov/JATS1")
    written = jats.outer("abstract", jats.text("p", "x"))
    assert written == '<jats:abstract xmlns:jats="http://www.ncbi.nlm.nih.gov/JATS1"><jats:p>x</jats:p></jats:abstract>'
    with pytest.raises(KeyError):
        Maker.of("urn:no-prefix-for-this")


@pytest.mark.parametrize("version", SCHEMA_VERSIONS)
@pytest.mark.parametrize("record_type", RecordType)
def test_an_item_with_every_field_is_its_own_canonical_form(record_type: RecordType, version: str) -> None:
    written = Built.of(HEAD, [full_commentary(record_type)], schema_version=version).items[0].decode()
    assert canonical(written) == written


@settings(deadline=None, suppress_health_check=list(HealthCheck))
@given(commentary=commentaries())
def test_whatever_the_models_accept_is_written_canonically_and_says_the_same_indented(commentary: Commentary) -> None:
    for version in SCHEMA_VERSIONS:
        written = Built.of(HEAD, [commentary], schema_version=version).items[0].decode()
        assert canonical(written) == written
        compact, indented = (
            Built.of(HEAD, [commentary], schema_version=version, indented=indented) for indented in (False, True)
        )
        assert (
            compact.fingerprints == indented.fingerprints == (Built.fingerprint_of(commentary, schema_version=version),)
        )
        child = etree.fromstring(compact.xml).find("{*}body/{*}*")
        assert child is not None
        assert canonical_hash(child, str(etree.QName(child).namespace)) == compact.fingerprints[0]
        assert words(compact.xml) == words(indented.xml)


def words(xml: bytes) -> list[tuple[str, dict[str, str], str, str]]:
    """Elements, attributes and texts; where its schema lies is said only in the file that is sent."""
    place = f"{{{XSI}}}schemaLocation"
    return [
        (
            str(one.tag),
            {name: one.attrib[name] for name in one.attrib if name != place},
            (one.text or "").strip(),
            (one.tail or "").strip(),
        )
        for one in etree.fromstring(xml).iter()
    ]
