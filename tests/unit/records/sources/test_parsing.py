"""From raw records to commentaries: every fault at once, each in its place and in plain words."""

import re
from datetime import date
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doideposit.findings import Finding
from doideposit.records.identifiers import Doi
from doideposit.records.models.commentary import Commentary
from doideposit.records.models.contributors import Anonymous, Organisation
from doideposit.records.models.dates import PartialDate
from doideposit.records.models.series import Series
from doideposit.records.origin import Origin, RawRecord
from doideposit.records.sources.parsing import ParsedRecord
from doideposit.records.sources.reading import read_text

SERIES = MappingProxyType(
    {
        "sadf-comment": Series(
            name="sadf-comment",
            title="SADF Comment",
            issn="2406-5617",
            prefix="10.48251",
            doi="{prefix}/SADF.ISSN.{issn}.C{number}",
            url="https://www.sadf.eu/comment-{number}/",
        )
    }
)
GOOD = """\
series: sadf-comment
number: 258
title: Prospects for NATO-Japan relations
published: 2023-09-14
authors:
  - given: Siegfried O.
    family: Wolf
"""


def findings_in(text: str) -> tuple[Finding, ...]:
    (raw,) = read_text(text, file="c.yaml").records
    parsed = ParsedRecord.of(raw, series=SERIES)
    assert parsed.record is None
    return parsed.findings


def commentary_in(text: str) -> Commentary:
    (raw,) = read_text(text, file="c.yaml").records
    parsed = ParsedRecord.of(raw, series=SERIES)
    assert parsed.findings == ()
    assert parsed.record is not None
    assert parsed.record.origin is raw.origin
    return parsed.record.commentary


def with_line(line: str) -> str:
    """A good record with one more line, which is line 8."""
    return GOOD + line + "\n"


def instead(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new)


def test_texts_become_what_they_mean() -> None:
    commentary = commentary_in(
        instead("number: 258", "number: 012")
        .replace("title: Prospects for NATO-Japan relations", "title: no")
        .replace("2023-09-14", "2023")
        + "  - organisation: Team X\n  - anonymous: yes\n"
        "free_to_read: yes\nversion: 3.10\nedition: 02\nkeywords: [1, true]\nlicences:\n"
        "  - url: https://creativecommons.org/licenses/by/4.0/\n    start_date: 2023-09-14\n"
        "full_texts: [{url: https://www.sadf.eu/c.pdf, text_mining: no}]\n"
        "subtitle:\nabstracts:\n"
    )
    assert commentary.number == "012"
    assert commentary.title.plain == "no"
    assert commentary.published == PartialDate(2023)
    assert commentary.doi == Doi.parse("10.48251/SADF.ISSN.2406-5617.C012")
    assert commentary.authors[1] == Organisation(organisation="Team X")
    assert commentary.authors[2] == Anonymous(anonymous=True)
    assert commentary.free_to_read is not None
    assert commentary.version is not None
    assert commentary.version.label == "3.10"
    assert commentary.edition == "02"
    assert commentary.keywords == ("1", "true")
    assert commentary.licences[0].start_date == date(2023, 9, 14)
    assert commentary.full_texts[0].text_mining is False
    assert commentary.subtitle is None
    assert commentary.abstracts == ()


def test_six_mistakes_are_six_findings_each_with_its_line_and_column() -> None:
    findings = findings_in("""\
series: sadf-coment
number: 258
title: Prospects
titel: Prospects
published: 2023-02-31
authors:
  - given: Siegfried O.
    orcid: https://orcid.org/0000-0002-1825-0098
doi: 10.48251/SADF.ISSN.2406–5617.C258
""")
    assert [(found.where.line, found.where.column, found.where.field, found.code) for found in findings] == [
        (1, 9, "series", "unknown-series"),
        (4, 1, "titel", "unknown-key"),
        (5, 12, "published", "date-impossible"),
        (7, 5, "authors[0].family", "missing-key"),
        (8, 48, "authors[0].orcid", "orcid-check-digit"),
        (9, 29, "doi", "doi-character"),
    ]
    assert {found.where.file for found in findings} == {"c.yaml"}
    assert all(found.hint for found in findings)


