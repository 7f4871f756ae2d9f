"""What is decided about a record, for everything that the ledger may know of its DOI.

Planning is a function of a few facts, so that all of their combinations are tried. The decisions are kept in
`tests/golden/decisions.txt`; after a change that is meant, write them anew with `UPDATE_GOLDEN=1`, and read the
difference.
"""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

from doideposit.crossref.names import RESOURCES
from doideposit.deposits.ledger.entries import KnownWork, OpenDeposit, PastFailure
from doideposit.deposits.planning import LATER, Decision, PlanInput, plan
from doideposit.lifecycle import RetryClass, State
from doideposit.records.identifiers import Doi

GOLDEN = Path(__file__).parents[2] / "golden" / "decisions.txt"
NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
DOI, OTHER = Doi("10.5555/c1"), Doi("10.5555/c2")

ONCE_REGISTERED = KnownWork(DOI, "report-series", 20260101000000000, registered=True)
WORKS = {
    "never seen": None,
    "not registered": KnownWork(DOI, "report-series"),
    "not registered, of another type": KnownWork(DOI, "journal-article"),
    "registered so": replace(ONCE_REGISTERED, registered_fingerprint="a", applied="a"),
    "registered so, without a known type": replace(ONCE_REGISTERED, record_type=None, registered_fingerprint="a"),
    "registered otherwise": replace(ONCE_REGISTERED, registered_fingerprint="b", applied="b"),
    "registered so, and a later end is unknown": replace(ONCE_REGISTERED, registered_fingerprint="a", unsettled=True),
    "registered otherwise, and its parts so": replace(ONCE_REGISTERED, registered_fingerprint="b", applied="a"),
    "registered otherwise, of another type": replace(
        ONCE_REGISTERED, record_type="journal-article", registered_fingerprint="b"
    ),
    "registered otherwise, with too many digits": replace(
        ONCE_REGISTERED, registered_fingerprint="b", timestamp=10**18
    ),
}
OPEN = {
    "": None,
    "the same is recorded": OpenDeposit(1, State.PREPARED, "a"),
    "the same is recorded and waits": OpenDeposit(1, State.PREPARED, "a", "a pause"),
    "the same is sent": OpenDeposit(1, State.SENDING, "a"),
    "the same may have arrived": OpenDeposit(1, State.SENDING, "a", "the connection broke"),
    "the same is queued": OpenDeposit(1, State.QUEUED, "a"),
    "another is queued": OpenDeposit(1, State.QUEUED, "b"),
}
FAILURE = PastFailure("a", NOW, "crossref-unknown", RetryClass.NEVER, "it failed")
FAILURES = {
    **{f"failed, {retry.value}": replace(FAILURE, retry=retry) for retry in RetryClass},
    "failed twice, once": replace(FAILURE, retry=RetryClass.ONCE, times=2),
    "failed with other content": replace(FAILURE, fingerprint="b"),
    "failed without a reason": replace(FAILURE, message=""),
    "failed, later, just not long ago enough": replace(
        FAILURE, retry=RetryClass.LATER, at=NOW - LATER + timedelta(seconds=1)
    ),
    "failed, later, long ago": replace(FAILURE, retry=RetryClass.LATER, at=NOW - LATER),
    "failed, old timestamp": replace(FAILURE, code="crossref-timestamp-too-old"),
    "failed, never sent": replace(FAILURE, sent=False),
    "failed, never read": replace(FAILURE, read=False),
}
RECORD = PlanInput("c1.yaml", DOI, "a", "report-series")
INPUTS = {"record": RECORD, "parts": replace(RECORD, record_type=RESOURCES)}
RETRY = {"": False, "--retry": True}
GROUPS = {
    "changed": replace(RECORD, source="whole.xml", group=1, fingerprint="c"),
    "unchanged": replace(RECORD, source="whole.xml", group=1),
}
NEIGHBOURS = {
    "new": None,
    "unchanged": KnownWork(OTHER, "report-series", 20260101000000000, registered=True, registered_fingerprint="a"),
    "under way": KnownWork(OTHER, "report-series", open=OpenDeposit(1, State.QUEUED, "a")),
    "blocked": KnownWork(OTHER, "report-series", failure=FAILURE),
}


def shown(decision: Decision) -> str:
    marks = [name for name in ("waits", "in_force", "to_be_recorded") if getattr(decision, name)]
    marks += [decision.reason_code] if decision.reason_code else []
    found = [f"[{one.code} {one.severity}: {one.hint}]" for one in decision.findings]
    return " ".join([decision.action, *marks, "|", decision.reason, *found])


def decisions() -> Iterator[str]:
    for (what, one), (how, work), (under, way), (asked, retry) in product(
        INPUTS.items(), WORKS.items(), OPEN.items(), RETRY.items()
    ):
        if work is None and way is not None:
            continue
        known = {} if work is None else {DOI.key: replace(work, open=way)}
        [decision] = plan([one], known, now=NOW, retry=retry)
        yield f"{what}; {how}; {under}; {asked} => {shown(decision)}"
    for (what, one), (how, failure), otherwise, (asked, retry) in product(
        INPUTS.items(), FAILURES.items(), ("not registered", "registered otherwise"), RETRY.items()
    ):
        work = WORKS[otherwise]
        assert work
        [decision] = plan([one], {DOI.key: replace(work, failure=failure)}, now=NOW, retry=retry)
        yield f"{what}; {otherwise}; {how}; {asked} => {shown(decision)}"
    for (what, one), (beside, work) in product(GROUPS.items(), NEIGHBOURS.items()):
        same = WORKS["registered so"]
        assert same
        known = {DOI.key: same} | ({OTHER.key: work} if work else {})
        first, second = plan([one, replace(one, doi=OTHER, fingerprint="a")], known, now=NOW)
        yield f"one file; {what}; {beside} => {shown(first)} // {shown(second)}"


def test_every_decision_is_as_it_was_written_down() -> None:
    written = "\n".join(decisions()) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text(written, encoding="utf-8")
    assert written.splitlines() == GOLDEN.read_text(encoding="utf-8").splitlines()
