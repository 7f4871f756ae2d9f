"""What a depositor meets: the page, the waiting, the log, and who may see what."""

import re
from datetime import UTC, datetime

import pytest

from doideposit.sandbox.accounts import Account
from doideposit.sandbox.clock import Clock, Delays
from doideposit.sandbox.exchange import Reply, Request, UploadedFile
from doideposit.sandbox.simulation import Sandbox
from sandbox_deposits import Batch, Paper, poll, settle, upload


def status(reply: Reply) -> str:
    found = re.search(r'<doi_batch_diagnostic status="(\w+)"', reply.text)
    assert found, reply.text
    return found[1]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sandbox(clock: Clock) -> Sandbox:
    return Sandbox(clock=clock)


def test_an_upload_is_answered_with_144_bytes_and_no_id(sandbox: Sandbox) -> None:
    reply = upload(sandbox, b"anything at all")
    assert isinstance(reply, Reply)
    assert reply.status == 200
    assert len(reply.body) == 144
    assert reply.body.startswith(b"\n\n\n\n<html>\n<head><title>SUCCESS</title>")
    assert b"<p>Your batch submission was successfully received.</p>" in reply.body
    assert str(sandbox.submissions[0].id).encode() not in reply.body
    assert reply.content_type == "text/html;charset=ISO-8859-1"
    assert [name for name, _ in reply.headers].count("Set-Cookie") == 1


def test_a_submission_is_hidden_then_queued_then_in_process_then_completed(sandbox: Sandbox, clock: Clock) -> None:
    upload(sandbox, Batch().xml())
    seen = []
    for seconds in (0, 0.9, 0.2, 1.8, 0.2, 1.8, 0.2):
        clock.advance(seconds)
        seen.append(status(poll(sandbox)))
    assert seen == [
        "unknown_submission", "unknown_submission", "queued", "queued", "in_process", "in_process", "completed",
    ]  # fmt: skip


def test_a_first_poll_is_never_completed_however_late(sandbox: Sandbox, clock: Clock) -> None:
    upload(sandbox, Batch().xml())
    clock.advance(86_400)
    assert [status(poll(sandbox)) for _ in range(3)] == ["in_process", "completed", "completed"]


def test_without_delays_the_first_poll_finds_the_log() -> None:
    sandbox = Sandbox(clock=Clock(), delays=Delays.none())
    upload(sandbox, Batch().xml())
    assert status(poll(sandbox)) == "completed"


def test_the_waiting_answer_is_the_recorded_one(sandbox: Sandbox, clock: Clock) -> None:
    upload(sandbox, Batch().xml())
    clock.advance(1)
    number = sandbox.submissions[0].id
    assert poll(sandbox).body == (
        b'<?xml version="1.0" encoding="UTF-8"?>\n<doi_batch_diagnostic status="queued">\r\n'
        b"  <submission_id>%d</submission_id>\r\n  <batch_id />\r\n</doi_batch_diagnostic>" % number
    )


def test_the_clock_set_back_makes_nothing_complete_earlier(sandbox: Sandbox, clock: Clock) -> None:
    upload(sandbox, Batch().xml())
    clock.advance(-3600)
    assert status(poll(sandbox)) == "unknown_submission"
    assert sandbox.submissions[0].stage(clock()) == "hidden"


def test_ids_have_ten_digits_and_grow(sandbox: Sandbox) -> None:
    for number in range(20):
        upload(sandbox, b"<x/>", f"{number}.xml")
    ids = [one.id for one in sandbox.submissions]
    assert ids == sorted(set(ids))
    assert all(len(str(one)) == 10 for one in ids)


def test_the_batch_id_finds_a_submission_only_once_it_was_parsed(sandbox: Sandbox, clock: Clock) -> None:
    upload(sandbox, Batch(batch_id="mine-7").xml())
    clock.advance(2)
    assert status(poll(sandbox, "", doi_batch_id="mine-7")) == "unknown_submission"
    assert status(poll(sandbox)) == "queued"
    settle(sandbox, clock)
    assert status(poll(sandbox, "", doi_batch_id="mine-7")) == "completed"


