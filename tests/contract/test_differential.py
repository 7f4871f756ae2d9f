"""The verdict is that of XSD 1.1: the same as xmlschema's, on documents harmed in every way a schema may care about."""

import itertools
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract import mutations
from contract.oracle import KNOWN_FAULTS, is_known_fault, oracle_says, validator, version_of
from deposit_heads import HEAD
from doideposit.crossref.names import SCHEMA_VERSIONS
from doideposit.crossref.xml.batch import Built
from doideposit.records.models.commentary import Commentary
from doideposit.records.models.series import RecordType
from made_up_records import full_commentary
from strategies import commentaries

TESTS = Path(__file__).parents[1]
DEPOSITS = sorted((TESTS / "golden" / "deposits").glob("*.xml"))
EXAMPLES = sorted((TESTS.parents[1] / "shared" / "crossref" / "examples").glob("*.xml"))

# In one process, since the oracle needs seconds to prepare each version of the schema.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("oracle")]

# The newest version in each run; the oracle needs seconds to prepare each of the others.
CASES = [
    pytest.param(path, id=path.stem, marks=() if path.stem.endswith("5.5.0") else pytest.mark.acceptance)
    for path in DEPOSITS
]

Mutation = tuple[str, bytes]
Generator = Callable[[bytes], Iterable[Mutation]]

# One in how many is tried, some 800 in all; `make soak` tries every one.
SHARES: list[tuple[Generator, int]] = [
    (mutations.structural, 60),
    (mutations.attributes, 200),
    (mutations.values, 180),
]


def chosen(xml: bytes, generator: Generator, share: int) -> Iterator[Mutation]:
    """One in `share` mutations, the same ones each time."""
    for name, harmed in generator(xml):
        if zlib.crc32(name.encode()) % share == 0 and not is_known_fault(name):
            yield name, harmed


def disagreements(version: str, cases: Iterable[Mutation]) -> tuple[list[str], int, int]:
    """Where the verdicts differ, and how many of each verdict there were."""
    different, counts = [], {True: 0, False: 0}
    for name, xml in cases:
        verdict = validator().validate(xml)
        counts[verdict.valid] += 1
        assert verdict.valid == (not verdict.findings), name
        if verdict.valid != oracle_says(version, xml):
            different.append(f"{name}: {'valid' if verdict.valid else verdict.findings[0].original} here")
    return different, counts[True], counts[False]


@pytest.mark.parametrize("path", CASES)
def test_the_examples_are_valid_for_both(path: Path) -> None:
    xml = path.read_bytes()
    verdict = validator().validate(xml)
    assert verdict.schema == version_of(path)
    assert verdict.findings == ()
    assert oracle_says(version_of(path), xml)


@pytest.mark.parametrize("path", CASES)
def test_harmed_documents_get_the_same_verdict(path: Path) -> None:
    xml = path.read_bytes()
    cases = itertools.chain(*(chosen(xml, generator, share) for generator, share in SHARES))
    different, valid, invalid = disagreements(version_of(path), cases)
    assert different == []
    assert valid > 0
    assert invalid > 3


@pytest.mark.parametrize("path", EXAMPLES or [pytest.param(None, marks=pytest.mark.skip("no examples here"))])
def test_worked_examples_get_the_same_verdict(path: Path) -> None:
    xml = path.read_bytes()
    assert validator().validate(xml).findings == ()
    different, _, invalid = disagreements("5.5.0", chosen(xml, mutations.structural, 40))
    assert different == []
    assert invalid > 5


FORMULA = b'<mml:math xmlns:mml="http://www.w3.org/1998/Math/MathML"><mml:%s>x</mml:%s></mml:math>'
FORMULAS = [b"", FORMULA % (b"mi", b"mi"), FORMULA % (b"mrow", b"mrow"), FORMULA % (b"mistake", b"mistake")]


