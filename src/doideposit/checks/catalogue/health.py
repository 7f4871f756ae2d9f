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
        "There is no page where the DOI leads",
        "Readers who follow the DOI find nothing, and Crossref asks its members to keep every DOI leading somewhere.",
        "put the page there again, or move the DOI to its new address",
    ),
    _page(
        "page-no-address",
        "A commentary without a landing page",
        "A DOI leads to the page about the work, so it needs an address.",
        "add `url` to the record or to the series",
    ),
    _page(
        "page-not-html",
        "The DOI leads to a file",
        "A landing page shows title, authors, DOI and how to get the text; a file alone shows none of it reliably.",
        "let the DOI lead to the page about the commentary, with a link to the file",
    ),
    _page(
        "page-login",
        "The DOI leads to a login",
        "Everybody must be able to see what the work is, whoever may read its text.",
        "let everybody see the page about the commentary",
    ),
    _page(
        "page-doi-missing",
        "The page does not show its DOI",
        "Readers copy the DOI from the page, and Crossref's display guidelines ask for it near the title.",
        "show it near the title, as a link whose text is the address",
    ),
    _page(
        "page-doi-not-linked",
        "The DOI is shown, but is no link",
        "A DOI that is shown as a link can be followed and copied.",
        "make it a link to https://doi.org/ and the DOI",
        severity=Severity.WARNING,
    ),
    _page(
        "page-doi-form",
        "The DOI is not shown in the recommended form",
        "The form is the whole address, https://doi.org/10…, as a link: no “doi:” before it, and no dx.doi.org.",
        "show it as a link whose text is the address",
        severity=Severity.WARNING,
    ),
    _page(
        "page-title-differs",
        "The page has another title",
        "The DOI may lead to another page, or the title was changed on one side only.",
        "look whether the DOI leads to the right page, and which title is printed",
        severity=Severity.WARNING,
    ),
    _page(
        "page-tag-differs",
        "A tag of the page says something else than the record",
        "Google Scholar and reference managers read the tags; readers then cite what they say.",
        "correct the page, or the record and deposit it again; `doideposit tags` prints the tags",
        severity=Severity.WARNING,
        source=_TAGS,
    ),
    _page(
        "page-tags-missing",
        "The page has no citation_* tags",
        "Without them Google Scholar and reference managers guess title, authors and date.",
        "paste what `doideposit tags` prints into the head of the page",
        severity=Severity.INFO,
        source=_TAGS,
    ),
    _page(
        "page-away",
        "The page could not be looked at",
        "The site did not answer, or answered with an error: that says nothing about the page yet.",
        "look again later; when it stays so, tell whoever looks after the site",
        severity=Severity.WARNING,
    ),
    _page(
        "page-refused",
        "The address of the page is not fetched",
        "It leads into a private network or to this machine, where readers cannot follow.",
        "correct the address; a host of your own network can be allowed with [pages] own_hosts",
        severity=Severity.WARNING,
    ),
    _page(
        "page-not-shown",
        "The site does not show the page to a program",
        "Many sites let people in and programs not: whether the page is right is not known.",
        "look at it in a browser without being signed in",
        severity=Severity.INFO,
    ),
    _page(
        "page-robots",
        "robots.txt keeps programs from the page",
        "The site asks programs not to look; that is respected, so whether the page is right is not known.",
        "look at it in a browser",
        severity=Severity.INFO,
    ),
    _audit(
        "audit-gap",
        "Numbers without a DOI",
        "Between the first and the last number of the series some are not registered.",
        "register them, or note that these numbers were never published",
    ),
    _audit(
        "audit-double",
        "One number with two DOIs",
        "A work has one DOI; with two, citations are counted apart. A registered DOI cannot be deleted.",
        "decide which one stays, and ask Crossref support to make the other one an alias of it",
    ),
    _audit(
        "audit-number-spelling",
        "Numbers that differ only in letters or zeros",
        "5 and 05, or 5a and 5b, may be one work or several.",
        "look whether they are different works; when they are, nothing is to be done",
    ),
    _audit(
        "audit-same-title",
        "The same title twice",
        "Two numbers of one year have the same title and authors: one work may have two DOIs.",
        "look at both; when it is one work, ask Crossref support to make one DOI an alias of the other",
    ),
    _audit(
        "audit-dates-out-of-order",
        "A date that does not fit between its neighbours",
        "The number is dated more than a year away from the numbers on both sides, which agree with each other.",
        "compare the date with the printed one, and correct the record",
    ),
    _audit(
        "audit-name-varies",
        "One ORCID iD beside different names",
        "An ORCID iD belongs to one person; a wrong one gives a work to somebody else.",
        "look whose it is, and correct the other records; a person who changed their name needs nothing",
    ),
    _audit(
        "audit-name-reversed",
        "A name that is registered both ways round",
        "Given and family name are exchanged in some of the works, so that they are cited under two names.",
        "correct given and family name in these records",
    ),
    _audit(
        "audit-no-record-file",
        "Registered DOIs without a record file",
        "Without a record file the next correction begins with typing everything again.",
        "run `doideposit adopt DOI` with each of these DOIs: it writes a record file",
    ),
    _audit(
        "audit-not-registered",
        "Shown on the site, and not registered",
        "A printed DOI that is not registered leads readers nowhere.",
        "register it, or correct what the site shows",
    ),
    _audit(
        "audit-no-doi-on-the-site",
        "The site shows a number without its DOI",
        "Readers cite what they see.",
        "show the DOI as a link",
    ),
    _audit(
        "audit-not-on-the-site",
        "Registered, and not in the table of the site",
        "Every DOI needs a page; what the site does not list may have lost its page.",
        "look whether the pages are still there",
    ),
    _audit(
        "audit-other-address",
        "The site has the work at another address",
        "The DOI leads to an address that the site does not list for this number.",
        "move the DOI to the new address, or correct the site",
    ),
    _audit(
        "audit-printed-not-registered",
        "A DOI that is printed and not registered",
        "Readers followed it to doi.org in vain, or another work of the series names it. Two in a hundred such "
        "look-ups are normal: misprints, and numbers that were announced and never published.",
        "look where it is printed, and correct that; or register the DOI",
    ),
    _audit(
        "audit-dead-address",
        "A DOI that does not lead to its page",
        "When it was looked up last, doi.org did not lead to the page that is registered.",
        "put the page there again, or move the DOI to its new address",
    ),
    _setting(
        "mailbox-place",
        "A mailbox in no place, or in two",
        "The job reads one mailbox: a Maildir on this machine, or a folder on an IMAP server.",
        "give either `maildir`, or `host`, `username` and `password`",
    ),
    _setting(
        "mailbox-login",
        "A mailbox on a server without a login",
        "No server shows a mailbox to everybody.",
        "give username and password",
    ),
    _setting(
        "mailbox-unencrypted",
        "A mailbox that is read without encryption",
        "The password would travel so that everyone on the way could read it.",
        'set security = "tls" or "starttls"; none is for localhost alone',
    ),
    _setting(
        "maintenance",
        "A window of maintenance that cannot be",
        "It ends after it begins, and within two weeks: a wrong year would keep everything waiting.",
        "correct `begins` and `ends`",
    ),
    _audit(
        "site-table",
        "A table of the website that cannot be read",
        "Columns are found by their names in the first line: number, doi, url; each DOI and number stands once.",
        "correct the line that is named",
        severity=Severity.ERROR,
    ),
    _move(
        "move-no-address",
        "A row without a new address",
        "The table says which DOI is to lead where; this row does not say where.",
        "fill it in, or delete the row",
    ),
    _move(
        "move-unknown",
        "A row about something without a record file",
        "A move changes the record file first, so that the next update does not move the DOI back.",
        "correct the row; for a DOI that is registered and has no record file, run `doideposit adopt` first",
    ),
    _move(
        "move-not-registered",
        "A row about a DOI that is not registered",
        "Only a registered DOI leads anywhere.",
        "deposit it first; a new DOI begins with the address of its record",
    ),
    _move(
        "move-other-address",
        "The old address of a row is not the one the DOI has",
        "The row may be about another number, or the record was changed meanwhile.",
        "correct the row, or the record",
    ),
    _move(
        "move-twice",
        "One DOI in two rows",
        "The table has two rows for the same DOI; of two addresses nobody can say which is right.",
        "keep the row that is right",
    ),
    _move(
        "move-more",
        "A record file with other changes",
        "A move changes nothing but the address. The record file says something else, too, that is not deposited.",
        "deposit the record first, then give the row again",
    ),
    _move(
        "move-blocked",
        "An update that may not go",
        "The address would be changed by an update, and something keeps that update back.",
        "settle what the message says, then give the row again",
    ),
    _correct(
        "correct-no-record",
        "No record file of the work, or of the notice",
        "A correction changes both records in their files, so each needs a file that holds it alone.",
        "write the record into a file of its own; what was registered elsewhere gets one by `doideposit adopt`",
    ),
    _correct(
        "correct-not-registered",
        "Corrected before it is registered",
        "What is corrected or retracted has to be at Crossref first, and to belong to the publisher.",
        "deposit its record first, or take it over: `doideposit adopt DOI`",
    ),
    _correct(
        "correct-no-notice",
        "A correction without a notice",
        "Readers must be able to read what was decided and why, and Crossref asks for a notice with a DOI of its own.",
        "write a record for the notice and name it with --notice; for posted content a --reason will do",
    ),
    _correct(
        "correct-itself",
        "A work that corrects itself",
        "The notice and the work are the same record; Crossref discourages updates of a work by itself.",
        "write a record for the notice, with a number of its own",
    ),
    _correct(
        "correct-notice-differs",
        "The notice says something else of the work",
        "The record of the notice names another type or day for the same work; nobody can say which is right.",
        "give the type and day that the notice has, or correct `updates` in its record",
    ),
    _correct(
        "correct-no-policy",
        "A notice without a Crossmark policy",
        "Crossref takes updates only with a Crossmark, and that names the page on which the publisher says how it "
        "corrects and retracts. The page has a DOI of its own.",
        "register the page, then write its DOI into the series: `crossmark_policy`",
    ),
    _correct(
        "correct-no-date",
        "A correction without a day",
        "Crossref wants the day of the update.",
        "give the day: --date 2026-06-01",
    ),
    _correct(
        "correct-date",
        "A correction on an impossible day",
        "A notice appears after the work, and not in the future.",
        "give the day on which the notice appeared",
    ),
)
