"""What an update would change, field by field, and what it would destroy.

Crossref replaces the bibliography of a record by what a deposit says: a field that is left out is lost. References,
relations, licences, funding, full texts and Crossmark are kept when they are left out, and most of them cannot be
replaced in one step: new content is added to the old (Crossref documentation, metadata removal markup guide).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from doideposit.findings import counted
from doideposit.records.origin import RawValue
from doideposit.registered.reading import RegisteredRecord
from doideposit.registered.values import Difference

__all__ = ["compare", "same_value"]

# An abstract with less than this share of its length has lost something, whatever else it says.
SHORTENED: Final = 0.7
# Characters of a value that are in a message; an abstract would fill the screen.
SHOWN: Final = 60


def compare(registered: RegisteredRecord, desired: RegisteredRecord) -> tuple[Difference, ...]:
    """Return every difference between the registered and the desired record, in the order of fields."""
    # The fields of the commentary come first: people look for their own words before those of the series.
    found = list(_compare_fields("", registered.fields, desired.fields))
    found += _compare_fields("series.", registered.series, desired.series)
    ours = {(leftover.name, leftover.xml) for leftover in desired.leftovers}
    found += [
        Difference(
            leftover.name,
            f"{leftover.name} is registered, but a record has no field for it",
            loses=True,
            registered=leftover.xml,
        )
        for leftover in registered.leftovers
        if (leftover.name, leftover.xml) not in ours
    ]
    return tuple(found)


def _compare_fields(
    start: str, before: Mapping[str, RawValue], after: Mapping[str, RawValue], where: str = ""
) -> Iterator[Difference]:
    for name in dict.fromkeys([*before, *after]):
        old, new, key = before.get(name), after.get(name), start + name
        if same_value(name, old, new):
            continue
        special = _LISTS.get(name)
        if special is not None and not where:
            yield from special(key, _as_entries(old), _as_entries(new))
        else:
            yield _compare_value(key, old, new, where)


def _compare_value(key: str, old: RawValue, new: RawValue, where: str = "") -> Difference:
    words = f"{where}{key.rpartition('.')[2]}" if where else key
    # Crossref keeps nothing of the bibliography that the next deposit leaves out.
    if not new:
        return Difference(key, f"{words} {_value_words(old)} is lost", loses=True, registered=old)
    if not old:
        return Difference(key, f"{words}: {_value_words(new)} is added", desired=new)
    # A date shortened to its month or year is still right, and yet something is lost.
    less = isinstance(old, str) and isinstance(new, str) and key in _DATES and old.startswith(f"{new}-")
    change = f"{words}: {_value_words(old)} → {_value_words(new)}"
    what = f"{change}, which is less precise" if less else change
    return Difference(key, what, loses=less, registered=old, desired=new)


# Crossref shows dates in parts, and a printed and an online one.
_DATES: Final = frozenset({"published", "published_print", "accepted"})


def _value_words(value: RawValue) -> str:
    match value:
        case str():
            return f"“{value if len(value) <= SHOWN else value[:SHOWN] + '…'}”"
        case Mapping():
            return ", ".join(_value_words(one) for one in value.values() if one) or "nothing"
        case Sequence():
            return ", ".join(_value_words(one) for one in value if one) or "nothing"
    return "nothing"


def _as_entries(value: RawValue) -> list[Mapping[str, RawValue]]:
    entries = value if isinstance(value, Sequence) and not isinstance(value, str) else []
    return [entry if isinstance(entry, Mapping) else {"": entry} for entry in entries]


def same_value(name: str, old: RawValue, new: RawValue) -> bool:
    """Tell whether two values of a field mean the same, in whatever way Crossref writes them."""
    return old == new or (not old and not new) or _fold(name, old) == _fold(name, new)


# DOIs and other ids are compared without regard to case (ISO 26324; ORCID, ROR).
_FOLDED: Final = frozenset({"doi", "crossmark_policy", "funder_id", "grant_dois", "identifier", "orcid", "ror"})
# ISO 639-2 has two codes for some languages, such as `deu` and `ger`; both mean the same as the short one.
_LANGUAGES: Final = {"eng": "en", "deu": "de", "ger": "de", "fra": "fr", "fre": "fr", "spa": "es", "ita": "it",
                     "nld": "nl", "dut": "nl", "por": "pt", "rus": "ru", "zho": "zh", "chi": "zh", "jpn": "ja",
                     "ara": "ar", "hin": "hi"}  # fmt: skip


def _fold(name: str, value: RawValue) -> object:
    """Return a value without what Crossref writes in another way: the case of DOIs, http, three-letter languages."""
    match value:
        case str() if name in _FOLDED:
            return re.sub(r"^https?://(dx\.)?doi\.org/", "", value.casefold())
        case str() if name == "language":
            return _LANGUAGES.get(value.lower(), value.lower())
        case str():
            return value
        case Mapping():
            return {key: _fold(key, one) for key, one in value.items() if one}
        case Sequence():
            return [_fold(name, one) for one in value]
    return None


def _compare_authors(
    key: str, old: list[Mapping[str, RawValue]], new: list[Mapping[str, RawValue]]
) -> Iterator[Difference]:
    if len(old) != len(new):
        yield from _compare_author_lists(key, old, new)
    names = [_contributor_name(one) for one in new]
    for place, one in enumerate(old):
        who = f"author {place + 1} ({_contributor_name(one)})"
        # People are matched by name first; by place only where nobody was added or taken out.
        by_name = names.index(_contributor_name(one)) if _contributor_name(one) in names else None
        other = by_name if by_name is not None else place if len(old) == len(new) else None
        if other is not None:
            yield from _compare_author(f"{key}[{place}]", who, one, new[other])
            if other != place and len(old) == len(new):
                words = f"{who} moves to position {other + 1}"
                yield Difference(f"{key}[{place}]", words, registered=one, desired=new[other])


def _compare_author_lists(
    key: str, old: list[Mapping[str, RawValue]], new: list[Mapping[str, RawValue]]
) -> Iterator[Difference]:
    before, after = {_contributor_name(one) for one in old}, {_contributor_name(one) for one in new}
    for place, one in enumerate(old):
        if _contributor_name(one) not in after:
            yield Difference(
                f"{key}[{place}]", f"author {place + 1} ({_contributor_name(one)}) is lost", loses=True, registered=one
            )
    if len(new) < len(old) and before <= after:
        yield Difference(key, f"{len(old) - len(new)} of the authors are lost", loses=True, registered=old, desired=new)
    for place, one in enumerate(new):
        if _contributor_name(one) not in before:
            yield Difference(f"{key}[{place}]", f"author {place + 1} ({_contributor_name(one)}) is added", desired=one)


def _compare_author(
    key: str, who: str, old: Mapping[str, RawValue], new: Mapping[str, RawValue]
) -> Iterator[Difference]:
    for name in dict.fromkeys([*old, *new]):
        before, after = old.get(name), new.get(name)
        if same_value(name, before, after):
            continue
        label = {"orcid": "ORCID iD", "alt_names": "other names"}.get(name, name.replace("_", " "))
        if name == "affiliations":
            yield from _compare_affiliations(f"{key}.{name}", who, _as_entries(before), _as_entries(after))
        elif not after:
            words = f"{who} loses the {label} {_value_words(before)}"
            yield Difference(f"{key}.{name}", words, loses=True, registered=before)
        else:
            words = f"{who}, {label}: {_value_words(before)} → {_value_words(after)}"
            words = words if before else f"{who} gets the {label} {_value_words(after)}"
            yield Difference(f"{key}.{name}", words, registered=before, desired=after)


def _compare_affiliations(
    key: str, who: str, old: list[Mapping[str, RawValue]], new: list[Mapping[str, RawValue]]
) -> Iterator[Difference]:
    if len(new) < len(old):
        gone = [one for one in old if one.get("name") not in {other.get("name") for other in new}] or old[len(new) :]
        words = f"{who} loses the affiliation {_value_words(gone[0].get('name') or gone[0])}"
        yield Difference(key, words, loses=True, registered=old, desired=new)
        return
    for place, (before, after) in enumerate(zip(old, new, strict=False)):
        yield from _affiliation(f"{key}[{place}]", who, before, after)
    if _body_names(old) != _body_names(new):
        yield Difference(
            key, f"{who}, affiliations: {_body_names(old)} → {_body_names(new)}", registered=old, desired=new
        )


def _affiliation(
    key: str, who: str, before: Mapping[str, RawValue], after: Mapping[str, RawValue]
) -> Iterator[Difference]:
    """Yield the changes of one affiliation; names are compared for all affiliations of a person together."""
    for name in dict.fromkeys([*before, *after]):
        old, new = before.get(name), after.get(name)
        if same_value(name, old, new) or (name == "name" and old and new):
            continue
        # One of several places or departments may be all that goes.
        gone = (
            [one for one in _as_list(old) if one not in _as_list(new)]
            if len(_as_list(new)) < len(_as_list(old))
            else []
        )
        label = {"ror": "ROR id", "isni": "ISNI", "wikidata": "Wikidata item"}.get(name, name)
        if gone:
            words = f"{who}: the affiliation loses its {label} {_value_words(gone)}"
        elif old:
            words = f"{who}: the {label} of the affiliation: {_value_words(old)} → {_value_words(new)}"
        else:
            words = f"{who}: the affiliation gets the {label} {_value_words(new)}"
        yield Difference(f"{key}.{name}", words, loses=bool(gone), registered=old, desired=new)


def _as_list(value: RawValue) -> list[RawValue]:
    return [] if not value else [value] if isinstance(value, str | Mapping) else list(value)


def _body_names(bodies: list[Mapping[str, RawValue]]) -> str:
    return ", ".join(str(body.get("name") or _value_words(body)) for body in bodies) or "none"


def _contributor_name(who: Mapping[str, RawValue]) -> str:
    named = who.get("organisation") or " ".join(
        str(who[part]) for part in ("given", "family", "suffix") if who.get(part)
    )
    return str(named) or "Anonymous"


def _compare_abstracts(
    key: str, old: list[Mapping[str, RawValue]], new: list[Mapping[str, RawValue]]
) -> Iterator[Difference]:
    def of(one: Mapping[str, RawValue]) -> tuple[object, RawValue]:
        return _fold("language", one.get("language")), one.get("kind")

    after = {of(one): one for one in new}
    for one in old:
        name = f"abstract {_value_words(one.get('language') or one.get('kind') or '')}" if len(old) > 1 else "abstract"
        # A single abstract stays the same one when its language is corrected.
        other = after.get(of(one)) or (new[0] if len(old) == len(new) == 1 else None)
        field = f"{key}[{old.index(one)}]"
        if other is None:
            yield Difference(field, f"the {name} is lost", loses=True, registered=one)
        elif (text := Difference.plain_words(other)) != (before := Difference.plain_words(one)):
            shorter = len(text) < SHORTENED * len(before)
            words = f"the {name} has {len(text)} characters instead of {len(before)}"
            words = words if shorter else f"the {name} is changed"
            yield Difference(field, words, loses=shorter, registered=one, desired=other)
        elif not same_value("", one, other):
            yield Difference(field, f"the markup of the {name} is changed", registered=one, desired=other)
    if len(new) > len(old):
        yield Difference(key, counted(len(new) - len(old), "more abstract"), registered=old, desired=new)


def _compare_references(
    key: str, old: list[Mapping[str, RawValue]], new: list[Mapping[str, RawValue]]
) -> Iterator[Difference]:
    def content(entries: list[Mapping[str, RawValue]]) -> list[object]:
        # Keys by place move when an entry is taken out: they say nothing.
        return [_fold("", {name: entry[name] for name in entry if name != "key"}) for entry in entries]

    before, after = content(old), content(new)
    if before == after:
        return
    if len(new) < len(old):
        words = f"{counted(len(old) - len(new), 'reference')} fewer: {len(old)} → {len(new)}"
        yield Difference(key, words, loses=True, registered=old, desired=new)
    changed = sum(one not in after for one in before)
    dois = [sum("doi" in entry for entry in entries) for entries in (old, new)]
    if dois[1] < dois[0]:
        words = f"references that lose their DOI: {dois[0] - dois[1]}"
        yield Difference(f"{key}.doi", words, loses=True, registered=old, desired=new)
    if len(new) >= len(old):
        words = f"references: {len(old)} → {len(new)}, {changed} of the registered ones changed"
        yield Difference(key, words, registered=old, desired=new)


def _compare_sets(
    key: str, old: list[Mapping[str, RawValue]], new: list[Mapping[str, RawValue]]
) -> Iterator[Difference]:
    label = key.replace("_", " ")
    before, after = [_fold("", entry) for entry in old], [_fold("", entry) for entry in new]
    lost = [place for place, entry in enumerate(before) if entry not in after]
    added = [entry for entry, folded in zip(new, after, strict=True) if folded not in before]
    # The same licence with another date is one entry that changed; only then may its parts be lost.
    for place in lost:
        partner = next((entry for entry in added if _identity_of(entry) == _identity_of(old[place])), None)
        if partner is not None:
            added.remove(partner)
            yield _compare_entry(f"{key}[{place}]", label, old[place], partner)
    rest = [place for place in lost if not any(_identity_of(old[place]) == _identity_of(entry) for entry in new)]
    for place, entry in zip(rest, added, strict=False):
        yield Difference(
            f"{key}[{place}]", _change_words(label, old[place], entry), registered=old[place], desired=entry
        )
    for place in rest[len(added) :]:
        words = f"{label}: {_value_words(old[place])} is lost"
        yield Difference(f"{key}[{place}]", words, loses=True, registered=old[place])
    for entry in added[len(rest) :]:
        yield Difference(key, f"{label}: {_value_words(entry)} is added", desired=entry)


def _identity_of(one: Mapping[str, RawValue]) -> object:
    """Return what makes an entry this one and no other: its address, name or identifier."""
    return next((_fold(name, one[name]) for name in _IDENTITIES if one.get(name)), _fold("", one))


# The first of these that two entries have tells whether they are the same one, described again.
_IDENTITIES: Final = ("url", "identifier", "doi", "ror", "funder_id", "name", "issn", "")


def _compare_entry(key: str, label: str, old: Mapping[str, RawValue], new: Mapping[str, RawValue]) -> Difference:
    lost = [name for name, value in old.items() if value and _is_less(value, new.get(name))]
    if lost:
        parts = ", ".join(f"{name.replace('_', ' ')} {_value_words(old[name])}" for name in lost)
        return Difference(key, f"{label}: {_value_words(old)} loses {parts}", loses=True, registered=old, desired=new)
    return Difference(key, _change_words(label, old, new), registered=old, desired=new)


def _change_words(label: str, old: Mapping[str, RawValue], new: Mapping[str, RawValue]) -> str:
    """Return the change of an entry in words, by its changed parts."""
    names = [name for name in dict.fromkeys([*old, *new]) if not same_value(name, old.get(name), new.get(name))]
    before, after = ({name: one.get(name) for name in names} for one in (old, new))
    return f"{label}: {_value_words(before)} → {_value_words(after)}"


def _is_less(old: RawValue, new: RawValue) -> bool:
    """Tell whether a part is gone, or has fewer entries; a single text is a list of one."""
    return len(_as_list(new)) < len(_as_list(old))


_LISTS: Final = {
    "authors": _compare_authors, "abstracts": _compare_abstracts, "references": _compare_references,
    **dict.fromkeys(
        (
            "relations", "licences", "funding", "updates", "archives", "full_texts", "issns", "isbns", "identifiers",
            "assertions", "institutions", "translated_titles",
        ),
        _compare_sets,
    ),
}  # fmt: skip
