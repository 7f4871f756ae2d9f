"""ORCID iDs and ROR ids are looked for over HTTP, within bounds, and whatever comes back is read with care."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import responses

from doideposit.crossref.http import Exchange, Timeouts
from doideposit.errors import WorldError
from doideposit.web.desk.look_ups import BURST, MOST, ORCID, ROR, Candidate, LookUps

CARBERRY = "https://orcid.org/0000-0002-1825-0097"
PERSON = {
    "orcid-id": "0000-0002-1825-0097",
    "given-names": "Josiah",
    "family-names": "Carberry",
    "credit-name": None,
    "institution-name": ["Brown University", "Wesleyan University"],
}
BROWN = {
    "id": "https://ror.org/05gq02987",
    "status": "active",
    "names": [
        {"value": "BU", "types": ["acronym"]},
        {"value": "Brown University", "types": ["label", "ror_display"]},
    ],
    "locations": [{"geonames_details": {"name": "Providence", "country_name": "United States"}}],
}


@pytest.fixture
def look_ups() -> LookUps:
    fetch = Exchange(Timeouts(1, 1, 2), accept="application/json", contact="doi@example.org").get
    return LookUps(fetch, monotonic=lambda: 0.0)


@responses.activate
def test_people_are_offered_with_what_tells_them_apart(look_ups: LookUps) -> None:
    responses.get(ORCID, json={"expanded-result": [PERSON, PERSON | {"orcid-id": "0000-0002-1825-0098"}, None]})
    found = look_ups.people('Josiah" OR "', "Carberry")
    # The second iD has a wrong check digit: nobody may choose it.
    assert found == (Candidate(CARBERRY, "Josiah Carberry", "Brown University; Wesleyan University"),)
    request = responses.calls[0].request
    assert parse_qs(urlsplit(str(request.url)).query)["q"] == ['family-name:"Carberry" AND given-names:"Josiah  OR"']
    assert request.headers["Accept"] == "application/json"
    assert "mailto:doi@example.org" in request.headers["User-Agent"]


@responses.activate
def test_organisations_are_offered_by_the_name_that_ror_shows(look_ups: LookUps) -> None:
    responses.get(ROR, json={"items": [BROWN, BROWN | {"status": "withdrawn"}]})
    assert look_ups.organisations("Brown") == (
        Candidate("https://ror.org/05gq02987", "Brown University", "Providence, United States"),
    )


@responses.activate
def test_the_same_question_is_asked_once(look_ups: LookUps) -> None:
    responses.get(ROR, json={"items": []})
    assert look_ups.organisations("Nobody") == look_ups.organisations("Nobody") == ()
    assert len(responses.calls) == 1


@responses.activate
def test_who_asks_too_often_waits(look_ups: LookUps) -> None:
    responses.get(ROR, json={"items": []})
    for number in range(BURST):
        look_ups.organisations(f"Name {number}")
    with pytest.raises(WorldError, match="asked too often"):
        look_ups.organisations("One more")
    assert len(responses.calls) == BURST


@pytest.mark.parametrize(
    ("status", "said"), [(429, "asks for fewer requests"), (500, "answered with 500"), (403, "answered with 403")]
)
@responses.activate
def test_a_refusal_is_told_and_not_remembered(look_ups: LookUps, status: int, said: str) -> None:
    responses.get(ROR, status=status)
    for _ in range(2):
        with pytest.raises(WorldError, match=said):
            look_ups.organisations("Brown")
    assert len(responses.calls) == 2


@responses.activate
def test_who_is_offline_is_told_to_type(look_ups: LookUps) -> None:
    responses.get(ORCID, body=ConnectionError("the network is down"))
    with pytest.raises(WorldError, match=r"orcid\.org does not answer") as told:
        look_ups.people("Josiah", "Carberry")
    assert "as the author gave it" in told.value.hint


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"<html>",
        b"[" * 100_000,
        b"null",
        json.dumps({"expanded-result": "x", "items": {"id": 1}}).encode(),
        json.dumps({"expanded-result": [[], 1, {"orcid-id": 5}], "items": [[], {"id": [], "names": "x"}]}).encode(),
        json.dumps({"items": [BROWN | {"names": [], "locations": [None, {"geonames_details": 3}]}]}).encode(),
    ],
)
def test_whatever_comes_back_breaks_nothing(answer: bytes) -> None:
    def fetch(_url: str, **_more: Any) -> Any:
        from doideposit.crossref.http import HttpAnswer

        return HttpAnswer(200, answer)

    look_ups = LookUps(fetch)
    assert look_ups.people("A", "B") == ()
    assert all(one.name for one in look_ups.organisations("C"))


@responses.activate
def test_no_more_are_offered_than_a_page_shows(look_ups: LookUps) -> None:
    responses.get(ORCID, json={"expanded-result": [PERSON] * 50})
    assert len(look_ups.people("Josiah", "Carberry")) == MOST
