"""What a landing page shows, compared with what is registered: pure, over a page that somebody fetched.

Rules: Crossref's DOI display guidelines, the Highwire tags of Google Scholar's guidelines for webmasters, and
Crossref's landing-page requirements. What a site does not let a program see is "not known", and never a fault.
"""

import codecs
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any, Final, Self
from urllib.parse import unquote, urlsplit

from lxml import html as lxml_html
from lxml.etree import LxmlError

from doideposit.crossref.guarded_fetch import Page
from doideposit.findings import Finding, Severity, Where
from doideposit.records.landing import citation_meta
from doideposit.records.models.commentary import Commentary

__all__ = ["page_findings"]

# 404 and 410 say that the page is gone; other statuses may pass.
GONE: Final = frozenset({404, 410})
# Statuses that refuse a visitor: no login (401, and 407 of a proxy), no permission (403), or the law (451).
REFUSED: Final = frozenset({401, 403, 407, 451})
# How alike two titles must be, from 0 to 1: a page may shorten its heading or add the name of the series.
ALIKE: Final = 0.75
# Words in addresses of login pages; the page itself answers 200.
_LOGIN: Final = re.compile(r"(^|[/._-])(log-?in|sign-?in|sso|saml|oauth2?|cas|auth)([/._-]|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _PageText:
    """Hold what counts of a page: its heading, the addresses it links to with their texts, its tags, and its text."""

    title: str = ""
    headings: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    tags: tuple[tuple[str, str], ...] = ()
    text: str = field(default="", repr=False)
    asks_password: bool = False

    def tagged(self, name: str) -> tuple[str, ...]:
        """Return the contents of a tag, in their order."""
        return tuple(content for known, content in self.tags if known == name)

    @classmethod
    def read(cls, body: bytes, charset: str | None) -> Self | None:
        """Read a page; None for bytes that are not a page."""
        parser = lxml_html.HTMLParser(encoding=_known_encoding(charset), no_network=True, huge_tree=False)
        try:
            root: Any = lxml_html.document_fromstring(body, parser=parser)
        except (LxmlError, LookupError, ValueError):
            return None
        tags = (
            (str(element.get("name") or element.get("property") or "").lower(), str(element.get("content") or ""))
            for element in root.iter("meta")
        )
        links = tuple(
            (str(element.get("href") or "").strip(), _plain_text(element.text_content())) for element in root.iter("a")
        )
        headings = tuple(_plain_text(element.text_content()) for name in ("h1", "h2") for element in root.iter(name))
        title = next((_plain_text(element.text_content()) for element in root.iter("title")), "")
        asks = any(str(element.get("type") or "").lower() == "password" for element in root.iter("input"))
        for name in ("script", "style", "template"):
            for element in list(root.iter(name)):
                element.drop_tree()
        return cls(title, headings, links, tuple(tags), _plain_text(root.text_content()), asks)


def _known_encoding(charset: str | None) -> str | None:
    """Return the encoding that the server names, where there is such a one; else the page itself says it."""
    try:
        return codecs.lookup(charset).name if charset else None
    # A page may name an encoding that does not exist.
    except LookupError:
        return None


def _plain_text(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split())


def page_findings(commentary: Commentary, page: Page, address: str | None = None) -> tuple[Finding, ...]:
    """Return what is wrong with the landing page of a commentary; the file of each finding is the address."""
    where = Where(file=address or commentary.url, field="url")
    return tuple(_find_faults(commentary, page, where))


def _find_faults(commentary: Commentary, page: Page, where: Where) -> Iterator[Finding]:
    answered = _answer_finding(page, where)
    if answered is not None:
        yield answered
        return
    read = _PageText.read(page.body, page.charset)
    if read is None or (page.media_type and "html" not in page.media_type):
        yield _finding(
            "page-not-html",
            Severity.ERROR,
            where,
            f"the address leads to {page.media_type or 'no page'}",
            "create a page about the commentary with a link to the file, and register its address",
        )
        return
    shown = _doi_findings(commentary, read, where)
    if _is_login_page(page, read) and shown:
        yield _finding(
            "page-login",
            Severity.ERROR,
            where,
            "the address leads to a login",
            "make the page about the commentary public, even if the text is restricted",
        )
        return
    yield from shown
    yield from _tag_findings(commentary, read, where)
    yield from _title_findings(commentary, read, where)


def _answer_finding(page: Page, where: Where) -> Finding | None:
    """Return what the answer itself says, before anything is read of it."""
    if page.status in GONE:
        return _finding(
            "page-missing",
            Severity.ERROR,
            where,
            f"there is no page at this address (HTTP {page.status})",
            "put the page there, or move the DOI to the right address",
        )
    if page.status in REFUSED:
        return _finding(
            "page-not-shown",
            Severity.INFO,
            where,
            f"the site does not show the page to a program (HTTP {page.status}), so it was not checked",
            "open it in a browser without signing in",
        )
    if page.status >= 400:  # noqa: PLR2004  (HTTP: everything from 400 is an error)
        return _finding(
            "page-away",
            Severity.WARNING,
            where,
            f"the site answered with an error (HTTP {page.status})",
            "try again later; if it fails again, tell the person who maintains the site",
        )
    return None


def _is_login_page(page: Page, read: _PageText) -> bool:
    return read.asks_password or bool(_LOGIN.search(urlsplit(page.url).path))


# The resolver under its two names, with and without a scheme.
_DOI_LINK: Final = re.compile(r"^(https?:)?//(dx\.)?doi\.org/(10\..+)$", re.IGNORECASE)


def _doi_findings(commentary: Commentary, read: _PageText, where: Where) -> list[Finding]:
    """Yield what is wrong with the display of the DOI: it should be a link with the whole address as text."""
    wanted = commentary.doi
    mine = [(address, text) for address, text in read.links if _doi_of(address) == wanted.key]
    if any(
        address.lower().startswith("https://doi.org/") and _fold(wanted.url) in _fold(text) for address, text in mine
    ):
        return []
    if mine:
        address, text = mine[0]
        return [
            _finding(
                "page-doi-form",
                Severity.WARNING,
                where,
                f"the DOI is shown as “{(text or address)[:80]}”, not in the recommended form",
                f"show it as a link with the address as its text: {wanted.url}",
            )
        ]
    if wanted.key in _fold(read.text):
        return [
            _finding(
                "page-doi-not-linked",
                Severity.WARNING,
                where,
                "the DOI is shown, but is not a link",
                f"make it a link: {wanted.url}",
            )
        ]
    return [
        _finding(
            "page-doi-missing",
            Severity.ERROR,
            where,
            f"the page does not show the DOI {wanted}",
            f"show it near the title, as a link: {wanted.url}",
        )
    ]


def _doi_of(address: str) -> str:
    found = _DOI_LINK.match(address)
    return unquote(found[3]).lower() if found else ""


def _fold(text: str) -> str:
    return text.casefold()


# Tags that Google Scholar and Zotero read, by what the record calls them.
_COMPARED: Final = {
    "citation_doi": "DOI",
    "citation_title": "title",
    "citation_author": "authors",
    "citation_publication_date": "date",
    "citation_issn": "ISSN",
}


def _tag_findings(commentary: Commentary, read: _PageText, where: Where) -> Iterator[Finding]:
    """Yield tags that contradict the record; missing tags are one wish."""
    if not any(name.startswith("citation_") for name, _ in read.tags):
        yield _finding(
            "page-tags-missing",
            Severity.INFO,
            where,
            "the page has no citation_* tags",
            "paste the output of `doideposit tags` in the <head> of the page: Google Scholar and Zotero read it",
        )
        return
    wanted: dict[str, list[str]] = {}
    for name, content in citation_meta(commentary):
        wanted.setdefault(name, []).append(content)
    for name, noun in _COMPARED.items():
        shown = [_plain_text(text) for text in read.tagged(name)]
        if shown and not _is_same_value(name, shown, wanted.get(name, [])):
            message = f"the tag {name} says “{'; '.join(shown)[:120]}”, but the record has " + (
                f"“{'; '.join(wanted[name])[:120]}”" if name in wanted else f"no {noun}"
            )
            hint = "correct the page, or the record and deposit it again"
            yield _finding("page-tag-differs", Severity.WARNING, where, message, hint)


def _is_same_value(name: str, shown: list[str], wanted: list[str]) -> bool:
    match name:
        case "citation_doi":
            plain = [re.sub(r"^(https?://(dx\.)?doi\.org/|doi:\s*)", "", text, flags=re.IGNORECASE) for text in shown]
            return {_fold(text) for text in plain} == {_fold(text) for text in wanted}
        case "citation_author":
            # “Byron, Ada” and “Ada Byron” are the same author; one tag may hold all of them.
            return _sorted_words(shown) == _sorted_words(wanted)
        case "citation_publication_date":
            return _date_parts(shown[0]) == _date_parts(wanted[0]) if wanted else False
        case "citation_issn":
            return set(shown) <= set(wanted) or {_fold(text) for text in shown} <= {_fold(text) for text in wanted}
    return _is_same_title(shown[0], wanted[0]) if wanted else False


def _sorted_words(names: list[str]) -> list[str]:
    # Sorted words: family and given name are in either order.
    return sorted(re.findall(r"[^\W\d_]+", _fold(_without_accents(" ".join(names)))))


def _without_accents(text: str) -> str:
    return "".join(
        character for character in unicodedata.normalize("NFKD", text) if not unicodedata.combining(character)
    )


def _date_parts(text: str) -> tuple[int, ...]:
    """Return year, month and day as far as both may have them: a page that says the year alone is not a fault."""
    return tuple(int(part) for part in re.findall(r"\d+", text)[:1])


def _title_findings(commentary: Commentary, read: _PageText, where: Where) -> Iterator[Finding]:
    title = commentary.title.plain
    shown = [*read.headings, read.title, *read.tagged("og:title"), *read.tagged("citation_title")]
    if not any(_is_same_title(heading, title) for heading in shown if heading):
        said = next((heading for heading in shown if heading), "no title at all")
        yield _finding(
            "page-title-differs",
            Severity.WARNING,
            where,
            f"the heading of the page is “{said[:120]}”, but the title in the record is “{title[:120]}”",
            "check that the DOI leads to the right page, and which title is the printed one",
        )


def _is_same_title(shown: str, title: str) -> bool:
    one, other = _letters_only(shown), _letters_only(title)
    # Titles of pages name the site or the series as well, and leave the subtitle out.
    return other in one or (len(one) > len(other) / 2 and one in other) or _similarity_of(one, other) >= ALIKE


def _similarity_of(one: str, other: str) -> float:
    # Three hundred characters tell two titles apart, and comparing takes the square of their length.
    return SequenceMatcher(None, one[:300], other[:300]).ratio()


def _letters_only(text: str) -> str:
    return "".join(re.findall(r"\w", _fold(_without_accents(text))))


def _finding(code: str, severity: Severity, where: Where, message: str, hint: str) -> Finding:
    return Finding(code, severity, message, hint, where)
