"""The scoreboard of extraction over invented layouts: it may only get better."""

from collections import Counter
from pathlib import Path

import pytest

from document_formats import FORMATS
from extraction_scores import documents, judged, totals
from more_layouts import layouts, other_houses

# What was reached; a change that makes a figure worse has to be mended, one that makes it better writes it down here.
AT_LEAST_RIGHT = 653
AT_MOST_DOUBTED = 26
AT_MOST_SILENT = 0


@pytest.mark.timeout(120)
def test_the_scoreboard_only_gets_better() -> None:
    found = totals()
    assert found["silent"] <= AT_MOST_SILENT
    assert found["right"] + found["doubted"] >= AT_LEAST_RIGHT
    assert found["doubted"] <= AT_MOST_DOUBTED


# In other formats the same documents give the same; of those with a header nothing is left there to read.
AT_LEAST_RIGHT_IN_OTHER_FORMATS = 355


@pytest.mark.parametrize("suffix", sorted(FORMATS))
def test_other_formats_are_read_as_well(suffix: str) -> None:
    found = totals(suffix)
    assert found["silent"] <= AT_MOST_SILENT
    assert found["right"] + found["doubted"] >= AT_LEAST_RIGHT_IN_OTHER_FORMATS


# The same over short documents of many more houses, languages and bylines.
AT_LEAST_RIGHT_OF_MORE = 468
AT_MOST_DOUBTED_OF_MORE = 9


@pytest.mark.parametrize("suffix", ["", ".docx", ".html", ".odt", ".rtf"])
def test_more_layouts_are_read_and_nothing_is_silently_wrong(suffix: str) -> None:
    verdicts = {layout.name: dict(layout.judged(suffix)) for layout in layouts()}
    found = Counter(verdict for each in verdicts.values() for verdict in each.values())
    assert not {name: each for name, each in verdicts.items() if "silent" in each.values()}
    assert found["right"] + found["doubted"] >= AT_LEAST_RIGHT_OF_MORE
    assert found["doubted"] <= AT_MOST_DOUBTED_OF_MORE


# Documents of other houses and countries; those with a header are read as they are only.
AT_LEAST_RIGHT_OF_OTHER_HOUSES = 345
AT_MOST_DOUBTED_OF_OTHER_HOUSES = 7


@pytest.mark.parametrize("suffix", ["", ".docx"])
def test_other_houses_are_read_and_nothing_is_silently_wrong(suffix: str) -> None:
    chosen = [layout for layout in other_houses() if not suffix or layout.convertible]
    verdicts = {layout.name: dict(layout.judged(suffix)) for layout in chosen}
    found = Counter(verdict for each in verdicts.values() for verdict in each.values())
    assert not {name: each for name, each in verdicts.items() if "silent" in each.values()}
    assert found["right"] + found["doubted"] >= AT_LEAST_RIGHT_OF_OTHER_HOUSES
    assert found["doubted"] <= AT_MOST_DOUBTED_OF_OTHER_HOUSES


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_no_title_author_doi_or_number_is_silently_wrong(path: Path) -> None:
    silent = {field for field, verdict in judged(path) if verdict == "silent"}
    assert not silent & {"title", "authors", "doi", "number"}
