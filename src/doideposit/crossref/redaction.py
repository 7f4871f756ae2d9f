"""How a secret may look where it should not be, and how it is taken out of a text.

Anyone who echoes a form back (an error page, a proxy, a debugging servlet) writes its values in a spelling of its own:
each of those that occur in practice is known here, so that a redaction and the test of it mean the same.
"""

import html
import json
import re
from base64 import b64encode
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

__all__ = ["REDACTED", "redact"]

REDACTED = b"[redacted]"


def _spellings(secret: str) -> frozenset[bytes]:
    """Return every spelling of `secret`: raw, percent- and form-encoded, HTML, JSON and base64; none if it is empty."""
    # An old servlet may answer in ISO-8859-1, where the letters beyond ASCII are other bytes.
    encodings = ("utf-8", "latin-1") if all(ord(character) < 256 for character in secret) else ("utf-8",)  # noqa: PLR2004
    found: set[bytes] = set()
    for encoding in encodings:
        raw = secret.encode(encoding, "surrogateescape")
        percent = {quote(raw, safe=""), quote(raw), quote_plus(raw), quote_plus(raw, safe="/")}
        texts = (
            _quoted_spellings(secret)
            | percent
            | {re.sub("%..", lambda code: code[0].lower(), text) for text in percent}
        )
        found |= {text.encode(encoding, "surrogateescape") for text in texts} | {raw, b64encode(raw)}
    return frozenset(found - {b""})


def _quoted_spellings(secret: str) -> set[str]:
    """Return the secret as HTML, XML, JSON and a Python literal show it, without the quotation marks around it."""
    pages = {html.escape(secret), html.escape(secret, quote=False)}
    quotes = {"&quot;": "&#34;", "&#x27;": "&#39;"}
    pages |= {_replace_all(page, quotes) for page in pages} | {page.replace("&#x27;", "&apos;") for page in pages}
    literals = {json.dumps(secret), json.dumps(secret, ensure_ascii=False), repr(secret), ascii(secret)}
    slashes = {json.dumps(secret).replace("/", "\\/")}
    return {secret} | pages | {text[1:-1] for text in literals | slashes}


def _replace_all(text: str, table: dict[str, str]) -> str:
    for old, new in table.items():
        text = text.replace(old, new)
    return text


def redact(content: bytes, secrets: Iterable[str]) -> bytes:
    """Remove every spelling of every secret from `content`, the longest first, so that no part remains."""
    known = {spelling for secret in secrets for spelling in _spellings(secret)}
    for spelling in sorted(known, key=len, reverse=True):
        content = content.replace(spelling, REDACTED)
    return content
