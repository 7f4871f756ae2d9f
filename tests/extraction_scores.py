"""How well drafts are read from the documents in golden/documents/layouts: `make extraction-score` prints the table."""

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from doideposit.records.extraction import draft_of
from doideposit.records.extraction.draft import Confidence, Draft, Leaf
from doideposit.records.extraction.readers.opening import read_bytes
from doideposit.records.models.series import Series

FOLDER = Path(__file__).parent / "golden" / "documents" / "layouts"
SIMPLE = ("series", "number", "title", "subtitle", "published", "doi", "language")


def known_series() -> dict[str, Series]:
    rows = yaml.safe_load((FOLDER / "series.yaml").read_text(encoding="utf-8"))
    return {row["name"]: Series(**row) for row in rows}


def documents() -> list[Path]:
    return sorted(path for path in FOLDER.iterdir() if path.suffix != ".yaml")


def draft_of_file(path: Path) -> Draft:
    return draft_of(read_bytes(path.read_bytes(), file=path.name), series=known_series())


def values(draft: Draft) -> dict[str, Any]:
    """The fields of a draft in the form of the expected files."""
    data = draft.data
    found: dict[str, Any] = {key: data[key] for key in SIMPLE if key in data}
    people = data.get("authors", [])
    if people:
        keys = ("given", "family", "organisation")
        found["authors"] = [{key: one[key] for key in keys if key in one} for one in people]
    found["affiliations"] = [each["name"] for one in people for each in one.get("affiliations", [])]
    found["orcids"] = [one["orcid"] for one in people if "orcid" in one]
    for key, inner in (("abstracts", "text"), ("licences", "url")):
        if data.get(key):
            found[{"abstracts": "abstract", "licences": "licence"}[key]] = data[key][0][inner]
    found["keywords"] = data.get("keywords", [])
    references = data.get("references", [])
    found["references"] = len(references)
    found["urls"] = [one["url"] for one in references if "url" in one]
    found["dois"] = [one["doi"] for one in references if "doi" in one]
    return {key: value for key, value in found.items() if value not in ([], 0)}


def doubted(draft: Draft, field: str) -> bool:
    top = {
        "abstract": "abstracts",
        "licence": "licences",
        "affiliations": "authors",
        "orcids": "authors",
        "urls": "references",
        "dois": "references",
    }
    wanted = top.get(field, field)
    leaves = [leaf for loc, leaf in draft.leaves() if loc[0] == wanted]
    return any(isinstance(leaf, Leaf) and leaf.confidence is Confidence.DOUBTFUL for leaf in leaves)


def judged(path: Path) -> Iterator[tuple[str, str]]:
    """Every field of a document with its verdict: right, doubted (right, with a doubt), missing, said or silent."""
    expected = {
        key: value
        for key, value in yaml.safe_load(path.with_name(f"{path.name}.yaml").read_text(encoding="utf-8")).items()
        if value != []
    }
    draft = draft_of_file(path)
    found = values(draft)
    for field in sorted(expected.keys() | found.keys()):
        if field in ("licence", "language", "affiliations", "orcids") and field not in expected:
            continue
        if found.get(field) == expected.get(field):
            yield field, "doubted" if doubted(draft, field) else "right"
        elif field not in found:
            yield field, "missing"
        else:
            yield field, "said" if doubted(draft, field) else "silent"


def totals() -> Counter[str]:
    return Counter(verdict for path in documents() for _, verdict in judged(path))


if __name__ == "__main__":
    for document in documents():
        verdicts = list(judged(document))
        bad = [f"{field}:{verdict}" for field, verdict in verdicts if verdict not in ("right", "doubted")]
        doubts = [field for field, verdict in verdicts if verdict == "doubted"]
        sys.stdout.write(f"{document.name:24} {' '.join(bad)}{'  doubted: ' + ' '.join(doubts) if doubts else ''}\n")
    sys.stdout.write(f"{dict(totals())}\n")
