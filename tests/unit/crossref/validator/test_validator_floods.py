"""A file with far more errors than anybody reads costs little, and the first of them are told at their places."""

from deposit_heads import HEAD
from depositing import validator
from doideposit.crossref.xml.batch import Built
from doideposit.records.models.series import RecordType
from made_up_records import full_commentary

GOOD = Built.of(HEAD, [full_commentary(RecordType.REPORT_SERIES)]).xml.decode()


def with_citations(number: int, citation: str) -> str:
    at = GOOD.index("</citation_list>")
    return GOOD[:at] + "\n".join(citation.format(place) for place in range(number)) + GOOD[at:]


def test_the_first_errors_of_a_flood_are_told_at_their_places() -> None:
    text = with_citations(11_000, '<citation kez="k{}"><doi>10.5555/a</doi></citation>')
    verdict = validator().validate(text.encode(), file="a.xml")
    *told, last = verdict.findings
    assert verdict.valid is False
    assert last.code == "xsd-more"
    assert len(told) <= 400
    lines = text.splitlines()
    assert all("kez=" in lines[(one.where.line or 0) - 1] for one in told)
    assert told[0].where.line == next(place for place, line in enumerate(lines, 1) if "kez=" in line)


def test_a_large_file_without_errors_is_valid() -> None:
    text = with_citations(11_000, '<citation key="z{}"><doi>10.5555/a</doi></citation>')
    assert validator().validate(text.encode()).findings == ()
