"""Ready-made deposit XML gets every rule that needs no record, each finding at its line and column."""

import re
from dataclasses import replace
from datetime import date

import pytest

from deposit_heads import HEAD
from doideposit.checks.deposited_works import check_works
from doideposit.checks.rules.deposit_files import FileReview
from doideposit.checks.rules.overrides import Ignored, RuleSettings
from doideposit.checks.rules.registry import Context
from doideposit.checks.values import DepositorName
from doideposit.crossref.xml.batch import Built
from doideposit.findings import Finding
from doideposit.records.models.series import RecordType
from doideposit.safe_xml import ParsedXml
from made_up_records import full_commentary

OWN = replace(HEAD, email="info@sadf.eu")
GOOD = Built.of(OWN, [full_commentary(RecordType.REPORT_SERIES)]).xml.decode().replace("www.example.org", "www.sadf.eu")
CONTEXT = Context(today=date(2026, 9, 1))


OURS = DepositorName(OWN.depositor_name, OWN.email, OWN.registrant)


def found(
    text: str, encoding: str = "utf-8", depositor: DepositorName | None = OURS, context: Context = CONTEXT
) -> list[Finding]:
    xml = text.encode(encoding)
    root = ParsedXml.of(xml).root
    return (
        [] if root is None else [*FileReview(xml, root, file="a.xml", context=context).findings(check_works, depositor)]
    )


def refusals(xml: bytes) -> tuple[Finding, ...]:
    root = ParsedXml.of(xml).root
    assert root is not None
    return FileReview(xml, root, file=None, context=CONTEXT).refusals()


def harmed(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new, 1)


CASES = [
    ("<subtitle>An ", "<subtitle>Zoe\u0308 ", "text-decomposed", "warning"),
    (OWN.email, "desk@sadf.eu", "deposit-other-depositor", "warning"),
    (OWN.email, "desk.sadf.eu", "depositor-email-shape", "error"),
    (f"<depositor_name>{HEAD.depositor_name}", "<depositor_name>Another House", "deposit-other-depositor", "warning"),
    (f"<registrant>{HEAD.registrant}", "<registrant>Another &amp;amp; House", "depositor-text", "warning"),
    ("0000-0002-1825-0097", "0000-0002-1825-0098", "orcid-check-digit", "error"),
    ("2049-3630", "2049-3631", "issn-check-digit", "error"),
    ("2049-3630", "0000-0000", "issn-placeholder", "error"),
    ("<subtitle>An ", "<subtitle>An\u00ad ", "text-hidden-character", "warning"),
    ("<subtitle>An ", "<subtitle>A\u200bn ", "text-hidden-character", "warning"),
    ("<subtitle>An ", "<subtitle>A\u0085n ", "control-character", "error"),
    ("<subtitle>An ", "<subtitle>An &amp;lt;i&amp;gt;x&amp;lt;/i&amp;gt; ", "text-escaped-tag", "warning"),
    ("<subtitle>An ", "<subtitle>An &amp;nbsp; ", "text-entity", "warning"),
    ("<subtitle>An ", "<subtitle>IndiaÃ©s ", "text-mojibake", "error"),
    ("<subtitle>An ", "<subtitle>India\ufffds ", "text-replacement-character", "error"),
    ("<subtitle>An ", "<subtitle>An \u202e ", "text-invisible-character", "warning"),
    ("<subtitle>An ", "<subtitle>An **bold** ", "text-markdown", "warning"),
    ("<title>Notes from the Island</title>", "<title/>", "title-blank", "error"),
    ("<title>Notes from the Island</title>", "<title>[object Object]</title>", "text-program-word", "error"),
    ("<surname>de la Mer</surname>", "<surname>NaN</surname>", "name-program-word", "warning"),
    ("<doi>10.1234/tides</doi>", "<doi>10.1234/ti des</doi>", "doi-character", "warning"),
    ("<doi>10.5555/notes.3.10</doi>", "<doi>10.5555/undefined</doi>", "doi-suffix-placeholder", "warning"),
    ("<doi>10.1234/tides</doi>", "<doi>10.1234/tides(1996</doi>", "doi-cut", "warning"),
    ("978-3-16-148410-0", "978-3-16-148410-1", "isbn-check-digit", "warning"),
    ("https://www.sadf.eu/notes/3.10/<", "https://localhost/3.10/<", "url-local", "info"),
    ("https://www.sadf.eu/notes/3.10/<", "https://www.sadf.eu/3.10/?utm_source=x<", "url-tracking", "warning"),
]


@pytest.mark.parametrize(("old", "new", "code", "severity"), CASES)
def test_each_fault_is_found_on_its_line(old: str, new: str, code: str, severity: str) -> None:
    text = harmed(old, new)
    before = {(one.code, one.message) for one in found(GOOD)}
    [fault] = [one for one in found(text) if (one.code, one.message) not in before]
    assert (fault.code, fault.severity) == (code, severity)
    assert fault.where.line == GOOD[: GOOD.index(old)].count("\n") + 1
    assert fault.where.column is not None
    assert fault.where.element is not None


