"""The JSON API as a CMS meets it: right answers, right refusals, and nothing told to those who may not know it."""

import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from werkzeug.test import Client, TestResponse

from api_client import DOI, ENDPOINT, RECORD, TOKEN, Cms
from depositing import Desk, commentary, sqlite_url
from doideposit.errors import ConfigurationError, LedgerUnavailable, RegistrarUnavailable
from doideposit.web import Tokens, application
from doideposit.web.afterwards import Afterwards
from doideposit.web.reading import MAX_BODY, MAX_RECORDS


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with Desk(sqlite_url(tmp_path)) as one:
        yield one


@pytest.fixture
def cms(desk: Desk) -> Cms:
    return Cms(desk)


def error_of(answer: TestResponse) -> dict[str, str]:
    """The four parts of a refusal, each of which says something."""
    assert answer.content_type == "application/json"
    data = answer.get_json()
    assert data["ok"] is False
    assert set(data["error"]) == {"code", "message", "hint", "where"}
    assert all(data["error"].values())
    error: dict[str, str] = data["error"]
    return error


# The way of a record.


def test_a_record_is_checked_deposited_and_followed(cms: Cms) -> None:
    checked = cms.post("/v1/check", RECORD)
    assert checked.status_code == 200
    assert checked.get_json()["records"][0]["action"] == "register"
    assert cms.open(f"/v1/dois/{DOI}").status_code == 404, "a check changes nothing"

    taken = cms.post("/v1/deposits", RECORD)
    assert taken.status_code == 202
    (record,) = taken.get_json()["records"]
    assert (record["doi"], record["state"], record["registered"]) == (DOI, "prepared", False)
    (record,) = cms.open(f"/v1/dois/{DOI}").get_json()["records"]
    assert record["state"] == "queued", "the upload follows the answer"

    cms.desk.settle()
    (record,) = cms.open(f"/v1/dois/{DOI}").get_json()["records"]
    assert (record["state"], record["outcome"], record["registered"]) == ("done", "registered", True)
    story = cms.open(f"/v1/dois/{DOI}/history").get_json()
    kinds = [entry["kind"] for entry in story["history"]]
    assert kinds == ["prepared", "sending", "received", "processed", "registered"]


def test_the_same_deposit_twice_is_sent_once(cms: Cms) -> None:
    answers = [cms.post("/v1/deposits", RECORD) for _ in range(3)]
    assert [each.status_code for each in answers] == [202, 200, 200]
    assert [each.get_json()["records"][0]["action"] for each in answers] == ["register", "unchanged", "unchanged"]
    assert len(cms.desk.sandbox.submissions) == 1


def test_enqueue_sends_nothing(cms: Cms) -> None:
    answer = cms.post("/v1/deposits?mode=enqueue", RECORD)
    assert answer.status_code == 202
    assert answer.get_json()["records"][0]["state"] == "prepared"
    assert not cms.desk.sandbox.submissions
    cms.desk.depositor.send()
    assert len(cms.desk.sandbox.submissions) == 1


def test_a_number_that_came_as_a_float_is_refused_as_it_was_written(cms: Cms) -> None:
    body = json.dumps(RECORD).replace('"number": 258', '"number": 3.10')
    assert "3.10" in body
    answer = cms.open("/v1/check", "POST", data=body, content_type="application/json; charset=UTF-8")
    (record,) = answer.get_json()["records"]
    (error,) = [each for each in record["findings"] if each["severity"] == "error"]
    assert (error["code"], error["field"], "3.10" in error["message"]) == ("number-shape", "number", True)


def test_findings_name_their_fields_and_nothing_is_taken(cms: Cms) -> None:
    bad = {**RECORD, "authors": [{"family": "Wolf", "orcid": "0000-0002-1825-0098"}], "titel": "x"}
    answer = cms.post("/v1/deposits", bad)
    assert answer.status_code == 422
    assert error_of(answer)["code"] == "record-blocked"
    (record,) = answer.get_json()["records"]
    assert {each["field"] for each in record["findings"] if each["severity"] == "error"} == {
        "authors[0].orcid",
        "titel",
    }
    assert cms.desk.depositor.outstanding() == 0
    assert cms.post("/v1/check", bad).get_json()["ok"] is False


