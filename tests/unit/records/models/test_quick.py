"""The shorter way into the models: what it takes is what the models make of it, and it asks Python for little."""

import copy
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator
from string import printable
from types import FrameType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from doideposit.records.models.commentary import Commentary
from doideposit.records.models.contributors import Person
from doideposit.records.models.quick import NORMAL, quick_validator
from doideposit.records.models.series import RecordType
from doideposit.records.models.text import Value, normalise
from doideposit.records.sources import read_data
from doideposit.records.sources.parsing import parse
from made_up_records import full_record, full_series
from strategies import records

CHARACTERS = [chr(number) for number in range(sys.maxunicode + 1)]
NORMAL_ONES = re.findall(f"[{NORMAL}]", "".join(CHARACTERS))
SERIES = {kind: full_series(kind) for kind in RecordType}
FULL = {kind: full_record(kind) | {"series": SERIES[kind]} for kind in RecordType}

# What may stand in a text beside normal characters, and what stands in the wrong place.
STRANGE = [
    *printable,
    *"äßéøŁΐЙй–—„“€日본🐟İ",
    *"\x00\x7f\x85\u00a0\u00ad\u0308\u0327\u0374\u037e\u0387\u200b\u200c\u200d\u2003\u2028\u2060\u212b\u3000\ufeff\ud800",
    *("  ", "<i>", "</i>", "<br>", "u\u0308", "\u1100\u1161", "\u03a9\u0301", "١", "https://", "10.5555/", "{number}"),
]
ODD = st.one_of(
    st.sampled_from([None, True, False, 1, 258, -1.5, b"x", "", " ", "yes", "false", "2023-02-29", (), [], {}, [None]]),
    st.lists(st.sampled_from(STRANGE), max_size=5).map("".join),
    st.sampled_from(["", "x", "ä", "https://example.org/"]).flatmap(
        lambda start: st.integers(1, 2100).map(lambda length: start + "x" * length)
    ),
)


def test_normal_characters_are_left_alone_by_normalising_whatever_stands_beside_them() -> None:
    composed = {unicodedata.decomposition(each) for each in CHARACTERS}
    joining = {chr(int(parts.split()[1], 16)) for parts in composed if parts[:1] != "<" and " " in parts}
    assert len(NORMAL_ONES) > 1_300
    assert [each for each in NORMAL_ONES if normalise(each) != each] == []
    assert [each for each in NORMAL_ONES if unicodedata.combining(each)] == []
    assert joining.isdisjoint(NORMAL_ONES)


