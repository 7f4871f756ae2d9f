"""Landing pages and full texts: where a DOI will lead."""

import ipaddress
import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from operator import attrgetter

from doideposit.checks.rules.address_patterns import ESCAPED, TRUNCATED, Address
from doideposit.checks.rules.patterns import Pattern
from doideposit.checks.rules.registry import ERROR, INFO, WARNING, Match, Rules
from doideposit.checks.rules.work import Each, Text, Work, at
from doideposit.findings import Loc
from doideposit.pages import DISPLAY, MARKUP_LEFTOVERS, SCHEMA, SIMILARITY, URIS

__all__ = ["ADDRESSES"]

ADDRESSES: Rules[Work] = Rules("addresses")
rule = ADDRESSES.rule

# What a browser downloads instead of showing a page about it.
_FILE = Pattern(r"\.(pdf|docx?|odt|rtf|epub|zip|pptx?|xlsx?)$", re.IGNORECASE)
# Reserved by RFC 2606 and RFC 6761 for examples: they never lead anywhere.
_PLACEHOLDER_HOST = Pattern(r"(^|\.)(example\.(com|org|net|edu)|example|invalid|test|your-?(site|domain)\.\w+)$")
# As a part of a path by itself: todo is a word of Spanish, and placeholders have been written about.
_PLACEHOLDER = Pattern(
    r"[{}]|%7B[\w%-]+%7D|<[\w -]+>|%5Bobject|/(?:placeholder|todo|xxx+|lorem-?ipsum|undefined|null|nan)(?=[/.?]|$)",
    re.IGNORECASE,
)
# RFC 6762 (.local), RFC 6761 (.localhost), and what networks at home and at work use by custom.
_LOCAL = Pattern(r"(^localhost$|\.(local|localhost|localdomain|internal|intranet|lan|home|corp)$)")
# Addresses that only pass readers on: a DOI that leads to one leads in a circle. Other handles are not DOIs.
_DOI_LINK = Pattern(r"^\w+://(?:[\w-]+\.)*(?:doi\.org|crossref\.org|handle\.net(?=/10\.))(?:[:/?#]|$)", re.IGNORECASE)
# WordPress, Drupal and Ghost show drafts there to those who are logged in. `?p=1258` alone is a short link that
# works.
_PREVIEW = Pattern(
    r"[?&](preview|draft)(=|&|$)|/wp-admin/|/(draft|preview|staging)s?/|^(staging|stage|preview|dev|uat)\.",
    re.IGNORECASE,
)
# Parameters of Google, Meta, Microsoft and Mailchimp, and numbers of a visit.
_TRACKING = Pattern(
    r"[?&;](utm_\w+|fbclid|gclid|msclkid|mc_[ce]id|igshid|sessionid|phpsessid|jsessionid|aspsessionid\w*|cftoken)=",
    re.IGNORECASE,
)
# Letters with accents and other alphabets are in an address as escapes.
_BEYOND_ASCII = Pattern(r"[^\x00-\x7f]")
# A number counts only after a word of ours: years and numbers of the CMS are in addresses too.
_ITEM = Pattern(r"(?:^|[-_/])(?:c|comment-?|commentary-?|no-?)(\d{1,4})(?=[-_/.]|$)", re.IGNORECASE)
# Names of files that are no PDF; a page without a suffix may hand one out.
_OTHER_FILE = Pattern(r"\.(?:docx?|odt|rtf|epub|pptx?|xlsx?|txt|zip|jpe?g|png)(?=$|[?#])", re.IGNORECASE)
# RFC 3986 has none of these in an address; a percent sign comes before two hexadecimal digits.
_ILLEGAL = Pattern(r"[\\<>^`|\"'\[\]“”‘’]|%(?![0-9a-fA-F]{2})")
_HOME_PAGES = frozenset({"", "/", "/index.html", "/index.php"})
# The usual port of each scheme: browsers leave it out of the address.
_PORTS = {"http": 80, "https": 443, "ftp": 21}


