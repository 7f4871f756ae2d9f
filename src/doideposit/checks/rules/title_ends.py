"""What is at the end of a title and does not belong to it: notes on drafts, marks of footnotes, names of sites."""

import re
from collections.abc import Iterator

from doideposit.checks.rules.patterns import Pattern
from doideposit.checks.rules.registry import WARNING, Match, Rules
from doideposit.checks.rules.work import Each, Text, Work
from doideposit.pages import ELEMENTS_GUIDE, RECOMMENDATIONS

__all__ = ["TITLE_ENDS"]

TITLE_ENDS: Rules[Work] = Rules("titles")
rule = TITLE_ENDS.rule

# Written on a draft; NIST and others register drafts for comment, which say so in plain brackets.
_UNFINISHED = Pattern(
    r"\((?-i:DRAFT)\b[^)]*\)|\[draft\b[^\]]*\]|\b(?:please )?do not (?:cite|quote|circulate|distribute)\b"
    r"|\bnicht zitieren\b|\bne pas citer\b|\bno citar\b|\bnão citar\b",
    re.IGNORECASE,
)
# C* and A* are algebra and algorithms, and square kilometres are km².
_FOOTNOTE = Pattern(r"(?<=[^\W\d_]{3})[*†‡]$|(?<=[?!”»])[*†‡]$|(?<=[^\W\d_]{4})[¹²³⁴⁵⁶⁷⁸⁹]$|\s\[\d{1,2}\]$")
# Most titles have none of them at their end, and need no pattern; nor do those without a word of a draft.
_MARKS = frozenset("*†‡]¹²³⁴⁵⁶⁷⁸⁹")
_WORDS = ("draft", "cit", "quote", "circulate", "distribute", "zitieren")
# What web pages put between a title and the name of their site.
_SITE_MARK = Pattern(r"(\s[|»·•]\s)")


def _may_be_unfinished(title: str) -> bool:
    return any(word in title for word in _WORDS)


def _titles(work: Work) -> list[Text]:
    return [(loc, text) for loc, text in ((("title",), work.title), (("subtitle",), work.subtitle)) if text]


rule(
    "title-unfinished",
    WARNING,
    "The title says that the work is not to be cited",
    message="“{found}” in the title is for readers of a draft",
    hint="delete it; a version that has a DOI can be cited",
    why="Such a note belongs to the file that was sent around, and stays in every citation of the published work.",
    source=RECOMMENDATIONS,
    bad="title: 'Prospects for NATO-Japan relations [DRAFT, do not cite]'",
    good="title: Draft articles on the responsibility of states",
)(Each(_titles, lambda title: _may_be_unfinished(title.lower()) and _UNFINISHED.search(title)))


rule(
    "title-footnote",
    WARNING,
    "The title ends in the mark of a footnote",
    message="the title ends in “{found}”, which leads to a footnote",
    hint="delete the mark, here and in the title of the page",
    why="Thanks and funding stand in footnotes to the title; in a record the mark leads nowhere.",
    source=ELEMENTS_GUIDE,
    bad="title: Prospects for NATO-Japan relations*",
    good="title: Shortest paths with A*",
)(Each(_titles, lambda title: title[-1] in _MARKS and _FOOTNOTE.search(title)))


@rule(
    "title-site-name",
    WARNING,
    "The title ends in the name of the site",
    message="the title ends in the name of the publisher: “{found}”",
    hint="delete it; the publisher is deposited in a field of its own",
    why="Web pages add the name of the site to the title of the window; copied along, every citation repeats it.",
    source=RECOMMENDATIONS,
    bad="title: Prospects for NATO-Japan relations | South Asia Democratic Forum",
    good="title: Annual Report 2023, South Asia Democratic Forum",
)
def _find_name_of_site(work: Work) -> Iterator[Match]:
    head, mark, name = _SITE_MARK.split(work.title) if len(_SITE_MARK.findall(work.title)) == 1 else ("", "", "")
    if head and name.strip().casefold() in map(str.casefold, work.commentary.series.house_names):
        yield Match.at("title", length=len(work.title), found=f"{mark.strip()} {name.strip()}")