def test_a_file_that_cannot_be_parsed_is_never_found_by_batch_id(sandbox: Sandbox, clock: Clock) -> None:
    upload(sandbox, Batch(batch_id="mine-8").xml()[:-5])
    settle(sandbox, clock)
    poll(sandbox)
    assert status(poll(sandbox, "", doi_batch_id="mine-8")) == "unknown_submission"
    assert status(poll(sandbox)) == "completed"


def test_a_name_used_twice_finds_the_older_log(sandbox: Sandbox, clock: Clock) -> None:
    upload(sandbox, Batch(batch_id="first").xml(), "same.xml")
    upload(sandbox, Batch(batch_id="second", papers=(Paper(doi="10.5555/c2", number="2"),)).xml(), "same.xml")
    settle(sandbox, clock)
    poll(sandbox, "same.xml")
    assert b"<batch_id>first</batch_id>" in poll(sandbox, "same.xml").body
    assert len(sandbox.submissions) == 2


def test_the_stored_file_can_be_fetched_back(sandbox: Sandbox) -> None:
    upload(sandbox, Batch().xml())
    assert poll(sandbox, type="contents").body == Batch().xml()


def test_the_kind_of_download_must_be_named(sandbox: Sandbox) -> None:
    upload(sandbox, Batch().xml())
    assert poll(sandbox, type="").status == 400


ROLES = (
    Account.role("house", "s3cret&/#", ["10.5555"]),
    Account.person("ana@example.org", "pw+1", {"house": ["10.5555"], "other": ["10.6666"]}),
)


@pytest.mark.parametrize(
    ("login", "password", "heard"),
    [
        ("house", "s3cret&/#", "Your batch submission was successfully received."),
        ("ana@example.org/house", "pw+1", "Your batch submission was successfully received."),
        ("ana@example.org/nosuchrole", "pw+1", "Your batch submission was successfully received."),
        ("house", "S3CRET&/#", "Wrong credentials. Incorrect username or password"),
        ("House", "s3cret&/#", "username: House does not seem to exist."),
        ("nobody", "pw-of-nobody", "username: nobody does not seem to exist."),
        ("", "", "username:  does not seem to exist."),
    ],
)
def test_logins(clock: Clock, login: str, password: str, heard: str) -> None:
    sandbox = Sandbox(accounts=ROLES, clock=clock)
    reply = upload(sandbox, Batch().xml(), login_id=login, login_passwd=password)
    assert isinstance(reply, Reply)
    assert reply.status == 200
    assert heard in reply.text
    assert ('action="/servlet/useragent"' in reply.text) == ("received" not in heard)
    assert password not in reply.text or not password


def test_the_login_page_is_about_seven_kilobytes_of_html(sandbox: Sandbox) -> None:
    reply = upload(sandbox, b"<x/>", login_id="foo")
    assert isinstance(reply, Reply)
    assert 6_000 < len(reply.body) < 8_000
    for words in (
        "Crossref Administration Home Page",
        "Please supply a login and a password:",
        'name="usr"',
        'name="pwd"',
    ):
        assert words in reply.text


def test_a_login_in_html_is_escaped(sandbox: Sandbox) -> None:
    reply = upload(sandbox, b"<x/>", login_id="<script>alert(1)</script>")
    assert isinstance(reply, Reply)
    assert "<script>alert" not in reply.text


def test_nobody_sees_the_files_of_others(clock: Clock) -> None:
    sandbox = Sandbox(accounts=ROLES, clock=clock, delays=Delays.none())
    upload(sandbox, Batch().xml(), login_id="house", login_passwd="s3cret&/#")
    mine = poll(sandbox, usr="house", pwd="s3cret&/#")
    other = poll(sandbox, usr="ana@example.org/house", pwd="pw+1")
    contents = poll(sandbox, usr="ana@example.org/house", pwd="pw+1", type="contents")
    assert (status(mine), status(other), status(contents)) == ("completed", "unknown_submission", "unknown_submission")


