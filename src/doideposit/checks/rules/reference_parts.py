"""Parts and addresses of references: years, types, pages, and addresses that cannot be right."""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache

from doideposit.checks.rules.address_patterns import ESCAPED, TRUNCATED, Address
from doideposit.checks.rules.patterns import Pattern
from doideposit.checks.rules.registry import INFO, WARNING, Match, Rules
from doideposit.checks.rules.work import Each, Text, Work
from doideposit.findings import Loc
from doideposit.pages import ISSN_ERRORS, MARKUP_LEFTOVERS, REFERENCES
from doideposit.records.models.references import CitationType, Reference

__all__ = ["REFERENCE_PARTS"]

REFERENCE_PARTS: Rules[Work] = Rules("references")
rule = REFERENCE_PARTS.rule

# No printed book is older than the 1450s; a few forthcoming ones bear a year to come.
_YEAR = Pattern(r"(?<!\d)(?:1[4-9]|20|21)\d\d(?!\d)")
# 2023a tells two works of one year apart; n.d. and in press are what APA writes in place of a year.
_YEAR_SHAPE = Pattern(r"(?:1[4-9]|20|21)\d\d[a-z]?|n\.? ?d\.?|forthcoming|in press", re.IGNORECASE)
# Agencies and newspapers that commentaries cite; as journals Crossref looks for them without a result.
_NEWS = Pattern(
    r"(?:The )?(?:Reuters|Associated Press|AP News|AFP|Bloomberg|BBC(?: News)?|CNN|Guardian|New York Times|"
    r"Washington Post|Financial Times|Wall Street Journal|Economist|Times of India|Hindu|Indian Express|Dawn|"
    r"Daily Star|Nikkei(?: Asia)?|Asahi Shimbun|Japan Times|Deutsche Welle|DW|Al Jazeera|Le Monde|Politico|Euronews|"
    r"South China Morning Post|Global Times|Xinhua|Kyodo News|Voice of America|Radio Free Europe(?:/Radio Liberty)?|"
    r"France 24|Foreign Policy|Diplomat)",
    re.IGNORECASE,
)
# Two pages with a dash; RWR-0012-2017 is the number of an article.
_RANGE = Pattern(r"[A-Za-z]{0,2}\d+\s*[-–—]\s*[A-Za-z]{0,2}\d+")
# In Crossref's schema `edition_number` is a number alone, without “nd” or “ed.” (common5.5.0.xsd, line 151).
_EDITION = Pattern(r"\d+")
# RFC 1918 and RFC 2606.
_OTHERS_CANNOT_REACH = ("localhost", "127.", "10.", "192.168.", "example.", "www.example.")
# Parameters by which advertisers and networks follow a reader; the page is the same without them.
_TRACKING = Pattern(r"[?&](utm_\w+|fbclid|gclid|msclkid|mc_[ce]id|igshid)=", re.IGNORECASE)
# Signs without which an address holds no parameter, no escape and no ellipsis, and needs no pattern.
_ODD = ("\\", "&", "%", "?", "…", "..")
# Most years are four digits, and need no pattern.
_YEARS = frozenset(map(str, range(1400, 2200)))
# Marks of the sentence around an address; a closing bracket belongs where one was opened.
_TRAILING = frozenset(".,;:)]}>'\"")


# Rules about one part get one function, and so go through it together.
@cache
def _parts_named(field: str) -> Callable[[Work], Iterable[tuple[Loc, str]]]:
    return lambda work: work.cited_parts.get(field, ())


def _in_parts(field: str, look: Callable[[str], object]) -> Each[str]:
    """Make the function of a rule about one part of each reference that has it."""
    return Each(_parts_named(field), look)


def _odd_addresses(work: Work) -> list[Text]:
    """Return all addresses if one has a sign that is seen in few: of a parameter, an escape, or something left out."""
    addresses = work.cited_parts.get("url", [])
    together = "\n".join([url for _, url in addresses])
    return addresses if any(map(together.__contains__, _ODD)) else []


def _odd_years(work: Work) -> list[Text]:
    return [(loc, year) for loc, year in work.cited_parts.get("year", ()) if year not in _YEARS]


def _is_in_the_news(reference: Reference) -> object:
    outlet = reference.journal_title
    is_news = reference.type is CitationType.JOURNAL_ARTICLE and outlet and _NEWS.fullmatch(outlet)
    return is_news and {"outlet": outlet}


def _trailing_mark(url: str) -> dict[str, str]:
    if url[-1] not in _TRAILING or TRUNCATED.search(url) or (url[-1] == ")" and "(" in url):
        return {}
    return {"mark": url[-1]}


