"""What the rules look at: a commentary laid out once, so that eighty rules need not each walk through it."""

import re
import string
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Any, Generic, TypeVar

from doideposit.checks.rules.address_patterns import Address
from doideposit.checks.rules.patterns import Pattern
from doideposit.checks.rules.registry import Context, Match
from doideposit.findings import Loc
from doideposit.records.identifiers import Doi
from doideposit.records.models.commentary import Commentary
from doideposit.records.models.contributors import Institution, Organisation, Person
from doideposit.records.models.dates import PartialDate
from doideposit.records.models.references import Reference
from doideposit.records.models.relations import Funding, Licence
from doideposit.records.models.series import Series
from doideposit.records.models.text import RichText

__all__ = ["Cited", "Each", "Places", "Text", "Work", "at"]

# A text and the field it is in.
Text = tuple[Loc, str]
# A reference: its place in the list, the reference, and its text without markup (empty when it has none).
Cited = tuple[int, Reference, str]

Item = TypeVar("Item")

# The parts of a reference that are words.
REFERENCE_TEXTS = ("author", "article_title", "journal_title", "volume_title", "series_title")
# Years, pages and numbers have rules of their own.
_CITED_PARTS = frozenset(
    {*REFERENCE_TEXTS, "url", "year", "volume", "issue", "first_page", "elocation_id", "edition", "isbn"}
)
# Greek and Cyrillic letters, private characters, ligatures, lost characters, and what is invisible.
_UNUSUAL = Pattern(
    "[\u0370-\u04ff\ue000-\uf8ff\uff21-\uff5a\U0001d400-\U0001d7ff\ufb00-\ufb06\ufffc\ufffd\u034f\u115f\u1160\u180e\u200e\u200f\u202a-\u202e\u2061-\u2064\u2066-\u206f"
    "\u3164\ufff9-\ufffb\U000e0000-\U000e007f]"
)
# Most records have none of these fields: whether one is set is found out faster than its texts are read.
_OTHER_RICH = frozenset(
    {"subtitle", "original_title", "translated_titles", "version", "status", "relations", "assertions"}
)
# A tag is replaced by a space, so that the words around it stay apart.
_TAGS = Pattern(r"<[^<>]*>")
# Of these no leftover is told.
_PLAIN = (string.ascii_letters + string.digits + " \n.,:;()'/-").encode()


# Series are frozen values, and a run has few of them.
@lru_cache(maxsize=64)
def _series_texts(series: Series) -> tuple[Text, ...]:
    """Return the texts of the series that every deposit carries: the first one ties the title to its ISSN for ever."""
    publisher = series.publisher
    found: list[tuple[Loc, str | None]] = [(("series", "title"), series.title)]
    if publisher:
        found += [(("series", "publisher", name), getattr(publisher, name)) for name in ("name", "place")]
    found.append((("series", "abbreviated_title"), series.abbreviated_title))
    first: Loc = ("series", "institution")
    for place, institution in enumerate(series.institutions, start=0 if series.institution else 1):
        loc: Loc = ("series", "other_institutions", place - 1) if place else first
        found += [((*loc, "name"), institution.name), *Work.parts_of(institution, loc, "place")]
    return tuple((loc, text) for loc, text in found if text)


