"""The parts of a reference in APA style, where they can be told safely.

``AUTHORS. (YEAR[, MONTH DAY]). TITLE. [CONTAINER.]`` and ``AUTHORS. (YEAR). TITLE. [PLACE: ]PUBLISHER.`` An entry that
does not clearly follow one of these forms has no parts: no part is better than a wrong one.
"""

import re
from dataclasses import dataclass

__all__ = ["Parts"]


@dataclass(frozen=True, slots=True)
class Parts:
    """Hold what an entry cites; the names are those of a record's reference.

    `author` is the first author's family name, or the full name of a group.
    """

    type: str | None
    author: str
    year: str | None
    article_title: str | None = None
    volume_title: str | None = None
    journal_title: str | None = None
    volume: str | None = None
    issue: str | None = None
    first_page: str | None = None

    @staticmethod
    def of_entry(text: str, *, has_url: bool) -> "Parts | None":
        """Tell the parts of an entry apart, or return None; `has_url` says that an address is printed with it."""
        whole = text.count("(") == text.count(")")
        entry = _ENTRY.fullmatch(_DOI_TAIL.sub(".", text)) if whole else None
        author = _first_author(entry["authors"]) if entry else None
        sentences = _split_sentences(_TAIL.sub("", entry["rest"])) if entry and author else None
        if entry is None or author is None or not sentences:
            return None
        return _assign_parts(sentences, author, entry["year"], "web_resource" if has_url else None)


# The years from 1500 on are those of printed books; “n. d.” is what APA writes where no year is known.
_ENTRY = re.compile(
    r"(?P<authors>(?:[^()]|\([A-Z][A-Za-z]{1,9}\)){2,400}?)\s*\((?P<date>(?P<year>(?:1[5-9]|20)\d\d)[a-z]?(?:,\s*[^()]{1,40})?|n\.\s?d\.)\)"
    r"\s*[.,:]\s+(?P<rest>\S.*)"
)
# Four words at most: longer runs before a comma are titles, not family names with their particles.
_SURNAME = r"[^\W\d_][\w'’\-]*(?:\s(?:[^\W\d_][\w'’\-]*)){0,3}"
# Initials in any script: letters without a small form, as in Georgian or Arabic, count as capitals.
_INITIALS = r"(?:[^\W\d_a-z]\.[\s\-]?)+"
# APA puts “&” before the last author, and other house styles “and”; “et al.” ends a list that was cut.
_PERSONS = re.compile(
    rf"(?P<first>{_SURNAME}),\s*{_INITIALS}(?:\s*(?:,|,?\s*&|,?\s*and\b)\s*{_SURNAME},\s*{_INITIALS})*"
    r"(?:,?\s*et al\.?)?,?"
)
# Words that are small in the name of a group, in the languages of most reference lists.
_SMALL_WORDS = frozenset("of the and for in on at de la le du des et van von der den & al el und".split())
# With such a word a text before the year is a body, and splitting it at its commas would make people of it.
_GROUP_WORDS = frozenset(
    "of for institute institution organization organisation committee ministry department university council "
    "commission association forum union centre center foundation society office bank agency board group "
    "government".split()
)
# A single capital with a point is the initial of a person.
_INITIAL_WORD = re.compile(r"(?:^|\s)[A-Z]\.(?:\s|$)")
# What comes after the title tells when somebody looked, and is not part of the work.
_TAIL = re.compile(
    r"\s*[(\[]?\b(?:retrieved|accessed|available|last\s+accessed|last\s+visited|url|online)\b[^.]*[.)\]]*\s*$",
    re.IGNORECASE,
)
# Crossref's own pattern for DOIs takes four to nine digits after “10.”.
_DOI_TAIL = re.compile(r"[\s.,]*(?:(?:doi|DOI):?\s*)?(?:https?://(?:dx\.)?doi\.org/)?10\.\d{4,9}/\S+\s*$")
# A sentence ends before a capital or a digit; a small letter after the point means an abbreviation.
_STOP = re.compile(r"(?P<mark>[.?!])(?P<close>[\"”’')\]]*)\s+(?=[\"“‘(\[]?[^\W_a-z])")
# After these a point ends no sentence.
_NO_STOP = re.compile(
    r"(?:\b[^\W\d_]|\b(?:Dr|Mr|Mrs|Ms|Prof|Gen|Col|Lt|St|vs|No|Nos|Vol|vol|pp|ed|eds|Ed|Eds|Jr|Sr|Inc|Ltd|Co|cf))$"
)
# Until its sixth edition APA printed the place before the publisher, with a colon between them.
_PLACE = re.compile(
    r"(?P<place>[^\W\d_][\w.'’\- ]{1,40}(?:,\s*[^\W\d_][\w.\- ]{1,30})?):\s+(?P<publisher>[^\W_].{1,150})"
)
# Journal, volume, issue in brackets, pages: the order that APA prescribes for articles.
_JOURNAL = re.compile(
    r"(?P<journal>[^,\d]{3,120}),\s*(?P<volume>\d{1,4})(?:\s*\((?P<issue>[^()]{1,20})\))?"
    r"(?:,\s*(?:pp?\.\s*)?(?P<first>[A-Za-z]?\d{1,6})(?:\s*[-–]\s*[A-Za-z]?\d{1,6})?)?"
)
# What only houses that publish books are called. Press alone ends the names of newspapers too, and there are reviews
# of books.
_PUBLISHER = re.compile(
    r".*\b(?:Universit\w+|MIT|Academic|Institution|Government) Press|University of .+ Press|Free Press"
    r"|.*(?<!of )\b(?:Books|Publishers|Publishing|Publications|Verlag|Yayınları|Forlag|Förlag|Kiadó|and Sons)"
    r"|(?:Éditions|Editorial|Editora|Edizioni|Uitgeverij|Wydawnictwo|Издательство|Verlag) .+"
)
# Large houses whose names say nothing of books.
_PUBLISHERS = frozenset(
    "springer;springer nature;routledge;palgrave;palgrave macmillan;macmillan;polity;polity press;penguin;random house;"
    "penguin random house;harpercollins;simon and schuster;norton;knopf;publicaffairs;brill;de gruyter;elsevier;wiley;"
    "wiley-blackwell;blackwell;sage;bloomsbury;bloomsbury academic;verso;hurst;lynne rienner;edward elgar;"
    "rowman and littlefield;gallimard;fayard;seuil;la découverte;suhrkamp;nomos;mohr siebeck;einaudi;il mulino;"
    "laterza".split(";")
)
# Words in the name of a journal or a site; more of them are rather a sentence.
_LONGEST_CONTAINER = 8


