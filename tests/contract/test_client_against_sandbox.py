"""Client, reader and look-ups against the sandbox over HTTP: two readings of one protocol, written apart."""

import json
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from doideposit.crossref.client import CrossrefClient
from doideposit.crossref.diagnostics.outcomes import (
    BatchOutcome,
    NotFound,
    Pending,
    PollResult,
    Unrecognized,
    read,
)
from doideposit.crossref.http import Timeouts
from doideposit.crossref.politeness import PassingTime
from doideposit.crossref.registrar import Credentials, CrossrefMember, Endpoint
from doideposit.crossref.rest_api import Registry
from doideposit.errors import (
    CredentialsRefused,
    DoiDepositError,
    RegistrarBusy,
    RegistrarUnavailable,
    SubmissionForbidden,
    SubmissionInDoubt,
)
from doideposit.lifecycle import Outcome
from doideposit.records.identifiers import Doi
from doideposit.records.models import batch as models_batch
from doideposit.records.models.batch import SealedBatch
from doideposit.registered.reading import RegisteredRecord
from doideposit.sandbox.accounts import Account
from doideposit.sandbox.clock import Clock, Delays
from doideposit.sandbox.exchange import Reply
from doideposit.sandbox.faults import Fault
from doideposit.sandbox.retention import SandboxRules
from doideposit.sandbox.server import running
from doideposit.sandbox.simulation import Sandbox
from sandbox_deposits import STAMP, Batch, Paper, get

pytestmark = pytest.mark.network_loopback

PASSWORD = "correct-horse-battery"
NAME = "forum-20260901t120000000-0123abcd.xml"
DOI = Doi("10.5555/c1")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sandbox(clock: Clock) -> Sandbox:
    accounts = [Account.role("forum", PASSWORD, ["10.5555", "10.5556"])]
    return Sandbox(accounts=accounts, clock=clock, delays=Delays.none())


@pytest.fixture
def url(sandbox: Sandbox) -> Iterator[str]:
    with running(sandbox) as address:
        yield address


def client(url: str, password: str = PASSWORD, *, read_timeout: float = 30) -> CrossrefClient:
    limits = Timeouts(connect=30, read=read_timeout, total=60)
    return CrossrefClient(Endpoint("sandbox", url), lambda: Credentials("forum", SecretStr(password)), timeouts=limits)


def sealed(batch: Batch) -> SealedBatch:
    dois = tuple(Doi(paper.doi) for paper in batch.papers)
    return SealedBatch(batch.xml(), "5.5.0", batch.batch_id, batch.timestamp or 0, dois, models_batch.SEAL)


def ask(url: str, batch: Batch, name: str = NAME) -> PollResult:
    dois = sealed(batch).dois
    return read(client(url).fetch_result(name), dois=dois, batch_id=batch.batch_id)


def outcome(url: str, batch: Batch, name: str = NAME) -> BatchOutcome:
    reading = ask(url, batch, name)
    assert isinstance(reading, BatchOutcome), reading
    return reading


def test_a_deposit_is_registered_and_looked_up(url: str) -> None:
    batch = Batch(papers=(Paper(), Paper("10.5555/c2", "On lakes", number="2")))
    assert isinstance(ask(url, batch), NotFound)
    assert client(url).submit(sealed(batch), NAME).file_name == NAME
    result = outcome(url, batch)
    assert [one.outcome for one in result.outcomes] == [Outcome.REGISTERED] * 2
    assert result.submission_id
    registry = Registry(Endpoint("sandbox", url, url, url), mailto="doi@example.org")
    work, handle = registry.work(DOI), registry.handle(DOI)
    assert work is not None
    assert handle is not None
    assert (work.landing_url, handle.urls) == ("https://example.org/c1", ("https://example.org/c1",))
    assert work.deposited is not None
    assert registry.deposit_timestamp(DOI, "doi@example.org") == STAMP
    unknown = Doi("10.5555/never")
    assert registry.work(unknown) is None
    assert registry.handle(unknown) is None
    assert registry.deposit_timestamp(unknown, "doi@example.org") is None


def test_a_second_copy_with_the_same_timestamp_proves_that_the_first_took_effect(url: str) -> None:
    batch = Batch()
    client(url).submit(sealed(batch), NAME)
    client(url).submit(sealed(batch), "again.xml")
    assert outcome(url, batch).outcomes[0].outcome is Outcome.REGISTERED
    second = outcome(url, batch, "again.xml").outcomes[0]
    assert (second.outcome, second.registered_timestamp) == (Outcome.FAILED, STAMP)
    assert second.finding is not None
    assert second.finding.code == "crossref-timestamp-too-old"


