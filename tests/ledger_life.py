"""What is written into a ledger in the life of a file: from its upload to its result log, and what is seen later."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from doideposit.crossref.diagnostics.outcomes import DoiOutcome
from doideposit.deposits.ledger.entries import Attempt, NewSubmission, Observed, Submission
from doideposit.deposits.ledger.hooks import HookProgress
from doideposit.deposits.ledger.observations import Sight
from doideposit.deposits.ledger.polls import Polled
from doideposit.deposits.ledger.target import TargetLedger
from doideposit.lifecycle import Milestone, Outcome, RetryClass
from doideposit.records.identifiers import Doi
from doideposit.registered.drift_values import Drift, DriftKind
from mixed_ledger import ADOPTED, NOW, work

HOUR = timedelta(hours=1)
SOON, LATER = NOW + HOUR, NOW + 2 * HOUR
WHOLE, IN_PARTS, STUCK = work(231).doi, work(232).doi, work(264).doi
ADDRESS = Drift(DriftKind.ADDRESS, "it leads elsewhere", "https://a.example/", "https://b.example/", "m1", ("url",))
CHANGE = Sight(
    LATER, "read", known=True, timestamp="2027", last_update="x", drift=(ADDRESS,), matched={"ref1": "10.1/x"}
)


def _begin(of: TargetLedger, name: str = "a-file.xml") -> Attempt:
    """Begin the upload of the oldest file that may be sent."""
    of.uploads.resume()
    found = of.uploads.slot("somebody", SOON, pending=9).candidate()
    assert found
    upload = of.uploads.slot("somebody", SOON, pending=9).start(found[0].id, name)
    assert upload
    return upload


def _begin_again(of: TargetLedger) -> Attempt:
    """Begin it again, after two uploads that did not arrive."""
    for name in ("one.xml", "two.xml"):
        of.uploads.return_unsent(_begin(of, name), None, "no connection")
    of.uploads.pause(NOW - timedelta(minutes=1), "away")
    return _begin(of, "three.xml")


def _doubtful(of: TargetLedger, *, declined: bool = False, until: Any = None) -> Attempt:
    """Begin an upload whose answer says nothing."""
    upload = _begin_again(of)
    _mark_doubtful(of, upload, declined=declined, until=until)
    return upload


def _mark_doubtful(of: TargetLedger, upload: Attempt, *, declined: bool = False, until: Any = None) -> None:
    reason, hint, answer = "the connection was interrupted", "nothing has to be done", "<html>"
    of.uploads.mark_doubtful(
        upload, reason, next_poll_at=LATER, until=until, answer=answer, declined=declined, hint=hint
    )


def _lost(of: TargetLedger) -> Attempt:
    upload = _doubtful(of)
    of.uploads.mark_lost(upload, LATER)
    return upload


def _first(of: TargetLedger) -> Attempt:
    """Return the upload of a file that is done."""
    return of.polls.details([1])[1][0][0]


def _stuck(of: TargetLedger) -> Submission:
    return _submission(of, STUCK)


def _submission(of: TargetLedger, doi: Doi) -> Submission:
    known = of.works.one(doi)
    assert known
    assert known.submission
    return known.submission


def _unsent(of: TargetLedger) -> Submission:
    return _submission(of, work(268).doi)


def _recorded(of: TargetLedger, **changes: Any) -> NewSubmission:
    """Describe the file that was recorded last as it would be recorded anew."""
    new, _ = of.works.recorded(16)
    return replace(new, batch_id="recorded-anew", timestamp=new.timestamp + 1, **changes)


def _answered(of: TargetLedger, polled: Polled, *, counts: bool = True) -> None:
    of.polls.lease("somebody", SOON, most=100, all_after=0)
    of.polls.release("somebody", [polled.submission.id], [replace(polled, counts=counts)])


def _finish(of: TargetLedger, outcome: Outcome, doi: Doi = STUCK, again: Any = None, **more: Any) -> None:
    result = DoiOutcome(doi, outcome, proof="the log", conflict_id="77", dois_in_conflict=("10.1/y",), **more)
    held = _submission(of, doi)
    answer, name = f"<{outcome.value}>".encode(), held.file_name or ""
    of.polls.finish(held, [result], file_name=name, answer=answer, submission_id="1742", again=again)


def _finish_without_id(
    of: TargetLedger, held: Submission, *results: DoiOutcome, name: str = "later.xml", answer: bytes = b"<later>"
) -> None:
    of.polls.finish(held, results, file_name=name, answer=answer, submission_id=None)


def _finish_after_reset(of: TargetLedger) -> None:
    """Finish a deposit of a DOI that was registered with a higher timestamp, before Crossref's support reset it."""
    of.works.adopt(replace(ADOPTED, doi=STUCK, timestamp=20990101000000000))
    _finish(of, Outcome.REGISTERED)


