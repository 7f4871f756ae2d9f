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
        "No commentary found in the document",
        "A draft needs a number, a byline or a DOI to begin with, and the document shows none of them.",
        "check that this is the right file; if it is, write the record by hand",
    ),
    _doubt(
        "series-assumed",
        "The series was chosen by its name, not by its ISSN",
        "The document prints no ISSN. A name can be shared by two series, an ISSN cannot.",
        "check that `series` in the draft is the right one",
    ),
    _doubt(
        "series-ambiguous",
        "Two or more series fit the document",
        "Their titles share a word, or the number fits both, so that the draft cannot choose.",
        "write the short name of the right series as `series`, as it stands in doideposit.toml",
    ),
    _doubt(
        "series-unknown",
        "No configured series fits the document",
        "Neither an ISSN nor the title of a series in doideposit.toml was found in the document.",
        "write the short name of the series as `series`; add the series to doideposit.toml if it is not there yet",
    ),
    _doubt(
        "number-missing",
        "The document shows no number",
        "The DOI is made from the number, so the record cannot be deposited without it.",
        "write the number as it is printed: `number: 258`",
    ),
    _note(
        "number-assumed",
        "The number was read from the DOI or the title",
        "The heading of the document does not name it.",
        "check that `number` is the printed one",
    ),
    _doubt(
        "number-disagrees",
        "The document shows two different numbers",
        "Heading, title and DOI must name the same number: the DOI is made from it and can never be changed.",
        "find out which one is right, and write it as `number`",
    ),
    _doubt(
        "title-missing",
        "The document shows no title",
        "Crossref registers nothing without a title.",
        "write the title as it is printed, with normal capital letters",
    ),
    _note(
        "title-series-label-dropped",
        "Series name and number were taken out of the title",
        "Series and number have fields of their own; in the title they would be repeated in every citation.",
        "compare `title` with the document",
        source=REPORTS,
    ),
    _doubt(
        "subtitle-assumed",
        "A line below the title was taken as the subtitle",
        "It may also be a slogan, a section heading or a date.",
        "delete `subtitle` if the line is something else",
    ),
    _note(
        "front-matter-unread",
        "A line near the title was not used",
        "It was recognized as neither title, author nor date, so it is not deposited.",
        "check whether it belongs in the record, for example as a second author",
    ),
    _doubt(
        "authors-missing",
        "The document shows no authors",
        "A record needs its authors: without them the work cannot be cited or found by name.",
        "write the authors in the order of the byline: `authors: [{given: Siegfried O., family: Wolf}]`",
        source=AUTHORS,
    ),
    _doubt(
        "byline-assumed",
        "A line was taken as the byline because of its position",
        "It is not marked with “by” or a similar word.",
        "compare `authors` with the document",
    ),
    _doubt(
        "byline-unread",
        "A part of the byline was not used",
        "It does not look like a name. It may be an affiliation or a position, or an author with an unusual name.",
        "if it is an author, add the name to `authors`",
    ),
    _doubt(
        "author-organisation-assumed",
        "An author was taken as an organisation",
        "Crossref has different fields for organisations and for people; an organisation has no family name.",
        "if it is a person, write `given` and `family` instead of `organisation`",
        source=AFFILIATION_OR_ORGANISATION,
    ),
    _note(
        "name-prefix-dropped",
        "A title such as Dr. was removed from a name",
        "Crossref has no field for titles.",
        "nothing needs to be done",
        source=AUTHORS,
    ),
    _note(
        "name-degree-dropped",
        "A degree such as PhD was removed from a name",
        "Crossref has no place for degrees.",
        "nothing needs to be done",
        source=AUTHORS,
    ),
    _note(
        "name-split-assumed",
        "A name was split into given and family name",
        "In some languages the family name comes first or has several words, so the split can be wrong.",
        "check `given` and `family` of this author",
        source=AUTHORS,
    ),
    _doubt(
        "name-capitals",
        "A name is printed in capitals",
        "From SMITH or MCDONALD a program cannot tell which letters the author writes as capitals.",
        "write it as the author does, for example McDonald",
    ),
    _note(
        "affiliation-assumed",
        "An affiliation was taken from the biography",
        "Biographies name past posts too; only present ones are affiliations.",
        "check that the author works there now, and that the name of the institution is complete",
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
        "The document shows no date of publication",
        "Crossref needs at least the year, and readers expect the day.",
        "write the printed date: `published: 2023-09-14`",
        source=RECOMMENDATIONS,
    ),
    _doubt(
        "date-several",
        "The document shows more than one date",
        "The draft uses the first one; the other may be the date of submission, revision or an event.",
        "check which one is the date of publication",
    ),
    _doubt(
        "date-ambiguous",
        "A date can be read in two ways",
        "03/04/2023 is 3 April in Europe and 4 March in America. A wrong date would be registered for ever, so none "
        "is guessed.",
        "write it as year-month-day: 2023-04-03",
    ),
    _note(
        "doi-missing",
        "The document does not show its DOI",
        "The DOI in the draft is made from series and number. Readers need to see it in the document too.",
        "print the DOI in the document once it is registered",
        source=DISPLAY,
    ),
    _doubt(
        "doi-display",
        "The DOI is not shown as a full link",
        "Crossref's display guidelines ask for the whole address, https://doi.org/10…, as a link.",
        "show it in that form in the document and on the landing page",
        source=DISPLAY,
    ),
    _doubt(
        "doi-joined",
        "The DOI is broken over two lines",
        "It was put together again. A hyphen at the end of the first line may or may not belong to the DOI.",
        "compare `doi` with the DOI of the landing page or at Crossref",
    ),
    _doubt(
        "doi-link-disagrees",
        "The printed DOI and the link below it differ",
        "One of the two was copied from another document.",
        "find out which one is right, and correct the document",
        source=DISPLAY,
    ),
    _note(
        "reference-not-split",
        "A reference was kept as one text",
        "Author, year and title could not be separated with certainty, and a wrong field is worse than none.",
        "add author, year and title if you wish; the text alone is enough for Crossref",
        source=REFERENCES,
    ),
    _note(
        "reference-url-joined",
        "A broken web address in a reference was put together",
        "It was printed on two lines; a hyphen or a space at the break may have been lost.",
        "open the address once in a browser",
    ),
    _doubt(
        "reference-doi-cut",
        "A DOI in a reference is incomplete",
        "A line break or a column cut it. A part of a DOI leads to another work or to nothing, so it stays in the "
        "text only.",
        "write the complete DOI as `doi` of this reference",
    ),
    _doubt(
        "reference-urls-several",
        "A reference has several web addresses",
        "A reference has one `url`; the draft uses the first address.",
        "check that it is the right one",
    ),
    _doubt(
        "reference-url-missing",
        "A link in a reference has no address",
        "The link was lost when the document was converted, for example from PDF.",
        "add the address from the original document as `url`",
    ),
    _note(
        "body-links-dead",
        "Links in the text have no address",
        "They were lost when the document was converted. Only the reference list is deposited.",
        "if such a link cites a work, add that work to `references`",
    ),
    _doubt(
        "title-block-differs",
        "The document does not begin with the configured title block",
        "The series has a `title_block`, and this document begins otherwise, so it was read as any other document.",
        "compare the values with the document, or correct `title_block` of the series in doideposit.toml",
    ),
    _doubt(
        "title-doubtful",
        "The line taken as the title may be something else",
        "It holds what titles rarely hold: a label, the name of a field, a bar or a date.",
        _COMPARE,
    ),
    _doubt(
        "doi-several",
        "The document shows several DOIs of its own",
        "Editions of one text can have DOIs of their own, and only one of them is that of this record.",
        "keep the DOI of the edition that this record describes",
    ),
    _doubt(
        "doi-of-another-work",
        "The DOI has the prefix of another publisher",
        "It may be the DOI of a cited or related work.",
        "delete `doi` if it is not the DOI of this commentary",
    ),
    _note(
        "date-assumed",
        "The date was taken from the end of the text",
        "There is no date near the title. The date at the end may be that of something else.",
        "check that it is the date of publication",
    ),
    _unreadable(
        "document-format",
        "The document has a format that cannot be read",
        "Word, OpenDocument, PDF, HTML, Markdown and plain text can be read. The content of the file decides, not "
        "its name.",
        "save it as Word, PDF, Markdown or plain text, and use that file",
    ),
    _unreadable(
        "document-broken",
        "The document is damaged",
        "The file ends too early or contradicts itself; text may be missing from it.",
        "open it in the program that made it, and save it again",
    ),
    _unreadable(
        "document-too-large",
        "The document is too large when unpacked",
        "Word and OpenDocument files are compressed. A small file can hold more than the memory of a machine; no "
        "commentary is that long.",
        "check where the file comes from; if it is right, save it without its pictures",
    ),
    _unreadable(
        "pdf-encrypted",
        "The PDF is protected by a password",
        "Its text cannot be read without the password.",
        "save it without a password",
    ),
    _unreadable(
        "pdf-pages",
        "The PDF has too many pages",
        "No commentary is that long; it is most likely a whole volume.",
        "save the pages of the commentary as a file of their own",
    ),
    _doubt(
        "pdf-drawing",
        "A page of the PDF is mostly a drawing",
        "Reading the drawing would take too long, and drawings rarely hold text. The page was skipped.",
        "check whether the page has references that are missing in the draft",
    ),
    _unreadable(
        "pdf-scanned",
        "The PDF holds pictures of pages, not text",
        "A scanned page is a picture, without letters that a program can read.",
        "use the document the PDF was printed from, or run text recognition (OCR) on it first",
    ),
    _doubt(
        "document-draft",
        "The document is marked as a draft",
        "Its header says that it is not published. A DOI should lead readers to a published text.",
        "deposit it when it is published",
    ),
    _unreadable(
        "document-unpublished",
        "The document is not published",
        "Its header says draft, has a date in the future, or says that it was taken down; the DOI would lead to a "
        "page that does not exist. Such documents are skipped when a whole folder is read.",
        "deposit it when it is published, or correct the header",
    ),
    _unreadable(
        "header-missing",
        "The document has no header with series and number",
        "A document can be deposited directly only if its header names both. From other documents a draft of a "
        "record can be made.",
        "write series and number into the header, or run `doideposit extract`",
    ),
    _unreadable(
        "header-too-large",
        "The header of the document does not end",
        "A header has a few dozen lines. In this file the closing line seems to be missing.",
        "close the header with the same line that opens it, such as ---",
    ),
    _unreadable(
        "header-shape",
        "A key of the header needs one text",
        "A list or a group of keys was found. Title, number and similar keys hold one text each.",
        "write one text after the key: `title: Prospects for NATO-Japan relations`",
    ),
    _unreadable(
        "header-date",
        "The date in the header cannot be read",
        "It names no exact day, can be read as two different dates (09/10/2023), or changes each time the page is "
        "built.",
        "write the day of publication as year-month-day: 2023-09-14",
    ),
    _unreadable(
        "header-author",
        "An author in the header has no name",
        "An author needs a family name, or the name of an organisation.",
        "write given: and family:, or organisation:",
    ),
    _unreadable(
        "header-author-key",
        "An author in the header is a key, not a name",
        "Some websites keep their authors in a separate list, and the header holds only the key of the entry.",
        "write the name as it is printed",
    ),
    _unreadable(
        "header-author-several",
        "An author entry in the header may be one person or two",
        "“Wolf, Siegfried” may be a family and a given name, or two people.",
        "write each author as an item of a list, or as given: and family:",
    ),
    _unreadable(
        "header-affiliation",
        "An affiliation in the header is not in its list",
        "The author points to a number or key, and the list of affiliations has no entry with it.",
        "add the entry to the list, or write the name of the institution beside the author",
    ),
    _doubt(
        "header-author-group",
        "An author in the header was taken as an organisation",
        "The name holds a word such as Institute. Organisations and people have different fields at Crossref.",
        "write organisation: for an organisation, given: and family: for a person",
    ),
    _doubt(
        "header-name",
        "A name in the header can be split in two ways",
        "With three words or more, the family name may have one word or two.",
        "write given: and family: apart, or “Family, Given”",
    ),
    _doubt(
        "header-licence",
        "A licence in the header has no version",
        "CC BY 3.0 and CC BY 4.0 allow different things, and Crossref needs the address of one of them.",
        "write the version, as in CC BY 4.0, or the address of the licence",
    ),
)
