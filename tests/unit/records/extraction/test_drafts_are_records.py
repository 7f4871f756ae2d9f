"""A draft is a record file: the readers of record files take it, and say what is still missing."""

from pathlib import Path

import pytest

from doideposit.records.extraction.draft import Draft
from doideposit.records.sources import parsing
from doideposit.records.sources.parsing import ParsedRecord
from doideposit.records.sources.reading import read_text
from drafts import read
from examples_c258 import LANDING_PAGE, commentary, references, series
from finished_documents import SERIES

FOLDER = Path(__file__).parents[3] / "golden" / "documents"
SEED = Path(__file__).parents[5] / "shared" / "seed" / "comment-258.md"


def parsed(written: str) -> parsing.ParsedRecord:
    result = read_text(written, file="draft.yaml")
    assert result.findings == ()
    (raw,) = result.records
    return ParsedRecord.of(raw, series=SERIES)


def errors(result: parsing.ParsedRecord) -> set[str | None]:
    return {finding.where.field for finding in result.findings if finding.stops}


@pytest.mark.parametrize(
    ("name", "missing"),
    [
        ("c157-heading-with-title.md", set()),
        ("c158-plain.txt", {"references[2].url"}),
        ("c160-colon.md", set()),
        ("c171-number-in-title.md", set()),
        ("c180-rich.md", set()),
        ("c191-one-block.txt", {"published"}),
        ("c203-names.md", {"published"}),  # The series that it does not name is the only one there is.
        ("c210-title-first.md", set()),
        ("c215-letterhead.md", set()),
        ("c222-notes.md", set()),
    ],
)
def test_what_stops_a_draft_is_what_a_person_has_to_decide(name: str, missing: set[str]) -> None:
    draft = read((FOLDER / name).read_text(encoding="utf-8"), file=name, series=SERIES)
    assert missing <= errors(parsed(draft.to_yaml(schema=None)))
    if not missing:
        assert errors(parsed(draft.to_yaml(schema=None))) == set()


def drafted() -> tuple[Draft, str]:
    draft = read(SEED.read_text(encoding="utf-8"), file="comment-258.md", series=SERIES)
    written = draft.to_yaml(schema=None)
    (gap,) = [line for line in written.splitlines() if line.startswith("# url:")]
    return draft, written.replace(gap, f"url: {LANDING_PAGE}")


@pytest.mark.skipif(not SEED.exists(), reason="the document of comment 258 is not on this machine")
def test_the_draft_of_comment_258_with_its_landing_page_is_the_known_record() -> None:
    draft, written = drafted()
    result = parsed(written)
    assert errors(result) == set()
    assert result.record is not None
    given = result.record.commentary
    institution = {"name": "South Asia Democratic Forum", "acronym": "SADF", "place": "Brussels"}
    numbered = [{"key": f"ref{number}", **one} for number, one in enumerate(references(), 1)]
    expected = commentary(
        SERIES["sadf-comment"],
        authors=[{"given": "Siegfried O.", "family": "Wolf", "affiliations": [institution]}],
        references=numbered,
        language=None,
        doi="10.48251/SADF.ISSN.2406-5617.C258",
    )
    assert given == expected
    assert series().name == given.series.name
    lines = {loc: leaf.line for loc, leaf in draft.leaves()}
    assert lines["references", 9, "text"] == 61
