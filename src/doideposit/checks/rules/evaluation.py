"""All rules, and what runs them: over one record, over the records of a run, over the depositor."""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from doideposit.checks.rules.abstracts import ABSTRACTS
from doideposit.checks.rules.addresses import ADDRESSES
from doideposit.checks.rules.completeness import COMPLETENESS
from doideposit.checks.rules.contributors import CONTRIBUTORS
from doideposit.checks.rules.dates import DATES
from doideposit.checks.rules.depositor import DEPOSITOR, Head
from doideposit.checks.rules.identity import IDENTITY
from doideposit.checks.rules.languages import LANGUAGES
from doideposit.checks.rules.names import NAMES
from doideposit.checks.rules.reference_parts import REFERENCE_PARTS
from doideposit.checks.rules.references import REFERENCES
from doideposit.checks.rules.registry import Context, Match, Rule, Rules
from doideposit.checks.rules.relations import RELATIONS
from doideposit.checks.rules.rights import RIGHTS
from doideposit.checks.rules.texts import TEXTS
from doideposit.checks.rules.title_ends import TITLE_ENDS
from doideposit.checks.rules.titles import TITLES
from doideposit.checks.rules.together import TOGETHER, Run
from doideposit.checks.rules.words import WORDS
from doideposit.checks.rules.work import Each, Places, Work
from doideposit.findings import Finding, Severity, Where, field_path
from doideposit.records.models.record import Record
from doideposit.records.origin import RawRecord, RawValue
from doideposit.records.sources.parsing import ParsedRecord

__all__ = [
    "ALL_RULES",
    "DEPOSITOR_RULES",
    "RECORD_RULES",
    "RUN_RULES",
    "Evaluation",
]

# One mistake gives one finding: of several about the same mistake, only the one that says most is kept.

Found = tuple[Rule[Any], Match]

# At the same field, the findings on the left say less than any of those on the right.
_AT_ONE_FIELD: Final[Mapping[str, frozenset[str]]] = {
    "abstract-short": frozenset({"text-filler"}),
    "date-accepted-late": frozenset({"date-future"}),
    "dates-far-apart": frozenset({"date-future"}),
    "licence-not-https": frozenset({"licence-slash"}),
    "name-character": frozenset({"name-blank"}),
    "url-home-page": frozenset({"url-password"}),
}

# All of these compare the date of publication with something else in the record. Where several find it wrong, that date
# is the mistake, and the first of them shows it best.
_ABOUT_PUBLICATION: Final = (
    "date-future",
    "date-number-year",
    "date-before-the-web",
    "date-accepted-late",
    "dates-far-apart",
    "status-early",
    "licence-early",
    "reference-from-the-future",
)


def _without_consequences(found: Sequence[Found], ignored: Container[str]) -> Sequence[Found]:
    """Return findings without those that only follow from another; one that is `ignored` explains no other."""
    if len(found) < 2:  # noqa: PLR2004  (one finding follows from no other)
        return found
    places = {(match.loc, rule.code) for rule, match in found if rule.code not in ignored}
    about = {code for loc, code in places if code in _ABOUT_PUBLICATION and _is_about_publication(loc, code)}
    best = next((code for code in _ABOUT_PUBLICATION if code in about), None)
    return [
        (rule, match)
        for rule, match in found
        if not any((match.loc, better) in places for better in _AT_ONE_FIELD.get(rule.code, ()))
        and (best is None or rule.code not in _ABOUT_PUBLICATION or not _is_covered(rule.code, match, best))
    ]


def _is_about_publication(loc: tuple[str | int, ...], code: str) -> bool:
    return code != "date-future" or loc == ("published",)


def _is_covered(code: str, match: Match, best: str) -> bool:
    return code != best and _is_about_publication(match.loc, code)


# Findings come in this order: what a record is first, what it merely lacks last.
CATEGORIES: tuple[Rules[Work], ...] = (
    IDENTITY,
    TITLES,
    TITLE_ENDS,
    NAMES,
    CONTRIBUTORS,
    DATES,
    ADDRESSES,
    REFERENCES,
    REFERENCE_PARTS,
    ABSTRACTS,
    LANGUAGES,
    RIGHTS,
    RELATIONS,
    TEXTS,
    WORDS,
    COMPLETENESS,
)
# Collected from the modules: a new rule needs no second entry here.
RECORD_RULES: tuple[Rule[Work], ...] = tuple(rule for category in CATEGORIES for rule in category.rules)
_ORDER: Final = {rule.code: place for place, rule in enumerate(RECORD_RULES)}
# Rules that look at the same places of a record go through them together; the others have a way of their own.
_LOOKS: Final[dict[Places, list[tuple[Rule[Work], Each[Any]]]]] = {}
for _rule in RECORD_RULES:
    if isinstance(_rule.function, Each):
        _LOOKS.setdefault(_rule.function.places, []).append((_rule, _rule.function))
