"""A made-up series and a commentary in which every field is set, for each record type."""

from typing import Any

from doideposit.records.models.commentary import Commentary
from doideposit.records.models.series import RecordType, Series


def full_series(record_type: RecordType, **changes: Any) -> Series:
    """A series with everything a configuration can say."""
    data: dict[str, Any] = {
        "name": "island-notes",
        "title": "Notes from the Island",
        "abbreviated_title": "Notes Isl." if record_type is RecordType.JOURNAL else None,
        "issn": "2049-3630",
        "issn_medium": "electronic",
        "other_issns": [{"issn": "0317-8471", "medium": "print"}],
        "prefix": "10.5555",
        "doi": "{prefix}/notes.{number}",
        "record_type": record_type,
        "posted_type": "other",
        "language": "en",
        "publisher": {"name": "Institute of Made-up Affairs", "place": "Nowhere"},
        "institution": {
            "name": "Institute of Made-up Affairs",
            "ror": "02twcfp32",
            "isni": "0000000405062673",
            "wikidata": "Q5188229",
            "acronym": "IMA",
            "place": "Nowhere",
            "department": "Desk of Islands",
        },
        "crossmark_policy": None if record_type is RecordType.POSTED else "10.5555/policy",
    }
    return Series.model_validate(data | changes)


def full_record(record_type: RecordType, **changes: Any) -> dict[str, Any]:
    """A record with every field the record type has a place for."""
    data: dict[str, Any] = {
        "number": "3.10",
        "title": "Water & <i>fire</i>: why H<sub>2</sub>O matters <mml:math><mml:mi>x</mml:mi></mml:math>",
        "subtitle": "An <b>island</b> <i>view</i>",
        "original_title": {"text": "Wasser und Feuer", "language": "de", "subtitle": "Von der Insel"},
        "authors": [
            {
                "given": "Ada Maria",
                "family": "de la Mer",
                "suffix": "Jr.",
                "roles": ["author", "editor", "conceptualization"],
                "orcid": "0000-0002-1825-0097",
                "orcid_authenticated": True,
                "affiliations": ["IMA", {"name": "University of the Sea", "department": "Waves"}],
                "alt_names": [
                    {"text": "アダ", "language": "ja", "style": "eastern"},
                    {"family": "Mer", "given": "A.", "prefix": "Dr.", "suffix": "Jr.", "language": "en"},
                ],
                "language": "fr",
            },
            {"organisation": "The Island Group", "language": "en"},
            {"anonymous": True, "affiliations": [{"ror": "02twcfp32"}]},
        ],
        "published": "2024-05-06",
        "accepted": "2024-04",
        "url": "https://www.example.org/notes/3.10/",
        "language": "en",
        "abstracts": [
            {"text": "First paragraph & more.\n\nSecond paragraph."},
            {
                "text": "<h3>Aim</h3><p>To <em>see</em> H<sub>2</sub>O.</p><h3>Result</h3><p>Seen.</p>",
                "format": "html",
                "language": "en-GB",
                "kind": "structured",
            },
            {
                "text": "<jats:p>Kurz <jats:bold>gesagt</jats:bold>: <mml:math><mml:mi>y</mml:mi></mml:math>.</jats:p>",
                "format": "jats",
                "language": "de",
            },
        ],
        "licences": [
            {"url": "https://creativecommons.org/licenses/by/4.0/", "start_date": "2024-05-06"},
            {"url": "https://www.example.org/mining-licence/", "applies_to": "tdm"},
        ],
        "free_to_read": {"start_date": "2024-05-06", "end_date": "2034-05-06"},
        "funding": [
            {"ror": "https://ror.org/02twcfp32", "awards": ["A-1", "A-2"], "grant_dois": ["10.35802/1"]},
            {"name": "Fund of Funds", "funder_id": "10.13039/100000001", "awards": ["B-1"]},
        ],
        "relations": [
            {
                "type": "isTranslationOf",
                "identifier": "https://doi.org/10.5555/notes.de",
                "description": "The <i>German</i> text",
                "language": "en",
            },
            {"type": "isCommentOn", "identifier": "https://example.org/treaty", "identifier_type": "uri"},
        ],
        "version": {"label": "1.1", "text": "Two <i>words</i> corrected", "language": "en"},
        "pdf_url": "https://www.example.org/notes/3.10.pdf",
        "full_texts": [
            {"url": "https://www.example.org/notes/3.10.html", "mime_type": "text/html", "similarity_check": True},
            {"url": "https://www.example.org/notes/3.10", "mime_type": "unknown", "content_version": "unknown"},
        ],
        "archives": ["Internet Archive", "CLOCKSS"],
        "references": [
            {
                "key": "mer2019",
                "type": "journal_article",
                "text": "Mer, A. (2019). <i>On tides</i>. Journal of Waves, 7(2), 31.",
                "url": "https://www.example.org/tides",
                "doi": "10.1234/tides",
                "issn": "0317-8471",
                "journal_title": "Journal of Waves",
                "author": "Mer",
                "volume": "7",
                "issue": "2",
                "first_page": "31",
                "elocation_id": "e31",
                "year": "2019",
                "article_title": "On tides",
            },
            {
                "type": "book_chapter",
                "isbn": "978-3-16-148410-0",
                "series_title": "Sea Studies",
                "volume_title": "The Sea",
                "edition": "2",
                "component_number": "4",
                "year": "2001",
            },
            {"type": "standard", "std_designator": "ISO 1", "url": "https://www.example.org/iso1"},
            {"text": "Anon. A leaflet at https://www.example.org/leaflet", "url": "https://www.example.org/leaflet"},
        ],
        "keywords": ["islands"],
    }
    data["article_number"] = "e310"
    if record_type is not RecordType.POSTED:
        data["identifiers"] = ["IMA-3.10", {"identifier": "S0317-8471(24)00310-X", "type": "pii"}]
        data["assertions"] = [
            {
                "name": "received",
                "label": "Sent in",
                "text": "1 <i>May</i> 2023",
                "group": "history",
                "group_label": "History",
                "order": 1,
                "explanation": "https://www.example.org/history/",
                "url": "https://www.example.org/notes/3.10/sent-in/",
            },
        ]
    if record_type is not RecordType.JOURNAL:
        data["institutions"] = [
            "IMA",
            {"name": "Harbour Office", "place": ["Nowhere", "Elsewhere"], "department": "Tides"},
        ]
    if record_type is RecordType.JOURNAL:
        data["pages"] = "12-18, 25"
        data["translated_titles"] = [{"text": "L'eau et le <i>feu</i>", "subtitle": "Vu de l'île"}, "Agua y fuego"]
    if record_type in {RecordType.JOURNAL, RecordType.REPORT_SERIES}:
        data["volume"] = "3"
    if record_type is RecordType.POSTED:
        data["status"] = {"type": "withdrawn", "date": "2025-01-02", "text": "Withdrawn by <i>its</i> authors"}
    else:
        data["updates"] = [{"type": "correction", "doi": "10.5555/notes.1", "date": "2024-05-06"}]
        data["published_print"] = "2024"
    if record_type in {RecordType.REPORT_SERIES, RecordType.REPORT_SINGLE}:
        data |= {
            "edition": "2",
            "report_number": "IMA/NOTES/3.10",
            "isbns": ["978-3-16-148410-0", {"isbn": "0306406152", "medium": "print"}],
        }
    return data | changes


def full_commentary(record_type: RecordType, **changes: Any) -> Commentary:
    """A commentary with every field its record type has a place for."""
    return Commentary.model_validate({"series": full_series(record_type), **full_record(record_type, **changes)})
