"""Titles and subtitles: what a reader, a search engine and a reference list will show."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from doideposit.checks.rules.patterns import Pattern
from doideposit.checks.rules.registry import ERROR, INFO, WARNING, Match, Rules
from doideposit.checks.rules.work import Each, Text, Work, at
from doideposit.pages import AUTHORS, CROSSMARK, ELEMENTS_GUIDE, FACE_MARKUP, RECOMMENDATIONS, REPORTS, SCHEMA
from doideposit.records.models.relations import UpdateType
from doideposit.records.models.series import Series
from doideposit.records.models.text import Face

__all__ = ["TITLES"]

TITLES: Rules[Work] = Rules("titles")
rule = TITLES.rule

# The whole title: Draft treaty, Test cricket and Title deeds are titles.
_PLACEHOLDER = Pattern(
    r"^\W*((?:test[- ]?|insert |enter )?(?:title|titel|titre|título|titolo)|test|draft|entwurf|brouillon|borrador"
    r"|lorem ipsum.*|home ?page|home|start ?page|startseite|accueil|inicio|início|strona główna|ana ?sayfa)\W*$",
    re.IGNORECASE,
)
# One mark alone: an ellipsis may be printed.
_STOP = Pattern(r"(?<![.…])[.;,:]$")
# After a number stands a unit (60 Mc.), after a genus spp.; both keep their point.
_ABBREVIATION = Pattern(
    r"(?:\b\w\.\s?\w|\b(?:etc|Inc|Ltd|Jr|Sr|Co|Corp|St|vs|No|v|spp?|subsp|var|al|eds?|vols?|pp|pts?|ca|approx|dept|govt|\w"
    r"|z\. ?B|u\. ?a|Bd|Hrsg|Nr)|\d\s?[A-Za-z]{1,4})\.$|&\w+;$",
    re.IGNORECASE,
)
# A title before a name; “Professor and poet” names nobody.
_HONORIFIC = Pattern(r"\b(?:(?:Dr|Prof|Amb)\.\s(?=[A-Z])|Professor\s(?=[A-Z]))")
_STOPS = ".;,:"
_HONORIFICS = ("Dr", "Prof", "Amb")
# The text between a title and its byline.
_BY = Pattern(r"[\s,–—-]+by\s+$", re.IGNORECASE)
# English names only.
_MONTHS = "January February March April May June July August September October November December".split()
# Updates after which the title of the work has to say what happened to it.
_RETRACTING = frozenset({UpdateType.RETRACTION, UpdateType.PARTIAL_RETRACTION, UpdateType.WITHDRAWAL})
# Retracted works say so in their title (COPE, retraction guidelines).
_RETRACTED = Pattern(r"retract|withdr[ae]w", re.IGNORECASE)
# Longer ones are paragraphs that slipped into the field.
LONGEST_TITLE = 300
# NATO, BRICS and ASEAN have at most five letters; more than four such words are more likely a sentence.
LONGEST_ACRONYM, MOST_ACRONYMS = 5, 4
SHORTEST_CAPS = 8  # below this, capitals are most likely an acronym


def _stands_at_an_end(number: str, title: str) -> bool:
    # Up to four characters may be before the number, such as “No. ”.
    return number in title[: len(number) + 4] or number in title[-len(number) - 1 :]


def _names_series(work: Work) -> bool:
    series, title = work.commentary.series, work.title.casefold()
    return series.title.casefold() in title or any(map(title.__contains__, map(str.casefold, series.labels)))


def _title_text(work: Work) -> list[Text]:
    return [(("title",), work.title)]


def _title_texts(work: Work) -> list[Text]:
    return [(loc, text) for loc, text in ((("title",), work.title), (("subtitle",), work.subtitle)) if text]


def _is_all_caps(title: str) -> bool:
    capitals = title.isupper() and " " in title and sum(map(str.isalpha, title)) >= SHORTEST_CAPS
    return capitals and not _is_acronyms(title.split())


def _is_acronyms(words: Sequence[str]) -> bool:
    """Return whether a text can be a list of acronyms, as in G20, BRICS, SCO."""
    return len(words) <= MOST_ACRONYMS and max(sum(map(str.isalpha, word)) for word in words) <= LONGEST_ACRONYM


def _after_colon(title: str) -> str:
    head, _, rest = title.partition(": ")
    return rest if " " in head and " " in rest else ""


def _is_quoted(title: str) -> bool:
    # Further signs of the kind that closes mean that two quotations are at the two ends, and no quotation around all.
    marked = title and title[0] in '“"«„' and title[-1] in '”"»“'
    return bool(marked) and title.count(title[-1]) <= 1 + (title[0] == title[-1])


rule(
    "title-blank",
    ERROR,
    "The title says nothing",
    message="the title contains no letter and no digit",
    hint="write the title as it is printed",
    why="Crossref's schema accepts an empty title, and a record without one cannot be found or cited.",
    source=RECOMMENDATIONS,
    bad='title: "—"',
    good="title: Prospects for NATO-Japan relations",
    overridable=False,
)(at("title", lambda record: not any(map(str.isalnum, record.title.plain)) and "math" not in record.title.source))


@rule(
    "title-placeholder",
    WARNING,
    "The title is a placeholder",
    message="“{title}” looks like a placeholder, not like a title",
    hint="write the title as it is printed; for production this is an error",
    why="Content management systems and templates leave such words behind, and DOIs cannot be deleted.",
    source=RECOMMENDATIONS,
    bad="title: Draft",
    good="title: Prospects for NATO-Japan relations",
)
def _find_placeholder(work: Work) -> Iterator[Match]:
    if _PLACEHOLDER.match(work.title):
        severity = ERROR if work.context.live else None
        yield Match.at("title", length=len(work.title), severity=severity, title=work.title)


rule(
    "title-all-caps",
    WARNING,
    "The title is written in capitals",
    message="the title is written in capitals throughout",
    hint="write it with the capitals of a sentence; the page decides how it looks",
    why="Capitals are a matter of layout. In a record they hide acronyms and names, and every citation repeats them.",
    source=ELEMENTS_GUIDE,
    bad="title: PROSPECTS FOR NATO-JAPAN RELATIONS",
    good="title: Prospects for NATO-Japan relations",
)(Each(_title_texts, _is_all_caps))


# Titles that begin with a digit or a sign are not meant, nor are scripts without capitals.
rule(
    "title-lower-case",
    INFO,
    "The title starts with a small letter",
    message="the title has no capital letter at all",
    hint="check whether it is printed like this",
    why="A title without a single capital usually comes from an address or a file name.",
    source=ELEMENTS_GUIDE,
    bad="title: prospects for relations with japan",
    good="title: Prospects for relations with Japan",
)(Each(_title_text, lambda title: title[:1].islower() and title.islower() and " " in title))


rule(
    "title-trailing-stop",
    WARNING,
    "The title ends in punctuation",
    message="the title ends in “{mark}”",
    hint="delete the mark; question and exclamation marks stay",
    why="Citation styles add their own punctuation, and a full stop of ours gives two.",
    source=ELEMENTS_GUIDE,
    bad="title: Prospects for NATO-Japan relations.",
    good="title: What next for relations with the U.S.A.",
)(
    Each(
        _title_texts,
        lambda title: (
            title[-1] in _STOPS and _STOP.search(title) and not _ABBREVIATION.search(title) and {"mark": title[-1]}
        ),
    )
)


# A run looks at many records of a few series.
@lru_cache(maxsize=64)
def _label_pattern(series: Series) -> re.Pattern[str]:
    # Longest first: the short form of a series may begin the long one.
    words = sorted({series.title, *series.labels}, key=len, reverse=True)
    label = "|".join(re.escape(word) for word in words)
    number = r"[\s#]*(?:no\.?|nr\.?|n°|№)?[\s#]*[A-Z]?\d[\w./]*"
    return re.compile(
        rf"^(?:{label})(?:{number}\W*|\s*[:–—|]\s*)|\s*[(\[–—:|-]+\s*(?:{label})(?:{number})?\W*$", re.IGNORECASE
    )


def _label_in(work: Work) -> re.Match[str] | None:
    # Most titles hold none of the words, and need no pattern.
    return _label_pattern(work.commentary.series).search(work.title) if _names_series(work) else None


@rule(
    "title-series-label",
    WARNING,
    "The title names the series",
    message="the title repeats the series: “{found}”",
    hint="delete it; series and number are deposited in fields of their own",
    why="Series, number and title are separate fields. A label in the title is repeated in every citation.",
    source=REPORTS,
    bad="title: COMMENT 258 – Prospects for NATO-Japan relations",
    good="title: Prospects for NATO-Japan relations",
)
def _find_series_label(work: Work) -> Iterable[Match]:
    found = _label_in(work)
    if found is None or found[0] == work.title:
        return ()
    length = len(found[0]) if found.start() == 0 else len(work.title)
    return (Match.at("title", length=length, found=found[0].strip(" –—-:|")),)


# Each number has a pattern of its own, which takes long to compile, and a run may look at a record twice.
@lru_cache(maxsize=256)
def _number_pattern(number: str) -> re.Pattern[str]:
    plain = re.escape(number)
    start = rf"^(?:#|no\.?\s|nr\.?\s|[A-Z](?=\d))?{plain}\s*[:.)–—|-]\s*(?=\D)"
    end = rf"[\s–—-]+(?:\(?[–—-]\s?[A-Z]?{plain}\)?|\([A-Z]?{plain}\)|[A-Z]{plain}|#{plain}|(?:no|nr)\.?\s?{plain})$"
    return re.compile(f"{start}|{end}", re.IGNORECASE)


@rule(
    "title-number",
    WARNING,
    "The title repeats the number",
    message="the title repeats the number: “{found}”",
    hint="delete it; the number is deposited in a field of its own",
    why="Lists on web pages add the number to the title (as in “… -C258”); in the record it stands beside the title.",
    source=REPORTS,
    bad="title: Prospects for NATO-Japan relations -C258",
    good="title: Resolution 1325 at twenty",
)
def _find_number_in_title(work: Work) -> Iterable[Match]:
    number = work.commentary.number
    if number is None:
        return ()
    # The pattern takes longer to compile than all other rules together, and matches only very near to either end.
    if not _stands_at_an_end(number, work.title):
        return ()
    found = _number_pattern(number).search(work.title)
    if found is None or _label_in(work):
        return ()
    length = len(found[0]) if found.start() == 0 else len(work.title)
    return (Match.at("title", length=length, found=found[0].strip()),)


@rule(
    "subtitle-repeated",
    WARNING,
    "The subtitle stands in the title too",
    message="the title already contains the subtitle “{subtitle}”",
    hint="keep it only in `subtitle`, without the colon",
    why="Title and subtitle are shown together; deposited twice, it is read twice.",
    source=ELEMENTS_GUIDE,
    bad="""
        title: "Prospects for NATO-Japan relations: An overview"
        subtitle: An overview
        """,
    good="""
        title: Prospects for NATO-Japan relations
        subtitle: An overview
        """,
)
def _find_repeated_subtitle(work: Work) -> Iterator[Match]:
    if work.subtitle and work.subtitle.casefold() in work.title.casefold():
        yield Match.at("title", length=len(work.title), subtitle=work.subtitle)


@rule(
    "subtitle-colon",
    WARNING,
    "The colon between title and subtitle",
    message="the colon or dash between title and subtitle stands in the {field}",
    hint="delete it; whoever shows the two puts one between them",
    why="Services join title and subtitle with a colon of their own.",
    source=ELEMENTS_GUIDE,
    bad="""
        title: Prospects for NATO-Japan relations
        subtitle: "– an overview"
        """,
    good="""
        title: Prospects for NATO-Japan relations
        subtitle: An overview
        """,
)
def _find_colon_before_subtitle(work: Work) -> Iterator[Match]:
    if work.subtitle and work.subtitle[0] in ":–—-":
        yield Match.at("subtitle", length=1, field="subtitle")
    if work.subtitle and work.title.endswith(("–", "—", "-")):
        yield Match.at("title", length=len(work.title), field="title")


rule(
    "subtitle-in-title",
    INFO,
    "The title seems to hold a subtitle",
    message="the title has a colon: “{rest}” may be a subtitle",
    hint="if it is printed as one, move it to `subtitle`, without the colon",
    why="Crossref has a field for the subtitle, and short forms of a citation leave it out.",
    source=ELEMENTS_GUIDE,
    bad='title: "NATO in the Indo-Pacific: a no-go for now"',
    good="""
        title: NATO in the Indo-Pacific
        subtitle: A no-go for now
        """,
)(at("title", lambda record: not record.subtitle and (rest := _after_colon(record.title.plain)) and {"rest": rest}))


@rule(
    "title-author",
    WARNING,
    "The title names the author",
    message="the title names {who}, who is an author",
    hint="delete the name; authors are deposited in `authors`",
    why="The title is repeated in every citation, beside the fields for authors and date.",
    source=AUTHORS,
    bad="title: Prospects for NATO-Japan relations, by Siegfried O. Wolf",
    good="title: Prospects for NATO-Japan relations",
)
def _find_author_in_title(work: Work) -> Iterable[Match]:
    named = [
        (person.display, work.title.find(person.display))
        for _, person in work.persons
        if person.given and person.family in work.title
    ]
    return [
        Match.at("title", length=len(work.title), who=who)
        for who, start in named
        if start >= 0 and _is_byline(work.title[:start])
    ]


def _is_byline(before: str) -> bool:
    return not before or _BY.search(before) is not None or before.rstrip()[-1] in ",–—|-("


@rule(
    "title-honorific",
    WARNING,
    "The title holds an academic title",
    message="the title holds “{found}”",
    hint="check whether a byline slipped into the title; leave it if it is part of the printed title",
    why="“Dr.” in a title is most often the beginning of the byline.",
    source=AUTHORS,
    bad="title: Prospects for NATO-Japan relations Dr. Wolf",
    good="title: Prospects for NATO-Japan relations",
)
def _find_honorific_in_title(work: Work) -> Iterable[Match]:
    likely = any(map(work.title.__contains__, _HONORIFICS))
    found = _HONORIFIC.search(work.title) if likely else None
    # A title may speak of anyone (What next, Dr. Singh?); a byline names an author.
    byline = found and any(person.family in work.title[found.end() :] for _, person in work.persons)
    return (Match.at("title", length=len(work.title), found=found[0].strip()),) if found and byline else ()


@rule(
    "title-date",
    WARNING,
    "The title holds the date of publication",
    message="the title holds the date of publication, {found}",
    hint="delete it; the date is deposited in `published`",
    why="The title is repeated in every citation, beside the fields for authors and date.",
    source=RECOMMENDATIONS,
    bad="title: Prospects for NATO-Japan relations (14 September 2023)",
    good="title: Prospects for NATO-Japan relations after 2023",
)
def _find_date_in_title(work: Work) -> Iterable[Match]:
    day = work.commentary.published
    if day.month is None or day.month > len(_MONTHS) or str(day.year) not in work.title:
        return ()
    month = _MONTHS[day.month - 1]
    forms = [str(day), f"{day.day} {month} {day.year}", f"{month} {day.day}, {day.year}", f"({month} {day.year})"]
    found = next((form for form in forms if form in work.title), None)
    return (Match.at("title", length=len(work.title), found=found.strip("()")),) if found else ()


rule(
    "title-markup-for-looks",
    WARNING,
    "The whole title is marked up",
    message="the whole title stands between <{tag}> and </{tag}>",
    hint="delete the tags; mark up only words that need it, such as the name of a species",
    why="Face markup is for meaning, not for looks.",
    source=FACE_MARKUP,
    bad="title: <b>Prospects for NATO-Japan relations</b>",
    good="title: The voyage of HMS <i>Beagle</i>",
)(
    at(
        "title",
        lambda record: len(nodes := record.title.nodes) == 1 and isinstance(nodes[0], Face) and {"tag": nodes[0].tag},
    )
)


rule(
    "title-long",
    WARNING,
    "The title is very long",
    message="the title has {length} characters",
    hint="check whether the abstract or the first sentence slipped into it",
    why=f"Hardly any real title is longer than {LONGEST_TITLE} characters.",
    source=RECOMMENDATIONS,
    bad="title: " + "Prospects for relations between the alliance and its partners in Asia and " * 5 + "elsewhere",
    good="title: Prospects for NATO-Japan relations",
)(Each(_title_text, lambda title: len(title) > LONGEST_TITLE and {"length": len(title)}))


rule(
    "title-quoted",
    INFO,
    "The whole title stands in quotation marks",
    message="the whole title stands in quotation marks",
    hint="delete them unless they are printed: citation styles add their own",
    why="Quotation marks around a title belong to the citation, not to the title.",
    source=ELEMENTS_GUIDE,
    bad="title: “Prospects for NATO-Japan relations”",
    good="title: Prospects for “NATO-Japan” relations",
)(Each(_title_text, _is_quoted))


@rule(
    "original-title-same",
    WARNING,
    "The original title is no translation",
    message="the original title {why}",
    hint="`original_title` is for a translated text; leave it out otherwise",
    why="The original title is the title in another language, that of the text before it was translated.",
    source=SCHEMA,
    bad="""
        title: Prospects for NATO-Japan relations
        original_title: {text: Prospects for NATO-Japan relations, language: de}
        """,
    good="""
        title: Prospects for NATO-Japan relations
        original_title: {text: Aussichten für die Beziehungen zwischen der NATO und Japan, language: de}
        """,
)
def _find_same_original_title(work: Work) -> Iterator[Match]:
    original = work.commentary.original_title
    if original is None:
        return
    if original.text.plain.casefold() == work.title.casefold():
        yield Match.at("original_title", "text", length=len(original.text.source), why="is the title itself")
    elif original.language == work.commentary.effective_language:
        why = f"is said to be in {original.language}, the language of the text"
        yield Match.at("original_title", "language", length=len(original.language), why=why)


@rule(
    "retraction-unmarked",
    INFO,
    "The title does not say that this is a retraction",
    message="this commentary is a {type}, and its title does not say so",
    hint="begin the title with “Retraction:” and the title of the retracted work",
    why="The notice is found by its title. Readers must see from it what became of the work.",
    source=CROSSMARK,
    bad="""
        title: A note on comment 12
        crossmark_policy: 10.48251/policy
        updates: [{type: retraction, doi: 10.48251/SADF.ISSN.2406-5617.C12, date: 2023-09-14}]
        """,
    good="""
        title: Retraction of a comment on trade
        crossmark_policy: 10.48251/policy
        updates: [{type: retraction, doi: 10.48251/SADF.ISSN.2406-5617.C12, date: 2023-09-14}]
        """,
)
def _find_unmarked_retraction(work: Work) -> Iterator[Match]:
    for update in work.commentary.updates:
        if update.type in _RETRACTING and not _RETRACTED.search(work.title):
            yield Match.at("title", length=len(work.title), type=update.type.value.replace("_", " "))
            return