def test_what_is_right_in_a_list_is_taken_and_what_is_wrong_is_named(cms: Cms) -> None:
    answer = cms.post("/v1/deposits", [RECORD, {**RECORD, "number": "259", "published": "soon"}])
    assert answer.status_code == 202
    data = answer.get_json()
    assert data["ok"] is False
    assert [each["action"] for each in data["records"]] == ["register", "blocked"]
    assert data["error"]["where"] == "body, records [1]"


def test_refused_content_goes_again_when_a_person_says_so(cms: Cms) -> None:
    cms.desk.sandbox.faults.add("zero_records")
    cms.post("/v1/deposits", RECORD)
    cms.desk.settle()
    assert cms.open(f"/v1/dois/{DOI}").get_json()["ok"] is False
    assert cms.post("/v1/deposits", RECORD).status_code == 422
    assert cms.post("/v1/deposits?retry=true", RECORD).status_code == 202


def test_an_outage_loses_nothing(cms: Cms) -> None:
    cms.desk.sandbox.faults.add("status", 503, times=1)
    answer = cms.post("/v1/deposits", RECORD)
    assert answer.status_code == 202
    data = answer.get_json()
    assert (data["ok"], data["records"][0]["state"]) == (True, "prepared")
    cms.desk.settle()
    assert cms.open(f"/v1/dois/{DOI}").get_json()["records"][0]["registered"] is True


def test_a_refused_login_keeps_what_was_recorded_and_is_in_the_log_of_the_server(
    cms: Cms, caplog: pytest.LogCaptureFixture
) -> None:
    cms.desk.sandbox.faults.add("auth", times=1)
    answer = cms.post("/v1/deposits", RECORD)
    assert answer.status_code == 202
    assert "what was recorded is sent later: the sandbox does not accept" in caplog.text
    assert cms.desk.depositor.status(DOI).state.value == "prepared"
    # The same request once more records nothing new, and gives the sending another try.
    assert cms.post("/v1/deposits", RECORD).status_code == 202
    assert cms.desk.depositor.outstanding() == 1
    assert cms.desk.depositor.status(DOI).state.value == "queued"


