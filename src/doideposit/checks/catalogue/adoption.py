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
        "Its title, all its authors and its year differ from what is registered: a mistyped number leads to the DOI of "
        "another work, whose record an update would replace.",
        "correct the number or the DOI; where it is the same work after all, say so: --allow-loss title",
    ),
    _plan(
        "plan-prefix-unknown",
        "A prefix that Crossref does not know",
        "Every DOI of the series would be refused, and the whole file with it.",
        "compare `prefix` of the series with the one that Crossref gave the publisher",
        source=TITLE_RECORDS,
    ),
    _plan(
        "plan-prefix-not-yours",
        "A prefix of another member",
        "A login deposits under the prefixes of its member. The member is that of the configuration, or of what the "
        "publisher has registered under other prefixes; whether the login itself may deposit is not asked, since that "
        "question carries the password in an address.",
        "correct the prefix, or `member` below the depositor; ask Crossref support where it is another's on purpose",
    ),
    _plan(
        "plan-series-unasked",
        "Prefix, title and ISSN could not be asked about",
        "The first deposit of a series makes its title record, which only Crossref support changes afterwards.",
        "nothing: the deposit goes ahead; look at prefix, title and ISSN of the series once more",
        severity=Severity.WARNING,
    ),
    _plan(
        "plan-target-unregistered",
        "A relation or update of a DOI that does not exist",
        "Crossref refuses a record that relates to a DOI it cannot find.",
        "correct the DOI, or register it first",
    ),
    _plan(
        "adopt-unread",
        "A DOI that could not be read",
        "Crossref did not answer, or gave an answer that holds no record. Nothing is guessed: the DOI is not adopted.",
        "run the same command again later: it goes on with what is missing",
        severity=Severity.WARNING,
    ),
    _plan(
        "adopt-not-registered",
        "A DOI that Crossref does not know",
        "A DOI that the site shows, or a list names, and that is not registered leads readers nowhere.",
        "correct it on the page that shows it, or register it: write a record and deposit it",
        severity=Severity.WARNING,
    ),
    _plan(
        "adopt-no-record",
        "Registered as another kind of work",
        "Record files are for reports, articles and posted content; Crossref has many more kinds.",
        "deposit its own XML when it has to change",
        severity=Severity.INFO,
    ),
    _plan(
        "adopt-no-series",
        "A DOI of no series that is described",
        "Title and ISSN under which it is registered are those of no series of the configuration, or of several.",
        "describe that series in the configuration, and run the same command again",
        severity=Severity.WARNING,
    ),
    _plan(
        "adopt-alias",
        "An alias of another DOI",
        "Crossref leads an alias to the page of the other DOI, and takes no more updates of it.",
        "nothing: only the other DOI has a record of its own",
        severity=Severity.INFO,
    ),
    _plan(
        "adopt-other-owner",
        "A DOI of another owner",
        "Only the owner of a DOI can change it, and the prefix in the DOI does not say who that is.",
        "where the other owner is you, add --prefix with that prefix; else ask Crossref support",
        severity=Severity.WARNING,
    ),
    _plan(
        "adopt-differs",
        "A record file that cannot say all that is registered",
        "Crossref knows more fields than a record file has. The file names them, and the ledger keeps all of them.",
        "nothing now: an update shows what it would change, and asks before anything is lost",
        severity=Severity.WARNING,
    ),
    _plan(
        "adopt-incomplete",
        "An adopted record that cannot be deposited as it is",
        "Records of earlier years were registered without an author or a date, or with values that are wrong by now.",
        "settle what its file names, before it is next deposited",
        severity=Severity.WARNING,
    ),
    _plan(
        "adopt-file-exists",
        "A record file that is there already",
        "No file is ever overwritten: it may hold corrections that Crossref does not have yet.",
        "nothing, where that file is right",
        severity=Severity.INFO,
    ),
)