ONE_FAULT = [
    # text, code, line, column, field, part of the message, part of the hint
    (with_line("licens: x"), "unknown-key", 8, 1, "licens", "`licens`", "did you mean `licences`"),
    (with_line("date: 2023"), "unknown-key", 8, 1, "date", "`date`", "did you mean `published`"),
    (with_line("Abstract: x"), "unknown-key", 8, 1, "Abstract", "`Abstract`", "did you mean `abstracts`"),
    (with_line("zzz:"), "unknown-key", 8, 1, "zzz", "`zzz`", "documentation"),
    (with_line("url: www.sadf.eu"), "url-shape", 8, 6, "url", "“www.sadf.eu”", "write https://www.sadf.eu"),
    (with_line("url: sadf.eu/a b"), "url-shape", 8, 6, "url", "“sadf.eu/a b”", "write the whole address"),
    (with_line("language: english"), "language-shape", 8, 11, "language", "“english”", "en or de"),
    (with_line("edition: second"), "digits-only", 8, 10, "edition", "“second”", "digits"),
    (with_line("updates: x"), "list-expected", 8, 10, "updates", "a text", "[x]"),
    (with_line("keywords: [NATO, ]\nsubtitle: [a]"), "text-expected", 9, 11, "subtitle", "a list", "quotes"),
    (with_line("keywords:\n  -\n  - b"), "empty-entry", 9, 4, "keywords[0]", "empty", "delete it"),
    (with_line("archives: [Portica]"), "unknown-value", 8, 12, "archives[0]", "“Portica”", "did you mean `Portico`"),
    (with_line("status: withdrawn"), "mapping-expected", 8, 9, "status", "a text", "`type: …`, `date: …`, `text: …`"),
    (with_line("original_title: {text: x}"), "missing-key", 8, 17, "original_title.language", "is missing", "language"),
    (with_line("original_title: {text: x, language: }"), "missing-key", 8, 37, "original_title.language", "no value", "language"),
    (with_line("licences: [{url: https://a.org/by, start_date: 2023}]"), "day-incomplete", 8, 48, "licences[0].start_date", "complete date", "2023-09-14"),
    (with_line("licences: [{url: https://a.org/by, applies_to: all}]"), "unknown-value", 8, 48, "licences[0].applies_to", "“all”", "vor, am, tdm"),
    (with_line("relations: [{type: isCommentOf, identifier: 10.1234/a}]"), "relation-type-unknown", 8, 20, "relations[0].type", "isCommentOf", "isCommentOn"),
    (with_line("relations: [{type: isCommentOn, identifier: 10.1234/a b}]"), "doi-character", 8, 54, "relations[0].identifier", "a space", "space"),
    (with_line("full_texts: [{url: https://a.org/x, text_mining: perhaps}]"), "yes-or-no", 8, 50, "full_texts[0].text_mining", "“perhaps”", "true or false"),
    (with_line("references: [{key: a}]"), "reference-empty", 8, 14, "references[0]", "says nothing", "text"),
    (with_line("report_number: " + "1" * 300), "text-too-long", 8, 16, "report_number", "300", "shorten"),
    (with_line("accepted: 14.9.2023"), "date-shape", 8, 11, "accepted", "14.9.2023", "write 2023-09-14"),
    (with_line("doi: 10.48251/SADF.ISSN.2406-5617.C259"), "doi-disagrees", 8, 6, "doi", "C259", "number"),
    (with_line("doi: 10.48251/SADF.ISSN.2406-5617. C258"), "doi-character", 8, 35, "doi", "a space", "space"),
    (with_line('subtitle: ""'), "empty-text", 8, 11, "subtitle", "empty", "leave the key out"),
    (with_line('subtitle: "a <p>b"'), "markup-not-allowed", 8, 14, "subtitle", "<p>", "tag"),
    # White space before the tag is normalised, so the tag's place in the file is not the model's.
    (with_line('subtitle: "a  <p>b"'), "markup-not-allowed", 8, 11, "subtitle", "<p>", "tag"),
    (with_line('subtitle: "a\x07b"'), "control-character", 8, 13, "subtitle", "U+0007", "PDF"),
    # The escape is four characters in the file and one in the text.
    (with_line(r'subtitle: "\x41\x07b"'), "control-character", 8, 11, "subtitle", "U+0007", "PDF"),
    (with_line("subtitle: |\n  a\n  <p>b"), "markup-not-allowed", 9, 3, "subtitle", "<p>", "tag"),
    (instead("  - given: Siegfried O.\n    family: Wolf", "  - Jane Doe"), "mapping-expected", 6, 5, "authors[0]", "a text", "`family: …`"),
    (instead("authors:\n  - given: Siegfried O.\n    family: Wolf", "authors: Jane Doe"), "list-expected", 5, 10, "authors", "a text", "family"),
    (instead("authors:\n  - given: Siegfried O.\n    family: Wolf", "authors: []"), "list-empty", 5, 10, "authors", "at least 1", "add"),
    (instead("authors:\n  - given: Siegfried O.\n    family: Wolf", "authors: [ ~ ]"), "empty-entry", 5, 12, "authors[0]", "empty", "delete it"),
    (instead("given: Siegfried O.", "name: x"), "name-in-parts", 6, 11, "authors[0].name", "one name only", "family"),
    (instead("given: Siegfried O.", "roles: [autor]"), "unknown-value", 6, 13, "authors[0].roles[0]", "“autor”", "`author`"),
    (instead("given: Siegfried O.", "roles: author, cook"), "unknown-value", 6, 12, "authors[0].roles[1]", "cook", "values"),
    (instead("given: Siegfried O.", "orcid: 0000-0002-1825-0098"), "orcid-check-digit", 6, 30, "authors[0].orcid", "ends in 8", "copy"),
    (instead("given: Siegfried O.\n    family: Wolf", "anonymous: no"), "anonymous-no", 6, 16, "authors[0].anonymous", "true", "family"),
    (instead("given: Siegfried O.\n    family: Wolf", "organisation: X\n    orcid: 0000-0002-1825-0097"), "unknown-key", 7, 5, "authors[0].orcid", "`orcid`", "organisation, roles and language"),
    (instead("given: Siegfried O.\n    family: Wolf", "organisation: Ana Wolf\n    orcid: 0000-0002-1825-0097\n    affiliations: [X]"), "unknown-key", 7, 5, "authors[0].orcid", "no `orcid` and no `affiliations`", "`given` and `family`"),
    (instead("given: Siegfried O.\n    family: Wolf", "organization: X\n    affiliations: [Y]"), "unknown-key", 7, 5, "authors[0].affiliations", "organisation has no `affiliations`", "organisation, roles"),
    (instead("given: Siegfried O.", "affiliations: [{place: Brussels}]"), "institution-unnamed", 6, 20, "authors[0].affiliations[0]", "name or an id", "ror"),
    (instead("given: Siegfried O.", "affiliations: [{name: X, place: B}]"), "text-too-short", 6, 37, "authors[0].affiliations[0].place[0]", "2", "write"),
    (instead("given: Siegfried O.", "affiliations: [{name: X, place: [Ghent, B]}]"), "text-too-short", 6, 45, "authors[0].affiliations[0].place[1]", "2", "write"),
    (instead("given: Siegfried O.", "affiliations: [{name: X, department: [aa, bb, cc, dd, ee, ff, gg]}]"), "list-too-long", 6, 42, "authors[0].affiliations[0].department", "6", "many"),
    (instead("given: Siegfried O.", 'affiliations: [""]'), "empty-text", 6, 20, "authors[0].affiliations[0].name", "empty", "text"),
    (instead("number: 258", "number: 25 8"), "number-not-in-doi", 2, 9, "number", "25 8", "space"),
    (instead("number: 258\n", ""), "missing-key", 1, 1, "number", "`number` is missing", "the number as printed"),
    (instead("number: 258", "number:"), "missing-key", 2, 8, "number", "`number` has no value", "the number as printed"),
    (instead("series: sadf-comment", "series: {title: x}"), "series-by-name", 1, 9, "series", "as its name", "configuration"),
    (instead("series: sadf-comment", "series: sadf"), "unknown-series", 1, 9, "series", "`sadf`", "did you mean `sadf-comment`"),
    (with_line("title: twice"), "duplicate-key", 8, 1, "title", "line 3", "keep one"),
    (with_line("keywords: !!python/object:os.system [x]"), "yaml-tag", 8, 11, "keywords", "!!python", "quotes"),
]  # fmt: skip


