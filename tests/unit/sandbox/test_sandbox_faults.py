"""Every fault switch: how it is written, when it strikes, how often, and what it does."""

import re
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doideposit.errors import UsageError
from doideposit.sandbox.clock import Clock, Delays
from doideposit.sandbox.exchange import Dropped, Reply, Request
from doideposit.sandbox.faults import FAULTS, Fault, Faults
from doideposit.sandbox.simulation import Sandbox
from sandbox_deposits import STAMP, Batch, Paper, get, poll, settle, upload


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sandbox(clock: Clock) -> Sandbox:
    """Without delays, so that one poll after an upload shows the log."""
    return Sandbox(clock=clock, delays=Delays.none())


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("drop_after_accept", Fault("drop_after_accept")),
        (" status=503:3 ", Fault("status", "503", times=3)),
        ("status@poll=503", Fault("status", "503", at="poll")),
        ("slow=2.5:25%", Fault("slow", "2.5", times=None, probability=0.25)),
        ("poll_garbage=html:*", Fault("poll_garbage", "html", times=None)),
        ("queue_full", Fault("queue_full", "429")),
        ("auth", Fault("auth", "200page")),
        ("reject=ISSN: taken:2", Fault("reject", "ISSN: taken", times=2)),
    ],
)
def test_a_fault_is_read_as_it_is_written(text: str, fault: Fault) -> None:
    assert Fault.parse(text) == fault
    assert Fault.parse(str(fault)) == fault


@pytest.mark.parametrize(
    "text",
    ["", "nothing", "status", "status=201", "status=abc", "slow", "slow=fast", "drop_after_accept=1", "status@moon=503",
     "zero_records@poll", "html_200@rest", "status=503:0", "slow=1:0%", "slow=1:101%", "a b"],
)  # fmt: skip
def test_what_is_no_fault_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(UsageError):
        Fault.parse(text)


def test_an_unknown_name_is_answered_with_the_names_there_are() -> None:
    with pytest.raises(UsageError) as caught:
        Faults().add("teapot")
    assert all(name in caught.value.hint for name in FAULTS)


@settings(deadline=None, max_examples=50)
@given(name=st.sampled_from(sorted(FAULTS)), times=st.one_of(st.none(), st.integers(1, 99)))
def test_every_fault_survives_being_written_and_read(name: str, times: int | None) -> None:
    choices = FAULTS[name].choices
    value = {("N",): "7", ("TEXT",): "words", (): None}.get(choices, choices[-1] if choices else None)
    fault = Fault(name, value, times)
    assert Fault.parse(str(fault)) == fault


def test_faults_are_counted_and_spent_in_order() -> None:
    faults = Faults()
    faults.add("status", 503, times=2)
    faults.add("status", 500)
    taken = [faults.take("status", "poll") for _ in range(4)]
    assert [fault.value if fault else None for fault in taken] == ["503", "503", "500", None]
    assert faults.armed == ()
    assert faults.fired == {"status": 3}


def test_a_fault_for_one_door_spares_the_others() -> None:
    faults = Faults()
    faults.add("status", 503, at="poll")
    assert faults.take("status", "upload") is None
    assert faults.take("status", "poll")


def test_probability_is_repeatable_and_about_right() -> None:
    def strikes(seed: int) -> list[bool]:
        faults = Faults(seed)
        faults.add("slow", 1, times=None, probability=0.25)
        return [faults.take("slow", "poll") is not None for _ in range(400)]

    assert strikes(1) == strikes(1) != strikes(2)
    assert 60 < sum(strikes(1)) < 140


def test_faults_can_be_cleared_by_name() -> None:
    faults = Faults()
    faults.add("slow", 1)
    faults.add("upper_doi")
    faults.clear("slow")
    assert [fault.name for fault in faults.armed] == ["upper_doi"]
    faults.clear()
    assert faults.armed == ()


