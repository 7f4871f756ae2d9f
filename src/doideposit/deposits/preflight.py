"""What Crossref would reject, or lock for ever, told before the first deposit of a series: nothing has left by then.

The prefix must exist and be the member's own, title and ISSN must be those under which the series is registered, and
what a record relates to, or updates, must exist. Whether the login may deposit under the prefix is not asked: that
question would carry the password in an address. What could not be asked is not a fault, and blocks nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import islice
from typing import Final

from doideposit.deposits.candidates import DepositCandidate
from doideposit.deposits.context import DepositContext, RegistryPort
from doideposit.deposits.ledger.work_filter import WorkFilter
from doideposit.deposits.limits import PRODUCTION
from doideposit.deposits.planning import Action, Decision
from doideposit.errors import ConfigurationError, RegistrarError, UnexpectedAnswer
from doideposit.findings import Finding, Severity
from doideposit.records.identifiers import Doi
from doideposit.records.models.series import RecordType, Series
from doideposit.registered.reading import RegisteredRecord

__all__ = ["CitedAgencies", "preflight"]

# DOIs in one question to the resolver; the limit is the length of an address.
AT_ONCE: Final = 50
# So many works of the prefix are looked through for one of the series: a page of the REST API's list.
LISTED: Final = 1_000
# So many registered DOIs are read, until one says what the series is registered as.
SAMPLES: Final = 3
# So many DOIs of the ledger are looked through for one of our own deposits.
LOOKED_AT: Final = 20
# Record types that carry the title record of their series.
_LISTED_TYPES: Final = {RecordType.REPORT_SERIES, RecordType.JOURNAL}

# Fields by which a record names other works of the publisher, and those by which it cites.
_NAMING: Final = ("relations", "updates", "crossmark_policy")
_CITING: Final = ("references",)

Planned = tuple[DepositCandidate, Decision]


@dataclass(slots=True)
class CitedAgencies:
    """Hold the agency of each DOI that is known, by `Doi.key`, with an empty name for one that no agency has.

    `error` is why others could not be asked.
    """

    found: dict[str, str] = field(default_factory=dict)
    error: RegistrarError | None = None

    @staticmethod
    def find(context: DepositContext, dois: Sequence[Doi], *, offline: bool = False) -> "CitedAgencies":
        """Find which agency has each of these DOIs, by the ledger or else by the resolver; offline by the first.

        Never raises for a resolver that is away.
        """
        wanted = {doi.key: doi for doi in dois}
        ours = context.ledger.works.known(list(wanted.values()))
        result = CitedAgencies(context.ledger.cited.known(list(wanted.values())))
        # The resolver can lag behind a registration of our own.
        result.found |= {key: "Crossref" for key, known_work in ours.items() if known_work.registered}
        registry = context.registry
        asked = [doi for key, doi in wanted.items() if key not in result.found and _can_be_asked(context, doi)]
        if offline or registry is None or not registry.has_handles:
            return result
        for start in range(0, len(asked), AT_ONCE):
            try:
                context.step("cited: ask")
                found = _confirm_agencies(registry, asked[start : start + AT_ONCE])
            except UnexpectedAnswer as error:
                # One DOI that the resolver stumbles over says nothing of the other questions.
                result.error = error
                continue
            except RegistrarError as error:
                result.error = error
                return result
            context.ledger.cited.keep(found)
            result.found |= found
        return result


def preflight(context: DepositContext, planned: Sequence[Planned]) -> Mapping[int, Decision]:
    """Return the decisions that change, by the index of their candidate: blocked, or with a warning."""
    registry = context.registry
    going = [(candidate, decision) for candidate, decision in planned if decision.to_be_recorded]
    if registry is None or not going:
        return {}
    of_series = cache(lambda name: _series_findings(context, registry, context.series[name]))
    missing = _missing_targets(context, registry, going)
    # The agency of each DOI in new or changed references.
    here = {candidate.item.doi.key for candidate, _ in going}
    named = [
        citation.doi
        for candidate, decision in going
        if _names_others_anew(decision, _CITING)
        for citation in candidate.cites
    ]
    cited = CitedAgencies.find(context, [doi for doi in named if doi.key not in here])
    changed = {}
    for deposit_candidate, decision in going:
        is_new = (
            decision.action is Action.REGISTER
            and deposit_candidate.series in context.series
            and deposit_candidate.sealed is not None
        )
        found = [
            *(of_series(deposit_candidate.series) if is_new else ()),
            *_target_findings(deposit_candidate, missing),
            *_reference_warnings(deposit_candidate, decision, cited),
        ]
        if found:
            changed[deposit_candidate.index] = _with_findings(decision, found)
    return changed


def _with_findings(decision: Decision, found: Sequence[Finding]) -> Decision:
    findings = (*decision.findings, *found)
    stops = next((finding for finding in found if finding.stops), None)
    if stops is None:
        return replace(decision, findings=findings)
    return decision.block(stops.message, findings)


# The series.


def _series_findings(context: DepositContext, registry: RegistryPort, series: Series) -> tuple[Finding, ...]:
    """Return findings about a series that was never deposited in its present form."""
    if not registry.has_works or _is_proven(context, series):
        return ()
    try:
        context.step("preflight: ask")
        return (*_prefix_findings(context, registry, series), *_title_findings(context, registry, series))
    # Whether Crossref knows a prefix is a courtesy: without an answer the deposit is planned anyway.
    except (RegistrarError, ConfigurationError) as error:
        message = f"prefix, title and ISSN could not be checked: {error.message}"
        hint = "the deposit continues; if something is wrong, Crossref's log will say so"
        return (Finding("plan-series-unasked", Severity.WARNING, message, hint),)


def _is_proven(context: DepositContext, series: Series) -> bool:
    """Tell whether a deposit of the series that took effect had the same prefix, title and ISSNs."""
    works = context.ledger.works
    registered = (
        ledger_work
        for ledger_work in works.all(WorkFilter(series=series.name))
        if ledger_work.registered_at is not None
    )
    # Of an adopted series nothing may be deposited yet, however many DOIs it has: then Crossref is asked.
    for work in islice(registered, LOOKED_AT):
        sent = context.ledger.versions.last_registered(work.doi)
        record = None if sent is None else RegisteredRecord.read(sent[1], work.doi.printed)
        if record is not None:
            return work.doi.prefix == series.prefix and not list(_differences(series, record))
    return False


def _prefix_findings(context: DepositContext, registry: RegistryPort, series: Series) -> Iterator[Finding]:
    def wrong(code: str, message: str, hint: str) -> Finding:
        # The place is looked up here alone: it takes reading the configuration file a second time.
        return Finding(code, Severity.ERROR, message, hint, context.place(f"series.{series.name}.prefix"))

    # Crossref answers for a prefix of any member, so that an unknown one is misspelt.
    owner = registry.prefix(series.prefix)
    if owner is None:
        message = f"Crossref does not have the prefix {series.prefix}"
        hint = "compare it with the prefix that Crossref gave the publisher"
        yield wrong("plan-prefix-unknown", message, hint)
        return
    ours = _our_member(context, registry, series) if owner.id else ""
    if ours and ours != owner.id:
        message = (
            f"the prefix {series.prefix} belongs to member {owner.id} of Crossref, {owner.name}, and not to {ours}"
        )
        hint = "correct the prefix, or `member` below the depositor; if you mean another member's prefix, ask support"
        yield wrong("plan-prefix-not-yours", message, hint)
        return
    member = registry.member(owner.id) if owner.id else None
    if member is not None and member.prefixes and series.prefix not in member.prefixes:
        message = f"the prefix {series.prefix} is not among those of {member.name}, to whom Crossref says it belongs"
        hint = "ask Crossref support who may deposit under it"
        yield wrong("plan-prefix-not-yours", message, hint)


def _our_member(context: DepositContext, registry: RegistryPort, series: Series) -> str:
    """Return the number of the Crossref member who deposits a series: configured, or read from its registered records.

    Empty where nothing of its other prefixes is registered yet, or where they belong to several members.
    """
    account = context.accounts.of_series(series.name)
    if account.depositor.member:
        return account.depositor.member
    mine = [candidate for candidate in context.series.values() if (candidate.publisher_account or "") == account.name]
    works = (islice(context.ledger.works.all(WorkFilter(series=candidate.name)), LOOKED_AT) for candidate in mine)
    prefixes = {work.doi.prefix for found in works for work in found if work.registered_at is not None}
    # In one order, so that the findings are the same each time.
    owners = [registry.prefix(prefix) for prefix in sorted(prefixes - {series.prefix})]
    members = {owner.id for owner in owners if owner is not None and owner.id}
    return members.pop() if len(members) == 1 else ""


def _title_findings(context: DepositContext, registry: RegistryPort, series: Series) -> Iterator[Finding]:
    if not series.issns or series.record_type not in _LISTED_TYPES:
        return
    record = _registered_sample(context, registry, series)
    # Where nothing is registered yet, nobody knows: the first deposit makes the title record.
    if record is None:
        return
    for key, message in _differences(series, record):
        code = "plan-record-type" if key == "record_type" else "plan-series-differs"
        hint = "correct it in the configuration; only Crossref support can change the registration of a series"
        yield Finding(code, Severity.ERROR, message, hint, context.place(f"series.{series.name}.{key}"))


def _registered_sample(context: DepositContext, registry: RegistryPort, series: Series) -> RegisteredRecord | None:
    """Return a registered record of the series; None where there is none.

    What is registered with its ISSN comes first. A series whose ISSN was mistyped, or exchanged for another one, is
    found by its title, among what the ledger has of it and what the owner of the prefix has registered.
    """
    ours = {str(issn.issn) for issn in series.issns}
    for work in islice(registry.works("issn", sorted(ours)), SAMPLES):
        record = _fetch_record(context, registry, Doi.parse_or_none(work.doi))
        if record is not None and ours & _issns_of(record):
            return record
    known = (work.doi for work in context.ledger.works.all(WorkFilter(series=series.name)) if work.registered_at)
    named = (
        doi
        # One page of the list: who has more works than that needs no list to know what a series is called.
        for work in islice(registry.works("prefix", [series.prefix]), LISTED)
        if _fold(work.container) == _fold(series.title) and (doi := Doi.parse_or_none(work.doi)) is not None
    )
    for doi in (*islice(known, SAMPLES), *islice(named, SAMPLES)):
        record = _fetch_record(context, registry, doi)
        if record is not None and _issns_of(record) and _fold(str(record.series.get("title"))) == _fold(series.title):
            return record
    return None


def _fetch_record(context: DepositContext, registry: RegistryPort, doi: Doi | None) -> RegisteredRecord | None:
    state = None if doi is None else registry.registered(doi, context.accounts.of_doi(doi).depositor.email)
    return None if doi is None or state is None or state.alias_of else RegisteredRecord.read(state.answer, doi.printed)


def _issns_of(record: RegisteredRecord) -> set[str]:
    entries = record.series.get("issns")
    listed = entries if isinstance(entries, list) else []
    return {str(one["issn"]) for one in listed if isinstance(one, Mapping)}


def _differences(series: Series, record: RegisteredRecord) -> Iterator[tuple[str, str]]:
    """Yield the differences between a series and its registered title: the key of the setting, and a sentence."""
    if record.record_type not in _LISTED_TYPES or series.record_type not in _LISTED_TYPES:
        return
    title = str(record.series.get("title") or "")
    if _fold(title) != _fold(series.title):
        yield "title", f"the series is registered as “{title}”, but the configuration has “{series.title}”"
    issns, ours = _issns_of(record), {str(issn.issn) for issn in series.issns}
    if issns != ours:
        told = " and ".join(sorted(issns)) or "none"
        yield (
            "issn",
            f"the series is registered with the ISSN {told}, but the configuration has {' and '.join(sorted(ours))}",
        )
    if record.record_type is not series.record_type:
        yield "record_type", f"the series is registered as {record.record_type}, but here it has {series.record_type}"


def _fold(text: str) -> str:
    return " ".join(text.casefold().split())


# What records relate to, and update.


def _missing_targets(context: DepositContext, registry: RegistryPort, going: Sequence[Planned]) -> frozenset[str]:
    """Return the related DOIs that exist nowhere, by `Doi.key`: in the ledger, this plan, or any agency."""
    here = {candidate.item.doi.key for candidate, _ in going}
    named = [
        target.doi for candidate, decision in going if _names_others_anew(decision) for target in candidate.targets
    ]
    wanted = {doi.key: doi for doi in named if doi.key not in here and _can_be_asked(context, doi)}
    known = context.ledger.works.known(list(wanted.values()))
    asked = [doi for key, doi in wanted.items() if not (key in known and known[key].registered)]
    if not asked or not registry.has_handles:
        return frozenset()
    try:
        context.step("preflight: targets")
        found = registry.agencies(asked)
        absent = [doi for doi in asked if not found.get(doi.key)]
        # The resolver may lag behind the registration.
        return frozenset(
            doi.key for doi in absent if registry.registered(doi, context.accounts.of_doi(doi).depositor.email) is None
        )
    except (RegistrarError, ConfigurationError):
        return frozenset()


def _names_others_anew(decision: Decision, fields: Sequence[str] = _NAMING) -> bool:
    """Tell whether a deposit names other related works than before; Crossref accepted the earlier ones."""
    if decision.update is None:
        return True
    return any(difference.falls_under(fields) for difference in decision.update.differences)


def _target_findings(candidate: DepositCandidate, missing: frozenset[str]) -> Iterator[Finding]:
    for target in candidate.targets:
        if target.doi.key in missing and target.policy:
            message = f"{target.doi}, the page about your correction policy, is not registered anywhere"
            hint = "register that page first: its file is a few lines of XML, see the how-to for corrections"
            yield Finding("plan-policy-unregistered", Severity.WARNING, message, hint, target.where)
        elif target.doi.key in missing:
            message = f"{target.doi}, which this record {target.what}, is not registered anywhere"
            hint = "correct the DOI, or register it first: Crossref rejects what relates to a DOI that does not exist"
            yield Finding("plan-target-unregistered", Severity.ERROR, message, hint, target.where)


# What records cite.


def _reference_warnings(candidate: DepositCandidate, decision: Decision, cited: CitedAgencies) -> Iterator[Finding]:
    """Yield a warning for each DOI in a reference that no agency has; Crossref takes the reference anyway."""
    cites = candidate.cites if _names_others_anew(decision, _CITING) else ()
    unknown = next((named_doi for named_doi in cites if named_doi.doi.key not in cited.found), None)
    if unknown is not None and cited.error is not None:
        message = f"the DOIs in its references could not be checked: {cited.error.message}"
        hint = f"the deposit continues; `doideposit references {candidate.item.doi}` checks later"
        yield Finding("reference-doi-unasked", Severity.INFO, message, hint, unknown.where)
    for citation in cites:
        if cited.found.get(citation.doi.key) == "":
            message = f"the DOI {citation.doi} in a reference is registered at no agency"
            hint = "correct it, or remove it: without a DOI, Crossref looks for the work itself"
            yield Finding("reference-doi-dead", Severity.WARNING, message, hint, citation.where)


# Which registration agency has the DOIs that references name: Crossref, DataCite and others all count. The answers are
# kept in the ledger; what could not be asked is not known, and never counts as missing.


def _can_be_asked(context: DepositContext, doi: Doi) -> bool:
    """Tell whether the target knows everything about this DOI: a rehearsal knows of our own prefixes alone."""
    return context.target == PRODUCTION or doi.prefix in {series.prefix for series in context.series.values()}


def _confirm_agencies(registry: RegistryPort, dois: Sequence[Doi]) -> dict[str, str]:
    """Return the agencies of these DOIs; ask for the handle of a missing one too, which knows it first."""
    found = dict(registry.agencies(dois))
    for doi in dois:
        if found.get(doi.key) == "" and registry.handle(doi, authoritative=True) is not None:
            del found[doi.key]
    return found
