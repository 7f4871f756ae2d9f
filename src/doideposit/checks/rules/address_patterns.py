"""Faults of web addresses that are seen only in the address, on a landing page as in a reference."""

import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from doideposit.checks.rules.patterns import Pattern

__all__ = ["ESCAPED", "TRUNCATED", "Address"]


# The common shape: a host in small letters and a path without odd signs.
_PLAIN_ADDRESS = Pattern(r"https://((?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]+)((?:/[A-Za-z0-9/_.~-]*)?)")


class Address(NamedTuple):
    """Hold an address as it was written, its parts, and its host in small letters.

    One that is `plain` has the scheme https, a named host, and a path of letters, digits and ``/ _ . ~ -``.
    """

    url: str
    parts: SplitResult
    host: str
    plain: bool = False

    def __str__(self) -> str:
        return self.url

    @classmethod
    def read(cls, url: str) -> "Address":
        """Read an address; without scheme and host where it cannot be read, as in ``https://[broken/``."""
        # Most addresses are plain ones, which the library takes many times longer for.
        if plain := _PLAIN_ADDRESS.fullmatch(url):
            return cls(url, SplitResult("https", plain[1], plain[2], "", ""), plain[1], plain=True)
        try:
            parts = urlsplit(url)
        # A bracket that is not closed is not a host (RFC 3986, section 3.2.2).
        except ValueError:
            parts = SplitResult("", "", url, "", "")
        return cls(url, parts, (parts.hostname or "").lower())

    @staticmethod
    def broken_uuid(url: str) -> str | None:
        """Return what is wrong with an id that looks like a UUID (RFC 9562), such as the Financial Times uses."""
        broken = _UUID_LIKE.search(url) if url.count("-") >= _HYPHENS and _HEX_GROUPS.search(url) else None
        if not broken or _UUID.fullmatch(broken[1]):
            return None
        groups = zip(broken[1].split("-"), _UUID_GROUPS, strict=True)
        group, wanted = next((group, wanted) for group, wanted in groups if len(group) != wanted)
        return f"an id whose part “{group}” has {len(group)} characters instead of {wanted}"

    @staticmethod
    def is_two_addresses(url: str) -> bool:
        """Return whether an address holds a second one that no archive, translator or parameter put there."""
        return url.count("://") > 1 and not _ARCHIVED.match(url) and not _EMBEDDED.search(url)

    @property
    def is_impossible_host(self) -> bool:
        """Return whether no host can have the name of this one (RFC 1123, section 2.1): `www..org`, `www,sadf.eu`."""
        return ":" not in self.host and _HOST.fullmatch(self.host) is None

    @property
    def suspicion(self) -> str | None:
        """Return the rest of a sentence that begins “the address”, why this is no landing page; None if it may be."""
        url = self.url
        for pattern, fault in _FAULTS:
            if pattern.search(url):
                return fault
        if broken := Address.broken_uuid(url):
            return f"has {broken}"
        if Address.is_two_addresses(url):
            return "is two addresses in one"
        if _ENCODED_TWICE.search(url.partition("?")[0]):
            return "was percent-encoded twice"
        return _suspicious_host(self.host)


