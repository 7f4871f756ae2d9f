"""One record with all that is printed beside title and number, written for every door, is the same commentary."""

import json
from pathlib import Path

import pytest

from doideposit.records.models.commentary import Commentary
from doideposit.records.models.series import RecordType, Series
from doideposit.records.origin import RawRecord
from doideposit.records.sources.parsing import ParsedRecord
from doideposit.records.sources.reading import read_path
from made_up_records import full_series

DATA = {
    "series": "island-notes",
    "number": "7",
    "title": "Water and fire",
    "published": "2024-05-06",
    "url": "https://www.example.org/7/",
    "authors": [{"name": "Sukarno"}],
    "volume": "12",
    "pages": "12-18, 25",
    "article_number": "e7",
    "isbns": ["978-3-16-148410-0"],
    "identifiers": [{"type": "pii", "identifier": "S0317-8471(24)1"}],
    "translated_titles": ["L'eau et le feu", "Agua y fuego"],
    "institutions": ["IMA", "Harbour Office"],
    "assertions": [{"name": "received", "text": "2 March 2026"}],
    "full_texts": [{"url": "https://www.example.org/7.bin", "mime_type": "unknown"}],
}
YAML = """\
series: island-notes
number: 7
title: Water and fire
published: 2024-05-06
url: https://www.example.org/7/
authors: [{name: Sukarno}]
volume: 12
pages: 12-18, 25
article_number: e7
isbns: 978-3-16-148410-0
identifiers:
  - {type: pii, identifier: S0317-8471(24)1}
translated_titles: [L'eau et le feu, Agua y fuego]
institutions: [IMA, Harbour Office]
assertions:
  - {name: received, text: 2 March 2026}
full_texts: [{url: https://www.example.org/7.bin, mime_type: unknown}]
"""
CSV = """\
series,number,title,published,url,author_1_name,volume,pages,article_number,isbns,identifier_1_type,\
identifier_1_identifier,translated_titles,institutions,assertion_1_name,assertion_1_text,full_text_1_url,\
full_text_1_mime_type
island-notes,7,Water and fire,2024-05-06,https://www.example.org/7/,Sukarno,12,"12-18, 25",e7,978-3-16-148410-0,\
pii,S0317-8471(24)1,L'eau et le feu; Agua y fuego,IMA; Harbour Office,received,2 March 2026,\
https://www.example.org/7.bin,unknown
"""


@pytest.fixture(scope="module")
def series() -> Series:
    return full_series(RecordType.JOURNAL)


@pytest.mark.parametrize(
    ("name", "text"), [("r.yaml", YAML), ("r.json", json.dumps(DATA)), ("r.jsonl", json.dumps(DATA)), ("r.csv", CSV)]
)
def test_every_door_gives_the_commentary_that_python_gives(
    name: str, text: str, tmp_path: Path, series: Series
) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    (raw,) = read_path(path)
    assert isinstance(raw, RawRecord)
    parsed = ParsedRecord.of(raw, series={series.name: series})
    assert parsed.findings == ()
    assert parsed.record is not None
    assert parsed.record.commentary == Commentary.model_validate({**DATA, "series": series})