class Work:
    """A commentary laid out for rules: its people and parts, and its texts with the fields they are in.

    `names` are the parts of personal names, `labels` texts beside names, `plain` all texts that cannot carry markup,
    `rich` those that can as they were written, `shown` the same as readers see them, `texts` all of them with the
    abstracts. `everything` joins them, so that a rule sees at once that a sign or a word occurs nowhere.
    """

    def __init__(self, commentary: Commentary, context: Context) -> None:
        self.commentary = commentary
        self.context = context
        self.title = commentary.title.plain
        self.subtitle = commentary.subtitle.plain if commentary.subtitle else ""
        authors = [(("authors", index), author) for index, author in enumerate(commentary.authors)]
        self.persons: list[tuple[Loc, Person]] = [
            (loc, contributor) for loc, contributor in authors if isinstance(contributor, Person)
        ]
        self.organisations: list[tuple[Loc, Organisation]] = [
            (loc, contributor) for loc, contributor in authors if isinstance(contributor, Organisation)
        ]
        self.affiliations: list[tuple[Loc, Institution]] = [
            ((*loc, "affiliations", place), institution)
            for loc, contributor in authors
            if not isinstance(contributor, Organisation)
            for place, institution in enumerate(contributor.affiliations)
        ]
        self.references: list[Cited] = [
            (index, reference, reference.text.plain if reference.text else "")
            for index, reference in enumerate(commentary.references)
        ]
        self.cited_parts = self._cited_parts()
        self.abstracts: list[Text] = [
            (("abstracts", index, "text"), item.text) for index, item in enumerate(commentary.abstracts)
        ]
        self.bare_abstracts: list[tuple[Loc, str, str]] = [
            (loc, text, (_TAGS.sub(" ", text) if "<" in text else text).strip()) for loc, text in self.abstracts
        ]
        self.names = _name_texts(self.persons)
        self.organisation_names = self._organisation_names()
        self.labels = self._other_names()
        self.everything = "\n".join(self._all_texts())
        self.lowered = self.everything.lower()
        self.addresses = self._addresses()
        self.licences = self._licences()
        self.landing = self.addresses[0][1] if commentary.url else None

    # What follows is asked for only where `everything` shows that there is something to find.
    @cached_property
    def plain(self) -> list[Text]:
        """Return the texts that cannot carry markup."""
        return [*self.names, *self.organisation_names, *self.labels, *self._reference_parts()]

    def odd_addresses(self) -> list[tuple[Loc, Address]]:
        """Return the addresses that are not plain: most faults show in signs that a plain one has not."""
        return [(loc, address) for loc, address in self.addresses if not address.plain]

    def _cited_parts(self) -> Mapping[str, list[Text]]:
        """Return the parts of references that rules look at, by the name of the part, each with its field."""
        # Each reference is gone through once here, and not again by every rule about one part of it.
        found: dict[str, list[Text]] = {}
        for index, reference, _ in self.references:
            for name in _CITED_PARTS & reference.model_fields_set:
                if text := getattr(reference, name):
                    found.setdefault(name, []).append((("references", index, name), text))
        return found

    @cached_property
    def _rich(self) -> list[tuple[Loc, RichText]]:
        return self._rich_texts()

    @cached_property
    def rich(self) -> list[Text]:
        """Return the texts that can carry markup, as they were written."""
        return [(loc, text.source) for loc, text in self._rich]

    @cached_property
    def texts(self) -> list[Text]:
        """Return every text with the field it is in."""
        return [*self.plain, *self.rich, *self.abstracts]

    @property
    def shown(self) -> list[Text]:
        """Return the texts that can carry markup as readers see them."""
        return [(loc, text.plain) for loc, text in self._rich]

    @cached_property
    def odd(self) -> str:
        """Return all characters of the texts that plain English does not use; often an empty set."""
        # Leftovers of other formats and encodings show in what is left, which is short, and is found at once.
        rest = self.everything.encode("utf-8", "surrogatepass").translate(None, _PLAIN)
        return rest.decode("utf-8", "surrogatepass")

    @cached_property
    def unusual(self) -> bool:
        """Return whether any text has Greek, Cyrillic, private, invisible or lost characters, or ligatures."""
        return not self.odd.isascii() and _UNUSUAL.search(self.odd) is not None

    def _organisation_names(self) -> list[Text]:
        """Return the names of groups, institutions, funders, and of the series in the configuration."""
        commentary = self.commentary
        found: list[Text] = [((*loc, "organisation"), group.organisation) for loc, group in self.organisations]
        found += [((*loc, "name"), place.name) for loc, place in self.affiliations if place.name]
        found += [(("funding", index, "name"), item.name) for index, item in enumerate(commentary.funding) if item.name]
        for index, body in enumerate(commentary.institutions):
            found += [(("institutions", index, "name"), body.name)] if body.name else []
        return [*found, *_series_texts(commentary.series)]

    def _other_names(self) -> list[Text]:
        """Return texts beside names: suffixes, other forms of names, departments, towns and acronyms."""
        found: list[tuple[Loc, str | None]] = []
        for loc, person in self.persons:
            if person.suffix:
                found.append(((*loc, "suffix"), person.suffix))
            if person.alt_names:
                found += [((*loc, "alt_names", place, "text"), one.text) for place, one in enumerate(person.alt_names)]
        for loc, institution in self.affiliations:
            found += Work.parts_of(institution, loc, "department", "place", "acronym")
        return [(loc, text) for loc, text in found if text]

    def _all_texts(self) -> list[str]:
        """Return the same texts as `texts` without their fields, which takes a third of the time."""
        commentary = self.commentary
        found = [commentary.title.source]
        if commentary.model_fields_set & _OTHER_RICH:
            found += [text.source for _, text in self._rich]
        for texts in (self.names, self.organisation_names, self.labels, self.abstracts):
            found += [text for _, text in texts]
        found += [reference.text.source for _, reference, _ in self.references if reference.text]
        for name in REFERENCE_TEXTS:
            found += [text for _, text in self.cited_parts.get(name, ())]
        return found

    def _reference_parts(self) -> Iterator[Text]:
        for index, reference, _ in self.references:
            for name in REFERENCE_TEXTS:
                if text := getattr(reference, name):
                    yield ("references", index, name), text

    def _rich_texts(self) -> list[tuple[Loc, RichText]]:
        commentary = self.commentary
        found: list[tuple[Loc, RichText | None]] = [(("title",), commentary.title)]
        found.append((("subtitle",), commentary.subtitle))
        parts = ((field, getattr(commentary, field)) for field in ("original_title", "version", "status"))
        found += [((field, "text"), part.text) for field, part in parts if part]
        for place, title in enumerate(commentary.translated_titles):
            found += [(("translated_titles", place, name), getattr(title, name)) for name in ("text", "subtitle")]
        found += [
            (("assertions", place, "text"), assertion.text) for place, assertion in enumerate(commentary.assertions)
        ]
        for place, relation in enumerate(commentary.relations):
            found.append((("relations", place, "description"), relation.description))
        found += [(("references", place, "text"), reference.text) for place, reference, _ in self.references]
        return [(loc, text) for loc, text in found if text is not None]

    def _licences(self) -> list[tuple[Loc, Licence]]:
        """Return the record's own licences, or those of the series, which have no place in the file."""
        if own := self.commentary.licences:
            return [(("licences", index), licence) for index, licence in enumerate(own)]
        shared = enumerate(self.commentary.series.licences)
        return [(("series", "licences", index), licence) for index, licence in shared]

    def _addresses(self) -> list[tuple[Loc, Address]]:
        """Return the addresses that are deposited for readers and machines: landing page, PDF, further full texts."""
        commentary = self.commentary
        found: list[tuple[Loc, str | None]] = [(("url",), commentary.url), (("pdf_url",), commentary.pdf_url)]
        found += [(("full_texts", index, "url"), item.url) for index, item in enumerate(commentary.full_texts)]
        return [(loc, Address.read(url)) for loc, url in found if url]

    def each_person(self) -> Iterable[tuple[Loc, Person]]:
        """Return the contributors who are persons, with their fields."""
        return self.persons

    def each_reference(self) -> Iterable[tuple[Loc, Reference]]:
        """Return the references, with their fields."""
        return [(("references", index), reference) for index, reference, _ in self.references]

    def each_funder(self) -> Iterable[tuple[Loc, Funding]]:
        """Return the funders of the work, with their fields."""
        return [(("funding", index), funder) for index, funder in enumerate(self.commentary.funding)]

    @staticmethod
    def parts_of(institution: Institution, loc: Loc, *names: str) -> Iterator[Text]:
        """Yield the acronyms, places or departments of an institution; a single one has the place of its key."""
        for name in names:
            texts: tuple[str, ...] = getattr(institution, name)
            for place, text in enumerate(texts):
                yield ((*loc, name, place) if len(texts) > 1 else (*loc, name)), text


