"""What a plan keeps of the inputs it checked: who they are in memory, what they say in a private temporary file."""

import hashlib
import sys
import tempfile
import threading
import weakref
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from doideposit.checks.values import Checked, is_deposit_xml
from doideposit.crossref.xml.deposit_file import DepositFile
from doideposit.crossref.xml.existing import DepositItem
from doideposit.deposits.ledger.entries import KnownWork, NewSubmission
from doideposit.deposits.message_places import NotedLines
from doideposit.deposits.planning import Decision, Permissions, PlanInput
from doideposit.deposits.values import Plan, PlanEntry
from doideposit.errors import DiskError, UsageError, WorldError
from doideposit.findings import Where
from doideposit.records.identifiers import Doi
from doideposit.records.models.batch import SealedFile, SealedItem
from doideposit.records.models.record import Record
from doideposit.records.models.relations import IdentifierType

__all__ = ["Approved", "ContentStore", "DepositCandidate"]

# Bytes kept in memory before the temporary file goes to disk: a plan of some thousand records needs no disk.
IN_MEMORY = 8_000_000


class ContentStore:
    """Keep the bytes that a plan was made of, in a temporary file without a name that nobody else can open.

    Each is kept once, and found by its SHA-256. They take next to no memory, however many records there are; safe from
    several threads. It is gone with the plan.
    """

    def __init__(self) -> None:
        # It outlives this function, and `finalize` closes it: a plan is a value, and nobody closes values.
        self._file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115
        self._lock = threading.Lock()
        self._end = 0
        # Where the bytes of each SHA-256 begin, and how many they are.
        self._places: dict[str, tuple[int, int]] = {}
        weakref.finalize(self, self._file.close)

    def put(self, data: bytes) -> str:
        """Keep bytes, and return their SHA-256; raise `DiskError`."""
        sha256 = sys.intern(hashlib.sha256(data).hexdigest())
        try:
            with self._lock:
                if sha256 not in self._places:
                    self._file.seek(self._end)
                    self._file.write(data)
                    self._places[sha256] = (self._end, len(data))
                    self._end += len(data)
        except OSError as error:
            hint = "free some space for temporary files (TMPDIR names the folder), or deposit fewer records at a time"
            raise DiskError(f"the temporary file of the plan cannot be written: {error.strerror}", hint=hint) from None
        return sha256

    def get(self, sha256: str) -> bytes:
        """Return bytes as they were put in; raise `DiskError` when they are not the same any more."""
        start, size = self._places[sha256]
        try:
            with self._lock:
                self._file.seek(start)
                data = self._file.read(size)
        except OSError as error:
            raise DiskError(f"the temporary file of the plan cannot be read: {error.strerror}") from None
        # Nobody else can open the file; this is for a disk that lies.
        if hashlib.sha256(data).hexdigest() != sha256:
            raise DiskError("the temporary file of the plan was changed", hint="run the same command again")
        return data

    def read_candidates(self, checked: Iterable[Checked]) -> "tuple[DepositCandidate | PlanInput, ...]":
        """Return every input, and every DOI of a ready-made file, in order, with their bytes put into the store.

        What may go is a `DepositCandidate`, the rest a `PlanInput` with its findings.
        """
        flat: list[DepositCandidate | PlanInput] = []
        for number, checked_record in enumerate(checked):
            # What cannot go is kept with its reason: every input is in the plan exactly once.
            if not checked_record.ok or checked_record.xml is None:
                item = checked_record.items[0] if checked_record.items else None
                doi, fingerprint = (item.doi, item.fingerprint) if item else (None, None)
                flat.append(
                    PlanInput(
                        checked_record.source,
                        doi,
                        fingerprint,
                        None,
                        checked_record.findings,
                        passed_over=checked_record.passed_over,
                    )
                )
                continue
            sha256 = self.put(checked_record.xml)
            cites = _cited_dois_in_file(checked_record, checked_record.xml)
            for place, item in enumerate(checked_record.items):
                findings = checked_record.findings if place == 0 else ()
                # The DOIs of a ready-made file go together or not at all, because the file is sent as it is.
                group = None if checked_record.record else number
                wanted = PlanInput(
                    checked_record.source,
                    item.doi,
                    item.fingerprint,
                    item.record_type,
                    findings,
                    group,
                    file=_path_of(checked_record),
                )
                found = _make_candidate(len(flat), checked_record, item, wanted, sha256)
                flat.append(replace(found, cites=tuple(cites[item.doi.key])) if item.doi.key in cites else found)
        return tuple(flat)

    def candidates_again(self, recorded: NewSubmission | None, doi: Doi) -> "tuple[DepositCandidate, ...]":
        """Return what a recorded deposit of a DOI sent, to be planned again, with DOIs that share its element.

        Raises `UsageError` where there is none.
        """
        if recorded is None:
            message = f"{doi} was never registered from here, so there is no earlier version to restore"
            raise UsageError(message, hint="correct its record file and deposit that")
        xml = DepositFile(recorded.xml).only(doi).xml
        checked = Checked(f"the last deposit of {doi}", (), xml=xml, items=DepositItem.read_all(xml))
        pages = {item.doi.key: item.landing_page for item in recorded.items}
        return tuple(
            replace(
                candidate,
                series=recorded.series,
                container=recorded.container,
                landing_page=pages.get(candidate.item.doi.key),
            )
            for candidate in self.read_candidates([checked])
            if isinstance(candidate, DepositCandidate)
        )


