"""Every code anyone can meet is explained, and the examples of codes that are not rules are true as well."""

import ast
import runpy
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

import doideposit
from doideposit import errors
from doideposit.checks.catalogue.entries import CATALOGUE, EXPLANATIONS
from doideposit.checks.rules.evaluation import ALL_RULES
from doideposit.crossref.diagnostics.messages import MESSAGES
from doideposit.crossref.validator.messages import CODES
from doideposit.explanation import CodeOrigin, Explanation
from doideposit.records.models.series import Series
from doideposit.records.sources.parsing import ParsedRecord
from doideposit.records.sources.reading import read_text

SOURCE = Path(doideposit.__file__).parent
MAKERS = {
    *("Finding", "PydanticCustomError", "InvalidIdentifier", "Refused", "_Words"),
    *(
        "_finding",
        "_make_finding",
        "_error_finding",
        "_add_message",
        "_not_loaded",
        "_loss",
        "_block",
        "_error",
        "_fault",
    ),
    *("_known", "_refused", "_blocked", "_broken", "_doubt", "_say", "problem", "refused", "refuse"),
    *("warn", "tell", "unread", "wish", "note"),
}
"""Names of what makes findings, here and there; their first or second argument is the code."""


def is_code(text: object) -> bool:
    return isinstance(text, str) and "-" in text and text.replace("-", "").isalnum() and text == text.lower()


def strings(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Constant(value=str() as text):
            yield text
        case ast.IfExp():
            yield from strings(node.body)
            yield from strings(node.orelse)


def codes_in(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in MAKERS:
                candidates = node.args[:2]
            case ast.Return(value=ast.Tuple(elts=[code, _, _])):
                candidates = [code]
            case ast.Assign(targets=[ast.Name(id="code")], value=value):
                candidates = [value]
            case _:
                continue
        for candidate in candidates:
            yield from filter(is_code, strings(candidate))


def codes_in_source() -> dict[str, str]:
    found = {}
    for path in sorted(SOURCE.rglob("*.py")):
        relative = path.relative_to(SOURCE)
        if relative.parts[0] not in {"rules", "sandbox"}:
            found |= dict.fromkeys(codes_in(ast.parse(path.read_text("utf-8"))), str(relative))
    return found


def test_every_code_in_the_source_is_explained() -> None:
    found = codes_in_source()
    assert len(found) > 100  # else the search itself is broken
    assert {code: place for code, place in found.items() if code not in CATALOGUE} == {}


def test_every_message_of_crossref_is_explained() -> None:
    assert {known.code for known in MESSAGES} - CATALOGUE.keys() == set()


def test_every_violation_of_the_schema_is_explained() -> None:
    assert set(CODES) - CATALOGUE.keys() == set()


def test_every_error_is_explained() -> None:
    classes = [each for name in errors.__all__ if isinstance(each := getattr(errors, name), type)]
    codes = {each.code for each in classes if issubclass(each, errors.DoiDepositError)}
    assert len(codes) > 10  # else the search itself is broken
    assert codes - CATALOGUE.keys() == set()


PUT_TOGETHER = {"orcid-check-digit", "isni-check-digit"}


def test_no_code_is_explained_that_nobody_reports() -> None:
    paths = [
        path
        for path in SOURCE.rglob("*.py")
        if path.name not in {"explanations.py", "world.py", "approval.py", "http_api.py"}
    ]
    everything = "\n".join(path.read_text("utf-8") for path in paths)
    unused = {item.code for item in EXPLANATIONS if f'"{item.code}"' not in everything}
    assert unused - PUT_TOGETHER == set()


@pytest.mark.parametrize("code", ["orcid-check-digit", "isni-check-digit", "shape", "invalid-value"])
def test_codes_that_are_put_together_are_explained(code: str) -> None:
    assert code in CATALOGUE


def test_no_code_is_explained_twice() -> None:
    codes = [rule.code for rule in ALL_RULES] + [item.code for item in EXPLANATIONS]
    assert sorted(codes) == sorted(set(codes))


def test_there_are_enough_rules() -> None:
    assert len(ALL_RULES) >= 50


@pytest.mark.parametrize("item", CATALOGUE.values(), ids=lambda item: item.code)
def test_explanations_are_whole(item: Explanation) -> None:
    assert all((item.title, item.why, item.hint))
    assert bool(item.message) == (item.kind is CodeOrigin.RULE)  # Others say their sentence where they are raised.
    assert item.why.endswith(".")
    assert not item.title.endswith(".")
    assert not item.message.endswith(".")
    assert not item.source or item.source.startswith("https://")
    assert item.source or item.kind is not CodeOrigin.RULE


# Writes the pages of the reference.
GENERATE = Path(__file__).parents[4] / "docs" / "generate.py"


def test_the_page_has_a_place_for_every_code() -> None:
    page = "\n".join(runpy.run_path(str(GENERATE))["findings"]())
    assert all(f"({code})=" in page for code in CATALOGUE)
    assert page.count("### ") == len(CATALOGUE)


def test_an_explanation_as_json_leaves_out_what_is_empty() -> None:
    data = CATALOGUE["title-all-caps"].to_dict()
    assert data["kind"] == "rule"
    assert data["overridable"] is True
    assert data["firm"] is False
    assert "bad" not in CATALOGUE["disk"].to_dict()


BASE = """
series: sadf-comment
number: 258
title: Prospects for NATO-Japan relations
published: 2023-09-14
authors: [{given: Siegfried O., family: Wolf}]
"""
SERIES = Series(
    name="sadf-comment",
    title="SADF Comment",
    issn="2406-5617",  # type: ignore[arg-type]
    prefix="10.48251",
    doi="{prefix}/SADF.ISSN.{issn}.C{number}",
)
WITH_EXAMPLES = [item for item in EXPLANATIONS if item.bad and item.kind in {CodeOrigin.MODEL, CodeOrigin.FILE}]


def codes_of_text(text: str) -> set[str]:
    found = read_text(text, file="record.yaml")
    codes = {finding.code for finding in found.findings}
    for raw in found.records:
        codes |= {finding.code for finding in ParsedRecord.of(raw, series={SERIES.name: SERIES}).findings}
    return codes


def as_record(item: Explanation, example: str) -> str:
    """The example alone where it is about the file as a whole, and laid over a complete record otherwise."""
    if item.kind is CodeOrigin.FILE or "series:" in example:
        return example
    data = yaml.load(BASE, yaml.BaseLoader) | yaml.load(textwrap.dedent(example), yaml.BaseLoader)
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False).replace("anonymous: 'false'", "anonymous: false")


@pytest.mark.parametrize("item", WITH_EXAMPLES, ids=lambda item: item.code)
def test_bad_examples_of_other_codes(item: Explanation) -> None:
    found = codes_of_text(as_record(item, item.bad))
    assert item.code in found
    if item.kind is CodeOrigin.MODEL and item.code != "missing-key":
        assert found == {item.code}


@pytest.mark.parametrize("item", WITH_EXAMPLES, ids=lambda item: item.code)
def test_good_examples_of_other_codes(item: Explanation) -> None:
    assert item.code not in codes_of_text(as_record(item, item.good))
