"""Rules over a record of which a part is wrong or missing: the rest is told in the same run."""

import re
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from types import MappingProxyType
from typing import Final

from doideposit.checks.rules.evaluation import check
from doideposit.checks.rules.registry import Context
from doideposit.findings import Finding
from doideposit.records.origin import RawRecord, RawValue
from doideposit.records.sources.parsing import ParsedRecord

__all__ = ["check_in_part", "top_field"]

# What no commentary can do without, so that the rules can look at the rest of a record that lacks it.
_STAND_INS: Final[tuple[Mapping[str, RawValue], ...]] = (
    MappingProxyType({"number": "1", "title": "Stand-in", "authors": ({"family": "Stand-in"},), "published": "2000"}),
    # Nothing of these is alike, so that no finding can be about both.
    MappingProxyType({"number": "22", "title": "Another", "authors": ({"organisation": "One"},), "published": "2015"}),
)


def top_field(finding: Finding) -> str:
    """Return the field of the record that a finding is about."""
    return re.split(r"[.\[]", finding.where.field or "", maxsplit=1)[0]


def check_in_part(
    raw: RawRecord, broken: AbstractSet[str], parse: Callable[[RawRecord], ParsedRecord], context: Context
) -> tuple[Finding, ...]:
    """Return what the rules find in the fields that are right.

    Broken fields are left out, and stand-ins fill those that no commentary can do without; nothing is said of them.
    """
    first, *others = (_check_beside(raw, stand_ins, broken, parse, context) for stand_ins in _STAND_INS)
    known = [frozenset(other) for other in others]
    # What is found beside one stand-in and not beside another was found in the stand-in.
    return tuple(finding for finding in first if all(finding in other for other in known))


def _check_beside(
    raw: RawRecord,
    stand_ins: Mapping[str, RawValue],
    broken: AbstractSet[str],
    parse: Callable[[RawRecord], ParsedRecord],
    context: Context,
) -> tuple[Finding, ...]:
    missing = stand_ins.keys() - raw.data.keys()
    used = {key: stand_ins[key] for key in stand_ins.keys() & (broken | missing)}
    data = {key: value for key, value in raw.data.items() if key not in broken} | used
    again = parse(RawRecord(data, raw.origin))
    if again.record is None:
        return ()
    return tuple(one for one in check(again.record, context) if top_field(one) not in {"", *broken, *used})
