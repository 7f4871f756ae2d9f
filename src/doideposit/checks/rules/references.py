"""The list of references: what Crossref matches and what everyone can read."""

import re
from collections.abc import Callable, Iterable, Iterator

from doideposit.checks.rules.patterns import Pattern
from doideposit.checks.rules.registry import ERROR, INFO, WARNING, Match, Rules
from doideposit.checks.rules.work import Each, Text, Work
from doideposit.findings import Loc
from doideposit.pages import APA_EXAMPLES
from doideposit.pages import REFERENCES as REFERENCES_PAGE
from doideposit.records.doi_text import FoundDoi
from doideposit.records.models.references import Reference

__all__ = ["REFERENCES"]

REFERENCES: Rules[Work] = Rules("references")
rule = REFERENCES.rule

# A pasted DOI may be percent-encoded, and may have “doi:” or the old host dx.doi.org before it.
_DOI_URL = Pattern(r"^https?://(?:www\.|dx\.)?doi\.org/(?:doi:)?10(?:\.|%2E)\d{4,9}(?:/|%2F)", re.IGNORECASE)
# All texts are looked at together too, each on a line of its own: what the next one begins with is no "C.".
_PLACE = Pattern(r"\bWashington,? D\.(?![^\S\n]?C)\w?\.?")
# [1], (1), 1. and 1); a year in brackets has four digits.
_NUMBERED = Pattern(r"^(?:\[\d{1,3}\]|\(\d{1,3}\)|\d{1,3}[.)])\s")
# The Latin of footnotes, and its English.
_IBID = Pattern(r"^(?:ibid(?:em)?|op\. ?cit|loc\. ?cit|idem|id\.|see (?:above|note))\b", re.IGNORECASE)
# The whole entry: a book may be called Sources of the Nile.
_HEADING = Pattern(r"^(?:references?|bibliography|sources|literature|works cited|endnotes|notes)\s*:?$", re.IGNORECASE)
# Without a space there is no word beside the address.
_ONLY_URL = Pattern(r"^(?:https?://|www\.)\S+$")
# What these four begin with; other alphabets have digits of their own.
_FIRST = frozenset("[(0123456789behilnorswBEHILNORSW")
# Names of people: Gray and Irish; Gray, A., Irish, J.; not Centers for Disease Control and Prevention.
_NAME = r"[^\W\d_][\w'’-]+(?:,\s*(?:[^\W\d_]\.[\s-]?)+)?"
# Several names: joined by “and” or by semicolons, ended by “et al.”, or separated by a comma after initials.
_SEVERAL = Pattern(
    rf"{_NAME},?\s(?:and|und|et|y|&)\s{_NAME}|{_NAME}(?:;\s*{_NAME})+|.*\bet al\b.*"
    r"|.*(?<![^\W\d_])[^\W\d_]\.,\s*[^\W\d_]{2}.*"
)
# Companies named after two people.
_FIRM = Pattern(r"\b(?:Company|Co|Sons|Partners|Brothers|Young|Johnson|Spencer|Schuster)\b|&")
# One author as citation styles write it: family name, comma, initials.
_INITIALS = Pattern(r"[^,]+,\s*(?:[^\W\d_]\.[\s-]?)+$")
# An “and” between such words joins no two people.
_GROUP = Pattern(
    r"\b(?:Institute|Organi[sz]ation|Committee|Ministry|Department|University|Council|Commission|Association|Forum|Union|"
    r"Cent(?:re|er)|Foundation|Society|Office|Bank|Agency|Board|Group)\b"
)
# The whole name of a standard is short: AS/NZS 1998, ISO 690, DIN EN 45014.
_STANDARD = Pattern(r"[A-Z][A-Z/ -]+ ?\d[\d.:-]*\.?")
# Shorter texts name no work: “ibid., p. 3”, “own data”.
SHORTEST = 15


def _can_be_none(first: str) -> bool:
    return first in _FIRST or not first.isascii()


def _no_entries(work: Work) -> list[Text]:
    """Return the references that may be no references, by how they begin; most begin with an author's name."""
    return [(("references", index, "text"), text) for index, _, text in work.references if _can_be_none(text[:1])]