class Hanging:
    """A Crossref that takes every connection and answers none, until it is told to."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.answer = threading.Event()

    def __getattr__(self, name: str) -> Any:
        def ask(*_: Any, **__: Any) -> Any:
            self.asked.set()
            assert self.answer.wait(30)
            raise RegistrarUnavailable("nobody is there")

        return True if name.startswith("has_") else ask


@pytest.mark.parametrize("query", ["", "?mode=send", "?mode=enqueue"])
@pytest.mark.parametrize("known", [False, True], ids=["new", "update"])
def test_a_deposit_never_waits_for_crossref(desk: Desk, query: str, known: bool) -> None:
    if known:
        desk.depositor.deposit(commentary())
        desk.settle()
    crossref = Hanging()
    desk.seed, desk.registry, desk.registrar = True, crossref, crossref
    desk.open()
    cms = Cms(desk, start=Afterwards.in_thread)
    checked = cms.post("/v1/check", RECORD)
    answer = cms.post(f"/v1/deposits{query}", RECORD)
    assert (checked.status_code, answer.status_code) == (200, 202)
    assert answer.get_json()["records"][0]["action"] == ("update" if known else "register")
    # A DOI that no pattern gives is looked up in the ledger alone: nobody knows it there.
    strange = cms.post(f"/v1/deposits{query}", {**RECORD, "number": 259, "doi": "10.48251/another"})
    assert strange.status_code == 422
    if query != "?mode=enqueue":
        assert crossref.asked.wait(60), "the sending begins without being told"
    crossref.answer.set()
    cms.app.close()
    assert desk.depositor.outstanding() == 1


def test_events_go_on_from_a_cursor(cms: Cms) -> None:
    cms.post("/v1/deposits", RECORD)
    cms.desk.settle()
    seen, cursor, more = [], 0, True
    while more:
        page = cms.open(f"/v1/events?since={cursor}&limit=2").get_json()
        seen += [event["kind"] for event in page["events"]]
        cursor, more = page["next"], page["more"]
    assert seen == ["prepared", "sending", "received", "processed", "registered"]
    assert cms.open(f"/v1/events?since={cursor}").get_json() == {
        "ok": True,
        "target": "sandbox",
        "events": [],
        "next": cursor,
        "more": False,
    }


def test_a_doi_is_found_however_its_slash_is_written(cms: Cms) -> None:
    cms.post("/v1/deposits?mode=enqueue", RECORD)
    for path in (DOI, DOI.lower(), DOI.replace("/", "%2F"), DOI.replace("/", "%2f")):
        assert cms.open(f"/v1/dois/{path}").status_code == 200, path


def test_requests_at_the_same_time_register_once(cms: Cms) -> None:
    answers: list[TestResponse] = []
    threads = [threading.Thread(target=lambda: answers.append(cms.post("/v1/deposits", RECORD))) for _ in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert {each.status_code for each in answers} <= {200, 202}, "recorded, or recorded by another of them"
    assert len(cms.desk.sandbox.submissions) == 1


# Who may.

PROTECTED = [
    ("POST", "/v1/check"),
    ("POST", "/v1/deposits"),
    ("GET", f"/v1/dois/{DOI}"),
    ("GET", f"/v1/dois/{DOI}/history"),
    ("GET", "/v1/events"),
]
HEADERS = [
    {},
    {"Authorization": ""},
    {"Authorization": "Bearer"},
    {"Authorization": f"Bearer {TOKEN}x"},
    {"Authorization": f"Basic {TOKEN}"},
    {"Authorization": TOKEN},
    {"Authorization": "Bearer tokeñ"},
]


@pytest.mark.parametrize(("method", "path"), PROTECTED)
@pytest.mark.parametrize("headers", HEADERS)
def test_without_a_token_nothing_is_done(cms: Cms, method: str, path: str, headers: dict[str, str]) -> None:
    cms.token = ""
    answer = cms.open(path, method, headers=headers, json=RECORD if method == "POST" else None)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert error_of(answer)["code"] == "unauthorized"
    assert TOKEN not in answer.text
    assert cms.desk.depositor.outstanding() == 0


def test_every_token_opens_and_none_is_kept_or_logged(cms: Cms) -> None:
    for token in (TOKEN, "another-token-0123456789-0123456789"):
        cms.token = token
        assert cms.open("/v1/events?since=0").status_code == 200
    lines = [line.split() for line in cms.log]
    assert [line[1:5] for line in lines] == [["cms", "GET", "/v1/events", "200"], ["other", "GET", "/v1/events", "200"]]
    tokens = Tokens({"cms": TOKEN, "other": SecretStr(TOKEN[::-1])})
    assert TOKEN not in repr(vars(tokens))
    assert repr(tokens) == "Tokens(cms, other)"


@pytest.mark.parametrize("token", ["", "short", "x" * 23, "x" * 513, "with a space in it, and long", "ünicode" * 5])
def test_tokens_that_cannot_serve_are_refused_and_not_shown(token: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Tokens({"cms": token})
    assert "cms" in caught.value.message
    assert not token or token not in str(caught.value)


def test_without_tokens_nobody_may(desk: Desk) -> None:
    client = Client(application(desk.depositor, tokens={}))
    assert client.get("/v1/events", headers={"Authorization": "Bearer "}).status_code == 401
    assert client.get("/v1/health").status_code == 200


# What cannot be read.


def body(content: Any, **options: Any) -> dict[str, Any]:
    return {"data": content, "content_type": "application/json", **options}


@pytest.mark.parametrize(
    ("options", "status", "code"),
    [
        (body(b"{", headers={}), 400, "json-syntax"),
        (body(b""), 400, "json-syntax"),
        (body(b"null"), 400, "json-syntax"),
        (body(b'"/etc/passwd"'), 400, "json-syntax"),
        (body(b"/etc/passwd"), 400, "json-syntax"),
        (body(b"series: sadf-comment"), 400, "json-syntax"),
        (body(b'{"a": NaN}'), 400, "json-syntax"),
        (body(b"[" * 100_000), 400, "too-deep"),
        (body(b'{"a": ' * 60 + b"1" + b"}" * 60), 400, "too-deep"),
        (body(b'{"title": "\xff"}'), 400, "encoding"),
        (body(b'["/etc/passwd"]'), 422, "record-shape"),
        (body(b"[[]]"), 422, "record-shape"),
        (body(b"[]"), 422, "no-record"),
        (body(b'{"title": "a", "title": "b"}'), 422, "duplicate-key"),
        (body(b"[" + b",".join([b"{}"] * (MAX_RECORDS + 1)) + b"]"), 413, "too-many-records"),
        (body(b" " * (MAX_BODY + 1)), 413, "body-too-large"),
        (body(b"{}", content_type="text/plain"), 415, "content-type"),
        (body(b"{}", content_type=""), 415, "content-type"),
        (body(b"{}", content_type="application/x-www-form-urlencoded"), 415, "content-type"),
        (body(b"{}", content_type="application/json; charset=latin-1"), 415, "content-type"),
        (body(b"{}", headers={"Content-Encoding": "gzip"}), 415, "content-encoding"),
    ],
)
@pytest.mark.parametrize("path", ["/v1/check", "/v1/deposits"])
def test_bodies_that_are_no_records(cms: Cms, path: str, options: dict[str, Any], status: int, code: str) -> None:
    answer = cms.open(path, "POST", **options)
    assert (answer.status_code, error_of(answer)["code"]) == (status, code)
    assert cms.desk.depositor.outstanding() == 0


@pytest.mark.parametrize("content", [{}, {"series": 1}, {"\ud800": "\ud800"}, {**RECORD, "title": "a\u0000\ud800"}])
def test_strange_records_are_findings(cms: Cms, content: dict[str, Any]) -> None:
    answer = cms.open("/v1/deposits", "POST", **body(json.dumps(content)))
    assert answer.status_code == 422
    assert answer.get_json()["records"][0]["findings"]


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("/v1/deposits?mod=enqueue", "query parameter mod"),
        ("/v1/deposits?mode=later", "query parameter mode"),
        ("/v1/deposits?mode=send&mode=enqueue", "query parameter mode"),
        ("/v1/deposits?retry=yes", "query parameter retry"),
        ("/v1/check?retry=true", "query parameter retry"),
        ("/v1/events?since=-1", "query parameter since"),
        ("/v1/events?since=1e3", "query parameter since"),
        ("/v1/events?since=99999999999999999999", "query parameter since"),
        ("/v1/events?since=٣", "query parameter since"),
        ("/v1/events?limit=0", "query parameter limit"),
        ("/v1/events?limit=1001", "query parameter limit"),
    ],
)
def test_a_misspelt_parameter_is_never_passed_over(cms: Cms, path: str, where: str) -> None:
    answer = cms.open(path) if "events" in path else cms.post(path, RECORD)
    assert (answer.status_code, error_of(answer)["where"]) == (400, where)
    assert cms.desk.depositor.outstanding() == 0


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/v1", 404),
        ("GET", "/v2/health", 404),
        ("GET", "/v1/dois/", 404),
        ("GET", "/v1/dois/nothing", 404),
        ("GET", "/v1/dois/10.5555/never-seen", 404),
        ("GET", "/v1/dois/10.5555/never-seen/history", 404),
        ("GET", "/v1/dois/10.5555/ä%FF%0A", 404),
        ("GET", "/v1/check", 405),
        ("DELETE", f"/v1/dois/{DOI}", 405),
        ("PUT", "/v1/deposits", 405),
        ("OPTIONS", "/v1/deposits", 405),
    ],
)
def test_what_is_not_there(cms: Cms, method: str, path: str, status: int) -> None:
    answer = cms.open(path, method)
    assert answer.status_code == status
    error_of(answer)
    assert ("Allow" in answer.headers) == (status == 405)


def test_no_other_site_is_let_in(cms: Cms) -> None:
    headers = {"Origin": "https://evil.example.org", "Access-Control-Request-Method": "POST"}
    for answer in (cms.open("/v1/deposits", "OPTIONS", headers=headers), cms.open("/v1/events", headers=headers)):
        assert not [name for name in answer.headers.keys() if name.startswith("Access-Control")]  # noqa: SIM118
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] in {"no-store", "private, no-cache"}


# When something fails.


class Broken:
    """Opens nothing: the ledger is away, or the code has a fault."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __call__(self) -> Any:
        raise self.error


