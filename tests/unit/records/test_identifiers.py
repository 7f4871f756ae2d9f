"""Identifiers: every usual spelling gives one canonical value, every wrong one an error that says what to do."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import issn
from stdnum.iso7064 import mod_11_2 as iso_mod_11_2
from stdnum.iso7064 import mod_97_10

from doideposit.records.identifiers import Doi, Identifier, InvalidIdentifier, Isni, Issn, Orcid, Ror, Wikidata

SICI = "10.1175/1520-0477(1996)077<0437:TNYRP>2.0.CO;2"
# DOIs of other works, each with a character that no new DOI may have.
REGISTERED = [
    "10.1002/(SICI)1097-4571(199806)49:8<693::AID-ASI4>3.0.CO;2-O",
    "10.1001/jama.251.19.2504,2509",
    "10.1021/ja003055+",
    "10.1890/0012-9658(2006)87[1727:IASEOT]2.0.CO;2",
    "10.1023/A:1018493501180",
    "10.1093/acprof:oso/9780199234707.001.0001",
    "10.17072/1995‐4190-2017-38-1",
    "10.5555/a&b#c=d?e",
    "10.5555/über.ça",
]

SPELLINGS = [
    (Doi, "https://doi.org/10.5555/abc?utm_source=mail#top", "10.5555/abc"),
    (Doi, "https://hdl.handle.net/10.5555/abc", "10.5555/abc"),
    (Doi, "10.5555/abc?d#e", "10.5555/abc?d#e"),
    (Doi, "10.48251/SADF.ISSN.2406-5617.C258", "10.48251/SADF.ISSN.2406-5617.C258"),
    (Doi, " https://doi.org/10.5555/ABC(1);2_3 ", "10.5555/ABC(1);2_3"),
    (Doi, "http://dx.doi.org/10.5555/abc/def", "10.5555/abc/def"),
    (Doi, "doi: 10.5555/abc", "10.5555/abc"),
    (Doi, "https://www.doi.org/10.5555/abc", "10.5555/abc"),
    (Doi, "doi.org/10.5555/abc", "10.5555/abc"),
    (Doi, "//doi.org/10.5555/abc", "10.5555/abc"),
    (Doi, "DOI 10.5555/abc", "10.5555/abc"),
    (Doi, "doi:https://doi.org/10.5555/abc", "10.5555/abc"),
    (Doi, "https://doi.org/doi:10.5555/abc", "10.5555/abc"),
    (Doi, "info:doi/10.5555/abc", "10.5555/abc"),
    (Doi, "<https://doi.org/10.5555/abc>", "10.5555/abc"),
    (Doi, "10.5555/ab\u200bc", "10.5555/abc"),
    (Doi, "https://doi.org/10.1175/1520-0477(1996)077%3C0437:TNYRP%3E2.0.CO;2", SICI),
    (Doi, "10.1175%2F1520-0477%281996%29077%3C0437%3ATNYRP%3E2.0.CO%3B2", SICI),
    (Doi, "doi:" + SICI, SICI),
    (Doi, "10.5555/100%", "10.5555/100%"),
    *((Doi, doi, doi) for doi in REGISTERED),
    (Orcid, "0000-0002-1825-0097", "https://orcid.org/0000-0002-1825-0097"),
    (Orcid, "http://orcid.org/0000-0002-1694-233x", "https://orcid.org/0000-0002-1694-233X"),
    (Orcid, "0000000218250097", "https://orcid.org/0000-0002-1825-0097"),
    (Isni, "0000 0004 0506 2673", "https://www.isni.org/0000000405062673"),
    (Isni, "https://isni.org/isni/0000000405062673", "https://www.isni.org/0000000405062673"),
    (Ror, "02twcfp32", "https://ror.org/02twcfp32"),
    (Ror, "https://ror.org/05GQ02987", "https://ror.org/05gq02987"),
    (Ror, "https://ror.org/038t36y30", "https://ror.org/038t36y30"),
    (Issn, "24065617", "2406-5617"),
    (Issn, "ISSN 1050-124x", "1050-124X"),
    (Issn, "ISSN: 2406-5773", "2406-5773"),
    (Wikidata, "q5188229", "https://www.wikidata.org/entity/Q5188229"),
    (Wikidata, "https://www.wikidata.org/wiki/Q42", "https://www.wikidata.org/entity/Q42"),
]


@pytest.mark.parametrize(("kind", "text", "canonical"), SPELLINGS)
def test_usual_spellings(kind: type[Identifier], text: str, canonical: str) -> None:
    assert str(kind.parse(text)) == canonical
    assert kind.parse(canonical) == kind.parse(text)
    assert hash(kind.parse(canonical)) == hash(kind.parse(text))


MISTAKES = [
    (Doi, "10.48251", "doi-shape", None),
    (Doi, "11.5555/abc", "doi-shape", None),
    (Doi, "", "doi-shape", None),
    (Doi, "10.5555/ab c", "doi-character", 10),
    (Doi, "https://doi.org/10.5555/ab c", "doi-character", 26),
    (Doi, "10.5555/ab\tc", "doi-character", 10),
    (Doi, "10.5555/ab\u202ec", "doi-character", 10),
    (Doi, "https://doi.org/10.5555/ab%20c", "doi-character", None),
    (Doi, "https://www.example.org/10.5555/abc", "doi-shape", None),
    (Doi, "10.5555/" + "a" * 201, "doi-too-long", None),
    (Orcid, "0000-0002-1825-0098", "orcid-check-digit", 18),
    (Orcid, "0000-0002-1825", "orcid-shape", None),
    (Orcid, "https://example.org/0000-0002-1825-0097", "orcid-shape", None),
    (Isni, "0000000405062674", "isni-check-digit", 15),
    (Isni, "x", "isni-shape", None),
    (Ror, "04abcd123", "ror-check-digit", 7),
    (Ror, "https://ror.org/0il00lu00", "ror-shape", None),
    (Issn, "2406-5618", "issn-check-digit", 8),
    (Issn, "2406-561", "issn-shape", None),
    (Wikidata, "5188229", "wikidata-shape", None),
]


@pytest.mark.parametrize(("kind", "text", "code", "position"), MISTAKES)
def test_mistakes_are_named_and_placed(kind: type[Identifier], text: str, code: str, position: int | None) -> None:
    with pytest.raises(InvalidIdentifier) as caught:
        kind.parse(text)
    assert caught.value.code == code
    assert caught.value.position == position
    assert caught.value.hint


def test_an_address_that_holds_a_doi_is_named_with_it() -> None:
    with pytest.raises(InvalidIdentifier) as caught:
        Doi.parse("https://doi-org.proxy.example.edu/10.5555/abc")
    assert caught.value.hint == "did you mean 10.5555/abc?"


def test_a_doi_prints_as_written_and_compares_without_case() -> None:
    upper, lower = Doi.parse("10.5555/ABC"), Doi.parse("10.5555/abc")
    assert upper == lower
    assert len({upper, lower}) == 1
    assert (str(upper), upper.key, upper.prefix, upper.suffix) == ("10.5555/ABC", "10.5555/abc", "10.5555", "ABC")
    assert upper.url == "https://doi.org/10.5555/ABC"
    assert upper != "10.5555/ABC"


NOT_FOR_NEW = [
    ("10.5555/ab\u2011c", "doi-character", 10, "non-breaking hyphen", "hyphen-minus"),
    ("10.5555/é", "doi-character", 8, "é", "letters A-Z"),
    ("10.5555/abc?x=1", "doi-character", 11, "?", "letters A-Z"),
    ("10.5555/abc.", "doi-trailing-dot", 11, "full stop", "delete the full stop"),
    *((doi, "doi-character", None, "a new DOI cannot contain", "") for doi in REGISTERED),
]


@pytest.mark.parametrize(("text", "code", "position", "message", "hint"), NOT_FOR_NEW)
def test_what_other_works_have_is_not_for_a_new_doi(
    text: str, code: str, position: int | None, message: str, hint: str
) -> None:
    doi = Doi.parse(text)
    with pytest.raises(InvalidIdentifier, match=re.escape(message)) as caught:
        doi.check_new()
    assert caught.value.code == code
    assert position is None or caught.value.position == position
    assert hint in caught.value.hint


def test_a_new_doi_of_plain_characters_is_right() -> None:
    Doi.parse("10.5555/Ab-1._;()/2").check_new()


@pytest.mark.parametrize("printed", [*REGISTERED, SICI, "10.5555/a%3Cb", '10.5555/a"b'])
def test_the_link_of_a_doi_leads_back_to_it(printed: str) -> None:
    link = Doi(printed).url
    assert Doi.parse(link).printed == printed
    assert not set(link) & set(' <>"#[]?')


def mod_11_2(digits: str) -> str:
    """The standard's own words (ISO 7064, pure system, modulus 11, radix 2), written independently of the library."""
    total = 0
    for digit in digits:
        total = (total + int(digit)) * 2
    check = (12 - total % 11) % 11
    return "X" if check == 10 else str(check)