@pytest.mark.parametrize(
    ("batch", "code"),
    [
        (Batch(papers=(Paper("10.9999/c1"),)), "crossref-prefix-not-yours"),
        (Batch(papers=(Paper(), Paper("10.5556/c2"))), "crossref-prefixes-differ"),
        (Batch(papers=(Paper(orcids=("https://orcid.org/0000-0002-1825-0098",)),)), "crossref-orcid-check-digit"),
        (Batch(papers=(Paper(orcids=("https://orcid.org/0000-0002-1825-0097",) * 2),)), "crossref-orcid-duplicate"),
        (Batch(papers=(Paper(target="10.5555/nowhere"),)), "crossref-relation-target"),
        (Batch(issn="2406-5618"), "crossref-title-level"),
        (Batch(timestamp=None), "crossref-timestamp-missing"),
    ],
)
def test_the_sandboxs_refusals_have_their_codes(url: str, batch: Batch, code: str) -> None:
    client(url).submit(sealed(batch), NAME)
    one = outcome(url, batch).outcomes[-1]
    assert one.outcome is Outcome.FAILED
    assert one.finding is not None
    assert one.finding.code == code
    assert one.finding.hint


@pytest.mark.parametrize(
    ("fault", "error", "received"),
    [
        (Fault("auth", "200page"), CredentialsRefused, 0),
        (Fault("auth", "401"), CredentialsRefused, 0),
        (Fault("status", "403"), SubmissionForbidden, 0),
        (Fault("status", "429"), RegistrarBusy, 0),
        (Fault("retry_after", "7"), RegistrarBusy, 0),
        (Fault("queue_full", "429"), RegistrarBusy, 0),
        (Fault("status", "500"), SubmissionInDoubt, 0),
        (Fault("status_after_accept", "500"), SubmissionInDoubt, 1),
        (Fault("status_after_accept", "504"), SubmissionInDoubt, 1),
        (Fault("drop_after_accept"), SubmissionInDoubt, 1),
        (Fault("slow", "4"), SubmissionInDoubt, 1),
        (Fault("html_200", "failure"), SubmissionInDoubt, 0),
        (Fault("html_200", "empty"), SubmissionInDoubt, 0),
    ],
    ids=lambda value: value.name if isinstance(value, Fault) else "",
)
@pytest.mark.slow
def test_each_fault_of_an_upload_is_one_class_of_error(
    sandbox: Sandbox, url: str, fault: Fault, error: type[DoiDepositError], received: int
) -> None:
    sandbox.faults.arm([fault])
    with pytest.raises(DoiDepositError) as caught:
        client(url, read_timeout=1 if fault.name == "slow" else 30).submit(sealed(Batch()), NAME)
    assert type(caught.value) is error
    assert len(sandbox.submissions) == received
    if received:
        assert outcome(url, Batch()).outcomes[0].outcome is Outcome.REGISTERED


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault("unknown_for", "1"), NotFound),
        (Fault("stuck", "queued"), Pending),
        (Fault("stuck", "in_process"), Pending),
        (Fault("poll_garbage", "truncated"), Unrecognized),
        (Fault("poll_garbage", "html"), Unrecognized),
        (Fault("poll_garbage", "empty"), Unrecognized),
        (Fault("poll_garbage", "binary"), Unrecognized),
        (Fault("poll_garbage", "other_root"), Unrecognized),
        (Fault("poll_garbage", "dtd"), Unrecognized),
        (Fault("old_log_first"), Unrecognized),
    ],
    ids=lambda value: f"{value.name}-{value.value}" if isinstance(value, Fault) else "",
)
def test_each_fault_of_a_poll_is_neither_success_nor_failure(
    sandbox: Sandbox, url: str, fault: Fault, expected: type
) -> None:
    sandbox.faults.arm([fault])
    client(url).submit(sealed(Batch()), NAME)
    assert isinstance(ask(url, Batch()), expected)


@pytest.mark.parametrize(
    ("fault", "error"),
    [(Fault("poll_login_page"), CredentialsRefused), (Fault("status", "502", at=None), RegistrarUnavailable)],
    ids=["login page", "502"],
)
def test_a_poll_that_fails_can_be_repeated(
    sandbox: Sandbox, url: str, fault: Fault, error: type[DoiDepositError]
) -> None:
    client(url).submit(sealed(Batch()), NAME)
    sandbox.faults.arm([fault])
    with pytest.raises(error):
        ask(url, Batch())
    assert outcome(url, Batch()).outcomes[0].outcome is Outcome.REGISTERED


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault("leading_whitespace"), Outcome.REGISTERED),
        (Fault("no_status_attr"), Outcome.REGISTERED),
        (Fault("upper_doi"), Outcome.REGISTERED),
        (Fault("multi_pair_record"), Outcome.REGISTERED),
        (Fault("extra_record", "notice"), Outcome.REGISTERED),
        (Fault("extra_record", "container"), Outcome.REGISTERED),
        (Fault("extra_record", "duplicate"), Outcome.REGISTERED),
        (Fault("zero_records"), Outcome.MISSING),
        (Fault("reject", "words never seen before"), Outcome.FAILED),
    ],
    ids=lambda value: f"{value.name}-{value.value}" if isinstance(value, Fault) else "",
)
def test_each_quirk_of_a_log_is_read_for_what_it_is(
    sandbox: Sandbox, url: str, fault: Fault, expected: Outcome
) -> None:
    sandbox.faults.arm([fault])
    client(url).submit(sealed(Batch()), NAME)
    assert outcome(url, Batch()).outcomes[0].outcome is expected
    assert (sandbox.record("10.5555/c1") is not None) == expected.is_registered


