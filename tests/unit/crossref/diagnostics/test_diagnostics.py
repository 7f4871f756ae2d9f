"""The shapes of result logs seen in practice, and what each says about the DOIs that were sent."""

import pytest

from doideposit.crossref.diagnostics.outcomes import (
    BatchOutcome,
    DoiOutcome,
    NotFound,
    Pending,
    Unrecognized,
    read,
)
from doideposit.findings import Severity
from doideposit.lifecycle import Outcome, RetryClass
from doideposit.records.identifiers import Doi

BATCH = "sadf-20261124-0001"
A, B, C = (Doi(f"10.48251/SADF.ISSN.2406-5617.C{number}") for number in (256, 257, 258))
OLDER = (
    "Record not processed because submitted version: 20200101000000000 is less or equal to previously submitted "
    "version 20200101000000001"
)


def record(doi: str | Doi, status: str, message: str, inner: str = "", attributes: str = "") -> str:
    return f'<record_diagnostic status="{status}"{attributes}><doi>{doi}</doi><msg>{message}</msg>{inner}</record_diagnostic>'


def log(*records: str, status: str | None = "completed", batch: str = BATCH, data: str = "") -> bytes:
    attribute = "" if status is None else f' status="{status}"'
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<doi_batch_diagnostic{attribute} sp="ds4.crossref.org">\r\n'
        f"<submission_id>1461372708</submission_id><batch_id>{batch}</batch_id>{''.join(records)}{data}"
        "</doi_batch_diagnostic>"
    ).encode()


def counts(*numbers: int) -> str:
    names = ("record_count", "success_count", "warning_count", "failure_count")
    inner = "".join(f"<{name}>{number}</{name}>" for name, number in zip(names, numbers, strict=True))
    return f"<batch_data>{inner}</batch_data>"


def batch(answer: bytes, *dois: Doi) -> BatchOutcome:
    reading = read(answer, dois=dois, batch_id=BATCH)
    assert isinstance(reading, BatchOutcome)
    assert [outcome.doi for outcome in reading.outcomes] == list(dois)
    return reading


def one(answer: bytes, doi: Doi = A) -> DoiOutcome:
    return batch(answer, doi).outcomes[0]


def code(outcome: DoiOutcome) -> str | None:
    return outcome.finding.code if outcome.finding else None


# S1, S2, S11: plain success.
@pytest.mark.parametrize(
    "message",
    [
        "Successfully added",
        "Successfully updated\n",
        "Successfully updated in handle",
        "Resources processed successfully",
        "FundRef Resources processed successfully",
        "License-ref Resources processed successfully",
        "words never seen before",
    ],
)
def test_success_is_registered_whatever_its_words(message: str) -> None:
    outcome = one(log(record(A, "Success", message), data=counts(1, 1, 0, 0)))
    assert outcome.outcome is Outcome.REGISTERED
    assert outcome.message == message.strip()
    assert outcome.finding is None


def test_s3_each_doi_of_a_mixed_batch_has_its_own_outcome() -> None:
    answer = log(
        record(A, "Success", "Successfully added"),
        record(B, "Failure", OLDER, attributes=' msg_id="4"'),
        record(C, "Success", "Successfully updated"),
        data=counts(3, 2, 0, 1),
    )
    result = batch(answer, C, B, A)
    assert [outcome.outcome for outcome in result.outcomes] == [Outcome.REGISTERED, Outcome.FAILED, Outcome.REGISTERED]
    assert code(result.outcomes[1]) == "crossref-timestamp-too-old"
    assert result.outcomes[1].registered_timestamp == 20200101000000001
    assert result.outcomes[1].retry is RetryClass.AFTER_CHANGE
    assert result.submission_id == "1461372708"


def test_s4_a_conflict_is_registered_and_names_the_other_doi() -> None:
    inner = (
        "<conflict_id>5438806</conflict_id><dois_in_conflict><doi>10.5555/other</doi><doi>10.5555/third</doi>"
        "</dois_in_conflict>"
    )
    outcome = one(log(record(A, "Warning", "Updated with conflict", inner), data=counts(1, 0, 1, 0)))
    assert outcome.outcome is Outcome.REGISTERED_WITH_WARNING
    assert outcome.outcome.is_registered
    assert outcome.conflict_id == "5438806"
    assert outcome.dois_in_conflict == ("10.5555/other", "10.5555/third")
    assert outcome.finding is not None
    assert outcome.finding.severity is Severity.WARNING
    assert "10.5555/other" in outcome.finding.message


