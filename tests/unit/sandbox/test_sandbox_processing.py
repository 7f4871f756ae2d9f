"""What the worker does with a file: the order of its checks, its words, and what is registered in the end."""

import re

import pytest

from doideposit.sandbox.accounts import Account
from doideposit.sandbox.clock import Clock, Delays
from doideposit.sandbox.simulation import Sandbox
from sandbox_deposits import STAMP, Batch, Paper, poll, upload


@pytest.fixture
def sandbox() -> Sandbox:
    return Sandbox(clock=Clock(), delays=Delays.none())


def log_of(sandbox: Sandbox, content: bytes, name: str = "a.xml", **fields: str) -> str:
    upload(sandbox, content, name, **fields)
    login = {"usr": fields.get("login_id", "sandbox"), "pwd": fields.get("login_passwd", "sandbox")}
    return poll(sandbox, name, **login).text


def statuses(log: str) -> list[str]:
    return re.findall(r'<record_diagnostic status="(\w+)"', log)


def counters(log: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"_count>(\d+)</", log))


def test_a_first_deposit_adds_and_a_later_one_updates(sandbox: Sandbox) -> None:
    first = log_of(sandbox, Batch().xml(), "1.xml")
    second = log_of(sandbox, Batch(timestamp=STAMP + 1, papers=(Paper(url="https://example.org/new"),)).xml(), "2.xml")
    assert "<msg>Successfully added</msg>" in first
    assert "<msg>Successfully updated</msg>" in second
    assert counters(first) == (1, 1, 0, 0)
    assert [one.url for one in sandbox.history("10.5555/C1")] == ["https://example.org/c1", "https://example.org/new"]
    record = sandbox.record("10.5555/C1")
    assert record is not None
    assert (record.doi, record.timestamp, record.prefix) == ("10.5555/c1", STAMP + 1, "10.5555")


FILE_LEVEL = {
    "empty file": (b"", "org.jdom.input.JDOMParseException: Error on line 1: Premature end of file."),
    "byte order mark": (b"\xef\xbb\xbf" + Batch().xml(), "[fatal error] :1:1: Content is not allowed in prolog."),
    "blank line": (b"\n" + Batch().xml(), "[fatal error] :1:1: Content is not allowed in prolog."),
    "latin-1": (Batch(series_title="Café").xml().replace("é".encode(), b"\xe9"), "java.io.UTFDataFormatException: invalid byte"),
    "bare ampersand": (Batch().xml().replace(b"On rivers", b"A & B"), "org.jdom.input.JDOMParseException: Error on line 2: "
                       "The entity name must immediately follow the &apos;&amp;&apos;".replace("&apos;", "'")),
    "cut off": (Batch().xml()[:-20], "org.jdom.input.JDOMParseException: Error on line 2"),
    "other root": (b"<article/>", "Error: cvc-elt.1: Cannot find the declaration of element 'article'."),
    "no timestamp": (Batch(timestamp=None).xml(), "Submission version NULL is invalid"),
    "two prefixes": (Batch(papers=(Paper(), Paper(doi="10.6666/x"))).xml(), "All prefixes in a submission must match"),
}  # fmt: skip


@pytest.mark.parametrize("case", FILE_LEVEL)
def test_a_fault_of_the_whole_file_gives_one_record_without_a_doi(sandbox: Sandbox, case: str) -> None:
    content, words = FILE_LEVEL[case]
    log = log_of(sandbox, content)
    assert words in log
    assert "<doi />" in log
    assert counters(log) == (1, 0, 0, 1)
    assert sandbox.records == ()


def test_checks_come_in_their_order(sandbox: Sandbox) -> None:
    bad = Paper(doi="10.6666/x", orcids=("https://orcid.org/0000-0002-1825-0098",))
    both = Batch(papers=(Paper(), bad), timestamp=None, issn="2406-5618")
    assert "NULL" in log_of(sandbox, both.xml(), "1.xml")
    both = Batch(papers=(Paper(), bad), issn="2406-5618")
    assert "All prefixes" in log_of(sandbox, both.xml(), "2.xml")
    one = Batch(papers=(bad,), issn="2406-5618")
    assert "invalid checksum" in log_of(sandbox, one.xml(), "3.xml")
    assert 'ISSN "24065618" is invalid' in log_of(sandbox, Batch(issn="2406-5618").xml(), "4.xml")


def test_an_orcid_fails_the_whole_file_with_a_doi_that_was_not_found(sandbox: Sandbox) -> None:
    wrong, right = "https://orcid.org/0000-0002-1825-0098", "https://orcid.org/0000-0002-1825-0097"
    papers = (
        Paper(),
        Paper(doi="10.5555/c2", number="2", orcids=(wrong,)),
        Paper(doi="10.5555/c3", orcids=(right, right)),
    )
    log = log_of(sandbox, Batch(papers=papers).xml())
    assert f'Error in Report-Paper (Author ORCID): ORCID "{wrong}" has invalid checksum' in log
    assert f'ORCID "{right}" has duplicates in contributor list' in log
    assert log.count("<doi>DOI not found</doi>") == 2
    assert statuses(log) == ["Failure"]
    assert 'msg_id="45"' in log
    assert sandbox.records == ()


