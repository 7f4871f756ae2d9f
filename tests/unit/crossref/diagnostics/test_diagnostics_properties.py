"""No log whatsoever makes a DOI registered unless a completed log has a Success or Warning of that very DOI."""

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from doideposit.crossref.diagnostics.outcomes import BatchOutcome, Pending, Unrecognized, read
from doideposit.records.identifiers import Doi

DOIS = [Doi(f"10.48251/SADF.C{number}") for number in range(1, 5)]
BATCH = "ours"
OLDER = "submitted version: 1 is less or equal to previously submitted version 2"
WORDS = st.sampled_from(
    ["Successfully added", "possible preprint/vor pair", OLDER, "cvc-pattern-valid", "Added with conflict", "", "odd"]
)
STATUSES = st.sampled_from(["Success", "Warning", "Failure", "failure", "SUCCESS", "Error"])
SPELLINGS: list[Callable[[str], str]] = [
    str,
    str.lower,
    str.upper,
    lambda doi: f"https://doi.org/{doi}",
    lambda doi: f"\n{doi} ",
]
NAMES = st.one_of(
    st.builds(lambda doi, spell: spell(str(doi)), st.sampled_from(DOIS), st.sampled_from(SPELLINGS)),
    st.sampled_from(["", "DOI not found", "10.48251/series", "10.48251/SADF.C11", "10.48251/SADF.C"]),
)
RECORDS = st.lists(st.tuples(NAMES, STATUSES, WORDS), max_size=8)


def build(status: str, batch: str, records: list[tuple[str, str, str]]) -> bytes:
    root = etree.Element("doi_batch_diagnostic", status=status)
    etree.SubElement(root, "batch_id").text = batch
    for doi, outcome, words in records:
        element = etree.SubElement(root, "record_diagnostic", status=outcome)
        etree.SubElement(element, "doi").text = doi
        etree.SubElement(element, "msg").text = words
        conflict = etree.SubElement(element, "dois_in_conflict")
        etree.SubElement(conflict, "doi").text = str(DOIS[0])
    data = etree.SubElement(root, "batch_data")
    for name in ("record_count", "success_count", "warning_count", "failure_count"):
        etree.SubElement(data, name).text = "4" if name in {"record_count", "success_count"} else "0"
    return etree.tostring(root)


@settings(deadline=None, max_examples=200)
@given(
    status=st.sampled_from(["completed", "COMPLETED", "queued", "in_process", "unknown_submission", "odd"]),
    batch=st.sampled_from([BATCH, "", "theirs"]),
    records=RECORDS,
)
def test_registered_means_an_own_success_in_a_completed_log(
    status: str, batch: str, records: list[tuple[str, str, str]]
) -> None:
    reading = read(build(status, batch, records), dois=DOIS, batch_id=BATCH)
    assert isinstance(reading, BatchOutcome) == (status.lower() == "completed" and batch != "theirs")
    assert isinstance(reading, Unrecognized) == (batch == "theirs" or status == "odd")
    if not isinstance(reading, BatchOutcome):
        return
    assert [outcome.doi for outcome in reading.outcomes] == DOIS
    for outcome in reading.outcomes:
        own = [(state.lower(), words) for doi, state, words in records if doi.strip().lower().endswith(outcome.doi.key)]
        good = [words for state, words in own if state in {"success", "warning"} and "preprint" not in words]
        bad = [words for state, words in own if state not in {"success", "warning"} and words != OLDER]
        assert outcome.outcome.is_registered == (bool(good) and not bad)
        assert outcome.outcome.is_registered or outcome.finding is not None


@settings(deadline=None, max_examples=100)
@given(records=RECORDS, data=st.data())
def test_the_order_of_the_records_decides_nothing(records: list[tuple[str, str, str]], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(records))
    readings = [read(build("completed", BATCH, order), dois=DOIS, batch_id=BATCH) for order in (records, shuffled)]
    verdicts = [
        [outcome.outcome for outcome in reading.outcomes] for reading in readings if isinstance(reading, BatchOutcome)
    ]
    assert verdicts[0] == verdicts[1]


@settings(deadline=None, max_examples=150)
@given(answer=st.binary(max_size=300))
def test_any_bytes_can_be_read(answer: bytes) -> None:
    assert isinstance(read(answer, dois=DOIS, batch_id=BATCH), Unrecognized)


@settings(deadline=None, max_examples=150)
@given(records=RECORDS, cut=st.integers(min_value=1, max_value=4000))
def test_a_log_that_was_cut_short_is_never_believed(records: list[tuple[str, str, str]], cut: int) -> None:
    answer = build("completed", BATCH, records)
    reading = read(answer[: max(len(answer) - cut, 0)], dois=DOIS, batch_id=BATCH)
    assert isinstance(reading, Unrecognized | Pending)