def test_a_dois_conflict_partners_are_not_taken_for_its_own_name() -> None:
    inner = f"<dois_in_conflict><doi>{A}</doi></dois_in_conflict>"
    outcome = one(log(record(B, "Warning", "Added with conflict", inner)), A)
    assert outcome.outcome is Outcome.MISSING


def test_resolved_conflicts_are_kept() -> None:
    inner = "<resolved_conflict_ids>17, 21</resolved_conflict_ids>"
    assert one(log(record(A, "Success", "Successfully updated", inner))).resolved_conflicts == ("17", "21")


def test_s5_a_schema_failure_of_the_file_is_inherited_by_every_doi() -> None:
    message = (
        "Error: cvc-complex-type.2.4.a: Invalid content was found starting with element 'doi_data'. "
        "One of '{date}' is expected. lineNumber: 31"
    )
    answer = log(
        f'<record_diagnostic status="Failure"><doi /><msg>{message}\n</msg></record_diagnostic>',
        data=counts(1, 0, 0, 1),
    )
    result = batch(answer, A, B)
    for outcome in result.outcomes:
        assert outcome.outcome is Outcome.FAILED
        assert outcome.inherited
        assert code(outcome) == "crossref-schema"
        assert outcome.message == message
        assert outcome.finding is not None
        assert outcome.finding.original == message
        assert "31" in outcome.finding.message
    assert [finding.code for finding in result.file_failures] == ["crossref-schema"]


def test_s6_a_log_with_zero_records_is_missing_and_never_success() -> None:
    result = batch(log(data=counts(0, 0, 0, 0)), A, B)
    assert {outcome.outcome for outcome in result.outcomes} == {Outcome.MISSING}
    assert code(result.outcomes[0]) == "crossref-no-record"


def test_s7_the_record_of_the_series_says_nothing_of_what_was_sent() -> None:
    answer = log(
        record("10.48251/sadf.series", "Failure", OLDER),
        record(A, "Success", "Successfully added"),
        data=counts(2, 1, 0, 1),
    )
    result = batch(answer, A)
    assert result.outcomes[0].outcome is Outcome.REGISTERED
    assert result.file_failures == ()


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_s8_a_notice_beside_a_success_changes_nothing(order: tuple[int, int]) -> None:
    records = [
        record(A, "Success", "Successfully added"),
        record(A, "Success", "This is a possible preprint/vor pair with 10.5555/vor"),
    ]
    outcome = one(log(*(records[index] for index in order)))
    assert outcome.outcome is Outcome.REGISTERED
    assert outcome.message == "Successfully added"
    assert outcome.notices == ("This is a possible preprint/vor pair with 10.5555/vor",)


def test_a_notice_alone_registers_nothing_and_hides_no_failure() -> None:
    notice = record(A, "Success", "possible preprint/vor pair")
    assert one(log(notice)).outcome is Outcome.MISSING
    assert one(log(notice, record(A, "Failure", "words never seen before"))).outcome is Outcome.FAILED
    assert one(log(record(A, "Failure", "possible preprint/vor pair"))).outcome is Outcome.FAILED


def test_s9_items_below_a_series_that_failed_have_failed_for_another_reason_than_it() -> None:
    answer = log(
        record("10.48251/series", "Failure", OLDER + " - content item DOIs not processed due to title level error")
    )
    result = batch(answer, A, B)
    assert [(outcome.outcome, code(outcome)) for outcome in result.outcomes] == [
        (Outcome.FAILED, "crossref-title-level")
    ] * 2
    # The timestamp is the series': taken for the item's own, it would pass for a proof of registration.
    assert {outcome.registered_timestamp for outcome in result.outcomes} == {None}