def outcome(sandbox: Sandbox) -> tuple[str, int, int]:
    """What an upload is answered with, the status, and how many submissions are stored."""
    answer = upload(sandbox, Batch().xml())
    stored = len(sandbox.submissions)
    if isinstance(answer, Dropped):
        return ("dropped, received" if answer.received else "dropped"), 0, stored
    words = re.search(r"SUCCESS</h2>|FAILURE</h2>|useragent|<h1>[^<]*|$", answer.text)
    return (words[0] if words else ""), answer.status, stored


CONCURRENT = "failed; nested exception is org.crossref.qs.security.ExceededConcurrentRequests"
UPLOADS = {
    "auth": ("useragent", 200, 0),
    "auth=401": ("<h1>401 Unauthorized", 401, 0),
    "status=403": ("<h1>403 Forbidden", 403, 0),
    "status=429": ("<h1>429 Too Many Requests", 429, 0),
    "status=500": (f"<h1>HTTP Status 500 - Request processing\n{CONCURRENT}", 500, 0),
    "status=502": ("<h1>502 Bad Gateway", 502, 0),
    "status=503": ("<h1>503 Service Unavailable", 503, 0),
    "status=504": ("<h1>504 Gateway Timeout", 504, 0),
    "status_after_accept=504": ("<h1>504 Gateway Timeout", 504, 1),
    "retry_after=30": ("<h1>429 Too Many Requests", 429, 0),
    "drop_before_body": ("dropped", 0, 0),
    "drop_after_accept": ("dropped, received", 0, 1),
    "slow=9": ("SUCCESS</h2>", 200, 1),
    "queue_full": ("<h1>429 Too Many Requests", 429, 0),
    "queue_full=503": ("<h1>503 Service Unavailable", 503, 0),
    "html_200": ("FAILURE</h2>", 200, 0),
    "html_200=empty": ("", 200, 0),
    "stuck": ("SUCCESS</h2>", 200, 1),
}  # fmt: skip


@pytest.mark.parametrize("fault", UPLOADS)
def test_an_upload_under_a_fault_and_after_it(sandbox: Sandbox, fault: str) -> None:
    sandbox.faults.arm([Fault.parse(fault)])
    words, status, stored = outcome(sandbox)
    assert (words.removesuffix("</h1>"), status, stored) == UPLOADS[fault]
    assert sandbox.faults.armed == ()
    assert outcome(sandbox) == ("SUCCESS</h2>", 200, stored + 1)


def test_retry_after_is_a_header_of_whatever_status_there_is(sandbox: Sandbox) -> None:
    sandbox.faults.arm([Fault.parse("status=503"), Fault.parse("retry_after=120")])
    reply = upload(sandbox, b"<x/>")
    assert isinstance(reply, Reply)
    assert (reply.status, ("Retry-After", "120") in reply.headers) == (503, True)


def test_slow_replies_say_how_long_they_take(sandbox: Sandbox) -> None:
    sandbox.faults.arm([Fault.parse("slow=9"), Fault.parse("slow=4")])
    assert upload(sandbox, b"<x/>").delay == 9
    assert poll(sandbox).delay == 4


POLLS = {
    "auth": "Please supply a login",
    "auth=401": "401 Unauthorized",
    "status@poll=502": "502 Bad Gateway",
    "poll_login_page": "Please supply a login",
    "poll_garbage": "<submission_id>17421",
    "poll_garbage=html": "It works!",
    "poll_garbage=other_root": "<doi_batch>",
    "poll_garbage=dtd": "<!DOCTYPE",
    "unknown_for=1": 'status="unknown_submission"',
    "stuck=queued": 'status="completed"',
    "old_log_first": "<batch_id>sandbox-older-batch</batch_id>",
}