HEADER = {"Authorization": f"Bearer {TOKEN}"}


def test_a_ledger_that_is_away_is_said_to_those_with_a_token_alone() -> None:
    error = LedgerUnavailable("/secret/place/ledger.sqlite3 cannot be opened", hint="look at the disk")
    client = Client(application(Broken(error), tokens={"cms": TOKEN}, notify_endpoints=[ENDPOINT]))
    for path in ("/v1/health", "/v1/crossref/notify"):
        answer = client.get(path, headers={"CROSSREF-NOTIFY-ENDPOINT": ENDPOINT, "CROSSREF-EXTERNAL-ID": "a"})
        assert answer.status_code == 503
        assert "secret" not in answer.text
    answer = client.get("/v1/events", headers=HEADER)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert error_of(answer)["message"] == error.message


def test_a_fault_of_the_code_tells_nothing(caplog: pytest.LogCaptureFixture) -> None:
    client = Client(application(Broken(KeyError("the inside")), tokens={"cms": TOKEN}))
    answer = client.get("/v1/events", headers=HEADER)
    assert answer.status_code == 500
    assert error_of(answer)["code"] == "internal"
    assert "inside" not in answer.text
    assert "Traceback" not in answer.text
    assert "the inside" in caplog.text, "the log has it"


def test_a_depositor_is_opened_once_and_closed_by_who_opened_it(desk: Desk) -> None:
    opened = []

    def open_it() -> Any:
        opened.append(desk.open())
        return opened[-1]

    app = application(open_it, tokens={"cms": TOKEN})
    assert not opened, "nothing is opened before it is needed"
    client = Client(app)
    threads = [threading.Thread(target=lambda: client.get("/v1/health")) for _ in range(5)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(opened) == 1
    app.close()
    assert Client(app).get("/v1/health").status_code == 200, "and opened again when it is needed again"
    assert len(opened) == 2
    app.close()
    given = application(desk.open(), tokens={})
    given.close()
    assert desk.depositor.outstanding() == 0, "what was handed over stays open"


# Below a path of another application.


def test_it_can_be_mounted_below_a_path(desk: Desk) -> None:
    from werkzeug.middleware.dispatcher import DispatcherMiddleware
    from werkzeug.wrappers import Response

    mounted = DispatcherMiddleware(Response("a page"), {"/doi": Cms(desk).app})
    client = Client(mounted)
    assert client.get("/doi/v1/events", headers=HEADER).status_code == 200
    assert client.get("/doi/openapi.json").get_json()["servers"] == [{"url": "/doi"}]
    assert client.get("/anything").text == "a page"


# Many DOIs at once, and what a person decides.


def filled(cms: Cms, *numbers: int) -> list[str]:
    answer = cms.post("/v1/deposits", [{**RECORD, "number": str(number)} for number in numbers])
    assert answer.status_code == 202
    return [record["doi"] for record in answer.get_json()["records"]]


def test_many_dois_are_asked_for_in_one_request(cms: Cms) -> None:
    known = filled(cms, 258, 259, 260)
    asked = "&".join(f"doi={doi.lower()}" for doi in [known[2], known[0], "10.5555/never-seen"])
    data = cms.open(f"/v1/dois?{asked}").get_json()
    assert [record["doi"] for record in data["records"]] == [known[0], known[2]]
    assert (data["more"], data["next"]) == (False, None)


def test_a_list_is_read_page_by_page_and_filtered(cms: Cms) -> None:
    known = filled(cms, *range(258, 265))
    seen, after = [], ""
    for _ in range(4):
        data = cms.open(f"/v1/dois?limit=2{after}").get_json()
        seen += [record["doi"] for record in data["records"]]
        after = f"&after={data['next']}"
    assert seen == known
    assert not data["more"]
    cms.desk.settle()
    assert cms.open("/v1/dois?outstanding=true").get_json()["records"] == []
    assert len(cms.open("/v1/dois?state=done&series=sadf-comment").get_json()["records"]) == 7
    assert cms.open("/v1/dois?series=another").get_json()["records"] == []


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ("doi=nonsense", "query parameter doi"),
        ("after=nonsense", "query parameter after"),
        ("limit=0", "query parameter limit"),
        ("limit=1001", "query parameter limit"),
        ("state=nonsense", "query parameter state"),
        ("attention=perhaps", "query parameter attention"),
        ("series=a&series=b", "query parameter series"),
        ("offset=3", "query parameter offset"),
        ("&".join(f"doi=10.5555/{number}" for number in range(101)), "query parameter doi"),
    ],
)
def test_what_cannot_be_listed_is_said(cms: Cms, query: str, where: str) -> None:
    answer = cms.open(f"/v1/dois?{query}")
    assert answer.status_code == 400
    assert error_of(answer)["where"] == where