@pytest.mark.acceptance
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    commentary=commentaries(),
    version=st.sampled_from(SCHEMA_VERSIONS),
    formula=st.sampled_from(FORMULAS),
    choice=st.integers(0, 999),
)
def test_generated_records_get_the_same_verdict_whole_and_harmed(
    commentary: Commentary, version: str, formula: bytes, choice: int
) -> None:
    """What the models accept, and what an older schema cannot hold of it, with MathML in the title and without."""
    built = Built.of(HEAD, [commentary], schema_version=version).xml
    xml = built.replace(b"</title>", formula + b"</title>", 1)
    harmed = [case for case in mutations.structural(xml) if not is_known_fault(case[0])]
    different, _, _ = disagreements(version, [("whole", xml), *harmed[choice % 97 :: 97]])
    assert different == []


MATH = [
    "<m:mi>x</m:mi>",
    "<m:mfrac><m:mn>1</m:mn><m:mi>x</m:mi></m:mfrac>",
    "<m:mfrac><m:mn>1</m:mn></m:mfrac>",
    "<m:mtable><m:mtr><m:mtd><m:mi>x</m:mi></m:mtd></m:mtr></m:mtable>",
    "<m:mtr><m:mtd/></m:mtr>",
    "<m:mtable><m:mtd/></m:mtable>",
    "<m:mmultiscripts><m:mi>x</m:mi><m:none/><m:mi>y</m:mi><m:mprescripts/><m:mi>z</m:mi><m:none/></m:mmultiscripts>",
    "<m:mmultiscripts><m:mi>x</m:mi><m:none/></m:mmultiscripts>",
    "<m:semantics><m:mi>x</m:mi><m:annotation>x</m:annotation></m:semantics>",
    "<m:semantics><m:mi>x</m:mi><m:annotation-xml><m:ci>x</m:ci></m:annotation-xml></m:semantics>",
    "<m:semantics><m:ci>x</m:ci></m:semantics>",
    "<m:semantics/>",
    "<m:apply><m:plus/><m:ci>x</m:ci><m:cn>1</m:cn></m:apply>",
    "<m:apply><m:plus/><m:mtd/></m:apply>",
    "<m:mrow><m:apply><m:sin/><m:ci>x</m:ci></m:apply></m:mrow>",
    "<m:cn>1<m:sep/>2</m:cn>",
    "<m:bvar><m:ci>x</m:ci></m:bvar>",
    "<m:mstack><m:msrow><m:mn>1</m:mn><m:none/></m:msrow><m:msline/></m:mstack>",
    "<m:mi m:x='1'>x</m:mi>",
    "<m:mi mathvariant='nonsense'>x</m:mi>",
    "<m:mistake/>",
    "text",
    "<m:math/>",
    "<m:annotation-xml><x xmlns='urn:x'/></m:annotation-xml>",
]


def formulas() -> Iterator[Mutation]:
    xml = (TESTS / "golden" / "deposits" / "report-series-minimal-5.5.0.xml").read_bytes()
    for inside in MATH:
        math = f'<m:math xmlns:m="http://www.w3.org/1998/Math/MathML">{inside}</m:math></title>'
        yield inside, xml.replace(b"</title>", math.encode())


def test_formulas_of_every_kind_get_the_same_verdict() -> None:
    """Content MathML is left out of the schema that most files need, and must be missed nowhere."""
    different, valid, invalid = disagreements("5.5.0", formulas())
    assert different == []
    assert valid > 8
    assert invalid > 8


ROLE = b'<role vocab="crossref" type="author"/>'
TYPES = [None, "author", "editor", "other", "conceptualization", "writing-review-editing", "software", "zzz", ""]
VOCABULARIES = [None, "crossref", "credit", "zzz", ""]


def roles() -> Iterator[Mutation]:
    xml = (TESTS / "golden" / "deposits" / "report-series-full-5.5.0.xml").read_bytes()
    for vocabulary, kind in itertools.product(VOCABULARIES, TYPES):
        attributes = {"vocab": vocabulary, "type": kind}
        text = "".join(f' {name}="{value}"' for name, value in attributes.items() if value is not None)
        yield f"role{text}", xml.replace(ROLE, f"<role{text}/>".encode())
    for pad_vocabulary, pad_kind in itertools.product((" {}", "{}\t", "{}"), repeat=2):
        for kind in ("author", "software"):
            text = f'vocab="{pad_vocabulary.format("crossref")}" type="{pad_kind.format(kind)}"'
            yield f"role padded {text}", xml.replace(ROLE, f"<role {text}/>".encode())