@given(st.text("0123456789", min_size=15, max_size=15), st.sampled_from("0123456789X"))
def test_exactly_one_check_character_fits_an_orcid(digits: str, check: str) -> None:
    if check == mod_11_2(digits):
        assert Orcid.parse(digits + check).value.replace("-", "") == digits + check
    else:
        with pytest.raises(InvalidIdentifier):
            Orcid.parse(digits + check)


@given(st.text("0123456789", min_size=7, max_size=7), st.sampled_from("0123456789X"))
def test_exactly_one_check_character_fits_an_issn(digits: str, check: str) -> None:
    rest = -sum(weight * int(digit) for weight, digit in zip(range(8, 1, -1), digits, strict=True)) % 11
    if check == ("X" if rest == 10 else str(rest)):
        assert Issn.parse(digits + check).value == f"{digits[:4]}-{digits[4:]}{check}"
    else:
        with pytest.raises(InvalidIdentifier):
            Issn.parse(digits + check)


@given(st.text(), st.sampled_from([Doi, Orcid, Isni, Ror, Issn, Wikidata]))
def test_any_text_is_an_identifier_or_an_error_of_ours(text: str, kind: type[Identifier]) -> None:
    try:
        value = kind.parse(text)
    except InvalidIdentifier as caught:
        error: InvalidIdentifier | None = caught
    else:
        error = None
        assert kind.parse(str(value)) == value
    assert error is None or (error.code and error.message and error.hint)


