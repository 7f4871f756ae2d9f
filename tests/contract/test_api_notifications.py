"""Crossref's notification callback: a hint that is believed in nothing but when to ask."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from werkzeug.test import Client

from api_client import DOI, ENDPOINT, RECORD, Cms
from depositing import Desk, sqlite_url
from doideposit.web import application
from doideposit.web.allowance import Allowance


@pytest.fixture
def cms(tmp_path: Path) -> Iterator[Cms]:
    with Desk(sqlite_url(tmp_path)) as desk:
        one = Cms(desk)
        one.post("/v1/deposits", RECORD)
        yield one


def batch_of(cms: Cms) -> str:
    submission = cms.desk.depositor.status(DOI).submission
    assert submission is not None
    return submission.batch_id


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_it_makes_the_submission_due_at_once_and_proves_nothing(cms: Cms, method: str) -> None:
    depositor, clock = cms.desk.depositor, cms.desk.clock
    assert depositor.next_due() > clock()
    assert depositor.poll().looked == 0
    answer = cms.notify(ENDPOINT, batch_of(cms), method)
    assert (answer.status_code, answer.get_json()) == (200, {"ok": True})
    assert depositor.status(DOI).registered is False
    assert depositor.next_due() <= clock()
    report = depositor.poll()
    assert report.looked == 1
    assert depositor.status(DOI).registered is True


def test_a_bogus_call_changes_nothing_that_matters(cms: Cms) -> None:
    """Crossref has not finished: the question is asked early, and the wait goes on."""
    cms.desk.sandbox.faults.add("status", 503, times=1, at="poll")
    assert cms.notify(ENDPOINT, batch_of(cms)).status_code == 200
    cms.desk.depositor.poll()
    status = cms.desk.depositor.status(DOI)
    assert (status.registered, status.state.value) == (False, "queued")
    cms.desk.settle()
    assert cms.desk.depositor.status(DOI).registered is True


def test_a_finished_submission_is_left_alone(cms: Cms) -> None:
    cms.desk.settle()
    before = list(cms.desk.depositor.events())
    assert cms.notify(ENDPOINT, batch_of(cms)).status_code == 200
    assert cms.desk.depositor.next_due() is None
    assert list(cms.desk.depositor.events()) == before


@pytest.mark.parametrize(
    ("endpoint", "batch_id", "status"),
    [
        (None, "known", 403),
        ("", "known", 403),
        ("sadf.2", "known", 403),
        ("SADF.1", "known", 403),
        ("sadf.1\u00e9", "known", 403),
        (ENDPOINT, None, 404),
        (ENDPOINT, "", 404),
        (ENDPOINT, "sadf-comment-20260901t120000000-00000000", 404),
        (ENDPOINT, "x" * 5_000, 404),
        (ENDPOINT, "' OR 1=1 --", 404),
        (ENDPOINT, "\u00e9", 404),
    ],
)
def test_everyone_else_learns_nothing(cms: Cms, endpoint: str | None, batch_id: str | None, status: int) -> None:
    due = cms.desk.depositor.next_due()
    answer = cms.notify(endpoint, batch_of(cms) if batch_id == "known" else batch_id)
    assert answer.status_code == status
    assert answer.get_json()["error"]["message"] == "refused"
    assert ENDPOINT not in answer.text
    assert cms.desk.depositor.next_due() == due


def test_without_endpoint_names_there_is_no_such_address(cms: Cms) -> None:
    client = Client(application(cms.desk.depositor, tokens={}))
    headers = {"CROSSREF-NOTIFY-ENDPOINT": "", "CROSSREF-EXTERNAL-ID": batch_of(cms)}
    assert client.post("/v1/crossref/notify", headers=headers).status_code == 404


def test_a_flood_is_cut_off_and_the_api_still_answers(cms: Cms) -> None:
    statuses = [cms.notify("wrong", "x").status_code for _ in range(130)]
    assert statuses == [403] * 120 + [429] * 10
    assert cms.notify("wrong", "x").headers["Retry-After"] == "60"
    assert cms.notify(ENDPOINT, batch_of(cms)).status_code == 200, "Crossref's own calls are not kept out"
    assert cms.open(f"/v1/dois/{DOI}").status_code == 200
    statuses = [cms.notify(ENDPOINT, "not ours").status_code for _ in range(130)]
    assert statuses == [404] * 119 + [429] * 11
    cms.seconds += 1
    assert cms.notify(ENDPOINT, batch_of(cms)).status_code == 200


def test_the_allowance_never_grows_beyond_its_burst() -> None:
    now = [0.0]
    allowance = Allowance(2, 0.5, lambda: now[0])
    assert [allowance.take() for _ in range(3)] == [True, True, False]
    now[0] += timedelta(days=1).total_seconds()
    assert [allowance.take() for _ in range(3)] == [True, True, False]
    now[0] += 1
    assert not allowance.take()
    now[0] += 1
    assert allowance.take()


def test_the_offered_address_is_never_fetched(cms: Cms) -> None:
    """The call of `notify` offers one on a foreign host; pytest-socket would fail the test on any connection."""
    import socket

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("something connected")

    original = socket.socket.connect
    socket.socket.connect = refuse  # type: ignore[method-assign,assignment]
    try:
        assert cms.notify(ENDPOINT, batch_of(cms)).status_code == 200
    finally:
        socket.socket.connect = original  # type: ignore[method-assign]
