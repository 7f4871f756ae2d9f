"""Crossref's messages, as they were seen in public, and the code and treatment each has here."""

import time

import pytest

from doideposit.crossref.diagnostics.messages import MESSAGES, KnownMessage
from doideposit.crossref.diagnostics.outcomes import BatchOutcome, read
from doideposit.findings import Severity
from doideposit.lifecycle import Outcome, RetryClass
from doideposit.records.identifiers import Doi

DOI = Doi("10.48251/SADF.ISSN.2406-5617.C258")
TOO_OLD = "Record not processed because submitted version: 1 is less or equal to previously submitted version 2"

FAILURES = [
    (TOO_OLD, "crossref-timestamp-too-old", RetryClass.AFTER_CHANGE, "2"),
    (
        "Record not processed because submitted version: 201502040000 is less or equal to previously submitted version",
        "crossref-timestamp-too-old",
        RetryClass.AFTER_CHANGE,
        "",
    ),
    (
        "odd - content item DOIs not processed due to title level error",
        "crossref-title-level",
        RetryClass.AFTER_CHANGE,
        "",
    ),
    ("Submission version NULL is invalid", "crossref-timestamp-missing", RetryClass.AFTER_CHANGE, ""),
    ("user: sadf cant submit into handle", "crossref-handle-login", RetryClass.NEVER, ""),
    ("user: sadf can't submit into handle", "crossref-handle-login", RetryClass.NEVER, ""),
    ("Unable to add new DOI: Error(403): AUTHENTICATION FAILED", "crossref-handle-authentication", RetryClass.ONCE, ""),
    (
        "[error] : User not allowed to add records for prefix: 10.48251",
        "crossref-prefix-not-yours",
        RetryClass.NEVER,
        "10.48251",
    ),
    ("user not allowed to add records for prefix", "crossref-prefix-not-yours", RetryClass.NEVER, ""),
    ("All prefixes in a submission must match (10.5555)", "crossref-prefixes-differ", RetryClass.AFTER_CHANGE, ""),
    ("user not allowed to add or update records for the title SADF", "crossref-title-not-yours", RetryClass.NEVER, ""),
    ("[SADF Comment] was previously deleted by a CrossRef admin", "crossref-title-deleted", RetryClass.NEVER, ""),
    (
        'ISSN "24065617" has already been assigned to a different title/publisher/genre',
        "crossref-issn-other-title",
        RetryClass.NEVER,
        "24065617",
    ),
    (
        "ISSN 2406-5617 has already been assigned to a different publisher",
        "crossref-issn-other-publisher",
        RetryClass.NEVER,
        "2406-5617",
    ),
    (
        "ISSN 24065617 has already been assigned, title/issn: SADF Comment/24065617 is owned by publisher: 10.5555",
        "crossref-issn-owned",
        RetryClass.NEVER,
        "24065617",
    ),
    (
        "ISBN assigned to other title DOI: 10.5555/book",
        "crossref-isbn-other-doi",
        RetryClass.AFTER_CHANGE,
        "10.5555/book",
    ),
    ('ISSN "24065618" is invalid', "crossref-issn-invalid", RetryClass.AFTER_CHANGE, "24065618"),
    ('ISBN "9783161484101" is invalid', "crossref-isbn-invalid", RetryClass.AFTER_CHANGE, "9783161484101"),
    ("year: 20l0 in not a valid integer", "crossref-year-invalid", RetryClass.AFTER_CHANGE, "20l0"),
    (
        'Error in Journal Article (Author ORCID): ORCID "https://orcid.org/0000-0002-1825-0098" has invalid checksum',
        "crossref-orcid-check-digit",
        RetryClass.AFTER_CHANGE,
        "https://orcid.org/0000-0002-1825-0098",
    ),
    (
        "ORCID https://orcid.org/0000-0002-1825-0097 has duplicates in contributor list",
        "crossref-orcid-duplicate",
        RetryClass.AFTER_CHANGE,
        "https://orcid.org/0000-0002-1825-0097",
    ),
    ("Relation target DOI does not exist: 10.5555/x", "crossref-relation-target", RetryClass.LATER, ""),
    (
        "Error: cvc-pattern-valid: Value '' is not facet-valid. lineNumber: 12",
        "crossref-schema",
        RetryClass.AFTER_CHANGE,
        "12",
    ),
    (
        "org.crossref.common.xml.MalformedXmlException: cvc-complex-type.2.4.a: odd",
        "crossref-schema",
        RetryClass.AFTER_CHANGE,
        "",
    ),
    (
        "Error validating schema crossref5.3.1.xsd : cvc-enumeration-valid: pt_BR",
        "crossref-schema",
        RetryClass.AFTER_CHANGE,
        "",
    ),
    ("[error] :286:24:Invalid content starting with element 'x'", "crossref-schema", RetryClass.AFTER_CHANGE, "286:24"),
    (
        "org.jdom.input.JDOMParseException: Error on line 312 of document: odd",
        "crossref-not-well-formed",
        RetryClass.AFTER_CHANGE,
        "312",
    ),
    ("[fatal error] :1:1: Content is not allowed in prolog", "crossref-prolog", RetryClass.AFTER_CHANGE, ""),
    (
        "java.io.UTFDataFormatException: invalid byte 1 of 1-byte UTF-8 sequence",
        "crossref-encoding",
        RetryClass.AFTER_CHANGE,
        "",
    ),
    (
        "Journal articles must deposit with an ISSN and/or journal title DOI",
        "crossref-journal-identifier",
        RetryClass.AFTER_CHANGE,
        "",
    ),
    ("Title name value is missing", "crossref-title-missing", RetryClass.AFTER_CHANGE, ""),
    ("the value of given_name contains invalid characters", "crossref-characters", RetryClass.AFTER_CHANGE, ""),
    (
        "Deposited XML is not well-formed or does not validate: Error on line 57",
        "crossref-not-valid",
        RetryClass.AFTER_CHANGE,
        "line 57",
    ),
    (
        "java.sql.SQLException: ORA-00001: unique constraint (ATYPON.NDX1_CIT_RELS) violated",
        "crossref-duplicate-doi",
        RetryClass.ONCE,
        "",
    ),
    ("java.lang.NullPointerException", "crossref-crash", RetryClass.ONCE, ""),
    ("No exception localized message", "crossref-system-error", RetryClass.ONCE, ""),
    ("A system error has occured", "crossref-system-error", RetryClass.ONCE, ""),
]