rule(
    "reference-url-suspicious",
    WARNING,
    "An address that cannot be right",
    message="the address of reference {place} has {what}",
    hint="open the address and compare it with the source; it is deposited as printed",
    why="Addresses lose characters in print and in copying, and nobody notices until a reader follows them.",
    source=REFERENCES,
    bad="references: [{text: 'FT (2023). France objects.', url: 'https://www.ft.com/content/0f0c0e3c-5bb0-4cc5-9e0c-ffa61e09b27'}]",
    good="references: [{text: 'FT (2023). France objects.', url: 'https://www.ft.com/content/0f0c0e3c-5bb0-4cc5-9e0c-ffa61e09b271'}]",
)(_in_parts("url", lambda url: (what := _address_fault(url)) and {"what": what}))


def _address_fault(url: str) -> str | None:
    if broken := Address.broken_uuid(url):
        return broken
    if Address.is_two_addresses(url):
        return "two addresses in one"
    # The host is between the two slashes and the next one.
    host = url.split("/", 3)[2]
    if "." not in host or host.startswith(_OTHERS_CANNOT_REACH):
        return "a host that nobody else can reach, or a placeholder"
    return None


rule(
    "reference-url-truncated",
    WARNING,
    "A shortened address",
    message="the address of reference {place} was cut off: it contains “{found}”",
    hint="give the whole address",
    why="Programs show long addresses with dots in the middle or at the end; copied, they lead nowhere.",
    source=REFERENCES,
    bad="references: [{text: 'Schultz, T. (2023). NATO in Indo-Pacific.', url: 'https://www.dw.com/en/nato-in-ind...'}]",
    good="references: [{text: 'Schultz, T. (2023). NATO in Indo-Pacific.', url: 'https://www.dw.com/en/nato/a-65928274'}]",
)(Each(_odd_addresses, TRUNCATED.search))


rule(
    "reference-url-trailing",
    WARNING,
    "An address that ends in punctuation",
    message="the address of reference {place} ends in “{mark}”",
    hint="delete the mark: it most likely belonged to the sentence around the address",
    why="Addresses copied from running text bring its punctuation along, and then lead nowhere.",
    source=REFERENCES,
    bad="references: [{text: 'Schultz, T. (2023). NATO in Indo-Pacific.', url: 'https://www.dw.com/en/a-65928274.'}]",
    good="references: [{text: 'Schultz, T. (2023). NATO in Indo-Pacific.', url: 'https://www.dw.com/en/a-65928274'}]",
)(_in_parts("url", _trailing_mark))


rule(
    "reference-url-escaped",
    WARNING,
    "An address with the escapes of a text format",
    message="the address of reference {place} contains “{found}”, an escape of Markdown or HTML",
    hint="copy the target of the link, not its label",
    why="Text formats write _ as \\_ and & as &amp;amp; in what is shown; the address itself has neither.",
    source=MARKUP_LEFTOVERS,
    bad="references: [{text: 'NATO (2023). Contact points.', url: 'https://www.nato.int/topics\\_49190.htm'}]",
    good="references: [{text: 'NATO (2023). Contact points.', url: 'https://www.nato.int/topics_49190.htm'}]",
)(Each(_odd_addresses, ESCAPED.search))


rule(
    "reference-url-tracking",
    INFO,
    "A tracking parameter in a reference",
    message="the address of reference {place} holds “{found}”, which tracks readers",
    hint="delete the parameter; the address works without it",
    why="It tells the cited site where readers came from, and adds nothing to the address.",
    source=REFERENCES,
    bad="references: [{text: 'Schultz, T. (2023). NATO in Indo-Pacific.', url: 'https://www.dw.com/a-65928274?utm_source=x'}]",
    good="references: [{text: 'Schultz, T. (2023). NATO in Indo-Pacific.', url: 'https://www.dw.com/a-65928274'}]",
)(Each(_odd_addresses, lambda url: (match := _TRACKING.search(url)) and {"found": match[1]}))


@rule(
    "reference-year-mismatch",
    WARNING,
    "Two years in one reference",
    message="reference {place} is of {year}, and its text says {found}",
    hint="correct the one that is wrong",
    why="Crossref matches on the year; the text is what readers see. They must agree.",
    source=REFERENCES,
    bad="references: [{year: 2022, text: 'Schultz, T. (2023, June 15). NATO in Indo-Pacific. Deutsche Welle.'}]",
    good="references: [{year: 2023, text: 'Schultz, T. (2023, June 15). NATO in Indo-Pacific. Deutsche Welle.'}]",
)
def _find_year_unlike_text(work: Work) -> Iterator[Match]:
    for index, reference, text in work.references:
        year = reference.year
        # A letter may follow the year (2019a), and is printed in the text or not.
        if not year or not text or year[:4] in text or not _YEAR_SHAPE.fullmatch(year):
            continue
        years = _YEAR.findall(text)
        if years:
            yield Match.at("references", index, "year", length=len(year), place=index + 1, year=year, found=years[0])


