"""A record as a form: what is typed arrives at its place, and nothing else of the record is touched."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doideposit.findings import loc_of
from doideposit.web.desk.form import LISTS, MOST_ENTRIES, SIMPLE, RecordForm

RECORD: dict[str, Any] = {
    "series": "sadf-comment",
    "number": "258",
    "title": "Rivers",
    "authors": [
        {"given": "Ada", "family": "Byron", "roles": ["editor"], "affiliations": ["Forum"]},
        {"organisation": "River Group"},
    ],
    "references": ["One.", {"text": "Two.", "doi": "10.5555/two"}],
    "abstracts": "What it is about.",
    "licences": [{"url": "https://example.org/licence", "applies_to": "vor"}],
    "funding": [{"name": "River Fund"}],
}


def test_what_is_typed_arrives_at_its_place_and_the_rest_stays() -> None:
    made = RecordForm(RecordForm.opened(RECORD)).typed(
        {"title": " Rivers and borders ", "authors[0].family": "Lovelace", "csrf": "x"}
    )
    assert made["title"] == "Rivers and borders"
    assert made["authors"][0] == {
        "given": "Ada",
        "family": "Lovelace",
        "roles": ["editor"],
        "affiliations": [{"name": "Forum"}],
    }
    assert made["funding"] == RECORD["funding"]
    assert "csrf" not in made


def test_the_form_of_a_record_sent_back_unchanged_changes_nothing() -> None:
    data = RecordForm.opened(RECORD)
    form = {field.path: RecordForm.value_at(data, loc_of(field.path)) for field in SIMPLE}
    for name, fields in LISTS.items():
        for index in range(len(RecordForm(data).entries(name))):
            paths = [f"{name}[{index}].{field.path}" for field in fields]
            form |= {path: RecordForm.value_at(data, loc_of(path)) for path in paths}
    assert RecordForm.cleaned(RecordForm(data).typed(form)) == RecordForm.cleaned(data)


def test_an_emptied_input_takes_its_field_away() -> None:
    assert "title" not in RecordForm(RecordForm.opened(RECORD)).typed({"title": "  "})
    assert (
        RecordForm.cleaned(RecordForm(RecordForm.opened(RECORD)).typed({"abstracts[0].text": ""})).get("abstracts")
        is None
    )


@pytest.mark.parametrize(
    ("action", "wanted"),
    [
        ("authors.add", ["Byron", "River Group", ""]),
        ("authors[0].add", ["Byron", "", "River Group"]),
        ("authors[1].up", ["River Group", "Byron"]),
        ("authors[0].up", ["Byron", "River Group"]),
        ("authors[0].down", ["River Group", "Byron"]),
        ("authors[1].down", ["Byron", "River Group"]),
        ("authors[0].remove", ["River Group"]),
        ("authors[7].remove", ["Byron", "River Group"]),
        ("authors[0].explode", ["Byron", "River Group"]),
        ("title.remove", ["Byron", "River Group"]),
    ],
)
def test_buttons_of_a_list(action: str, wanted: list[str]) -> None:
    authors = RecordForm(RecordForm.opened(RECORD)).apply(action)["authors"]
    assert [each.get("family") or each.get("organisation") or "" for each in authors] == wanted


def test_an_entry_moves_with_what_the_form_does_not_show() -> None:
    assert RecordForm(RecordForm.opened(RECORD)).apply("authors[0].down")["authors"][1]["roles"] == ["editor"]


@pytest.mark.parametrize(
    "entry",
    [
        {"organisation": "Ada Byron and Grace Hopper"},
        {"given": "Ada Byron, Grace", "family": "Hopper"},
        {"family": "Ada Byron; Grace Hopper"},
        {"family": "Ada Byron und Grace Hopper"},
    ],
)
def test_two_people_in_one_entry_are_split(entry: dict[str, str]) -> None:
    made = RecordForm({"authors": [entry]}).apply("authors[0].split")["authors"]
    assert made == [{"given": "Ada", "family": "Byron"}, {"given": "Grace", "family": "Hopper"}]


def test_references_are_split_at_line_ends_and_joined_with_the_one_before() -> None:
    data = {"references": [{"text": "One.\nTwo."}, {"text": "Three", "doi": "10.5555/3"}]}
    split = RecordForm(data).apply("references[0].split")
    assert [each["text"] for each in split["references"]] == ["One.", "Two.", "Three"]
    joined = RecordForm(split).apply("references[2].merge")
    assert joined["references"] == [{"text": "One."}, {"text": "Two. Three", "doi": "10.5555/3"}]


def test_line_ends_of_a_browser_become_those_of_a_file() -> None:
    assert RecordForm({}).typed({"references[0].text": "One\r\nTwo"})["references"] == [{"text": "One\nTwo"}]


@pytest.mark.parametrize(
    "name", ["authors[999999].family", "authors[0].__class__", "authors.family", "[0]", "", "publisher"]
)
def test_a_forged_input_is_passed_over(name: str) -> None:
    assert RecordForm({}).typed({name: "x"}) == {}


def test_fields_that_are_not_shown_are_named() -> None:
    assert list(RecordForm(RECORD).unshown()) == ["funding"]


@given(st.dictionaries(st.sampled_from([field.path for field in SIMPLE]), st.text(max_size=30)))
def test_what_was_typed_can_be_read_again(form: dict[str, str]) -> None:
    made = RecordForm({}).typed(form)
    for path, text in form.items():
        assert RecordForm.value_at(made, loc_of(path)) == text.replace("\r\n", "\n").strip()


def test_no_list_is_longer_than_the_form_can_be() -> None:
    data = {"title": "T", "references": [{"text": "A"}] * (MOST_ENTRIES + 1)}
    kept, said = RecordForm(data).bounded()
    assert len(kept["references"]) == MOST_ENTRIES
    assert said == ["Only the first 2,000 of 2,001 references are used."]
    assert RecordForm({"title": "T"}).bounded() == ({"title": "T"}, [])