def _in_texts(look: Callable[[str], re.Match[str] | None]) -> Each[str]:
    """Make the function of a rule that finds a pattern at the beginning of a reference."""
    return Each(_no_entries, look, called="text")


def _authors(work: Work) -> list[Text]:
    """Return the authors of references that are more than one word, which names one author."""
    return [(loc, author) for loc, author in work.cited_parts.get("author", ()) if not author.isalpha()]


def _with_doi(work: Work) -> Iterable[tuple[Loc, Reference]]:
    return work.each_reference() if "10." in work.everything else ()


def _with_place(work: Work) -> Iterable[tuple[Loc, Reference]]:
    return work.each_reference() if "Washington" in work.everything else ()


def _doi_as_address(reference: Reference) -> str | None:
    """Return the DOI that the address of a reference holds, where the reference does not give it as one."""
    url, own = reference.url, reference.doi
    doi = FoundDoi.first_whole(url) if url and "doi.org/" in url.lower() and _DOI_URL.match(url) else None
    return None if doi is None or (own is not None and own.key == doi.lower()) else doi


def _other_doi(reference: Reference) -> dict[str, str]:
    """Return the DOI of a reference and the one in its text, where the text has only others."""
    own, text = reference.doi, reference.text
    if own is None or text is None:
        return {}
    found = [one.text for one in FoundDoi.all_in(text.plain) if one.whole]
    # The text may name the book of a chapter, whose DOI often begins that of the chapter.
    if not found or any(own.key.startswith(doi.lower()) for doi in found):
        return {}
    return {"own": own.printed, "doi": found[0]}


def _names_several(author: str) -> bool:
    likely = _SEVERAL.fullmatch(author) and not _INITIALS.fullmatch(author)
    return bool(likely and not _GROUP.search(author) and not _FIRM.search(author))


@rule(
    "reference-key-duplicate",
    ERROR,
    "Two references with the same key",
    message="reference {place} has the key “{key}” of reference {first}",
    hint="give every reference a key of its own, or leave the keys out",
    why="Keys identify references in every later deposit; the schema does not check that they differ.",
    source=REFERENCES_PAGE,
    bad="""
        references:
          - {key: ref1, text: "Schultz, T. (2023, June 15). NATO in Indo-Pacific. Deutsche Welle."}
          - {key: ref1, text: "McCurry, J. (2023, June 7). France opposed to opening. The Guardian."}
        """,
    good="""
        references:
          - {key: ref1, text: "Schultz, T. (2023, June 15). NATO in Indo-Pacific. Deutsche Welle."}
          - {key: ref2, text: "McCurry, J. (2023, June 7). France opposed to opening. The Guardian."}
        """,
    overridable=False,
)
def _find_repeated_key(work: Work) -> Iterator[Match]:
    seen: dict[str, int] = {}
    for index, reference, _ in work.references:
        key = reference.key
        if key is None:
            continue  # Those without a key get one that is free.
        first = seen.setdefault(key, index)
        if first != index:
            yield Match.at("references", index, "key", length=len(key), key=key, place=index + 1, first=first + 1)


@rule(
    "reference-text-short",
    WARNING,
    "A reference that is hardly one",
    message="reference {place} is only “{text}”",
    hint="give the whole entry as printed",
    why="Crossref matches references by their words; with so few nothing can be found.",
    source=REFERENCES_PAGE,
    bad="references: [{text: Schultz 2023}]",
    good="references: [{text: 'Schultz, T. (2023, June 15). NATO in Indo-Pacific. Deutsche Welle.'}]",
)
def _find_short_text(work: Work) -> Iterator[Match]:
    for index, reference, text in work.references:
        if (
            text
            and len(text) < SHORTEST
            and not _STANDARD.fullmatch(text)
            and not reference.doi
            and not reference.article_title
            and not _not_an_entry(text)
        ):
            yield Match.at("references", index, "text", length=len(text), place=index + 1, text=text)


def _not_an_entry(text: str) -> bool:
    return bool(_HEADING.match(text) or _IBID.match(text) or _ONLY_URL.match(text))