@dataclass(frozen=True, slots=True)
class _NamedDoi:
    """Name a DOI that a record relates to or updates: `what` it does to it, and where the record says so.

    `policy` is set for the page of the Crossmark policy.
    """

    doi: Doi
    what: str
    where: Where
    policy: bool = False


@dataclass(frozen=True, slots=True)
class DepositCandidate:
    """Describe one DOI that may go out: its place among the inputs, who it is, and the SHA-256 of its checked bytes.

    `sealed` is None for a DOI of a ready-made file, whose bytes are the whole file, with `sealed_file` where it was
    judged in this process. `kind` is the child of ``body``
    it becomes: only those of one kind share a file. `removes` are the fields that its record takes away, `targets` the
    DOIs that it relates to or updates, `cites` those in its references, `lines` where its record has each field.
    """

    index: int
    wanted: PlanInput
    item: DepositItem
    sha256: str
    sealed: SealedItem | None
    series: str
    container: str
    kind: str
    landing_page: str | None
    removes: tuple[str, ...] = ()
    targets: tuple[_NamedDoi, ...] = ()
    cites: tuple[_NamedDoi, ...] = ()
    sealed_file: SealedFile | None = None
    lines: str = ""


@dataclass(frozen=True, slots=True)
class Approved:
    """Hold what a plan carries: the inputs in order, the decision about each, and on what knowledge of the ledger."""

    inputs: tuple[DepositCandidate | PlanInput, ...]
    decisions: tuple[Decision, ...]
    known: Mapping[str, KnownWork]
    store: ContentStore = field(repr=False)
    permissions: Permissions
    # What keeps a deposit from being sent now, although nothing is wrong with it.
    error: WorldError | None = None

    def as_plan(self, target: str) -> Plan:
        """Return the plan that is shown to people, with this approved content in it."""
        return Plan(target, tuple(map(PlanEntry.of, self.decisions)), self, self.error)

    @staticmethod
    def of_plan(plan: Plan) -> "Approved":
        """Return the checked content of a plan; raise `UsageError` if no depositor made the plan."""
        if not isinstance(plan.approved, Approved):
            raise UsageError(
                "this plan contains nothing that could be deposited", hint="make one with `Depositor.plan`"
            )
        return plan.approved

    @staticmethod
    def part_of(plan: Plan, dois: Collection[str]) -> Plan:
        """Return a plan of some of its DOIs, named by `Doi.key`; their content stays as it was checked."""
        approved = Approved.of_plan(plan)
        pairs = [
            (plan_input, decision)
            for plan_input, decision in zip(approved.inputs, approved.decisions, strict=True)
            if decision.wanted.doi is not None and decision.wanted.doi.key in dois
        ]
        # A candidate knows its place among the inputs, and that is another one here.
        inputs = tuple(
            replace(plan_input, index=place) if isinstance(plan_input, DepositCandidate) else plan_input
            for place, (plan_input, _) in enumerate(pairs)
        )
        return replace(approved, inputs=inputs, decisions=tuple(decision for _, decision in pairs)).as_plan(plan.target)


def _path_of(checked: Checked) -> str | None:
    """Return the path that an input was read from."""
    if checked.record is not None:
        return checked.record.origin.file
    # A ready-made file is named by its path.
    return checked.file or (checked.source if is_deposit_xml(checked.source) else None)


def _make_candidate(
    index: int, checked: Checked, item: DepositItem, wanted: PlanInput, sha256: str
) -> DepositCandidate:
    commentary = checked.record.commentary if checked.record else None
    series = commentary.series.name if commentary else (item.container or "deposit")
    return DepositCandidate(
        index=index,
        wanted=wanted,
        item=item,
        sha256=sha256,
        sealed=checked.sealed,
        sealed_file=checked.sealed_file,
        series=series,
        container=item.container or series,
        kind=commentary.series.record_type.body_element if commentary else "",
        landing_page=str(commentary.url) if commentary and commentary.url else None,
        removes=commentary.remove if commentary else (),
        targets=tuple(_related_dois(checked.record)) if checked.record else (),
        lines=NotedLines.of(checked.record.origin).text if checked.record else "",
        cites=tuple(_cited_dois(checked.record)) if checked.record else (),
    )


def _related_dois(record: Record) -> Iterator[_NamedDoi]:
    commentary, origin = record.commentary, record.origin
    for place, relation in enumerate(commentary.relations):
        if relation.identifier_type is IdentifierType.DOI:
            where = origin.where(("relations", place, "identifier"))
            yield _NamedDoi(Doi.parse(relation.identifier), "relates to", where)
    for place, update in enumerate(commentary.updates):
        yield _NamedDoi(update.doi, "updates", origin.where(("updates", place, "doi")))
    policy = commentary.effective_crossmark_policy
    if policy is not None:
        yield _NamedDoi(policy, "names as its policy page", origin.where(("crossmark_policy",)), policy=True)


def _cited_dois_in_file(checked: Checked, xml: bytes) -> Mapping[str, list[_NamedDoi]]:
    """Return the DOIs in the references of a deposit file, by the key of the citing DOI."""
    found: dict[str, list[_NamedDoi]] = {}
    for key, doi, line in DepositFile(xml).cited_dois() if checked.record is None else ():
        # Of a file that was made of a record, a line would be that of nothing anybody has.
        where = Where(checked.file) if checked.file else Where(checked.source, line)
        found.setdefault(key, []).append(_NamedDoi(doi, "cites", where))
    return found


def _cited_dois(record: Record) -> Iterator[_NamedDoi]:
    for place, reference in enumerate(record.commentary.references):
        if reference.doi is not None:
            yield _NamedDoi(reference.doi, "cites", record.origin.where(("references", place, "doi")))
