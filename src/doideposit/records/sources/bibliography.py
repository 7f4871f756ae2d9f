"""References that a document or record has in files beside it: BibTeX, RIS, and the JSON or YAML of CSL.

All are brought into the form of CSL first, the JSON of citation managers. Source: the schema of CSL 1.0.2,
csl-data.json.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Self

from doideposit.findings import Finding, Loc, Severity, Where, has_errors
from doideposit.records.doi_text import FoundDoi
from doideposit.records.origin import Place, RawRecord
from doideposit.records.sources.files import Loaded
from doideposit.records.sources.interface import MAX_FILE_SIZE, REFERENCES_FILE

__all__ = ["Bibliography"]

# Programs export reference lists under these names.
_SUFFIXES: Final = (".bib", ".bibtex", ".ris", ".json", ".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class _CitedWork:
    """Hold one entry of a bibliography as the fields of a reference, and where it is."""

    fields: Mapping[str, str]
    place: Place

    @property
    def key(self) -> str:
        """Return the key that texts cite it by; nothing for an entry without one."""
        return self.fields.get("key", "")


@dataclass(frozen=True, slots=True)
class Bibliography:
    """Hold the entries of the files of a document, and what was found wrong with them."""

    works: tuple[_CitedWork, ...] = ()
    findings: tuple[Finding, ...] = ()

    def cited_in(self, text: str, *, file: str, nocite: str = "") -> "Bibliography":
        r"""Return the works that a Markdown text cites by key, in that order; all works if it cites none by key.

        Keys are cited as Pandoc and Quarto do: [@key], @key, \cite{key}. `nocite` is the key of the header that cites
        without a place in the text; “@*” there means every entry.
        """
        if "@*" in nocite or not self.works:
            return self
        keys, certain = _cited_keys(text, nocite)
        # Reversed, so that the first of two entries with one key wins, as in BibTeX.
        by_key = {work.key: work for work in reversed(self.works) if work.key}
        found = [by_key[key] for key in keys if key in by_key]
        told = [
            Finding(
                "citation-unknown", Severity.WARNING, f"the text cites “{key}”, which is in no file of references",
                "add the entry, or correct the key", Where(file, keys.get(key)),
            )
            for key in certain
            if key not in by_key
        ]  # fmt: skip
        if found:
            return Bibliography(tuple(found), (*self.findings, *told))
        message = f"the text cites nothing by its key, so all {len(self.works)} entries count as its references"
        hint = "remove those that it does not cite"
        whole = Finding("bibliography-whole", Severity.INFO, message, hint, Where(self.works[0].place.file, 1))
        return Bibliography(self.works, (*self.findings, *told, whole))

    @classmethod
    def read(cls, paths: Iterable[Path]) -> Self:
        """Read files of references; each fault is a finding at its line. Raises `DiskError` when the disk fails."""
        items: list[tuple[Mapping[str, Any], Place]] = []
        findings: list[Finding] = []
        for path in paths:
            found, told = _read_file(path)
            items += [(item, Place(line, 1, file=str(path))) for line, item in found]
            findings += told
        return replace(cls.of_csl(items), findings=tuple(findings))

    @classmethod
    def of_csl(cls, items: Iterable[tuple[Mapping[str, Any], Place]]) -> Self:
        """Return the works that items of CSL describe, each with its place; an item that says nothing is left out."""
        works = (_CitedWork(_reference_fields(item), place) for item, place in items)
        return cls(tuple(work for work in works if set(work.fields) - {"key", "type"}))

    @staticmethod
    def file_names(value: Any) -> list[str]:
        """Return the names of files in a text, or in a list of texts."""
        listed = value if isinstance(value, list) else [value]
        return [text.strip() for text in listed if isinstance(text, str) and text.strip()]

    @classmethod
    def put_into(cls, raw: RawRecord, path: Path) -> RawRecord:
        """Return a record with the references of the files beside it that it names in `references_file`.

        `path` is the file it was read from. Raises `DiskError` when the disk fails.
        """
        value = raw.data.get(REFERENCES_FILE)
        if value is None:
            return raw
        data = {key: part for key, part in raw.data.items() if key != REFERENCES_FILE}
        if data.get("references"):
            message = f"`references` and `{REFERENCES_FILE}` both list the references"
            both = Finding(
                "references-both", Severity.ERROR, message, "keep one of the two", raw.origin.where((REFERENCES_FILE,))
            )
            return replace(raw, data=data, findings=(*raw.findings, both))
        found = cls.read(path.parent / name for name in cls.file_names(value))
        return found.added_to(replace(raw, data=data))

    def added_to(self, raw: RawRecord) -> RawRecord:
        """Return a record with these references, each with its place in its file."""
        places: dict[Loc, Place] = dict(raw.origin.places)
        for index, work in enumerate(self.works):
            places[("references", index)] = work.place
        data = {**raw.data}
        if self.works:
            data["references"] = [dict(work.fields) for work in self.works]
        origin = replace(raw.origin, places=places)
        return RawRecord(data, origin, (*raw.findings, *self.findings))


def _read_file(path: Path) -> tuple[list[tuple[int, dict[str, Any]]], list[Finding]]:
    suffix, file = path.suffix.lower(), str(path)
    if suffix not in _SUFFIXES:
        message = f"{path} is not a file of references: its name ends in {suffix or 'nothing'}"
        hint = f"such names end in {', '.join(_SUFFIXES)}"
        return [], [Finding("bibliography-kind", Severity.ERROR, message, hint, Where(file))]
    loaded = Loaded.read(path, limit=MAX_FILE_SIZE)
    if loaded.text is None:
        return [], list(loaded.findings)
    text = loaded.text.replace("\r\n", "\n").replace("\r", "\n")
    if suffix in {".bib", ".bibtex", ".ris"}:
        from doideposit.records.sources.bibtex import read_entries  # noqa: PLC0415  (few records have such files)

        return read_entries(text, suffix, file=file)
    return _read_csl(text, file, suffix)


def _read_csl(text: str, file: str, suffix: str) -> tuple[list[tuple[int, dict[str, Any]]], list[Finding]]:
    """Read the JSON or YAML of CSL: a list of entries, or one below the key `references`."""
    from doideposit.records.sources import json_text, yaml_text  # noqa: PLC0415

    read = (json_text if suffix == ".json" else yaml_text).read(text, file=file)
    entries: list[tuple[int, dict[str, Any]]] = []
    for record in read.records:
        listed = record.data.get("references") or record.data.get("items")
        if isinstance(listed, list):
            key = "references" if record.data.get("references") else "items"
            entries += [
                _item_with_line(record, (key, index), item)
                for index, item in enumerate(listed)
                if isinstance(item, Mapping)
            ]
        else:
            entries.append(_item_with_line(record, (), record.data))
    strange = [line for line, item in entries if not {"title", "type", "DOI", "URL", "author"} & item.keys()]
    findings = list(read.findings)
    if strange and not has_errors(findings):
        message = "this is not an entry of a bibliography: it has neither type, title, author, DOI nor URL"
        findings.append(
            Finding(
                "bibliography-kind",
                Severity.ERROR,
                message,
                "export the references as CSL JSON",
                Where(file, strange[0]),
            )
        )
    return [] if strange else entries, findings


def _item_with_line(
    record: RawRecord, loc: tuple[str | int, ...], item: Mapping[str, Any]
) -> tuple[int, dict[str, Any]]:
    return record.origin.where(loc).line or 1, dict(item)


# What a text cites.


def _cited_keys(text: str, nocite: str) -> tuple[Mapping[str, int], tuple[str, ...]]:
    """Return the keys that a text cites, each with its first line, and those that are certain to be keys."""
    plain = _CODE.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    bracketed = {(match.start(), match.end()) for match in _BRACKET.finditer(plain)}
    keys: dict[str, int] = {}
    certain: dict[str, None] = {}
    places = [(match.start(), match[1] or match[2]) for match in _CITED.finditer(plain)]
    places += [(match.start(), key.strip()) for match in _TEX.finditer(plain) for key in match[1].split(",")]
    # In the order in which the text cites them.
    for place, key in sorted(places):
        if _OWN.match(key):
            continue
        keys.setdefault(key, plain.count("\n", 0, place) + 1)
        if plain[place] == "\\" or any(start < place < end for start, end in bracketed):
            certain[key] = None
    for match in _CITED.finditer(nocite):
        keys.setdefault(match[1] or match[2], 1)
    return keys, tuple(certain)


# The characters that BibTeX, Pandoc and Better BibTeX put into keys.
_KEY: Final = r"[\w](?:[\w:.#$%&\-+?<>~/]*\w)?"
# Pandoc's citations: a key after @, or in braces; a letter before it makes an e-mail address.
_CITED: Final = re.compile(rf"(?<![\w@\\/.])-?@(?:\{{([^}}\s]+)\}}|({_KEY}))")
# The commands of BibTeX, natbib and biblatex end in the same braces.
_TEX: Final = re.compile(r"\\(?:no)?cite[a-z]*\*?(?:\[[^\]]*\])*\{([^}]+)\}")
# In brackets Pandoc groups citations.
_BRACKET: Final = re.compile(r"\[[^\[\]]*@[^\[\]]*\]")
# In code and comments an @ is not a citation.
_CODE: Final = re.compile(r"(?ms)^(```|~~~).*?^\1|`[^`\n]*`|<!--.*?-->")
# Quarto's references to figures, tables and sections have the same form.
_OWN: Final = re.compile(r"(?:fig|tbl|sec|eq|lst|thm|lem|cor|prp|cnj|def|exm|exr|rem|sol|tip|nte|wrn|imp|cau)-")


# Types of CSL 1.0.2 by Crossref's types of citations.
_TYPES: Final[Mapping[str, str]] = {
    "article": "preprint",
    "article-journal": "journal_article",
    "article-magazine": "journal_article",
    "article-newspaper": "other",
    "book": "book",
    "chapter": "book_chapter",
    "entry-encyclopedia": "book_chapter",
    "dataset": "dataset",
    "paper-conference": "conference_paper",
    "patent": "patent",
    "post": "web_resource",
    "post-weblog": "blog_post",
    "report": "report",
    "review": "peer_review",
    "software": "software",
    "standard": "standard",
    "thesis": "dissertation",
    "webpage": "web_resource",
}
# The title of these is that of the whole, and not of a part in it.
_WHOLE: Final = frozenset({"book", "report", "thesis", "standard", "dataset", "software"})
# Years are in texts of all forms; four digits that belong to a longer number are none.
_YEAR: Final = re.compile(r"(?<!\d)(\d{4})(?!\d)")


def _reference_fields(item: Mapping[str, Any]) -> dict[str, str]:
    """Return the fields of a reference; what the entry does not say is left out. All values are texts."""
    kind = _as_text(item.get("type"))
    title, container = _as_text(item.get("title")), _as_text(item.get("container-title"))
    doi, url = _doi_and_address(
        _as_text(item.get("DOI") or item.get("doi")), _as_text(item.get("URL") or item.get("url"))
    )
    pages = _as_text(item.get("page"))
    fields = {
        "key": _as_text(item.get("id")),
        "type": _TYPES.get(kind, "other" if kind else ""),
        "text": _citation_text(item),
        "url": url,
        "doi": doi,
        # Programs write several ISSNs into one text, and a reference has room for one.
        "issn": _as_text(item.get("ISSN")).split(" ")[0].strip(",;"),
        "isbn": re.sub(r"[^0-9Xx-]", "", _as_text(item.get("ISBN")).split(" ")[0]),
        "journal_title": container if kind.startswith("article") else "",
        "author": _first_author(item),
        "volume": _as_text(item.get("volume")),
        "issue": _as_text(item.get("issue")),
        "first_page": re.split(r"\s*[-–—]+\s*", pages)[0] if re.match(r"\w+(?:\s*[-–—]|$)", pages) else "",
        "year": _year_of(item.get("issued")),
        "series_title": _as_text(item.get("collection-title")),
        "edition": "".join(re.findall(r"^\d+", _as_text(item.get("edition")))),
        "volume_title": title if kind in _WHOLE else container if kind in {"chapter", "paper-conference"} else "",
        "article_title": "" if kind in _WHOLE else title,
    }
    return {key: value for key, value in fields.items() if value}


def _doi_and_address(doi: str, url: str) -> tuple[str, str]:
    """Return DOI and address; an address that is a DOI is one."""
    named = FoundDoi.bare(url)
    if named != url and named.startswith("10."):
        return FoundDoi.bare(doi) or named, ""
    return FoundDoi.bare(doi), url


def _as_text(value: Any) -> str:
    if isinstance(value, list):
        value = value[0] if value else ""
    return "" if value is None or isinstance(value, Mapping) else " ".join(str(value).split())


def _people_of(item: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    for role in ("author", "editor", "director", "container-author"):
        people = item.get(role)
        if isinstance(people, list) and people:
            return [person if isinstance(person, Mapping) else {"literal": str(person)} for person in people]
    return []


def _family_name(person: Mapping[str, Any]) -> str:
    # CSL keeps "van" and "de" apart from the family name; Crossref's citation has one field for both.
    particle = _as_text(person.get("non-dropping-particle") or person.get("dropping-particle"))
    family = _as_text(person.get("family") or person.get("literal") or person.get("name"))
    return f"{particle} {family}".strip()


def _first_author(item: Mapping[str, Any]) -> str:
    people = _people_of(item)
    return _family_name(people[0]) if people else ""


def _year_of(issued: Any) -> str:
    if isinstance(issued, Mapping):
        parts = issued.get("date-parts")
        # CSL-JSON nests the date twice, because the second entry would be the end of a range.
        if isinstance(parts, list) and parts and isinstance(parts[0], list) and parts[0]:
            return _as_text(parts[0][0])
        # Not all programs split a date: `raw` and `literal` are those of CSL, and `year` has been seen as well.
        issued = issued.get("raw") or issued.get("literal") or issued.get("year")
    found = _YEAR.search(_as_text(issued))
    return found[1] if found else ""


def _citation_text(item: Mapping[str, Any]) -> str:
    """Return an entry as a list of references prints it: authors, year, title, where it appeared, publisher."""
    names = [_printed_name(person) for person in _people_of(item)]
    authors = names[0] if len(names) == 1 else f"{', '.join(names[:-1])}, & {names[-1]}" if names else ""
    year = _year_of(item.get("issued"))
    volume, issue, pages = (_as_text(item.get(key)) for key in ("volume", "issue", "page"))
    numbers = volume + (f"({issue})" if issue and volume else issue)
    place = ", ".join(part for part in (_as_text(item.get("container-title")), numbers, pages) if part)
    parts = (
        f"{authors} ({year})" if authors and year else authors or (f"({year})" if year else ""),
        *(_as_text(item.get("title")), place, _as_text(item.get("publisher"))),
    )
    return " ".join(part if part.endswith((".", "?", "!")) else f"{part}." for part in parts if part)


def _printed_name(person: Mapping[str, Any]) -> str:
    initials = " ".join(f"{part[0]}." for part in re.split(r"[\s.]+", _as_text(person.get("given"))) if part)
    return f"{_family_name(person)}, {initials}" if initials else _family_name(person)