def _ip_address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    if not (host[-1:].isdigit() or ":" in host):
        return None
    try:
        return ipaddress.ip_address(host)
    # A host that ends in a digit and is not an IP address is left to the other rules.
    except ValueError:
        return None


# A run has many addresses of few hosts.
@lru_cache(maxsize=256)
def _is_local(host: str) -> bool:
    if not host:
        return False
    address = _ip_address(host)
    if address is not None:
        return not address.is_global
    if host in _PORTS:
        return False  # In https://https://www… the second address is the fault.
    return "." not in host or _LOCAL.search(host) is not None


@lru_cache(maxsize=256)
def _is_placeholder(host: str) -> bool:
    return _PLACEHOLDER_HOST.search(host) is not None


def _landing_page(work: Work) -> Iterable[tuple[Loc, Address]]:
    return [(loc, address) for loc, address in work.addresses if loc == ("url",)]


# Made once: rules that look at the same places, by the same function, go through them together.
_ADDRESSES = attrgetter("addresses")


def _in_addresses(look: Callable[[Address], object]) -> Each[Address]:
    """Make the function of a rule about each address; `look` may return values for the message."""
    return Each(_ADDRESSES, look, called="url")


def _in_odd_addresses(look: Callable[[Address], object]) -> Each[Address]:
    """Make the function of a rule about something that no plain address has."""
    return Each(Work.odd_addresses, look, called="url")


def _in_landing_page(look: Callable[[Address], object]) -> Each[Address]:
    """Make the function of a rule about the address of the landing page alone."""
    return Each(_landing_page, look, called="url")


def _addresses_and_licences(work: Work) -> list[Text]:
    licences = [(("licences", place, "url"), licence.url) for place, licence in enumerate(work.commentary.licences)]
    return [*((loc, address.url) for loc, address in work.odd_addresses()), *licences]


def _found_value(match: re.Match[str] | None, group: int = 0) -> dict[str, str]:
    return {"found": match[group].strip("/&?")} if match else {}


def _other_scheme(address: Address) -> dict[str, str]:
    scheme = address.parts.scheme
    return {"scheme": f"{scheme}://"} if scheme not in {"https", ""} and not _is_local(address.host) else {}


def _odd_port(address: Address) -> dict[str, str]:
    named = re.search(r":(\d+)$", address.parts.netloc)
    usual = named is None or int(named[1]) == _PORTS.get(address.parts.scheme) or _is_local(address.host)
    return {"port": named[1]} if named and not usual else {}


def _trailing_mark(address: Address) -> dict[str, str]:
    url = address.url
    if url[-1] not in ".,;:)]'\"" or TRUNCATED.search(url) or (url[-1] == ")" and "(" in url):
        return {}
    return {"mark": url[-1]}


def _illegal_character(address: Address) -> dict[str, str]:
    url = address.url
    # Square brackets belong around the number of a host (IPv6).
    found = _ILLEGAL.search(url.replace(f"[{address.parts.hostname}]", ""))
    named = ESCAPED.search(url) or url[-1] in "'\")]"
    return {"found": found[0]} if found and not named else {}


rule(
    "url-missing",
    ERROR,
    "No landing page",
    message="the landing page is missing",
    hint="add `url`, the address of the page about this commentary, or a `url` pattern to the series",
    why="A DOI is registered together with the page it leads to; without one there is nothing to register.",
    source=DISPLAY,
    bad="url: null",
    good="url: https://www.sadf.eu/comment-258/",
    overridable=False,
)(at("url", lambda record: not record.url))


rule(
    "url-malformed",
    ERROR,
    "An address that cannot be read",
    message="the address {url} names no host that can exist",
    hint="copy the address from the browser's address bar",
    why="The XSD takes it; no browser and no crawler can follow it.",
    source=SCHEMA,
    bad="url: https:///comment-258/",
    good="url: https://www.sadf.eu/comment-258/",
    overridable=False,
)(_in_odd_addresses(lambda address: not address.host or address.is_impossible_host))