rule(
    "reference-year-shape",
    WARNING,
    "Not a year",
    message="“{year}” is not the year of reference {place}",
    hint="write four digits, and a letter after them where the list has one; the full date stands in `text`",
    why="The schema takes any text here, and only a year is matched.",
    source=REFERENCES,
    bad="references: [{year: June 2023, text: 'Schultz, T. (June 2023). NATO in Indo-Pacific. Deutsche Welle.'}]",
    good="references: [{year: 2023a, text: 'Schultz, T. (2023a). NATO in Indo-Pacific. Deutsche Welle.'}]",
)(Each(_odd_years, lambda year: not _YEAR_SHAPE.fullmatch(year), called="year"))


# So many references that are younger do not have a mistyped year each: the date of the commentary is wrong.
_MANY_YOUNGER = 3


@rule(
    "reference-from-the-future",
    WARNING,
    "A reference younger than the commentary",
    message="reference {place} is of {year}, and the commentary was published on {published}",
    hint="correct the year of the reference, or the date of the commentary",
    why="A work can hardly cite what appeared more than a year later.",
    source=REFERENCES,
    bad="references: [{year: 2032, text: 'Schultz, T. (2032, June 15). NATO in Indo-Pacific. Deutsche Welle.'}]",
    good="references: [{year: 2023, text: 'Schultz, T. (2023, June 15). NATO in Indo-Pacific. Deutsche Welle.'}]",
)
def _find_future_year(work: Work) -> Iterator[Match]:
    published = work.commentary.published
    latest = str(published.year + 1)
    found = [
        (loc, {"place": int(loc[1]) + 1, "year": year, "published": published})
        for loc, year in work.cited_parts.get("year", ())
        # Years of four digits are in the same order as texts.
        if year > latest and year[:4].isdecimal() and int(year[:4]) > int(latest) and _YEAR_SHAPE.fullmatch(year)
    ]
    if len(found) >= _MANY_YOUNGER:
        _, values = max(found, key=lambda one: str(one[1]["year"]))
        yield Match(("published",), values, len(str(published)))
        return
    for loc, values in found:
        yield Match(loc, values, len(str(values["year"])))


rule(
    "reference-news-as-article",
    WARNING,
    "A news item as a journal article",
    message="reference {place} is a journal article, and {outlet} is a newspaper or an agency",
    hint="write `type: web_resource`; there is no type for news",
    why="Crossref looks for journal articles among its records; news items are not there, and count as unmatched.",
    source=REFERENCES,
    bad="references: [{type: journal_article, journal_title: Reuters, text: 'Gray, A. (2023). NATO. Reuters.'}]",
    good="references: [{type: web_resource, journal_title: Reuters, text: 'Gray, A. (2023). NATO leaders. Reuters.'}]",
)(Each(Work.each_reference, _is_in_the_news, "type"))


rule(
    "reference-pages",
    WARNING,
    "A range in the field for the first page",
    message="`first_page` of reference {place} holds a range: “{found}”",
    hint="write only the first page",
    why="The field is compared with the first page of the cited work.",
    source=REFERENCES,
    bad="references: [{first_page: 12-20, text: 'Doe, J. (2020). A study. Journal of Studies 3, 12-20.'}]",
    good="references: [{first_page: 12, text: 'Doe, J. (2020). A study. Journal of Studies 3, 12-20.'}]",
)(_in_parts("first_page", _RANGE.fullmatch))


rule(
    "reference-edition",
    WARNING,
    "An edition with words",
    message="`edition` of reference {place} is “{found}”, and should be a number",
    hint="write 2 rather than 2nd edition",
    why="Crossref asks for the number alone.",
    source=REFERENCES,
    bad="references: [{edition: 2nd, volume_title: A handbook, text: 'Doe, J. (2020). A handbook. Brussels: Press.'}]",
    good="references: [{edition: 2, volume_title: A handbook, text: 'Doe, J. (2020). A handbook. Brussels: Press.'}]",
)(_in_parts("edition", lambda edition: not _EDITION.fullmatch(edition) and {"found": edition}))


rule(
    "reference-isbn",
    WARNING,
    "Not an ISBN",
    message="“{isbn}” in reference {place} is not an ISBN: its check digit is wrong",
    hint="copy it again from the book",
    why="The schema checks only the shape of an ISBN, and Crossref matches books by it.",
    source=ISSN_ERRORS,
    bad="references: [{isbn: 978-3-16-148410-1, text: 'Doe, J. (2020). A handbook. Brussels: Press.'}]",
    good="references: [{isbn: 978-3-16-148410-0, text: 'Doe, J. (2020). A handbook. Brussels: Press.'}]",
)(_in_parts("isbn", lambda isbn: not _is_isbn(isbn) and {"isbn": isbn}))


def _is_isbn(number: str) -> bool:
    from stdnum import isbn  # noqa: PLC0415  (few references have one)

    return bool(isbn.is_valid(number))
