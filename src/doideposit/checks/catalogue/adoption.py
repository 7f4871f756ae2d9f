"""Codes of taking over what was registered elsewhere, and of what is asked before the first deposit of a series."""

from typing import Final

from doideposit.explanation import CodeOrigin, Explanation
from doideposit.findings import Severity
from doideposit.pages import TITLE_RECORDS

__all__ = ["ADOPTION"]

_plan = CodeOrigin.PLANNING.writer()

ADOPTION: Final[tuple[Explanation, ...]] = (
    _plan(
        "plan-other-work",
        "The DOI is registered for another work",
        "Title, authors and year are all different from those at Crossref. A mistyped number gives the DOI of "
        "another work, and the update would replace its record.",
        "correct the number or the DOI; if it is the same work, confirm it with --allow-loss title",
    ),
    _plan(
        "plan-prefix-unknown",
        "Crossref does not know the DOI prefix",
        "Crossref would reject every DOI of the series.",
        "compare `prefix` of the series with the prefix that Crossref gave you",
        source=TITLE_RECORDS,
    ),
    _plan(
        "plan-prefix-not-yours",
        "The DOI prefix belongs to another Crossref member",
        "A login can deposit only under the prefixes of its member. The member is read from `member` in the "
        "configuration, or from what you have registered under other prefixes. The login itself is not tested, "
        "because Crossref's test would carry the password in a web address.",
        "correct `prefix`, or `member` of the depositor; if you deposit for the other member, ask Crossref support "
        "for the permission",
    ),
    _plan(
        "plan-series-unasked",
        "Prefix, title and ISSN could not be compared with Crossref",
        "Crossref did not answer. The first deposit of a series fixes its title and ISSN; only Crossref support can "
        "change them later.",
        "the deposit goes ahead; compare prefix, title and ISSN of the series once more yourself",
        severity=Severity.WARNING,
    ),
    _plan(
        "plan-target-unregistered",
        "A related or updated DOI is not registered",
        "Crossref rejects a record that relates to a DOI it cannot find.",
        "correct the DOI, or register it first",
    ),
    _plan(
        "adopt-unread",
        "Crossref did not return the record of a DOI",
        "Crossref did not answer, or the answer held no record, so the DOI was not adopted.",
        "run the same command again later: it continues with what is missing",
        severity=Severity.WARNING,
    ),
    _plan(
        "adopt-not-registered",
        "The DOI is not registered at Crossref",
        "It is shown on the website or in a list, but leads readers nowhere.",
        "correct the DOI where it is shown, or register it with a record of its own",
        severity=Severity.WARNING,
    ),
    _plan(
        "adopt-no-record",
        "The DOI is registered as a type that record files do not cover",
        "Record files describe reports, articles and posted content; Crossref has many more types, such as books.",
        "to change it, deposit Crossref's XML of this DOI",
        severity=Severity.INFO,
    ),
    _plan(
        "adopt-no-series",
        "The DOI belongs to no configured series",
        "The title and ISSN it is registered with fit no series in doideposit.toml, or fit several.",
        "add the series to doideposit.toml, and run the same command again",
        severity=Severity.WARNING,
    ),
    _plan(
        "adopt-alias",
        "The DOI is an alias of another DOI",
        "Crossref leads its readers to the other DOI, and takes no updates of an alias.",
        "nothing needs to be done: only the other DOI has a record",
        severity=Severity.INFO,
    ),
    _plan(
        "adopt-other-owner",
        "The DOI belongs to another Crossref member",
        "Only the owner can change a DOI. The prefix does not show the owner, because DOIs can be transferred.",
        "if the owner is you under another prefix, add --prefix with that prefix; otherwise ask Crossref support",
        severity=Severity.WARNING,
    ),
    _plan(
        "adopt-differs",
        "The record file cannot hold everything that is registered",
        "Crossref has more fields than a record file. The file lists those that are missing, and the ledger keeps "
        "all of them.",
        "nothing needs to be done now: before an update removes something, it is shown and must be confirmed",
        severity=Severity.WARNING,
    ),
    _plan(
        "adopt-incomplete",
        "The adopted record is not complete enough to be deposited again",
        "Older records may have no author or date, or values that Crossref no longer accepts.",
        "correct what the comments in the file name, before the next deposit",
        severity=Severity.WARNING,
    ),
    _plan(
        "adopt-file-exists",
        "The record file exists already",
        "Files are never overwritten, because yours may have corrections that Crossref does not have yet.",
        "nothing needs to be done if the file is right; otherwise move it away and run the command again",
        severity=Severity.INFO,
    ),
)