@pytest.mark.parametrize("case", ONE_FAULT, ids=[f"{each[1]}-{each[4]}" for each in ONE_FAULT])
def test_one_fault_is_one_finding(case: tuple[str, str, int, int, str, str, str]) -> None:
    text, code, line, column, field, message, hint = case
    (found,) = findings_in(text)
    assert (found.code, found.where.line, found.where.column, found.where.field) == (code, line, column, field)
    assert message in found.message
    assert hint in found.hint
    assert found.stops


def test_a_misspelt_key_is_one_fault_not_two_and_none_about_the_number_of_authors() -> None:
    findings = findings_in(instead("family: Wolf", "famly: Wolf"))
    assert [(found.code, found.where.field) for found in findings] == [("unknown-key", "authors[0].famly")]


def test_a_key_that_is_like_nothing_leaves_the_missing_one_missing() -> None:
    findings = findings_in(instead("family: Wolf", "colour: red"))
    assert sorted((found.code, found.where.field) for found in findings) == [
        ("missing-key", "authors[0].family"),
        ("unknown-key", "authors[0].colour"),
    ]


def test_a_length_marks_the_part_that_is_meant() -> None:
    (found,) = findings_in(with_line('subtitle: "a <div>b"'))
    assert (found.where.column, found.length) == (14, len("<div>"))


