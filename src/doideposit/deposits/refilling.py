"""Emptying a list of references that Crossref added to instead of replacing it, and sending it again."""

from dataclasses import replace

from doideposit.crossref.xml.existing import items, only, restamp
from doideposit.deposits.context import DepositContext
from doideposit.deposits.file_names import unique_name
from doideposit.deposits.planning import TIMESTAMP_STEP, next_timestamp
from doideposit.deposits.steps import step_files
from doideposit.records.identifiers import Doi
from doideposit.registered.comparison import same_value
from doideposit.registered.drift import differences_of
from doideposit.registered.reading import RegisteredRecord

__all__ = ["keeps_old_references", "refill"]


def keeps_old_references(ours: RegisteredRecord | None, theirs: RegisteredRecord | None) -> bool:
    """Tell whether the only difference are references that our deposit no longer has.

    Crossref's documentation says that references are replaced, and elsewhere that nothing is ("add references",
    metadata removal markup guide): so one deposit is tried, and looked at.
    """
    differences = differences_of(ours, theirs)
    if ours is None or theirs is None or not differences:
        return False
    if any(one.field.partition("[")[0].partition(".")[0] != "references" for one in differences):
        return False
    sent, shown = (record.fields.get("references") for record in (ours, theirs))
    sent, shown = (list(one) if isinstance(one, (list, tuple)) else [] for one in (sent, shown))
    return 0 < len(sent) < len(shown) and all(any(same_value("", one, other) for other in shown) for one in sent)


def refill(context: DepositContext, doi: Doi) -> bool:
    """Record our last version again in two steps, the first of which empties the references; False where it cannot.

    Nothing is done twice: where the last deposit went in steps already, a person has to look.
    """
    works, now = context.ledger.works, context.clock()
    work, known = works.one(doi), works.known([doi]).get(doi.key)
    recorded = context.ledger.versions.registered_file(doi)
    if work is None or work.submission is None or work.submission.steps > 1 or recorded is None or known is None:
        return False
    xml = only(recorded.xml, doi)
    stamp = next_timestamp(now, [known.timestamp]) + TIMESTAMP_STEP
    sealed = context.seal(restamp(xml, unique_name(recorded.series, now), stamp))
    mine = [one for one in recorded.items if one.doi.key in {each.doi.key for each in items(xml)}]
    if sealed.batch is None or known.open is not None or len(mine) != 1:
        return False
    new = replace(
        recorded,
        batch_id=sealed.batch.batch_id,
        timestamp=stamp,
        xml=sealed.batch.xml,
        sha256=sealed.batch.sha256,
        items=(replace(mine[0], after=known.latest),),
        compared=now,
        may_lose=("references",),
    )
    before = step_files(new, {doi.key: (frozenset({"references"}),)}, now, context.seal)
    return bool(before.files) and works.prepare(*before.files, replace(new, empties=("references",))) is not None
