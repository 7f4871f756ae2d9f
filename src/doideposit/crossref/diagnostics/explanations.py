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
        "Registered",
        "Crossref's result log says Success for this very DOI.",
        _NOTHING,
    ),
    _good(
        "crossref-handle-updated",
        "Address updated",
        "The handle system leads to the new page; caches may keep the old one for a day.",
        _NOTHING,
    ),
    _good(
        "crossref-resources",
        "Additions applied",
        "A resource deposit adds to a record that exists.",
        _NOTHING,
    ),
    _failure(
        "crossref-conflict",
        "Registered, with a conflict",
        "Crossref compares title, first author, year and number. The warning does not undo the registration.",
        "see whether the work was registered twice; if not, add what tells the two apart and deposit again",
        source=CONFLICTS,
        severity=Severity.WARNING,
    ),
    _good(
        "crossref-preprint-pair",
        "Perhaps a preprint of another work",
        "A notice without effect on the registration.",
        "if it is, add a relation to the other DOI; otherwise nothing is to be done",
    ),
    _failure(
        "crossref-timestamp-too-old",
        "The timestamp is not higher",
        "The timestamp is the version of a record, compared as a plain number. A tool with longer timestamps may "
        "have registered the DOI before.",
        "deposit it again: the new file gets a higher timestamp by itself",
        source=TIMESTAMPS,
    ),
    _failure(
        "crossref-title-level",
        "The series failed, and its items with it",
        "Items are not looked at when their container fails.",
        "mend what the message says about the series, then deposit its items again",
        source=TITLE_RECORDS,
    ),
    _failure(
        "crossref-timestamp-missing",
        "No timestamp",
        "Every deposit is a version of its DOIs.",
        "build the deposit file again",
    ),
    _failure(
        "crossref-handle-login",
        "Crossref cannot write the handle",
        "The prefix is set up wrongly on Crossref's side. "
        "The refusal is asked about once a day for a week, because Crossref may run the file again by itself.",
        _SUPPORT,
    ),
    _failure(
        "crossref-handle-authentication",
        "The handle system refused Crossref",
        "A fault between Crossref and the handle system, sometimes a passing one. "
        "The refusal is asked about once a day for a week, because Crossref may run the file again by itself.",
        "one more try is made by itself; after that, " + _SUPPORT,
    ),
    _failure(
        "crossref-prefix-not-yours",
        "The login may not use this prefix",
        "A role carries the permission for prefixes. A wrong role with a right password fails only here. "
        "The refusal is asked about once a day for a week, because Crossref may run the file again by itself.",
        "check the prefix of the DOI and the role in the user name (name@example.org/role)",
        source=CREDENTIALS,
    ),
    _failure(
        "crossref-prefixes-differ",
        "Several prefixes in one file",
        "One file holds one prefix.",
        "deposit the records of each prefix separately",
    ),
    _failure(
        "crossref-title-not-yours",
        "The title is another member's",
        "The first deposit of a series makes a title record, and every later one must match it exactly.",
        "write title and ISSN as they were first registered; otherwise " + _SUPPORT,
        source=TITLE_RECORDS,
    ),
    _failure(
        "crossref-title-deleted",
        "The title was deleted",
        "Only Crossref can bring a title record back.",
        _SUPPORT,
    ),
    _failure(
        "crossref-issn-other-title",
        "The ISSN has another title",
        "Title, ISSN and record type belong together from the first deposit on.",
        "write title and ISSN as they were first registered, and keep the record type; otherwise " + _SUPPORT,
        source=ISSN_ERRORS,
    ),
    _failure(
        "crossref-issn-other-publisher",
        "The ISSN is another publisher's",
        "A title that changed hands must be transferred first.",
        "check the number; for a title you took over, " + _SUPPORT,
        source=ISSN_ERRORS,
    ),
    _failure(
        "crossref-issn-owned",
        "The title or ISSN is owned by another",
        "A title that changed hands must be transferred first.",
        "check the number; for a title you took over, " + _SUPPORT,
        source=ISSN_ERRORS,
    ),
    _failure(
        "crossref-isbn-other-doi",
        "The ISBN has another DOI",
        "One ISBN has one title DOI.",
        "correct the ISBN, or use the DOI that has it",
    ),
    _failure(
        "crossref-issn-invalid",
        "A wrong ISSN",
        "Crossref computes the check digit.",
        "correct the ISSN and deposit again",
        source=ISSN_ERRORS,
    ),
    _failure(
        "crossref-isbn-invalid",
        "A wrong ISBN",
        "Crossref computes the check digit.",
        "correct the ISBN and deposit again",
        source=ISSN_ERRORS,
    ),
    _failure(
        "crossref-year-invalid",
        "A year that is none",
        "Years have four digits.",
        "correct the date and deposit again",
    ),
    _failure(
        "crossref-orcid-check-digit",
        "A wrong ORCID iD",
        "One wrong iD makes the whole file fail, with all its records.",
        "copy the iD from the author's page at orcid.org, and deposit every record of this file again",
        source=ORCID_CHECKS,
    ),
    _failure(
        "crossref-orcid-duplicate",
        "One ORCID iD on two people",
        "It makes the whole file fail, with all its records.",
        "give each person their own ORCID iD, and deposit every record of this file again",
        source=ORCID_CHECKS,
    ),
    _failure(
        "crossref-relation-target",
        "A related DOI does not exist yet",
        "Crossref looks the other DOI up when it processes the relation.",
        "wait until it is, or deposit without the relation and add it later",
        source=RELATION_TARGETS,
    ),
    _failure(
        "crossref-schema",
        "Crossref's schema check failed",
        "Every file is checked against the same schema here before it is sent, so this should not happen.",
        "run `doideposit validate` on the file; if it finds nothing, the schemas differ: report it",
        source=SCHEMA,
    ),
    _failure(
        "crossref-not-well-formed",
        "Not XML",
        "Most often a bare & or < in a file made by other means.",
        "look for a bare & or <; files that doideposit builds have none",
    ),
    _failure(
        "crossref-prolog",
        "Something before the XML",
        "A byte order mark or a blank line is enough.",
        "take away what comes before <?xml",
    ),
    _failure(
        "crossref-encoding",
        "Not UTF-8",
        "Crossref reads UTF-8.",
        "save the file as UTF-8",
    ),
    _failure(
        "crossref-journal-identifier",
        "A journal without an identifier",
        "Crossref keeps journals apart by their ISSN, or by a DOI of the journal itself.",
        "give the series its `issn`, as it stands in Crossref's title list, and deposit again",
        source=ISSN_ERRORS,
    ),
    _failure(
        "crossref-title-missing",
        "No title",
        "The schema takes an empty title, and Crossref does not. `doideposit check` finds it before anything is sent.",
        "give the record, and the series, a title with at least one letter, and deposit again",
    ),
    _failure(
        "crossref-characters",
        "A character that Crossref does not take",
        "Seen with control characters and with white space in identifiers. The value stands in Crossref's words.",
        "take out what is no letter, digit or punctuation mark, and deposit again",
    ),
    _failure(
        "crossref-not-valid",
        "The file could not be read, or is not valid",
        "Every file is checked against the same schema here before it is sent, so this should not happen.",
        "run `doideposit validate` on the file; if it finds nothing, the schemas differ: report it",
        source=SCHEMA,
    ),
    _failure(
        "crossref-duplicate-doi",
        "The same DOI twice at once",
        "Twice in one file, or in two files at the same moment.",
        "one more try is made by itself; after that, " + _SUPPORT,
    ),
    _failure(
        "crossref-crash",
        "Crossref's program failed",
        "A fault on Crossref's side, sometimes a passing one.",
        "one more try is made by itself; after that, " + _SUPPORT,
    ),
    _failure(
        "crossref-system-error",
        "Crossref's program failed",
        "A fault on Crossref's side, sometimes a passing one.",
        "one more try is made by itself; after that, " + _SUPPORT,
    ),
    _failure(
        "crossref-no-record",
        "The log does not name the DOI",
        "The log is complete, and this DOI of the file is not in it: it counts as not registered.",
        "look the DOI up at Crossref; if it is not registered, deposit it again",
        source=SUBMISSION_LOG,
    ),
    _failure(
        "crossref-unknown",
        "A message we do not know",
        "The message is not in the table of known ones, so nothing is tried again by itself.",
        "read Crossref's words; Crossref support can explain them when given the submission id",
    ),
    _failure(
        "crossref-warning",
        "Registered, with a warning we do not know",
        "A warning does not undo the registration.",
        "the DOI is registered; see whether what Crossref says needs a correction",
        severity=Severity.WARNING,
    ),
)
