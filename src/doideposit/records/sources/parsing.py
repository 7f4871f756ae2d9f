"""From a raw record to a record, or to everything that is wrong with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import BaseModel, ValidationError

from doideposit.findings import Finding, Severity, has_errors, writable
from doideposit.records.identifiers import Doi, IsRegistered
from doideposit.records.models.bibliography import (
    CrossmarkAssertion,
    FurtherIdentifier,
    Pages,
    PrintedIsbn,
    TranslatedTitle,
)
from doideposit.records.models.commentary import IS_REGISTERED, Commentary
from doideposit.records.models.contributors import AltName, Anonymous, Institution, Organisation, Person
from doideposit.records.models.faults import findings_of
from doideposit.records.models.record import Record
from doideposit.records.models.references import Reference
from doideposit.records.models.relations import (
    FreeToRead,
    FullText,
    Funding,
    Licence,
    Relation,
    Status,
    Update,
    Version,
)
from doideposit.records.models.resemblance import KnownWords
from doideposit.records.models.series import Series
from doideposit.records.origin import Origin, RawRecord

__all__ = ["ParsedRecord", "findings_of"]

# So many names of series are told at most.
LISTED = 12


def _is_never_registered(_doi: Doi, _number: str | None) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class ParsedRecord:
    """Hold a record, or None where an error is in the way; the findings of its reader are among these."""

    record: Record | None
    findings: tuple[Finding, ...] = ()

    @staticmethod
    def of(
        raw: RawRecord, *, series: Mapping[str, Series], is_registered: IsRegistered = _is_never_registered
    ) -> "ParsedRecord":
        """Make a record of a raw one; all faults come back at once, each with its place.

        `series` are the series of the configuration, by the names that records use; a record that names none is of the
        only one there is. Texts are read leniently where no doubt is possible: yes and true are the same, whole numbers
        are texts; a key without a value counts as left out. A DOI that the pattern of the series does not give stays
        where it is registered already, as `is_registered` tells; it is asked with the number where the pattern reads
        another one.
        """
        data = _without_empty_keys(raw.data)
        found = list(raw.findings)
        chosen = _find_series(data, raw.origin, series)
        if isinstance(chosen, Finding):
            found.append(chosen)
            data.pop("series", None)
        else:
            data["series"] = chosen
        try:
            commentary = Commentary.model_validate(data, context={IS_REGISTERED: is_registered})
        except ValidationError as error:
            faults = findings_of(error, raw.origin, model=Commentary, data=raw.data)
            # What a reader could not read is told already, and is not missing.
            told = {"series", *(finding.where.field for finding in raw.findings if finding.stops)}
            found += [fault for fault in faults if not (fault.code == "missing-key" and fault.where.field in told)]
            commentary = None
        if commentary is None or has_errors(found):
            # In the order of the file, whatever order the model has.
            return ParsedRecord(None, tuple(sorted(found, key=_sort_key)))
        return ParsedRecord(Record(commentary, raw.origin), tuple(found))


def _sort_key(finding: Finding) -> tuple[int, int]:
    return finding.where.line or 0, finding.where.column or 0


def _find_series(data: Mapping[str, Any], origin: Origin, known: Mapping[str, Series]) -> Series | Finding:
    name = data.get("series")
    if isinstance(name, Series):
        return name
    if isinstance(name, str) and name in known:
        return known[name]
    if name is None and len(known) == 1:
        return next(iter(known.values()))
    where = origin.where(("series",))
    names = ", ".join([*known][:LISTED]) + (f" and {len(known) - LISTED} more" if len(known) > LISTED else "")
    listed = "the configuration has " + (names or "none yet: describe one below [series.<name>]")
    if name is None:
        return Finding(
            "missing-key", Severity.ERROR, "`series` is missing", f"add the name of the series; {listed}", where
        )
    if not isinstance(name, str):
        message = "write the series as its name, in one word"
        return Finding("series-by-name", Severity.ERROR, message, f"describe it in the configuration; {listed}", where)
    hint = " ".join(part for part in (KnownWords(known).did_you_mean(name), listed) if part)
    text = writable(f"there is no series `{name}`")
    return Finding("unknown-series", Severity.ERROR, text, hint, where, length=len(name))


def _without_empty_keys(data: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out keys without a value; one that no model knows stays, so that it is still found."""
    known = _known_keys()
    return {
        # Most values are texts.
        key: value if isinstance(value, str) else _inner_value(value)
        for key, value in data.items()
        if value is not None or key not in known
    }


def _inner_value(value: Any) -> Any:
    # What nearly every mapping and sequence is comes first: to ask for the abstract classes takes ten times as long.
    if isinstance(value, (dict, Mapping)):
        return _without_empty_keys(value)
    if isinstance(value, (list, tuple, Sequence)) and not isinstance(value, (str, bytes)):
        return [_inner_value(item) for item in value]
    return value


@cache
def _known_keys() -> frozenset[str]:
    return frozenset(name for model in _MODELS for name in model.model_fields)


# All models below a record: their fields are what a misspelt key is compared with.
_MODELS: tuple[type[BaseModel], ...] = (
    *(Commentary, Person, Organisation, Anonymous, Institution, AltName, Reference, Relation, Update, Licence),
    *(FreeToRead, Funding, Version, Status, FullText, CrossmarkAssertion, FurtherIdentifier, Pages, PrintedIsbn),
    TranslatedTitle,
)