def test_the_record_of_a_list_is_placed_in_its_own_lines() -> None:
    text = "".join(f"- {line}" if not index else f"  {line}" for index, line in enumerate(GOOD.splitlines(True)))
    records = read_text(text + text.replace("2023-09-14", "2023-09-31"), file="c.yaml").records
    first, second = (ParsedRecord.of(raw, series=SERIES) for raw in records)
    assert first.record is not None
    assert [(found.where.line, found.where.column) for found in second.findings] == [(11, 14)]


def test_a_record_from_python_has_fields_and_no_lines() -> None:
    data = {
        "series": SERIES["sadf-comment"],
        "number": 258,
        "title": "T",
        "published": date(2023, 9, 14),
        "authors": ({"family": "Wolf", "orcid": 12},),
        "subtitle": None,
    }
    parsed = ParsedRecord.of(RawRecord(data, Origin("cms:17")), series={})
    (found,) = parsed.findings
    assert (found.where.file, found.where.line, found.where.field) == ("cms:17", None, "authors[0].orcid")
    data["authors"] = ({"family": "Wolf"},)
    parsed = ParsedRecord.of(RawRecord(data, Origin(None)), series={})
    assert parsed.record is not None
    assert parsed.record.commentary.published == PartialDate(2023, 9, 14)
    assert (
        ParsedRecord.of(RawRecord(data | {"number": 3.1}, Origin(None)), series={}).findings[0].code == "number-shape"
    )


def test_a_warning_of_the_reader_travels_with_the_record() -> None:
    (raw,) = read_text(GOOD, file="c.yaml").records
    warning = Finding("w", "warning", "m")  # type: ignore[arg-type]
    parsed = ParsedRecord.of(type(raw)(raw.data, raw.origin, (warning,)), series=SERIES)
    assert parsed.record is not None
    assert parsed.findings == (warning,)