ROR_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


@given(st.integers(0, 10**7 - 1), st.integers(0, 10**15 - 1), st.integers(0, 32**6 - 1))
def test_check_digits_are_those_of_python_stdnum(seven: int, fifteen: int, six: int) -> None:
    body = f"{seven:07d}"
    assert Issn.parse(body + issn.calc_check_digit(body)).value.replace("-", "").startswith(body)
    body = f"{fifteen:015d}"
    assert Isni.parse(body + iso_mod_11_2.calc_check_digit(body))
    letters = "0" + "".join(ROR_ALPHABET[six // 32**place % 32] for place in range(5, -1, -1))
    assert Ror.parse(letters + mod_97_10.calc_check_digits(str(six)))
    for kind, text, check in ((Issn, f"{seven:07d}", issn), (Isni, f"{fifteen:015d}", iso_mod_11_2)):
        wrong = next(digit for digit in "0123456789X" if digit != check.calc_check_digit(text))
        with pytest.raises(InvalidIdentifier):
            kind.parse(text + wrong)


def test_numbers_in_dois_sort_by_their_value() -> None:
    dois = ["10.5555/C10", "10.5555/c9", "10.5555/C9.v2", "10.5555/C100", "10.5550/C1", "10.5555/Ｃ٣"]
    assert [str(doi) for doi in sorted(map(Doi.parse, dois), key=lambda doi: doi.order)] == [
        "10.5550/C1",
        "10.5555/c9",
        "10.5555/C9.v2",
        "10.5555/C10",
        "10.5555/C100",
        "10.5555/Ｃ٣",
    ]