rule(
    "url-is-file",
    WARNING,
    "The landing page is a file",
    message="the landing page is a {kind} file",
    hint="give the page about the commentary as `url`, and the file as `pdf_url`",
    why="A DOI leads to a page with title, authors, the DOI as a link and the way to the text, not to the file itself.",
    source=DISPLAY,
    bad="url: https://www.sadf.eu/files/comment-258.pdf",
    good="""
        url: https://www.sadf.eu/comment-258/
        pdf_url: https://www.sadf.eu/files/comment-258.pdf
        """,
)(_in_landing_page(lambda address: (found := _FILE.search(address.parts.path)) and {"kind": found[1].upper()}))


@rule(
    "url-placeholder",
    WARNING,
    "An address that is a placeholder",
    message="the address {url} is a placeholder",
    hint="put in the real address; for production this is an error",
    why="example.org and its kind are reserved and will never show the commentary. A DOI that leads there is dead.",
    source=DISPLAY,
    bad="url: https://www.example.org/comment-258/",
    good="url: https://www.sadf.eu/comment-258/",
)
def _find_placeholder_address(work: Work) -> Iterator[Match]:
    for loc, (url, _, host, _) in work.addresses:
        if _is_placeholder(host) or _PLACEHOLDER.search(url):
            yield Match.at(*loc, length=len(url), severity=ERROR if work.context.live else None, url=url)


@rule(
    "url-local",
    ERROR,
    "An address nobody else can reach",
    message="the address {url} is on a machine that only the own network can reach",
    hint="give the public address of the page; for a rehearsal this is no error",
    why="The XSD accepts localhost; a DOI must lead readers everywhere to the page.",
    source=DISPLAY,
    bad="url: http://localhost:8080/comment-258/",
    good="url: https://www.sadf.eu/comment-258/",
    overridable=False,
)
def _find_local_address(work: Work) -> Iterator[Match]:
    for loc, (url, _, host, _) in work.addresses:
        if _is_local(host):
            # A rehearsal registers nothing that anyone would follow.
            yield Match.at(*loc, length=len(url), severity=None if work.context.live else INFO, url=url)


rule(
    "url-numeric-host",
    WARNING,
    "An IP address in place of a name",
    message="the address {url} names its host by an IP address",
    hint="give the address with the site's name",
    why="Numbers change when a site moves to another host, and the DOI would lead nowhere.",
    source=DISPLAY,
    bad="url: https://8.8.4.4/comment-258/",
    good="url: https://www.sadf.eu/comment-258/",
)(_in_odd_addresses(lambda address: (number := _ip_address(address.host)) and number.is_global))


rule(
    "url-password",
    ERROR,
    "A user name in an address",
    message="this address contains a user name or a password",
    hint="delete everything before the @, and change the password: it stood in a file",
    why="Everything deposited is public for ever.",
    source=DISPLAY,
    bad="url: https://staff:secret@www.sadf.eu/comment-258/",
    good="url: https://www.sadf.eu/comment-258/",
    overridable=False,
)(_in_odd_addresses(lambda address: "@" in address.parts.netloc))


rule(
    "url-fragment",
    WARNING,
    "An address with a fragment",
    message="the address points into a page: “#{fragment}”",
    hint="delete everything from the #, or give the commentary a page of its own",
    why="Each DOI needs a page of its own. Fragments are lost on many ways to it.",
    source=DISPLAY,
    bad="url: https://www.sadf.eu/comments/#c258",
    good="url: https://www.sadf.eu/comment-258/",
)(
    _in_odd_addresses(
        # In &#38; the sign belongs to an escape, which another rule names.
        lambda address: (
            address.parts.fragment and not ESCAPED.search(address.url) and {"fragment": address.parts.fragment}
        )
    )
)