def _finish_earlier(of: TargetLedger) -> None:
    """Finish a deposit that was given up after the one that came in its place, which is newer."""
    earlier = _stuck(of)
    of.works.abandon(STUCK, "no answer")
    fresh, _ = of.works.recorded(earlier.id)
    later = replace(fresh.items[0], fingerprint="f2", title="A later title")
    number = earlier.timestamp + 10**10
    [key] = of.works.prepare(replace(fresh, batch_id="later", timestamp=number, items=(later,))) or ()
    of.uploads.resume()
    upload = of.uploads.slot("somebody", SOON, pending=9, besides=frozenset(range(1, key))).start(key, "later.xml")
    assert upload
    of.uploads.mark_accepted(upload, LATER, "it answered")
    _finish(of, Outcome.REGISTERED)
    result = DoiOutcome(STUCK, Outcome.REGISTERED, proof="the earlier log")
    _finish_without_id(of, earlier, result, name=earlier.file_name or "", answer=b"<earlier>")


def _sent(of: TargetLedger, key: int, number: int) -> Submission:
    """Record what a file held as a later version, and send it."""
    fresh, _ = of.works.recorded(key)
    known = of.works.known([one.doi for one in fresh.items])
    items = tuple(
        replace(one, after=known[one.doi.key].latest, fingerprint=f"f{number}", landing_page="https://new.example/")
        for one in fresh.items
    )
    [new] = of.works.prepare(replace(fresh, batch_id="later", timestamp=number, items=items)) or ()
    of.uploads.resume()
    upload = of.uploads.slot("somebody", SOON, pending=9, besides=frozenset(range(1, new))).start(new, "later.xml")
    assert upload
    of.uploads.mark_accepted(upload, LATER, "it answered")
    return _submission(of, fresh.items[0].doi)


def _first_of_a_series(of: TargetLedger) -> None:
    """Record two files of a series that has nothing registered; the first goes, and the second is withheld."""
    fresh = _recorded(of)
    keys = []
    for number in (1, 2):
        items = tuple(replace(one, doi=Doi(f"{one.doi.printed}.{number}"), after=None) for one in fresh.items)
        new = replace(fresh, batch_id=f"first-{number}", container="A new series", timestamp=number, items=items)
        keys += of.works.prepare(new) or ()
    of.uploads.resume()
    assert of.uploads.slot("somebody", SOON, pending=9, besides=frozenset({16})).start(keys[0], "first.xml")
    of.uploads.withhold(keys[1], {items[0].doi: "it would be lost"}, "ask somebody")
    of.uploads.note_waiting()


def _settle_conflict(of: TargetLedger) -> list[object]:
    """Finish a deposit that is in conflict with another, and one whose log says that the conflict is over."""
    _finish(of, Outcome.REGISTERED)
    before = of.works.one(STUCK)
    held = _sent(of, 2, 20270101000000000)
    doi = of.polls.details([held.id])[held.id][1][0]
    over = DoiOutcome(doi, Outcome.REGISTERED, proof="the log", resolved_conflicts=("77",))
    _finish_without_id(of, held, over)
    return [before, of.works.one(STUCK)]


def _finish_later(of: TargetLedger, doi: Doi, outcome: Outcome) -> None:
    """Finish a later version of a registered DOI."""
    held = _sent(of, _submission(of, doi).id, 20270101000000000)
    results = [
        DoiOutcome(doi, outcome, "what Crossref says", proof="the log")
        for doi in of.polls.details([held.id])[held.id][1]
    ]
    _finish_without_id(of, held, *results)


def _observed(of: TargetLedger, doi: Doi = WHOLE) -> Observed:
    seen = of.observations.one(doi)
    assert seen
    return seen


def _settle(of: TargetLedger, due: datetime) -> None:
    of.hooks.settle("mail", HookProgress(140, 2, NOW, "it failed"), due)


