"""BibTeX and RIS, read by the libraries that know them and brought into the form of CSL."""

import logging
import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import Any, Final

from doideposit.findings import Finding, Severity, Where

__all__ = ["read_entries"]

_TYPES: Final[Mapping[str, str]] = {
    "article": "article-journal", "book": "book", "booklet": "book", "mvbook": "book", "collection": "book",
    "proceedings": "book", "inbook": "chapter", "incollection": "chapter", "inproceedings": "paper-conference",
    "conference": "paper-conference", "techreport": "report", "report": "report", "manual": "report",
    "phdthesis": "thesis", "mastersthesis": "thesis", "thesis": "thesis", "online": "webpage", "electronic": "webpage",
    "www": "webpage", "dataset": "dataset", "software": "software", "patent": "patent", "standard": "standard",
    "unpublished": "article",
}  # fmt: skip
# The fields of BibTeX and of biblatex by what CSL calls them; the first one that is filled counts.
_FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "title": ("title",),
    "container-title": ("journal", "journaltitle", "booktitle"),
    "collection-title": ("series",),
    "volume": ("volume",),
    "issue": ("number", "issue"),
    "page": ("pages",),
    "publisher": ("publisher", "institution", "school", "organization"),
    "issued": ("date", "year"),
    "edition": ("edition",),
    "ISSN": ("issn",),
    "ISBN": ("isbn",),
}
# Signs that TeX escapes, and that mean themselves.
_ESCAPED: Final = re.compile(r"\\([_%&#$~{}])")
# An address in a command must not be read as TeX: its tildes and percent signs are its own.
_IN_URL: Final = re.compile(r"\\(?:url|href)\{([^}]*)\}")
# A percent sign begins a comment in TeX, and is none in an exported title.
_CONCAT: Final = re.compile(r"(?<!\\)%")


def read_entries(text: str, suffix: str, *, file: str) -> tuple[list[tuple[int, dict[str, Any]]], list[Finding]]:
    """Return the entries of a text in RIS (``.ris``) or BibTeX with their lines, and what could not be read of it."""
    return _read_ris(text, file=file) if suffix == ".ris" else _read_bibtex(text, file=file)


def _read_bibtex(text: str, *, file: str) -> tuple[list[tuple[int, dict[str, Any]]], list[Finding]]:
    """Return the entries of a BibTeX text with their lines, and what could not be read of it."""
    from bibtexparser.entrypoint import parse_string  # noqa: PLC0415  (only bibliographies need it)

    # What it logs comes back as findings, and no log is configured by a library.
    logging.getLogger("bibtexparser").propagate = False
    logging.getLogger("bibtexparser").addHandler(logging.NullHandler())
    library = parse_string(text)
    entries = [((entry.start_line or 0) + 1, _as_csl(entry)) for entry in library.entries]
    return entries, list(_failed_findings(library, file))


def _failed_findings(library: Any, file: str) -> Iterator[Finding]:
    for block in library.failed_blocks:
        name = getattr(block, "key", None) or getattr(getattr(block, "ignore_error_block", None), "key", None)
        where = Where(file, (block.start_line or 0) + 1)
        kind = type(block).__name__
        if kind == "DuplicateBlockKeyBlock":
            message, hint = (
                f"the key “{name}” is given twice, and the first entry is used",
                "give one of the two another key",
            )
            yield Finding("bibliography-key", Severity.WARNING, message, hint, where)
        elif kind == "DuplicateFieldKeyBlock":
            message = f"a field of the entry “{name}” is given twice, and the entry was not read"
            yield Finding("bibliography-syntax", Severity.ERROR, message, "keep one of the two", where)
        else:
            message = "this entry cannot be read: a brace or a quotation mark is not closed, or a comma is missing"
            yield Finding("bibliography-syntax", Severity.ERROR, message, "compare it with a correct entry", where)


def _as_csl(entry: Any) -> dict[str, Any]:
    raw = {field.key.lower(): str(field.value) for field in entry.fields}
    item: dict[str, Any] = {"id": entry.key, "type": _TYPES.get(entry.entry_type.lower(), "")}
    for name, keys in _FIELDS.items():
        value = next((raw[key] for key in keys if raw.get(key, "").strip()), "")
        if value:
            item[name] = _decode_latex(value)
    for role in ("author", "editor"):
        if raw.get(role):
            item[role] = [_csl_name(person) for person in _and_split(raw[role])]
    item |= _doi_and_url(raw)
    if not item["type"]:
        item["type"] = "webpage" if "URL" in item else ""
    return item


def _doi_and_url(raw: Mapping[str, str]) -> dict[str, str]:
    found = {}
    url = raw.get("url") or next(
        (element for key in ("howpublished", "note") for element in _IN_URL.findall(raw.get(key, ""))), ""
    )
    if raw.get("eprint") and "arxiv" in raw.get("archiveprefix", raw.get("eprinttype", "")).lower():
        url = url or f"https://arxiv.org/abs/{raw['eprint']}"
    for name, value in (("DOI", raw.get("doi", "")), ("URL", _IN_URL.sub(r"\1", url))):
        # These are not LaTeX: a per cent sign would begin a comment, and braces only protect.
        plain = _ESCAPED.sub(r"\1", value).strip().strip("{}").strip()
        if plain:
            found[name] = plain
    return found


