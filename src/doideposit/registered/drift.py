"""What others changed of a registered DOI: the record at Crossref compared with what our last deposit sent.

What Crossref adds and writes in its own way is none of it: references and funders that it matched, relations that other
records claim, ISSNs of the title record, markup that says the same (Crossref documentation, "unixsd query output").
"""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from doideposit.records.identifiers import Doi
from doideposit.registered.comparison import compare, same_value
from doideposit.registered.drift_values import Drift, DriftKind
from doideposit.registered.reading import RegisteredRecord
from doideposit.registered.values import Difference

__all__ = ["Shown"]

# Twenty fields show that a record became another; more would fill a mail.
MOST_FIELDS: Final = 20


@dataclass(frozen=True, slots=True)
class Shown:
    """Hold what Crossref shows of a DOI: the version, who owns it, what it is an alias of, and its record."""

    timestamp: int
    owner_prefix: str
    alias_of: str
    record: RegisteredRecord | None

    def drift(self, doi: Doi, sent: int, ours: RegisteredRecord | None, *, is_moved: bool) -> Iterator[Drift]:
        """Yield what others changed. `sent` is the version of our last deposit, `ours` its record, where there is one.

        `is_moved` says that the owner of today is none of ours.
        """
        if self.alias_of:
            what = f"it was made an alias of {self.alias_of}, and now shows that DOI's record"
            yield Drift(DriftKind.ALIAS, what, "a DOI of its own", self.alias_of, f"alias:{self.alias_of.lower()}")
            return
        if is_moved:
            what = f"it now belongs to the owner of the prefix {self.owner_prefix}"
            yield Drift(DriftKind.OWNER, what, doi.prefix, self.owner_prefix, f"owner:{self.owner_prefix}")
        fields = Shown.changes_by_others(ours, self.record)
        if self.timestamp > sent:
            what = f"somebody else deposited it with the timestamp {self.timestamp}"
            mark = f"foreign:{self.timestamp}:{_state_mark(self.record)}"
            yield Drift(DriftKind.DEPOSIT, what, str(sent), str(self.timestamp), mark, _shown_fields(fields))
        elif fields:
            told = _shown_fields(fields)
            more = "; and more" * (len(told) > 3)  # noqa: PLR2004
            what = f"the registered metadata differ from what was sent: {'; '.join(told[:3])}{more}"
            before = "; ".join(_short_value(field.registered) for field in fields[:MOST_FIELDS])
            after = "; ".join(_short_value(field.desired) for field in fields[:MOST_FIELDS])
            yield Drift(DriftKind.CONTENT, what, before, after, f"content:{_state_mark(self.record)}", told)

    @staticmethod
    def changes_by_others(ours: RegisteredRecord | None, theirs: RegisteredRecord | None) -> tuple[Difference, ...]:
        """Return the fields that are registered otherwise than sent, without Crossref's own."""
        if ours is None or theirs is None:
            return ()
        return tuple(
            difference for difference in compare(ours, theirs) if not _is_crossrefs(difference)
        ) + _added_leftovers(ours, theirs)


def _is_crossrefs(difference: Difference) -> bool:
    # Crossref adds the ISSN that it knows of a title record by itself.
    if difference.field.startswith("series.issns") and difference.kind == "added":
        return True
    if difference.field.startswith("abstracts["):
        both = (difference.registered, difference.desired)
        texts = [Difference.plain_words(each) for each in both if isinstance(each, Mapping)]
        return len(texts) == len(both) and texts[0] == texts[1] and _differs_by_language_only(difference)
    return False


def _differs_by_language_only(difference: Difference) -> bool:
    both = [each for each in (difference.registered, difference.desired) if isinstance(each, Mapping)]
    return all(same_value(name, both[0].get(name), both[1].get(name)) for name in ("language", "kind"))


def _added_leftovers(ours: RegisteredRecord, theirs: RegisteredRecord) -> tuple[Difference, ...]:
    """Return registered content that no record file can hold; `compare` asks only for losses of ours."""
    known = {(leftover.name, leftover.xml) for leftover in ours.leftovers}
    added = (leftover for leftover in theirs.leftovers if (leftover.name, leftover.xml) not in known)
    return tuple(Difference(leftover.name, f"{leftover.name} is added", desired=leftover.xml) for leftover in added)


def _shown_fields(fields: Collection[Difference]) -> tuple[str, ...]:
    told = [field.what for field in fields][:MOST_FIELDS]
    return (*told, f"and {len(fields) - MOST_FIELDS} more") if len(fields) > MOST_FIELDS else tuple(told)


def _short_value(value: object) -> str:
    """Return a short form of a value: a string as it is, the rest as JSON."""
    text = value if isinstance(value, str) else "nothing" if not value else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 200 else f"{text[:200]}…"  # noqa: PLR2004


def _state_mark(record: RegisteredRecord | None) -> str:
    """Return a short mark of a registered record, which changes with each of its fields."""
    if record is None:
        return "none"
    said = [record.fields, record.series, [(leftover.name, leftover.xml) for leftover in record.leftovers]]
    # Sixteen digits tell two differences apart, and fit into a column of the ledger.
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()[:16]
