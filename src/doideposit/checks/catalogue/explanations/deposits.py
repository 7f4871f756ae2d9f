"""Codes of deposit files: what Crossref's schema refuses, and what a record type or version cannot carry."""

from typing import Final

from doideposit.checks.catalogue.explanation import Explanation, Kind
from doideposit.checks.catalogue.explanations.writing import writer
from doideposit.checks.rules import pages
from doideposit.findings import Severity

__all__ = ["DEPOSITS"]

_xsd = writer(Kind.XSD, pages.SCHEMA)
_loss = writer(Kind.CAPABILITY, pages.SCHEMA, Severity.WARNING, overridable=True)
_XML = "https://www.w3.org/TR/xml/"

DEPOSITS: Final[tuple[Explanation, ...]] = (
    _xsd(
        "xsd-element-unexpected",
        "An element in the wrong place",
        "this element cannot stand here",
        "The schema fixes which elements follow one another, in which order, and how often.",
        "move it, or take it away; the message names what can stand there",
    ),
    _xsd(
        "xsd-element-missing",
        "A missing element",
        "an element is missing here",
        "The schema asks for it.",
        "add it; the message names it",
    ),
    _xsd(
        "xsd-element-unknown",
        "An unknown element",
        "the schema knows no such element",
        "It is misspelt, of another version, or of another namespace.",
        "correct the name, or the version declared",
    ),
    _xsd(
        "xsd-text-unexpected",
        "Text where none can be",
        "text cannot stand here",
        "The element holds other elements, or nothing.",
        "put the text into an element, or take it away",
    ),
    _xsd(
        "xsd-attribute-missing", "A missing attribute", "an attribute is missing", "The schema asks for it.", "add it"
    ),
    _xsd(
        "xsd-attribute-unexpected",
        "An attribute that cannot be",
        "this attribute cannot stand here",
        "It is misspelt, or of another version of the schema.",
        "take it away, or correct its name",
    ),
    _xsd(
        "xsd-value",
        "A value the schema does not take",
        "the value does not have the form the schema asks for",
        "Lengths, patterns and lists of values are fixed by the schema.",
        "correct the value; the message says how",
    ),
    _xsd(
        "xsd-id-duplicate",
        "The same id twice",
        "two elements have the same id",
        "Ids are unique in the whole file, across records.",
        "change or remove one of the two",
    ),
    _xsd(
        "xsd-idref-unknown",
        "A reference to no id",
        "there is no element with this id",
        "The attribute points to an element of the file.",
        "correct it, or take it away",
    ),
    _xsd(
        "xsd-assert-role",
        "A role of another vocabulary",
        "the role is not one of its vocabulary",
        "With vocab crossref the type is one of eleven roles, with credit one of fourteen. Crossref's own message for "
        "the two is swapped.",
        "correct the type or the vocab of the role",
    ),
    _xsd(
        "xsd-assert-person-name",
        "A person without a role",
        "a person needs contributor_role or a role",
        "Since 5.5.0 the role is an attribute or an element; one of the two must be there.",
        "add contributor_role",
    ),
    _xsd(
        "xsd-violation",
        "Something else the schema refuses",
        "the file breaks the schema",
        "The original message stands behind --verbose.",
        "correct what the message names",
    ),
    _xsd(
        "xsd-more",
        "More problems",
        "there are more problems in the file",
        "Only the first of each kind are shown.",
        "correct the first ones, then check again",
    ),
    _xsd(
        "xml-not-well-formed",
        "A file that is not XML",
        "this is not well-formed XML",
        "Most often a bare & or <, or an element that is not closed.",
        "see the line named here",
        source=_XML,
    ),
    _xsd(
        "xml-encoding",
        "A file in another encoding",
        "the file is not in the encoding it says, or in one not read here",
        "Crossref takes UTF-8.",
        'save it as UTF-8, with encoding="UTF-8" in its first line',
        source=pages.TROUBLE,
    ),
    _xsd(
        "xml-doctype",
        "A document type declaration",
        "the file has a document type declaration (<!DOCTYPE …>)",
        "A deposit must not have one; such declarations can make a reader open other files.",
        "remove it, and write characters instead of entities",
        source=_XML,
    ),
    _xsd(
        "xml-too-deep",
        "Elements nested too deep",
        "elements are nested deeper than 256 levels",
        "No deposit is nested like this.",
        "check the file",
        source=_XML,
    ),
    _xsd(
        "xml-too-large",
        "A deposit that is too large",
        "the file, or a text in it, is too large",
        "Crossref takes files up to 10 MB.",
        "split it",
        source=pages.HTTPS_POST,
    ),
    _xsd(
        "xml-unknown-schema",
        "An unknown schema version",
        "the file is no Crossref deposit of a version known here",
        "The version is told by the namespace of the root element.",
        "`doideposit schemas list` shows those there are",
    ),
    _xsd(
        "xml-not-a-deposit",
        "Not a deposit file",
        "the root element is not doi_batch",
        "Every file that Crossref takes begins with the element doi_batch.",
        "give the deposit file itself, not a part of it or an answer of Crossref",
    ),
    _xsd(
        "seal-no-timestamp",
        "A resource deposit",
        "the file adds to records that exist; it can only be validated here",
        "Such files have no timestamp, so Crossref cannot tell an old one from a new one.",
        "deposit the full record instead",
        source=pages.UPDATING,
    ),
    _xsd(
        "deposit-without-doi",
        "A deposit without a DOI",
        "this file registers no DOI",
        "There is nothing to follow up.",
        "a deposit needs at least one item with doi_data",
        source=pages.HTTPS_POST,
    ),
    _loss(
        "unsupported-by-type",
        "The record type has no place for it",
        "the record type {type} has no place for {what}",
        "Each record type of Crossref has its own elements. What is left out is said, never dropped silently; where "
        "the deposit would say something else without it, it is an error.",
        "follow the hint, or leave the field out",
    ),
    _loss(
        "unsupported-by-schema",
        "The schema version has no place for it",
        "schema {version} has no place for {what}",
        "Older versions hold less. What is left out is said, never dropped silently.",
        "build for schema 5.5.0 to deposit it",
    ),
    _loss(
        "language-not-in-schema",
        "A language the schema does not list",
        "schema {version} has no language “{tag}”",
        "The attribute takes ISO 639 codes without region, by the terminology code: en, fra, deu; not en-GB, fre, ger.",
        "use the ISO 639 code of two letters, or of three where there is none of two",
        bad="language: ger",
        good="language: de",
    ),
    _xsd(
        "mathml-malformed",
        "A formula that is not MathML",
        "the formula is no well-formed MathML",
        "Formulas go into the XML as elements, which must nest.",
        "write it as <mml:math> with every element closed, and without entities",
    ),
    _loss(
        "formula-not-allowed",
        "A formula where none can be",
        "the description of a relation cannot hold a formula",
        "The schema takes no MathML there; it is left out.",
        "say it in words",
    ),
    _xsd(
        "abstract-unreadable",
        "An abstract with broken markup",
        "the abstract cannot be read in its format",
        "Only its text would be left.",
        "close every element, write & as &amp;, or say format: text",
        source=pages.ABSTRACTS,
    ),
    _loss(
        "abstract-empty",
        "An abstract without text",
        "nothing is left of this abstract but markup",
        "An empty abstract makes the deposit fail.",
        "write the abstract, or take the entry away",
        source=pages.ABSTRACTS,
    ),
    _loss(
        "abstract-markup-reduced",
        "Markup was left out of an abstract",
        "only the text of some markup is deposited",
        "Abstracts are reduced to what Crossref and its readers show: paragraphs, sections, italics, bold, sub, sup.",
        "nothing needs to be done if the text is enough",
        source=pages.ABSTRACTS,
        severity=Severity.INFO,
    ),
    _xsd(
        "crossmark-policy-missing",
        "Updates without a Crossmark policy",
        "updates need the DOI of a Crossmark policy page",
        "The schema takes no updates without it: readers must be able to see how the publisher corrects and retracts.",
        "give `crossmark_policy` in the series' configuration, or say it as a relation",
        source=pages.CROSSMARK,
    ),
    _loss(
        "funder-name-not-deposited",
        "The funder's name is not deposited",
        "the ROR id stands for the funder",
        "Crossref takes the ROR id in place of name and funder id.",
        "nothing needs to be done",
        source=pages.PARTICIPATION,
        severity=Severity.INFO,
    ),
    _loss(
        "full-text-unused",
        "A file offered for nothing",
        "this file is offered for nothing, so it is not deposited",
        "Files are deposited for text mining or for Similarity Check.",
        "set text_mining or similarity_check, or take the entry away",
        source=pages.SIMILARITY,
    ),
    _loss(
        "report-number-too-long",
        "A report number that is too long",
        "title and number of the series are longer than a report number may be",
        "The schema takes 255 characters.",
        "give a shorter `report_number`",
        source=pages.REPORTS,
    ),
)
