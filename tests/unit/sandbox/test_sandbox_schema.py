"""The sandbox's third check: the schema's verdict, told in the words of Crossref's parser."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from doideposit.crossref.schemas.store import SchemaStore
from doideposit.crossref.validator.validator import Validator
from doideposit.findings import Finding, Severity, Where
from doideposit.sandbox.clock import Clock, Delays
from doideposit.sandbox.deposits import Deposit
from doideposit.sandbox.simulation import Sandbox
from sandbox_deposits import Batch, poll, upload

NS = "http://www.crossref.org/schema/5.5.0"

WORDS = [
    (
        f"Element '{{{NS}}}foo': This element is not expected. Expected is one of ( {{{NS}}}volume, {{{NS}}}isbn ).",
        "Error: cvc-complex-type.2.4.a: Invalid content was found starting with element 'foo'. One of '{volume, isbn}' is",
    ),
    (
        f"Element '{{{NS}}}titles': Missing child element(s). Expected is ( {{{NS}}}title ).",
        "Error: cvc-complex-type.2.4.b: The content of element 'titles' is not complete. One of '{title}' is expected.",
    ),
    (
        f"Element '{{{NS}}}doi': [facet 'pattern'] The value '10.5555/' is not accepted by the pattern 'x'.",
        "Error: cvc-pattern-valid: The value of element 'doi' is not facet-valid with respect to pattern: it '10.5555/'",
    ),
    (
        f"Element '{{{NS}}}citation': The attribute 'key' is required but missing.",
        "Error: cvc-complex-type.4: Attribute 'key' must appear on element 'citation'.",
    ),
    (
        f"Element '{{{NS}}}month': '9x' is not a valid value of the atomic type '{{{NS}}}xrefMonth'.",
        "Error: cvc-datatype-valid.1.2.1: '9x' is not a valid value for 'xrefMonth'.",
    ),
    (
        "Element 'article': No matching global declaration available for the validation root.",
        "Error: cvc-elt.1: Cannot find the declaration of element 'article'.",
    ),
    ("the assertion failed", "Error: cvc-assertion: the assertion failed"),
    ("cvc-id.2: twice", "Error: cvc-id.2: twice"),
]


def finding(original: str) -> Finding:
    return Finding("xsd", Severity.ERROR, "not for the log", original=original, where=Where(line=2))


@pytest.mark.parametrize(("original", "told"), WORDS)
def test_faults_are_told_with_their_codes(original: str, told: str) -> None:
    assert Deposit.not_valid([finding(original)]).refusal.startswith(told)


@dataclass
class Refusing:
    findings: tuple[Finding, ...] = (finding(WORDS[1][0]), finding(WORDS[0][0]))
    valid: bool = False
    asked: list[bytes] = field(default_factory=list)

    def __call__(self, content: bytes) -> "Refusing":
        self.asked.append(content)
        return self


def test_a_file_that_is_not_valid_fails_whole_with_its_first_fault_alone() -> None:
    refusing = Refusing()
    sandbox = Sandbox(clock=Clock(), delays=Delays.none(), validate=refusing)
    upload(sandbox, Batch(batch_id="mine").xml())
    log = poll(sandbox).text
    assert "<msg>Error: cvc-complex-type.2.4.b" in log
    assert "2.4.a" not in log
    assert "<record_count>1</record_count>" in log
    assert "<doi />" in log
    assert "<batch_id />" in log
    assert refusing.asked == [Batch(batch_id="mine").xml()]


def test_a_file_that_is_not_well_formed_never_reaches_the_schema() -> None:
    refusing = Refusing()
    sandbox = Sandbox(clock=Clock(), delays=Delays.none(), validate=refusing)
    upload(sandbox, b"<doi_batch>")
    assert "JDOMParseException" in poll(sandbox).text
    assert refusing.asked == []


@pytest.fixture(scope="module")
def real() -> Validator:
    store = SchemaStore.default(offline=True)
    if "5.5.0" not in store.installed():
        pytest.skip("the schema bundle 5.5.0 is not installed: run `doideposit schemas install`")
    return Validator(store)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (b"", b"", "Successfully added"),
        (b"<year>2023</year>", b"<year>99</year>", "Error: cvc-minInclusive-valid: The value of element 'year'"),
        (b"<issn>", b"<isnn>2</isnn><issn>", "Error: cvc-complex-type.2.4.a: Invalid content was found"),
        (b"<doi>10.5555/c1</doi>", b"<doi>10.5555/</doi>", "Error: cvc-pattern-valid: The value of element 'doi'"),
        (b'language="en"', b'language="pt_BR"', "Error: cvc-"),
        (b"/schema/5.5.0", b"/schema/9.9.9", "Error: cvc-"),
    ],
)
def test_with_the_real_schema(real: Validator, old: bytes, new: bytes, told: str) -> None:
    sandbox = Sandbox(clock=Clock(), delays=Delays.none(), validate=real.validate)
    upload(sandbox, Batch().xml().replace(old, new) if old else Batch().xml())
    assert f"<msg>{told}" in poll(sandbox).text


EXAMPLES = Path(__file__).parents[4] / "shared" / "crossref" / "examples"


@pytest.mark.skipif(not EXAMPLES.is_dir(), reason="the example deposits are not on this machine")
def test_every_example_deposit_is_registered(real: Validator) -> None:
    for path in sorted(EXAMPLES.glob("*.xml")):
        sandbox = Sandbox(clock=Clock(), delays=Delays.none(), validate=real.validate, relation_targets="none")
        upload(sandbox, path.read_bytes())
        log = poll(sandbox).text
        assert "Successfully added" in log, (path.name, log)
        assert len(sandbox.records) == 1