def test_the_wrong_role_fails_only_when_the_file_is_processed(clock: Clock) -> None:
    sandbox = Sandbox(accounts=ROLES, clock=clock, delays=Delays.none())
    login = {"login_id": "ana@example.org/other", "login_passwd": "pw+1"}
    upload(sandbox, Batch().xml(), **login)
    log = poll(sandbox, usr=login["login_id"], pwd=login["login_passwd"]).text
    assert "User not allowed to add records for prefix: 10.5555" in log
    assert sandbox.records == ()


def test_the_file_part_may_have_any_name_and_fields_may_stand_in_the_query(sandbox: Sandbox) -> None:
    content = Request.post("/servlet/deposit", {}, UploadedFile("mdFile", "q.xml", Batch().xml())).read
    query = {"login_id": "sandbox", "login_passwd": "sandbox"}
    reply = sandbox.handle(Request("POST", "/servlet/deposit", query, content))
    assert isinstance(reply, Reply)
    assert len(reply.body) == 144
    assert sandbox.submissions[0].operation == "doMDUpload"


@pytest.mark.parametrize(
    ("request_", "status_code", "words"),
    [
        (
            Request.post("/servlet/deposit", {"login_id": "sandbox", "login_passwd": "sandbox"}),
            200,
            "No file was uploaded.",
        ),
        (Request.get("/servlet/deposit"), 200, "Please supply a login"),
        (Request.get("/servlet/useragent"), 200, "Please supply a login"),
        (Request.get("/servlet/nothing"), 404, '"message":"Route not found"'),
        (Request.get("/"), 404, "route-not-found"),
        (Request.post("/v2/deposits", {}), 404, "route-not-found"),
    ],
)
def test_what_is_no_upload(sandbox: Sandbox, request_: Request, status_code: int, words: str) -> None:
    reply = sandbox.handle(request_)
    assert isinstance(reply, Reply)
    assert (reply.status, words in reply.text) == (status_code, True)


def test_a_file_over_ten_megabytes_and_an_unknown_operation_are_turned_away(sandbox: Sandbox) -> None:
    large = upload(sandbox, b" " * 10_000_001)
    odd = upload(sandbox, b"<x/>", operation="doQueryUpload")
    assert isinstance(large, Reply)
    assert isinstance(odd, Reply)
    assert large.status == 413
    assert "doQueryUpload" in odd.text
    assert sandbox.submissions == ()


def test_too_many_pending_submissions_fill_the_queue(clock: Clock) -> None:
    sandbox = Sandbox(clock=clock, most_pending=3)
    answers = [upload(sandbox, b"<x/>", f"{number}.xml") for number in range(4)]
    assert [answer.status for answer in answers if isinstance(answer, Reply)] == [200, 200, 200, 429]
    settle(sandbox, clock)
    assert isinstance(again := upload(sandbox, b"<x/>", "5.xml"), Reply)
    assert again.status == 200


def test_the_synchronous_route_answers_with_the_log(clock: Clock) -> None:
    sandbox = Sandbox(clock=clock, synchronous=True)
    citations = '<citation key="r1"><unstructured_citation>A, B. (2001). C.</unstructured_citation></citation>'

    def deposit(content: bytes, part: str = "mdFile", password: str = "sandbox") -> Reply:
        fields = {"usr": "sandbox", "pwd": password, "operation": "doMDUpload"}
        reply = sandbox.handle(Request.post("/v2/deposits", fields, UploadedFile(part, "v2.xml", content)))
        assert isinstance(reply, Reply)
        return reply

    good = deposit(Batch(papers=(Paper(citations=citations),)).xml())
    assert (good.status, 'citations_diagnostic deferred="' in good.text) == (200, True)
    again = deposit(Batch().xml())
    assert (again.status, 'status="Failure" msg_id="4"' in again.text) == (200, True)
    assert [deposit(b"<x").status, deposit(b"<x/>", "fname").status, deposit(b"<x/>", password="no").status] == [
        403,
        400,
        401,
    ]


def test_the_clock_ticks_by_itself_when_asked_to() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    ticking = Clock(start, tick=0.5)
    assert [(ticking() - start).total_seconds() for _ in range(3)] == [0, 0.5, 1]
    ticking.set(start)
    assert ticking() == start