def test_a_file_has_the_warnings_of_the_record_it_was_made_of_and_no_others() -> None:
    warned = {one.code for one in found(GOOD) if one.severity != "info"}
    assert warned == {"abstract-short", "version-edition-disagree", "reference-only-url"}


@pytest.mark.parametrize(
    ("month", "day", "code"), [("02", "31", "date-impossible"), ("13", "01", "date-impossible"), ("06", "05", None)]
)
def test_a_day_that_there_is_not(month: str, day: str, code: str | None) -> None:
    text = harmed("<month>05</month>", f"<month>{month}</month>").replace("<day>06</day>", f"<day>{day}</day>", 1)
    assert [one.code for one in found(text) if one.severity == "error"] == ([code] if code else [])


def test_the_day_that_there_is_not_comes_with_advice() -> None:
    text = harmed("<month>05</month>", "<month>02</month>").replace("<day>06</day>", "<day>31</day>", 1)
    [fault] = [one for one in found(text) if one.code == "date-impossible"]
    assert fault.hint


def test_behind_a_year_that_is_none_the_other_dates_are_looked_at() -> None:
    odd = re.sub(r"<year>\d{4}</year>", "<year>spring</year>", GOOD, count=1)
    text = "<year>2199</year>".join(odd.rsplit("<year>2024</year>", 1))
    assert text != odd
    assert [one.where.line for one in found(text) if one.code == "date-future"] != []


def test_a_season_is_a_date() -> None:
    text = harmed("<month>05</month>", "<month>21</month>").replace("<day>06</day>", "", 1)
    assert [one.code for one in found(text) if one.severity == "error"] == []


def test_what_lies_in_the_future() -> None:
    assert "date-future" in {one.code for one in found(harmed("<year>2024</year>", "<year>2199</year>"))}


def test_a_day_of_this_year_that_has_passed_lies_in_no_future() -> None:
    passed = harmed("<year>2024</year>", "<year>2026</year>")
    assert "date-future" not in {one.code for one in found(passed)}


def test_the_first_of_two_equal_dois_is_named_by_the_line_of_its_text() -> None:
    text = GOOD.replace("  </body>", f"{SECOND}  </body>").replace("<doi>10.5555/notes", "<doi>\n10.5555/notes", 1)
    line = text[: text.index("10.5555/notes.3.10")].count("\n") + 1
    [fault] = [one for one in found(text) if one.code == "deposit-doi-twice"]
    assert f"line {line}" in fault.message


SECOND = GOOD[GOOD.index("    <report-paper ") : GOOD.index("  </body>")]


def test_one_doi_twice_names_the_line_of_the_first() -> None:
    text = GOOD.replace("  </body>", f"{SECOND}  </body>").replace("0000-0002-1825-0097", "0000-0001-5109-3700", 1)
    line = GOOD[: GOOD.index("<doi>10.5555/notes.3.10</doi>")].count("\n") + 1
    [fault] = [one for one in found(text) if one.code == "deposit-doi-twice"]
    assert f"line {line}" in fault.message
    assert (fault.where.line or 0) > line


def test_two_prefixes_in_one_file() -> None:
    other = SECOND.replace("<doi>10.5555/notes.3.10</doi>", "<doi>10.5556/notes.3.10</doi>")
    assert [one.code for one in found(GOOD.replace("  </body>", f"{other}  </body>")) if one.severity == "error"] == [
        "deposit-prefixes-mixed"
    ]


ARTICLE = Built.of(OWN, [full_commentary(RecordType.JOURNAL)]).xml.decode().replace("www.example.org", "www.sadf.eu")


@pytest.mark.parametrize(
    ("pattern", "new", "code"),
    [
        ("<issue>[^<]*</issue>", "<issue>#REF!</issue>", "number-changed"),
        ("<abbrev_title>[^<]*</abbrev_title>", "<abbrev_title>undefined</abbrev_title>", "text-program-word"),
        (r'(name="funder_name">)[^<]*', r"\1NULL", "text-program-word"),
        (r"(<doi_data>\s*<doi>[^<]*)", r"\1 ", "deposit-doi-spaces"),
        (r"(name=.funder_name.>)[^<]*", r"\1This work was funded by the River Fund", "funder-sentence"),
    ],
)
def test_what_belongs_to_the_journal_and_to_funders_is_looked_at_too(pattern: str, new: str, code: str) -> None:
    assert code not in {one.code for one in found(ARTICLE)}
    text = re.sub(pattern, new, ARTICLE, count=1)
    [fault] = [one for one in found(text) if one.code == code]
    assert fault.where.line
    assert fault.where.column
    assert text != ARTICLE