def test_a_person_decides_with_a_reason_that_is_kept(cms: Cms) -> None:
    cms.desk.sandbox.faults.add("reject", "Something Crossref said")
    filled(cms, 258)
    cms.desk.settle()
    (record,) = cms.open("/v1/dois?attention=true").get_json()["records"]
    assert record["doi"] == DOI
    data = cms.post(f"/v1/dois/{DOI}/acknowledge", {"reason": "a colleague asks Crossref"}).get_json()
    assert data["records"][0]["acknowledged"] == "a colleague asks Crossref"
    assert cms.open("/v1/dois?attention=true").get_json()["records"] == []
    error = error_of(cms.post(f"/v1/dois/{DOI}/abandon", {"reason": "nothing is open"}))
    assert "no deposit of" in error["message"]


def test_what_is_under_way_can_be_given_up(cms: Cms) -> None:
    filled(cms, 258)
    data = cms.post(f"/v1/dois/{DOI}/abandon", {"reason": "sent by mistake"}).get_json()
    assert data["records"][0]["state"] == "refused"
    kinds = [entry["kind"] for entry in cms.open(f"/v1/dois/{DOI}/history").get_json()["history"]]
    assert kinds[-1] == "abandoned"


@pytest.mark.parametrize(
    "body", [{}, {"reason": ""}, {"reason": " "}, {"reason": 3}, {"reason": "a\nb"}, {"reason": "x" * 1001}, []]
)
@pytest.mark.parametrize("decision", ["acknowledge", "abandon"])
def test_a_decision_without_a_reason_is_refused(cms: Cms, decision: str, body: Any) -> None:
    filled(cms, 258)
    answer = cms.post(f"/v1/dois/{DOI}/{decision}", body)
    assert answer.status_code == 422
    assert error_of(answer)["where"] == "body, reason"


