"""What the rules look at: a commentary laid out once, so that eighty rules need not each walk through it."""

from functools import cached_property, lru_cache
from operator import itemgetter
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from doideposit.checks.rules.patterns import Pattern
from doideposit.checks.rules.registry import Context
from doideposit.findings import Loc
from doideposit.records.identifiers import Doi, InvalidIdentifier, Issn
from doideposit.records.models.commentary import Commentary
from doideposit.records.models.contributors import Anonymous, Institution, Organisation, Person
from doideposit.records.models.references import CitationType, Reference
from doideposit.records.models.series import Series
from doideposit.records.models.text import RichText

__all__ = ["Cited", "Columns", "Text", "Work", "is_issn", "letters", "split_address"]

Text = tuple[Loc, str]
"""A text and the field it stands in."""
Cited = tuple[int, Reference, str]
"""A reference: its place in the list, the reference, and its text without markup (empty when it has none)."""

_REFERENCE_TEXTS = frozenset({"journal_title", "author", "series_title", "volume_title", "article_title"})
# Greek and Cyrillic letters, private characters, ligatures, lost characters, and what is invisible.
_UNUSUAL = Pattern(
    "[\u0370-\u04ff\ue000-\uf8ff\ufb00-\ufb06\ufffc\ufffd\u034f\u115f\u1160\u180e\u200e\u200f\u202a-\u202e\u2061-\u2064\u2066-\u206f"
    "\u3164\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_TAGS = Pattern(r"<[^<>]*>")
_ASCII = bytes(range(128))
_PLAIN_ADDRESS = Pattern(r"https://((?:[a-z0-9-]+\.)+[a-z]+)((?:/[A-Za-z0-9/_.~%-]*)?)")
_Texts = tuple[str | None, ...]


class Columns(NamedTuple):
    """The parts of all references, part by part, to see at once what none of them has."""

    texts: tuple[RichText | None, ...] = ()
    keys: _Texts = ()
    dois: tuple[Doi | None, ...] = ()
    isbns: _Texts = ()
    first_pages: _Texts = ()
    editions: _Texts = ()
    years: _Texts = ()
    urls: _Texts = ()
    types: tuple[CitationType | None, ...] = ()
    authors: _Texts = ()
    journal_titles: _Texts = ()
    series_titles: _Texts = ()
    volume_titles: _Texts = ()
    article_titles: _Texts = ()


_PARTS = itemgetter(
    *"text key doi isbn first_page edition year url type".split(),
    *"author journal_title series_title volume_title article_title".split(),
)


def split_address(url: str) -> SplitResult:
    """An address taken apart; without scheme and host where it cannot be, as in ``https://[broken/``."""
    # Most addresses are plain ones, which the library takes many times longer for.
    if plain := _PLAIN_ADDRESS.fullmatch(url):
        return SplitResult("https", plain[1], plain[2], "", "")
    try:
        return urlsplit(url)
    except ValueError:
        return SplitResult("", "", url, "", "")


def is_issn(text: str) -> bool:
    """Tell whether a text is an ISSN, check digit included."""
    try:
        Issn.parse(text)
    except InvalidIdentifier:
        return False
    return True


def letters(text: str) -> str:
    """Only the letters of a text."""
    return "".join(filter(str.isalpha, text))


@lru_cache(maxsize=64)
def _series_texts(series: Series) -> tuple[Text, ...]:
    """Return the texts of the series that every deposit carries: the first one ties the title to its ISSN for good."""
    publisher, institution = series.publisher, series.institution
    found: list[tuple[Loc, str | None]] = [(("series", "title"), series.title)]
    if publisher:
        found += [(("series", "publisher", name), getattr(publisher, name)) for name in ("name", "place")]
    if institution:
        found += [(("series", "institution", name), getattr(institution, name)) for name in ("name", "place")]
    return tuple((loc, text) for loc, text in found if text)


class Work:
    """A commentary with its parts sorted by what rules ask for."""

    def __init__(self, commentary: Commentary, context: Context) -> None:
        self.commentary = commentary
        self.context = context
        self.title = commentary.title.plain
        self.subtitle = commentary.subtitle.plain if commentary.subtitle else ""
        self.persons: list[tuple[Loc, Person]] = []
        self.organisations: list[tuple[Loc, Organisation]] = []
        self.affiliations: list[tuple[Loc, Institution]] = []
        for index, author in enumerate(commentary.authors):
            self._sort(("authors", index), author)
        # Asking a model for its values one by one takes three times longer.
        self.columns = Columns(*zip(*[_PARTS(vars(reference)) for reference in commentary.references], strict=True))
        sources = [text.source if text else "" for text in self.columns.texts]
        self.cited = self.cited_sources = "\n".join(sources)
        self.cited_texts = sources
        if "<" in self.cited_sources:
            self.cited_texts = [text.plain if text else "" for text in self.columns.texts]
            self.cited = "\n".join(self.cited_texts)
        self.abstracts: list[Text] = [
            (("abstracts", index, "text"), item.text) for index, item in enumerate(commentary.abstracts)
        ]
        self.everything = self._everything()

    def _sort(self, loc: Loc, author: Person | Organisation | Anonymous) -> None:
        # Persons first: pydantic looks long at a model that is not exactly of the class asked for.
        if isinstance(author, Person):
            self.persons.append((loc, author))
        elif isinstance(author, Organisation):
            self.organisations.append((loc, author))
            return
        for index, institution in enumerate(author.affiliations):
            self.affiliations.append(((*loc, "affiliations", index), institution))

    def _everything(self) -> str:
        """All of `texts` in one, without the fields they stand in: those are needed only where something is found."""
        commentary, columns = self.commentary, self.columns
        original = commentary.original_title
        found: list[str | None] = [commentary.title.source, self.cited_sources]
        if commentary.subtitle or original:
            found += [text.source for text in (commentary.subtitle, original and original.text) if text]
        for _, person in self.persons:
            found += person.given, person.family
        found += [group.organisation for _, group in self.organisations] if self.organisations else ()
        for _, place in self.affiliations:
            found.append(place.name)
        for item in commentary.funding:
            found.append(item.name)
        found += [text for _, text in _series_texts(commentary.series)]
        for column in columns[-5:]:
            found += column
        for _, text in self.abstracts:
            found.append(text)
        return "\n".join(filter(None, found))

    @cached_property
    def names(self) -> list[Text]:
        """Every part of every personal name."""
        found: list[Text] = []
        for loc, person in self.persons:
            if person.given:
                found.append(((*loc, "given"), person.given))
            found.append(((*loc, "family"), person.family))
        return found

    @cached_property
    def organisation_names(self) -> list[Text]:
        """Return the names of groups, institutions, funders, and of what the configuration says of the series."""
        commentary = self.commentary
        found: list[Text] = [((*loc, "organisation"), group.organisation) for loc, group in self.organisations]
        found += [((*loc, "name"), place.name) for loc, place in self.affiliations if place.name]
        found += [(("funding", index, "name"), item.name) for index, item in enumerate(commentary.funding) if item.name]
        return [*found, *_series_texts(commentary.series)]

    @cached_property
    def plain(self) -> list[Text]:
        """Texts that cannot carry markup: names, institutions, parts of references, labels."""
        found = [*self.names, *self.organisation_names]
        for index, reference, _ in self.references:
            for name in _REFERENCE_TEXTS & reference.model_fields_set:
                value = getattr(reference, name)
                if value:
                    found.append((("references", index, name), value))
        return found

    @cached_property
    def rich(self) -> list[Text]:
        """Texts that can carry face markup, as they were written."""
        commentary = self.commentary
        found: list[Text] = [(("title",), commentary.title.source)]
        if commentary.subtitle:
            found.append((("subtitle",), commentary.subtitle.source))
        if commentary.original_title:
            found.append((("original_title", "text"), commentary.original_title.text.source))
        for index, reference, _ in self.references:
            if reference.text:
                found.append((("references", index, "text"), reference.text.source))
        return found

    @cached_property
    def bare_abstracts(self) -> list[tuple[Loc, str, str]]:
        """Every abstract as it was written, and without its tags."""
        return [(loc, text, (_TAGS.sub(" ", text) if "<" in text else text).strip()) for loc, text in self.abstracts]

    @cached_property
    def texts(self) -> list[Text]:
        """Every text that people will read."""
        return self.plain + self.rich + self.abstracts

    @cached_property
    def references(self) -> list[Cited]:
        """Every reference."""
        places = range(len(self.cited_texts))
        return list(zip(places, self.commentary.references, self.cited_texts, strict=True))

    @cached_property
    def unusual(self) -> bool:
        """Whether any text has letters of other alphabets, private characters, ligatures or lost characters."""
        if self.everything.isascii():
            return False
        # Taking the ASCII away first is many times faster than a search through all of it.
        rest = self.everything.encode("utf-8", "surrogatepass").translate(None, _ASCII)
        return _UNUSUAL.search(rest.decode("utf-8", "replace")) is not None

    @cached_property
    def lowered(self) -> str:
        """All texts in one, in small letters, to see at once that a word occurs nowhere."""
        return self.everything.lower()

    @cached_property
    def landing(self) -> SplitResult | None:
        """The landing page, taken apart."""
        return split_address(self.commentary.url) if self.commentary.url else None

    @cached_property
    def addresses(self) -> list[tuple[Loc, str, SplitResult]]:
        """The addresses that are deposited for readers and machines: landing page, PDF, further full texts."""
        commentary = self.commentary
        found: list[Text] = []
        if commentary.url:
            found.append((("url",), commentary.url))
        if commentary.pdf_url:
            found.append((("pdf_url",), commentary.pdf_url))
        found += [(("full_texts", index, "url"), item.url) for index, item in enumerate(commentary.full_texts)]
        return [(loc, url, split_address(url)) for loc, url in found]