@pytest.mark.parametrize("fault", POLLS)
def test_a_poll_under_a_fault_and_after_it(sandbox: Sandbox, fault: str) -> None:
    upload(sandbox, Batch().xml())
    sandbox.process()
    sandbox.faults.arm([Fault.parse(fault)])
    assert POLLS[fault] in poll(sandbox).text
    sandbox.faults.clear()
    assert "<batch_id>batch-1</batch_id>" in poll(sandbox).text


def test_garbage_may_be_empty_or_binary_or_huge(sandbox: Sandbox) -> None:
    for kind in ("empty", "binary", "huge"):
        sandbox.faults.add("poll_garbage", kind)
    assert poll(sandbox).body == b""
    assert b"\x00" in poll(sandbox).body
    assert len(poll(sandbox).body) > 30_000_000


def test_unknown_for_lasts_the_named_number_of_polls_of_that_file(sandbox: Sandbox) -> None:
    sandbox.faults.add("unknown_for", 3)
    upload(sandbox, Batch().xml())
    upload(sandbox, Batch(batch_id="batch-2").xml(), "b.xml")
    assert ["unknown_submission" in poll(sandbox).text for _ in range(4)] == [True, True, True, False]
    assert "completed" in poll(sandbox, "b.xml").text


@pytest.mark.parametrize("stage", ["queued", "in_process"])
def test_a_stuck_submission_stays_until_it_is_let_go(sandbox: Sandbox, clock: Clock, stage: str) -> None:
    sandbox.faults.add("stuck", stage)
    upload(sandbox, Batch().xml())
    clock.advance(100_000)
    assert [f'status="{stage}"' in poll(sandbox).text for _ in range(5)] == [True] * 5
    assert sandbox.records == ()
    sandbox.unstick()
    assert 'status="completed"' in poll(sandbox).text


def test_an_older_log_is_that_of_another_file_of_the_account(sandbox: Sandbox) -> None:
    upload(sandbox, Batch(batch_id="one").xml(), "1.xml")
    upload(sandbox, Batch(batch_id="two", timestamp=STAMP + 1).xml(), "2.xml")
    sandbox.faults.add("old_log_first")
    assert "<batch_id>one</batch_id>" in poll(sandbox, "2.xml").text


def log_under(sandbox: Sandbox, fault: str, papers: int = 1) -> str:
    sandbox.faults.arm([Fault.parse(fault)])
    many = tuple(Paper(doi=f"10.5555/c{number}", number=str(number)) for number in range(papers))
    upload(sandbox, Batch(papers=many).xml())
    first = poll(sandbox).text
    assert poll(sandbox).text == first
    assert sandbox.faults.armed == ()
    return first


LOGS = {
    "leading_whitespace": r"\A\s+<\?xml",
    "no_status_attr": r"<doi_batch_diagnostic sp=[^>]*>[\s\S]*<batch_data>",
    "zero_records": r"completed[\s\S]*<record_count>0</record_count>\s*<success_count>0<[\s\S]*<failure_count>0<",
    "extra_record=notice": r"<record_count>2<[\s\S]*<success_count>2<",
    "extra_record=container": r"<doi>10.5555/sandbox.series</doi>[\s\S]*<record_count>2<",
    "extra_record=duplicate": rf'msg_id="4">\s*<doi>10.5555/c0</doi>\s*<msg>Record not processed because submitted version: {STAMP}',
    "upper_doi": r"<doi>10.5555/C0</doi>",
    "reject=No luck": r'status="Failure">\s*<doi>10.5555/c0</doi>\s*<msg>No luck</msg>',
    "rest_lag=600": r"Successfully added",
    "handle_lag=600": r"Successfully added",
}


@pytest.mark.parametrize("fault", LOGS)
def test_a_log_is_bent_once_and_stays_so(sandbox: Sandbox, fault: str) -> None:
    log = log_under(sandbox, fault)
    assert re.search(LOGS[fault], log), log
    registered = fault not in {"zero_records", "reject=No luck"}
    assert (len(sandbox.records) == 1) is registered