def test_a_prefix_that_no_series_has_is_said_once_where_it_stands() -> None:
    other = SECOND.replace("<doi>10.5555/notes.3.10</doi>", "<doi>10.5565/notes.3.11</doi>")
    third = other.replace("3.11", "3.12")
    text = GOOD.replace("  </body>", f"{other}{third}  </body>")
    ours = replace(CONTEXT, prefixes=frozenset({"10.5555", "10.48251"}))

    def foreign(context: Context) -> list[Finding]:
        return [one for one in found(text, context=context) if one.code == "deposit-prefix-unknown"]

    [fault] = foreign(ours)
    start = text[: text.index("10.5565/notes.3.11")]
    assert (fault.where.line, fault.where.column) == (start.count("\n") + 1, len(start) - start.rindex("\n"))
    assert (fault.severity, fault.hint.startswith("did you mean 10.5555?")) == ("warning", True)
    # Without series any prefix may be ours; so it may where another series has it, and where it was registered from here.
    assert foreign(CONTEXT) == []
    assert foreign(replace(ours, prefixes=ours.prefixes | {"10.5565"})) == []
    assert foreign(replace(ours, is_registered=lambda doi, _: doi.prefix == "10.5565")) == []


def test_two_collections_of_one_doi_are_two_parts_and_the_same_one_twice_is_said() -> None:
    item = "<item><resource>https://www.sadf.eu/{0}.pdf</resource></item>"
    part = (
        f'<doi_resources><doi>10.5555/notes.3.10</doi><collection property="{{0}}">{item}</collection></doi_resources>'
    )
    head = GOOD[GOOD.index("  <head>") : GOOD.index("  <body>")]
    start = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<doi_batch xmlns="http://www.crossref.org/doi_resources_schema/4.4.2" '
    )
    for second, twice in (("text-mining", False), ("crawler-based", True)):
        parts = part.format("crawler-based") + part.format(second)
        text = f'{start}version="4.4.2">\n{head}  <body>{parts}</body>\n</doi_batch>'
        assert ("deposit-part-twice" in {one.code for one in found(text)}) is twice


def test_what_crossref_refuses_cannot_be_ignored_and_what_it_takes_can() -> None:
    text = GOOD.replace(OWN.email, "desk@sadf.eu").replace("  </body>", f"{SECOND}  </body>")
    codes = ("deposit-other-depositor", "deposit-doi-twice")
    ignoring = replace(CONTEXT, settings=RuleSettings(ignore=tuple(Ignored(code, "meant") for code in codes)))
    assert set(codes) <= {one.code for one in found(text)}
    said = {one.code: one.ignored_because for one in found(text, context=ignoring)}
    assert [said[code] for code in codes] == ["meant", None]


def test_a_timestamp_beside_a_doi() -> None:
    text = harmed("<doi>10.5555/notes.3.10</doi>", "<doi>10.5555/notes.3.10</doi><timestamp>2010</timestamp>")
    assert "deposit-inner-timestamp" in {one.code for one in found(text)}


def test_one_orcid_for_two_people_of_one_work() -> None:
    start, end = GOOD.index("<person_name"), GOOD.index("</person_name>") + len("</person_name>")
    text = GOOD[:end] + GOOD[start:end].replace("de la Mer", "Terra") + GOOD[end:]
    [fault] = [one for one in found(text) if one.code == "orcid-duplicate"]
    assert fault.severity == "error"
    assert fault.where.line == text[: text.rindex("0000-0002-1825-0097")].count("\n") + 1


@pytest.mark.parametrize(
    ("encoding", "declared", "said"),
    [
        ("utf-8", "UTF-8", False),
        ("utf-8-sig", "UTF-8", True),
        ("utf-16", "UTF-16", True),
        ("iso-8859-15", "ISO-8859-15", True),
    ],
)
def test_what_is_not_plain_utf_8_is_said(encoding: str, declared: str, said: bool) -> None:
    text = GOOD.replace('encoding="UTF-8"', f'encoding="{declared}"').replace("アダ", "Ada")
    codes = [(one.code, one.severity) for one in found(text, encoding) if one.code == "xml-not-utf-8"]
    assert codes == ([("xml-not-utf-8", "info")] if said else [])
    lying = [one.severity for one in refusals(text.encode(encoding))]
    assert lying == (["warning"] if said else [])


def test_refusals_are_what_crossref_refuses_and_nothing_else() -> None:
    text = harmed("0000-0002-1825-0097", "0000-0002-1825-0098").replace("<subtitle>An ", "<subtitle>An\u00ad **b** ")
    assert [one.code for one in refusals(text.encode())] == ["orcid-check-digit"]


def test_what_is_no_xml_is_left_to_the_parser() -> None:
    assert found("<a") == []


@pytest.mark.parametrize("end", ["–a", "&lt;b", "?x", "é", "."])
def test_a_doi_that_could_only_be_an_old_one_is_named(end: str) -> None:
    text = re.sub(r"(<doi_data>\s*<doi>[^<]+)", rf"\1{end}", GOOD, count=1)
    before = {one.code for one in found(GOOD)}
    [fault] = [one for one in found(text) if one.code not in before]
    assert (fault.code, fault.severity) == ("doi-suffix-character" if end != "." else fault.code, "warning")
    assert "only if it is registered already" in fault.message
    xml = text.encode()
    known = replace(CONTEXT, is_registered=lambda _doi, _number: True)
    root = ParsedXml.of(xml).root
    assert root is not None
    codes = {one.code for one in FileReview(xml, root, file="a.xml", context=known).findings(check_works)}
    assert "doi-suffix-character" not in codes