rule(
    "reference-only-url",
    WARNING,
    "A reference that is only an address",
    message="reference {place} is only an address",
    hint="write in `text` who published what, and when, and the address under `url`",
    why="An address alone cannot be matched, and says nothing once the page has moved.",
    source=REFERENCES_PAGE,
    bad="references: [{text: 'https://www.dw.com/en/nato-in-indo-pacific/a-65928274'}]",
    good="""
        references:
          - text: Schultz, T. (2023, June 15). NATO in Indo-Pacific. Deutsche Welle.
            url: https://www.dw.com/en/nato-in-indo-pacific/a-65928274
        """,
)(_in_texts(_ONLY_URL.match))


rule(
    "reference-heading",
    WARNING,
    "A heading among the references",
    message="“{text}” is a heading, not a reference",
    hint="delete the entry",
    why="The heading of the list slips in when the list is copied as a whole.",
    source=REFERENCES_PAGE,
    bad="references: [{text: 'References:'}]",
    good="references: [{text: 'Schultz, T. (2023, June 15). NATO in Indo-Pacific. Deutsche Welle.'}]",
)(_in_texts(_HEADING.match))


rule(
    "reference-ibid",
    WARNING,
    "A reference to another reference",
    message="reference {place} refers to another one: “{found}”",
    hint="write the entry out, or leave it out where the work is already listed",
    why="Each reference stands alone in the record; “ibid.” points to nothing there.",
    source=REFERENCES_PAGE,
    bad="references: [{text: 'Ibid., p. 14.'}]",
    good="references: [{text: 'Schultz, T. (2023, June 15). NATO in Indo-Pacific. Deutsche Welle, p. 14.'}]",
)(_in_texts(_IBID.match))


rule(
    "reference-numbered",
    WARNING,
    "A reference that begins with its number",
    message="reference {place} begins with its number, “{found}”",
    hint="delete the number: the order of the list says it",
    why="The number belongs to the layout; as text it hinders matching.",
    source=REFERENCES_PAGE,
    bad="references: [{text: '[1] Schultz, T. (2023, June 15). NATO in Indo-Pacific. Deutsche Welle.'}]",
    good="references: [{text: 'Schultz, T. (2023, June 15). NATO in Indo-Pacific. Deutsche Welle.'}]",
)(_in_texts(_NUMBERED.match))


rule(
    "reference-doi-differs",
    WARNING,
    "Two DOIs for one reference",
    message="reference {place} has the DOI {own}, and its text the DOI {doi}",
    hint="keep the one that leads to the cited work, here and in the text",
    why="The DOI becomes the link between the two works. If it is cut, or that of another entry, the link is wrong.",
    source=REFERENCES_PAGE,
    bad="references: [{text: 'Crossref (2019). The works. https://doi.org/10.13003/5jchdy', doi: 10.13003/5jchd}]",
    good="references: [{text: 'Crossref (2019). The works. https://doi.org/10.13003/5jchdy', doi: 10.13003/5jchdy}]",
)(Each(_with_doi, lambda reference: reference.doi and reference.text and _other_doi(reference), "doi"))


rule(
    "reference-url-is-doi",
    WARNING,
    "A DOI given as an address",
    message="reference {place} gives the DOI {doi} as an address",
    hint="write it as `doi: {doi}`",
    why="A DOI in its own field is matched for certain and becomes a link between the two works.",
    source=REFERENCES_PAGE,
    bad="references: [{text: 'Crossref, The works of Crossref (2019).', url: 'https://doi.org/10.13003/5jchdy'}]",
    good="references: [{text: 'Crossref, The works of Crossref (2019).', doi: 10.13003/5jchdy}]",
)(Each(Work.each_reference, lambda reference: (doi := _doi_as_address(reference)) and {"doi": doi}, "url"))


rule(
    "reference-doi-in-text",
    WARNING,
    "A DOI in the text only",
    message="reference {place} has the DOI {doi} in its text only",
    hint="add `doi: {doi}`",
    why="A DOI in its own field is matched for certain; within the text it may or may not be found.",
    source=REFERENCES_PAGE,
    bad="references: [{text: 'Crossref (2019). The works of Crossref. https://doi.org/10.13003/5jchdy'}]",
    good="references: [{text: 'Crossref (2019). The works. https://doi.org/10.13003/5jchdy', doi: 10.13003/5jchdy}]",
)(
    Each(
        _with_doi,
        lambda reference: (
            reference.doi is None
            and (text := reference.text)
            and (doi := FoundDoi.first_whole(text.plain))
            and {"doi": doi}
        ),
        "text",
    )
)