def _assign_parts(sentences: list[str], author: str, year: str | None, kind: str | None) -> Parts | None:
    title = _clean_title(sentences[0])
    match sentences:
        case [_]:
            return Parts(kind, author, year, article_title=title)
        case [_, last] if title:
            return _parts_with_container(last.removesuffix("."), title, author, year, kind)
    return None


def _parts_with_container(last: str, title: str, author: str, year: str | None, kind: str | None) -> Parts | None:
    journal = _JOURNAL.fullmatch(last)
    if journal is not None:
        return Parts(
            "journal_article", author, year, article_title=title, journal_title=journal["journal"].strip(),
            volume=journal["volume"], issue=journal["issue"], first_page=journal["first"],
        )  # fmt: skip
    if _PLACE.fullmatch(last) and _is_title_case(last.partition(":")[0]):
        return Parts("report", author, year, volume_title=title)
    house = last.replace("&", "and")
    if _is_title_case(house) and (_PUBLISHER.fullmatch(house) or house.lower() in _PUBLISHERS):
        return Parts("book", author, year, volume_title=title)
    if _is_title_case(last) and not re.search(r"\d|:|^In\b", last):
        return Parts(kind, author, year, article_title=title, journal_title=last)
    return None


def _first_author(printed: str) -> str | None:
    """Return the first author's family name, or a group's name; None when it is not clear which of them is printed."""
    persons = _PERSONS.fullmatch(printed.strip())
    if persons is not None:
        return persons["first"]
    group = re.sub(r"\s*\([A-Z][A-Za-z]{1,9}\)", "", printed.strip())
    # APA ends the name of a body with a full stop, before the year in brackets.
    closed = group.endswith(".")
    group = group.removesuffix(".").rstrip()
    unclear = re.search(r"[,;:?!&]|\.\s|https?:", group) or _INITIAL_WORD.search(group) or not group[:1].isupper()
    if not group or unclear or not (closed or _is_surely_group(group)):
        return None
    return group


def _is_surely_group(name: str) -> bool:
    """Return whether a name without its full stop is that of a body: “Siegfried Wolf (2023)” may be a person."""
    words = name.split()
    return len(words) == 1 or words[0] == "The" or bool(_GROUP_WORDS & {word.lower() for word in words})


def _split_sentences(rest: str) -> list[str] | None:
    """Split at full stops; None when one of them may just as well be an abbreviation's."""
    parts: list[str] = []
    start = 0
    for stop in _STOP.finditer(rest):
        if stop["mark"] == "." and _NO_STOP.search(rest[start : stop.start()]):
            return None
        parts.append(rest[start : stop.end()].strip())
        start = stop.end()
    parts.append(rest[start:].strip())
    return [part for part in parts if part]


def _clean_title(sentence: str) -> str:
    title = sentence.strip()
    if title.endswith(".") and not title.endswith(".."):
        title = title[:-1].rstrip()
    quoted = re.fullmatch(r"[\"“‘](.+?)[.,]?[\"”’]", title)
    return quoted[1] if quoted else title


def _is_title_case(text: str) -> bool:
    words = text.split()
    return 0 < len(words) <= _LONGEST_CONTAINER and words[0][0].isalnum() and all(map(_is_title_word, words))


def _is_title_word(word: str) -> bool:
    return word in _SMALL_WORDS or (word[0].isalnum() and not word[0].islower())