def _name_texts(persons: Sequence[tuple[Loc, Person]]) -> list[Text]:
    found: list[Text] = []
    for loc, person in persons:
        if person.given:
            found.append(((*loc, "given"), person.given))
        found.append(((*loc, "family"), person.family))
    return found


# The parts of a record that a rule looks at one by one, each with the field it is in.
Places = Callable[[Work], Iterable[tuple[Loc, Any]]]


@dataclass(frozen=True, slots=True)
class Each(Generic[Item]):
    """Make the function of a rule that looks at each of several places alike.

    `places` gives them with their fields, and `look` returns a match of a pattern, values for the message, or whether
    the rule is broken. `part` names the attribute that is at fault, and `called` what the message calls the value.
    Rules that look at the same places go through them together.
    """

    places: Callable[[Work], Iterable[tuple[Loc, Item]]]
    look: Callable[[Item], object]
    part: str = ""
    called: str = ""

    def __call__(self, work: Work) -> Iterable[Match]:
        """Ask this rule alone."""
        return [self.match(loc, item, found) for loc, item in self.places(work) if (found := self.look(item))]

    def match(self, loc: Loc, item: Item, found: object) -> Match:
        """Build the match for what `look` found in an item."""
        if self.part:
            return _match((*loc, self.part), getattr(item, self.part), found, self.called)
        return _match(loc, item, found, self.called)


def at(field: str, look: Callable[[Commentary], object]) -> Each[Commentary]:
    """Make the function of a rule about one field of the record; `look` returns what it does in `Each`."""
    return Each(_whole_record, look, field)


def _whole_record(work: Work) -> Iterable[tuple[Loc, Commentary]]:
    return (((), work.commentary),)


def _match(loc: Loc, value: object, found: object, called: str) -> Match:
    """Build a match from what was found in a value; a pattern found at the beginning of a text is marked alone."""
    written = _as_written(value)
    length = len(written) or None
    values: dict[str, object] = {called: value} if called else {}
    if isinstance(found, Mapping):
        values |= found
    elif isinstance(found, re.Match):
        text = found[0].strip()
        values |= {"found": text, **found.groupdict()}
        length = len(text) if written.startswith(text) else length
    if loc[0] == "references" and len(loc) > 1 and isinstance(loc[1], int):
        values["place"] = loc[1] + 1  # People count from 1.
    return Match(loc, values, length)


def _as_written(value: object) -> str:
    """Return the text of a value as its file has it; empty for a value with parts of its own."""
    if isinstance(value, RichText):
        return value.source
    if isinstance(value, Doi):
        return value.printed
    return str(value) if isinstance(value, str | date | PartialDate | Address) else ""
