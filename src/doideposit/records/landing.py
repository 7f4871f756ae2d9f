"""What belongs on the landing page of a commentary: the DOI as a link, and metadata for search and reference tools.

Made from the same `Commentary` that is deposited, so that page and deposit cannot disagree; pure, no network and no
file. Everything that becomes HTML is escaped here. Rules: Crossref's DOI display guidelines; the Highwire tags of
Google Scholar's inclusion guidelines for webmasters; schema.org.

    head = landing.head_html(commentary)        # inside <head>
    link = landing.doi_display(commentary.doi)  # in the page, where readers see it
"""

import json
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from doideposit.records.identifiers import Doi
from doideposit.records.models.commentary import Commentary
from doideposit.records.models.contributors import (
    Anonymous,
    Contributor,
    Institution,
    Organisation,
    Person,
)
from doideposit.records.models.dates import PartialDate
from doideposit.records.models.references import Reference
from doideposit.records.models.roles import CROSSREF_ROLES, Role
from doideposit.records.models.series import RecordType

__all__ = [
    "citation",
    "citation_meta",
    "csl_json",
    "doi_display",
    "head_html",
    "is_same_page",
    "json_ld",
    "json_ld_text",
    "tags_document",
]

# schema.org and BibTeX have a type of their own for reports, with a number.
_REPORTS: Final = frozenset({RecordType.REPORT_SERIES, RecordType.REPORT_SINGLE})
# The kinds of CSL 1.0.2; its "article" is a work that is in no journal, such as a preprint.
_CSL_TYPES: Final = {
    RecordType.REPORT_SERIES: "report",
    RecordType.REPORT_SINGLE: "report",
    RecordType.JOURNAL: "article-journal",
    RecordType.POSTED: "article",
}
# The names that CSL has for a series and a number in it.
_CSL_COLLECTION: Final = ("collection-title", "collection-number")
_LAST_MONTH: Final = 12  # Higher numbers are seasons and quarters, which only Crossref knows.


def doi_display(doi: Doi) -> str:
    """Return the DOI as Crossref wants it shown: the whole address as a link, without "doi:" before it."""
    address = escape(doi.url)
    return f'<a href="{address}">{address}</a>'


def head_html(commentary: Commentary) -> str:
    """Return the ``<meta>`` elements and the JSON-LD of a commentary, for the ``<head>`` of its landing page."""
    lines = [f'<meta name="{escape(name)}" content="{escape(content)}">' for name, content in citation_meta(commentary)]
    return "\n".join([*lines, f'<script type="application/ld+json">{json_ld_text(commentary)}</script>'])


def tags_document(commentary: Commentary) -> dict[str, Any]:
    """Return everything of a landing page as one JSON document: citation, DOI as a link, tags, JSON-LD and the head."""
    return {
        "doi": str(commentary.doi),
        "citation": citation(commentary),
        "doi_display": doi_display(commentary.doi),
        "meta": [{"name": name, "content": content} for name, content in citation_meta(commentary)],
        "json_ld": json_ld(commentary),
        "head_html": head_html(commentary),
    }


def citation_meta(commentary: Commentary) -> tuple[tuple[str, str], ...]:
    """Return names and contents of the ``citation_*`` tags, not yet escaped; `head_html` writes them as HTML.

    The PDF is named only when it is on the host of the landing page: Google Scholar passes over others.
    """
    pdf = commentary.pdf_url if _same_host(commentary.pdf_url, commentary.url) else None
    tags = [
        ("citation_title", _full_title(commentary)),
        *(("citation_author", _inverted_name(author)) for author in _authors(commentary)),
        ("citation_publication_date", _date_text(commentary.published, "/")),
        ("citation_doi", str(commentary.doi)),
        ("citation_language", commentary.effective_language),
        ("citation_pdf_url", pdf),
        *(("citation_issn", str(issn.issn)) for issn in commentary.series.issns),
        *_container_meta(commentary),
    ]
    return tuple((name, content) for name, content in tags if content)


def citation(commentary: Commentary) -> str:
    """Return one line by which others cite it: authors, year, title, series and number, the DOI as an address."""
    names = [_initials(author) for author in _authors(commentary)] or ["Anonymous"]
    authors = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} & {names[-1]}"
    title = _full_title(commentary).rstrip(".")
    # A question mark or an exclamation mark ends the title by itself.
    end = "" if title.endswith(("?", "!")) else "."
    series = " ".join(part for part in (commentary.series.title, commentary.number) if part)
    return f"{authors.rstrip('.')}. ({commentary.published.year}). {title}{end} {series}. {commentary.doi.url}"


