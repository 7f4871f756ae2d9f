"""From anything a user hands over to what may be planned: read, parse, rules, XML, XSD, with every finding placed.

No ledger and no network are needed here, and nothing heavy is imported before it is used: `doideposit check` on
one record must feel immediate.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from os import PathLike
from pathlib import Path
from typing import Any, cast

from doideposit.checks.rules.evaluation import Evaluation
from doideposit.checks.rules.overrides import RuleSettings
from doideposit.checks.rules.registry import Context
from doideposit.checks.values import Checked, DepositorName, Input, is_deposit_xml
from doideposit.crossref.names import DEFAULT_SCHEMA_VERSION, MAX_FILE, is_resources
from doideposit.crossref.validator.validator import Sealed, Validator
from doideposit.crossref.xml.batch import Built
from doideposit.crossref.xml.existing import DepositItem
from doideposit.crossref.xml.losses import losses
from doideposit.errors import UsageError
from doideposit.findings import Finding, Severity, Where, has_errors, loc_of
from doideposit.records.identifiers import IsRegistered
from doideposit.records.models.commentary import Commentary
from doideposit.records.models.record import Record
from doideposit.records.models.series import Series
from doideposit.records.origin import Origin, RawRecord
from doideposit.records.sources.files import Loaded
from doideposit.records.sources.interface import Reading
from doideposit.records.sources.parsing import ParsedRecord
from doideposit.records.sources.reading import read_files
from doideposit.safe_xml import ParsedXml

__all__ = ["Checker"]


# How many bytes of ready-made deposit XML are held at a time while records are compared.
HELD_XML = 50_000_000


# So many faulty records of one file are told: with more, the file as a whole is wrong, and each of them costs time.
MOST_FAULTY = 1_000


# Old enough that no real file of the same day can be mistaken for it; nothing of a trial is ever sent.
TRIAL_BATCH, TRIAL_TIMESTAMP = "doideposit-trial", 20000101000000000

Findings = tuple[Finding, ...]
# One record as it was read, or the path of deposit XML, or why nothing could be read.
_Raw = RawRecord | Record | Finding | Path


class Checker:
    """Check inputs one after the other, in bounded memory.

    `validator` is called when the first verdict is needed, so that a record with errors costs no schema. `live` says
    that the deposit is meant for production, where placeholders are errors. `zone` is that of the publisher: documents
    of a site that are dated in the future there are not published yet.
    """

    def __init__(
        self,
        *,
        series: Mapping[str, Series],
        validator: Callable[[], Validator],
        depositor: DepositorName,
        rules: RuleSettings | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        zone: tzinfo | None = None,
        schema_version: str = DEFAULT_SCHEMA_VERSION,
        live: bool = False,
    ) -> None:
        self.series = series
        self.depositor = depositor
        self.schema_version = schema_version
        self._validator = cache(validator)
        self._rules = rules or RuleSettings()
        self._clock = clock
        self._zone = zone
        self._live = live
        self._is_registered: IsRegistered = lambda _doi, _number: False

    def knowing(self, is_registered: IsRegistered) -> "Checker":
        """Return a checker that also accepts a DOI unlike its pattern if it is registered already."""
        other = copy(self)
        other._is_registered = is_registered  # noqa: SLF001 - a copy of our own
        return other

    def _make_context(self) -> Context:
        # A day begins first 14 hours east of Greenwich: what is dated with today is nowhere of the future.
        today = (self._clock() + timedelta(hours=14)).date()
        prefixes = frozenset(series.prefix for series in self.series.values())
        return Context(today, self._rules, self._live, self._is_registered, prefixes)

    @property
    def validator(self) -> Validator:
        """Return the validator, made on first need."""
        return self._validator()

    def seal(self, xml: bytes, *, file: str | None = None) -> Sealed:
        """Judge a whole deposit file; raises as `Validator.seal` does."""
        return self.validator.seal(xml, file=file)

    def read(self, inputs: Iterable[Input]) -> Iterator[Checked]:
        """Check every input exactly once and in order; an unreadable one gives a `Checked` with findings.

        Each is checked before the next one is asked for, so that a caller may reuse what it hands over.
        """
        context = self._make_context()
        for item in inputs:
            for raws in self._read_raw(item):
                yield from self._check_file(raws, context)

    def _check_file(self, raws: Iterable[_Raw], context: Context) -> Iterator[Checked]:
        """Check the records of one file, up to as many faulty ones as anybody reads."""
        faulty: list[str | None] = []
        for raw in raws:
            if len(faulty) == MOST_FAULTY:
                yield _unread_work_finding(faulty[0])
                return
            checked = self._check_raw(raw, context)
            yield checked
            if has_errors(checked.findings):
                faulty.append(checked.findings[0].where.file)

    def check(self, record: Record) -> Checked:
        """Check one record that is already parsed."""
        return self._check_record(record, (), self._make_context())

    def read_together(self, inputs: Iterable[Input]) -> tuple[Checked, ...]:
        """Check every input, and compare the inputs with each other."""
        return self._check_together(list(self.read(inputs)))

    def read_streaming(
        # So many records wait for those after them, since rules about a whole run see them together; more would fill
        # the memory.
        self,
        inputs: Iterable[Input],
        *,
        at_once: int = 2_000,
        on_each: Callable[[], None] = lambda: None,
    ) -> Iterator[Checked]:
        """Check every input in bounded memory: records are compared with one another `at_once` at a time.

        `on_each` is called whenever one is checked, long before it can come out.
        """
        batch: list[Checked] = []
        held = 0
        for checked in self.read(inputs):
            on_each()
            batch.append(checked)
            held += len(checked.xml or b"")
            # Either bound ends a batch: many small records, or few large ready-made files.
            if len(batch) == at_once or held > HELD_XML:
                yield from self._check_together(batch)
                batch, held = [], 0
        yield from self._check_together(batch)

    def _check_together(self, checked: list[Checked]) -> tuple[Checked, ...]:
        places = [index for index, checked_record in enumerate(checked) if checked_record.record is not None]
        records = [checked_record.record for checked_record in checked if checked_record.record is not None]
        for place, findings in Evaluation(self._make_context()).check_together(records).items():
            index = places[place]
            checked[index] = replace(checked[index], findings=(*checked[index].findings, *findings))
        return tuple(checked)

    def draft(self, checked: Sequence[Checked]) -> bytes:
        """Build the deposit XML of records, with a provisional batch id and timestamp; raises `UsageError`.

        One file holds one kind of record with one prefix, because Crossref wants it so.
        """
        commentaries = _commentaries_of(checked)
        if (
            len({(commentary.series.record_type.body_element, commentary.doi.prefix) for commentary in commentaries})
            != 1
        ):
            raise UsageError(
                "these records do not fit into one file: Crossref takes one prefix and one kind of record in each",
                hint="end the name with a slash, as in `-o files/`: each kind gets a file of its own there;"
                " `deposit` splits them by itself",
            )
        return self._build_draft(commentaries)

    def drafts(self, checked: Sequence[Checked]) -> Mapping[str, bytes]:
        """Build the deposit files that the records need, by their names; raises `UsageError`.

        There is one for each series, and several where records of one differ in kind or prefix, or are too many.
        """
        groups: dict[str, dict[tuple[str, str], list[Commentary]]] = {}
        for commentary in _commentaries_of(checked):
            kinds = groups.setdefault(commentary.series.name, {})
            kinds.setdefault((commentary.series.record_type.body_element, commentary.doi.prefix), []).append(commentary)
        files: dict[str, bytes] = {}
        for series, kinds in groups.items():
            for (kind, prefix), commentaries in kinds.items():
                name = series if len(kinds) == 1 else f"{series}-{kind}-{prefix}"
                parts = list(self._file_parts(commentaries))
                names = [f"{name}.xml"] if len(parts) == 1 else [f"{name}-{n}.xml" for n in range(1, len(parts) + 1)]
                files.update(zip(names, parts, strict=True))
        return files

    def _file_parts(self, commentaries: Sequence[Commentary]) -> Iterator[bytes]:
        """Yield the files that records need, halved until each is small enough for Crossref."""
        xml = self._build_draft(commentaries)
        if len(xml) <= MAX_FILE or len(commentaries) == 1:
            yield xml
            return
        middle = len(commentaries) // 2
        yield from self._file_parts(commentaries[:middle])
        yield from self._file_parts(commentaries[middle:])

    def _build_draft(self, commentaries: Sequence[Commentary]) -> bytes:
        now = self._clock()
        head = self.depositor.head(f"draft-{now:%Y%m%dT%H%M%S}", int(f"{now:%Y%m%d%H%M%S}000"))
        return Built.of(head, commentaries, schema_version=self.schema_version).xml

    def _read_raw(self, item: Input) -> Iterator[Iterable[_Raw]]:
        """Yield the raw records of an input, those of one file together."""
        match item:
            case Record():
                yield [item]
            case Commentary():
                yield [Record(item)]
            case Mapping():
                yield [RawRecord(cast("Mapping[str, Any]", item), Origin())]
            case _ if not isinstance(item, str | PathLike):
                raise _unusable_input_error(item)
            case _ if is_deposit_xml(item):
                yield [Path(item)]
            case _:
                # Without a zone that is set, the publisher's is that of the machine.
                now = self._clock().astimezone(self._zone)
                yield from read_files(Path(item), Reading(now, frozenset(self.series)))

    def _check_raw(self, raw: _Raw, context: Context) -> Checked:
        match raw:
            case Path():
                return self._check_xml(raw)
            case Finding():
                return Checked(raw.where.file or "input", (raw,))
            case Record():
                return self._check_record(raw, (), context)
            case RawRecord():
                parsed = self._parse_raw(raw)
                if parsed.record is None:
                    more = self._check_rest(raw, parsed.findings, context)
                    return Checked(raw.origin.label, (*parsed.findings, *more))
                return self._check_record(parsed.record, parsed.findings, context)

    def _parse_raw(self, raw: RawRecord) -> ParsedRecord:
        return ParsedRecord.of(raw, series=self.series, is_registered=self._is_registered)

    def _check_rest(self, raw: RawRecord, found: Sequence[Finding], context: Context) -> Findings:
        """Return the findings of the rules in the valid fields of a record that has invalid ones too."""
        broken = {finding.where.top_field for finding in found}
        if "series" in broken:
            return ()
        # The DOI holds the number: without one, what is said of the other would be wrong.
        if "number" in broken or "number" not in raw.data:
            broken.add("doi")
        return Evaluation(context).check_in_part(raw, broken, self._parse_raw)

    def _check_record(self, record: Record, found: Findings, context: Context) -> Checked:
        findings = (*found, *self._rule_findings(record, context))
        # What has errors is not deposited, so it needs neither XML nor a verdict.
        built = None if has_errors(findings) else self._build(record.commentary)
        items = (self._deposit_item(record.commentary, built),)
        if built is None:
            return Checked(record.origin.label, findings, record=record, items=items)
        [fingerprint], doi = built.fingerprints, record.commentary.doi
        sealed, by_schema = self.validator.seal_item(built.xml, doi, fingerprint, built.schema_version)
        findings = (*findings, *_with_fields(by_schema, built, record.origin))
        xml = built.items[0] if sealed else None
        return Checked(record.origin.label, findings, record=record, xml=xml, items=items, sealed=sealed)

    def _rule_findings(self, record: Record, context: Context) -> Findings:
        carried = losses(record.commentary, schema_version=self.schema_version)
        placed = [_with_place(finding, record.origin) for finding in carried]
        evaluation = Evaluation(context)
        return (*evaluation.check(record), *evaluation.apply_settings(placed, record))

    def _build(self, commentary: Commentary) -> Built:
        """Build the XML for the verdict alone; its head never leaves the process."""
        head = self.depositor.head(TRIAL_BATCH, TRIAL_TIMESTAMP)
        return Built.of(head, [commentary], schema_version=self.schema_version, indented=False)

    def _deposit_item(self, commentary: Commentary, built: Built | None) -> DepositItem:
        version = self.schema_version
        return DepositItem(
            doi=commentary.doi,
            fingerprint=built.fingerprints[0] if built else Built.fingerprint_of(commentary, schema_version=version),
            record_type=commentary.series.record_type.value,
            container=commentary.series.title,
            title=commentary.title.plain,
        )

    def _check_xml(self, path: Path) -> Checked:
        name = str(path)
        xml = Checker.load_deposit_file(path)
        if isinstance(xml, Finding):
            return Checked(name, (xml,))
        parsed = ParsedXml.of(xml, file=name)
        if parsed.root is None:
            return Checked(name, parsed.findings, xml=xml)
        # Few inputs are ready-made files, and only those need it.
        from doideposit.checks.deposited_works import check_works  # noqa: PLC0415
        from doideposit.checks.rules.deposit_files import FileReview  # noqa: PLC0415

        review = FileReview(xml, parsed.root, file=name, context=self._make_context())
        ruled = review.findings(check_works, self.depositor)
        sealed = self.validator.seal(xml, file=name, root=parsed.root)
        findings = Checker.merge_findings(sealed.findings, ruled)
        if sealed.batch is None:
            return Checked(name, findings, xml=xml)
        found = DepositItem.read_all(parsed.root)
        if not found:
            alone = is_resources(sealed.batch.schema_version)
            findings = (*findings, _nothing_to_register(name, alone=alone))
        return Checked(name, findings, xml=xml, items=found, sealed_file=sealed.batch.without_bytes)

    @staticmethod
    def merge_findings(*groups: Findings) -> Findings:
        """Return the findings of several checks of one file, without duplicates, in the order of lines."""
        # The schema and the rules may find the same fault; the key leaves one of the two.
        found = {
            (finding.code, finding.where.line, finding.where.column, finding.message): finding
            for group in groups
            for finding in group
        }
        # A file is corrected from its top to its end.
        return tuple(sorted(found.values(), key=lambda finding: (finding.where.line or 0, finding.where.column or 0)))

    @staticmethod
    def load_deposit_file(path: Path, *, limit: int = MAX_FILE) -> bytes | Finding:
        """Read an XML file of at most `limit` bytes, or return the finding that says why it cannot be read."""
        found = Loaded.read_bytes(path, limit=limit)
        if isinstance(found, Finding) and found.code == "file-too-large":
            return replace(found, hint="split it: Crossref takes files up to 10 MB")
        return found


def _commentaries_of(checked: Sequence[Checked]) -> list[Commentary]:
    commentaries = [checked_record.record.commentary for checked_record in checked if checked_record.record is not None]
    if len(commentaries) < len(checked):
        raise UsageError("only records can be built into XML", hint="leave ready-made XML files out")
    return commentaries


def _with_fields(findings: Findings, built: Built, origin: Origin) -> Iterator[Finding]:
    """Yield the findings of the schema, each with the field of the record it concerns."""
    for finding in findings:
        spot = built.locate(finding.where.element or "")
        where = origin.where(spot[1]) if spot else Where(file=origin.file)
        yield finding.at(replace(where, element=finding.where.element))


def _with_place(finding: Finding, origin: Origin) -> Finding:
    return finding.at(origin.where(loc_of(finding.where.field)))


def _unread_work_finding(file: str | None) -> Checked:
    message = f"{MOST_FAULTY:,} records of this file have errors, and the rest of the file was not looked at"
    hint = "correct what they have in common, then check the file again"
    return Checked(file or "input", (Finding("file-faulty-throughout", Severity.ERROR, message, hint, Where(file)),))


def _nothing_to_register(name: str, *, alone: bool) -> Finding:
    hint = "a resource-only deposit needs at least one part of a record, such as doi_citations"
    return Finding(
        "deposit-without-doi",
        Severity.ERROR,
        "this file changes nothing" if alone else "this file registers no DOI",
        hint if alone else "a deposit needs at least one item with doi_data",
        Where(file=name),
    )


def _unusable_input_error(item: object) -> UsageError:
    """Return the error for an input that is neither a record nor the path of one."""
    kind = "None" if item is None else f"of the type {type(item).__name__}"
    if isinstance(item, Iterable):
        hint = "hand in each record by itself: depositor.deposit(*records), or depositor.check(record) for each"
    else:
        hint = "hand in a Commentary, a mapping of its fields, or the path of a file"
    return UsageError(f"this is no record and no file, but {kind}", hint=hint)