def test_s9_the_items_are_told_why_the_series_failed() -> None:
    message = 'ISSN "24065618" is invalid - content item DOIs not processed due to title level error'
    outcome = one(log(f'<record_diagnostic status="Failure"><doi/><msg>{message}</msg></record_diagnostic>'))
    assert outcome.finding is not None
    assert (outcome.finding.code, outcome.message) == ("crossref-title-level", message)
    assert "the ISSN 24065618 has a wrong check digit" in outcome.finding.message
    assert outcome.finding.hint == "correct the ISSN and deposit again"


def test_s9_holds_too_when_the_series_was_sent_as_such() -> None:
    message = OLDER + " - content item DOIs not processed due to title level error"
    result = batch(log(record(A, "Failure", message)), A, B)
    assert [code(outcome) for outcome in result.outcomes] == ["crossref-timestamp-too-old", "crossref-title-level"]
    assert [outcome.registered_timestamp for outcome in result.outcomes] == [20200101000000001, None]


@pytest.mark.parametrize("wrapped", [True, False])
def test_s10_an_orcid_failure_names_no_doi_and_fails_the_whole_file(wrapped: bool) -> None:
    message = (
        'Error in Journal Article (Author ORCID): ORCID "https://orcid.org/0000-0002-1825-0098" has invalid checksum'
    )
    pair = f"<doi>DOI not found</doi><msg>{message}</msg>"
    inner = pair * 2 if wrapped else pair
    result = batch(log(f'<record_diagnostic status="Failure" msg_id="45">{inner}</record_diagnostic>'), A, B)
    for outcome in result.outcomes:
        assert (outcome.outcome, code(outcome)) == (Outcome.FAILED, "crossref-orcid-check-digit")
        assert outcome.finding is not None
        assert "0000-0002-1825-0098" in outcome.finding.message


def test_pairs_of_doi_and_message_in_one_record_stay_together() -> None:
    inner = f"<doi>{A}</doi><msg>first words</msg><doi>{B}</doi><msg>second words</msg>"
    result = batch(log(f'<record_diagnostic status="Failure">{inner}</record_diagnostic>'), B, A)
    assert [outcome.message for outcome in result.outcomes] == ["second words", "first words"]


def test_s12_references_that_were_put_off_keep_the_id_of_their_submission() -> None:
    outcome = one(log(record(A, "Success", "Successfully added", '<citations_diagnostic deferred="1403850958" />')))
    assert outcome.deferred_citations == "1403850958"
    assert outcome.citations == ()


def test_reference_matches_never_touch_the_outcome() -> None:
    inner = (
        '<citations_diagnostic><citation key="ref1" status="resolved_reference">10.5555/found</citation>'
        '<citation key="ref2" status="stored_query"/>'
        '<citation key="ref3" status="error">Either ISSN or Journal title or Proceedings title must be supplied.</citation>'
        "</citations_diagnostic>"
    )
    outcome = one(log(record(A, "Success", "Successfully added", inner)))
    assert outcome.outcome is Outcome.REGISTERED
    assert outcome.citations == (
        ("ref1", "resolved_reference", "10.5555/found"),
        ("ref2", "stored_query", ""),
        ("ref3", "error", "Either ISSN or Journal title or Proceedings title must be supplied."),
    )


def test_s13_the_log_of_a_conflict_file_names_its_doi_in_an_attribute() -> None:
    inner = f'<conflict status="resolved" ids="41,42"/><msg>Error in file</msg><doi_list><doi>{B}</doi></doi_list>'
    result = batch(log(f'<record_diagnostic status="Error" doi="{A}">{inner}</record_diagnostic>'), A, B)
    assert [outcome.outcome for outcome in result.outcomes] == [Outcome.FAILED, Outcome.MISSING]
    assert result.outcomes[0].conflict_id == "41,42"


QUEUED = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<doi_batch_diagnostic status="queued">\r\n'
    b"  <submission_id>1415653976</submission_id>\r\n  <batch_id />\r\n</doi_batch_diagnostic>"
)


@pytest.mark.parametrize("status", ["queued", "in_process", "queued_for_batch", "submitted"])
def test_s14_what_crossref_is_known_to_say_before_it_is_done_is_pending(status: str) -> None:
    answer = QUEUED.replace(b'"queued"', f'"{status}"'.encode())
    assert read(answer, dois=[A], batch_id=BATCH) == Pending(status, "1415653976")


