"""Traits of a record: what it has, so that rules about anything else need not be asked.

A rule names in its `needs` the traits without which it has nothing to say; of several one is enough. A trait may be
there too often, never too seldom: the rule itself decides. `doideposit.rules.survey` finds a record's traits.
"""

from typing import Literal

__all__ = ["Trait"]

Trait = Literal[
    # Fields of the commentary that are filled.
    "subtitle",
    "original_title",
    "abstracts",
    "published_print",
    "accepted",
    "free_to_read",
    "funding",
    "relations",
    "updates",
    "status",
    "version",
    "report_number",
    "pdf_url",
    "full_texts",
    "archives",
    "references",
    # What is not a whole number written without zeros in front: 3.10, 012, C258.
    "special number",
    # An address readers or machines are led to that is more than an https host and a plain path.
    "special address",
    # Anything but a single, present licence of Creative Commons, without a first day of its own.
    "special licence",
    # Contributors.
    "several authors",
    "organisations",
    "affiliations",
    "alternative names",
    "name suffixes",
    # A given or family name that is not one word of letters with one capital at its front.
    "special name",
    # References, any of which has such a thing.
    "reference key",
    "reference doi",
    "reference url",
    "reference isbn",
    "reference first page",
    "reference edition",
    "reference journal article",
    "reference year",
    # An author that is not one word of letters.
    "special reference author",
    # A year that is not four digits, or later than the year after the publication.
    "special reference year",
    # A text that is missing or very short, or begins with a number, an address, or words such as ibid.
    "special reference text",
    # Characters that occur in any text.
    "ampersand",
    "less-than sign",
    "backslash",
    "two backquotes",
    "Markdown sign",
    "question mark",
    "hyphen before a space",
    "character outside ASCII",
    "unusual character",
]
"""The name of a trait."""