# The documents of a site mostly share one file, and to decode a title takes a millisecond.
@lru_cache(maxsize=20_000)
def _decode_latex(text: str) -> str:
    """Return LaTeX as plain text: accents, dashes and quotation marks as letters, braces gone."""
    if not re.search(r"[\\{}$~`]|--|\'\'", text):
        return " ".join(text.split())
    from pylatexenc.latexwalker import LatexWalkerParseError  # noqa: PLC0415

    try:
        plain = _latex_decoder().latex_to_text(_CONCAT.sub(r"\\%", text))
    # Braces that do not match are common in exports; the text without them is readable.
    except (LatexWalkerParseError, RecursionError):
        plain = text.replace("{", "").replace("}", "")
    return " ".join(plain.split())


@cache
def _latex_decoder() -> Any:
    """Return what turns LaTeX into text; to make it takes as long as to use it ten times."""
    from pylatexenc.latex2text import LatexNodes2Text  # noqa: PLC0415

    return LatexNodes2Text(math_mode="text")


def _and_split(text: str) -> list[str]:
    """Split names at “and” outside of braces, as BibTeX does."""
    parts, depth, start = [], 0, 0
    for match in re.finditer(r"[{}]|\s+and\s+", text):
        if match[0] in "{}":
            depth += 1 if match[0] == "{" else -1
        elif depth == 0:
            parts.append(text[start : match.start()])
            start = match.end()
    return [part.strip() for part in (*parts, text[start:]) if part.strip() and part.strip().lower() != "others"]


def _csl_name(text: str) -> dict[str, str]:
    """Return a name of BibTeX in CSL: a text in braces is the name of a group."""
    if re.fullmatch(r"\{[^{}]*\}", text):
        return {"literal": _decode_latex(text)}
    from bibtexparser.middlewares.names import InvalidNameError, parse_single_name_into_parts  # noqa: PLC0415

    try:
        parts = parse_single_name_into_parts(text)
    # BibTeX knows no name with more than two commas; such a text is most likely a group.
    except InvalidNameError:
        return {"literal": _decode_latex(text)}
    family = _decode_latex(" ".join([*parts.von, *parts.last]))
    given = _decode_latex(" ".join(parts.first))
    return {"family": family, "given": given} if family else {"literal": _decode_latex(text)}


# RIS.

_RIS_TYPES: Final[Mapping[str, str]] = {
    "JOUR": "article-journal", "EJOUR": "article-journal", "JFULL": "article-journal", "MGZN": "article-magazine",
    "NEWS": "article-newspaper", "BOOK": "book", "EBOOK": "book", "EDBOOK": "book", "CHAP": "chapter",
    "ECHAP": "chapter", "CONF": "paper-conference", "CPAPER": "paper-conference", "RPRT": "report", "GOVDOC": "report",
    "THES": "thesis", "ELEC": "webpage", "WEB": "webpage", "BLOG": "post-weblog", "DATA": "dataset",
    "COMP": "software", "PAT": "patent", "STAND": "standard", "UNPB": "article",
}  # fmt: skip
# Tags of RIS have several names in the library, by what kind of work they belong to; the first with a value counts.
_RIS_FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "title": ("title", "primary_title", "translated_title"),
    "container-title": ("journal_name", "secondary_title", "alternate_title1", "alternate_title2", "alternate_title3"),
    "volume": ("volume",),
    "issue": ("number",),
    "publisher": ("publisher",),
    "issued": ("year", "publication_year", "date"),
    "edition": ("edition",),
    "DOI": ("doi",),
    "ISSN": ("issn",),
    "id": ("id", "label"),
}
# Two spaces and a hyphen come after each tag, and many exports lose one of them.
_RIS_START: Final = re.compile(r"^TY  ?-", re.MULTILINE)
_RIS_END: Final = re.compile(r"^ER  ?-", re.MULTILINE)


def _read_ris(text: str, *, file: str) -> tuple[list[tuple[int, dict[str, Any]]], list[Finding]]:
    """Return the entries of a RIS text with their lines, and findings about unreadable parts."""
    import rispy  # noqa: PLC0415

    entries, findings = [], []
    starts = [match.start() for match in _RIS_START.finditer(text)]
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        part, line = text[start:end], text.count("\n", 0, start) + 1
        found = rispy.loads(part)
        if _RIS_END.search(part) and found:
            entries.append((line, _ris_as_csl(found[0])))
        else:
            message = "this entry has no end"
            findings.append(
                Finding(
                    "bibliography-syntax", Severity.ERROR, message, "close it with a line “ER  - ”", Where(file, line)
                )
            )
    return entries, findings


def _ris_as_csl(entry: Mapping[str, Any]) -> dict[str, Any]:
    item: dict[str, Any] = {"type": _RIS_TYPES.get(entry.get("type_of_reference", ""), "")}
    for name, keys in _RIS_FIELDS.items():
        value = next((entry[key] for key in keys if entry.get(key)), None)
        if value is not None:
            item[name] = value
    roles = ("authors", "first_authors", "secondary_authors")
    people: list[str] = next((entry[key] for key in roles if entry.get(key)), [])
    if people:
        item["author"] = [_ris_name(person) for person in people]
    pages = [entry[key] for key in ("start_page", "end_page") if entry.get(key)]
    urls = entry.get("urls") or [entry[key] for key in ("url", "link1") if entry.get(key)]
    return item | ({"page": "–".join(pages)} if pages else {}) | ({"URL": urls[0]} if urls else {})


def _ris_name(text: str) -> dict[str, str]:
    family, comma, given = (part.strip() for part in text.partition(","))
    return {"family": family, "given": given.split(",")[0]} if comma else {"literal": text.strip()}
