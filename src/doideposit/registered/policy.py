"""What an update may do: go, go although something is lost, or not go, with the reason.

The policy errs on the side of what is registered: whatever would be lost needs a word, in the record or from a person.

It also says what has to be emptied at Crossref before new content can be there, and in how many deposits. New licences,
funding, relations, full texts and Crossmark may be added to what is registered instead of taking its place (Crossref
documentation, metadata removal markup guide: "a two-stage process"). So whatever loses or changes something of its
content is emptied by a deposit of its own, and the next one sends everything.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from doideposit.findings import Finding, Severity
from doideposit.registered.comparison import compare, same_value
from doideposit.registered.reading import RegisteredRecord
from doideposit.registered.values import FIELDS_OF, MOST, Consent, Difference, Judgement

__all__ = ["judge"]


# What belongs to the title record at Crossref, which no deposit of an item changes.
_LOCKED: Final = ("series.title", "series.issns")


def judge(registered: RegisteredRecord, desired: RegisteredRecord, consent: Consent) -> Judgement:
    """Compare an update with what is registered, and decide whether it may be sent."""
    if registered.record_type is not None and desired.record_type is not registered.record_type:
        return Judgement((), (_other_type_finding(registered, desired),))
    differences = compare(registered, desired)
    findings = [
        *(
            finding
            for difference in differences
            if difference.falls_under(_LOCKED)
            if (finding := _series_finding(difference, desired))
        ),
        *_loss_findings(differences, consent),
    ]
    if _is_another_work(registered, desired) and "title" not in consent.names:
        findings.insert(0, _other_work_finding(desired))
    emptied = _clears(registered, desired, consent.removed)
    if emptied:
        findings.append(_steps_finding(emptied))
    lost = tuple(
        dict.fromkeys(
            difference.field for difference in differences if difference.loses and difference.falls_under(consent.names)
        )
    )
    return Judgement(differences, tuple(findings), lost, emptied)


def _other_type_finding(registered: RegisteredRecord, desired: RegisteredRecord) -> Finding:
    message = (
        f"{registered.doi} is registered as {registered.record_type}, but this deposit makes it {desired.record_type}"
    )
    return Finding("plan-record-type", Severity.ERROR, message, "Crossref does not change the type of a registered DOI")


def _is_another_work(registered: RegisteredRecord, desired: RegisteredRecord) -> bool:
    """Tell whether nothing indicates the same work: no author, hardly a word of the title, another year.

    Corrections change one of them, and cleaning up an old record makes a date more precise; all three together are
    what a mistyped number looks like, whose DOI another work has already.
    """
    old, new = (_title_words(record.fields.get("title")) for record in (registered, desired))
    names = [_family_names(record) for record in (registered, desired)]
    years = [
        str(record.fields.get("published") or record.fields.get("published_print") or "")[:4]
        for record in (registered, desired)
    ]
    if not (old and new and all(names) and all(years)):
        return False
    return len(old & new) * 3 < min(len(old), len(new)) and names[0].isdisjoint(names[1]) and years[0] != years[1]


def _title_words(title: object) -> set[str]:
    return set(re.findall(r"[^\W_]{3,}", re.sub(r"<[^<>]*>", " ", str(title or "")).casefold()))


def _family_names(record: RegisteredRecord) -> set[str]:
    listed = record.fields.get("authors")
    authors = [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []
    return {str(name).casefold() for author in authors if (name := author.get("family") or author.get("organisation"))}


def _other_work_finding(desired: RegisteredRecord) -> Finding:
    message = f"{desired.doi} is registered for another work: title, year and all authors differ"
    hint = "correct the number or the DOI; if it is the same work, add --allow-loss title"
    return Finding("plan-other-work", Severity.ERROR, message, hint)


def _series_finding(difference: Difference, desired: RegisteredRecord) -> Finding | None:
    if desired.series.get("posted_type"):
        return None
    message = f"{desired.doi} is registered under another series: {difference.what}"
    hint = "correct title and ISSN of the series in the configuration; only Crossref support changes them at Crossref"
    return Finding("plan-series-differs", Severity.ERROR, message, hint)


def _loss_findings(differences: Sequence[Difference], consent: Consent) -> list[Finding]:
    losses = [
        difference
        for difference in differences
        if difference.loses and not difference.falls_under((*consent.names, *_LOCKED))
    ]
    if not losses:
        return []
    fields = list(dict.fromkeys(loss.field.partition("[")[0].partition(".")[0] for loss in losses))
    told = "; ".join(loss.what for loss in losses[:MOST]) + ("; and more" if len(losses) > MOST else "")
    allow = " ".join(f"--allow-loss {_quote_if_needed(name)}" for name in fields)
    hint = f"add it to the record, or allow its deletion: `remove: [{', '.join(fields)}]` in the record, or {allow}"
    return [Finding("plan-loss", Severity.ERROR, f"this update would delete registered metadata: {told}", hint)]


def _quote_if_needed(name: str) -> str:
    return f'"{name}"' if " " in name else name


def _steps_finding(emptied: Sequence[frozenset[str]]) -> Finding:
    """Return the finding that the update needs several deposits, with the fields missing between them."""
    names = ", ".join(name.replace("_", " ") for name in sorted(frozenset().union(*emptied)))
    steps = len(emptied) + 1
    message = (
        f"needs {steps} deposits: {names} emptied first, because Crossref may otherwise add the new content to the old"
    )
    hint = f"nothing: the last deposit is sent automatically; until then, Crossref shows no {names}"
    return Finding("plan-two-steps", Severity.WARNING, message, hint)


# Both are programs beside the bibliography, and stay at Crossref until something empties them.
_RIGHTS: Final = ("licences", "funding")


def _clears(
    registered: RegisteredRecord, desired: RegisteredRecord, removed: Collection[str] = ()
) -> tuple[frozenset[str], ...]:
    """Return the blocks that have to be emptied before `desired` is sent, one set for each deposit; often none.

    `removed` are the fields that the record takes away. Crossmark and the licences beside it cannot be emptied by one
    file, because the schema lets no record have both (crossref5.5.0.xsd: crossmark or the programs).
    """
    emptied = {block for block in ("relations", "full_texts") if _needs_clearing(registered, desired, block)}
    emptied |= {block for block in _RIGHTS if _moves_rights(registered, desired, block, removed)}
    if not _empties_crossmark(registered, desired, removed):
        return (frozenset(emptied),) if emptied else ()
    rights = emptied.intersection(_RIGHTS)
    first = frozenset({"crossmark", *(emptied - rights)})
    return (first, frozenset(rights)) if rights else (first,)


def _needs_clearing(registered: RegisteredRecord, desired: RegisteredRecord, block: str) -> bool:
    # Only where new content meets old content can the two be added up.
    both = block in registered.blocks and block in desired.blocks
    return both and not _keeps_everything(registered, desired, block)


def _moves_rights(
    registered: RegisteredRecord, desired: RegisteredRecord, block: str, removed: Collection[str]
) -> bool:
    """Tell whether licences or funding beside Crossmark change, or move into it."""
    if block not in registered.blocks:
        return False
    if block in desired.blocks:
        return not _keeps_everything(registered, desired, block)
    # A record with Crossmark has no place beside it where an empty block could stand.
    asked = bool(set(FIELDS_OF[block]).intersection(removed)) and block not in desired.empty
    return f"crossmark/{block}" in desired.blocks or asked


def _empties_crossmark(registered: RegisteredRecord, desired: RegisteredRecord, removed: Collection[str]) -> bool:
    if "crossmark" not in registered.blocks:
        return False
    inside = [block for block in _RIGHTS if f"crossmark/{block}" in registered.blocks]
    for block in inside:
        wanted = block in desired.blocks or f"crossmark/{block}" in desired.blocks
        stays = f"crossmark/{block}" in desired.blocks and _keeps_everything(registered, desired, block)
        asked = set(FIELDS_OF[block]).intersection(removed) and "crossmark_policy" not in desired.empty
        if not stays and (wanted or asked):
            return True
    asked = set(FIELDS_OF["crossmark"]).intersection(removed) and "crossmark_policy" not in desired.empty
    wanted = "crossmark" in desired.blocks
    return bool(wanted or asked) and not _keeps_everything(registered, desired, "crossmark")


def _keeps_everything(registered: RegisteredRecord, desired: RegisteredRecord, block: str) -> bool:
    """Tell whether everything registered in a block is in the new one too, so that adding it up changes nothing."""
    for name in FIELDS_OF[block]:
        old, new = registered.fields.get(name), desired.fields.get(name)
        if isinstance(old, Sequence) and not isinstance(old, str):
            entries = new if isinstance(new, Sequence) and not isinstance(new, str) else ()
            if not all(any(same_value(name, one, other) for other in entries) for one in old):
                return False
        elif old and not same_value(name, old, new):
            return False
    return True