@pytest.mark.parametrize("what", ["xml", "tags", "acknowledge", "abandon", "verify"])
def test_a_doi_that_was_never_deposited_has_nothing(cms: Cms, what: str) -> None:
    method = "GET" if what in {"xml", "tags"} else "POST"
    answer = cms.open(f"/v1/dois/10.5555/never/{what}", method, json={"reason": "x"} if method == "POST" else None)
    assert answer.status_code == 404
    assert error_of(answer)["code"] == "doi-unknown"


def test_a_doi_is_looked_up_when_asked_to(cms: Cms) -> None:
    filled(cms, 258)
    cms.desk.settle()
    answer = cms.open(f"/v1/dois/{DOI}/verify", "POST")
    assert answer.status_code == 200
    assert answer.get_json()["records"][0]["registered"]


def test_the_deposit_file_and_the_tags_are_those_of_the_command_line(cms: Cms) -> None:
    filled(cms, 258)
    answer = cms.open(f"/v1/dois/{DOI}/xml")
    assert answer.mimetype == "application/xml"
    assert answer.data == cms.desk.depositor.xml(DOI)
    tags = cms.open(f"/v1/dois/{DOI}/tags").get_json()
    assert tags["doi_display"] == f'<a href="https://doi.org/{DOI}">https://doi.org/{DOI}</a>'
    assert tags["citation"].startswith("Wolf, S. O. (2023). Prospects for NATO-Japan relations.")
    assert {"name": "citation_doi", "content": DOI} in tags["meta"]
    assert tags["head_html"].startswith('<meta name="citation_title"')