def test_one_old_record_fails_alone(sandbox: Sandbox) -> None:
    log_of(sandbox, Batch(papers=(Paper(doi="10.5555/c2", number="2"),), timestamp=STAMP + 5).xml(), "1.xml")
    three = tuple(Paper(doi=f"10.5555/c{number}", number=str(number)) for number in (1, 2, 3))
    log = log_of(sandbox, Batch(papers=three).xml(), "2.xml")
    assert statuses(log) == ["Success", "Failure", "Success"]
    assert counters(log) == (3, 2, 0, 1)
    assert (
        f"Record not processed because submitted version: {STAMP} is less or equal to previously submitted version {STAMP + 5}"
        in log
    )
    assert 'status="Failure" msg_id="4"' in log


def test_the_timestamp_of_a_record_overrides_that_of_the_head(sandbox: Sandbox) -> None:
    log_of(sandbox, Batch(papers=(Paper(timestamp=7),)).xml())
    record = sandbox.record("10.5555/c1")
    assert record is not None
    assert record.timestamp == 7


def test_the_same_doi_twice_in_a_file_fails_the_second_time(sandbox: Sandbox) -> None:
    log = log_of(sandbox, Batch(papers=(Paper(), Paper(doi="10.5555/C1"))).xml())
    assert statuses(log) == ["Success", "Failure"]
    assert len(sandbox.history("10.5555/c1")) == 1


TITLE_LEVEL = " - content item DOIs not processed due to title level error"


@pytest.mark.parametrize(
    ("second", "words"),
    [
        (Batch(series_title="Another Comment"), "has already been assigned to a different title/publisher/genre"),
        (Batch(issn="2406-5618"), 'ISSN "24065618" is invalid'),
        (Batch(series_doi="10.5555/series"), "is less or equal to previously submitted version"),
    ],
)
def test_a_title_level_fault_drops_the_children(sandbox: Sandbox, second: Batch, words: str) -> None:
    first = log_of(sandbox, Batch(series_doi="10.5555/series").xml(), "1.xml")
    assert statuses(first) == ["Success", "Success"]
    child = Paper(doi="10.5555/c2", number="2")
    log = log_of(
        sandbox, Batch((child,), "b2", STAMP, second.issn, second.series_title, second.series_doi).xml(), "2.xml"
    )
    assert words + TITLE_LEVEL in log.replace(f" {STAMP}{TITLE_LEVEL}", TITLE_LEVEL)
    assert counters(log) == (1, 0, 0, 1)
    assert sandbox.record("10.5555/c2") is None


def test_a_title_belongs_to_the_role_that_made_it() -> None:
    accounts = [Account.role("one", "p", ["10.5555"]), Account.role("two", "p", ["10.5555"])]
    sandbox = Sandbox(accounts=accounts, clock=Clock(), delays=Delays.none())
    log_of(sandbox, Batch().xml(), "1.xml", login_id="one", login_passwd="p")
    log = log_of(sandbox, Batch(timestamp=STAMP + 1).xml(), "2.xml", login_id="two", login_passwd="p")
    assert "has already been assigned, title/issn: Forum Comment/24065617 is owned by publisher: one" in log


def test_a_refused_file_leaves_no_title_record(sandbox: Sandbox) -> None:
    log_of(sandbox, Batch(papers=(Paper(orcids=("https://orcid.org/0000-0002-1825-0098",)),)).xml(), "1.xml")
    log = log_of(sandbox, Batch(series_title="Another Comment").xml(), "2.xml")
    assert statuses(log) == ["Success"]


@pytest.mark.parametrize(
    ("targets", "target", "expected"),
    [
        ("known", "10.5555/gone", "Failure"),
        ("known", "10.9999/elsewhere", "Success"),
        ("all", "10.9999/elsewhere", "Failure"),
        ("none", "10.5555/gone", "Success"),
        ("all", "10.5555/C2", "Success"),
    ],
)
def test_related_dois_must_exist(targets: str, target: str, expected: str) -> None:
    sandbox = Sandbox(clock=Clock(), delays=Delays.none(), relation_targets=targets)  # type: ignore[arg-type]
    papers = (Paper(target=target), Paper(doi="10.5555/c2", number="2"))
    log = log_of(sandbox, Batch(papers=papers).xml())
    assert statuses(log) == [expected, "Success"]
    assert (f"Relation target DOI does not exist: {target}" in log) == (expected == "Failure")


