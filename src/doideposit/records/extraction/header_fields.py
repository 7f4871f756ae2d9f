"""The keys of headers that say what a record says, in the names of Hugo, Jekyll, Quarto, Pandoc, JOSS, Docusaurus."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from doideposit.findings import Finding, Loc, Severity, Where, nearest
from doideposit.records.extraction.dates import PrintedDate
from doideposit.records.extraction.header_values import HeaderValue, Stated
from doideposit.records.extraction.name_parts import PrintedName
from doideposit.records.extraction.names import NameText
from doideposit.records.identifiers import Ror
from doideposit.records.models.relations import Licence
from doideposit.records.sources.interface import Header

__all__ = ["OWN", "header_fields"]

# The authors of a header, in all the shapes that sites, journals and converters give them.

# Keys of static sites, journals and converters, in the languages in which their templates are written.
_AUTHORS: Final = ("authors", "author", "autor", "autores", "auteur", "auteurs", "autoren", "by", "byline")
_GIVEN: Final = ("given", "given-names", "given_names", "given-name", "given_name", "givenname", "first", "firstname",
                 "first-name", "first_name", "forename")  # fmt: skip
_FAMILY: Final = ("family", "family-names", "family_names", "family-name", "family_name", "surname", "last",
                  "lastname", "last-name", "last_name")  # fmt: skip
# CSL names particles by whether they are dropped in sorting, BibTeX just “von”.
_PARTICLE: Final = ("non-dropping-particle", "dropping-particle", "particle", "von")
# Keys under which the name of a group stands.
_GROUP: Final = ("organisation", "organization", "corporate", "corporation", "collective", "collaboration", "group")
# Keys under which a whole name stands; the first that is there counts.
_WHOLE: Final = ("name", "literal", "display_name", "displayname", "full_name", "fullname", "author")
_ORCID: Final = ("orcid", "orcid-id", "orcid_id", "orcidid")
_AFFILIATION: Final = ("affiliations", "affiliation", "institutions", "institution", "institute", "institutes",
                       "organization", "organisation", "org", "company")  # fmt: skip
# Quarto and JOSS list affiliations once, below keys that authors point to.
_SHARED: Final = ("affiliations", "affiliation", "institutions", "institution", "institute", "institutes")
# Footnote marks, tags and links that a converter left after a name.
_MARKS: Final = re.compile(r"\s*(?:<[^>]*>|\([^)]*\)|\[[^\]]*\]\([^)]*\)|\^\[[^\]]*\])")
# A key points to an entry elsewhere in the header; a name has a capital or a space.
_KEY: Final = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*")
# A list that somebody wrote as one text.
_AND: Final = re.compile(r"\s(?:and|und|et|&|y|e|en|och|oraz)\s|[;\n]", re.IGNORECASE)
# Nothing but initials: a given name that was abbreviated.
_INITIALS: Final = re.compile(r"(?:\w\.[\s-]?)+")


def _header_authors(top: HeaderValue, notes: "_HeaderNotes") -> tuple[Stated, ...]:
    """Return the authors of a header, with affiliations and ORCID iDs; note what was not understood."""
    value = top.get(*_AUTHORS)
    for place in ("params", "extra", "citation"):
        inner = top.get(place)
        value = value or (inner.get(*_AUTHORS) if inner else None)
    if value is None:
        return ()
    shared = dict(_institutions_by_key(top))
    return tuple(
        author
        for entry in value.items()
        for author in _read_author_entry(entry, shared, notes, alone=not isinstance(value.value, list))
    )


# One entry.


def _read_author_entry(
    entry: HeaderValue, shared: Mapping[str, HeaderValue], notes: "_HeaderNotes", *, alone: bool
) -> Iterator[Stated]:
    if isinstance(entry.value, str):
        yield from _read_byline(entry, notes, alone=alone)
        return
    only = list(entry.entries())
    # Pandoc's filters write “- Ana Keller: {institute: a}”.
    if len(only) == 1 and only[0][0].lower() not in {*_WHOLE, *_GROUP, *_FAMILY, *_GIVEN}:
        name, inner = only[0]
        author = _split_name(HeaderValue(name, inner.loc), notes)
        entry = inner
    else:
        author = _read_name(entry, notes)
    if author is None:
        return
    yield (
        author if "organisation" in author else {**author, **_orcid_of(entry), **_affiliations_of(entry, shared, notes)}
    )


def _read_name(entry: HeaderValue, notes: "_HeaderNotes") -> dict[str, Stated] | None:
    inner = entry.get("name")
    parts = inner if inner is not None and isinstance(inner.value, Mapping) else entry
    given, family = parts.get(*_GIVEN), parts.get(*_FAMILY)
    if family is not None and family.text:
        return _name_parts(parts, given, family)
    whole = parts.get(*_WHOLE)
    if whole is not None and whole.text:
        return _split_name(whole, notes)
    group = parts.get(*_GROUP)
    if group is not None and group.text:
        return {"organisation": group.as_field()}
    if given is not None and given.text:
        return _split_name(given, notes)
    hint = "write given: and family:, or name:"
    notes.note_unread("header-author", "this author has no name", hint, entry, field="authors")
    return None


def _name_parts(parts: HeaderValue, given: HeaderValue | None, family: HeaderValue) -> dict[str, Stated]:
    particle, suffix = parts.get(*_PARTICLE), parts.get("suffix", "jr")
    lead = f"{particle.text} " if particle and particle.text else ""
    middle = parts.get("middle", "middlename", "middle-name", "middle_name")
    found: dict[str, Stated] = {}
    if given is not None and given.text:
        found["given"] = given.as_field(" ".join(part.text for part in (given, middle) if part))
    found["family"] = family.as_field(lead + family.text)
    return found | ({"suffix": suffix.as_field()} if suffix and suffix.text else {})


def _read_byline(entry: HeaderValue, notes: "_HeaderNotes", *, alone: bool) -> Iterator[Stated]:
    """Return the authors of a text: one name, “Family, Given”, or several with commas, semicolons or “and”."""
    text = re.sub(r"^by\s+", "", entry.text, flags=re.IGNORECASE)
    if not text:
        return
    plain = _MARKS.sub("", text).strip()
    turned = _is_turned(plain, alone=alone)
    if turned is None:
        hint = "write each author as an item of a list, or with given: and family:"
        message = f"“{plain}” can be one person with the family name first, or two people"
        notes.note_unread("header-author-several", message, hint, entry, field="authors")
        return
    names = (
        [plain]
        if turned or NameText(plain).is_group
        else [part for row in text.split("\n") for part in NameText(row).parts]
    )
    for name in names:
        author = _split_name(HeaderValue(name, entry.loc), notes)
        if author is not None:
            yield author


def _is_turned(text: str, *, alone: bool) -> bool | None:
    """Tell whether a text is “Family, Given”; None where it may as well be two people."""
    parts = [NameText(part.strip()) for part in text.split(",")]
    if len(parts) != 2 or _AND.search(text) or not all(parts):  # noqa: PLR2004  (before and after one comma)
        return False
    words = [len(part.split()) for part in parts]
    if any(part.is_group for part in parts):
        return None if parts[0].is_name and not parts[0].is_group else False
    if words[0] == 1 or words[1] == 1 or _INITIALS.fullmatch(parts[1]):
        return True
    # An item of a list is one author; a text alone may be a byline of two.
    return False if alone and all(part.is_name for part in parts) and not _has_particle(parts[0]) else None


def _has_particle(text: str) -> bool:
    return text[:1].islower()


def _split_name(at: HeaderValue, notes: "_HeaderNotes") -> dict[str, Stated] | None:
    """Make an author of a whole name; where it can be split in more than one way, a warning says how it was."""
    plain = _MARKS.sub("", at.text).strip(" *,;")
    if plain.lower() in {"anonymous", "anon", "anonym"}:
        return {"anonymous": at.as_field("true")}
    if _KEY.fullmatch(plain) or plain.startswith("@"):
        hint = "write the name as it is printed, or add it with this key to the authors.yml of the site"
        notes.note_unread("header-author-key", f"“{plain}” is a key, not a name", hint, at, field="authors")
        return None
    if NameText(plain).is_group:
        hint = "write organisation: for a group, and given: and family: for a person"
        notes.warn("header-author-group", f"“{plain}” is read as an organisation", hint, at, field="authors")
        return {"organisation": at.as_field(plain, sure=False)}
    if not NameText(NameText(plain).untitled.replace(",", " ")).is_name:
        hint = "write given: and family:, or organisation:"
        notes.note_unread("header-author", f"“{plain}” does not look like a name", hint, at, field="authors")
        return None
    name = PrintedName.read(plain)
    if not name.sure:
        shown = f"{name.family}, {name.given}" if name.given else name.family
        message = f"“{plain}” was read as “{shown}”, but could be split in another way"
        notes.warn("header-name", message, "write given: and family:, or “Family, Given”", at, field="authors")
    parts = (
        ("given", name.given),
        ("family", name.family),
        ("suffix", name.suffix),
        ("name_style", "eastern" if name.eastern else None),
    )
    return {key: at.as_field(value, sure=name.sure) for key, value in parts if value}


# What belongs to an author.


def _orcid_of(entry: HeaderValue) -> dict[str, Stated]:
    orcid = entry.get(*_ORCID)
    return {"orcid": orcid.as_field()} if orcid is not None and orcid.text else {}


def _affiliations_of(entry: HeaderValue, shared: Mapping[str, HeaderValue], notes: "_HeaderNotes") -> dict[str, Stated]:
    given = entry.get(*_AFFILIATION)
    if given is None:
        return {}
    found = [institution for item in given.items() for institution in _referenced_institutions(item, shared, notes)]
    return {"affiliations": tuple(found)} if found else {}


def _referenced_institutions(
    item: HeaderValue, shared: Mapping[str, HeaderValue], notes: "_HeaderNotes"
) -> Iterator[Stated]:
    """Return the institutions of an entry: written out, or by keys of the list of institutions, as “1, 2”."""
    ref = item.get("ref", "id") if item.get("name") is None else None
    text = ref.text if ref else item.text
    keys = [part.strip() for part in text.split(",")] if text else []
    known = bool(keys) and all(key in shared for key in keys)
    if not known and (ref is not None or re.fullmatch(r"[\d,\s]+", text)):
        hint = "add it to the list of affiliations, or write its name here"
        notes.note_unread("header-affiliation", f"there is no affiliation “{text}”", hint, item, field="authors")
        return
    for entry in [shared[key] for key in keys] if known else [item]:
        institution = _read_institution(entry)
        if institution:
            yield institution


def _read_institution(value: HeaderValue) -> dict[str, Stated]:
    if value.text:
        return {"name": value.as_field(" ".join(value.text.split()))}
    name = value.get("name", "institution", "organization", "organisation", "university", "text")
    found: dict[str, Stated] = {}
    if name is not None and name.text:
        found["name"] = name.as_field(" ".join(name.text.split()))
    for field, keys in (("department", ("department", "division", "faculty")), ("place", ("city", "place"))):
        part = value.get(*keys)
        texts = tuple(item.as_field() for item in part.items() if item.text) if part is not None else ()
        if texts:
            found[field] = texts[0] if len(texts) == 1 else texts
    ror = value.get("ror")
    if ror is not None and ror.text:
        found["ror"] = ror.as_field(_whole_ror(ror.text))
    return found


def _whole_ror(text: str) -> str:
    """Return a ROR id as its address; leave other texts unchanged, for the check of the record to report."""
    bare = re.sub(r"^(?:https?://)?(?:www\.)?ror\.org/|/+$", "", text.strip(), flags=re.IGNORECASE)
    ror = Ror.parse_or_none(bare)
    # What only looks like a ROR id stays the text it is: the check of the record tells more.
    return text if ror is None else ror.url


def _institutions_by_key(top: HeaderValue) -> Iterator[tuple[str, HeaderValue]]:
    """Return the institutions that authors refer to: by index, as JOSS has it, by id, or by the key of an entry."""
    listed = top.get(*_SHARED)
    if listed is None:
        return
    if isinstance(listed.value, Mapping):
        yield from listed.entries()
        return
    for place, item in enumerate(listed.items(), 1):
        key = item.get("index", "id", "ref", "number", "num")
        only = list(item.entries())
        if key is not None:
            yield key.text, item
        elif len(only) == 1 and only[0][0].lower() != "name":
            yield only[0]
        elif item.text:
            yield str(place), item


# Below this key a header holds fields of a record as they are; they come before what the site's own keys say.
OWN: Final = "doideposit"

# Proposals of communities (EIP, PEP, RFC) call their number by the name of the series.
_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "series": ("series",),
    "number": ("number", "issue", "nummer", "numero", "número", "eip", "erc", "bip", "pep", "rfc", "xep"),
    "title": ("title", "titel", "titre", "título", "titolo", "headline"),
    "subtitle": ("subtitle", "sub_title", "sub-title", "untertitel"),
    "published": (
        *("date", "published", "publishdate", "pubdate", "published_at", "date_published", "date-published"),
        *(
            "publish_date",
            "publication_date",
            "publication-date",
            "issued",
            "created",
            "start date",
            "datum",
            "fecha",
            "assigned",
        ),
    ),
    "doi": ("doi",),
    "url": ("canonical_url", "canonical-url", "canonicalurl", "canonical", "url", "permalink", "link"),
    "language": ("language", "lang", "locale"),
}
# Hugo shows `summary` in lists, and many sites put their abstract there.
_ABSTRACT: Final = ("abstract", "summary", "zusammenfassung", "resumen", "résumé", "resume")
# Crossref has no keywords; they are read because a record keeps them for the landing page.
_KEYWORDS: Final = ("keywords", "keyword", "tags", "categories")
# British and American spelling, one or several.
_LICENCE: Final = ("license", "licence", "licenses", "licences", "rights", "lizenz")
# Words that stand where a date does; the program that builds the page puts another day there each time.
_MOVING: Final = re.compile(
    r"^\W*(?:today|now|last-modified|heute|aujourd'hui)\W*$|^`r\s|sys\.(?:date|time)|\{\{|\\today|<%", re.IGNORECASE
)
# YAML 1.1 reads yes and no as truth values, so that a title “No” arrives as one.
_TRUTH: Final = frozenset({"true", "false", "yes", "no"})


def header_fields(header: Header, file: str, *, strict: bool) -> tuple[dict[str, Stated], list[Finding]]:
    """Return the fields of a record that a header states, and what was not understood.

    With `strict` that is an error, because the document is deposited directly; else it is a warning.
    """
    notes = _HeaderNotes(header, file, strict=strict)
    top = HeaderValue(header.data, ())
    fields: dict[str, Stated] = {}
    for name, keys in _KEYS.items():
        value = _first_value(top, keys)
        stated = value and _READERS.get(name, _one_line_text)(value, notes)
        if stated:
            fields[name] = stated
    fields |= _abstract_and_keywords(top, notes)
    authors = _header_authors(top, notes)
    return ({**fields, "authors": authors} if authors else fields), notes.found


class _HeaderNotes:
    """Collect what is wrong with a header, at its own lines."""

    def __init__(self, header: Header, file: str, *, strict: bool) -> None:
        self._header = header
        self._file = file
        self._unread = Severity.ERROR if strict else Severity.WARNING
        self.found: list[Finding] = []

    def note_unread(self, code: str, message: str, hint: str, at: HeaderValue, *, field: str) -> None:
        """Note a value that was not understood: it blocks a document that is deposited directly."""
        self.found.append(Finding(code, self._unread, message, hint, self._where(at.loc, field)))

    def warn(self, code: str, message: str, hint: str, at: HeaderValue, *, field: str) -> None:
        """Note something a person should look at."""
        self.found.append(Finding(code, Severity.WARNING, message, hint, self._where(at.loc, field)))

    def _where(self, loc: Loc, field: str) -> Where:
        """Return the place of a value of the header, or of the value around it."""
        found = nearest(self._header.places, loc)
        if found is not None:
            return Where(self._file, found[1].line, found[1].column, field)
        return Where(self._file, self._header.lines.get(str(loc[0])) if loc else 1, None, field)


def _first_value(top: HeaderValue, keys: tuple[str, ...]) -> HeaderValue | None:
    """Return the first key that holds something of use: `published` of Jekyll is only a yes or no."""
    for place in (top.get(OWN), top, top.get("params"), top.get("extra"), top.get("citation")):
        for key in keys:
            value = place.get(key) if place else None
            if value is not None and not (key == "published" and value.text.lower() in _TRUTH):
                return value
    return None


def _one_line_text(value: HeaderValue, notes: "_HeaderNotes") -> HeaderValue | None:
    """Return a text on one line; of a list the only item, of a mapping its name or text."""
    if isinstance(value.value, list) and len(value.value) == 1:
        value = next(value.items())
    value = value.get("name", "text", "id", "plain", "main") or value
    if value.text:
        return value.as_field(" ".join(value.text.split()))
    kind = "a list" if isinstance(value.value, list) else "a mapping"
    key = str(value.loc[-1])
    notes.note_unread(
        "header-shape", f"`{key}` is {kind}, but one text is expected", f"write {key}: …", value, field=key
    )
    return None


def _series_name(value: HeaderValue, notes: "_HeaderNotes") -> HeaderValue | None:
    """Return the name of the series; sites also use the key for lists of their own, which say nothing here."""
    return None if isinstance(value.value, list) and len(value.value) > 1 else _one_line_text(value, notes)


def _read_date(value: HeaderValue, notes: "_HeaderNotes") -> HeaderValue | None:
    stated = _one_line_text(value, notes)
    if stated is None:
        return None
    date = PrintedDate.find(stated.text)
    if date is not None and date.value and not _MOVING.search(stated.text):
        return value.as_field(date.value)
    what = "can be read as two different dates" if date is not None else "is not a date"
    if _MOVING.search(stated.text):
        what = "is a new date each time the page is built"
    hint = "write the day of publication as 2023-09-14"
    notes.note_unread("header-date", f"“{stated.text}” {what}", hint, value, field="published")
    return None


def _read_url(value: HeaderValue, notes: "_HeaderNotes") -> HeaderValue | None:
    """Return an address with its host; a path within the site is not an address yet."""
    del notes
    return value.as_field() if re.match(r"https?://\S+$", value.text) else None


def _language_code(value: HeaderValue, notes: "_HeaderNotes") -> HeaderValue | None:
    """Return the code of the language: en-US and en_US are en for Crossref."""
    if isinstance(value.value, list):
        value = next(value.items())
    stated = _one_line_text(value, notes)
    code = re.fullmatch(r"([A-Za-z]{2,3})(?:[-_][A-Za-z0-9]+)*", stated.text) if stated else None
    return value.as_field(code[1].lower()) if code else stated


# Fields that need more than a text; all others are taken as they are.
_READERS: Final = {"series": _series_name, "published": _read_date, "url": _read_url, "language": _language_code}


def _abstract_and_keywords(top: HeaderValue, notes: "_HeaderNotes") -> dict[str, Stated]:
    found: dict[str, Stated] = {}
    abstract = _first_value(top, _ABSTRACT)
    if abstract is not None:
        abstract = abstract.get("text", "content") or abstract
        if abstract.text:
            found["abstracts"] = ({"text": abstract.as_field()},)
    keywords = _first_value(top, _KEYWORDS)
    if keywords is not None and (words := _read_keywords(keywords)):
        found["keywords"] = words
    licence = _first_value(top, _LICENCE)
    if licence is not None and (stated := _read_licence(licence, notes)):
        found["licences"] = ({"url": stated},)
    return found


def _read_keywords(value: HeaderValue) -> tuple[HeaderValue, ...]:
    """Return keywords: a list, or a text with commas or semicolons."""
    if isinstance(value.value, str):
        mark = ";" if ";" in value.value else ","
        return tuple(value.as_field(word.strip()) for word in value.value.split(mark) if word.strip())
    words = [item.get("name", "text", "term") or item for item in value.items()]
    return tuple(word.as_field() for word in words if word.text)


def _read_licence(value: HeaderValue, notes: "_HeaderNotes") -> HeaderValue | None:
    for item in value.items():
        parts = [part for part in (item.get("url", "link"), item.get("text", "name", "type", "id"), item) if part]
        for part in parts:
            address = part.text if re.match(r"https?://\S+$", part.text) else Licence.address_in(part.text)
            if address:
                return part.as_field(address)
    named = value.text
    if re.search(r"\bCC\b|creative commons", named, re.IGNORECASE):
        hint = "write the version too, as in CC BY 4.0, or the address of the licence"
        notes.warn(
            "header-licence",
            f"“{named}” does not say which version of the licence it is",
            hint,
            value,
            field="licences",
        )
    return None