_ALONE: Final = tuple(rule for rule in RECORD_RULES if not isinstance(rule.function, Each))
RUN_RULES: tuple[Rule[Run], ...] = tuple(TOGETHER.rules)
DEPOSITOR_RULES: tuple[Rule[Head], ...] = tuple(DEPOSITOR.rules)
ALL_RULES: tuple[Rule[Any], ...] = (*RECORD_RULES, *RUN_RULES, *DEPOSITOR_RULES)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Apply the rules: to one record, to those of one run, to a record in part, and to the depositor.

    Severities are as `context.settings` wants them; what is ignored there is still here, with its reason.
    """

    context: Context

    def check(self, record: Record) -> tuple[Finding, ...]:
        """Check one record against every rule, in the order of the rules."""
        work = Work(record.commentary, self.context)
        where, settings = record.origin.where, self.context.settings
        kept = _without_consequences(_matches(work), {ignored.code for ignored in settings.ignore})
        found = [(rule, rule.finding(match, where(match.loc))) for rule, match in kept]
        if not (settings.severity or settings.ignore):
            return tuple([finding for _, finding in found])
        return tuple([self._settled(finding, record, overridable=rule.overridable) for rule, finding in found])

    def check_together(self, records: Sequence[Record]) -> dict[int, tuple[Finding, ...]]:
        """Return findings that compare the records of one run, by the position of the record."""
        found: dict[int, tuple[Finding, ...]] = {}
        run = [record.commentary for record in records]
        for rule in RUN_RULES if len(run) > 1 else ():
            for found_match in rule.function(run):
                match = _with_label(found_match, records)
                record = records[match.record]
                finding = rule.finding(match, record.origin.where(match.loc))
                settled = self._settled(finding, record, overridable=rule.overridable)
                found[match.record] = (*found.get(match.record, ()), settled)
        return found

    def check_depositor(self, name: str, email: str, registrant: str) -> tuple[Finding, ...]:
        """Check the depositor that the configuration names; the findings name fields of the configuration."""
        head, settings = Head(name, email, registrant, self.context), self.context.settings
        return tuple(
            settings.apply(rule.finding(match, Where(field=field_path(match.loc))), overridable=rule.overridable)
            for rule in DEPOSITOR_RULES
            for match in rule.function(head)
        )

    def apply_settings(self, findings: Iterable[Finding], record: Record) -> tuple[Finding, ...]:
        """Return findings that come from elsewhere as the settings want them; errors stay as they are."""
        return tuple(
            self._settled(finding, record, overridable=finding.severity is not Severity.ERROR) for finding in findings
        )

    def check_in_part(
        self, raw: RawRecord, broken: AbstractSet[str], parse: Callable[[RawRecord], ParsedRecord]
    ) -> tuple[Finding, ...]:
        """Return the findings of the rules about the fields without errors.

        Broken fields are left out, and stand-ins fill those that no commentary can do without; nothing is said of them.
        """
        first, *others = (self._check_beside(raw, stand_ins, broken, parse) for stand_ins in _STAND_INS)
        known = [frozenset(other) for other in others]
        # What is found beside one stand-in and not beside another was found in the stand-in.
        return tuple(finding for finding in first if all(finding in other for other in known))

    def _check_beside(
        self,
        raw: RawRecord,
        stand_ins: Mapping[str, RawValue],
        broken: AbstractSet[str],
        parse: Callable[[RawRecord], ParsedRecord],
    ) -> tuple[Finding, ...]:
        missing = stand_ins.keys() - raw.data.keys()
        used = {key: stand_ins[key] for key in stand_ins.keys() & (broken | missing)}
        data = {key: value for key, value in raw.data.items() if key not in broken} | used
        again = parse(RawRecord(data, raw.origin))
        if again.record is None:
            return ()
        return tuple(
            finding for finding in self.check(again.record) if finding.where.top_field not in {"", *broken, *used}
        )

    def _settled(self, finding: Finding, record: Record, *, overridable: bool) -> Finding:
        """Return a finding about a record as the settings want it."""
        commentary, settings = record.commentary, self.context.settings
        if not (settings.severity or settings.ignore):
            return finding
        doi, series = commentary.doi.printed, commentary.series.name
        return settings.apply(finding, overridable=overridable, doi=doi, series=series)


def _matches(work: Work) -> list[Found]:
    """Apply every rule to a record; return the matches in the order of the rules."""
    found: list[Found] = [(rule, match) for rule in _ALONE for match in rule.function(work)]
    for places, rules in _LOOKS.items():
        for loc, item in places(work):
            for rule, one in rules:
                if seen := one.look(item):
                    found.append((rule, one.match(loc, item, seen)))
    return sorted(found, key=lambda one: _ORDER[one[0].code])


def _with_label(match: Match, records: Sequence[Record]) -> Match:
    """Name the file of the other record that a match is about: its title alone may be that of this one as well.

    Records that a program hands over have no file, and are counted.
    """
    first = match.values.get("first")
    if not isinstance(first, int):
        return match
    label = records[first].origin.label
    place = f"record {first + 1}" if records[first].origin.file is None else label
    return match._replace(values={**match.values, "place": place})


# A record of which a part is wrong or missing: the rest is told in the same run.

# What no commentary can do without, so that the rules can look at the rest of a record that lacks it.
_STAND_INS: Final[tuple[Mapping[str, RawValue], ...]] = (
    MappingProxyType({"number": "1", "title": "Stand-in", "authors": ({"family": "Stand-in"},), "published": "2000"}),
    # Nothing of these is alike, so that no finding can be about both.
    MappingProxyType({"number": "22", "title": "Another", "authors": ({"organisation": "One"},), "published": "2015"}),
)