@pytest.mark.parametrize("status", ["failed", "error", "anything else", ""])
def test_a_status_that_is_not_known_is_no_sign_of_reading_success_or_failure(status: str) -> None:
    reading = read(QUEUED.replace(b'"queued"', f'"{status}"'.encode()), dois=[A], batch_id=BATCH)
    assert isinstance(reading, Unrecognized)
    assert reading.is_there, "Crossref has the file, whatever it says of it"
    assert (status or "end is missing") in reading.reason


@pytest.mark.parametrize("status", ["", "Maybe", "Successful", "processed"])
def test_a_record_with_a_status_that_is_not_known_has_neither_failed_nor_succeeded(status: str) -> None:
    odd = record(A, status, "Successfully added")
    reading = read(log(odd), dois=[A], batch_id=BATCH)
    assert isinstance(reading, Unrecognized)
    assert f"record of {A} has the status “{status.lower()}”" in reading.reason
    assert isinstance(read(log(odd, record(A, "Success", "x")), dois=[A], batch_id=BATCH), Unrecognized)
    assert isinstance(
        read(log(record(B, status, ""), record(A, "Success", "x")), dois=[A], batch_id=BATCH), BatchOutcome
    )


def test_s14_a_pending_log_is_not_believed_even_when_it_has_records() -> None:
    answer = log(record(A, "Success", "Successfully added"), status="in_process")
    assert isinstance(read(answer, dois=[A], batch_id=BATCH), Pending)


@pytest.mark.parametrize("inner", [b"", b"<submission_id>0</submission_id><batch_id/>"])
def test_s14_unknown_submission_is_not_known_which_is_no_failure(inner: bytes) -> None:
    answer = b'<doi_batch_diagnostic status="unknown_submission">' + inner + b"</doi_batch_diagnostic>"
    assert isinstance(read(answer, dois=[A], batch_id=BATCH), NotFound)


def test_s15_white_space_before_the_declaration_is_ignored() -> None:
    assert one(b"\n\n\r\n  " + log(record(A, "Success", "Successfully added"))).outcome is Outcome.REGISTERED


def test_an_old_log_without_status_is_complete_when_it_has_its_counters() -> None:
    records = record(A, "Success", "Successfully added")
    assert one(log(records, status=None, data=counts(1, 1, 0, 0))).outcome is Outcome.REGISTERED
    assert isinstance(read(log(records, status=None), dois=[A], batch_id=BATCH), Unrecognized)


# Reading rules.
@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        (("Success", "Warning"), Outcome.REGISTERED_WITH_WARNING),
        (("Warning", "Failure"), Outcome.FAILED),
        (("Success", "Failure"), Outcome.FAILED),
        (("Success", "Success"), Outcome.REGISTERED),
        (("Error",), Outcome.FAILED),
        (("Success", "Error"), Outcome.FAILED),
    ],
)
def test_the_worst_record_of_a_doi_decides(statuses: tuple[str, ...], expected: Outcome) -> None:
    records = [record(A, status, "some words") for status in statuses]
    assert one(log(*records)).outcome is expected
    assert one(log(*reversed(records))).outcome is expected


@pytest.mark.parametrize(
    ("status", "expected"), [("Success", Outcome.REGISTERED), ("Warning", Outcome.REGISTERED_WITH_WARNING)]
)
def test_a_timestamp_failure_beside_a_success_means_registered(status: str, expected: Outcome) -> None:
    outcome = one(log(record(A, "Failure", OLDER), record(A, status, "Successfully added")))
    assert outcome.outcome is expected
    assert outcome.notices == (OLDER,)
    assert outcome.registered_timestamp is None


def test_another_failure_outweighs_a_timestamp_failure() -> None:
    outcome = one(log(record(A, "Failure", OLDER), record(A, "Failure", "java.lang.NullPointerException")))
    assert code(outcome) == "crossref-crash"
    assert outcome.registered_timestamp is None


def test_a_resolver_is_taken_off_only_from_the_beginning() -> None:
    """A suffix may contain anything, also the address of another DOI."""
    inner = Doi("10.5555/doi:7")
    assert (
        one(log(record(f"https://doi.org/{inner}", "Success", "Successfully added")), inner).outcome
        is Outcome.REGISTERED
    )
    assert (
        one(log(record("https://doi.org/10.5555/7", "Success", "Successfully added")), inner).outcome is Outcome.MISSING
    )