def _initials(author: Person | Organisation) -> str:
    """Return the name as a list of references has it: ``Wolf, S. O.``; a hyphen between given names stays."""
    if not isinstance(author, Person) or not author.given:
        return author.display
    given = " ".join("-".join(f"{part[0]}." for part in word.split("-") if part) for word in author.given.split())
    return f"{author.family}, {given}"


def csl_json(commentary: Commentary) -> dict[str, Any]:
    """Return the commentary as an item of CSL JSON, which programs that write citations read.

    Source: the CSL 1.0.2 specification, appendices III (types) and IV (variables).
    """
    series = commentary.series
    kind = _CSL_TYPES[series.record_type]
    if kind == "article" and series.posted_type != "preprint":
        # Styles write “Preprint” before an article of CSL: a letter or a post of a blog is none.
        kind = "report"
    # The number of a journal is its issue; that of a series of reports or of other works belongs to the collection.
    title, number = ("container-title", "issue") if kind == "article-journal" else _CSL_COLLECTION
    parts: dict[str, Any] = {
        "id": str(commentary.doi),
        "type": kind,
        "title": _full_title(commentary),
        "author": [_csl_name(author) for author in _authors(commentary)],
        "issued": {"date-parts": [[int(part) for part in _date_text(commentary.published, "-").split("-")]]},
        title: series.title,
        number: commentary.number,
        "volume": commentary.volume,
        "publisher": series.publisher.name if series.publisher else None,
        "language": commentary.effective_language,
        "DOI": str(commentary.doi),
    }
    return _without_empty_values(parts)


def _csl_name(author: Person | Organisation) -> dict[str, str]:
    if not isinstance(author, Person) or not author.given:
        return {"literal": author.display}
    return _without_empty_values({"family": author.family, "given": author.given, "suffix": author.suffix})


def json_ld(commentary: Commentary) -> dict[str, Any]:
    """Return the commentary as JSON-LD in the vocabulary of schema.org, without empty keys."""
    series = commentary.series
    return {
        "@context": "https://schema.org",
        "@type": "Report" if series.record_type in _REPORTS else "ScholarlyArticle",
        **_without_empty_values(
            {
                "@id": commentary.doi.url,
                "headline": _full_title(commentary),
                "name": _full_title(commentary),
                "author": [_contributor_json(author) for author in _authors(commentary)],
                "editor": [_contributor_json(contributor) for contributor in _with_role(commentary, Role.EDITOR)],
                "translator": [
                    _contributor_json(contributor) for contributor in _with_role(commentary, Role.TRANSLATOR)
                ],
                "datePublished": _date_text(commentary.published, "-"),
                "inLanguage": commentary.effective_language,
                "identifier": {
                    "@type": "PropertyValue",
                    "propertyID": "DOI",
                    "value": str(commentary.doi),
                    "url": commentary.doi.url,
                },
                "sameAs": commentary.doi.url,
                "url": commentary.url,
                "isPartOf": _container_json(commentary),
                "publisher": _named_json("Organization", series.publisher.name if series.publisher else None),
                "reportNumber": _report_number(commentary) if series.record_type in _REPORTS else None,
                "license": [licence.url for licence in commentary.effective_licences],
                "isAccessibleForFree": True if commentary.effective_free_to_read else None,
                "keywords": list(commentary.keywords),
                "citation": [text for text in map(_citation_json, commentary.references) if text],
            }
        ),
    }


def json_ld_text(commentary: Commentary) -> str:
    """Write `json_ld` as JSON that is safe inside a ``<script>`` element."""
    text = json.dumps(json_ld(commentary), ensure_ascii=False)
    # Escapes of JSON itself: the data stay the same, and no text can end the element or begin a comment.
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _full_title(commentary: Commentary) -> str:
    parts = (commentary.title.plain, commentary.subtitle.plain if commentary.subtitle else "")
    return ": ".join(part for part in parts if part)


def _authors(commentary: Commentary) -> list[Person | Organisation]:
    """Return the named authors, without people who have only other roles."""
    wanted = {Role.AUTHOR, Role.CORRESPONDING_AUTHOR}
    return [
        author
        for author in commentary.authors
        if not isinstance(author, Anonymous) and (wanted & set(author.roles) or not CROSSREF_ROLES & set(author.roles))
    ]


def _with_role(commentary: Commentary, role: Role) -> list[Person | Organisation]:
    return [author for author in commentary.authors if role in author.roles and not isinstance(author, Anonymous)]


def _inverted_name(author: Contributor) -> str:
    """Return the name as an index has it: ``Wolf, Siegfried O.``."""
    if not isinstance(author, Person):
        return author.display
    return ", ".join(part for part in (author.family, author.given, author.suffix) if part)