def places(value: Any, loc: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if loc:
        yield loc
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, item in inner:
        yield from places(item, (*loc, step))


def places_in(data: dict[str, Any]) -> list[tuple[Any, ...]]:
    """The way to every value of a record but its series."""
    return [loc for loc in places(data) if loc != ("series",)]


def changed(data: dict[str, Any], loc: tuple[Any, ...], value: Any, *, within: int | None) -> dict[str, Any]:
    """The data with another value at a place, or with a text put into the text that stands there."""
    made = copy.deepcopy({key: item for key, item in data.items() if key != "series"})
    *around, last = loc
    parent: Any = made
    for step in around:
        parent = parent[step]
    old = parent[last]
    fits = within is not None and isinstance(old, str) and isinstance(value, str)
    parent[last] = old[: within % (len(old) + 1)] + value + old[within % (len(old) + 1) :] if fits else value
    return made | {"series": data["series"]}


def everything(value: Any) -> Any:
    """A model with the names of the fields that were given, which its equality leaves aside."""
    if isinstance(value, Value):
        return type(value), value.model_fields_set, {key: everything(item) for key, item in value.__dict__.items()}
    return [everything(item) for item in value] if isinstance(value, tuple) else (type(value), value)


def taken(data: dict[str, Any]) -> Commentary | None:
    """What the shorter way makes of a record; None where it leaves it to the longer one."""
    quick = quick_validator(Commentary)
    assert quick is not None
    try:
        made: Commentary = quick.validate_python(data)
    except ValidationError:
        return None
    return made


def check_agreement(data: dict[str, Any]) -> bool:
    """Whether the shorter way takes the record, which is then just what the longer one makes of it."""
    before = copy.deepcopy(data)
    made = taken(data)
    assert data == before
    if made is None:
        return False
    parsed = parse(read_data(data), series={})
    assert parsed.record is not None
    assert everything(made) == everything(parsed.record.commentary) == everything(Commentary.model_validate(data))
    return True


@settings(deadline=None)
@given(
    st.sampled_from(RecordType).flatmap(lambda kind: records(kind).map(lambda data: data | {"series": SERIES[kind]}))
)
def test_whatever_is_right_comes_out_the_same(data: dict[str, Any]) -> None:
    # Licences can say that they apply to nothing in particular, and None is what the shorter way leaves to the longer.
    assert check_agreement(data) or "None" in repr(data)


@settings(deadline=None, max_examples=500)
@given(st.data(), st.sampled_from(RecordType), ODD, st.none() | st.integers(0, 60))
def test_whatever_is_wrong_or_odd_comes_out_the_same_or_is_left_to_the_models(
    draw: st.DataObject, kind: RecordType, value: Any, within: int | None
) -> None:
    loc = draw.draw(st.sampled_from(places_in(FULL[kind])))
    check_agreement(changed(FULL[kind], loc, value, within=within))


@pytest.mark.parametrize("kind", RecordType)
def test_nothing_that_is_none_is_taken_anywhere(kind: RecordType) -> None:
    Person(family="Mer")  # A validator that pydantic has made for one model must not come in here.
    accepted = [loc for loc in places_in(FULL[kind]) if check_agreement(changed(FULL[kind], loc, None, within=None))]
    assert accepted == []


def test_a_generator_is_not_used_up_by_trying() -> None:
    kind = RecordType.REPORT_SERIES
    for _ in range(40):
        data = FULL[kind] | {"keywords": (word for word in ("tides", "gulls")), "archives": iter(["CLOCKSS"])}
        record = parse(read_data(data), series={}).record
        assert record is not None
        assert record.commentary.keywords == ("tides", "gulls")
        assert record.commentary.archives == ("CLOCKSS",)


@pytest.mark.parametrize("keywords", [("tides",), {"tides": 1}.keys(), {"tides"}])
def test_other_collections_go_the_longer_way(keywords: Any) -> None:
    assert taken(FULL[RecordType.REPORT_SERIES] | {"keywords": keywords}) is None


def test_a_series_that_was_changed_into_a_wrong_one_is_found_out() -> None:
    wrong = SERIES[RecordType.REPORT_SERIES].model_copy(update={"issn": None})
    assert not check_agreement(FULL[RecordType.REPORT_SERIES] | {"series": wrong})


def called(data: dict[str, Any]) -> list[str]:
    """The Python functions that are called for a record on the shorter way."""
    quick = quick_validator(Commentary)
    assert quick is not None
    names: list[str] = []

    def note(frame: FrameType, event: str, _: Any) -> None:
        if event == "call":
            names.append(frame.f_code.co_name)

    sys.setprofile(note)
    try:
        quick.validate_python(data)
    finally:
        sys.setprofile(None)
    return names


def test_pydantic_keeps_to_itself_what_needs_no_python() -> None:
    reference = {
        "key": "ref-1",
        "type": "web_resource",
        "author": "Müller",
        "year": "2013",
        "isbn": "978-3-16-148410-0",
        "journal_title": "Straße – “The Tide”",
        "url": "https://www.example.org/straße",
        "doi": "10.5555/abc",
        "edition": "2",
        "std_designator": "ISO 3297",
    }
    data = {
        "authors": [{"given": "Jürgen", "family": "Öz"}],
        **{key: FULL[RecordType.REPORT_SERIES][key] for key in ("series", "number", "published", "language")},
    }
    bare = called(data | {"title": "Über die Fähre"})
    many = called(data | {"title": "Über die Fähre", "references": [reference] * 10, "edition": "2"})
    # Two calls for each reference find out that it says something, and one makes its DOI.
    assert Counter(many) - Counter(bare) == {"_says_something": 10, "model_fields_set": 10, "__init__": 10}
