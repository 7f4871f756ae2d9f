"""The one renderer of findings: place, marker, hint; groups; annotations; and nothing that steers a terminal."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from doideposit.findings import Finding, Severity, Where
from doideposit.reports.findings import FindingList, Line, Tally, safe

SOURCE = ["series: sadf-comment", "orcid: 0000-0002-1825-0098", "x" * 300]


def source_line(file: str, number: int) -> str | None:
    return SOURCE[number - 1] if file == "c.yaml" and 0 < number <= len(SOURCE) else None


def text(lines: Iterable[Line]) -> list[str]:
    return ["".join(span.text for span in line) for line in lines]


def finding(code: str = "orcid-check-digit", severity: Severity = Severity.ERROR, **where: object) -> Finding:
    place = Where(**({"file": "c.yaml", "line": 2, "column": 26} | where))  # type: ignore[arg-type]
    return Finding(code, severity, "the check digit is wrong", "copy it again", place, original="cvc-1", length=1)


def test_a_finding_points_at_the_character() -> None:
    assert text(FindingList([finding()]).detailed(source_line)) == [
        "c.yaml:2:26  orcid-check-digit (error)  the check digit is wrong",
        "    2 | orcid: 0000-0002-1825-0098",
        "      |                          ^",
        "       hint: copy it again",
    ]


def test_severity_is_a_word_and_not_only_a_colour() -> None:
    shown = text(FindingList([finding(severity=Severity.WARNING)]).detailed(source_line))
    assert shown[0] == "c.yaml:2:26  orcid-check-digit (warning)  the check digit is wrong"


def test_the_machines_own_words_stand_behind_verbose() -> None:
    assert not any("cvc-1" in line for line in text(FindingList([finding()]).detailed(source_line)))
    assert text(FindingList([finding()]).detailed(source_line, verbose=True))[-1] == "       original: cvc-1"


def test_a_finding_without_a_line_names_the_field() -> None:
    shown = text(
        FindingList([finding(file=None, line=None, column=None, field="authors[0].orcid")]).detailed(source_line)
    )
    assert shown[:2] == ["-  orcid-check-digit (error)  the check digit is wrong", "       in authors[0].orcid"]


def test_a_long_line_is_cut_around_its_marker() -> None:
    shown = text(FindingList([finding(line=3, column=200)]).detailed(source_line))
    excerpt, marker = shown[1], shown[2]
    assert len(excerpt) < 130
    assert excerpt[marker.index("^")] == "x"


def test_many_findings_are_grouped_by_kind_the_worst_first() -> None:
    tally = Tally()
    tally.add(finding(code="abstract-missing", severity=Severity.WARNING) for _ in range(500))
    tally.add([finding()])
    shown = text(tally.grouped(source_line))
    heads = [line for line in shown if line and not line.startswith(" ")]
    assert heads == ["orcid-check-digit  error, once", "abstract-missing  warning, 500 times"]
    assert any(line.strip() == "… and 497 more" for line in shown)


def test_counting_needs_no_memory_for_what_is_not_shown() -> None:
    tally = Tally(keep=10)
    tally.add(finding(code=f"code-{number % 5}") for number in range(10_000))
    assert tally.seen == 10_000
    assert len(tally.kept) <= 10 + 5 * 3
    assert text([tally.summary(3)]) == ["3 records checked: 10,000 errors, 0 warnings, 0 info"]


def test_what_is_ignored_stays_visible_and_stops_nothing() -> None:
    ignored = Finding("a", Severity.ERROR, "m", where=Where(file="c.yaml"), ignored_because="agreed with the editor")
    assert not ignored.stops
    shown = text(FindingList([ignored]).detailed(source_line))
    assert shown[0] == "c.yaml  a (ignored)  m"
    assert "ignored because: agreed with the editor" in shown[1]
    tally = Tally()
    tally.add([ignored])
    assert text([tally.summary(1)]) == ["1 record checked: 0 errors, 0 warnings, 0 info, 1 ignored"]


def test_annotations_for_a_code_host() -> None:
    tricky = Finding("a", Severity.WARNING, "50% of\nit", "do", Where(file="a,b:c.yaml", line=3))
    assert list(FindingList([tricky]).annotations()) == [
        "::warning file=a%2Cb%3Ac.yaml,line=3,title=a::50%25 of it (do)"
    ]


@given(st.text())
def test_nothing_from_outside_steers_the_terminal(message: str) -> None:
    shown = text(
        FindingList([Finding("a", Severity.ERROR, message, message, Where(file=message))]).detailed(lambda *_: message)
    )
    assert all(char.isprintable() or char in "\u00a0\u2003\u2009\u202f" for line in shown for char in line)
    assert "\x1b" not in safe(message)
