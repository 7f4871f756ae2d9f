"""What the validator makes of a schema: every import loaded, every assertion placed and understood, or an error."""

from pathlib import Path

import pytest

from doideposit.crossref.schemas.bundle import Bundle
from doideposit.crossref.schemas.compiler import prepare
from doideposit.crossref.schemas.prepared import Prepared
from doideposit.crossref.validator.validator import Validator
from doideposit.errors import SchemaDamaged

HEAD = 'xmlns:x="http://www.w3.org/2001/XMLSchema" xmlns="urn:t" targetNamespace="urn:t"'
ITEM = """<x:element name="item"><x:complexType>
  <x:sequence><x:element ref="part" minOccurs="0"/></x:sequence>
  <x:attribute name="kind"><x:simpleType><x:restriction base="x:NMTOKEN">
    <x:enumeration value="a"/><x:enumeration value="b"/></x:restriction></x:simpleType></x:attribute>
  <x:attribute name="id" type="x:ID"/><x:attribute name="to" type="x:IDREFS"/>
  <x:attribute name="day" type="x:date"/><x:attribute name="web" type="x:anyURI"/>
  <x:attribute name="fixed" default="1" type="x:string"/>
  {asserts}
</x:complexType></x:element>
<x:element name="part" type="x:string"/>"""
BATCH = """<x:element name="doi_batch"><x:complexType><x:sequence>
  <x:element ref="item" minOccurs="0" maxOccurs="unbounded"/></x:sequence></x:complexType></x:element>"""


def assertion(test: str) -> str:
    return f'<x:assert test="{test}"/>'


def bundle(text: str, **files: str) -> Bundle:
    contents = {"main.xsd": text.encode()} | {f"{name}.xsd": content.encode() for name, content in files.items()}
    return Bundle("9", "urn:t", "main.xsd", contents, {"http://far.example/part.xsd": "part.xsd"}, "made up")


def schema(asserts: str = "", before: str = "", extra: str = "") -> str:
    return f"<x:schema {HEAD}>{before}{BATCH}{ITEM.format(asserts=asserts)}{extra}</x:schema>"


class Source:
    """A source with one bundle, and a memory for what is kept."""

    def __init__(self, content: Bundle) -> None:
        self.content = content
        self.memory: dict[str, bytes] = {}
        self.loads = 0

    def available(self) -> tuple[str, ...]:
        return ("9",)

    def version_of(self, namespace: str) -> str | None:
        return "9" if namespace == "urn:t" else None

    def load(self, version: str) -> Bundle:
        self.loads += 1
        return self.content

    def kept(self, version: str, name: str) -> bytes | None:
        return self.memory.get(name)

    def keep(self, version: str, name: str, content: bytes) -> None:
        self.memory[name] = content


def codes(source: Source, inside: str) -> list[str]:
    xml = f'<doi_batch xmlns="urn:t">{inside}</doi_batch>'
    return [finding.code for finding in Validator(source).validate(xml.encode()).findings]


KNOWN = """<x:element name="person_name"><x:complexType>
  <x:attribute name="contributor_role" type="x:string"/><x:assert test="{test}"/></x:complexType></x:element>"""
TEST = "exists(@contributor_role) or exists(*:role)"


def with_known(test: str = TEST) -> str:
    return schema(extra=KNOWN.format(test=test)).replace('ref="item"', 'ref="person_name"')


@pytest.mark.parametrize("test", [TEST, f"\n  {TEST.replace(' or', chr(10) + ' or')}\t"])
def test_a_known_assertion_is_checked(test: str) -> None:
    source = Source(bundle(with_known(test)))
    assert codes(source, '<person_name contributor_role="author"/>') == []
    assert codes(source, "<person_name/>") == ["xsd-assert-person-name"]


UNUSABLE = {
    "another assertion": (schema(assertion("@kind = 'a'")), "unknown assertion"),
    "a known assertion on another element": (schema(assertion(TEST)), "unknown assertion"),
    "a known assertion, changed": (with_known(TEST.replace("or", "and", 1)), "unknown assertion"),
    "a default namespace for XPath": (
        with_known().replace("<x:assert", '<x:assert xpathDefaultNamespace="urn:t"'),
        "unknown assertion",
    ),
    "in a named type": (
        schema(extra=f'<x:complexType name="t">{assertion("exists(@a)")}</x:complexType>'),
        "unknown assertion",
    ),
    "in a local element": (
        schema(extra=f'<x:complexType name="t"><x:sequence><x:element name="l"><x:complexType>{assertion("exists(@a)")}'
               "</x:complexType></x:element></x:sequence></x:complexType>"),
        "unknown assertion",
    ),
    "assertion facet": (
        schema(extra='<x:simpleType name="s"><x:restriction base="x:string"><x:assertion test="true()"/>'
               "</x:restriction></x:simpleType>"),
        "xsd:assertion",
    ),
    "alternative": (schema(extra='<x:element name="e"><x:alternative test="true()"/></x:element>'), "xsd:alternative"),
    "missing import": (schema(before='<x:import namespace="urn:p" schemaLocation="nowhere.xsd"/>'), "nowhere.xsd"),
    "missing include": (schema(before='<x:include schemaLocation="sub/nowhere.xsd"/>'), "sub/nowhere.xsd"),
    "import of nothing": (schema(before='<x:import namespace="urn:p"/>'), "urn:p"),
    "import of another namespace": (
        schema(before='<x:import namespace="urn:q" schemaLocation="part.xsd"/>'),
        "urn:q",
    ),
    "not XML": ("<x:schema", "is not XML"),
    "a reference to nothing": (schema(extra='<x:element name="e" type="zzz"/>'), "cannot be compiled"),
    "an undeclared prefix": (schema(extra='<x:element name="e" type="q:zzz"/>'), "prefix q"),
}  # fmt: skip


