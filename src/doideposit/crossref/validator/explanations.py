"""Explain the codes of deposit files: what Crossref's schema refuses."""

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
        "An element in the wrong place",
        "The schema fixes which elements follow one another, in which order, and how often.",
        "move it, or take it away; the message names what can stand there",
    ),
    _xsd(
        "xsd-element-missing",
        "A missing element",
        "The schema asks for it.",
        "add it; the message names it",
    ),
    _xsd(
        "xsd-element-unknown",
        "An unknown element",
        "It is misspelt, of another version, or of another namespace.",
        "correct the name, or the version declared",
    ),
    _xsd(
        "xsd-text-unexpected",
        "Text where none can be",
        "The element holds other elements, or nothing.",
        "put the text into an element, or take it away",
    ),
    _xsd("xsd-attribute-missing", "A missing attribute", "The schema asks for it.", "add it"),
    _xsd(
        "xsd-attribute-unexpected",
        "An attribute that cannot be",
        "It is misspelt, or of another version of the schema.",
        "take it away, or correct its name",
    ),
    _xsd(
        "xsd-value",
        "A value the schema does not take",
        "Lengths, patterns and lists of values are fixed by the schema.",
        "correct the value; the message says how",
    ),
    _xsd(
        "xsd-id-duplicate",
        "The same id twice",
        "Ids are unique in the whole file, across records.",
        "change or remove one of the two",
    ),
    _xsd(
        "xsd-idref-unknown",
        "A reference to no id",
        "The attribute points to an element of the file.",
        "correct it, or take it away",
    ),
    _xsd(
        "xsd-assert-role",
        "A role of another vocabulary",
        "With vocab crossref the type is one of eleven roles, with credit one of fourteen. Crossref's own message for "
        "the two is swapped.",
        "correct the type or the vocab of the role",
    ),
    _xsd(
        "xsd-assert-person-name",
        "A person without a role",
        "Since 5.5.0 the role is an attribute or an element; one of the two must be there.",
        "add contributor_role",
    ),
    _xsd(
        "xsd-violation",
        "Something else the schema refuses",
        "The original message stands behind --verbose.",
        "correct what the message names",
    ),
    _xsd(
        "xsd-more",
        "More problems",
        "Only the first of each kind are shown.",
        "correct the first ones, then check again",
    ),
    _xsd(
        "xml-not-well-formed",
        "A file that is not XML",
        "Most often a bare & or <, or an element that is not closed.",
        "see the line named here",
        source=_XML,
    ),
    _xsd(
        "xml-encoding",
        "A file in another encoding",
        "Crossref takes UTF-8.",
        'save it as UTF-8, with encoding="UTF-8" in its first line',
        source=TROUBLE,
    ),
    _xsd(
        "xml-doctype",
        "A document type declaration",
        "A deposit must not have one; such declarations can make a reader open other files.",
        "remove it, and write characters instead of entities",
        source=_XML,
    ),
    _xsd(
        "xml-too-deep",
        "Elements nested too deep",
        "No deposit is nested like this.",
        "check the file",
        source=_XML,
    ),
    _xsd(
        "xml-too-many-attributes",
        "An element with too many attributes",
        "No element of a deposit has so many, and each costs time and memory before anything can be said of it.",
        "check the file",
        source=_XML,
    ),
    _xsd(
        "xml-too-large",
        "A deposit that is too large",
        "Crossref takes files up to 10 MB.",
        "split it",
        source=HTTPS_POST,
    ),
    _xsd(
        "xml-unknown-schema",
        "An unknown schema version",
        "The version is told by the namespace of the root element.",
        "`doideposit schemas list` shows those there are",
    ),
    _advice(
        "xml-version-not-kept",
        "A schema version without a verdict",
        "There are verdicts for versions whose schemas are kept here. Crossref may well take a file of another one.",
        "`doideposit validate --as 5.5.0 FILE` says whether the file is valid once lifted to that version",
        source=SCHEMA,
    ),
    _xsd(
        "xml-not-a-deposit",
        "Not a deposit file",
        "Every file that Crossref takes begins with the element doi_batch.",
        "give the deposit file itself, not a part of it or an answer of Crossref",
    ),
    _xsd(
        "deposit-prefixes-mixed",
        "DOIs of two prefixes in one file",
        "Crossref refuses a file whose DOIs do not all have the same prefix.",
        "make a file for each prefix",
        source=TROUBLE,
    ),
    _xsd(
        "deposit-doi-twice",
        "One DOI twice in a file",
        "The later of the two would replace the other, and nothing would say so.",
        "take one of the two out, or correct its DOI",
        source=UPDATING,
    ),
    _xsd(
        "deposit-part-twice",
        "One part of a record twice in a file",
        "A resource-only deposit replaces the references, licences or other parts of a record. Where a file has the "
        "same part of one DOI twice, nobody can say which of the two Crossref takes last.",
        "send one of the two in a file of its own, after the other one is done",
        source=UPDATING,
    ),
    _advice(
        "deposit-inner-timestamp",
        "A timestamp beside a DOI",
        "A timestamp that is lower than the last one makes Crossref refuse the update; the head gets a fresh one.",
        "take it out",
        source=UPDATING,
    ),
    _advice(
        "xml-not-utf-8",
        "A file that is not plain UTF-8",
        "Crossref's parser stumbles over what stands before the XML declaration. What is sent from here is UTF-8.",
        "save it as UTF-8 without a byte order mark before you upload it by hand",
        source=TROUBLE,
    ),
    _advice(
        "deposit-other-depositor",
        "A file that names another depositor",
        "Crossref mails the results of a file to the address in its head, whoever sends it.",
        "write your own name and address into the head of the file",
        source=HTTPS_POST,
    ),
    _advice(
        "text-decomposed",
        "Accents as characters of their own",
        "Programs compare texts character by character, so a search for the composed word does not find it.",
        "write the file anew in the normal form NFC",
        source=LOOKALIKES,
    ),
    _advice(
        "text-hidden-character",
        "A character that nobody sees in a deposit file",
        "Such characters come from word processors and web pages; searches for the word do not find it.",
        "take it out",
        source=LOOKALIKES,
    ),
    _xsd(
        "deposit-without-doi",
        "A deposit without a DOI",
        "There is nothing to follow up.",
        "a deposit needs at least one item with doi_data",
        source=HTTPS_POST,
    ),
    _xsd(
        "mathml-malformed",
        "A formula that is not MathML",
        "Formulas go into the XML as elements, which must nest.",
        "write it as <mml:math> with every element closed, and without entities",
    ),
    _xsd(
        "abstract-unreadable",
        "An abstract with broken markup",
        "Only its text would be left.",
        "close every element, write & as &amp;, or say format: text",
        source=ABSTRACTS,
    ),
    _xsd(
        "crossmark-policy-missing",
        "Updates without a Crossmark policy",
        "The schema takes no updates without it: readers must be able to see how the publisher corrects and retracts.",
        "give `crossmark_policy` in the series' configuration, or say it as a relation",
        source=CROSSMARK,
    ),
)
