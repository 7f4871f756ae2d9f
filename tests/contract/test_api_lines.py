"""JSON Lines: a line of the answer for each line of the request, whatever the others hold."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from api_client import DOI, RECORD, Cms
from depositing import Desk, sqlite_url
from doideposit.web.reading import MAX_BODY, MAX_LINES, MAX_LINES_BODY


@pytest.fixture
def cms(tmp_path: Path) -> Iterator[Cms]:
    with Desk(sqlite_url(tmp_path)) as desk:
        yield Cms(desk)


def send(cms: Cms, path: str, *lines: Any, content_type: str = "application/x-ndjson") -> TestResponse:
    made = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
    return cms.open(path, "POST", data=b"\n".join(made), content_type=content_type)


def answers(answer: TestResponse) -> list[dict[str, Any]]:
    assert (answer.status_code, answer.content_type) == (200, "application/x-ndjson")
    assert answer.text.endswith("\n")
    found = [json.loads(line) for line in answer.text.splitlines()]
    assert [each["line"] for each in found] == list(range(1, len(found) + 1))
    return found


def test_a_journal_is_checked_recorded_and_followed_line_by_line(cms: Cms) -> None:
    records = [{**RECORD, "number": str(number)} for number in range(258, 262)]
    assert [each["records"][0]["action"] for each in answers(send(cms, "/v1/check", *records))] == ["register"] * 4
    assert cms.desk.depositor.outstanding() == 0
    taken = answers(send(cms, "/v1/deposits?mode=enqueue", *records))
    assert [each["status"] for each in taken] == [202] * 4
    assert not cms.desk.sandbox.submissions
    dois = [each["records"][0]["doi"] for each in taken]
    again = answers(send(cms, "/v1/deposits", *records))
    assert all(each["ok"] for each in again)
    assert cms.desk.sandbox.submissions, "what was only recorded is sent by the request that wants it sent"
    assert cms.desk.depositor.outstanding() == 4
    cms.desk.settle()
    asked = [{"doi": doi} for doi in [dois[3], "10.5555/never-seen", dois[0].lower(), dois[3]]]
    told = answers(send(cms, "/v1/status", *asked))
    assert [each["status"] for each in told] == [200, 404, 200, 200]
    assert [each["records"][0]["doi"] for each in (told[0], told[2], told[3])] == [dois[3], dois[0], dois[3]]
    assert told[0]["records"][0]["registered"] is True
    assert told[1]["error"]["code"] == "doi-unknown"


def test_a_line_in_doubt_says_so_and_the_others_do_not(cms: Cms) -> None:
    cms.desk.sandbox.faults.add("drop_after_accept", at="upload")
    cms.post("/v1/deposits", RECORD)
    first, second = answers(send(cms, "/v1/deposits?mode=enqueue", RECORD, {**RECORD, "number": "259"}))
    assert (first["ok"], first["error"]["code"]) == (False, "submission-in-doubt")
    assert (second["ok"], second["status"], "error" in second) == (True, 202, False)


@pytest.mark.parametrize(
    ("line", "status", "code"),
    [
        (b"", 400, "json-syntax"),
        (b"   ", 400, "json-syntax"),
        (b"{", 400, "json-syntax"),
        (b"null", 400, "json-syntax"),
        (b'"/etc/passwd"', 400, "json-syntax"),
        (b'{"a": NaN}', 400, "json-syntax"),
        (b"[" * 10_000, 400, "too-deep"),
        (b'{"title": "\xff"}', 400, "encoding"),
        (b"[]", 422, "no-record"),
        ([RECORD], 422, "record-shape"),
        ([RECORD, RECORD], 422, "record-shape"),
        (b'{"title": "a", "title": "b"}', 422, "duplicate-key"),
        ({**RECORD, "authors": []}, 422, "record-blocked"),
        ({}, 422, "record-blocked"),
    ],
)
def test_one_bad_line_harms_no_other(cms: Cms, line: Any, status: int, code: str) -> None:
    first, second = RECORD, {**RECORD, "number": "259"}
    told = answers(send(cms, "/v1/deposits?mode=enqueue", first, line, second))
    assert [each["status"] for each in told] == [202, status, 202]
    assert (told[1]["ok"], told[1]["error"]["code"]) == (False, code)
    assert cms.desk.depositor.outstanding() == 2
    if code != "record-blocked":
        checked = answers(send(cms, "/v1/check", line, first))
        assert [each["status"] for each in checked] == [status, 200]


@pytest.mark.parametrize(
    "line", [{}, [], {"doi": 3}, {"doi": "nonsense"}, {"doi": DOI, "x": 1}, b"{", b"", b'"10.5/x"']
)
def test_a_line_that_names_no_doi(cms: Cms, line: Any) -> None:
    (first, second) = answers(send(cms, "/v1/status", line, {"doi": DOI}))
    assert first["status"] in {400, 422}
    assert set(first["error"]) == {"code", "message", "hint", "where"}
    assert second["status"] == 404


def test_ends_of_lines_as_different_systems_write_them(cms: Cms) -> None:
    line = json.dumps(RECORD).encode()
    for body in (line, line + b"\n", line + b"\r\n", b"\xef\xbb\xbf" + line):
        assert [each["status"] for each in answers(send(cms, "/v1/check", body))] == [200]
    assert [each["status"] for each in answers(send(cms, "/v1/check", line + b"\r", line))] == [200, 200]


def test_the_same_record_twice_in_one_request_is_recorded_once(cms: Cms) -> None:
    answers(send(cms, "/v1/deposits?mode=enqueue", RECORD, RECORD))
    assert cms.desk.depositor.outstanding() <= 1


def test_bounds_of_lines(cms: Cms) -> None:
    asked = [{"doi": f"10.5555/{number}"} for number in range(MAX_LINES)]
    assert {each["status"] for each in answers(send(cms, "/v1/status", *asked))} == {404}
    for path in ("/v1/status", "/v1/check", "/v1/deposits"):
        too_many = send(cms, path, *asked, {"doi": DOI})
        assert (too_many.status_code, too_many.get_json()["error"]["code"]) == (413, "too-many-records")
        too_large = send(cms, path, b" " * (MAX_LINES_BODY + 1))
        assert (too_large.status_code, too_large.get_json()["error"]["code"]) == (413, "body-too-large")
        assert f"{MAX_LINES_BODY:,} bytes" in too_large.get_json()["error"]["message"]
    (blank,) = answers(send(cms, "/v1/check", b" " * (MAX_BODY + 1)))
    assert blank["status"] == 400, "a body of lines may be larger than a single document"


@pytest.mark.parametrize("path", ["/v1/plans", "/v1/plans/apply", f"/v1/dois/{DOI}/acknowledge"])
def test_lines_are_read_only_where_they_are_meant(cms: Cms, path: str) -> None:
    assert send(cms, path, RECORD).status_code in {404, 415}
    assert send(cms, "/v1/status", {"doi": DOI}, content_type="application/json").status_code == 415
