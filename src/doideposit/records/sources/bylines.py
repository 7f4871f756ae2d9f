"""The authors in one cell of a table: ``Family, Given; Family, Given``, and everything that people write instead."""

import re
from typing import Final

from doideposit.findings import Finding, Severity
from doideposit.records.origin import Origin

__all__ = ["authors_in", "names_people"]

# Generations as people write them after a name.
_SUFFIX: Final = re.compile(r"(?:Jr|Sr|Jnr|Snr)\.?|II|III|IV|VI{0,3}|[23](?:nd|rd)", re.IGNORECASE)
# The text between two authors where no semicolon does.
_BETWEEN: Final = re.compile(r"\s(?:and|und|et|y|e|en|og|och|&|\+|/)\s|\s*[\r\n]+\s*|\s*&\s*", re.IGNORECASE)
# What stands between two authors in other languages, and is a word or a name elsewhere; and marks that lists have.
_MAYBE_BETWEEN: Final = re.compile(
    r"\s(?:i|oraz|ve|и|та|і|és|a|ja|with|mit|avec|con|com)\s|\s*[|•·・、，]\s*", re.IGNORECASE
)
# A word of a name, with its apostrophes, points and hyphens.
_WORD: Final = r"[^\W\d_][\w'’.-]*"
# Two words that begin a name, particles between them.
_PERSON: Final = re.compile(rf"{_WORD}(?:\s(?:van|von|der|den|de|del|da|di|la|le|bin|al|{_WORD}))*\s{_WORD}")
# Of the economy, of finances: what follows such a word is a part of a group's name.
_GENITIVE: Final = re.compile(r"(?:del|dell[ae]|dello|dell['’]\w+|dei|degli|d[oa]s?|des|du|der|den)\s")
# Chinese, Japanese and Korean names have no spaces, or one.
_EASTERN: Final = re.compile(r"[一-鿿々]{1,3}\s?[一-鿿々ぁ-ヿ]{1,3}|[가-힣]{2,4}")
# Keller, A., Roy, B.: nothing but family names with initials.
_ALL_INITIALS: Final = re.compile(rf"(?:{_WORD},\s(?:[^\W\d_]\.[\s-]?)+(?:[,;&]\s?|\sand\s|$)){{2,}}")
# Initials between two words, or after one: no family name has them.
_WITH_INITIALS: Final = re.compile(r"[\w'’-]{2,}(?:\s[^\W\d_]\.)+\s[\w'’-]{2,}|[\w'’-]{2,}\s(?:[^\W\d_]\.\s?-?)+")
# What only the name of a group holds. A byline of people that holds one of them is told by its missing comma.
_GROUP: Final = re.compile(
    r"\b(?:Institut\w*|Cent(?:re|er)s?|Ministry|Universit\w+|Departments?|Council|Commission|Committee|Forum|Foundation|"
    r"Associat\w+|Society|Agency|Group|Team|Office|Bank|Union|Network|Affairs|Research|Studies|Compan\w+|Inc|Ltd|GmbH|"
    r"Board|Bureau|Project|Federation|International|National|Nations?|World|Global|United|Watch|Press|Radio|Rights|News|"
    r"Times|Europe\w*|Africa\w*|Asia\w*|Americ\w+|Party|Partners?|Services?|Minist\w+|Arbeits\w+|Kommission|Ausschuss|Bündnis|Verband|\w*verein|Vere?nigung|Systems?|Museum|Library|School|Alliance|"
    r"Coalition|Doctors|Friends|Save|Children|Workers|Trust|Fund|Academy|College|Hospital|Health|Church|Army|Navy|Stiftung|Gesellschaft|for|of|für|pour|des|para)\b"
    # Legal forms, in front of which stands the name of a group.
    r"|\b(?:e\.\s?V|S\.\s?A|S\.\s?L|A\.\s?G|a\.\s?s|z\.\s?s|o\.\s?p\.\s?s|b\.\s?v)\.(?=\W|$)"
    r"|(?:部|局|省|庁|院|所|会|會|社|団|행|부|원|회|처|청)$",
    re.MULTILINE,
)


def authors_in(cell: str, findings: list[Finding], origin: Origin) -> list[dict[str, str]]:
    """Return the authors of a cell; add what is wrong with it to `findings`.

    Semicolons part the authors. One without a comma is an organisation, and a warning says so; where an entry names
    several people, it is an error with the cell as it was meant.
    """
    authors = []
    for entry in filter(None, (part.strip() for part in cell.split(";"))):
        author = _author_of(entry)
        if author is None:
            findings.append(_several_people_finding(entry, origin))
            author = {"organisation": " ".join(entry.split())}
        elif "organisation" in author:
            findings.append(_missing_comma_finding(entry, origin))
        authors.append(author)
    return authors