@rule(
    "reference-to-itself",
    WARNING,
    "The commentary cites itself",
    message="reference {place} has the DOI of this commentary",
    hint="delete the entry, or give it the DOI of the work that is meant",
    why="A work does not cite itself; the DOI was most likely copied from the head of the document.",
    source=REFERENCES_PAGE,
    bad="references: [{text: 'Wolf, S. O. (2022). The year in review.', doi: 10.48251/SADF.ISSN.2406-5617.C258}]",
    good="references: [{text: 'Wolf, S. O. (2022). The year in review.', doi: 10.48251/SADF.ISSN.2406-5617.C200}]",
)
def _find_citation_of_itself(work: Work) -> Iterator[Match]:
    for index, reference, _ in work.references:
        if reference.doi is not None and reference.doi == work.commentary.doi:
            yield Match.at("references", index, "doi", length=len(reference.doi.printed), place=index + 1)


@rule(
    "reference-twice",
    WARNING,
    "The same reference twice",
    message="reference {place} is the same as reference {first}",
    hint="keep one of the two",
    why="Each cited work is listed once; doubled entries count as two citations.",
    source=REFERENCES_PAGE,
    bad="""
        references:
          - text: Schultz, T. (2023, June 15). NATO in Indo-Pacific. Deutsche Welle.
          - text: Schultz, T. (2023, June 15). NATO in Indo-Pacific. Deutsche Welle
        """,
    good="""
        references:
          - text: Schultz, T. (2023, June 15). NATO in Indo-Pacific. Deutsche Welle.
          - text: Schultz, T. (2023, June 16). NATO in Indo-Pacific. Deutsche Welle.
        """,
)
def _find_repeated_reference(work: Work) -> Iterator[Match]:
    seen: dict[object, int] = {}
    keys = [reference.doi or text.casefold().rstrip(" .") for _, reference, text in work.references]
    if len({*keys}) == len(keys):
        return
    for index, key in enumerate(keys):
        first = seen.setdefault(key, index) if key else index
        if first != index and not (isinstance(key, str) and _IBID.match(key)):
            yield Match.at("references", index, place=index + 1, first=first + 1)


rule(
    "reference-text-suspicious",
    WARNING,
    "A misprint in a reference",
    message="“{found}” in reference {place} looks like a misprint",
    hint="compare it with the source; it is deposited as printed",
    why="Misprints keep a reference from being matched, and are repeated by everyone who copies it.",
    source=APA_EXAMPLES,
    bad="references: [{text: 'The Institute of Peace (2023). NATO and partners. Washington, D.V.: USIP.'}]",
    good="references: [{text: 'The Institute of Peace (2023). NATO and partners. Washington, D.C.: USIP.'}]",
)(Each(_with_place, lambda reference: reference.text and _PLACE.search(reference.text.plain), "text"))


rule(
    "reference-author-several",
    WARNING,
    "Several authors in a field for one",
    message="`author` of reference {place} names several: “{author}”",
    hint="write only the family name of the first author; the others stand in `text`",
    why="The field holds the first author only, and is compared with the first author of the cited work.",
    source=REFERENCES_PAGE,
    bad="references: [{author: Gray and Irish, text: 'Gray, A., Irish, J. (2023). NATO leaders. Reuters.'}]",
    good="references: [{author: Gray, text: 'Gray, A., Irish, J. (2023). NATO leaders. Reuters.'}]",
)(Each(_authors, _names_several, called="author"))


rule(
    "reference-author-initials",
    INFO,
    "Initials in the field for a family name",
    message="`author` of reference {place} has initials: “{author}”",
    hint="write only the family name, or the full name of a group",
    why="Crossref's own examples hold the family name only, and matching compares it.",
    source=REFERENCES_PAGE,
    bad="references: [{author: 'Schultz, T.', text: 'Schultz, T. (2023). NATO in Indo-Pacific. Deutsche Welle.'}]",
    good="references: [{author: Schultz, text: 'Schultz, T. (2023). NATO in Indo-Pacific. Deutsche Welle.'}]",
)(Each(_authors, _INITIALS.fullmatch, called="author"))