KEYS = st.sampled_from(
    "series number title authors published doi url subtitle language original_title abstracts licences free_to_read "
    "funding relations updates crossmark_policy status version edition report_number full_texts archives references "
    "keywords family given organisation anonymous roles orcid affiliations alt_names name ror isni text format kind type "
    "identifier identifier_type date start_date end_date applies_to awards key issn label mime_type text_mining zz".split()
)
SCALARS = st.one_of(
    st.none(),
    st.text(max_size=8),
    st.sampled_from(
        ["sadf-comment", "2023", "2023-02-30", "86400", "author", "yes", "no", "10.1234/a", "{x}", "<p>", "-0", "1e9"]
    ),
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5), max_leaves=12
)


@settings(deadline=None, max_examples=150)
@given(st.dictionaries(KEYS, VALUES, max_size=12))
def test_whatever_a_record_holds_every_fault_has_words_of_our_own(data: dict[str, object]) -> None:
    parsed = ParsedRecord.of(RawRecord(data, Origin(None)), series=SERIES)
    assert (parsed.record is None) == bool(parsed.findings)
    for found in parsed.findings:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", found.code), found
        assert found.code not in {"invalid-value", "shape"}, found
        assert found.message
        assert found.hint
        assert "Input should" not in found.message
        assert "person" not in (found.where.field or "")


def test_of_many_series_only_some_are_named() -> None:
    many = {f"series-{number}": SERIES["sadf-comment"] for number in range(40)}
    (raw,) = read_text(instead("series: sadf-comment", "series: other"), file="c.yaml").records
    (finding,) = ParsedRecord.of(raw, series=many).findings
    assert "series-11 and 28 more" in finding.hint
    assert "series-12" not in finding.hint


def test_a_series_that_is_left_out_is_the_only_one_there_is() -> None:
    (raw,) = read_text(instead("series: sadf-comment\n", ""), file="c.yaml").records
    assert ParsedRecord.of(raw, series=SERIES).record is not None
    (missing,) = ParsedRecord.of(raw, series={**SERIES, "papers": SERIES["sadf-comment"]}).findings
    assert (missing.code, missing.where.line, missing.where.field) == ("missing-key", 1, "series")
    assert "papers" in missing.hint


@pytest.mark.parametrize(
    ("doi", "registered", "stands"),
    [
        ("10.48251/old-258", {"10.48251/old-258"}, True),
        ("10.48251/old-258", set(), False),
        # Characters that no new DOI may have stand in DOIs of earlier years.
        ("10.48251/(SICI)258:2<1::AID>3.0", {"10.48251/(sici)258:2<1::aid>3.0"}, True),
        ("10.48251/(SICI)258:2<1::AID>3.0", set(), False),
        # Of another commentary, whose number the pattern gives: registered or not, it is a mistake.
        ("10.48251/SADF.ISSN.2406-5617.C259", {"10.48251/sadf.issn.2406-5617.c259"}, False),
    ],
)
def test_a_doi_that_no_pattern_gives_stands_where_it_is_registered(
    doi: str, registered: set[str], stands: bool
) -> None:
    raw = RawRecord({"series": "sadf-comment", "number": "258", "title": "T", "published": "2023",
                     "authors": [{"family": "Wolf"}], "doi": doi}, Origin())  # fmt: skip
    parsed = ParsedRecord.of(
        raw, series=SERIES, is_registered=lambda one, number: number is None and one.key in registered
    )
    assert (parsed.record is not None) is stands, parsed.findings
    if parsed.record is not None:
        assert parsed.record.commentary.doi.printed == doi


@pytest.mark.parametrize(("carries", "stands"), [("258", True), ("259", False), (None, False)])
def test_a_doi_that_reads_as_another_number_stands_where_it_is_registered_as_this_one(
    carries: str | None, stands: bool
) -> None:
    raw = RawRecord({"series": "sadf-comment", "number": "258", "title": "T", "published": "2023",
                     "authors": [{"family": "Wolf"}], "doi": "10.48251/SADF.ISSN.2406-5617.C259"}, Origin())  # fmt: skip
    parsed = ParsedRecord.of(raw, series=SERIES, is_registered=lambda _doi, number: number in {None, carries})
    assert [one.code for one in parsed.findings] == ([] if stands else ["doi-disagrees"])
