"""The same commentary with ten references, in our own form and in that of commonmeta-py, and files full of them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from doideposit.crossref.xml.batch import Built
from doideposit.records.models.batch import BatchHead
from doideposit.records.models.commentary import Commentary
from doideposit.records.models.series import Series

CONFIGURATION = """\
target = "sandbox"

[depositor]
name = "Institute of Made-up Affairs"
email = "doi@example.org"
registrant = "Institute of Made-up Affairs"

[series.island-notes]
title = "Notes from the Island"
issn = "2049-3630"
issn_medium = "electronic"
prefix = "10.48251"
doi = "{prefix}/notes.{number}"
url = "https://www.island-institute.net/notes/{number}/"
language = "en"
publisher = { name = "Institute of Made-up Affairs", place = "Nowhere" }
institution = { name = "Institute of Made-up Affairs", ror = "02twcfp32" }
licences = ["https://creativecommons.org/licenses/by/4.0/"]
"""
SERIES = Series.model_validate(
    {
        "name": "island-notes",
        "title": "Notes from the Island",
        "issn": "2049-3630",
        "issn_medium": "electronic",
        "prefix": "10.48251",
        "doi": "{prefix}/notes.{number}",
        "url": "https://www.island-institute.net/notes/{number}/",
        "language": "en",
        "publisher": {"name": "Institute of Made-up Affairs", "place": "Nowhere"},
        "institution": {"name": "Institute of Made-up Affairs", "ror": "02twcfp32"},
        "licences": ["https://creativecommons.org/licenses/by/4.0/"],
    }
)
ABSTRACT = (
    "The ferry runs twice a week, and with it come letters, flour and the news. This note asks what changes when it "
    "runs every day, and who on the island would be glad of it."
)
WORDS = "Harbours Tides Letters Ferries Lanterns Gulls Markets Winters Bridges Wells".split()


def _citation(number: int, place: int) -> tuple[str, str, int]:
    """The printed text, the address and the year of one reference."""
    year = 2010 + (number + place) % 14
    text = (
        f"Mariner, A. ({year}, May {place + 1}). {WORDS[place]} of the outer islands, part {number % 90 + 1}. The Tide."
    )
    return text, f"https://www.tide-of-the-islands.net/archive/{year}/{WORDS[place].lower()}-{number}", year


def record(number: int) -> dict[str, Any]:
    """Commentary `number` as a record of doideposit, with nothing to complain about."""
    references = [
        {
            "type": "web_resource",
            "author": "Mariner",
            "year": str(year),
            "journal_title": "The Tide",
            "text": text,
            "url": url,
        }
        for text, url, year in (_citation(number, place) for place in range(10))
    ]
    return {
        "series": "island-notes",
        "number": str(number),
        "title": f"What the ferry brings, {number} weeks on",
        "published": "2024-05-06",
        "authors": [
            {
                "given": "Ada",
                "family": "Mariner",
                "orcid": "0000-0002-1825-0097",
                "affiliations": [{"name": "Institute of Made-up Affairs", "ror": "02twcfp32"}],
            }
        ],
        "abstracts": [{"text": ABSTRACT, "language": "en"}],
        "references": references,
    }


def commonmeta_record(number: int) -> dict[str, Any]:
    """The same commentary as commonmeta-py reads it; its writer knows no reports, so it is a blog post there."""
    return {
        "id": f"https://doi.org/10.48251/notes.{number}",
        "type": "BlogPost",
        "url": f"https://www.island-institute.net/notes/{number}/",
        "title": f"What the ferry brings, {number} weeks on",
        "date_published": "2024-05-06",
        "language": "en",
        "description": ABSTRACT,
        "container": {
            "type": "Periodical",
            "title": "Notes from the Island",
            "identifiers": [{"identifier": "2049-3630", "identifier_type": "ISSN"}],
        },
        "publisher": {"name": "Institute of Made-up Affairs"},
        "license": {"url": "https://creativecommons.org/licenses/by/4.0/legalcode"},
        "contributors": [
            {
                "type": "Person",
                "roles": ["Author"],
                "person": {
                    "id": "https://orcid.org/0000-0002-1825-0097",
                    "given_name": "Ada",
                    "family_name": "Mariner",
                    "affiliations": [
                        {
                            "name": "Institute of Made-up Affairs",
                            "identifier": "https://ror.org/02twcfp32",
                            "identifier_type": "ROR",
                        }
                    ],
                },
            }
        ],
        "references": [
            {"key": f"ref{place + 1}", "id": url, "reference": text}
            for place, (text, url, _) in ((place, _citation(number, place)) for place in range(10))
        ],
        "schema_version": "https://commonmeta.org/commonmeta_v1.0.json",
    }


def deposit_xml(count: int, *, language: bool = True) -> bytes:
    """A deposit file of `count` records, which name the language of their text or do not."""
    head = BatchHead("benchmark", 20240506000000000, "Institute", "doi@example.org", "Institute")
    series = SERIES if language else SERIES.model_copy(update={"language": None})
    commentaries = [Commentary.model_validate(record(number) | {"series": series}) for number in range(1, count + 1)]
    return Built.of(head, commentaries).xml


def json_lines(path: Path, count: int) -> None:
    """Write a JSON Lines file of `count` records."""
    with path.open("w", encoding="utf-8") as stream:
        stream.writelines(_lines(count))


def _lines(count: int) -> Iterator[str]:
    for number in range(1, count + 1):
        yield json.dumps(record(number)) + "\n"


def csv_table(path: Path, count: int) -> None:
    """Write a CSV file of `count` records; the references are one on each line of a cell."""
    import csv

    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["series", "number", "title", "published", "authors", "abstract_1_text", "references"])
        for number in range(1, count + 1):
            references = "\n".join(text for text, _, _ in (_citation(number, place) for place in range(10)))
            title = f"What the ferry brings, {number} weeks on"
            writer.writerow(["island-notes", number, title, "2024-05-06", "Mariner, Ada", ABSTRACT, references])
