"""Which sentences of the program are for whoever looks after it, and belong into the details of a page for staff."""

import re
from typing import Final

from flask import Flask

__all__ = ["speak_plainly"]

# What people who publish do not know by these names, and commands, which they have no place to type.
_TECHNICAL: Final = re.compile(r"\b(XML|XSD|batch|batches|ledgers?)\b|`doideposit ", re.IGNORECASE)
# The name of a file that was sent to Crossref, with the number that Crossref gave it.
_FILE: Final = re.compile(r"\b(?:the (?:file|result log of) )?[\w.:-]+\.xml\b(?: \(submission \d+\))?")


def speak_plainly(app: Flask) -> None:
    """Give the templates a test for sentences that belong into the details, and a filter for what happened."""
    app.jinja_env.tests["technical"] = _is_technical
    app.jinja_env.filters["without_files"] = _without_files


def _is_technical(text: str) -> bool:
    return bool(_TECHNICAL.search(text))


def _without_files(text: str) -> str:
    """Return a sentence of the history without names of files and timestamps, which only support wants to know."""
    return re.sub(r" under the timestamp \d+", "", _FILE.sub("the file", text))
