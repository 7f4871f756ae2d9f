"""Codes of looking after a series: its landing pages, its numbers, and the table of its website."""

from typing import Final

from doideposit.explanation import CodeOrigin, Explanation
from doideposit.findings import Severity
from doideposit.pages import CROSSMARK, DISPLAY, UPDATING

__all__ = ["HEALTH"]

# Google's own words on the tags it wants; Crossref has no page about them.
_TAGS = "https://scholar.google.com/intl/en/scholar/inclusion.html"
_page = CodeOrigin.DOCUMENT.writer(DISPLAY)
_move = CodeOrigin.PLANNING.writer(UPDATING)
_correct = CodeOrigin.PLANNING.writer(CROSSMARK)
_audit = CodeOrigin.PLANNING.writer(severity=Severity.WARNING)
_setting = CodeOrigin.CONFIGURATION.writer()

HEALTH: Final[tuple[Explanation, ...]] = (
    _page(
        "page-missing",
        "The DOI leads to a page that does not exist",
        "Readers find nothing. Crossref requires its members to keep every DOI working.",
        "put the page back, or give the DOI its new address with `doideposit move`",
    ),
    _page(
        "page-no-address",
        "The record has no landing page",
        "A DOI leads to a page about the work, so it needs the address of that page.",
        "add `url` to the record, or a `url` pattern to the series",
    ),
    _page(
        "page-not-html",
        "The DOI leads to a file, not to a page",
        "A landing page shows title, authors, DOI and how to get the text; a file alone shows none of it reliably.",
        "create a page about the commentary with a link to the file, and register the address of the page",
    ),
    _page(
        "page-login",
        "The DOI leads to a login page",
        "Everybody must be able to see title, authors and DOI of the work, even if the full text is restricted.",
        "make the page about the commentary public",
    ),
    _page(
        "page-doi-missing",
        "The page does not show its DOI",
        "Readers copy the DOI from the page, and Crossref's display guidelines ask for it near the title.",
        "show the DOI near the title as a link: https://doi.org/10.48251/…",
    ),
    _page(
        "page-doi-not-linked",
        "The page shows its DOI, but not as a link",
        "Readers can follow and copy a link.",
        "make it a link to https://doi.org/ followed by the DOI",
        severity=Severity.WARNING,
    ),
    _page(
        "page-doi-form",
        "The page shows its DOI in an old form",
        "Crossref recommends the complete address, https://doi.org/10…, as a link, without “doi:” and without "
        "dx.doi.org.",
        "show the DOI as a link whose text is the complete address",
        severity=Severity.WARNING,
    ),
    _page(
        "page-title-differs",
        "The page has another title than the record",
        "The DOI may lead to the wrong page, or the title was changed in one place only.",
        "check that the DOI leads to the right page, and which title is the printed one",
        severity=Severity.WARNING,
    ),
    _page(
        "page-tag-differs",
        "A meta tag of the page differs from the record",
        "Google Scholar and reference managers read these tags, so readers cite what they say.",
        "correct the page, or correct the record and deposit it again; `doideposit tags` prints the right tags",
        severity=Severity.WARNING,
        source=_TAGS,
    ),
    _page(
        "page-tags-missing",
        "The page has no citation_* meta tags",
        "Without them Google Scholar and reference managers must guess title, authors and date.",
        "paste the output of `doideposit tags` into the head of the page",
        severity=Severity.INFO,
        source=_TAGS,
    ),
    _page(
        "page-away",
        "The page could not be read",
        "The site did not answer, or answered with an error. The page itself may be right.",
        "try again later; if it fails again, tell the person who maintains the site",
        severity=Severity.WARNING,
    ),
    _page(
        "page-refused",
        "The address of the page is in a private network",
        "Readers cannot reach such an address, and doideposit does not open it, for safety.",
        "correct the address; hosts of your own network can be allowed with `own_hosts` below [pages]",
        severity=Severity.WARNING,
    ),
    _page(
        "page-not-shown",
        "The site does not show the page to programs",
        "Some sites allow people only, so doideposit cannot tell whether the page is right.",
        "open the page in a browser without signing in",
        severity=Severity.INFO,
    ),
    _page(
        "page-robots",
        "The robots.txt of the site does not allow this page to be read",
        "doideposit follows robots.txt, so it cannot tell whether the page is right.",
        "open the page in a browser",
        severity=Severity.INFO,
    ),
    _audit(
        "audit-gap",
        "Some numbers of the series have no DOI",
        "They lie between the first and the last registered number.",
        "register them; if they were never published, nothing needs to be done",
    ),
    _audit(
        "audit-double",
        "One number has two DOIs",
        "Citations of the work are counted apart. A registered DOI cannot be deleted.",
        "decide which DOI stays, and ask Crossref support to make the other one an alias of it",
    ),
    _audit(
        "audit-number-spelling",
        "Two numbers differ only in letters or zeros",
        "5 and 05, or 5a and 5b, may be one work or two.",
        "check whether they are different works; if they are, nothing needs to be done",
    ),
    _audit(
        "audit-same-title",
        "Two numbers have the same title and authors",
        "They are of the same year, so one work may have two DOIs.",
        "compare the two; if they are one work, ask Crossref support to make one DOI an alias of the other",
    ),
    _audit(
        "audit-dates-out-of-order",
        "A date does not fit the dates of the numbers before and after it",
        "It is more than a year away from both neighbours, so it is probably mistyped.",
        "compare the date with the printed one, and correct the record",
    ),
    _audit(
        "audit-name-varies",
        "One ORCID iD is registered with different names",
        "An ORCID iD belongs to one person. A wrong one adds the work to the list of somebody else.",
        "check at orcid.org whose iD it is, and correct the other records; if the person changed their name, nothing "
        "needs to be done",
    ),
    _audit(
        "audit-name-reversed",
        "Given and family name of an author are swapped in some records",
        "The author is cited under two different names.",
        "correct `given` and `family` in these records, and deposit them again",
    ),
    _audit(
        "audit-no-record-file",
        "Registered DOIs have no record file",
        "Without a file the whole record must be typed again for the next correction.",
        "run `doideposit adopt DOI` for each of them: it writes a record file",
    ),
    _audit(
        "audit-not-registered",
        "The website shows a DOI that is not registered",
        "Readers who follow it find nothing.",
        "register the DOI, or correct the website",
    ),
    _audit(
        "audit-no-doi-on-the-site",
        "The website shows a number without its DOI",
        "Readers cite what they see, and will not cite the DOI.",
        "show the DOI as a link on the page",
    ),
    _audit(
        "audit-not-on-the-site",
        "A registered DOI is missing in the table of the website",
        "Its page may be gone.",
        "check that the page still exists, and add it to the table",
    ),
    _audit(
        "audit-other-address",
        "The website has another address for the work than the DOI",
        "The DOI may lead readers to an old page.",
        "give the DOI the new address with `doideposit move`, or correct the table",
    ),
    _audit(
        "audit-printed-not-registered",
        "A printed DOI is not registered",
        "Readers tried to follow it at doi.org, or another work of the series cites it. About two in a hundred "
        "failed look-ups are normal: misprints, and numbers that were never published.",
        "find where it is printed and correct it, or register the DOI",
    ),
    _audit(
        "audit-dead-address",
        "A DOI does not lead to its page",
        "At the last check doi.org did not lead to the registered address.",
        "put the page back, or give the DOI its new address with `doideposit move`",
    ),
    _setting(
        "mailbox-place",
        "[mailbox] needs one place, and has none or two",
        "The job reads one mailbox: a Maildir folder on this machine, or a folder on an IMAP server.",
        "give either `maildir`, or `host`, `username` and `password`",
    ),
    _setting(
        "mailbox-login",
        "The mailbox server needs a login",
        "An IMAP server shows a mailbox only after a login.",
        "give `username` and `password` below [mailbox]",
    ),
    _setting(
        "mailbox-unencrypted",
        "The connection to the mailbox is not encrypted",
        "Everybody in the network could read the password.",
        'set security = "tls" or "starttls"; "none" is allowed for localhost only',
    ),
    _setting(
        "maintenance",
        "A maintenance window has impossible times",
        "It must end after it begins and last at most two weeks; with a wrong year nothing would be sent until then.",
        "correct `begins` and `ends`",
    ),
    _audit(
        "site-table",
        "The table of the website cannot be read",
        "The first line names the columns number, doi and url. Each number and each DOI may stand in one line only.",
        "correct the line that the message names",
        severity=Severity.ERROR,
    ),
    _move(
        "move-no-address",
        "A row of the table has no new address",
        "The table says to which address each DOI shall lead; this row does not.",
        "write the new address, or delete the row",
    ),
    _move(
        "move-unknown",
        "A row names a work without a record file",
        "The address is changed in the record file first; otherwise the next update would restore the old one.",
        "correct the row; if the DOI is registered but has no record file, run `doideposit adopt DOI` first",
    ),
    _move(
        "move-not-registered",
        "A row names a DOI that is not registered",
        "Only a registered DOI has an address that can be changed.",
        "deposit the record first, with the new address as its `url`",
    ),
    _move(
        "move-other-address",
        "The old address in a row is not the current address of the DOI",
        "The row may belong to another number, or the record was changed in the meantime.",
        "correct the row or the record",
    ),
    _move(
        "move-twice",
        "The same DOI is in two rows",
        "Nobody can tell which of the two addresses is right.",
        "delete the wrong row",
    ),
    _move(
        "move-more",
        "The record file has other changes too",
        "A move changes only the address. The file has other changes that are not deposited yet.",
        "deposit the record first, then repeat the move for this row",
    ),
    _move(
        "move-blocked",
        "The update with the new address cannot be sent",
        "Something blocks every update of this DOI; the message names it.",
        "do what the message says, then repeat the move for this row",
    ),
    _correct(
        "correct-no-record",
        "The work or the notice has no record file of its own",
        "A correction changes both records in their files, and each file may hold one record only.",
        "write the record into a file of its own; for a DOI that was registered elsewhere, run `doideposit adopt DOI`",
    ),
    _correct(
        "correct-not-registered",
        "The work to be corrected is not registered",
        "Only a registered work of your own can be corrected or retracted.",
        "deposit its record first; for a DOI that was registered elsewhere, run `doideposit adopt DOI`",
    ),
    _correct(
        "correct-no-notice",
        "A correction needs a notice",
        "Readers must be able to read what was decided and why. Crossref asks for a notice with its own DOI.",
        "write a record for the notice, and name it with --notice; for posted content --reason is enough",
    ),
    _correct(
        "correct-itself",
        "The notice and the corrected work are the same record",
        "Crossref advises against a work that updates itself: the reasons of the change would have no DOI.",
        "write a record for the notice, with its own number",
    ),
    _correct(
        "correct-notice-differs",
        "The notice has another type or date than the command",
        "Nobody can tell which of the two is right.",
        "use the type and date of the notice, or correct `updates` in its record",
    ),
    _correct(
        "correct-no-policy",
        "A notice needs a Crossmark policy",
        "Crossref takes updates only with the DOI of a page on how the publisher corrects and retracts.",
        "register that page, and write its DOI as `crossmark_policy` of the series",
    ),
    _correct(
        "correct-no-date",
        "A correction needs a date",
        "Crossref requires the day of every update.",
        "add the day: --date 2026-06-01",
    ),
    _correct(
        "correct-date",
        "The date of the correction is impossible",
        "A notice appears after the work it corrects, and not in the future.",
        "give the day on which the notice was published",
    ),
)
