"""The words that Crossref, its schema and doideposit use, each in a few sentences for someone who meets it first."""

from typing import NamedTuple

__all__ = ["WORDS", "Word"]


class Word(NamedTuple):
    """Record what a word means, other names it is looked up by, and the page that says more."""

    meaning: str
    also: tuple[str, ...] = ()
    page: str = ""


WORDS: dict[str, Word] = {
    # Who and what: the identifiers.
    "DOI": Word(
        "The permanent name of a publication, such as 10.48251/SADF.ISSN.2406-5617.C258. https://doi.org/ and the DOI "
        "lead readers to its page. Once registered it can never be deleted; its metadata can be corrected.",
        page="https://www.crossref.org/documentation/member-setup/constructing-your-dois/",
    ),
    "prefix": Word(
        "The part of a DOI before the slash, such as 10.48251. Crossref gives it to a publisher who joins; a login may "
        "only register DOIs below its own prefixes.",
        ("DOI prefix",),
    ),
    "ISSN": Word(
        "The number of a series or journal, such as 2406-5617, given by the national ISSN centre. The last "
        "character is a check digit: it is computed from the seven before, so that a typing error is noticed.",
        ("ISSN check digit", "check digit"),
        "https://www.issn.org/",
    ),
    "ORCID": Word(
        "The personal number of an author, such as https://orcid.org/0000-0002-1825-0097, which distinguishes "
        "people with the same name. It comes from the author, never from a search by name.",
        ("ORCID iD", "ORCID id"),
        "https://orcid.org/",
    ),
    "ROR": Word(
        "The number of an institution, such as https://ror.org/038t36y30, in a public register that is free to use. "
        "It is added to the affiliation of an author, so that all works of an institution can be found.",
        ("ROR id",),
        "https://ror.org/",
    ),
    # What Crossref is told.
    "Crossref": Word(
        "The registration agency at which publishers register the DOIs of their works, with metadata: title, authors, "
        "date, references. Every new DOI costs a small fee; corrections are free.",
        page="https://www.crossref.org/",
    ),
    "registrant": Word(
        "The organisation that is responsible for a deposit. It is named in the head of every file, beside the "
        "depositor.",
        ("depositor",),
    ),
    "metadata": Word(
        "What is said about a work: title, authors, date, page, references. The text itself is not part of it."
    ),
    "work": Word(
        "Crossref's word for what has a DOI: here a commentary, report, article or post.",
        ("commentary", "publication"),
    ),
    "record": Word(
        "The metadata of one work as a file of yours, in YAML, JSON or a row of a table: see `doideposit new`.",
        page="docs/how-to/write-a-record.md",
    ),
    "number": Word(
        "The number of a commentary in its series, as it is printed, such as 258. A DOI is often made from it: a "
        "command takes C258, 258 or the whole DOI.",
        ("series number",),
    ),
    "record type": Word(
        "The kind of work that Crossref registers it as; it cannot be changed after the registration. report-series: "
        "numbered reports of a series with an ISSN. report-single: reports of a series without one. journal: articles "
        "of a journal. posted: blog posts, letters and other texts outside of a series.",
        ("report-series", "report-single", "journal", "posted", "report"),
        "docs/how-to/choose-record-type.md",
    ),
    "landing page": Word(
        "The page that a DOI leads to: title, authors, the DOI as a link, and the way to the text. It is not the PDF. "
        "Its address is the field `url` of the record.",
        ("url", "page", "address", "link"),
        "docs/how-to/landing-page.md",
    ),
    "affiliation": Word("The institution an author worked for when the text was written."),
    "abstract": Word("A summary by the author. One is never made up: a record without one can be registered."),
    "licence": Word(
        "Under which terms readers may use the text, by the address of the licence, such as "
        "https://creativecommons.org/licenses/by/4.0/. Only one that the document really has.",
        ("license", "CC BY"),
    ),
    "Crossmark": Word(
        "A button on the page and in the PDF by which readers see whether a work was corrected or retracted. "
        "It needs a page about your corrections that has a DOI of its own: the Crossmark policy page.",
        ("Crossmark policy", "policy"),
        "docs/how-to/correct-and-retract.md",
    ),
    "role": Word(
        "The second part of a Crossref login, after the slash in name@example.org/role: the account of the publisher. "
        "One person can have several.",
        ("login", "credentials"),
        "docs/how-to/secrets.md",
    ),
    # The way of a deposit.
    "deposit": Word(
        "To send metadata to Crossref as a file. Crossref first answers that it received it, and reads it later.",
        ("send", "submit"),
    ),
    "upload": Word(
        "The transfer of one file to Crossref: one step of a deposit. If it breaks off, it is in doubt whether "
        "Crossref has the file; doideposit asks before it sends anything again."
    ),
    "submission": Word(
        "One file that was sent to Crossref, with one DOI or many. Crossref gives it a number, the submission id, "
        "which its support asks for.",
        ("batch", "file"),
    ),
    "target": Word(
        "Where a deposit goes: sandbox (a simulated Crossref in the program), test (Crossref's test system) or "
        "production (Crossref itself). It is the sandbox until you say --target production.",
        ("sandbox", "test", "production"),
    ),
    "rehearsal": Word("A deposit to the sandbox or to Crossref's test system. Its DOIs exist nowhere else."),
    "ledger": Word(
        "The file in which doideposit keeps what was sent, when, and the result. A file, doideposit.sqlite3, or a "
        "database; never delete it, and back it up with `doideposit ledger backup`.",
        page="docs/how-to/ledger.md",
    ),
    "outstanding": Word(
        "Sent, or waiting to be sent; the result is not known yet. `doideposit poll` asks; nobody has to wait.",
        ("pending", "queued", "at Crossref"),
    ),
    "poll": Word("To ask Crossref whether it has processed a file, and with which result: `doideposit poll`."),
    "look up": Word(
        "To ask doi.org where a DOI leads, and Crossref's REST API and query service what they show of it: "
        "`doideposit verify`. The scheduled job does it by itself.",
        ("verify",),
    ),
    "settled": Word("Ended, with any result: registered, rejected, or abandoned by a person.", ("done",)),
    "rejected": Word(
        "What was sent is not taken because something in it is wrong: Crossref rejects a file, a record or an update, "
        "and the scheduled job puts such a file into the folder rejected/. Correct it, and deposit it again. In JSON a "
        "whole file that was rejected has the state `refused`, a single DOI the outcome `failed`.",
        ("rejection", "failed", "failure"),
        "docs/how-to/rejected.md",
    ),
    "refused": Word(
        "Something is not done because it is not allowed or not safe: a server refuses a login or a connection, "
        "doideposit an unknown setting or a private address. It says nothing about a record.",
        ("refusal",),
    ),
    "received": Word(
        "Crossref has the file. It proves nothing else: the file waits in a queue and may still be rejected.",
        page="docs/explanation/milestones.md",
    ),
    "processed": Word(
        "Crossref has read the file and given a result for each DOI in it.", page="docs/explanation/milestones.md"
    ),
    "registered": Word("Crossref has accepted the DOI and its metadata.", page="docs/explanation/milestones.md"),
    "resolves": Word("The DOI leads readers to the page: doi.org was asked.", page="docs/explanation/milestones.md"),
    "indexed": Word(
        "Crossref's search shows the work, hours after its registration.", page="docs/explanation/milestones.md"
    ),
    "as intended": Word(
        "Crossref's query service shows the version of the last deposit, and every field as it was sent.",
        ("as_intended",),
        page="docs/explanation/milestones.md",
    ),
    "drift": Word(
        "What others changed of a registered DOI since your last deposit: its content, where it leads, its owner. "
        "`doideposit drift` finds it; `drift accept` keeps it, `drift restore` sends your version again.",
        ("changed by others",),
        page="docs/how-to/drift.md",
    ),
    "overdue": Word(
        "A milestone has not been reached in the time that `[monitoring.deadlines]` allows for it. "
        "`doideposit status --attention` says what to do.",
        ("late", "stalled"),
        "docs/explanation/milestones.md",
    ),
    "timestamp": Word(
        "A number in every deposit by which Crossref knows which version is the newer one. doideposit chooses "
        "it; nobody has to.",
        ("version",),
        "docs/explanation/timestamps.md",
    ),
    "result log": Word("Crossref's answer to a file: for each DOI success, warning or failure, with the reason."),
    "REST API": Word(
        "The address under which Crossref's search answers programs. `doideposit verify` asks it.", ("API",)
    ),
    # Files.
    "YAML": Word(
        "A plain text file with one `key: value` a line. Lines that belong to a key are indented below it with spaces, "
        "not with tabs; entries of a list begin with a hyphen; text after # is a comment, which is not read.",
        page="docs/how-to/write-a-record.md",
    ),
    "key": Word(
        "The word in front of the colon in a record, such as title in `title: Rivers`; the text after the colon is "
        "its value. Keys with values means lines of this form, one key a line.",
        ("keys with values", "value", "keys"),
        "docs/how-to/write-a-record.md",
    ),
    "UTF-8": Word(
        "An encoding for text in every script of the world. In Windows Notepad: File, Save as, "
        "Encoding: UTF-8. In Word: File, Save as, Plain text, Unicode (UTF-8). In Excel: CSV UTF-8.",
        ("encoding", "Unicode"),
    ),
    "XML": Word("The form in which Crossref takes deposits. doideposit writes it; you never have to look at it."),
    "schema": Word(
        "Crossref's description of valid XML. Every file is checked against it before it is sent.", ("XSD",)
    ),
    "keyring": Word(
        "The place where your system keeps passwords, so that they are in no file.", page="docs/how-to/secrets.md"
    ),
    # What is said about a record.
    "finding": Word(
        "What a check says about a record: an error, a warning or an info, with a code, its line and what to do.",
        ("problem", "message", "code"),
    ),
    "error": Word("A finding that stops the record: nothing is sent until it is corrected."),
    "warning": Word("A finding that does not stop the record: look at it, it is often a mistake."),
    "info": Word("A finding that is only good to know: `--verbose` shows it."),
}