def _date_text(published: PartialDate, separator: str) -> str:
    """Return as much of the date as is known; a season or a quarter leaves the year."""
    parts = [f"{published.year:04d}"]
    if published.month is not None and published.month <= _LAST_MONTH:
        parts += [f"{part:02d}" for part in (published.month, published.day) if part is not None]
    return separator.join(parts)


def is_same_page(one: str, other: str) -> bool:
    """Tell whether two addresses are one page, however each writes its host, its empty path and its escapes."""
    return _address_parts(one) == _address_parts(other)


def _address_parts(url: str) -> tuple[str, ...]:
    try:
        parts = urlsplit(url.strip())
    # Browsers take addresses that the library refuses; a page is compared by what is written then.
    except ValueError:
        return (url,)
    return parts.scheme.lower(), parts.netloc.lower(), unquote(parts.path) or "/", unquote(parts.query), parts.fragment


def _same_host(one: str | None, other: str | None) -> bool:
    return bool(one and other) and urlsplit(one or "").hostname == urlsplit(other or "").hostname


def _report_number(commentary: Commentary) -> str | None:
    """Return the same number that is deposited: series title and number when the record has none of its own."""
    made = f"{commentary.series.title} {commentary.number}" if commentary.number else None
    return commentary.report_number or made


def _container_meta(commentary: Commentary) -> tuple[tuple[str, str | None], ...]:
    series = commentary.series
    if series.record_type in _REPORTS:
        return (
            ("citation_technical_report_institution", _issuer_name(commentary)),
            ("citation_technical_report_number", _report_number(commentary)),
        )
    if series.record_type is RecordType.JOURNAL:
        pages = commentary.pages
        return (
            ("citation_journal_title", series.title),
            ("citation_volume", commentary.volume),
            ("citation_issue", commentary.number),
            ("citation_firstpage", pages.first if pages else None),
            ("citation_lastpage", pages.last if pages else None),
        )
    return ()


def _issuer_name(commentary: Commentary) -> str | None:
    names = [institution.name for institution in commentary.effective_institutions if institution.name]
    publisher = commentary.series.publisher
    return "; ".join(names) or (publisher.name if publisher else None)


def _container_json(commentary: Commentary) -> dict[str, Any]:
    series = commentary.series
    issns = [str(issn.issn) for issn in series.issns]
    whole: dict[str, Any] = {"@type": "Periodical" if issns else "CreativeWorkSeries", "name": series.title}
    if issns:
        whole["issn"] = issns[0] if len(issns) == 1 else issns
    if series.record_type is not RecordType.JOURNAL or commentary.number is None:
        return whole
    return {"@type": "PublicationIssue", "issueNumber": commentary.number, "isPartOf": whole}


def _contributor_json(contributor: Person | Organisation) -> dict[str, Any]:
    if isinstance(contributor, Organisation):
        return {"@type": "Organization", "name": contributor.organisation}
    return {
        "@type": "Person",
        **_without_empty_values(
            {
                "name": contributor.display,
                "givenName": contributor.given,
                "familyName": contributor.family,
                "honorificSuffix": contributor.suffix,
                "identifier": contributor.orcid.url if contributor.orcid else None,
                "affiliation": [_institution_json(affiliation) for affiliation in contributor.affiliations],
            }
        ),
    }


def _institution_json(institution: Institution) -> dict[str, Any]:
    ids = [identifier.url for identifier in (institution.ror, institution.isni, institution.wikidata) if identifier]
    return {
        "@type": "Organization",
        **_without_empty_values({"name": institution.name, "identifier": ids[0] if ids else None}),
    }


def _named_json(kind: str, name: str | None) -> dict[str, str] | None:
    return {"@type": kind, "name": name} if name else None


def _citation_json(reference: Reference) -> str:
    """Return a reference as one text: as printed, else its parts; and where it leads.

    It is the same for a record and for what was deposited of it, where the address comes after the printed text.
    """
    printed, address = reference.text.plain if reference.text else "", reference.url or ""
    if printed.startswith(("https://", "http://")) and " " not in printed:
        printed, address = "", printed
    parts: Iterable[str | None] = (
        reference.author,
        reference.year,
        reference.article_title or reference.volume_title,
        reference.journal_title or reference.series_title,
    )
    text = printed or ". ".join(part for part in parts if part)
    for link in (address, reference.doi.url if reference.doi else ""):
        if link and link not in text:
            text = f"{text} {link}".strip()
    return text


def _without_empty_values(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if value not in (None, [], "")}
