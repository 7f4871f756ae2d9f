"""What Crossref's worker does with a file: refuse it whole, or go through it record by record.

The order is that of the observed messages; Crossref does not document it. The first fault of the whole file ends it.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from stdnum import issn as issn_numbers
from stdnum.iso7064 import mod_11_2

from doideposit.sandbox.accounts import Login
from doideposit.sandbox.archive import SandboxArchive
from doideposit.sandbox.deposits import Deposit, DepositedItem, DepositedResource
from doideposit.sandbox.entries import ReceivedFile, Registration, TitleRecord
from doideposit.sandbox.logs import Citation, Diagnostic
from doideposit.sandbox.retention import KeptRecord, SandboxRules

if TYPE_CHECKING:
    from doideposit.crossref.validator.validator import SchemaVerdict

__all__ = [
    "OUR_MEMBER",
    "RelationTargets",
    "Validate",
    "Worker",
]

# Schema faults as they are in Crossref's logs: with the ``cvc-`` codes of the XML Schema recommendation.


# The id of the member that the accounts of the sandbox belong to.
OUR_MEMBER = "99999"

Validate = Callable[[bytes], "SchemaVerdict"]
RelationTargets = Literal["known", "all", "none"]

# The words of Crossref's log when title or ISSN of a series do not fit.
TITLE_ERROR = " - content item DOIs not processed due to title level error"


@dataclass(frozen=True, slots=True)
class Worker:
    """Process one submission at the moment `now`, inside the archive's transaction.

    `rest`, `handle` and `query` are the seconds until the REST API, the resolver and the XML query service show what
    was registered; `known_prefixes` are those whose DOIs the sandbox can vouch for; `reject` fails every record with
    this text; `rules` say what becomes of what was registered before.
    """

    archive: SandboxArchive
    submission: ReceivedFile
    login: Login
    now: datetime
    rest: float
    handle: float
    query: float = 0.0
    rules: SandboxRules = field(default_factory=SandboxRules)
    relation_targets: RelationTargets = "known"
    known_prefixes: frozenset[str] = frozenset()
    reject: str | None = None

    def process(self, deposit: Deposit) -> tuple[Diagnostic, ...]:
        """Process the file: register its items, and return the result for each."""
        # A fault of the whole file, or of a title in it, leaves no record to be looked at one by one.
        refused = self._file_failure(deposit) or self._title_failures(deposit)
        if refused:
            return refused
        self._register_titles(deposit.titles)
        return tuple(self._process_items(deposit))

    def resources(self, deposit: Deposit) -> tuple[Diagnostic, ...]:
        """Apply a resource-only deposit: its DOIs must exist; nothing of the record but its resources changes."""
        if deposit.refusal:
            return Diagnostic.of_file(deposit.refusal)
        refused = self._prefix_failures([resource.doi for resource in deposit.resources])
        return refused or tuple(self._apply_resource(resource) for resource in deposit.resources)

    def _file_failure(self, deposit: Deposit) -> tuple[Diagnostic, ...]:
        if deposit.refusal:
            return Diagnostic.of_file(deposit.refusal)
        if deposit.version is None:
            return Diagnostic.of_file("Submission version NULL is invalid")
        return self._prefix_failures([item.doi for item in deposit.items]) or _orcid_faults(deposit.items)

    def _prefix_failures(self, dois: list[str]) -> tuple[Diagnostic, ...]:
        prefixes = list(dict.fromkeys(doi.partition("/")[0] for doi in dois))
        for prefix in prefixes:
            if not self.login.may_add(prefix):
                return Diagnostic.of_file(f"User not allowed to add records for prefix: {prefix}")
        if len(prefixes) > 1:
            return Diagnostic.of_file(f"All prefixes in a submission must match (DOI prefixes: {', '.join(prefixes)})")
        return ()

    def _title_failures(self, deposit: Deposit) -> tuple[Diagnostic, ...]:
        for title in deposit.titles:
            fault = self._issn_fault(title)
            if fault:
                return Diagnostic.of_file(fault + TITLE_ERROR, doi=title.doi)
        for item in deposit.items:
            fault = self._timestamp_fault(item, self.archive.current(item.doi)) if item.level == "title" else None
            if fault:
                return Diagnostic.of_file(fault + TITLE_ERROR, doi=item.doi, msg_id=4)
        return ()

    def _issn_fault(self, title: TitleRecord) -> str | None:
        issn = title.issn
        if not issn_numbers.is_valid(issn):
            return f'ISSN "{issn}" is invalid'
        known = self.archive.title(issn)
        if known is None:
            return None
        if known.owner != self.login.role:
            owned = f"title/issn: {known.title}/{issn} is owned by publisher: {known.owner}"
            return f'ISSN "{issn}" has already been assigned, {owned}'
        # Case and white space do not make another title.
        if (_comparable_title(known.title), known.kind) != (_comparable_title(title.title), title.kind):
            return f'ISSN "{issn}" has already been assigned to a different title/publisher/genre'
        return None

    def _register_titles(self, titles: tuple[TitleRecord, ...]) -> None:
        for title in titles:
            # A title that is known changes only with a deposit of its own DOI.
            if title.doi or self.archive.title(title.issn) is None:
                self.archive.add_title(replace(title, owner=self.login.role))

    def _process_items(self, deposit: Deposit) -> Iterator[Diagnostic]:
        here = {item.key for item in deposit.items}
        for item in deposit.items:
            known = self.archive.current(item.doi)
            fault = self.reject or self._foreign_doi_fault(item, known) or self._timestamp_fault(item, known)
            if fault:
                yield Diagnostic("Failure", ((item.doi, fault),), None if self.reject else 4)
            elif missing := self._missing_target(item, here):
                yield Diagnostic("Failure", ((item.doi, f"Relation target DOI does not exist: {missing}"),))
            else:
                yield self._apply_item(item, known)

    def _foreign_doi_fault(self, item: DepositedItem, known: Registration | None) -> str | None:
        if known is None or not known.owner or (known.member == OUR_MEMBER and self.login.may_add(known.owner)):
            return None
        return f"User with login {self.login.words} is not allowed to update {item.doi}, owned by {known.owner}"

    @staticmethod
    def _timestamp_fault(item: DepositedItem, known: Registration | None) -> str | None:
        if known is not None and known.alias_of:
            return f"Record not processed because {item.doi} is an alias of {known.alias_of}"
        if known is None or item.version > known.timestamp:
            return None
        return (
            f"Record not processed because submitted version: {item.version} is less or equal to previously submitted "
            f"version {known.timestamp}"
        )

    def _missing_target(self, item: DepositedItem, here: set[str]) -> str | None:
        # The sandbox holds no DOI of other publishers: of foreign prefixes it cannot say that one does not exist.
        known = self.known_prefixes | self.archive.prefixes() | {item.prefix} if item.targets else frozenset()
        for target in item.targets:
            asked = self.relation_targets == "all" or (
                self.relation_targets == "known" and target.partition("/")[0] in known
            )
            if asked and target.casefold() not in here and self.archive.current(target) is None:
                return target
        return None

    def _apply_item(self, item: DepositedItem, known: Registration | None) -> Diagnostic:
        word = "Successfully updated" if known else "Successfully added"
        self.archive.register(self._make_registration(item, known))
        others = self.archive.alike(item.signature, item.doi)
        resolved = self._resolve_conflicts(item, others)
        # Most records cite nothing that is here: one question says so of all their references.
        words = "\n".join(reference.words for reference in item.references if not reference.doi)
        cites = self.archive.titles_in(words) is not None
        citations = tuple(self._match_citation(reference) if cites else reference for reference in item.references)
        if not others:
            return Diagnostic("Success", ((item.doi, word),), resolved=resolved, citations=citations)
        word = word.replace("Successfully ", "").capitalize() + " with conflict"
        number = self._open_conflict(item, others)
        return Diagnostic(
            "Warning", ((item.doi, word),), conflict_id=number, in_conflict=tuple(others), resolved=resolved,
            citations=citations,
        )  # fmt: skip

    def _make_registration(self, item: DepositedItem, known: Registration | None) -> Registration:
        new = "" if item.holder is None else KeptRecord.of_item(item.holder)
        return Registration(
            doi=item.doi, timestamp=item.version, url=item.url, login=self.login.words, record_type=item.record_type,
            title=item.title, year=item.year, signature=item.signature,
            reference_words="\n".join(
                f"{reference.key}\t{reference.words}" for reference in item.references if not reference.doi
            ),
            submission_id=self.submission.id, applied=self.now, rest=self.now + timedelta(seconds=self.rest),
            handle=self.now + timedelta(seconds=self.handle), query=self.now + timedelta(seconds=self.query),
            record=self.rules.after_deposit(known.record if known else "", new, item.doi) if new else "",
            owner=known.owner if known else item.prefix, member=known.member if known else OUR_MEMBER,
        )  # fmt: skip

    def _resolve_conflicts(self, item: DepositedItem, others: list[str]) -> tuple[int, ...]:
        # A conflict ends when one of the two works is described in another way.
        still = {other.casefold() for other in others}
        cured = [number for number, other in self.archive.conflicts(item.doi) if other not in still]
        for number in cured:
            self.archive.resolve(number)
        return tuple(cured)

    def _open_conflict(self, item: DepositedItem, others: list[str]) -> int:
        known = {other: number for number, other in self.archive.conflicts(item.doi)}
        numbers = [
            known.get(other.casefold()) or self.archive.add_conflict(item.doi, other) for other in others
        ]  # one conflict for each pair, named once in the log
        return numbers[0]

    def _match_citation(self, citation: Citation) -> Citation:
        match = self.archive.titles_in(citation.words) if citation.words and not citation.doi else None
        return replace(citation, doi=match.doi) if match else citation

    def _apply_resource(self, resource: DepositedResource) -> Diagnostic:
        doi = resource.doi
        known = self.archive.current(doi)
        if known is None:
            return Diagnostic("Failure", ((doi, "DOI not found in database"),))
        if resource.block and known.record:
            record = self.rules.after_resources(known.record, resource.block, doi)
            step = 1 if self.rules.resources_stamp else 0
            self.archive.register(self.next_version(known, record=record, timestamp=known.timestamp + step))
        word = {"fundref_data": "FundRef ", "lic_ref_data": "License-ref "}.get(resource.kind, "")
        return Diagnostic("Success", ((doi, f"{word}Resources processed successfully"),))

    def next_version(
        self, known: Registration, *, record: str, timestamp: int | None = None, **changes: str
    ) -> Registration:
        """Return the next version of a DOI of which only this changes: `changes` are url, owner, member, alias_of."""
        return replace(
            known,
            **changes,
            record=record,
            timestamp=known.timestamp if timestamp is None else timestamp,
            submission_id=self.submission.id,
            applied=self.now,
            rest=self.now + timedelta(seconds=self.rest),
            handle=self.now + timedelta(seconds=self.handle),
            query=self.now + timedelta(seconds=self.query),
        )


def _orcid_faults(items: tuple[DepositedItem, ...]) -> tuple[Diagnostic, ...]:
    faults = [fault for item in items for fault in _orcid_messages(item)]
    if not faults:
        return ()
    return (Diagnostic("Failure", tuple(("DOI not found", fault) for fault in faults), 45),)


def _orcid_messages(item: DepositedItem) -> Iterator[str]:
    start = f"Error in {item.kind_name} (Author ORCID): ORCID"
    for orcid, count in Counter(item.orcids).items():
        if not mod_11_2.is_valid(orcid.rpartition("/")[2].replace("-", "")):
            yield f'{start} "{orcid}" has invalid checksum'
        elif count > 1:
            yield f'{start} "{orcid}" has duplicates in contributor list'


def _comparable_title(title: str) -> str:
    return " ".join(title.split()).casefold()