def persons() -> Iterator[Mutation]:
    xml = (TESTS / "golden" / "deposits" / "report-series-minimal-5.5.0.xml").read_bytes()
    insides = ["", ROLE.decode(), '<role vocab="credit"/>', '<x:role xmlns:x="urn:x"/>', "<role xmlns=''/>"]
    attributes = ["", 'contributor_role="author"', 'contributor_role=""', 'contributor_role="zzz"', 'sequence="first"']
    for inside, attribute in itertools.product(insides, attributes):
        person = f"<person_name {attribute}><surname>Rai</surname>{inside}</person_name>"
        yield person, xml.replace(b"<contributors>", f"<contributors>{person}".encode())


@pytest.mark.parametrize("cases", [roles, persons])
def test_every_way_to_meet_or_break_an_assertion(cases: Callable[[], Iterator[Mutation]]) -> None:
    different, valid, invalid = disagreements("5.5.0", cases())
    assert different == []
    assert valid > 3
    assert invalid > 8


def test_where_the_oracle_takes_a_choice_twice_the_standard_counts() -> None:
    xml = (TESTS / "golden" / "deposits" / "journal-full-5.5.0.xml").read_bytes()
    doubled = dict(mutations.structural(xml))["crossmark[83]/double"]
    assert "xsd-element-unexpected" in {finding.code for finding in validator().validate(doubled).findings}


@pytest.mark.parametrize("fault", KNOWN_FAULTS)
def test_where_the_oracle_is_wrong_about_a_value_the_standard_counts(fault: str) -> None:
    xml = (TESTS / "golden" / "deposits" / "report-series-minimal-5.5.0.xml").read_bytes()
    value = mutations.TEXTS[fault].format("20240305101500000")
    harmed = xml.replace(b"<timestamp>20240305101500000<", f"<timestamp>{value}<".encode())
    assert harmed != xml
    assert not validator().validate(harmed).valid


INSIDE = [
    "text",
    "<jats:article xmlns:jats='http://www.ncbi.nlm.nih.gov/JATS1'/>",
    "<jats:p xmlns:jats='http://www.ncbi.nlm.nih.gov/JATS1'>x</jats:p>",
    "<content_date><year>never</year></content_date>",
    "<content_date media_type='online'><year>2020</year></content_date>",
    "<x xmlns='urn:x'><year xmlns='{0}'>never</year></x>",
    "<titles><title/></titles>",
    "<person_name sequence='first' contributor_role='nobody'><surname>A</surname></person_name>",
    "<mml:math xmlns:mml='http://www.w3.org/1998/Math/MathML'><mml:mistake/></mml:math>",
    "<posted_content language='zzzz'/>",
]


@pytest.mark.parametrize(
    "version", [pytest.param(one, marks=() if one == "5.5.0" else pytest.mark.acceptance) for one in SCHEMA_VERSIONS]
)
def test_elements_that_may_hold_anything_get_the_same_verdict(version: str) -> None:
    """What is in them is looked at as far as it is declared anywhere, also where nothing else leads to it."""
    head, body = HEAD, full_commentary(RecordType.REPORT_SINGLE)
    xml = re.sub(rb"<mml:math.*?</mml:math>", b"", Built.of(head, [body], schema_version=version, indented=False).xml)
    cases = []
    for name in ("standards_body_name", "standards_body_acronym"):
        for inside in INSIDE:
            text = inside.format(f"http://www.crossref.org/schema/{version}")
            parts = {
                each: text if each == name else "ISO" for each in ("standards_body_name", "standards_body_acronym")
            }
            written = "".join(f"<{each}>{content}</{each}>" for each, content in parts.items())
            citation = f'<citation key="s"><standards_body>{written}</standards_body></citation></citation_list>'
            cases.append((f"{name} {inside}", xml.replace(b"</citation_list>", citation.encode())))
    different, valid, invalid = disagreements(version, cases)
    assert different == []
    assert valid > 3
    assert invalid > 8
