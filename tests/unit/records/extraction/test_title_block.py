"""The title block of a house, taught in the configuration."""

from typing import Any

import pytest
from pydantic import ValidationError

from doideposit.records.extraction.draft import Confidence, Draft
from doideposit.records.models.series import Series
from drafts import read

BODY = (
    "Ferries are the quiet backbone of the archipelago: they carry nurses, onions and ballot boxes. Nobody has ever "
    "counted them all, because three ministries share the register and none of them owns it.\n"
)


def series(*block: str) -> Series:
    return Series.model_validate(
        {
            "name": "island", "title": "Island Brief", "prefix": "10.5555", "doi": "{prefix}/ib.{number}",
            "record_type": "report-single", "title_block": block,
        }
    )  # fmt: skip


def draft(text: str, *block: str) -> Draft:
    return read(f"{text}\n\n{BODY}", file="a.txt", series={"island": series(*block)})


def told(found: Draft) -> dict[str, Any]:
    keys = ("series", "number", "title", "subtitle", "published", "doi")
    names = [f"{one.get('given', '')} {one['family']}" for one in found.data.get("authors", [])]
    return {key: found.data[key] for key in keys if key in found.data} | {"authors": names}


# Little of this can be told without the title block: a quotation is the title, and the date stands behind a season.
ODD = """«Fog, at last»

a ledger of lost hours

IB/23-7 (ferries)

A. Keller / Jan Mey

Island Institute

spring tide, 14 September 2023"""
ODD_BLOCK = ("«{title}»", "{subtitle}?", "IB/{number} ({any})", "{authors}", "{affiliation}?", "spring tide, {date}")


def test_an_odd_title_block_is_read_as_it_is_taught() -> None:
    assert told(draft(ODD, *ODD_BLOCK)) == {
        "series": "island", "number": "23-7", "title": "Fog, at last", "subtitle": "a ledger of lost hours",
        "published": "2023-09-14", "authors": ["A. Keller", "Jan Mey"],
    }  # fmt: skip


def test_what_the_taught_block_gives_is_certain_and_says_so() -> None:
    found = draft(ODD, *ODD_BLOCK)
    leaves = {loc[0]: leaf for loc, leaf in found.leaves() if loc[0] in {"title", "number", "published", "series"}}
    assert {leaf.confidence for leaf in leaves.values()} == {Confidence.CERTAIN}
    assert {leaf.rule for leaf in leaves.values()} == {"title block of Island Brief, as configured"}


SIMPLE = ("Island Brief {number}", "{title}", "{subtitle}?", "{authors}", "{date}")


@pytest.mark.parametrize(
    ("text", "block", "title", "subtitle"),
    [
        ("Island Brief 7\n\nSalt\n\nAna Keller\n\n4 May 2021", SIMPLE, "Salt", None),
        ("Island Brief 7\n\nSalt\n\nA story\n\nAna Keller\n\n2021", SIMPLE, "Salt", "A story"),
        # A title on two lines of a paragraph: the next template tells where it ends.
        ("Island Brief 7\n\nSalt and\nsilence\nAna Keller", (SIMPLE[0], "{title}", "{authors}"), "Salt and silence", None),
        # Lines that say nothing; dashes and case are looks.
        (
            "The Institute\n\nSea Road 1\n\nISLAND BRIEF – 7\n\nSalt\n\nAna Keller",
            ("...", "Island Brief - {number}", "{title}", "{authors}"), "Salt", None,
        ),
        (
            "Salt\n\nAna Keller (Island Institute)\n\nIsland Brief 7, https://doi.org/10.5555/ib.7",
            ("{title}", "{authors}", "Island Brief {number}, {doi}"), "Salt", None,
        ),
    ],
)  # fmt: skip
def test_layouts(text: str, block: tuple[str, ...], title: str, subtitle: str | None) -> None:
    found = draft(text, *block)
    assert (found.text("number"), found.text("title"), found.text("subtitle")) == ("7", title, subtitle)
    assert found.data["authors"][0]["family"] == "Keller"
    assert "title-block-differs" not in {one.code for one in found.findings}


def test_a_document_that_begins_otherwise_is_read_as_before_and_says_where() -> None:
    text = "Island Brief 7\n\nSalt\n\nBy Ana Keller\n\n4 May 2021"
    found = draft(text, "Island Brief {number}", "{title}", "Written on {date}")
    differs = next(one for one in found.findings if one.code == "title-block-differs")
    assert found.text("title") == "Salt"
    assert differs.where.line == 5
    assert "“Written on {date}”" in differs.message


def test_names_that_can_be_split_in_two_ways_stay_doubtful() -> None:
    found = draft("Island Brief 7\n\nSalt\n\nHelena Bonham Carter", "Island Brief {number}", "{title}", "{authors}")
    assert {leaf.confidence for loc, leaf in found.leaves() if loc[-1] == "family"} == {Confidence.DOUBTFUL}


@pytest.mark.timeout(5)
def test_a_block_that_fits_in_many_ways_ends_at_once() -> None:
    block = ("...", "{title}", "...", "{subtitle}?", "...", "{authors}", "...", "never {date}")
    found = draft("\n\n".join("a b c d e f" for _ in range(60)), *block)
    assert found.text("published") is None


@pytest.mark.parametrize(
    ("block", "code"),
    [
        (("{number}",), "title-block"),
        (("{title}", "{title}"), "title-block"),
        (("{title}", "{isbn}"), "template-place"),
        (("{title",), "template-braces"),
    ],
)
def test_a_block_that_cannot_be_used_is_refused(block: tuple[str, ...], code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        series(*block)
    assert refused.value.errors()[0]["type"] == code