def _author_of(entry: str) -> dict[str, str] | None:
    """Return the one author of an entry, or None where it names several people."""
    family, comma, rest = (part.strip() for part in entry.partition(","))
    if not comma:
        return None if names_people(entry) else {"organisation": entry}
    if _is_whole_name(family) and _is_whole_name(rest):
        return None
    given, _, suffix = (part.strip() for part in rest.partition(","))
    if _SUFFIX.fullmatch(given) and not suffix:
        given, suffix = "", given
    if (suffix and not _SUFFIX.fullmatch(suffix)) or _BETWEEN.search(given) or "\n" in family:
        return None
    found = {"family": family, "given": given, "suffix": suffix}
    return {key: value for key, value in found.items() if value}


def _is_whole_name(text: str) -> bool:
    """Tell whether a text beside a comma is the name of somebody: Ana Keller, Siegfried O. Wolf, Wolf S.O."""
    if " " not in text:
        return False
    if _WITH_INITIALS.fullmatch(text):
        return True
    # The lists of names are long, and most family names have one word.
    from doideposit.records.extraction.name_words import NameWord  # noqa: PLC0415

    words = text.split()
    return NameWord(words[0]).is_given and len(words[-1].rstrip(".")) > 1


def names_people(entry: str) -> bool:
    """Tell whether an entry names people and no group: every part between "and" is a whole name."""
    if _GROUP.search(entry):
        return False
    return _parts_are_people(entry) or bool(_ALL_INITIALS.fullmatch(entry)) or _names_known_people(entry)


def _parts_are_people(entry: str) -> bool:
    around = _BETWEEN.split(entry)
    # Commas part people only where a word such as "and" says that there are several.
    parts = [part.strip() for text in around for part in re.split("[,;]", text) if part.strip()]
    return len(around) > 1 and all(_PERSON.fullmatch(part) and not _GENITIVE.match(part) for part in parts)


def _names_known_people(entry: str) -> bool:
    """Tell whether every part between words that are not always "and" is a name that people are known to have."""
    parts = [part.strip() for part in _MAYBE_BETWEEN.split(entry) if part.strip()]
    if len(parts) == 1:
        return False
    if all(map(_EASTERN.fullmatch, parts)):
        return True
    from doideposit.records.extraction.name_words import NameWord  # noqa: PLC0415

    # A list of names is never complete: one that is in it is enough where all parts look alike.
    words = [word for part in parts for word in (part.split()[0], part.split()[-1])]
    return all(_PERSON.fullmatch(part) for part in parts) and any(NameWord(word).is_given for word in words)


def _several_people_finding(entry: str, origin: Origin) -> Finding:
    shown = " ".join(entry.split())
    message = f"“{shown}” names several people"
    hint = f"write Family, Given for each, with semicolons between them{_as_meant(entry)}; a group that is itself an "
    hint += "author has a column author_1_organisation"
    return Finding("author-several", Severity.ERROR, message, hint, origin.where(("authors",)))


def _as_meant(entry: str) -> str:
    """Return the entry with semicolons if its commas show which names belong together."""
    people = [part.strip(" ,") for part in _BETWEEN.split(entry)]
    if len(people) > 1 and all(part.count(",") == 1 for part in people):
        return ": " + "; ".join(people)
    parts = [part.strip() for part in entry.split(",")]
    if len(parts) > 1 and all(map(_is_whole_name, parts)):
        people = [] if parts[0].endswith(".") else parts
    elif len(people) == 1 and len(parts) % 2 == 0 and all(parts):
        return ": " + "; ".join(f"{family}, {given}" for family, given in zip(parts[::2], parts[1::2], strict=True))
    if len(people) > 1 and all(_PERSON.fullmatch(part) for part in people):
        return ": " + "; ".join(f"{family}, {given}" for given, _, family in (part.rpartition(" ") for part in people))
    return ""


def _missing_comma_finding(entry: str, origin: Origin) -> Finding:
    message = f"“{entry}” has no comma, so it is read as an organisation"
    hint = "write a person as Family, Given; an organisation can have a column author_1_organisation"
    return Finding("author-without-comma", Severity.WARNING, message, hint, origin.where(("authors",)))
