"""Explain the codes of drafts from finished documents."""

from typing import Final

from doideposit.explanation import CodeOrigin, Explanation
from doideposit.findings import Severity
from doideposit.pages import AFFILIATION_OR_ORGANISATION, AUTHORS, DISPLAY, RECOMMENDATIONS, REFERENCES, REPORTS

__all__ = ["DOCUMENTS"]

_doubt = CodeOrigin.DOCUMENT.writer(severity=Severity.WARNING, overridable=True)
_unreadable = CodeOrigin.DOCUMENT.writer()
_note = CodeOrigin.DOCUMENT.writer(severity=Severity.INFO, overridable=True)
_COMPARE = "compare with the document"

DOCUMENTS: Final[tuple[Explanation, ...]] = (
    _doubt(
        "document-unrecognised",
        "No commentary",
        "It begins with no number, no byline and no DOI.",
        "look whether the right file was given",
    ),
    _doubt(
        "series-assumed",
        "The series was told by its name",
        "The ISSN would tell it for certain.",
        _COMPARE,
    ),
    _doubt(
        "series-ambiguous",
        "Several series fit",
        "Two series share the word or the number.",
        "write the short name of the series",
    ),
    _doubt(
        "series-unknown",
        "No series fits",
        "Neither its ISSN nor its words are those of a series of the configuration.",
        "write the short name of the series, or add it to the configuration",
    ),
    _doubt(
        "number-missing",
        "No number",
        "Without it there is no DOI.",
        "write the number as printed",
    ),
    _note(
        "number-assumed",
        "The number was read elsewhere",
        "The number was read from the DOI or the title.",
        _COMPARE,
    ),
    _doubt(
        "number-disagrees",
        "Two numbers",
        "Heading, title and DOI must name the same one.",
        "find out which one is right",
    ),
    _doubt("title-missing", "No title", "A record needs one.", "write the title in its printed case"),
    _note(
        "title-series-label-dropped",
        "A label was left out",
        "Series and number are deposited in fields of their own.",
        _COMPARE,
        source=REPORTS,
    ),
    _doubt(
        "subtitle-assumed",
        "A line was taken for the subtitle",
        "Nothing says for certain that it is one.",
        "delete it if it is something else",
    ),
    _note(
        "front-matter-unread",
        "A line was left out",
        "It is not deposited.",
        "look whether it belongs into the record",
    ),
    _doubt(
        "authors-missing",
        "No byline",
        "A record needs its authors.",
        "write the authors in the order of the byline",
        source=AUTHORS,
    ),
    _doubt(
        "byline-assumed",
        "A line was taken for the byline",
        "It was taken for the byline because of its place.",
        _COMPARE,
    ),
    _doubt(
        "byline-unread",
        "A part of the byline was left out",
        "What is no name may be an affiliation or a position.",
        "add the author if it is one",
    ),
    _doubt(
        "author-organisation-assumed",
        "An organisation as author",
        "Groups are deposited otherwise than persons.",
        _COMPARE,
        source=AFFILIATION_OR_ORGANISATION,
    ),
    _note(
        "name-prefix-dropped",
        "A title before a name was left out",
        "Crossref has no place for titles.",
        "nothing needs to be done",
        source=AUTHORS,
    ),
    _note(
        "name-degree-dropped",
        "A degree after a name was left out",
        "Crossref has no place for degrees.",
        "nothing needs to be done",
        source=AUTHORS,
    ),
    _note(
        "name-split-assumed",
        "A name was split",
        "Where the family name begins cannot be told for certain in every language.",
        "look whether the family name is right",
        source=AUTHORS,
    ),
    _doubt(
        "name-capitals",
        "A name in capitals",
        "Which letters are capitals in the name itself cannot be told.",
        "write it in normal case",
    ),
    _note(
        "affiliation-assumed",
        "An affiliation was read from the biography",
        "Biographies name past posts too; only present ones are affiliations.",
        "look whether it is right, and whether the name is complete",
        source=AFFILIATION_OR_ORGANISATION,
    ),
    _note(
        "biography-not-deposited",
        "The biography is not deposited",
        "Crossref has no place for biographies.",
        "nothing needs to be done",
        source=AUTHORS,
    ),
    _doubt(
        "published-missing",
        "No date",
        "A record needs one.",
        "write the printed date",
        source=RECOMMENDATIONS,
    ),
    _doubt(
        "date-several",
        "Two dates",
        "The first one is used.",
        "find out which one is the date of publication",
    ),
    _doubt(
        "date-ambiguous",
        "A date with two meanings",
        "Dates are never guessed.",
        "write it as year-month-day",
    ),
    _note(
        "doi-missing",
        "The document prints no DOI",
        "It is made from series and number. Readers need it in the document too.",
        "print it in the document once it is known",
        source=DISPLAY,
    ),
    _doubt(
        "doi-display",
        "The DOI is not shown as a link",
        "Crossref's display guidelines ask for the full link.",
        "show it so in the document and on the landing page",
        source=DISPLAY,
    ),
    _doubt(
        "doi-joined",
        "The DOI was printed in two pieces",
        "A hyphen at the end of a line may be part of it or not.",
        "compare it",
    ),
    _doubt(
        "doi-link-disagrees",
        "The DOI and its link differ",
        "One of the two was copied from another document.",
        "find out which one is right",
        source=DISPLAY,
    ),
    _note(
        "reference-not-split",
        "A reference kept as text",
        "Its parts could not be told apart safely; a wrong part is worse than none.",
        "add author, year and title if you wish; the text alone is enough for Crossref",
        source=REFERENCES,
    ),
    _note(
        "reference-url-joined",
        "An address put together",
        "It was put together again.",
        "open it once",
    ),
    _doubt(
        "reference-doi-cut",
        "Half of a DOI in a reference",
        "A line end or a column cut it, and half of a DOI names another work or none; it stays in the text.",
        "write the whole one under `doi`",
    ),
    _doubt(
        "reference-urls-several",
        "Several addresses in one reference",
        "The first one is used.",
        "look whether it is the right one",
    ),
    _doubt(
        "reference-url-missing",
        "A dead link in a reference",
        "Conversions from PDF lose the targets of links.",
        "add the `url` from the original",
    ),
    _note(
        "body-links-dead",
        "Dead links in the text",
        "Only the reference list is deposited.",
        "add to it what the links were meant to cite",
    ),
    _doubt(
        "title-block-differs",
        "Another title block than the configured one",
        "The series has a `title_block`, and this document begins otherwise, so it was read as any other document.",
        "compare the values with the document, or mend `title_block` of the series in the configuration",
    ),
    _doubt(
        "title-doubtful",
        "A title that may be none",
        "It holds what titles rarely hold: a label, the name of a field, a bar or a date.",
        _COMPARE,
    ),
    _doubt(
        "doi-several",
        "Several DOIs of the document's own",
        "Editions of one text can have DOIs of their own, and only one of them is that of this record.",
        "take the one of the edition that is registered",
    ),
    _doubt(
        "doi-of-another-work",
        "A DOI with another prefix",
        "The DOI of a cited or related work was perhaps taken for the document's own.",
        "take it away if it is not the document's own",
    ),
    _note(
        "date-assumed",
        "A date from the end of the text",
        "No date stands with the title, and the only other one was taken.",
        _COMPARE,
    ),
    _unreadable(
        "document-format",
        "A kind of document that is not read",
        "Word, OpenDocument, PDF, web pages, Markdown and plain text are read, judged by what is in the file.",
        "save it as Word, PDF, Markdown or plain text, and hand that in",
    ),
    _unreadable(
        "document-broken",
        "A broken document",
        "The file ends too early, or something in it was changed.",
        "open it in its own program and save it anew",
    ),
    _unreadable(
        "document-too-large",
        "A document that unpacks to too much",
        "Packed files can unpack to more than any machine holds; no commentary is that long.",
        "look where it comes from",
    ),
    _unreadable(
        "pdf-encrypted",
        "A PDF with a password",
        "Its text cannot be read without the password.",
        "save it without one",
    ),
    _unreadable(
        "pdf-pages",
        "A PDF with too many pages",
        "No commentary has that many; it is most likely a whole volume.",
        "hand in the commentary alone",
    ),
    _doubt(
        "pdf-drawing",
        "A page that is a drawing",
        "Its drawing takes longer to go through than all text of a commentary, and rarely holds any.",
        "look whether it has references that the draft lacks",
    ),
    _unreadable(
        "pdf-scanned",
        "A PDF of pictures",
        "A scanned page is a picture, in which there are no letters to read.",
        "hand in the document it was printed from, or let a text recognition (OCR) run over it first",
    ),
    _doubt(
        "document-draft",
        "A document that is not published yet",
        "Its header marks it as a draft, and a DOI should lead readers to what is published.",
        "register its DOI when it is published",
    ),
    _unreadable(
        "document-unpublished",
        "A document that is not published",
        "Its header calls it a draft or dates it in the future, or it has been taken down; a DOI would lead readers to "
        "nothing. In the folder of a site such documents are passed over.",
        "deposit it once it is published, or correct the header",
    ),
    _unreadable(
        "header-missing",
        "A document without a record in its header",
        "A document is deposited as it stands only where its header names series and number; otherwise a draft of its "
        "record can be made and reviewed.",
        "write series and number into the header, or run `doideposit extract`",
    ),
    _unreadable(
        "header-too-large",
        "A header without end",
        "Headers have some dozens of lines; in a much longer one the closing line is missing.",
        "close the header with the line it begins with",
    ),
    _unreadable(
        "header-shape",
        "A key of the header that holds something else",
        "A title, a number and the like are one text.",
        "write one text behind the key",
    ),
    _unreadable(
        "header-date",
        "A date in a header that cannot be read",
        "It names no day, or two days, as 09/10/2023 does in Europe and America, or the day when the page is built.",
        "write the day of publication as 2023-09-14",
    ),
    _unreadable(
        "header-author",
        "An author in a header without a name",
        "A name has a family name, or is that of an organisation.",
        "write given: and family:, or organisation:",
    ),
    _unreadable(
        "header-author-key",
        "A key in place of a name",
        "Sites keep their authors in a list of their own, and the header names only the key.",
        "write the name as it is printed",
    ),
    _unreadable(
        "header-author-several",
        "One author or two",
        "With one comma between words, nobody can tell “Family, Given” from two people.",
        "write each author as an item of a list, or given: and family: apart",
    ),
    _unreadable(
        "header-affiliation",
        "An affiliation that is not in the list",
        "The author names a number or key, and the list of affiliations has none of that name.",
        "add it to the list, or write the name of the institution beside the author",
    ),
    _doubt(
        "header-author-group",
        "An organisation as author",
        "A word such as Institute made this name one of an organisation, which has no given and family name.",
        "write organisation: for a group, and given: and family: for a person",
    ),
    _doubt(
        "header-name",
        "A name that can be split in two ways",
        "With three words and more, the family name may have one word or two.",
        "write given: and family: apart, or “Family, Given”",
    ),
    _doubt(
        "header-licence",
        "A licence without its version",
        "The versions of a licence differ in what they allow, and Crossref wants its address.",
        "write the version too, as in CC BY 4.0, or the address",
    ),
)
