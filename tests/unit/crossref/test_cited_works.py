"""What the resolver and the REST API say of works that somebody cites, in every shape that has been seen."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from doideposit.crossref.http import HttpAnswer
from doideposit.crossref.registrar import Endpoint, FoundWork
from doideposit.crossref.rest_api import Registry
from doideposit.errors import UnexpectedAnswer
from doideposit.records.identifiers import Doi

HERE = "http://localhost"
ONE, TWO, THREE = (Doi.parse(f"10.5555/{name}") for name in ("One", "two", "three"))


class Answers:
    """One answer to every question, which is remembered."""

    def __init__(self, body: Any, status: int = 200) -> None:
        self.body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.status = status
        self.asked: list[tuple[str, Mapping[str, str]]] = []

    def __call__(self, url: str, *, params: Mapping[str, str] | None = None, limit: int) -> HttpAnswer:
        self.asked.append((url, params or {}))
        return HttpAnswer(self.status, self.body, len(self.body) > limit, {})


def registry(answers: Answers) -> Registry:
    return Registry(Endpoint("production", HERE, HERE, HERE), mailto="info@example.org", fetch=answers)


def works(*items: Any) -> Answers:
    return Answers({"status": "ok", "message-type": "work-list", "message": {"items": list(items)}})


def test_only_a_doi_of_which_the_resolver_says_so_is_missing() -> None:
    answers = Answers(
        [
            {"DOI": "10.5555/one", "RA": "DataCite"},
            {"DOI": "10.5555/two", "status": "DOI does not exist"},
            {"DOI": "10.5555/three", "status": "Unknown RA"},
        ]
    )
    assert registry(answers).agencies([ONE, TWO, THREE]) == {"10.5555/one": "DataCite", "10.5555/two": ""}


@pytest.mark.parametrize("body", [b"<html>maintenance</html>", b"", b"[{}]", b'{"DOI": "10.5555/one"}', b"[" * 100_000])
def test_an_answer_that_is_none_says_nothing_of_any_doi(body: bytes) -> None:
    with pytest.raises(UnexpectedAnswer):
        registry(Answers(body)).agencies([ONE])
    with pytest.raises(UnexpectedAnswer):
        registry(Answers(body)).search("On rivers")


def test_a_work_is_read_as_far_as_it_can_be() -> None:
    whole = {
        "DOI": "10.5555/ONE", "type": "journal-article", "title": ["On rivers"], "subtitle": ["A history"],
        "original-title": ["Des fleuves"], "author": [{"given": "A", "family": "Sen"}, {"name": "River Forum"}, {}],
        "editor": [{"family": "Roy"}], "issued": {"date-parts": [[2019, 3]]},
        "published-print": {"date-parts": [[2020]]}, "container-title": ["River Papers"], "volume": "3", "issue": "2",
        "page": "12-25", "score": 87.5,
    }  # fmt: skip
    odd = {"DOI": "10.5555/two", "title": "On rivers", "author": "Sen", "issued": {"date-parts": [[None]]}, "volume": 3}
    answers = works(whole, odd, {"title": ["without a DOI"]}, None, "text")
    found = registry(answers).search("On rivers", 3)
    assert found == [
        FoundWork(
            "10.5555/ONE", ("On rivers", "On rivers: A history", "Des fleuves"), ("Sen", "River Forum", "Roy"),
            (2019, 2020), "River Papers", "3", "2", "12-25", "journal-article", 87.5,
        ),
        FoundWork("10.5555/two"),
    ]  # fmt: skip
    [(_, asked)] = answers.asked
    assert (asked["query.bibliographic"], asked["rows"], asked["mailto"]) == ("On rivers", "3", "info@example.org")
    assert "reference" not in asked["select"].split(",")


def test_works_are_described_fifty_at_a_time_and_a_comma_ends_no_filter() -> None:
    dois = [Doi.parse(f"10.5555/{number}") for number in range(60)]
    answers = works({"DOI": "10.5555/7"})
    assert set(registry(answers).described([*dois, Doi.parse("10.5555/a,b")])) == {"10.5555/7"}
    filters = [query["filter"] for _, query in answers.asked]
    assert [one.count("doi:") for one in filters] == [50, 10]
    assert registry(answers).described([]) == {}
