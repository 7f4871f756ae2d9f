"""Crossref's messages, as one table: what each means, what to do, and whether sending again can help.

Crossref documents some of them ("Error and warning messages", "Common ISSN and ISBN errors"); the others are known
from logs that members made public. Patterns are looked for in order, without regard to case; the first that occurs in
the text decides, so the order is part of the table.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal

from doideposit.lifecycle import RetryClass

__all__ = ["MESSAGES", "TITLE_LEVEL", "KnownMessage"]


# What a message speaks of: a good end, a warning of a registered DOI, a notice, or a failure.
_Kind = Literal["success", "warning", "notice", "failure"]

# Stands in a pattern for any words in between.
GAP: Final = "…"


@dataclass(frozen=True, slots=True)
class KnownMessage:
    """Hold one kind of message: any of `patterns` recognizes it, `message` and `hint` are our words for it.

    ``{detail}`` in `message` is filled with what `detail` finds in Crossref's words, or left out.
    """

    code: str
    kind: _Kind
    patterns: tuple[str, ...]
    message: str
    hint: str
    retry: RetryClass
    detail: re.Pattern[str] | None
    source: str

    def matches(self, line: str) -> bool:
        """Tell whether `line`, in lower case, holds one of the patterns."""
        return any(_matches_pattern(line, pattern.lower()) for pattern in self.patterns)

    def without(self, text: str) -> str:
        """Return the text on one line without the words of this message: the rest says more."""
        line = _one_line(text)
        for pattern in self.patterns:
            line = re.sub(re.escape(pattern), "", line, flags=re.IGNORECASE)
        return line

    def explain(self, original: str) -> str:
        """Return our sentence about the message `original`."""
        found = self.detail.search(_one_line(original)) if self.detail else None
        words = next((group for group in found.groups() if group), "") if found else ""
        return self.message.format(detail=f" {words}" if words else "")

    @staticmethod
    def find(text: str, kind: _Kind | None = None) -> "KnownMessage | None":
        """Return the first entry of the table, of this kind or of any, that `text` matches."""
        line = _one_line(text).lower()
        return next((known for known in MESSAGES if kind in {known.kind, None} and known.matches(line)), None)


def _matches_pattern(line: str, pattern: str) -> bool:
    position = 0
    for part in pattern.split(GAP):
        # Crossref puts names and numbers into its sentences, so only what stays the same is looked for, in its order.
        found = line.find(part, position)
        if found < 0:
            return False
        position = found + len(part)
    return True


def _one_line(text: str) -> str:
    """Return the text with single blanks for all its white space: Crossref wraps some of its messages."""
    return " ".join(text.split())


# Pages of Crossref's documentation that name a message, by their titles.
DOCUMENTED: Final = "Crossref: error and warning messages"
ISSN_ERRORS: Final = "Crossref: common ISSN and ISBN errors"
CONFLICTS: Final = "Crossref: resolving conflicts"
SEEN: Final = "seen in public logs"

# Support finds a deposit by the number of its submission, which is in the result log.
SUPPORT: Final = "write to support@crossref.org, with the submission id"
# What helps is said once for several messages with one cause.
MEND_TITLE: Final = f"write title and ISSN as they were first registered, and keep the record type; otherwise {SUPPORT}"
MEND_ISSN: Final = f"check the number; for a title you took over, {SUPPORT}"
ONE_MORE: Final = f"it is tried once more automatically; after that, {SUPPORT}"

# Crossref writes ISSNs with and without a hyphen.
ISSN: Final = r'ISSN ?"?(\d{4}-?\d{3}[\dXx])'
# The iD is in messages as an address.
ORCID: Final = r"(https?://orcid\.org/\d{4}-\d{4}-\d{4}-\d{3}[\dXx])"
# Xerces names line and column after its own words, libxml2 after a colon.
LINE: Final = r"(line(?:number)?:? ?\d{1,9})|\[(?:fatal )?error\] ?:(\d{1,9}:\d{1,9})"


def _add_message(
    code: str,
    kind: _Kind,
    pattern: str,
    message: str,
    hint: str = "",
    *,
    retry: RetryClass = RetryClass.NEVER,
    detail: str = "",
    source: str = DOCUMENTED,
) -> KnownMessage:
    found = re.compile(detail, re.IGNORECASE) if detail else None
    return KnownMessage(code, kind, tuple(pattern.split(" | ")), message, hint, retry, found, source)


TITLE_LEVEL: Final = _add_message(
    "crossref-title-level",
    "failure",
    "content item DOIs not processed due to title level error",
    "Crossref rejected the record of the series or journal, and with it everything below it",
    "correct what the message says about the series, then deposit the records again",
    retry=RetryClass.AFTER_CHANGE,
    source=SEEN,
)

MESSAGES: Final[tuple[KnownMessage, ...]] = (
    _add_message(
        "crossref-handle-updated",
        "success",
        "Successfully updated in handle",
        "Crossref updated the address of the DOI",
        source=SEEN,
    ),
    _add_message(
        "crossref-registered",
        "success",
        "Successfully added | Successfully updated",
        "Crossref registered the DOI",
        source=SEEN,
    ),
    _add_message(
        "crossref-resources",
        "success",
        "Resources processed successfully",
        "Crossref applied the additions to the DOI",
        source=SEEN,
    ),
    _add_message(
        "crossref-conflict",
        "warning",
        "Added with conflict | Updated with conflict",
        "the DOI is registered, and its metadata are the same as those of another DOI",
        "check whether the work was registered twice; if not, add metadata that differ from the other DOI's, and "
        "deposit again",
        source=CONFLICTS,
    ),
    _add_message(
        "crossref-preprint-pair",
        "notice",
        "possible preprint/vor pair",
        "Crossref noticed that the work may be the preprint, or the final version, of another one",
        "if it is, add a relation to the other DOI; otherwise nothing needs to be done",
        source=SEEN,
    ),
    _add_message(
        "crossref-timestamp-too-old",
        "failure",
        "submitted version…is less or equal to previously submitted version",
        "Crossref already holds the DOI with an equal or higher timestamp{detail}",
        "deposit it again: the new file gets a higher timestamp automatically",
        retry=RetryClass.AFTER_CHANGE,
        detail=r"previously submitted version (\d+)",
    ),
    TITLE_LEVEL,
    _add_message(
        "crossref-timestamp-missing",
        "failure",
        "Submission version NULL is invalid",
        "the deposit file has no timestamp",
        "build the deposit file again; the timestamp is in its <head>",
        retry=RetryClass.AFTER_CHANGE,
    ),
    _add_message(
        "crossref-handle-login",
        "failure",
        "cant submit into handle | can't submit into handle",
        "Crossref could not write to the handle system for this prefix",
        SUPPORT,
    ),
    _add_message(
        "crossref-handle-authentication",
        "failure",
        "Unable to add new DOI…AUTHENTICATION FAILED",
        "the handle system refused Crossref's login for this prefix",
        ONE_MORE,
        retry=RetryClass.ONCE,
        source=SEEN,
    ),
    _add_message(
        "crossref-prefix-not-yours",
        "failure",
        "User not allowed to add records for prefix",
        "this login may not register DOIs under the prefix{detail}",
        "check the prefix of the DOI and the role in the user name (name@example.org/role), or ask Crossref support",
        detail=r"for prefix:? ?(10\.\d{4,9})",
    ),
    _add_message(
        "crossref-prefixes-differ",
        "failure",
        "All prefixes in a submission must match",
        "the deposit file has DOIs of more than one prefix",
        "deposit the records of each prefix separately",
        retry=RetryClass.AFTER_CHANGE,
    ),
    _add_message(
        "crossref-title-not-yours",
        "failure",
        "user not allowed to add or update records for the title",
        "Crossref has the series or journal under another member, or under another spelling of its title",
        MEND_TITLE,
    ),
    _add_message(
        "crossref-title-deleted",
        "failure",
        "was previously deleted by a CrossRef admin",
        "Crossref has deleted its record of this series or journal",
        SUPPORT,
    ),
    _add_message(
        "crossref-issn-other-title",
        "failure",
        "has already been assigned to a different title/publisher/genre",
        "Crossref has the ISSN{detail} with another title, publisher or record type",
        MEND_TITLE,
        detail=ISSN,
        source=ISSN_ERRORS,
    ),
    _add_message(
        "crossref-issn-other-publisher",
        "failure",
        "has already been assigned to a different publisher",
        "Crossref has the ISSN or ISBN{detail} under another publisher",
        MEND_ISSN,
        detail=ISSN,
        source=ISSN_ERRORS,
    ),
    _add_message(
        "crossref-issn-owned",
        "failure",
        "has already been assigned, title/issn:",
        "Crossref has the title or ISSN{detail} under another publisher",
        MEND_ISSN,
        detail=r"title/issn:.{0,300}?(\d{4}-?\d{3}[\dXx])",
        source=SEEN,
    ),
    _add_message(
        "crossref-isbn-other-doi",
        "failure",
        "ISBN assigned to other title DOI:",
        "the ISBN already belongs to another DOI{detail}",
        "correct the ISBN, or use the DOI that has it",
        retry=RetryClass.AFTER_CHANGE,
        detail=r"title DOI: ?(10\.\S{1,300})",
        source=SEEN,
    ),
    _add_message(
        "crossref-issn-invalid",
        "failure",
        'ISSN "…" is invalid',
        "the ISSN{detail} has a wrong check digit",
        "correct the ISSN and deposit again",
        retry=RetryClass.AFTER_CHANGE,
        detail=ISSN,
        source=ISSN_ERRORS,
    ),
    _add_message(
        "crossref-isbn-invalid",
        "failure",
        'ISBN "…" is invalid',
        "the ISBN{detail} has a wrong check digit",
        "correct the ISBN and deposit again",
        retry=RetryClass.AFTER_CHANGE,
        detail=r'ISBN "([\dXx-]{10,17})',
        source=ISSN_ERRORS,
    ),
    _add_message(
        "crossref-year-invalid",
        "failure",
        "year:…in not a valid integer | year:…is not a valid integer",
        "a year{detail} is not a number",
        "correct the date and deposit again",
        retry=RetryClass.AFTER_CHANGE,
        detail=r"year: (\S{1,40}) i[ns] not",
    ),
    _add_message(
        "crossref-orcid-check-digit",
        "failure",
        "has invalid checksum",
        "the ORCID iD{detail} has a wrong check digit",
        "copy the iD from the author's page at orcid.org, and deposit every record of this file again",
        retry=RetryClass.AFTER_CHANGE,
        detail=ORCID,
        source=SEEN,
    ),
    _add_message(
        "crossref-orcid-duplicate",
        "failure",
        "has duplicates in contributor list",
        "the same ORCID iD{detail} is given for two people of one record",
        "give each person their own ORCID iD, and deposit every record of this file again",
        retry=RetryClass.AFTER_CHANGE,
        detail=ORCID,
        source=SEEN,
    ),
    _add_message(
        "crossref-relation-target",
        "failure",
        "Relation target DOI does not exist",
        "a related DOI is not registered yet",
        "wait until it is, or deposit without the relation and add it later",
        retry=RetryClass.LATER,
        source=SEEN,
    ),
    _add_message(
        "crossref-schema",
        "failure",
        "cvc- | Invalid content starting with element",
        "Crossref's schema check rejected the deposit file{detail}",
        "run `doideposit validate` on the file; if it finds nothing, the schemas differ: please report it",
        retry=RetryClass.AFTER_CHANGE,
        detail=LINE,
        source=SEEN,
    ),
    _add_message(
        "crossref-not-well-formed",
        "failure",
        "org.jdom.input.JDOMParseException",
        "the deposit file is not well-formed XML{detail}",
        "look for a bare & or <; files that doideposit builds have none",
        retry=RetryClass.AFTER_CHANGE,
        detail=LINE,
    ),
    _add_message(
        "crossref-prolog",
        "failure",
        "Content is not allowed in prolog",
        "there is something before the XML declaration of the deposit file",
        "delete everything before <?xml, such as a byte order mark or a blank line",
        retry=RetryClass.AFTER_CHANGE,
    ),
    _add_message(
        "crossref-encoding",
        "failure",
        "java.io.UTFDataFormatException",
        "the deposit file is not UTF-8",
        "save the file as UTF-8",
        retry=RetryClass.AFTER_CHANGE,
    ),
    _add_message(
        "crossref-journal-identifier",
        "failure",
        "must deposit with an ISSN and/or journal title DOI",
        "the journal has neither an ISSN nor a DOI of its own in the deposit",
        "give the series its `issn`, as in Crossref's title list, and deposit again",
        retry=RetryClass.AFTER_CHANGE,
        source=SEEN,
    ),
    _add_message(
        "crossref-title-missing",
        "failure",
        "Title name value is missing",
        "the deposit has no title where Crossref needs one",
        "give the record, and the series, a title with at least one letter, and deposit again",
        retry=RetryClass.AFTER_CHANGE,
        source=SEEN,
    ),
    _add_message(
        "crossref-characters",
        "failure",
        "contains invalid characters",
        "Crossref does not accept a character in the deposit",
        "find the value in Crossref's message, delete the invalid character, and deposit again",
        retry=RetryClass.AFTER_CHANGE,
        source=SEEN,
    ),
    # Crossref wraps more telling messages into this one, so that it comes after them.
    _add_message(
        "crossref-not-valid",
        "failure",
        "Deposited XML is not well-formed or does not validate",
        "Crossref could not read the deposit file, or its schema check rejected it{detail}",
        "run `doideposit validate` on the file; if it finds nothing, the schemas differ: please report it",
        retry=RetryClass.AFTER_CHANGE,
        detail=LINE,
        source=SEEN,
    ),
    _add_message(
        "crossref-duplicate-doi",
        "failure",
        "unique constraint (…) violated",
        "Crossref processed the same DOI twice at the same time",
        ONE_MORE,
        retry=RetryClass.ONCE,
    ),
    _add_message(
        "crossref-crash",
        "failure",
        "java.lang.NullPointerException",
        "Crossref's own program failed on the deposit",
        ONE_MORE,
        retry=RetryClass.ONCE,
    ),
    _add_message(
        "crossref-system-error",
        "failure",
        "No exception localized message | A system error has occured | A system error has occurred",
        "Crossref's own program failed on the deposit",
        ONE_MORE,
        retry=RetryClass.ONCE,
        source=SEEN,
    ),
)
