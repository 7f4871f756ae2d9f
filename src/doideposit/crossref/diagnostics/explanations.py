"""Codes of Crossref's result logs, in the order of the table that recognizes its messages."""

from typing import Final

from doideposit.explanation import CodeOrigin, Explanation
from doideposit.findings import Severity
from doideposit.pages import (
    CONFLICTS,
    CREDENTIALS,
    ISSN_ERRORS,
    ORCID_CHECKS,
    RELATION_TARGETS,
    SCHEMA,
    SUBMISSION_LOG,
    TIMESTAMPS,
    TITLE_RECORDS,
    TROUBLE,
)

__all__ = ["ANSWERS"]

_failure = CodeOrigin.CROSSREF.writer(TROUBLE)
_good = CodeOrigin.CROSSREF.writer(SUBMISSION_LOG, Severity.INFO)
_SUPPORT = "write to Crossref support, with the submission id"
_NOTHING = "nothing needs to be done"

ANSWERS: Final[tuple[Explanation, ...]] = (
    _good(
        "crossref-registered",
        "Crossref registered the DOI",
        "The result log says Success for this DOI.",
        _NOTHING,
    ),
    _good(
        "crossref-handle-updated",
        "The DOI leads to a new address",
        "The handle system has the new address; some caches show the old one for up to a day.",
        _NOTHING,
    ),
    _good(
        "crossref-resources",
        "A part of a registered record was updated",
        "A resource-only deposit replaces parts of a record, such as its references, and nothing else.",
        _NOTHING,
    ),
    _failure(
        "crossref-conflict",
        "The DOI is registered, and Crossref sees a possible duplicate",
        "Another DOI has the same title, first author, year and number. The warning does not undo the registration.",
        "check whether the work has two DOIs; if not, add what tells the two apart, such as a subtitle, and deposit "
        "again",
        source=CONFLICTS,
        severity=Severity.WARNING,
    ),
    _good(
        "crossref-preprint-pair",
        "Crossref sees a possible pair of preprint and final version",
        "This is only a notice; the DOI is registered.",
        "if the two belong together, add a relation to the other DOI; otherwise nothing needs to be done",
    ),
    _failure(
        "crossref-timestamp-too-old",
        "The timestamp is not higher than the last one",
        "Crossref takes an update only with a higher timestamp. Another tool may have registered the DOI with a "
        "longer number.",
        "deposit again: the new file gets a higher timestamp automatically",
        source=TIMESTAMPS,
    ),
    _failure(
        "crossref-title-level",
        "Crossref rejected the series, so it did not look at the records in it",
        "An error in the title, ISSN or DOI of the series stops everything below it.",
        "correct what the message says about the series, then deposit the records again",
        source=TITLE_RECORDS,
    ),
    _failure(
        "crossref-timestamp-missing",
        "The deposit has no timestamp",
        "Crossref uses the timestamp as the version of a record.",
        "deposit again: the new file gets a timestamp automatically",
    ),
    _failure(
        "crossref-handle-login",
        "Crossref has no permission to write this DOI",
        "The prefix is not set up correctly at Crossref. Crossref may repair it and process the file again, so the "
        "result is read once a day for a week.",
        _SUPPORT,
    ),
    _failure(
        "crossref-handle-authentication",
        "The handle system refused Crossref's login",
        "The problem is between Crossref and the handle system and often disappears. Crossref may process the file "
        "again, so the result is read once a day for a week.",
        "wait: the deposit is tried once more automatically; if it fails again, " + _SUPPORT,
    ),
    _failure(
        "crossref-prefix-not-yours",
        "The login may not deposit under this prefix",
        "Permissions belong to the role of a login. A wrong role is noticed only here, even if the password is "
        "right. Crossref may correct the permission and process the file again, so the result is read once a day for "
        "a week.",
        "check the prefix of the DOI and the role in the user name (name@example.org/role)",
        source=CREDENTIALS,
    ),
    _failure(
        "crossref-prefixes-differ",
        "The file has DOIs of several prefixes",
        "Crossref takes one prefix in each file.",
        "deposit the records of each prefix in a file of their own",
    ),
    _failure(
        "crossref-title-not-yours",
        "The title of the series belongs to another member",
        "The first deposit of a series creates its title record at Crossref. Later deposits must have exactly the "
        "same title.",
        "write title and ISSN exactly as they were first registered; if they are, " + _SUPPORT,
        source=TITLE_RECORDS,
    ),
    _failure(
        "crossref-title-deleted",
        "The title record of the series was deleted at Crossref",
        "Only Crossref can restore it.",
        _SUPPORT,
    ),
    _failure(
        "crossref-issn-other-title",
        "The ISSN is registered with another title",
        "Title, ISSN and record type of a series are fixed by its first deposit.",
        "write title, ISSN and record type exactly as they were first registered; if they are, " + _SUPPORT,
        source=ISSN_ERRORS,
    ),
    _failure(
        "crossref-issn-other-publisher",
        "The ISSN belongs to another publisher",
        "A series that changes its publisher must be transferred at Crossref before the first deposit.",
        "compare the ISSN with the publication; for a series that you took over, " + _SUPPORT,
        source=ISSN_ERRORS,
    ),
    _failure(
        "crossref-issn-owned",
        "The title or ISSN belongs to another member",
        "A series that changes its publisher must be transferred at Crossref before the first deposit.",
        "compare the ISSN with the publication; for a series that you took over, " + _SUPPORT,
        source=ISSN_ERRORS,
    ),
    _failure(
        "crossref-isbn-other-doi",
        "The ISBN is registered with another DOI",
        "Crossref allows one title DOI for each ISBN.",
        "correct the ISBN, or use the DOI that it is registered with",
    ),
    _failure(
        "crossref-issn-invalid",
        "Crossref says that the ISSN is wrong",
        "The last digit of an ISSN is computed from the others, and does not fit.",
        "copy the ISSN from the publication, and deposit again",
        source=ISSN_ERRORS,
    ),
    _failure(
        "crossref-isbn-invalid",
        "Crossref says that the ISBN is wrong",
        "The last digit of an ISBN is computed from the others, and does not fit.",
        "copy the ISBN from the book, and deposit again",
        source=ISSN_ERRORS,
    ),
    _failure(
        "crossref-year-invalid",
        "Crossref says that the year is wrong",
        "A year has four digits.",
        "correct the date, and deposit again",
    ),
    _failure(
        "crossref-orcid-check-digit",
        "Crossref says that an ORCID iD is wrong",
        "One wrong iD makes the whole file fail, with all its records.",
        "copy the iD from the author's page at orcid.org, and deposit every record of this file again",
        source=ORCID_CHECKS,
    ),
    _failure(
        "crossref-orcid-duplicate",
        "Two contributors of a work have the same ORCID iD",
        "Crossref rejects the whole file, with all its records.",
        "give each person their own ORCID iD, and deposit every record of this file again",
        source=ORCID_CHECKS,
    ),
    _failure(
        "crossref-relation-target",
        "A related DOI does not exist yet",
        "Crossref looks up the other DOI when it processes the deposit.",
        "wait until the other DOI is registered; or deposit without the relation now and add it later",
        source=RELATION_TARGETS,
    ),
    _failure(
        "crossref-schema",
        "Crossref's schema check rejected the file",
        "doideposit checks every file against the same schema before it is sent, so this should not happen.",
        "run `doideposit validate FILE`; if it finds no error, report the file as a fault of doideposit",
        source=SCHEMA,
    ),
    _failure(
        "crossref-not-well-formed",
        "Crossref says that the file is not XML",
        "The usual reason is & or < in a text, in a file made by another program.",
        "write & as &amp; and < as &lt;, then send the file again",
    ),
    _failure(
        "crossref-prolog",
        "Something stands before the XML declaration",
        "Crossref's parser fails on a byte order mark, a blank line or a space at the beginning of the file.",
        "delete everything before <?xml, and save the file without a byte order mark",
    ),
    _failure(
        "crossref-encoding",
        "Crossref says that the file is not UTF-8",
        "Crossref takes only UTF-8.",
        "save the file as UTF-8, and send it again",
    ),
    _failure(
        "crossref-journal-identifier",
        "A journal has neither an ISSN nor a DOI",
        "Crossref tells journals apart by one of the two.",
        "give the series its `issn`, as in Crossref's title list, and deposit again",
        source=ISSN_ERRORS,
    ),
    _failure(
        "crossref-title-missing",
        "Crossref found no title",
        "The schema allows an empty title, Crossref does not. `doideposit check` reports it before a deposit.",
        "give the record, and the series, a title with at least one letter, and deposit again",
    ),
    _failure(
        "crossref-characters",
        "Crossref rejected a character",
        "This happens with control characters, and with spaces in DOIs and other identifiers. Crossref's message "
        "shows the value.",
        "delete the character from the value, and deposit again",
    ),
    _failure(
        "crossref-not-valid",
        "Crossref could not read the file, or found it not valid",
        "doideposit checks every file against the same schema before it is sent, so this should not happen.",
        "run `doideposit validate FILE`; if it finds no error, report the file as a fault of doideposit",
        source=SCHEMA,
    ),
    _failure(
        "crossref-duplicate-doi",
        "Crossref received the same DOI twice at the same time",
        "It was twice in one file, or in two files that Crossref processed together.",
        "wait: the deposit is tried once more automatically; if it fails again, " + _SUPPORT,
    ),
    _failure(
        "crossref-crash",
        "Crossref's program failed on the file",
        "The fault is at Crossref and often disappears.",
        "wait: the deposit is tried once more automatically; if it fails again, " + _SUPPORT,
    ),
    _failure(
        "crossref-system-error",
        "Crossref reports an error of its own system",
        "The fault is at Crossref and often disappears.",
        "wait: the deposit is tried once more automatically; if it fails again, " + _SUPPORT,
    ),
    _failure(
        "crossref-no-record",
        "Crossref's result log does not name the DOI",
        "The log is complete, but says nothing about this DOI of the file, so the DOI counts as not registered.",
        "look the DOI up at Crossref; if it is not registered, deposit it again",
        source=SUBMISSION_LOG,
    ),
    _failure(
        "crossref-unknown",
        "Crossref sent a message that doideposit does not know",
        "Because the meaning is not certain, the deposit is not repeated automatically.",
        "read Crossref's words in the finding; Crossref support explains them if you give the submission id",
    ),
    _failure(
        "crossref-warning",
        "The DOI is registered, with a warning that doideposit does not know",
        "A warning does not undo the registration.",
        "read Crossref's words, and correct the record if they show a mistake",
        severity=Severity.WARNING,
    ),
)
