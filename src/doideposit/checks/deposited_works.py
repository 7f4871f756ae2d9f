"""The works of a ready-made deposit file, read back into records and asked what records are asked.

The reader of registered records gives the fields, and tells which element each was read from.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from functools import partial
from typing import Final

from pydantic_core import ValidationError

from doideposit.checks.rules.evaluation import RECORD_RULES, Evaluation
from doideposit.checks.rules.registry import Context
from doideposit.findings import Finding, Loc, Severity, loc_of
from doideposit.records.models.series import RecordType, Series
from doideposit.records.origin import Origin, RawRecord, RawValue
from doideposit.records.sources.parsing import ParsedRecord
from doideposit.registered.reading import RECORD_TYPES, RegisteredRecord
from doideposit.registered.texts import ReadText
from doideposit.safe_xml import Element

__all__ = ["check_works"]

Fields = dict[str, RawValue]

# Elements that hold a work with a title and people. Components, issues and data sets have names of other kinds.
_KINDS: Final = frozenset(
    {*RECORD_TYPES, "book_metadata", "book_series_metadata", "content_item", "conference_paper", "dissertation"}
)
# What a series is called is said in the configuration of records, and wishes are for who can still fill something in.
_SKIPPED: Final = frozenset(
    rule.code for rule in RECORD_RULES if rule.category in {"identifiers, numbers and series", "completeness"}
)
# Crossref has no element for the address of what is cited; that of a DOI is one of the DOI, and rules know it in texts.
_ADDRESS: Final = re.compile(r"(.*\S)\s(https?://(?!(?:dx\.)?doi\.org/)[^\s<>]*(?:[^\s<>.,;:)\]]|\.\.\.))", re.DOTALL)
# Ten megabytes hold 10,000 works with a title and an author; what holds more was made to keep a machine busy.
MOST_WORKS: Final = 20_000
# So often what cannot be read of a work is left out: models tell the faults of fields first, then those between.
ROUNDS: Final = 3


def check_works(root: Element, context: Context) -> Iterator[tuple[Finding, Element]]:
    """Yield the findings of the record rules for each work of a file, with the element each one concerns."""
    for place, work in enumerate(RegisteredRecord.works_in(root, _KINDS)):
        if place == MOST_WORKS:
            yield _too_many_works_finding(), root
            return
        series = _series_of(work)
        if series is not None and work.fields.get("title"):
            yield from _check_work(dict(work.fields), series, context)


def _too_many_works_finding() -> Finding:
    message = f"the file has more than {MOST_WORKS:,} works, and names, titles and references of the others stay unread"
    return Finding("xsd-more", Severity.INFO, message, "split the file to have all of them looked at")


def _series_of(work: RegisteredRecord) -> Series | None:
    """Return the series as the file describes it, for the rules that compare with it."""
    title, issns = work.series.get("title"), work.series.get("issns")
    first = issns[0] if isinstance(issns, list) and issns else None
    kind = work.record_type if first and work.record_type else RecordType.REPORT_SINGLE
    own = {"name": "file", "title": title or "-", "prefix": work.doi.partition("/")[0], "record_type": kind}
    issn = {"issn": first["issn"], "issn_medium": "electronic"} if isinstance(first, dict) else {}
    publisher = work.series.get("publisher")
    house = {"publisher": publisher} if publisher else {}
    # What is wrong with an ISSN, a prefix or a publisher is said of its own element.
    for given in (own | issn | house, own | issn, own | {"record_type": RecordType.REPORT_SINGLE}):
        try:
            return Series.model_validate(given)
        # What a deposit says of its series may be incomplete; the next form needs less.
        except ValidationError:
            continue
    return None


def _check_work(fields: Fields, series: Series, context: Context) -> Iterator[tuple[Finding, Element]]:
    if series.record_type is RecordType.JOURNAL:
        # There it is the issue, which says nothing of the one article.
        fields.pop("number", None)
    if isinstance(references := fields.get("references"), list):
        fields["references"] = [_with_address(reference) for reference in references]
    # A work without a number is one, as every article is; of one without people or a group nothing is said of them.
    read = partial(ParsedRecord.of, series={series.name: series}, is_registered=lambda _doi, _number: True)
    fields.setdefault("authors", [{"anonymous": "true"}])
    harmed: set[Loc] = set()
    for _ in range(ROUNDS):
        parsed = read(RawRecord(fields, Origin()))
        if parsed.record is not None:
            yield from _with_elements(
                (finding for finding in Evaluation(context).check(parsed.record) if finding.code not in _SKIPPED),
                fields,
                harmed,
            )
            return
        faults = [finding for finding in parsed.findings if finding.where.top_field in fields]
        if not faults:
            break
        # Crossref takes what a record could not say so, or the schema has refused it already.
        told = (replace(fault, severity=Severity.WARNING) for fault in faults if _is_present(fields, fault))
        yield from _with_elements(told, fields)
        gone = {loc[: _depth(fields, loc)] for fault in faults if (loc := loc_of(fault.where.field))}
        harmed |= {loc[:-1] for loc in gone}
        left = _without(fields, gone)
        fields = dict(left) if isinstance(left, Mapping) else {}
    found = Evaluation(context).check_in_part(RawRecord(fields, Origin()), frozenset(), read)
    yield from _with_elements((finding for finding in found if finding.code not in _SKIPPED), fields, harmed)


def _with_address(reference: RawValue) -> RawValue:
    """Return a reference with the address at the end of its text in the field that a record has for it."""
    text = reference.get("text") if isinstance(reference, Mapping) else None
    found = _ADDRESS.fullmatch(text) if isinstance(text, ReadText) else None
    if found is None or not isinstance(reference, Mapping) or not isinstance(text, ReadText):
        return reference
    return {**reference, "text": ReadText(found[1], text.element), "url": ReadText(found[2], text.element)}


def _is_present(fields: Fields, fault: Finding) -> bool:
    """Tell whether the field of a fault exists in the file; a missing one was removed, or has no place in XML."""
    loc = loc_of(fault.where.field)
    return _depth(fields, loc) == len(loc)


def _with_elements(
    findings: Iterable[Finding], fields: Fields, harmed: AbstractSet[Loc] = frozenset()
) -> Iterator[tuple[Finding, Element]]:
    for finding in findings:
        loc = loc_of(finding.where.field)
        element = _element_at(fields, loc)
        # An attribute of what was taken out says nothing alone, such as that an ORCID iD is authenticated.
        if loc[0] not in fields or (loc[:-1] in harmed and _depth(fields, loc, traced=True) < len(loc)):
            continue
        # What was read from an attribute of the work has no text: the title shows which work is meant.
        element = _element_at(fields, ("title",)) if element is None else element
        if element is not None:
            yield finding, element


def _element_at(fields: RawValue, loc: Loc) -> Element | None:
    """Return the element of the field at `loc`; that of the nearest field around it, or in it, which has one."""
    found = None
    for value in _values_on_way(fields, loc):
        # Going down, the last element found is the nearest one to the field.
        found = _first_text(value) or found
    return found.element if found else None


def _depth(fields: RawValue, loc: Loc, *, traced: bool = False) -> int:
    """Return how many steps of `loc` lead to a value; with `traced`, 0 if that value does not know its XML element."""
    way = _values_on_way(fields, loc)
    return 0 if traced and way and not isinstance(way[-1], ReadText) else len(way)


def _values_on_way(value: RawValue, loc: Loc) -> list[RawValue]:
    """Return the values on the way to a field, as far as there are any."""
    way: list[RawValue] = []
    for step in loc:
        inner = _follow_step(value, step)
        if inner is None:
            break
        value = inner
        way.append(value)
    return way


def _follow_step(value: RawValue, step: str | int) -> RawValue:
    if isinstance(value, Mapping):
        return value.get(str(step))
    if isinstance(value, str) or value is None or not isinstance(step, int):
        return None
    return value[step] if step < len(value) else None


def _first_text(value: RawValue) -> ReadText | None:
    if isinstance(value, ReadText):
        return value
    if value is None or isinstance(value, str):
        return None
    inner = value.values() if isinstance(value, Mapping) else value
    return next((found for one in inner if (found := _first_text(one)) is not None), None)


def _without(value: RawValue, locs: AbstractSet[Loc], at: Loc = ()) -> RawValue:
    """Return a value without the fields, or the entries of lists, at these places."""
    if isinstance(value, str) or value is None:
        return value
    if isinstance(value, Mapping):
        return {key: _without(one, locs, (*at, key)) for key, one in value.items() if (*at, key) not in locs}
    # Places are counted before anything is left out, as the findings count them.
    entries = [((*at, index), one) for index, one in enumerate(value)]
    return [_without(one, locs, place) for place, one in entries if place not in locs]
