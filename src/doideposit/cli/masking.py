"""Lines of a configuration file for display: what may be a secret is covered, whatever mistake put it there.

A password does not belong into the file; but the message that says so, or one about a missing quotation mark beside
it, must not carry it to a screen, a log or a ticket.
"""

import re
from collections.abc import Callable

from doideposit.cli.terminal import Terminal

__all__ = ["configuration_line"]

# Stands for a covered text, whatever its length: the length of a password is nobody's business.
COVER = "••••••"
# Words in a key, a heading or a value that make everything after the sign of equality suspect.
SUSPICIOUS = re.compile(r"pass|pwd|secret|token|credential|login|\bkey\b|\bauth", re.IGNORECASE)
# A login in an address is between the slashes and the at sign (RFC 3986, section 3.2.1).
WITH_LOGIN = re.compile(r"(?<=://)[^\s\"':@]*:[^\s\"']*@")
# Crossref and databases take passwords in the query of an address; what follows a # is never sent, and often pasted.
AFTER_PATH = re.compile(r"(?<=://)([^\s\"'?#]*[?#])[^\s\"']+")
# Headings of TOML tell which section a line belongs to.
HEADING = re.compile(r"\s*\[\[?\s*([A-Za-z0-9_. -]+)\]\]?\s*(#.*)?$")


def configuration_line(path: str, number: int) -> str | None:
    """Return line `number` (from 1) of a configuration file, with what may be a secret covered."""
    text = Terminal.source_line(path, number)
    return None if text is None else _masked(text, _find_heading(path, number, Terminal.source_line))


def _masked(text: str, heading: str = "") -> str:
    """Return the line with its value covered, when the line or its heading speaks of secrets."""
    if HEADING.match(text):
        return text
    key, sign, _ = text.partition("=")
    if not (SUSPICIOUS.search(text) or SUSPICIOUS.search(heading)):
        return AFTER_PATH.sub(rf"\1{COVER}", WITH_LOGIN.sub(f"{COVER}@", text))
    if not sign:
        # A line without a key continues with what was begun above.
        return COVER
    return f"{key}= {COVER}"


def _find_heading(path: str, number: int, line: Callable[[str, int], str | None]) -> str:
    for above in range(number, 0, -1):
        found = HEADING.match(line(path, above) or "")
        if found:
            return found[1]
    return ""
