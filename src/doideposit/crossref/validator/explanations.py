"""Explain the codes of deposit files: what Crossref's schema rejects."""

from typing import Final

from doideposit.explanation import CodeOrigin, Explanation
from doideposit.findings import Severity
from doideposit.pages import ABSTRACTS, CROSSMARK, HTTPS_POST, LOOKALIKES, RECOMMENDATIONS, SCHEMA, TROUBLE, UPDATING

__all__ = ["DEPOSITS"]

_xsd = CodeOrigin.XSD.writer(SCHEMA)
_advice = CodeOrigin.XSD.writer(RECOMMENDATIONS, Severity.WARNING, overridable=True)
_XML = "https://www.w3.org/TR/xml/"

DEPOSITS: Final[tuple[Explanation, ...]] = (
    _xsd(
        "xsd-element-unexpected",
        "An XML element is not allowed at this place",
        "The schema fixes which elements may follow one another, in which order and how often. Crossref rejects the "
        "whole file.",
        "move or delete it; the message names the elements that are allowed there",
    ),
    _xsd(
        "xsd-element-missing",
        "A required XML element is missing",
        "Crossref rejects the whole file without it.",
        "add the element that the message names",
    ),
    _xsd(
        "xsd-element-unknown",
        "An XML element that the schema does not know",
        "It is misspelt, belongs to another version of the schema, or has the wrong namespace.",
        "correct its name or namespace, or the schema version in the root element",
    ),
    _xsd(
        "xsd-text-unexpected",
        "Text stands where the schema allows none",
        "This element may hold only other elements, or nothing.",
        "move the text into one of its elements, or delete it",
    ),
    _xsd(
        "xsd-attribute-missing",
        "A required attribute is missing",
        "Crossref rejects the whole file without it.",
        "add the attribute that the message names",
    ),
    _xsd(
        "xsd-attribute-unexpected",
        "An attribute that the schema does not allow here",
        "It is misspelt, or belongs to another version of the schema.",
        "delete it, or correct its name",
    ),
    _xsd(
        "xsd-value",
        "A value that the schema does not allow",
        "The schema sets lengths, patterns and lists of values; Crossref rejects the whole file for one wrong value.",
        "correct the value as the message says",
    ),
    _xsd(
        "xsd-id-duplicate",
        "The same id is used twice",
        "Every id must be unique in the whole file, across all records.",
        "change or delete one of the two",
    ),
    _xsd(
        "xsd-idref-unknown",
        "An attribute refers to an id that does not exist",
        "Its value must be the id of an element in the same file.",
        "correct the value, or delete the attribute",
    ),
    _xsd(
        "xsd-assert-role",
        "A contributor role does not belong to its vocabulary",
        'With vocab="crossref" eleven roles are allowed, with vocab="credit" the fourteen of CRediT. Crossref\'s own '
        "messages for the two are swapped.",
        "correct the role, or its vocab attribute",
    ),
    _xsd(
        "xsd-assert-person-name",
        "A person has no role",
        "Since schema 5.5.0 a person needs the attribute contributor_role or an element role.",
        'add contributor_role="author", or the role that is meant',
    ),
    _xsd(
        "xsd-violation",
        "The file breaks another rule of the schema",
        "Crossref rejects the whole file. `--verbose` shows the message of the XML library.",
        "correct what the message names",
    ),
    _xsd(
        "xsd-more",
        "Further errors of the same kind are not shown",
        "Only the first errors of each kind are listed.",
        "correct those that are listed, then check again",
    ),
    _xsd(
        "xml-not-well-formed",
        "The file is not well-formed XML",
        "The usual reasons: & or < in a text that is not written &amp; or &lt;, or an element that is not closed.",
        "correct the line that the message names",
        source=_XML,
    ),
    _xsd(
        "xml-encoding",
        "The file has another encoding than UTF-8",
        "Crossref takes only UTF-8.",
        'save it as UTF-8, with encoding="UTF-8" in its first line',
        source=TROUBLE,
    ),
    _xsd(
        "xml-doctype",
        "The file has a document type declaration (DOCTYPE)",
        "Crossref's files have none, and a DOCTYPE can make a program open other files.",
        "delete the DOCTYPE, and write characters instead of its entities",
        source=_XML,
    ),
    _xsd(
        "xml-too-deep",
        "XML elements are nested too deeply",
        "No deposit has that many levels; files made to attack a program do.",
        "check that this is the right file",
        source=_XML,
    ),
    _xsd(
        "xml-too-many-attributes",
        "An XML element has too many attributes",
        "No element of a deposit has that many; files made to fill the memory do.",
        "check that this is the right file",
        source=_XML,
    ),
    _xsd(
        "xml-too-large",
        "The deposit file is larger than Crossref allows",
        "Crossref takes files up to 10 MB.",
        "split it into several files",
        source=HTTPS_POST,
    ),
    _xsd(
        "xml-unknown-schema",
        "The schema version of the file is not known",
        "The namespace of the root element tells the version, such as http://www.crossref.org/schema/5.5.0.",
        "correct the namespace; `doideposit schemas list` shows the known versions",
    ),
    _advice(
        "xml-version-not-kept",
        "The file cannot be checked: its schema version is not installed",
        "Crossref may still accept the file. Only versions whose schemas are installed on this machine can be checked.",
        "`doideposit validate --as 5.5.0 FILE` checks the file as if it were of that version",
        source=SCHEMA,
    ),
    _xsd(
        "xml-not-a-deposit",
        "The XML file is not a deposit",
        "Every deposit file has the root element doi_batch.",
        "give the deposit file itself, not a part of it or an answer of Crossref",
    ),
    _xsd(
        "deposit-prefixes-mixed",
        "DOIs of several prefixes are in one file",
        "Crossref rejects a file whose DOIs do not all have the same prefix.",
        "make one file for each prefix",
        source=TROUBLE,
    ),
    _advice(
        "deposit-prefix-unknown",
        "A DOI in the file has a prefix that no series of the configuration has",
        "Crossref rejects DOIs of a prefix that the account may not use, and one wrong digit is enough. A journal that "
        "was taken over from another publisher keeps its DOIs, and its prefix is right.",
        "correct the DOI; a prefix that the account may use too needs nothing, or a series that has it",
        source=TROUBLE,
    ),
    _advice(
        "deposit-doi-spaces",
        "There are spaces around a DOI in the file",
        "Crossref's schema lets spaces through. A DOI that was registered with one is another DOI, which no link "
        "leads to.",
        "delete the spaces around the DOI",
        source=TROUBLE,
    ),
    _xsd(
        "deposit-doi-twice",
        "The same DOI is twice in one file",
        "The later record would silently replace the earlier one.",
        "delete one of the two, or correct its DOI",
        source=UPDATING,
    ),
    _xsd(
        "deposit-part-twice",
        "The same part of a record is twice in one file",
        "A resource-only deposit replaces one part of a record, such as its references. If a file has the part "
        "twice, nobody knows which of the two Crossref keeps.",
        "put one of the two into a file of its own, and send it after the other is processed",
        source=UPDATING,
    ),
    _advice(
        "deposit-inner-timestamp",
        "A DOI in the file has its own timestamp",
        "Crossref rejects an update whose timestamp is not higher than the last one. The timestamp in the head of "
        "the file is renewed for every deposit; this one is not.",
        "delete the element timestamp below doi_data",
        source=UPDATING,
    ),
    _advice(
        "xml-not-utf-8",
        "The file has a byte order mark or another encoding than UTF-8",
        "Crossref's parser fails on bytes before the XML declaration. Files that doideposit sends are plain UTF-8.",
        "save it as UTF-8 without a byte order mark (BOM) before you upload it by hand",
        source=TROUBLE,
    ),
    _advice(
        "deposit-other-depositor",
        "The head of the file names another depositor",
        "Crossref sends the results to the e-mail address in the head of the file, whoever uploads it.",
        "write your own name and address into the head of the file",
        source=HTTPS_POST,
    ),
    _advice(
        "text-decomposed",
        "Letters and their accents are separate characters",
        "é can be one character or e followed by an accent. Most programs see two different words and do not find "
        "the text.",
        "save the file in Unicode normal form NFC",
        source=LOOKALIKES,
    ),
    _advice(
        "text-hidden-character",
        "The file has an invisible character",
        "Such characters come from word processors and web pages. A search for the word does not find it.",
        "delete the character, or type the word again",
        source=LOOKALIKES,
    ),
    _xsd(
        "deposit-without-doi",
        "The deposit has no DOI",
        "There is nothing that Crossref could register.",
        "add at least one record with doi_data",
        source=HTTPS_POST,
    ),
    _xsd(
        "mathml-malformed",
        "A formula is not well-formed MathML",
        "Formulas become elements of the XML, so each tag must be closed.",
        "write it as <mml:math> with every element closed, and without entities",
    ),
    _xsd(
        "abstract-unreadable",
        "The markup of an abstract is broken",
        "A tag is not closed, or & is not written &amp;; only the plain text could be deposited.",
        "close every tag and write & as &amp;, or say `format: text`",
        source=ABSTRACTS,
    ),
    _xsd(
        "crossmark-policy-missing",
        "`updates` needs a Crossmark policy",
        "Crossref's schema takes updates only together with the DOI of a page on how the publisher corrects and "
        "retracts.",
        "write the DOI of that page as `crossmark_policy` of the series, or use a relation instead of `updates`",
        source=CROSSMARK,
    ),
)