@pytest.mark.parametrize(
    "spelling",
    [str(A).lower(), str(A).upper(), f" {A}\n", f"https://doi.org/{A}", f"http://dx.doi.org/{A}", f"doi:{A}"],
)
def test_dois_are_matched_whatever_their_case_and_resolver(spelling: str) -> None:
    assert one(log(record(spelling, "Success", "Successfully added"))).outcome is Outcome.REGISTERED


@pytest.mark.parametrize("other", [f"{A}1", str(A)[:-1], "10.48251", f"x{A}", str(A).replace("S", "ſ")])
def test_a_doi_that_resembles_ours_is_not_ours(other: str) -> None:
    assert not one(log(record(other, "Success", "Successfully added"))).outcome.is_registered


def test_own_success_stands_beside_a_failure_of_the_file() -> None:
    answer = log(
        '<record_diagnostic status="Failure"><doi/><msg>odd</msg></record_diagnostic>', record(A, "Success", "x")
    )
    result = batch(answer, A, B)
    assert [outcome.outcome for outcome in result.outcomes] == [Outcome.REGISTERED, Outcome.FAILED]


def test_the_log_of_another_submission_is_unknown() -> None:
    reading = read(log(record(A, "Success", "Successfully added"), batch="someone-else"), dois=[A], batch_id=BATCH)
    assert isinstance(reading, Unrecognized)
    assert reading.submission_id == "1461372708"


def test_an_empty_batch_id_is_accepted_because_an_unparsable_file_has_none() -> None:
    answer = log(
        '<record_diagnostic status="Failure"><doi/><msg>Content is not allowed in prolog</msg></record_diagnostic>',
        batch="",
    )
    assert code(one(answer)) == "crossref-prolog"


def test_counters_that_contradict_the_records_decide_nothing() -> None:
    result = batch(log(record(A, "Failure", "odd"), data=counts(1, 1, 0, 0)), A)
    assert result.outcomes[0].outcome is Outcome.FAILED
    result = batch(log(record(A, "Success", "Successfully added"), data=counts(1, 0, 0, 1)), A)
    assert result.outcomes[0].outcome is Outcome.REGISTERED


def test_the_registered_timestamp_is_exact() -> None:
    message = OLDER.replace("20200101000000001", "201104240144220739")
    assert one(log(record(A, "Failure", message))).registered_timestamp == 201104240144220739


def test_a_timestamp_failure_of_the_file_proves_nothing_about_a_doi() -> None:
    outcome = one(log(f'<record_diagnostic status="Failure"><doi/><msg>{OLDER}</msg></record_diagnostic>'))
    assert (outcome.outcome, outcome.registered_timestamp) == (Outcome.FAILED, None)


LOGIN_PAGE = b"<html><head><title>Crossref Administration Home Page</title><body><form action='/servlet/useragent'><br></body></html>"
BOMB = (
    b'<!DOCTYPE doi_batch_diagnostic [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    b'<doi_batch_diagnostic status="completed"><batch_id>&b;</batch_id></doi_batch_diagnostic>'
)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b" \n",
        b"\x00\x01\x02",
        LOGIN_PAGE,
        b"<html/>",
        b"<html><body><h1>503 Service Unavailable</h1></body></html>",
        b'{"status":"error","message-type":"route-not-found"}',
        log(record(A, "Success", "Successfully added"))[:-20],
        BOMB,
        b'<?xml version="1.0"?><!DOCTYPE doi_batch_diagnostic SYSTEM "http://localhost/x.dtd"><doi_batch_diagnostic status="completed"/>',
        b'<doi_batch_diagnostic xmlns="urn:other" status="completed"/>',
        b"<a>" * 10_000,
    ],
    ids=lambda answer: answer[:20],
)
def test_what_is_no_log_is_unknown_neither_success_nor_failure(answer: bytes) -> None:
    reading = read(answer, dois=[A], batch_id=BATCH)
    assert isinstance(reading, Unrecognized)
    assert reading.reason
