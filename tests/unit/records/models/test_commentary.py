"""A commentary from very little, and what it refuses."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from doideposit.records.identifiers import Doi
from doideposit.records.models.commentary import Commentary
from doideposit.records.models.contributors import Anonymous, Institution, Organisation, Person, Publisher
from doideposit.records.models.dates import PartialDate
from doideposit.records.models.references import Reference
from doideposit.records.models.series import IssnMedium, RecordType, Series

SERIES: dict[str, Any] = {
    "name": "sadf-comment",
    "title": "SADF Comment",
    "issn": "2406-5617",
    "prefix": "10.48251",
    "doi": "{prefix}/SADF.ISSN.{issn}.C{number}",
    "url": "https://www.example.org/comment-{number}/",
}


def commentary(**changes: Any) -> Commentary:
    data = {
        "series": Series(**SERIES),
        "number": 258,
        "title": "Prospects for NATO-Japan relations",
        "authors": [{"given": "Siegfried O.", "family": "Wolf"}],
        "published": "2023-09-14",
    }
    return Commentary.model_validate(data | changes)


def codes(**changes: Any) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        commentary(**changes)
    return [error["type"] for error in caught.value.errors()]


def test_five_things_make_a_commentary() -> None:
    made = Commentary(
        series=Series(**SERIES),
        number="258",
        title="Prospects for NATO-Japan relations",  # type: ignore[arg-type]
        authors=(Person(given="Siegfried O.", family="Wolf"),),
        published="2023-09-14",  # type: ignore[arg-type]
    )
    assert made == commentary()
    assert str(made.doi) == "10.48251/SADF.ISSN.2406-5617.C258"
    assert made.url == "https://www.example.org/comment-258/"
    assert hash(made) == hash(commentary())


def test_a_given_doi_is_kept_as_printed_when_it_agrees() -> None:
    assert str(commentary(doi="10.48251/sadf.issn.2406-5617.c258").doi) == "10.48251/sadf.issn.2406-5617.c258"


@pytest.mark.parametrize("number", ["259", "0258", "258a"])
def test_a_doi_that_disagrees_with_the_number_is_an_error(number: str) -> None:
    assert codes(number=number, doi="10.48251/SADF.ISSN.2406-5617.C258") == ["doi-disagrees"]


def test_a_number_that_cannot_stand_in_a_doi() -> None:
    assert codes(number="25 8") == ["number-not-in-doi"]


@pytest.mark.parametrize("number", ["012", "3.10", "no", "258a"])
def test_numbers_stay_as_printed(number: str) -> None:
    made = commentary(number=number)
    assert made.number == number
    assert made.doi.suffix.endswith(f"C{number}")


def test_contributors_keep_their_order_and_kind() -> None:
    made = commentary(
        authors=[
            {"organisation": "SADF Team"},
            {"family": "Plato"},
            {"anonymous": True},
            {"given": "A.", "family": "B"},
        ]
    )
    assert [type(each) for each in made.authors] == [Organisation, Person, Anonymous, Person]
    assert [each.display for each in made.authors] == ["SADF Team", "Plato", "Anonymous", "A. B"]


def test_it_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        commentary().number = "259"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"colour": "red"}, "extra_forbidden"),
        ({"authors": []}, "too_short"),
        ({"title": ""}, "empty-text"),
        ({"url": "www.example.org"}, "string_pattern_mismatch"),
        ({"language": "English!"}, "string_pattern_mismatch"),
        ({"relations": [{"type": "isCousinOf", "identifier": "10.5555/x"}]}, "relation-type-unknown"),
        ({"relations": [{"type": "isPartOf", "identifier": "10.5555/x y"}]}, "doi-character"),
        ({"funding": [{"awards": ["1"]}]}, "funder-unnamed"),
        ({"references": [{"key": "ref1"}]}, "reference-empty"),
        ({"edition": "2nd"}, "string_pattern_mismatch"),
        ({"published": "2023-02-31"}, "date-impossible"),
    ],
)
def test_refusals(changes: dict[str, Any], code: str) -> None:
    assert codes(**changes) == [code]


def test_short_forms() -> None:
    made = commentary(
        version="2",
        abstracts=["In short."],
        licences=["https://creativecommons.org/licenses/by/4.0/"],
        free_to_read="yes",
    )
    assert made.version is not None
    assert (made.version.label, made.abstracts[0].text) == ("2", "In short.")
    assert made.effective_free_to_read is not None
    assert commentary(free_to_read="no").effective_free_to_read is None


def test_a_series_knows_its_numbers() -> None:
    series = Series(**SERIES, other_issns=[{"issn": "2406-5773", "medium": "print"}])
    assert series.doi_for("7") == Doi.parse("10.48251/sadf.issn.2406-5617.c7")
    assert [(str(each.issn), each.medium) for each in series.issns] == [
        ("2406-5617", IssnMedium.ELECTRONIC),
        ("2406-5773", IssnMedium.PRINT),
    ]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"issn": "2406-5618"}, "issn-check-digit"),
        ({"issn": None}, "series-issn-missing"),
        ({"doi": "{prefix}/{colour}"}, "template-place"),
        ({"url": "https://www.sadf.eu/{any}"}, "template-place"),
        ({"doi": "{prefix}/c {number}"}, "template-character"),
        ({"doi": "{prefix}/c+{number}"}, "template-character"),
        ({"number_pattern": "(258"}, "pattern-shape"),
        ({"doi": "{prefix/{number}"}, "template-braces"),
        ({"doi": "{prefix}/{number"}, "template-braces"),
        ({"prefix": "48251"}, "string_pattern_mismatch"),
        ({"record_type": "book"}, "enum"),
    ],
)
def test_a_series_that_cannot_be(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Series.model_validate({key: value for key, value in (SERIES | changes).items() if value is not None})
    assert [error["type"] for error in caught.value.errors()] == [code]


def test_an_institution_needs_a_name_or_an_id() -> None:
    assert Institution.model_validate("SADF").name == "SADF"
    with pytest.raises(ValidationError, match="a name or an id"):
        Institution.model_validate({"place": "Brussels"})


@pytest.mark.parametrize(
    ("given", "taken"), [("Ghent", ("Ghent",)), (["Ghent", "Rome"], ("Ghent", "Rome")), (None, ()), ((), ())]
)
def test_an_institution_has_one_place_or_several(given: object, taken: tuple[str, ...]) -> None:
    assert Institution.model_validate({"name": "SADF", "place": given}).place == taken


def test_a_reference_may_be_text_alone() -> None:
    assert Reference.model_validate({"text": "A. <i>B</i>."}).key is None


@given(
    st.lists(
        st.sampled_from(
            "a.B / {number} {prefix} {issn} {{ }} {number!s} {number!r} {number:>6} {number:{issn}} {prefix:.3}".split()
        ),
        max_size=5,
    ).map("".join),
    st.sampled_from(["258", "3.10", "{number}", "7 a", "ä"]),
)
def test_a_pattern_is_filled_as_python_formats_it(pattern: str, number: str) -> None:
    filled: object
    try:
        series = Series.model_validate(SERIES | {"url": "https://example.org/" + pattern})
        filled = series.url_for(number)
    except (ValueError, KeyError) as error:
        filled = type(error)
    wanted: object
    try:
        wanted = ("https://example.org/" + pattern).format(prefix="10.48251", issn="2406-5617", number=number)
    except (ValueError, KeyError) as error:
        wanted = type(error)
    assert filled == wanted or (filled is ValidationError and not isinstance(wanted, str))


SICI = "10.1175/1520-0477(1996)077<0437:TNYRP>2.0.CO;2"


@pytest.mark.parametrize("given", [SICI, f"doi:{SICI}", Doi(SICI).url])
def test_the_doi_of_another_work_is_taken_as_it_is_wherever_it_stands(given: str) -> None:
    made = commentary(
        references=[{"doi": given}],
        relations=[{"type": "isCommentOn", "identifier": given}],
        updates=[{"type": "correction", "doi": given, "date": "2023-09-14"}],
        funding=[{"name": "A fund", "funder_id": given, "grant_dois": [given]}],
        crossmark_policy=given,
    )
    assert made.references[0].doi == made.updates[0].doi == made.crossmark_policy == Doi(SICI)
    assert made.relations[0].identifier == SICI
    assert (made.funding[0].funder_id, made.funding[0].grant_dois) == (Doi(SICI), (Doi(SICI),))


def doi_or_code(**changes: Any) -> str:
    try:
        return str(commentary(**changes).doi)
    except ValidationError as error:
        return str(error.errors()[0]["type"])


OPAQUE = "10.48251/x7k2-q9"
OTHER_DOIS = [
    # the pattern of the series (None: it has none), the number, the DOI of the record, what comes of it
    (None, "258", OPAQUE, OPAQUE),
    (None, "258", SICI, SICI),
    (None, "258", None, "10.48251/258"),
    ("{prefix}/{any}", "258", OPAQUE, OPAQUE),
    ("{prefix}/{any}", "258", None, "doi-not-derived"),
    ("{prefix}/c{number}.{any}", "258", "10.48251/C258.x7k2", "10.48251/C258.x7k2"),
    ("{prefix}/c{number}.{any}", "258", "10.48251/C259.x7k2", "doi-disagrees"),
    ("{prefix}/c{number}.{any}", "258", "10.48251/C258.", "doi-disagrees"),
    ("{prefix}/c{number}", "258", "10.48251/c258", "10.48251/c258"),
    ("{prefix}/c{number}", "258", "10.48251/c0258", "doi-disagrees"),
    ("{prefix}/c{number}", "0258", "10.48251/c258", "doi-disagrees"),
    ("{prefix}/c{number}", "258", OPAQUE, "doi-disagrees"),
]


@pytest.mark.parametrize(("pattern", "number", "doi", "outcome"), OTHER_DOIS)
def test_a_doi_that_does_not_follow_from_the_number(
    pattern: str | None, number: str, doi: str | None, outcome: str
) -> None:
    described = {key: value for key, value in SERIES.items() if key != "doi"} | ({"doi": pattern} if pattern else {})
    fields = {"series": Series.model_validate(described), "number": number} | ({"doi": doi} if doi else {})
    assert doi_or_code(**fields) == outcome


PRINTED = [
    "258",
    "012",
    "3.10",
    "C258",
    "2023/4",
    "12a",
    "2023-05",
    "XIV",
    "58.1",
    "1-2",
    "12.34.56",
    258,
    *(
        "Decision-12",
        "Marine-12",
        "Genetics-7",
        "Output-3",
        "E3",
        "e12",
        "1a2",
        "12(3)",
        "S(1)",
        "2024-05-03",
        "XXVI",
        0,
    ),
]
FROM_PROGRAMS = [
    *("258.0", "258,0", "258.00", "2.58E+02", "2,58E+02", "2.58e2", "1,304", "1.304", "1'304", "1\u202f304", "1,304,000"),
    *("1.304,0", "1,304.50", "12 (forthcoming)", "im Erscheinen", "n.d.", "o. J.", "[in press]"),
    *("Jan-58", "58-Jan", "1-Feb", "Mai-58", "58. Mrz", "févr-58", "déc.-58", "Sept 58", "ene-58", "Dez 58"),
    *("01.02.2058", "1/2/58", "2058-01-01 00:00:00", "2058-01-01T00:00:00Z"),
    *("#REF!", "#NAME?", "#N/A", "#BEZUG!", "########", "=A1", '=HYPERLINK("x")', "'258", "[object Object]"),
    *("NULL", "nan", "None", "undefined", "n/a", "-", "TBD", "true", "0.30000000000000004", "XXX", "s/n", "—", "o. Nr."),
    *("1e3", "1E3", "12e10", "258.", ".5", "2.58 E+02", "2.58×10^2", "1,23,456", "1 304"),
    *("sty-58", "янв.58", "maj-58", "Oca-58", "5月3日", "03-05-2024", "May-2024", "#Н/Д", "Err:502", '="258"'),
    *("-1", "\u22121", "+258", "258-", "(258)", "0x102", "np.int64(258)", "['258']", "b'258'", "(258,)"),
    *("NaT", "(null)", "(blank)", "<NA>", "\\N", "-Infinity", "WAHR", "FAUX", "VERDADERO"),
    *(258.0, 3.1, float("nan"), -1),
]  # fmt: skip


@pytest.mark.parametrize("number", PRINTED)
def test_numbers_that_are_printed_so(number: object) -> None:
    assert doi_or_code(number=number) == f"10.48251/SADF.ISSN.2406-5617.C{number}"


@pytest.mark.parametrize("number", FROM_PROGRAMS)
def test_numbers_that_a_program_made(number: object) -> None:
    assert codes(number=number) == ["number-shape"]
    assert codes(number=number, doi="10.48251/SADF.ISSN.2406-5617.C258")[0] == "number-shape"


def test_a_series_may_say_that_its_numbers_look_so() -> None:
    series = Series.model_validate(SERIES | {"number_pattern": r"\d+\.\d"})
    assert str(commentary(series=series, number="258.0").doi).endswith("C258.0")
    assert codes(series=series, number="258") == ["number-shape"]
    assert codes(series=series, number=258.0) == ["number-shape"]


@pytest.mark.parametrize(
    ("number", "plain"), [("２５８", "258"), ("2５8", "258"), ("Ｃ２５８", "C258"), ("２－３", "2-3")]
)
@pytest.mark.parametrize("pattern", [None, r".?\d+", r"\w+"])
def test_a_number_in_full_width_characters_is_refused_with_the_plain_one(
    number: str, plain: str, pattern: str | None
) -> None:
    series = Series.model_validate(SERIES | {"number_pattern": pattern})
    for doi in (None, "10.48251/SADF.ISSN.2406-5617.C258"):
        with pytest.raises(ValidationError) as refused:
            commentary(series=series, number=number, doi=doi)
        said = refused.value.errors()[0]
        assert (said["type"], said["ctx"]["hint"]) == ("number-shape", f"write {plain}")


def test_a_series_that_names_full_width_digits_has_them() -> None:
    series = Series.model_validate(SERIES | {"doi": "{prefix}/{any}", "number_pattern": "[０-９]+"})
    assert commentary(series=series, number="２５８", doi="10.48251/k7q2-m").number == "２５８"


ONE_TEXT = [
    ("abstracts", "Two countries share a river.\n\nThey rarely agree.", 1),
    ("licences", "https://creativecommons.org/licenses/by/4.0/", 1),
    ("archives", "Portico", 1),
    ("archives", "Portico, Internet Archive", 2),
    ("keywords", "water; law", 2),
    ("authors", [{"family": "Wolf", "affiliations": "Heidelberg University, South Asia Institute"}], 1),
    ("authors", [{"family": "Wolf", "alt_names": "वुल्फ"}], 1),
    ("authors", [{"family": "Wolf", "roles": "author, editor"}], 1),
    ("funding", [{"name": "A fund", "awards": "RF-2025-17"}], 1),
]


@pytest.mark.parametrize(("field", "value", "entries"), ONE_TEXT)
def test_a_text_where_a_list_is_expected_is_taken(field: str, value: object, entries: int) -> None:
    assert len(getattr(commentary(**{field: value}), field)) == entries


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("application/pdf", "application/pdf"),
        ("PDF", "application/pdf"),
        (".html", "text/html"),
        ("text/html; charset=utf-8", "text/html"),
        ("unknown", None),
        ("Unknown", None),
        ("application/vnd.ms-word.document.macroEnabled.12", "application/vnd.ms-word.document.macroEnabled.12"),
    ],
)
def test_a_media_type_as_servers_and_people_write_it(written: str, meant: str | None) -> None:
    [text] = commentary(full_texts=[{"url": "https://www.sadf.eu/258.x", "mime_type": written}]).full_texts
    assert text.mime_type == meant


def test_a_publisher_can_be_a_name_alone() -> None:
    assert commentary(publisher="Old Press").series.publisher == Publisher(name="Old Press")


def test_a_work_that_is_only_in_print() -> None:
    described = {"series": Series(**SERIES), "number": 258, "title": "Rivers", "authors": [{"family": "Wolf"}]}
    made = Commentary.model_validate(described | {"published_print": "1923-09"})
    assert made.only_in_print
    assert made.published == made.published_print == PartialDate(1923, 9)
    assert not commentary(published_print="2023-10").only_in_print
    with pytest.raises(ValidationError, match="Field required"):
        Commentary.model_validate(described)
    assert codes(published=None) == ["missing-key"]


@pytest.mark.parametrize("words", [["authors"], "authors", "licences, authors", ("authors", "licences")])
@pytest.mark.parametrize("authors", [None, [], ()])
def test_a_work_that_names_nobody_says_so(words: Any, authors: Any) -> None:
    made = commentary(authors=authors, without=words)
    assert made.authors == ()
    assert "authors" in made.without
    # Whoever is named counts, as a licence of its own does.
    assert len(commentary(authors=[{"family": "Wolf"}], without=words).authors) == 1


@pytest.mark.parametrize("words", [[], ["licences"], "licences", None])
def test_a_record_that_forgot_its_authors_is_refused(words: Any) -> None:
    with pytest.raises(ValidationError):
        commentary(authors=[], without=words)


def test_a_name_style_is_said_by_the_record_or_by_nobody() -> None:
    (person,) = commentary().authors
    assert isinstance(person, Person)
    assert person.name_style is None


@pytest.mark.parametrize("key", ["organization", "institution", "institute", "group"])
def test_another_word_for_an_organisation_never_makes_a_person(key: str) -> None:
    with pytest.raises(ValidationError) as caught:
        commentary(authors=[{key: "Institut für Weltwirtschaft"}])
    (author,) = {each["loc"][2] for each in caught.value.errors() if len(each["loc"]) > 2 and each["type"] == "missing"}
    assert author == "organisation"


def test_a_commentary_says_otherwise_than_its_series() -> None:
    described = {**SERIES, "language": "en", "licences": ["https://example.org/l"], "publisher": {"name": "Forum"}}
    one = commentary(
        series=Series.model_validate(described), record_type="report-single", publisher={"name": "Another Press"},
        without=["licences", "language"],
    )  # fmt: skip
    assert one.series.record_type is RecordType.REPORT_SINGLE
    assert one.series.publisher is not None
    assert one.series.publisher.name == "Another Press"
    assert (one.effective_licences, one.effective_language) == ((), None)


def test_a_series_without_issn_cannot_have_a_record_of_a_type_that_needs_one() -> None:
    bare = {"name": "bare", "title": "Bare", "prefix": "10.48251", "record_type": "report-single"}
    assert codes(series=Series.model_validate(bare), record_type="journal") == ["series-issn-missing"]
