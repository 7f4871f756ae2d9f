"""The addresses of licences by the short names that documents print."""

import re

__all__ = ["licence_address"]

# The version is often left out in print; without it, no address of a licence can be given.
_SHORT_NAME = re.compile(
    r"\bCC[ -]?(?P<kind>BY(?:-(?:NC|ND|SA)){0,2}|0)(?:[ -](?P<version>\d\.\d))?(?!\w|\.\d)", re.IGNORECASE
)


def licence_address(text: str) -> str | None:
    """Return the address of a Creative Commons licence from its short name with its version, such as “CC BY 4.0”."""
    match = _SHORT_NAME.search(text)
    if match is None:
        return None
    if match["kind"] == "0":
        return "https://creativecommons.org/publicdomain/zero/1.0/"
    if match["version"] is None:
        return None  # The versions differ in what they allow.
    return f"https://creativecommons.org/licenses/{match['kind'].lower()}/{match['version']}/"