@pytest.mark.parametrize("name", UNUSABLE)
def test_what_cannot_be_honoured_is_an_error_and_never_ignored(name: str) -> None:
    text, problem = UNUSABLE[name]
    content = bundle(text, part='<x:schema xmlns:x="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:p"/>')
    with pytest.raises(SchemaDamaged, match=problem):
        Validator(Source(content)).validate(b'<doi_batch xmlns="urn:t"><x xsi:type="q" '
                                            b'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"/></doi_batch>')  # fmt: skip


def test_imports_are_followed_by_address_and_by_relative_name() -> None:
    part = '<x:schema xmlns:x="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:p">{}</x:schema>'
    text = schema(before='<x:import namespace="urn:p" schemaLocation="http://far.example/part.xsd"/>')
    content = bundle(
        text.replace('ref="part" minOccurs', 'ref="p:note" xmlns:p="urn:p" minOccurs'),
        part=part.format('<x:include schemaLocation="deep/more.xsd"/>'),
    )
    files = dict(content.files) | {
        "deep/more.xsd": (
            b'<x:schema xmlns:x="http://www.w3.org/2001/XMLSchema"><x:include schemaLocation="../last.xsd"/></x:schema>'
        ),
        "last.xsd": (
            b'<x:schema xmlns:x="http://www.w3.org/2001/XMLSchema"><x:element name="note" type="x:date"/></x:schema>'
        ),
    }
    source = Source(Bundle("9", "urn:t", "main.xsd", files, content.addresses, "made up"))
    assert codes(source, '<item><note xmlns="urn:p"> 2024-02-29\n</note></item>') == []
    assert codes(source, '<item><note xmlns="urn:p">2023-02-29</note></item>') == ["xsd-value"]


VALUES = [
    ('day="2024-02-29"', True),
    ('day=" 2024-02-29 "', True),
    ('day="2023-02-29"', False),
    ('day="1900-02-29"', False),
    ('day="2000-02-29"', True),
    ('day="0000-02-29"', True),
    ('day="-0004-02-29"', True),
    ('day="12024-02-29"', True),
    ('day="02024-02-28"', False),
    ('day="2024-04-31"', False),
    ('day="2024-1-1"', False),
    ('day="2024-01-01Z"', True),
    ('day="2024-01-01+14:00"', True),
    ('day="2024-01-01-14:01"', False),
    ('day=""', False),
    ('web="not an address at all % [ ] #a#b"', True),
    ('web=""', True),
    ('id="a"', True),
    ('id="1"', False),
    ('id="a b"', False),
    ('id="a" to="a"', True),
    ('id="a" to=" a  a "', True),
    ('id="a" to="b"', False),
    ('to=""', False),
    ('id="é-1"', True),
]


@pytest.mark.parametrize(("attributes", "valid"), VALUES)
def test_built_in_types_are_those_of_xsd_1_1(attributes: str, valid: bool) -> None:
    assert (codes(Source(bundle(schema())), f"<item {attributes}/>") == []) is valid


def test_ids_are_unique_and_references_may_point_forward() -> None:
    source = Source(bundle(schema()))
    assert codes(source, '<item to="b c"/><item id="b"/><item id="c"/>') == []
    assert codes(source, '<item id="b"/><item id=" b "/>') == ["xsd-id-duplicate"]
    assert codes(source, '<item to="b x"/><item id="b"/>') == ["xsd-idref-unknown"]


LONG = """<x:attribute name="code"><x:simpleType><x:restriction base="x:{base}">{values}</x:restriction>
  </x:simpleType></x:attribute>"""


