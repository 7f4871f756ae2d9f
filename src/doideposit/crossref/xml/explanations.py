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
        "The record type has no place for a field",
        "Each record type of Crossref has its own elements. The field is left out of the deposit; if the deposit "
        "would then be wrong, this is an error.",
        "follow the hint of the finding, or delete the field",
    ),
    _loss(
        "unsupported-by-schema",
        "The schema version has no place for a field",
        "Older versions of the schema have fewer elements. The field is left out of the deposit.",
        "use schema 5.5.0, the default, to deposit the field",
    ),
    _loss(
        "language-not-in-schema",
        "The schema does not list this language code",
        "The schema takes ISO 639 codes without a region: en, not en-GB. Of two codes with three letters it takes "
        "the one made from the language's own name: deu, not ger.",
        "use the code of two letters, such as de; if the language has none, the one of three",
        bad="language: ger",
        good="language: de",
    ),
    _loss(
        "formula-not-allowed",
        "A formula stands where the schema allows none",
        "Crossref's schema takes no MathML in this element, so the formula is left out of the deposit.",
        "write it in words",
    ),
    _loss(
        "abstract-empty",
        "An abstract has no text",
        "Crossref's schema rejects an empty abstract.",
        "write the text, or delete the entry of `abstracts`",
        source=ABSTRACTS,
    ),
    _loss(
        "abstract-markup-reduced",
        "Some markup of an abstract was removed",
        "Crossref shows paragraphs, sections, italics, bold, sub and sup in abstracts, and nothing else.",
        "nothing needs to be done if the text is enough",
        source=ABSTRACTS,
        severity=Severity.INFO,
    ),
    _loss(
        "funder-name-not-deposited",
        "The name of the funder is not deposited, only its ROR id",
        "With a ROR id Crossref takes the name from ror.org; it has no place for both.",
        "nothing needs to be done",
        source=PARTICIPATION,
        severity=Severity.INFO,
    ),
    _loss(
        "full-text-unused",
        "A full-text file is given without a purpose",
        "Crossref takes addresses of full texts for text mining or for Similarity Check.",
        "set `text_mining: true` or `similarity_check: true`, or delete the entry",
        source=SIMILARITY,
    ),
    _loss(
        "report-number-too-long",
        "The report number is too long",
        "Crossref's schema takes at most 255 characters.",
        "give a shorter `report_number`",
        source=REPORTS,
    ),
)
