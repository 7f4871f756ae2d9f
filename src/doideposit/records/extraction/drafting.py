"""Make drafts of records: `read` takes a text, `draft_of` what a reader of any format found, `render` writes the draft.

What is written is YAML for a person to review.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from doideposit.findings import has_errors
from doideposit.records.extraction.authors import read_authors
from doideposit.records.extraction.dois import doi_field
from doideposit.records.extraction.draft import Confidence, Draft, Gap, Leaf, Node, Notes, weigh
from doideposit.records.extraction.fields import number_field, published_field, title_fields
from doideposit.records.extraction.front import Front
from doideposit.records.extraction.manuscript import Manuscript
from doideposit.records.extraction.readers.text import read_text
from doideposit.records.extraction.references import cites, read_references
from doideposit.records.extraction.rendering import render
from doideposit.records.extraction.sections import Document, divide
from doideposit.records.extraction.series import labels_of, publishers_of, series_field
from doideposit.records.extraction.stated import merge
from doideposit.records.extraction.supplements import abstract_field, licence_field, tell_dead_links, url_field
from doideposit.records.extraction.title_block import taught_block, tell_difference
from doideposit.records.models.series import Series

__all__ = ["Confidence", "Draft", "Gap", "Leaf", "Manuscript", "Node", "draft_of", "read", "render"]

# A reader may be used without a configuration; then no series is known by its word.
_NO_SERIES: Mapping[str, Series] = MappingProxyType({})


def read(text: str, *, file: str, series: Mapping[str, Series] = _NO_SERIES) -> Draft:
    """Read a commentary in Markdown or plain text into a draft of its record.

    `file` is the name for findings; `series` are the configured series by name. Nothing is guessed silently: what
    the document does not say stays a gap, and whatever was assumed has a finding. Any text can be given; one that is
    no commentary gives an error finding.
    """
    return draft_of(read_text(text, file=file), series=series)


def draft_of(manuscript: Manuscript, *, series: Mapping[str, Series] = _NO_SERIES) -> Draft:
    """Make the draft of a record from what a reader found; a document that cannot be read gives one without fields."""
    if not manuscript.lines and has_errors(manuscript.findings):
        return Draft(manuscript.file, findings=manuscript.findings)
    notes = Notes(manuscript.file, manuscript.places)
    text = [line for line in manuscript.lines if not line.note]
    taught = taught_block(text, series)
    document = divide(
        manuscript.lines, labels_of(series), publishers_of(series), taught=taught.front if taught else None
    )
    stated = manuscript.properties
    said = stated.firm and (stated.title or stated.authors)
    labelled = document.front.word is not None and bool(document.front.title)
    if not (document.front.number or document.front.byline or document.doi or said or labelled):
        notes.refuse(
            "document-unrecognised",
            "this does not look like a commentary: it begins with no number, no byline and no DOI",
            "look whether the right file was given; a record can also be written by hand",
        )
    fields = _fields(document, series, notes, taught.series if taught else None)
    of_series = series.get(fields["series"].text) if isinstance(fields["series"], Leaf) else None
    if taught is None and of_series is not None and of_series.title_block and not (stated.firm and stated.title):
        tell_difference(text, of_series, notes)
    fields, kept = merge(stated, fields, notes.all(), series)
    findings = (*manuscript.findings, *kept)
    return Draft(manuscript.file, MappingProxyType(weigh(fields, findings)), findings, manuscript.places)


def _fields(document: Document, known: Mapping[str, Series], notes: Notes, taught: Series | None) -> dict[str, Node]:
    front = document.front
    series_node, series = series_field(document, known, notes, taught=taught)
    number = number_field(document, series, notes)
    title = title_fields(document, notes)
    published = published_field(document, notes)
    lines = (*document.head, *document.prose, *document.references)
    sections = (document.body, document.tail, document.references)
    authors = read_authors(front, sections, lines, series, notes)
    fields: dict[str, Node] = {"series": series_node, "number": number, **title, "published": published}
    fields["authors"] = authors.nodes
    fields["doi"] = doi_field(document.doi, number, series, notes)
    fields["url"] = url_field(number, series, notes)
    fields |= abstract_field(document, notes)
    fields["licences"] = licence_field(document, series, notes)
    fields["references"] = _references(document, authors.biography_lines, published, notes)
    tell_dead_links(document, notes)
    return fields if taught is None else {key: _as_taught(key, node, front) for key, node in fields.items()}


# What a title block gives; the rest of a record stands elsewhere.
_OF_THE_BLOCK = frozenset({"series", "number", "title", "subtitle", "published", "authors", "given", "family", "doi"})


def _as_taught(key: str | int, node: Node, front: Front) -> Node:
    """Return a field with the rule by which it was found, where it stands in the taught title block."""
    if key not in _OF_THE_BLOCK and not isinstance(key, int):
        return node
    match node:
        case Leaf() if node.line in front.lines and node.confidence is not Confidence.DOUBTFUL:
            rule = f"title block of {front.taught}, as configured"
            return replace(node, rule=rule, confidence=Confidence.CERTAIN)
        case tuple():
            return tuple(_as_taught(index, part, front) for index, part in enumerate(node))
        case Mapping():
            return {name: _as_taught(name, part, front) for name, part in node.items()}
        case _:
            return node


def _references(document: Document, biographies: frozenset[int], published: Node, notes: Notes) -> Node:
    lines = [line for line in document.references if line.number not in biographies]
    nodes = read_references(lines, notes, published=published.text if isinstance(published, Leaf) else None)
    if nodes:
        return nodes
    citing = [line.number for line in document.prose if line.number not in biographies and cites(line)]
    # One address in a text is a link of it; several in a row are rather what it cites.
    found = (
        f"no list of references was recognised; {notes.between(citing[0], citing[-1])} cite something and were not read"
        if len(citing) > 1
        else "no list of references was found"
    )
    notes.tell(
        "references-missing",
        found,
        "head the list, as with “References”" if len(citing) > 1 else "",
        field="references",
    )
    return Gap('[{text: "…", url: https://…}]', "one entry for each reference, as printed")
