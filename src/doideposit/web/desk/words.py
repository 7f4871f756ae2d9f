"""Which sentences of the program are for whoever looks after it, and belong into the details of a page for staff."""

import re
from typing import Final

from flask import Flask

from doideposit.reports.findings import sentence

__all__ = ["add_filters"]

# Technical words, and commands with their options, which people who use only the pages cannot type anywhere.
_TECHNICAL: Final = re.compile(r"\b(XML|XSD|batch|batches|ledgers?)\b|`doideposit |(?<!\S)--[a-z]", re.IGNORECASE)
# The name of a file that was sent to Crossref, with the number that Crossref gave it.
_FILE: Final = re.compile(
    r" (?:as|of) [\w.:-]+\.xml\b(?: \(submission \d+\))?|\b[\w.:-]+\.xml\b(?: \(submission \d+\))?"
)
_TIMESTAMP: Final = re.compile(r" under the timestamp \d+")


def add_filters(app: Flask) -> None:
    """Add a test for technical sentences and a filter for events to the templates."""
    app.jinja_env.tests["technical"] = _is_technical
    app.jinja_env.filters["without_files"] = _without_files
    app.jinja_env.filters["sentence"] = sentence


def _is_technical(text: str) -> bool:
    return bool(_TECHNICAL.search(text))


def _without_files(text: str) -> str:
    """Return a sentence without names of files and timestamps, which only support wants to know.

    What the command line calls the sandbox is the rehearsal here.
    """
    told = _FILE.sub(lambda found: "" if found[0].startswith(" ") else "the file", _TIMESTAMP.sub("", text))
    return told.replace("at the sandbox", "in the rehearsal").replace("the sandbox", "the rehearsal")