def test_a_second_doi_for_the_same_work_is_a_conflict_until_one_is_changed(sandbox: Sandbox) -> None:
    log_of(sandbox, Batch().xml(), "1.xml")
    twin = log_of(sandbox, Batch(papers=(Paper(doi="10.5555/twin"),)).xml(), "2.xml")
    assert statuses(twin) == ["Warning"]
    assert counters(twin) == (1, 0, 1, 0)
    assert "<msg>Added with conflict</msg>" in twin
    number = re.search(r"<conflict_id>(\d+)</conflict_id>", twin)
    assert number
    assert re.search(r"<dois_in_conflict>\s*<doi>10.5555/c1</doi>\s*</dois_in_conflict>", twin)
    again = log_of(sandbox, Batch(papers=(Paper(doi="10.5555/twin"),), timestamp=STAMP + 1).xml(), "3.xml")
    assert "<msg>Updated with conflict</msg>" in again
    assert f"<conflict_id>{number[1]}</conflict_id>" in again
    cured = log_of(sandbox, Batch(papers=(Paper(doi="10.5555/twin", number="9"),), timestamp=STAMP + 2).xml(), "4.xml")
    assert statuses(cured) == ["Success"]
    assert f"<resolved_conflict_ids>{number[1]}</resolved_conflict_ids>" in cured
    assert sandbox.record("10.5555/twin") is not None


def test_references_are_matched_stored_or_refused(sandbox: Sandbox) -> None:
    log_of(sandbox, Batch(papers=(Paper(title="The waters of the delta"),)).xml(), "1.xml")
    citations = (
        '<citation key="r1"><doi>10.1000/given</doi></citation>'
        '<citation key="r2"><unstructured_citation>Sen, A. (2023). The waters of the delta.</unstructured_citation></citation>'
        '<citation key="r3"><unstructured_citation>Unknown work</unstructured_citation></citation>'
        '<citation key="r4"><volume>3</volume></citation>'
    )
    log = log_of(sandbox, Batch(papers=(Paper(doi="10.5555/c2", number="2", citations=citations),)).xml(), "2.xml")
    assert '<citation key="r1" status="resolved_reference">10.1000/given</citation>' in log
    assert '<citation key="r2" status="resolved_reference">10.5555/c1</citation>' in log
    assert '<citation key="r3" status="stored_query"></citation>' in log
    assert (
        '<citation key="r4" status="error">Either ISSN or Journal title or Proceedings title must be supplied.' in log
    )
    assert statuses(log) == ["Success"]


def test_a_file_without_dois_is_completed_with_zero_records(sandbox: Sandbox) -> None:
    content = re.sub(rb"<doi_data>.*?</doi_data>", b"", Batch().xml())
    assert counters(log_of(sandbox, content)) == (0, 0, 0, 0)


def test_resource_only_deposits_need_a_registered_doi(sandbox: Sandbox) -> None:
    log_of(sandbox, Batch().xml(), "1.xml")
    body = "".join(
        f"<{kind}><doi>{doi}</doi></{kind}>"
        for kind, doi in [
            ("doi_resources", "10.5555/c1"),
            ("fundref_data", "10.5555/no"),
            ("lic_ref_data", "10.5555/c1"),
        ]
    )
    content = (
        '<doi_batch version="4.4.2" xmlns="http://www.crossref.org/doi_resources_schema/4.4.2"><head><doi_batch_id>r-1'
        f"</doi_batch_id></head><body>{body}</body></doi_batch>"
    ).encode()
    log = log_of(sandbox, content, "2.xml", operation="doDOICitUpload")
    assert statuses(log) == ["Success", "Failure", "Success"]
    assert "<msg>Resources processed successfully</msg>" in log
    assert "<msg>License-ref Resources processed successfully</msg>" in log


def test_urls_can_be_changed_in_bulk_but_not_moved_to_another_prefix(sandbox: Sandbox) -> None:
    log_of(sandbox, Batch().xml(), "1.xml")
    lines = "\n10.5555/c1\thttps://example.org/moved\n10.5555/no\thttps://example.org/no\n"
    same = f"H:email=a@example.org;fromPrefix=10.5555;toPrefix=10.5555{lines}"
    other = f"H:email=a@example.org;fromPrefix=10.5555;toPrefix=10.6666{lines}"
    log = log_of(sandbox, same.encode(), "2.txt", operation="doTransferDOIsUpload")
    assert statuses(log) == ["Success", "Failure"]
    assert "Successfully updated in handle" in log
    assert statuses(log_of(sandbox, other.encode(), "3.txt", operation="doTransferDOIsUpload")) == ["Failure"]
    record = sandbox.record("10.5555/c1")
    assert record is not None
    assert (record.url, record.timestamp) == ("https://example.org/moved", STAMP)


def test_a_document_type_is_not_resolved(sandbox: Sandbox) -> None:
    evil = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + Batch().xml().split(b"\n", 1)[1].replace(
        b"On rivers", b"&e;"
    )
    log = log_of(sandbox, evil)
    assert "root:" not in log
    assert all("root:" not in one.title for one in sandbox.records)