rule(
    "url-not-https",
    WARNING,
    "An address without https",
    message="the address begins with {scheme}",
    hint="give it with https, if the site has it",
    why="Browsers warn of pages without https, and some will not open them.",
    source=DISPLAY,
    bad="url: http://www.sadf.eu/comment-258/",
    good="url: https://www.sadf.eu/comment-258/",
)(_in_odd_addresses(_other_scheme))


rule(
    "url-not-ascii",
    WARNING,
    "An address with letters outside ASCII",
    message="the address contains “{found}”, which is not encoded",
    hint="copy the address from the browser's address bar, where it is percent-encoded",
    why="Handle system and crawlers treat such letters differently; percent-encoded, the address means one thing.",
    source=SCHEMA,
    bad="url: https://www.sadf.eu/comment-für-japan/",
    good="url: https://www.sadf.eu/comment-f%C3%BCr-japan/",
)(
    _in_odd_addresses(
        lambda address: (odd := [sign for sign in address.url if not sign.isascii()]) and {"found": odd[0]}
    )
)


rule(
    "url-is-doi",
    ERROR,
    "The landing page is a DOI link",
    message="the landing page is an address of {host}",
    hint="give the address of the page on your own site: the DOI link will lead there",
    why="A DOI that leads to doi.org leads in a circle.",
    source=DISPLAY,
    bad="url: https://doi.org/10.48251/SADF.ISSN.2406-5617.C258",
    good="url: https://www.sadf.eu/comment-258/",
    overridable=False,
)(_in_landing_page(lambda address: _DOI_LINK.search(address.url) and {"host": address.host}))


rule(
    "url-port",
    WARNING,
    "An address with a port",
    message="the address names the port {port}",
    hint="give the address readers use, without a port",
    why="Unusual ports belong to rehearsal servers, and many networks block them.",
    source=DISPLAY,
    bad="url: https://www.sadf.eu:8443/comment-258/",
    good="url: https://www.sadf.eu/comment-258/",
)(_in_odd_addresses(_odd_port))


rule(
    "url-tracking",
    WARNING,
    "A tracking parameter in an address",
    message="the address holds “{found}”, which tracks visitors",
    hint="delete the parameter",
    why="A registered address is used by every reader for years; it should name the page and nothing else.",
    source=DISPLAY,
    bad="url: https://www.sadf.eu/comment-258/?utm_source=newsletter",
    good="url: https://www.sadf.eu/comment-258/",
)(_in_odd_addresses(lambda address: "=" in address.url and _found_value(_TRACKING.search(address.url), 1)))


rule(
    "url-home-page",
    WARNING,
    "The address is the home page",
    message="the address is the home page of the site",
    hint="give the address of the page about this very commentary",
    why="Each DOI leads to a page about its own work.",
    source=DISPLAY,
    bad="url: https://www.sadf.eu/",
    good="url: https://www.sadf.eu/comment-258/",
)(
    _in_addresses(
        lambda address: address.parts.path in _HOME_PAGES and not address.parts.query and not address.parts.fragment
    )
)


rule(
    "url-preview",
    WARNING,
    "The address of a draft",
    message="the address seems to be that of a preview or a draft: “{found}”",
    hint="give the address the page has once it is published",
    why="Such addresses work for the editors who are logged in, and lead readers nowhere.",
    source=DISPLAY,
    bad="url: https://www.sadf.eu/?p=1258&preview=true",
    good="url: https://www.sadf.eu/comment-258/",
)(_in_addresses(lambda address: _found_value(_PREVIEW.search(address.url) or _PREVIEW.search(address.host))))


@rule(
    "url-number-disagrees",
    WARNING,
    "The address names another number",
    message="the landing page names number {found}, and the commentary is number {number}",
    hint="check whether the address was copied from another commentary",
    why="Records are often made from the last one; an address left behind gives two DOIs for one page.",
    source=DISPLAY,
    bad="url: https://www.sadf.eu/comment-257/",
    good="url: https://www.sadf.eu/prospects-for-nato-japan-relations-c258/",
)
def _find_address_of_other_number(work: Work) -> Iterable[Match]:
    numbers = _ITEM.findall(work.landing.parts.path) if work.landing else []
    own = work.commentary.number or ""
    digits = re.sub(r"\D", "", own).lstrip("0") if numbers else ""
    if not digits or digits in {number.lstrip("0") for number in numbers}:
        return ()
    return (Match.at("url", length=len(work.commentary.url or ""), found=numbers[-1], number=own),)


