"""Markdown and plain text, with or without a header."""

import re
from dataclasses import replace
from pathlib import Path

from doideposit.findings import Finding, Severity
from doideposit.records.extraction.lines import Line, read_lines
from doideposit.records.extraction.manuscript import Manuscript
from doideposit.records.extraction.publication import why_unpublished
from doideposit.records.extraction.readers.bounds import TooMuch, bound_text, too_large
from doideposit.records.extraction.stated import properties_of
from doideposit.records.sources.front_matter import split_header
from doideposit.records.sources.interface import Header
from doideposit.records.sources.site_authors import with_site_authors

__all__ = ["read_text"]

# Lines of running text that nobody wrapped are longer than this.
_LONG = 250
# MediaWiki marks headings with one to four signs on both sides.
_WIKI_HEADING = re.compile(r"(?m)^(={1,4})\s*([^=\n]+?)\s*\1\s*$")
# reStructuredText underlines headings; here with at least three of the same sign.
_RST_HEADING = re.compile(r"(?m)^([^\n]{2,120})\n([=\-~^\"'#*+])\2{2,}[ \t]*$")


def read_text(text: str, *, file: str, near: Path | None = None) -> Manuscript:
    """Read a text; headings of reStructuredText and MediaWiki count as headings. Lines keep their numbers.

    `near` is where the text lies on the disk: keys of authors in its header are looked up in the site's authors.yml.
    Raises `DiskError` when the disk fails while that is read.
    """
    text = re.sub(r"\r\n?", "\n", text.removeprefix("\ufeff"))
    try:
        bound_text(text)
    except TooMuch:
        return Manuscript(file, "text", findings=(too_large(file),))
    header = split_header(text, file=file)
    if header is not None:
        header = with_site_authors(header, near) if near is not None else header
        rows = text.split("\n")
        text = "\n" * header.length + "\n".join(rows[header.length :])
    name = file.lower()
    if name.endswith((".mediawiki", ".wiki")):
        text = _WIKI_HEADING.sub(lambda found: f"{'#' * len(found[1])} {found[2]}", text)
    elif name.endswith(".rst"):
        text = _RST_HEADING.sub(lambda found: f"# {found[1]}\n", text)
    text = re.sub(r"(?m)^(?:import|export) .*$", "", text) if name.endswith(".mdx") else text
    lines = _separate_lines(read_lines(text))
    if header is None:
        return Manuscript(file, "text", lines)
    properties, told = properties_of(header, file)
    return Manuscript(
        file, "text", lines, properties, findings=(*header.findings, *told, *_warn_of_draft(header, file))
    )


def _warn_of_draft(header: Header, file: str) -> tuple[Finding, ...]:
    """Warn about a header that says the document is not published: a draft record can be made of it all the same."""
    why = why_unpublished(header, file)
    if why is None:
        return ()
    return (replace(why, code="document-draft", severity=Severity.WARNING, hint="register its DOI when it is"),)


def _separate_lines(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """Make every line a paragraph if the text was saved like that, as by Word: long lines, none empty."""
    long = sum(len(line.text) > _LONG for line in lines)
    blocks = len({line.block for line in lines})
    # Text without any markup whose lines mostly stand alone is no Markdown.
    if not long or blocks > len(lines) // 3 or any(line.level or line.marker for line in lines):
        return lines
    return tuple(replace(line, block=index) for index, line in enumerate(lines))