# Five groups of hexadecimal digits of nearly the right lengths: one digit was lost or doubled.
_UUID_LIKE = Pattern(
    r"(?<![0-9a-f])([0-9a-f]{6,10}-[0-9a-f]{3,5}-[0-9a-f]{3,5}-[0-9a-f]{3,5}-[0-9a-f]{9,15})(?![0-9a-f])", re.IGNORECASE
)
# Written out three times, the pattern begins with one character, which is found quickly.
_HEX_GROUPS = Pattern(r"-[0-9a-fA-F]{3,5}-[0-9a-fA-F]{3,5}-[0-9a-fA-F]{3,5}-")
# A UUID has four hyphens (RFC 9562, section 4); addresses with fewer need not be searched.
_HYPHENS = 4
_UUID_GROUPS = (8, 4, 4, 4, 12)  # RFC 9562
_UUID = Pattern(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
# Services whose addresses hold the address of a page.
_ARCHIVED = Pattern(
    r"^https?://(?:web\.archive\.org|archive\.(?:org|ph|is|today)|webcache\.|translate\.|r\.jina\.ai)", re.IGNORECASE
)
# An address as the value of a parameter, as in links to share or to translate a page.
_EMBEDDED = Pattern(r"[?&=]https?(?::|%3a)//?", re.IGNORECASE)
# Markdown and HTML escape these in what is shown; %5C is a backslash that was encoded on top.
ESCAPED = Pattern(r"\\[_*~&#]|&(?:amp|quot|apos|lt|gt|nbsp|#\d{1,6}|#x[0-9a-f]{1,5});|%5C|%26amp%3B", re.IGNORECASE)
# Services that pass readers on, or show them a copy or a translation, as long as it suits them.
_PASSES_ON = Pattern(
    r"^https?://(?:www\.google\.[a-z.]{2,6}/(?:url|amp/)|[\w-]+\.translate\.goog|translate\.google\.|news\.google\.com/"
    r"|feedproxy\.google\.com|webcache\.googleusercontent\.com|[\w-]+\.cdn\.ampproject\.org|lm?\.facebook\.com/l\.php"
    r"|[\w.-]+\.safelinks\.protection\.outlook\.com|urldefense\.(?:proofpoint\.)?com|[\w.-]+\.list-manage\.com/track"
    r"|www\.linkedin\.com/(?:redir|safety)|out\.reddit\.com|t\.umblr\.com)",
    re.IGNORECASE,
)
# Amazon S3, CloudFront, Azure and Google Cloud Storage sign addresses of files, for minutes or days.
_SIGNED = Pattern(
    r"[?&](?:x-amz-(?:signature|credential|expires)|signature|expires|access_token|x-goog-signature"
    # A short number is the number of something.
    r"|(?:sig|token)(?==(?!\d{1,7}(?:[&#]|$))))=",
    re.IGNORECASE,
)
# A page that asks who is there before it continues to the text.
_LOGIN = Pattern(
    r"/(?:wp-)?(?:log|sign)-?in(?=[/?#.]|$)|/sso/|[?&](?:redirect_to|return_?url|returnto)=", re.IGNORECASE
)
# Files that one person shares from an account of their own are gone with the account.
_SHARED = Pattern(
    r"^(?:(?:drive|docs|mail)\.google\.com|teams\.microsoft\.com|outlook\.(?:office|live)\.com|onedrive\.live\.com)$"
    r"|(?:^|\.)(?:ngrok(?:-free)?\.(?:io|app|dev)|trycloudflare\.com|loca\.lt|gitpod\.io|github\.dev)$|(?:^|\.)(?:dropbox\.com|1drv\.ms|sharepoint\.com|wetransfer\.com|we\.tl)$|\b(?:ez|lib)?proxy\b"
)
# Services that were closed took their links with them; what they lead to can be given itself.
_SHORTENER = Pattern(
    r"^(?:www\.)?(?:bit\.ly|t\.co|tinyurl\.com|goo\.gl|ow\.ly|is\.gd|buff\.ly|rebrand\.ly|cutt\.ly|rb\.gy|t\.ly|lnkd\.in"
    r"|shorturl\.at|tiny\.cc|bl\.ink|v\.gd|fb\.me|dlvr\.it)$"
)
# The percent sign of an escape was encoded on top.
_ENCODED_TWICE = Pattern(r"%25[2-9a-f][0-9a-f]", re.IGNORECASE)
# Letters of any script: a name with accents is written so before it is encoded (RFC 5890). Some sites have underscores.
_HOST = Pattern(r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)*[^\W_](?:[\w-]{0,61}[^\W_])?\.?")
# Zero-width and no-break spaces, soft hyphen and byte order mark, encoded as UTF-8: nobody types them.
_INVISIBLE = Pattern(r"%E2%80%8[B-F]|%E2%81%A0|%EF%BB%BF|%C2%A[0D]", re.IGNORECASE)
# Programs show long addresses with dots in the middle or at the end.
TRUNCATED = Pattern(r"\.\.\.|…|\[\.\.\.?\]")


_FAULTS = (
    (TRUNCATED, "was cut off, or ends in dots"),
    (_SIGNED, "is signed, and expires"),
    (_LOGIN, "is that of a login page"),
    (_PASSES_ON, "is that of a service that leads on to the page, or shows a copy of it"),
    (_INVISIBLE, "holds a character that nobody sees"),
    (Pattern(r"/\.\./"), "leads upwards with “..”"),
)


@lru_cache(maxsize=256)
def _suspicious_host(host: str) -> str | None:
    if _SHARED.search(host):
        return "is that of a shared file, or of a library's proxy"
    return "is one of a link shortener, which leads elsewhere" if _SHORTENER.search(host) else None