rule(
    "url-trailing-punctuation",
    WARNING,
    "An address that ends in punctuation",
    message="the address ends in “{mark}”",
    hint="delete the mark: it most likely belonged to the sentence around the address",
    why="Addresses copied from running text bring its punctuation along, and then lead nowhere.",
    source=DISPLAY,
    bad="url: https://www.sadf.eu/comment-258.",
    good="url: https://www.sadf.eu/comment-258",
)(_in_addresses(_trailing_mark))


rule(
    "url-escaped",
    WARNING,
    "An address with the escapes of a text format",
    message="the address contains “{found}”, an escape of Markdown or HTML",
    hint="copy the target of the link from the browser's address bar, not its label",
    why="Text formats write _ as \\_ and & as &amp;amp; in what is shown; the address itself has neither.",
    source=MARKUP_LEFTOVERS,
    bad="url: https://www.sadf.eu/?page=comment&amp;number=258",
    good="url: https://www.sadf.eu/?page=comment&number=258",
)(Each(_addresses_and_licences, ESCAPED.search))


rule(
    "url-character",
    WARNING,
    "A character that no address has",
    message="the address contains “{found}”, which no address can have",
    hint="copy the address from the browser's address bar, where such characters are percent-encoded",
    why="The XSD takes it. Browsers guess what is meant, and each crawler in its own way.",
    source=URIS,
    bad="url: https://www.sadf.eu/comment|258/",
    good="url: https://www.sadf.eu/comment%7C258/",
)(_in_odd_addresses(_illegal_character))


rule(
    "url-suspicious",
    WARNING,
    "An address that cannot be right",
    message="the address {what}",
    hint="open the address in a private window, and give the one that readers see",
    why="The DOI leads there for ever: an address that is cut off, expires or needs a login leads nowhere.",
    source=DISPLAY,
    bad="url: https://files.sadf.eu/258/?Expires=1694649600&Signature=abc",
    good="url: https://www.sadf.eu/comment-258/",
)(_in_addresses(lambda address: (what := address.suspicion) and {"what": what}))


rule(
    "pdf-url-other-file",
    WARNING,
    "The address of the PDF leads to another kind of file",
    message="the address of the PDF ends in “{found}”",
    hint="give the address of the PDF; other files go into `full_texts`, with their `mime_type`",
    why="It is deposited as a PDF, and Similarity Check and text mining read it as one.",
    source=SIMILARITY,
    bad="pdf_url: https://www.sadf.eu/files/comment-258.docx",
    good="pdf_url: https://www.sadf.eu/files/comment-258.doc.pdf?v=2",
)(at("pdf_url", lambda record: record.pdf_url and _OTHER_FILE.search(record.pdf_url)))


# A PDF that is its own landing page is left to another rule.
rule(
    "full-text-is-landing-page",
    WARNING,
    "Full text and landing page are one address",
    message="the address of the full text is that of the landing page",
    hint="give the address of the file itself, or leave it out",
    why="Similarity Check and text mining need the text itself, not the page about it, a frame or a script.",
    source=SIMILARITY,
    bad="""
        url: https://www.sadf.eu/comment-258/
        pdf_url: https://www.sadf.eu/comment-258/
        """,
    good="""
        url: https://www.sadf.eu/comment-258/
        pdf_url: https://www.sadf.eu/files/comment-258.pdf
        """,
)(
    at(
        "pdf_url",
        lambda record: record.pdf_url == record.url and not (record.pdf_url or ".pdf").lower().endswith(".pdf"),
    )
)
