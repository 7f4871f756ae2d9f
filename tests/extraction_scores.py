"""How well drafts are read from the documents in golden/documents/layouts: `make extraction-score` prints the table."""

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from document_formats import FORMATS, page_of
from doideposit.records.extraction.draft import Confidence, Draft, Leaf
from doideposit.records.extraction.drafting import draft_of
from doideposit.records.extraction.readers.opening import read_bytes
from doideposit.records.models.series import Series

FOLDER = Path(__file__).parent / "golden" / "documents" / "layouts"
SIMPLE = ("series", "number", "title", "subtitle", "published", "doi", "language")


def known_series() -> dict[str, Series]:
    rows = yaml.safe_load((FOLDER / "series.yaml").read_text(encoding="utf-8"))
    return {row["name"]: Series(**row) for row in rows}


def documents() -> list[Path]:
    return sorted(path for path in FOLDER.iterdir() if path.suffix != ".yaml")


def draft_of_file(path: Path, suffix: str = "") -> Draft:
    """Draft a document as it is, or after it was made into another format."""
    data = path.read_bytes()
    if suffix:
        data = FORMATS[suffix](page_of(data.decode("utf-8"), name=path.name))
    return draft_of(read_bytes(data, file=f"{path.name}{suffix}"), series=known_series())


def convertible(path: Path) -> bool:
    """Whether a document says everything in its text: a header of a site is lost in a page or a Word file."""
    return path.suffix in {".md", ".txt"} and "header-" not in path.name


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


def judged(path: Path, suffix: str = "") -> Iterator[tuple[str, str]]:
    """Every field of a document with its verdict: right, doubted (right, with a doubt), missing, said or silent."""
    expected = {
        key: value
        for key, value in yaml.safe_load(path.with_name(f"{path.name}.yaml").read_text(encoding="utf-8")).items()
        if value != []
    }
    draft = draft_of_file(path, suffix)
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


def totals(suffix: str = "", *, name: str = "") -> Counter[str]:
    """The verdicts over all documents whose name begins so, as they are or in another format."""
    chosen = [path for path in documents() if path.name.startswith(name) and (not suffix or convertible(path))]
    return Counter(verdict for path in chosen for _, verdict in judged(path, suffix))


if __name__ == "__main__":
    for document in documents():
        verdicts = list(judged(document))
        bad = [f"{field}:{verdict}" for field, verdict in verdicts if verdict not in ("right", "doubted")]
        doubts = [field for field, verdict in verdicts if verdict == "doubted"]
        sys.stdout.write(f"{document.name:24} {' '.join(bad)}{'  doubted: ' + ' '.join(doubts) if doubts else ''}\n")
    for suffix in ("", *FORMATS):
        found = totals(suffix)
        silent = 100 * found["silent"] / found.total()
        sys.stdout.write(f"{suffix or 'as it is':8} {dict(found)}  silently wrong: {silent:.1f} %\n")