def _seen(of: TargetLedger, sight: Sight) -> bool:
    return of.observations.record_sight(_observed(of), sight)


WRITINGS: Mapping[str, Callable[[TargetLedger], object]] = {
    "uploads.start of another": lambda of: [
        of.uploads.resume(),
        of.uploads.slot("somebody", SOON, pending=9).start(15, "a-file.xml"),
    ],
    "uploads.start twice": lambda of: [
        _begin(of),
        of.uploads.slot("somebody", SOON, pending=9).start(17, "b-file.xml"),
    ],
    "uploads.mark_accepted": lambda of: of.uploads.mark_accepted(_begin(of), LATER, "it answered"),
    "uploads.mark_accepted, after failures": lambda of: of.uploads.mark_accepted(
        _begin_again(of), LATER, "it answered"
    ),
    "uploads.confirm_receipt": lambda of: of.uploads.confirm_receipt(_doubtful(of), LATER, "it knows it"),
    "uploads.confirm_receipt of one that was lost": lambda of: of.uploads.confirm_receipt(_lost(of), LATER, "it came"),
    "uploads.confirm_receipt of one that is done": lambda of: of.uploads.confirm_receipt(_first(of), LATER, "it came"),
    "uploads.return_unsent": lambda of: of.uploads.return_unsent(_begin(of), LATER, "no connection"),
    "uploads.return_unsent, again": lambda of: of.uploads.return_unsent(_begin_again(of), None, "no connection"),
    "uploads.return_unsent of one that is done": lambda of: of.uploads.return_unsent(
        _first(of), LATER, "no connection"
    ),
    "uploads.mark_doubtful": lambda of: _doubtful(of, until=SOON),
    "uploads.mark_doubtful, declined": lambda of: _doubtful(of, declined=True),
    "uploads.mark_doubtful of one that is done": lambda of: _mark_doubtful(of, _first(of), until=SOON),
    "uploads.mark_refused": lambda of: of.uploads.mark_refused(_doubtful(of, declined=True)),
    "uploads.mark_refused of one that is done": lambda of: of.uploads.mark_refused(_first(of)),
    "uploads.mark_lost": _lost,
    "uploads.mark_lost of one that is done": lambda of: of.uploads.mark_lost(_first(of), LATER),
    "uploads.note_harmed": lambda of: of.uploads.note_harmed([16]),
    "uploads.replace_file": lambda of: of.uploads.replace_file(16, [_recorded(of)], "recorded anew"),
    "uploads.replace_file that was sent": lambda of: of.uploads.replace_file(12, [_recorded(of)], "recorded anew"),
    "works.prepare": lambda of: of.works.prepare(_recorded(of), instead_of=16),
    "works.prepare, with everything that can be said": lambda of: of.works.prepare(
        _recorded(of, compared=NOW, unseen="by hand", publisher="second", empties=("refs",), whole=True), instead_of=16
    ),
    "works.prepare in two steps": lambda of: of.works.prepare(
        _recorded(of, publisher="second"), replace(_recorded(of), batch_id="step-2", timestamp=20270101000000000)
    ),
    "works.adopt what is registered": lambda of: of.works.adopt(replace(ADOPTED, doi=WHOLE)),
    "uploads.next_due": lambda of: [
        of.uploads.next_due(),
        of.uploads.pause(LATER, "away"),
        of.uploads.next_due(),
        of.works.abandon(STUCK, "no longer"),
        of.uploads.next_due(),
        of.uploads.postpone(16, SOON, "later"),
        of.uploads.resume(),
        of.uploads.next_due(),
        of.uploads.pause(LATER, "away"),
        of.uploads.next_due(),
        of.uploads.withhold(16, {work(268).doi: "it would be lost"}, "ask somebody"),
        of.uploads.next_due(),
        of.uploads.pause(LATER, "away"),
        of.uploads.next_due(),
    ],
    "works.recorded_anew": lambda of: [
        of.uploads.replace_file(16, [_recorded(of)], "recorded anew"),
        of.works.recorded_anew(work(268).doi, _recorded(of).batch_id),
    ],
    "polls.watch_lost": lambda of: [of.polls.watch_lost(_lost(of), SOON), of.polls.lost_uploads(most=5)],
    "polls.release, with answers": lambda of: _answered(of, Polled(_stuck(of), LATER, "not yet")),
    "polls.release, late": lambda of: _answered(
        of, Polled(_stuck(of), LATER, "late", Milestone.PROCESSED, "1742"), counts=False
    ),
    "polls.release, odd twice": lambda of: [
        _answered(of, Polled(_stuck(of), LATER, "odd", odd="<html>")) for _ in (1, 2)
    ],
    "polls.finish, registered": lambda of: _finish(of, Outcome.REGISTERED),
    "polls.finish, failed": lambda of: _finish(of, Outcome.FAILED, retry=RetryClass.AFTER_CHANGE, message="no"),
    "polls.finish, better": lambda of: [_finish(of, Outcome.FAILED, again=SOON), _finish(of, Outcome.REGISTERED)],
    "polls.finish, worse": lambda of: [_finish(of, Outcome.REGISTERED), _finish(of, Outcome.FAILED)],
    "polls.finish of one that was not sent": lambda of: _finish_without_id(of, _unsent(of), name="a.xml", answer=b""),
    "polls.finish, a higher version": lambda of: _finish(of, Outcome.FAILED, registered_timestamp=2**63 - 1),
    "polls.finish, a version of too many digits": lambda of: _finish(of, Outcome.FAILED, registered_timestamp=2**63),
    "polls.finish, after the number was reset": _finish_after_reset,
    "polls.finish, after a later deposit": _finish_earlier,
    "polls.finish, with a conflict that ends": _settle_conflict,
    "uploads.note_waiting of a new series": _first_of_a_series,
    "polls.finish, without an id": lambda of: _finish_without_id(of, _stuck(of)),
    "polls.finish, a later version": lambda of: [
        _finish_later(of, WHOLE, Outcome.REGISTERED),
        # The later version is of the whole file: it replaces what was sent as a part before.
        of.versions.parts_not_shown(IN_PARTS),
        of.versions.last_registered(IN_PARTS),
    ],
    "polls.finish, a later version that failed": lambda of: _finish_later(of, WHOLE, Outcome.FAILED),
    "polls.finish, a part": lambda of: [
        _finish_later(of, IN_PARTS, Outcome.REGISTERED),
        of.versions.parts_not_shown(IN_PARTS),
        len(of.versions.parts_since(IN_PARTS)),
        of.works.one(IN_PARTS),
    ],
    "polls.finish, a part that failed": lambda of: _finish_later(of, IN_PARTS, Outcome.FAILED),
    "observations.record_sight": lambda of: _seen(of, Sight(LATER, "as sent", known=True, timestamp="2026")),
    "observations.record_sight of a change": lambda of: _seen(of, CHANGE),
    "observations.record_sight of what is known": lambda of: [_seen(of, CHANGE), _seen(of, CHANGE)],
    "observations.record_sight of what is over": lambda of: [_seen(of, CHANGE), _seen(of, Sight(SOON, "", known=True))],
    "observations.record_sight of nothing yet": lambda of: _seen(of, Sight(LATER, "not there")),
    "observations.record_sight, too late": lambda of: of.observations.record_sight(
        replace(_observed(of), since=NOW), CHANGE
    ),
    "observations.record_sight of less": lambda of: [_seen(of, CHANGE), _seen(of, Sight(SOON, "", known=True))],
    "observations.accept a change": lambda of: [_seen(of, CHANGE), of.observations.accept(WHOLE, "meant")],
    "observations.listed": lambda of: of.observations.listed(
        [_observed(of)], {WHOLE.key: "2026-09-01T00:00:00Z"}, [WHOLE.key]
    ),
    "observations.listed, without news": lambda of: of.observations.listed([_observed(of)], {}, []),
    "hooks.settle": lambda of: of.hooks.settle("mail", HookProgress(140, 2, NOW, "it failed"), SOON),
    "hooks.settle, and lease what was due": lambda of: [_settle(of, NOW - HOUR), of.hooks.lease("mail")],
    "hooks.settle, and lease what is not due": lambda of: [_settle(of, SOON), of.hooks.lease("mail")],
    "hooks.settle, and lease what a wrong clock put off": lambda of: [
        _settle(of, NOW + 7 * HOUR),
        of.hooks.lease("mail"),
    ],
    "hooks.lease twice": lambda of: [of.hooks.lease("mail"), of.hooks.lease("mail")],
    "hooks.lease of a new one": lambda of: [of.hooks.lease("new"), of.hooks.lease("new")],
}
"""Each begins on the same ledger."""