def log(status: str, message: str) -> bytes:
    text = message.replace("&", "&amp;").replace("<", "&lt;")
    return (
        f'<doi_batch_diagnostic status="completed"><batch_id>b</batch_id><record_diagnostic status="{status}">'
        f"<doi>{DOI}</doi><msg>{text}</msg></record_diagnostic></doi_batch_diagnostic>"
    ).encode()


@pytest.mark.parametrize(("words", "code", "retry", "detail"), FAILURES, ids=[row[1] for row in FAILURES])
@pytest.mark.parametrize(
    "spelling", [str, str.upper, lambda text: text.replace(" ", "\n   ")], ids=["as-is", "upper", "wrapped"]
)
def test_a_failure_has_its_code_and_treatment(
    words: str, code: str, retry: RetryClass, detail: str, spelling: type[str]
) -> None:
    text = spelling(words)
    reading = read(log("Failure", text), dois=[DOI], batch_id="b")
    assert isinstance(reading, BatchOutcome)
    outcome = reading.outcomes[0]
    assert outcome.finding is not None
    assert (outcome.outcome, outcome.finding.code, outcome.retry) == (Outcome.FAILED, code, retry)
    assert outcome.finding.severity is Severity.ERROR
    assert outcome.finding.original == outcome.message == text
    assert outcome.finding.hint
    assert detail.lower() in outcome.finding.message.lower()
    assert "{" not in outcome.finding.message


def test_every_entry_of_the_table_is_tried() -> None:
    tried = {code for _, code, _, _ in FAILURES}
    assert tried == {known.code for known in MESSAGES if known.kind == "failure"}


def test_codes_are_unique_slugs_and_every_entry_says_what_to_do() -> None:
    codes = [known.code for known in MESSAGES]
    assert len(codes) == len(set(codes))
    assert all(code.startswith("crossref-") and code.replace("-", "").isalpha() for code in codes)
    assert all(known.message and known.source for known in MESSAGES)
    assert all(known.hint for known in MESSAGES if known.kind != "success")


@pytest.mark.parametrize(("status", "code"), [("Failure", "crossref-unknown"), ("Warning", "crossref-warning")])
def test_words_never_seen_before_are_passed_on_as_they_are(status: str, code: str) -> None:
    words = "Något <gick> fel & {ingen} vet {detail} varför %s"
    reading = read(log(status, words), dois=[DOI], batch_id="b")
    assert isinstance(reading, BatchOutcome)
    outcome = reading.outcomes[0]
    assert outcome.finding is not None
    assert (outcome.finding.code, outcome.finding.message, outcome.finding.original) == (code, words, words)
    assert outcome.retry is RetryClass.NEVER


@pytest.mark.parametrize("status", ["Failure", "Warning"])
def test_no_words_at_all_still_make_a_sentence(status: str) -> None:
    reading = read(log(status, ""), dois=[DOI], batch_id="b")
    assert isinstance(reading, BatchOutcome)
    finding = reading.outcomes[0].finding
    assert finding is not None
    assert "no reason" in finding.message


def test_words_of_success_in_a_failure_are_no_success() -> None:
    reading = read(log("Failure", "Successfully added"), dois=[DOI], batch_id="b")
    assert isinstance(reading, BatchOutcome)
    assert reading.outcomes[0].outcome is Outcome.FAILED


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("Successfully updated in handle", "crossref-handle-updated"),
        ("Successfully updated", "crossref-registered"),
        ("FundRef Resources processed successfully", "crossref-resources"),
        ("Updated with conflict", "crossref-conflict"),
        ("possible preprint/vor pair", "crossref-preprint-pair"),
        (TOO_OLD + " - content item DOIs not processed due to title level error", "crossref-timestamp-too-old"),
    ],
)
def test_the_order_of_the_table_decides(words: str, code: str) -> None:
    known = KnownMessage.find(words)
    assert known is not None
    assert known.code == code


def test_hostile_messages_do_not_keep_the_table_busy() -> None:
    words = 'submitted version ISSN " title/issn: year: unable to add new doi unique constraint ( line ' * 10_000
    started = time.process_time()
    assert KnownMessage.find(words) is None
    for known in MESSAGES:
        known.explain(words)
    assert time.process_time() - started < 10
