"""Drafts from the headers of sites and journals: the same corpus as is deposited directly, none of it silently wrong."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from doideposit.records.extraction.draft import Confidence, Draft
from doideposit.records.extraction.drafting import draft_of
from doideposit.records.extraction.readers.opening import open_document
from extraction_scores import known_series

CORPUS = Path(__file__).parents[3] / "golden" / "documents" / "headers"
AT_LEAST_RIGHT = 0.98


def expected(path: Path) -> dict[str, Any]:
    """What a header says, in the form of a draft: whole addresses of ORCID iDs, bare DOIs, abstracts on one line."""
    fields: dict[str, Any] = yaml.safe_load(path.with_name(f"{path.name}.yaml").read_text(encoding="utf-8"))
    for key in ("errors", "warnings", "url", "funding"):
        fields.pop(key, None)
    for author in fields.get("authors", []):
        if "orcid" in author:
            author["orcid"] = f"https://orcid.org/{author['orcid'].rpartition('/')[2]}"
    if "doi" in fields:
        fields["doi"] = fields["doi"].removeprefix("https://doi.org/")
    if "abstracts" in fields:
        fields["abstracts"] = [{"text": " ".join(fields["abstracts"][0]["text"].split())}]
    return fields


def judged() -> Iterator[tuple[str, str, bool, bool]]:
    """Every field of the corpus: the document, the field, whether it is right, and whether it carries a doubt."""
    for path in sorted(CORPUS.iterdir()):
        if path.suffix in {".yaml", ".bib"}:
            continue
        draft = draft_of(open_document(path), series=known_series())
        data = draft.data
        for field, value in expected(path).items():
            yield path.name, field, data.get(field) == value, field not in data or is_doubted(draft, field)


def is_doubted(draft: Draft, field: str) -> bool:
    return any(leaf.confidence is Confidence.DOUBTFUL for loc, leaf in draft.leaves() if loc[0] == field)


def test_the_fields_of_headers_are_right_or_doubted() -> None:
    verdicts = list(judged())
    silent = [(name, field) for name, field, right, doubted in verdicts if not right and not doubted]
    assert silent == []
    assert sum(right for *_, right, _ in verdicts) >= AT_LEAST_RIGHT * len(verdicts)
