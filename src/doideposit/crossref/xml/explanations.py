"""Explain the codes of what a record type or a version of the schema cannot carry."""

from typing import Final

from doideposit.explanation import CodeOrigin, Explanation
from doideposit.findings import Severity
from doideposit.pages import ABSTRACTS, PARTICIPATION, REPORTS, SCHEMA, SIMILARITY

__all__ = ["LOSSES"]

_loss = CodeOrigin.CAPABILITY.writer(SCHEMA, Severity.WARNING, overridable=True)

LOSSES: Final[tuple[Explanation, ...]] = (
    _loss(
        "unsupported-by-type",
        "The record type has no place for it",
        "Each record type of Crossref has its own elements. What is left out is said, never dropped silently; where "
        "the deposit would say something else without it, it is an error.",
        "follow the hint, or leave the field out",
    ),
    _loss(
        "unsupported-by-schema",
        "The schema version has no place for it",
        "Older versions hold less. What is left out is said, never dropped silently.",
        "build for schema 5.5.0 to deposit it",
    ),
    _loss(
        "language-not-in-schema",
        "A language the schema does not list",
        "The attribute takes ISO 639 codes without region, by the terminology code: en, fra, deu; not en-GB, fre, ger.",
        "use the ISO 639 code of two letters, or of three where there is none of two",
        bad="language: ger",
        good="language: de",
    ),
    _loss(
        "formula-not-allowed",
        "A formula where none can be",
        "The schema takes no MathML there; it is left out.",
        "say it in words",
    ),
    _loss(
        "abstract-empty",
        "An abstract without text",
        "An empty abstract makes the deposit fail.",
        "write the abstract, or take the entry away",
        source=ABSTRACTS,
    ),
    _loss(
        "abstract-markup-reduced",
        "Markup was left out of an abstract",
        "Abstracts are reduced to what Crossref and its readers show: paragraphs, sections, italics, bold, sub, sup.",
        "nothing needs to be done if the text is enough",
        source=ABSTRACTS,
        severity=Severity.INFO,
    ),
    _loss(
        "funder-name-not-deposited",
        "The funder's name is not deposited",
        "Crossref takes the ROR id in place of name and funder id.",
        "nothing needs to be done",
        source=PARTICIPATION,
        severity=Severity.INFO,
    ),
    _loss(
        "full-text-unused",
        "A file offered for nothing",
        "Files are deposited for text mining or for Similarity Check.",
        "set text_mining or similarity_check, or take the entry away",
        source=SIMILARITY,
    ),
    _loss(
        "report-number-too-long",
        "A report number that is too long",
        "The schema takes 255 characters.",
        "give a shorter `report_number`",
        source=REPORTS,
    ),
)
