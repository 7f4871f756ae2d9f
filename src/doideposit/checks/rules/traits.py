"""Traits of a record: what it has, so that rules about anything else need not be asked.

A rule names in its `needs` the traits without which it has nothing to say; of several one is enough. A trait may be
there too often, never too seldom: the rule itself decides. `doideposit.checks.rules.survey` finds a record's traits.
"""

from typing import Literal

__all__ = ["Trait"]

Trait = Literal[
    # Fields of the commentary that are filled.
    "subtitle",
    "original_title",
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
    # What is said here or by the series.
    "no abstracts",
    "no licences",
    "no references",
    "Crossmark policy",
    "special language",
    "special licence",
    # Identity: a number that is not a whole number without zeros in front, and what the series is asked about once.
    "special number",
    "special DOI",
    "special series",
    "special date",
    "special address",
    "number of an item in the address",
    "special title",
    "colon in the title",
    "special abstract",
    "colon or rights in an abstract",
    "several abstracts",
    # Contributors.
    "several authors",
    "no author first",
    "organisations",
    "special name",
    "name suffix",
    "alternative name",
    "person without ORCID iD",
    "person without affiliation",
    "unconfirmed ORCID iD",
    "special affiliation",
    "institution without ROR id",
    # References, any of which has such a thing.
    "reference key",
    "reference doi",
    "reference isbn",
    "reference first page",
    "reference edition",
    "reference year",
    "reference journal article",
    "special reference author",
    "special reference year",
    "special reference text",
    "number of a DOI in a reference text",
    "special reference address",
    "query in a reference address",
    "escape in a reference address",
    # Characters that occur in any text.
    "ampersand",
    "less-than sign",
    "backslash",
    "two backquotes",
    "Markdown sign",
    "question mark in a word",
    "hyphen before a space",
    "character outside ASCII",
    "unusual character",
]
"""The name of a trait. What is special is said where it is found; all the rest is what most records have."""