def test_logins_are_checked_without_a_trace(sandbox: Sandbox, url: str) -> None:
    assert client(url).check_login()[0] is True
    assert client(url, "wrong-password").check_login()[0] is False
    assert sandbox.submissions == ()


ANSWERS = (
    SandboxRules(),
    SandboxRules(address="pid"),
    SandboxRules(address="usr"),
    SandboxRules(names_limits=False),
    SandboxRules(marks=True),
    SandboxRules(schema="1.0"),
    SandboxRules(address="usr", names_limits=False, marks=True, schema="1.0"),
)


@pytest.mark.parametrize("answers", ANSWERS, ids=[str(place) for place in range(len(ANSWERS))])
def test_every_look_up_of_what_is_registered(clock: Clock, answers: SandboxRules) -> None:
    accounts = [Account.role("forum", PASSWORD, ["10.5555"])]
    sandbox = Sandbox(accounts=accounts, clock=clock, delays=Delays.none(), rules=answers)
    papers = tuple(Paper(f"10.5555/C{number}", f"On rivers {number}", number=str(number)) for number in range(1, 31))
    with running(sandbox) as url:
        client(url).submit(sealed(Batch(papers=papers)), NAME)
        sandbox.settle()
        sandbox.elsewhere.transfer("10.5555/C2", "10.99999")
        sandbox.elsewhere.hide("10.5555/C3")
        sandbox.elsewhere.alias("10.5555/C4", "10.5555/C1")
        registry = Registry(Endpoint("sandbox", url, url, url), mailto="doi@example.org", waiting=PassingTime())
        owned = {f"10.5555/c{number}" for number in range(1, 31)} - {"10.5555/c2", "10.5555/c3"}
        for _ in range(2):
            listed = list(registry.works("prefix", ["10.5555"]))
            assert {one.doi for one in listed} == owned
            assert {(one.owner_prefix, one.member, one.type) for one in listed} == {("10.5555", "99999", "report")}
        assert {one.doi for one in registry.works("member", ["99999"])} == owned
        assert {one.doi for one in registry.works("issn", ["2406-5617"])} == owned | {"10.5555/c2"}
        assert [one.doi for one in registry.works("doi", ["10.5555/C9", "10.5555/none"])] == ["10.5555/c9"]
        assert registry.prefix("10.5555") == CrossrefMember("99999", "Sandbox member", ("10.5555",))
        assert registry.member("99999") == CrossrefMember("99999", "Sandbox member", ("10.5555",))
        assert registry.prefix("10.9") is None
        assert registry.member("1") is None
        # The list may lack it; the query service has it all the same.
        hidden, moved, alias = (
            registry.registered(Doi(f"10.5555/c{number}"), "doi@example.org") for number in (3, 2, 4)
        )
        assert hidden is not None
        assert moved is not None
        assert alias is not None
        assert (hidden.timestamp, moved.owner_prefix, alias.alias_of) == (STAMP, "10.99999", "10.5555/C1")
        assert registry.transformed(Doi("10.5555/c3")) is None
        for form in ("unixsd", "unixref"):
            shown = registry.transformed(Doi("10.5555/c9"), form)
            assert shown is not None
            assert RegisteredRecord.read(shown.answer, "10.5555/c9") is not None
        assert registry.agencies([Doi("10.5555/c9"), Doi("10.5555/none")]) == {
            "10.5555/c9": "Crossref",
            "10.5555/none": "",
        }


def test_a_cursor_leads_through_several_pages_and_dies_unused(url: str, sandbox: Sandbox, clock: Clock) -> None:
    papers = tuple(Paper(f"10.5555/c{number}", f"On rivers {number}", number=str(number)) for number in range(1, 8))
    client(url).submit(sealed(Batch(papers=papers)), NAME)
    sandbox.settle()
    asked = {"filter": "prefix:10.5555", "rows": "3"}

    def page(cursor: str) -> Reply:
        return get(sandbox, "/works", cursor=cursor, **asked)

    first = json.loads(page("*").body)["message"]
    assert (first["total-results"], len(first["items"])) == (7, 3)
    clock.advance(299)
    second = json.loads(page(first["next-cursor"]).body)["message"]
    assert not {one["DOI"] for one in first["items"]} & {one["DOI"] for one in second["items"]}
    clock.advance(301)
    assert page(second["next-cursor"]).status == 400
    assert get(sandbox, "/works", rows="5000").status == 400
    landing = get(sandbox, "/10.5555/c1")
    assert (landing.status, dict(landing.headers)["Location"]) == (302, "https://example.org/c1")
    assert get(sandbox, "/10.5555/none").status == 404