# The access log.


def test_a_request_can_be_found_by_its_name_and_forges_no_line(cms: Cms) -> None:
    named = cms.open("/v1/events", headers={"X-Request-Id": "cms-4711"})
    assert named.headers["X-Request-Id"] == "cms-4711"
    forged = cms.open("/v1/events?token=secret", headers={"X-Request-Id": "a b 200 0ms x"})
    assert re.fullmatch(r"[0-9a-f]{12}", forged.headers["X-Request-Id"])
    cms.token = "nobody's"
    cms.open("/v1/nothing/%0aGET")
    first, second, third = cms.log
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ cms GET /v1/events 200 \d+ms cms-4711", first)
    assert "secret" not in second
    assert re.fullmatch(r"\S+ - GET /v1/nothing/\?GET 404 \d+ms [0-9a-f]{12}", third)


def test_the_access_log_as_json(desk: Desk) -> None:
    lines: list[str] = []
    seconds = iter([0.0, 0.0, 1.0, 1.25])
    app = application(
        desk.depositor, tokens={"cms": TOKEN}, log=lines.append, log_as_json=True, monotonic=lambda: next(seconds)
    )
    Client(app).get("/v1/events", headers={"Authorization": f"Bearer {TOKEN}"})
    told = json.loads(lines[0])
    assert (told["holder"], told["status"], told["milliseconds"]) == ("cms", 200, 250)


@pytest.mark.parametrize("fault", ["drop_after_accept", "html_200", "status=500"])
def test_a_request_that_is_repeated_says_that_the_first_one_is_in_doubt(cms: Cms, fault: str) -> None:
    name, _, value = fault.partition("=")
    cms.desk.sandbox.faults.add(name, value or None, at="upload")
    assert cms.post("/v1/deposits", RECORD).status_code == 202
    doubt = "sent before, but it is not known yet whether Crossref received it"
    again = cms.post("/v1/deposits", RECORD)
    assert (again.status_code, again.get_json()["ok"]) == (200, False)
    assert again.get_json()["error"]["code"] == "submission-in-doubt"
    assert again.get_json()["records"][0]["reason"].startswith(doubt)
    made = cms.post("/v1/plans", RECORD).get_json()["plan"]
    assert made["records"][0]["reason"].startswith(doubt)
    assert made["consequences"] == [f"1 record was {doubt}"]
    assert cms.post("/v1/check", RECORD).get_json()["error"]["code"] == "submission-in-doubt"
    cms.desk.settle()
    done = cms.post("/v1/deposits", RECORD).get_json()
    assert (done["ok"], done["records"][0]["reason"], "error" in done) == (
        True,
        "registered with the same content",
        False,
    )


def test_a_request_that_is_repeated_while_nothing_is_sent_says_until_when(cms: Cms) -> None:
    cms.desk.sandbox.faults.add("retry_after", "600", at="upload")
    assert cms.post("/v1/deposits", RECORD).get_json()["ok"] is True
    again = cms.post("/v1/deposits", RECORD).get_json()
    assert (again["ok"], again["error"]["code"]) == (False, "registrar-unavailable")
    assert again["error"]["message"].startswith("not sent yet: nothing is sent before 20")
