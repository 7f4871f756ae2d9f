"""The head of a deposit: who deposits, and where Crossref's results go."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from doideposit.checks.rules.leftovers import CODE, ENTITY, INVISIBLE, MARKDOWN, MOJIBAKE, TAG, TEX, VARIABLE
from doideposit.checks.rules.patterns import Pattern
from doideposit.checks.rules.program_words import is_program_word
from doideposit.checks.rules.registry import ERROR, WARNING, Context, Match, Rules
from doideposit.pages import HTTPS_POST, SUBMISSION_LOG

__all__ = ["DEPOSITOR", "Head"]


@dataclass(frozen=True, slots=True)
class Head:
    """The depositor as the configuration names it, and what the deposit is meant for."""

    name: str
    email: str
    registrant: str
    context: Context


DEPOSITOR: Rules[Head] = Rules("depositor")
rule = DEPOSITOR.rule

# Not all that RFC 5322 allows, but no address that people use is refused by it.
_EMAIL = Pattern(r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+")
# Reserved by RFC 2606: nobody receives mail there.
_PLACEHOLDER_HOST = Pattern(r"(?:^|[.@])(?:example(?:\.(?:com|org|net))?|invalid|test|localhost)$", re.IGNORECASE)
# Names that templates and tutorials use as examples.
_PLACEHOLDER_NAME = Pattern(
    r"(?:test|example|your (?:name|organi[sz]ation)|name|depositor|publisher|todo|tbd|xxx+|foo)", re.IGNORECASE
)


@rule(
    "depositor-email-shape",
    ERROR,
    "Not an e-mail address of the depositor",
    message="“{email}” is not an e-mail address",
    hint="give an address that someone reads as `email` of the depositor",
    why="Crossref mails its results there. The schema does not look for so much as an @.",
    source=SUBMISSION_LOG,
    bad="email: info.sadf.eu",
    good="email: info@sadf.eu",
    overridable=False,
)
def _find_malformed_email(head: Head) -> Iterator[Match]:
    if not _EMAIL.fullmatch(head.email):
        yield Match.at("depositor", "email", length=len(head.email), email=head.email)


@rule(
    "depositor-email-placeholder",
    WARNING,
    "The depositor's e-mail address is a placeholder",
    message="nobody reads mail at {email}",
    hint="give an address that someone reads as `email` of the depositor; for production this is an error",
    why="Crossref mails its results there.",
    source=SUBMISSION_LOG,
    bad="email: doi@example.org",
    good="email: info@sadf.eu",
)
def _find_placeholder_email(head: Head) -> Iterator[Match]:
    if _PLACEHOLDER_HOST.search(head.email):
        severity = ERROR if head.context.live else None
        yield Match.at("depositor", "email", length=len(head.email), severity=severity, email=head.email)


@rule(
    "depositor-text",
    WARNING,
    "Leftovers in the depositor's name",
    message="“{found}” in “{name}” would be shown exactly like this",
    hint="write the name as it is printed, with the characters themselves",
    why="Name and registrant stand in every file; entities, tags and wrong encodings are not undone there.",
    source=HTTPS_POST,
    bad="name: South Asia &amp; Forum",
    good="name: South Asia & Forum",
)
def _find_leftover_in_name(head: Head) -> Iterator[Match]:
    for field, name in (("name", head.name), ("registrant", head.registrant)):
        if found := _leftover(name):
            yield Match.at("depositor", field, length=len(name), found=found, name=name)


@rule(
    "depositor-name-placeholder",
    WARNING,
    "The depositor's name is a placeholder",
    message="“{name}” looks like a placeholder",
    hint="give the name of the organisation; for production this is an error",
    why="Name and registrant stand in every file, and Crossref's support goes by them.",
    source=HTTPS_POST,
    bad="name: test",
    good="name: South Asia Democratic Forum",
)
def _find_placeholder_name(head: Head) -> Iterator[Match]:
    for field, name in (("name", head.name), ("registrant", head.registrant)):
        if _PLACEHOLDER_NAME.fullmatch(name.strip()) or is_program_word(name):
            severity = ERROR if head.context.live else None
            yield Match.at("depositor", field, length=len(name), severity=severity, name=name)


def _leftover(text: str) -> str | None:
    """Return the first leftover of a wrong encoding, of HTML, Markdown or TeX in a text of the configuration."""
    patterns = (MOJIBAKE, ENTITY, TAG, CODE, VARIABLE, MARKDOWN, TEX, INVISIBLE)
    return next((found[0] for pattern in patterns if (found := pattern.search(text))), None)