@pytest.mark.parametrize(("base", "padded"), [("NMTOKEN", True), ("string", False)])
def test_long_enumerations_are_looked_up(base: str, padded: bool) -> None:
    values = "".join(f'<x:enumeration value="v{number}"/>' for number in range(300))
    source = Source(bundle(schema(LONG.format(base=base, values=values))))
    prepared = prepare(source.content, whole=False)
    assert "v299" not in prepared.texts["main.xsd"]
    assert codes(source, '<item code="v299"/>') == []
    assert (codes(source, '<item code=" v299 "/>') == []) is padded
    assert codes(source, '<item code="v300"/>') == ["xsd-value"]
    assert codes(source, '<item code=""/>') == ["xsd-value"]
    retyped = '<item code="v300" xsi:type="zzz" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"/>'
    assert "xsd-value" in codes(source, retyped) or "xsd-attribute-unexpected" in codes(source, retyped)


def test_what_was_prepared_is_kept_and_used_again() -> None:
    source = Source(bundle(with_known()))
    assert codes(source, "<person_name/>") == ["xsd-assert-person-name"]
    [content] = source.memory.values()
    assert Prepared.is_of(source.content, content)
    again = Prepared.from_bytes(content)
    assert again == prepare(source.content, whole=False)
    assert again.to_bytes(source.content) == content
    assert codes(source, "<person_name/>") == ["xsd-assert-person-name"]
    assert codes(source, '<person_name contributor_role="x"/>') == []


M = "http://www.w3.org/1998/Math/MathML"
MATH_HEAD = f'xmlns:x="http://www.w3.org/2001/XMLSchema" xmlns:m="{M}" targetNamespace="{M}"'
MATH = f"""<x:schema {MATH_HEAD}><x:include schemaLocation="mathml3-content.xsd"/>
  <x:element name="math"><x:complexType><x:group ref="m:MathExpression"/></x:complexType></x:element>
  <x:element name="mi" substitutionGroup="m:PresentationExpression"/></x:schema>"""
CONTENT = f"""<x:schema {MATH_HEAD}>
  <x:element name="PresentationExpression" abstract="true"/>
  <x:group name="ContExp"><x:choice><x:element ref="m:ci"/></x:choice></x:group><x:element name="ci"/>
  <x:group name="MathExpression"><x:choice><x:group ref="m:ContExp"/><x:element ref="m:PresentationExpression"/>
  </x:choice></x:group>{{more}}</x:schema>"""
IMPORT = f'<x:import namespace="{M}" schemaLocation="math.xsd"/>'
ANY = '<x:element name="any"><x:complexType><x:sequence><x:any/></x:sequence></x:complexType></x:element>'


def mathematical(math: str = MATH) -> Source:
    text = schema(before=IMPORT, extra=ANY).replace('ref="item"', 'ref="any"')
    return Source(bundle(text, **{"math": math, "mathml3-content": CONTENT.format(more="")}))


@pytest.mark.parametrize(
    ("inside", "forms"), [("mi", ["prepared.json"]), ("ci", ["prepared.json", "prepared-whole.json"])]
)
def test_content_mathml_is_compiled_only_for_documents_that_have_some(inside: str, forms: list[str]) -> None:
    source = mathematical()
    assert codes(source, f'<any><m:math xmlns:m="{M}"><m:{inside}/></m:math></any>') == []
    assert list(source.memory) == forms
    assert codes(source, f'<any><m:math xmlns:m="{M}"><m:{inside}/><m:{inside}/></m:math></any>') != []


def test_other_uses_of_content_mathml_are_refused() -> None:
    with pytest.raises(SchemaDamaged, match="parts of MathML"):
        codes(mathematical(MATH.replace("m:MathExpression", "m:ContExp")), "")


@pytest.mark.parametrize("damage", ["cut", "flipped", "of another bundle", "empty"])
def test_what_was_kept_is_made_anew_when_it_does_not_fit(damage: str) -> None:
    source = Source(bundle(with_known()))
    codes(source, "")
    [(name, content)] = source.memory.items()
    damaged = {
        "cut": content[:-5],
        "flipped": content.replace(b"contributor_role", b"contributor-role", 1),
        "of another bundle": content.replace(b"made up", b"made-up", 1),
        "empty": b"",
    }[damage]
    assert damaged != content
    source.memory[name] = damaged
    assert codes(source, "<person_name/>") == ["xsd-assert-person-name"]
    assert source.memory[name] == content


def test_hints_in_the_document_are_never_followed(tmp_path: Path) -> None:
    trap = tmp_path / "trap.xsd"
    trap.write_text(f'<x:schema {HEAD.replace("urn:t", "urn:trap")}><x:element name="thing"/></x:schema>')
    hint = (
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        f' xsi:schemaLocation="urn:trap {trap.as_uri()}" xsi:noNamespaceSchemaLocation="{trap.as_uri()}"'
    )
    source = Source(bundle(schema()))
    assert codes(source, f"<item {hint}/>") == []
    assert codes(source, f'<item {hint}><thing xmlns="urn:trap"/></item>') == ["xsd-element-unknown"]