def test_a_notice_names_the_other_version(sandbox: Sandbox) -> None:
    assert "possible preprint/vor pair" in log_under(sandbox, "extra_record=notice")


def test_several_pairs_stand_in_one_record(sandbox: Sandbox) -> None:
    log = log_under(sandbox, "multi_pair_record", papers=3)
    assert Counter(re.findall(r"<(record_diagnostic|doi|msg)\b", log)) == {"record_diagnostic": 1, "doi": 3, "msg": 3}


@pytest.mark.parametrize(
    ("fault", "path"), [("rest_lag=600", "/works/10.5555/c0"), ("handle_lag=600", "/api/handles/10.5555/c0")]
)
def test_lags_are_counted_from_processing(sandbox: Sandbox, clock: Clock, fault: str, path: str) -> None:
    log_under(sandbox, fault)
    seen = []
    for seconds in (0, 599, 1):
        clock.advance(seconds)
        seen.append(get(sandbox, path).status)
    assert seen == [404, 404, 200]


def test_look_ups_have_outages_of_their_own(sandbox: Sandbox) -> None:
    sandbox.faults.arm(
        [Fault.parse("status@rest=503"), Fault.parse("status@handle=500"), Fault.parse("drop_before_body@rest")]
    )
    assert isinstance(sandbox.handle(Request.get("/works/10.5555/c1")), Dropped)
    assert get(sandbox, "/works/10.5555/c1").status == 503
    assert get(sandbox, "/api/handles/10.5555/c1").status == 500


QUERIES = {
    "query_garbage": "status=",
    "query_garbage=html": "It works!",
    "query_garbage=login": "The login you supplied is not recognized",
    "query_garbage=busy": "system-too-busy",
    "query_garbage=other_doi": "10.5555/somebody-else",
}


@pytest.mark.parametrize("fault", QUERIES)
def test_an_xml_query_under_a_fault_and_after_it(sandbox: Sandbox, fault: str) -> None:
    upload(sandbox, Batch().xml())
    sandbox.clock.advance(60)  # type: ignore[attr-defined]  # the fixture's clock is the one set by hand
    sandbox.faults.arm([Fault.parse(fault)])
    replies = [get(sandbox, "/search/doi", pid="a@example.org", doi="10.5555/c1").text for _ in range(2)]
    assert QUERIES[fault] in replies[0]
    assert "On rivers" in replies[1]


def test_the_tables_above_cover_every_fault() -> None:
    tested = {Fault.parse(text).name for text in [*UPLOADS, *POLLS, *LOGS, *QUERIES]} | {"multi_pair_record"}
    assert tested == set(FAULTS)


@settings(deadline=None, max_examples=40)
@given(names=st.lists(st.sampled_from(sorted(FAULTS)), max_size=6), seed=st.integers(0, 99))
def test_any_mixture_of_faults_leaves_a_sandbox_that_works(names: list[str], seed: int) -> None:
    clock = Clock()
    sandbox = Sandbox(clock=clock, seed=seed)
    for name in names:
        choices = FAULTS[name].choices
        value = {("N",): "2", ("TEXT",): "words", (): None}.get(choices, choices[0] if choices else None)
        sandbox.faults.add(name, value, probability=0.7)
    for number in range(3):
        upload(sandbox, Batch(timestamp=STAMP + number).xml(), f"{number}.xml")
        settle(sandbox, clock)
        poll(sandbox, f"{number}.xml") if not sandbox.faults.armed else None
    sandbox.faults.clear()
    sandbox.unstick()
    upload(sandbox, Batch(timestamp=STAMP + 9).xml(), "last.xml")
    settle(sandbox, clock)
    poll(sandbox, "last.xml")
    assert "Successfully" in poll(sandbox, "last.xml").text
    stamps = [one.timestamp for one in sandbox.history("10.5555/c1")]
    assert stamps == sorted(set(stamps))
