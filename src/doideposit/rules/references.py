"""The list of references: what Crossref matches and what everyone can read."""

import re
from collections.abc import Iterator

from doideposit.identifiers import Doi, InvalidIdentifier
from doideposit.models.references import CitationType
from doideposit.rules import pages
from doideposit.rules.registry import ERROR, INFO, WARNING, Fault, Rules, fault
from doideposit.rules.work import Work

__all__ = ["REFERENCES"]

REFERENCES: Rules[Work] = Rules("references")
rule = REFERENCES.rule

_DOI_URL = re.compile(r"^https?://(?:www\.|dx\.)?doi\.org/(10\.\d{4,9}/\S+)", re.IGNORECASE)
_DOI_TEXT = re.compile(r"\b10\.\d{4,9}/[^\s<>\"]+", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)(?:1[4-9]|20|21)\d\d(?!\d)")
_YEAR_SHAPE = re.compile(r"(?:1[4-9]|20|21)\d\d[a-z]?|n\.? ?d\.?|forthcoming|in press", re.IGNORECASE)
_PLACE = re.compile(
    r"\bWashington,? D\.(?!\s?C)\w?\.?|\b(?:Lodon|Londen|Bruxels|Brusels|New Yrok|Pairs|Gevena|Islamabd)\b(?=:)"
)
_NUMBERED = re.compile(r"^(?:\[\d{1,3}\]|\(\d{1,3}\)|\d{1,3}[.)])\s")
_IBID = re.compile(r"^(?:ibid(?:em)?|op\. ?cit|loc\. ?cit|idem|id\.|see (?:above|note))\b", re.IGNORECASE)
_HEADING = re.compile(
    r"^(?:references?|bibliography|sources|literature|works cited|endnotes|notes)\s*:?$", re.IGNORECASE
)
_ONLY_URL = re.compile(r"^(?:https?://|www\.)\S+$")
_SEVERAL = re.compile(r"\s(?:and|&|und|et)\s|;|\bet al\b|\w\.,\s*\w", re.IGNORECASE)
_INITIALS = re.compile(r".+,\s*(?:[^\W\d_]\.[\s-]?)+$")
_BODY = re.compile(r"\b(?:of|for|and|the)\b.*\b[A-Z]", re.IGNORECASE)
_NEWS = re.compile(
    r"^(?:The )?(?:Reuters|Associated Press|AP News|AFP|Bloomberg|BBC(?: News)?|CNN|Guardian|New York Times|Washington Post|Financial Times|"
    r"Wall Street Journal|Economist|Times of India|Hindu|Indian Express|Dawn|Daily Star|Nikkei(?: Asia)?|Asahi Shimbun|Japan Times|"
    r"Deutsche Welle|DW|Al Jazeera|Le Monde|Politico|Euronews|South China Morning Post|Global Times|Xinhua|Kyodo News|Voice of America|"
    r"Radio Free Europe(?:/Radio Liberty)?|France 24|Foreign Policy|Diplomat)$",
    re.IGNORECASE,
)
_RANGE = re.compile(r"\d\s*[-–—]\s*\d")
SHORTEST = 15


@rule(
    "reference-key-duplicate",
    ERROR,
    "Two references with the same key",
    message="reference {place} has the key “{key}” of reference {first}",
    hint="give every reference a key of its own, or leave the keys out",
    why="Keys identify references in every later deposit; the schema does not check that they differ.",
    source=pages.REFERENCES,
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
    firm=True,
)
def key_duplicate(work: Work) -> Iterator[Fault]:
    seen: dict[str, int] = {}
    for index, reference, _ in work.references:
        key = reference.key or f"ref{index + 1}"
        first = seen.setdefault(key, index)
        if first != index:
            yield fault("references", index, "key", length=len(key), key=key, place=index + 1, first=first + 1)
