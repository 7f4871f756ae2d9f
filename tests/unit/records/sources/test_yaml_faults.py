"""What YAML swallows or stops at is told with the line as it was meant, and that line is read as it was meant."""

import pytest
import yaml

from doideposit.findings import Severity
from doideposit.records.sources.reading import read_text

COMMENTS = [
    # the line, what is read, the line as it was meant
    ("title: The #MeToo movement #1 in Asia", "The", "The #MeToo movement #1 in Asia"),
    ("title: Reform of the UN # two years later", "Reform of the UN", "Reform of the UN # two years later"),
    ("title: Policy brief  #12", "Policy brief", "Policy brief #12"),
    ("subtitle: Lessons from case #3", "Lessons from case", "Lessons from case #3"),
    ("subtitle: #MeToo", None, "#MeToo"),
    ('title: It\'s "C" #1', 'It\'s "C"', 'It\'s "C" #1'),
    ("number: 258 #2", "258", "258 #2"),
]


@pytest.mark.parametrize(("line", "taken", "meant"), COMMENTS)
def test_a_comment_behind_an_unquoted_text_is_told_with_the_line_as_it_was_meant(
    line: str, taken: str | None, meant: str
) -> None:
    (record,) = read_text(f"series: x\n{line}\n", file="c.yaml").records
    (found,) = record.findings
    key = line.partition(":")[0]
    assert record.data[key] == taken
    assert (found.code, found.severity, found.where.line, found.where.field) == (
        "yaml-comment",
        Severity.WARNING,
        2,
        key,
    )
    assert line[(found.where.column or 0) - 1] == "#"
    assert yaml.load(found.hint.partition("quotes: ")[2], yaml.BaseLoader) == {key: meant}


@pytest.mark.parametrize(
    "line",
    [
        "title: Rivers of Asia  # line 4",
        "title: Rivers of Asia  # as on the cover",
        "given: Josiah                       # a person",
        "published: 2023-09-14 # as printed",
        "url: https://www.sadf.eu/258/#top",
        "language: en # American",
        "subtitle: # none",
        "# title: Rivers",
        'title: "Rivers" # the short one',
        "title: C# and F# in schools",
        "abstract: |\n  Text #1 of two\n  # and more",
        "keywords: [water, law]                  # not deposited: Crossref has no place",
        "title: Rivers of Asia\n  # as on the cover",
        "title: Rivers of Asia\n  #subtitle: none",
        "title: Rivers of Asia\n#as on the cover",
        "authors:\n  - given: Ana\n    #orcid unknown",
        "url: https://www.sadf.eu/258/\n  #checked",
        "title: &short Rivers of Asia\nsubtitle: *short",
        "authors: &all\n  - &ana Ana\neditors: *all\ntranslators: [*ana]",
    ],
)
def test_a_comment_that_is_one_is_passed_over(line: str) -> None:
    (record,) = read_text(f"series: x\n{line}\n", file="c.yaml").records
    assert record.findings == ()


REPAIRED = [
    ("title: [Part 1] The river", "[Part 1] The river"),
    ("title: {x} y", "{x} y"),
    ("title: 'It's a test'", "It's a test"),
    ("title: 'India's and China's neighbours'", "India's and China's neighbours"),
    ('title: "Make in India" at ten', '"Make in India" at ten'),
    ('title: "East" and "West"', '"East" and "West"'),
    ('title: "The "big" one"', 'The "big" one'),
    ("title: NATO: the Tokyo office", "NATO: the Tokyo office"),
    ("title: NATO: the Tokyo office  # line 3", "NATO: the Tokyo office"),
    ("title: @home in Tokyo", "@home in Tokyo"),
    ("title: %s of growth", "%s of growth"),
    ("title: *important* news", "*important* news"),
    ("title: `code` here", "`code` here"),
    ("title: - and so on", "- and so on"),
    ("title: ? who knows", "? who knows"),
]


@pytest.mark.parametrize(("line", "meant"), REPAIRED)
def test_a_line_that_cannot_be_read_is_told_as_it_was_meant(line: str, meant: str) -> None:
    found = read_text(f"series: x\n{line}\nurl: y\n", file="c.yaml")
    assert found.records == ()
    assert found.findings[0].where.line == 2
    repaired = found.findings[0].hint.partition("quotes: ")[2].removesuffix(" (nothing in this file was read)")
    assert yaml.load(repaired, yaml.BaseLoader) == {"title": meant}


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("authors:\n\t- given: Ana\n\t  family: Keller\n", 2, "a tab at the start of this line"),
        ("authors:\n  - given: Ana\n\tfamily: Keller\n", 3, "a tab at the start of this line"),
        ("title: a\n\tb\n", 2, "a tab at the start of this line"),
        ("authors:\n  - given: Ana\n\u00a0\u00a0  family: Keller\n", 3, "a special space character"),
        ("abstracts:\n  - Two countries #1\n    rarely agree\n", 3, "“#1”, which is a comment"),
    ],
)
def test_what_no_editor_shows_is_named(text: str, line: int, words: str) -> None:
    (found,) = read_text(text, file="c.yaml").findings
    assert found.where.line == line
    assert words in found.message


@pytest.mark.parametrize(
    ("line", "said", "meant"),
    [
        ("title: Water and the\n  #floods of Delhi", "#floods of Delhi", "Water and the #floods of Delhi"),
        ("title: &Water of Delhi", "&Water", "&Water of Delhi"),
        ("title: &Water", "&Water", "&Water"),
    ],
)
def test_words_that_yaml_takes_for_something_else_are_named(line: str, said: str, meant: str) -> None:
    found = read_text(f"series: x\n{line}\n", file="c.yaml")
    findings = [*found.findings, *(each for record in found.records for each in record.findings)]
    (finding,) = findings
    assert said in finding.message
    assert yaml.load(finding.hint.partition("quotes: ")[2].removeprefix("title: "), yaml.BaseLoader) == meant
    rows = f"series: x\n{line}\n".splitlines()
    assert rows[(finding.where.line or 0) - 1][(finding.where.column or 0) - 1 :].startswith(said)
