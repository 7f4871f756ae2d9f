"""What an audit looks at, gathered from the ledger: what is registered of each DOI, and which record file it has."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from doideposit.deposits.depositor import Depositor
from doideposit.deposits.values import WorkStatus
from doideposit.findings import Finding
from doideposit.health.audit import AuditedWork
from doideposit.records.models.commentary import Commentary
from doideposit.records.models.series import Series
from doideposit.records.origin import Origin, RawValue
from doideposit.records.sources.parsing import parse
from doideposit.records.sources.reading import read_path
from doideposit.registered.reading import RegisteredRecord, read_record, read_records

__all__ = ["commentaries_in", "gather_works"]

_NOTHING: Final[Mapping[str, RawValue]] = {}


def commentaries_in(folders: Iterable[Path], series: Mapping[str, Series]) -> Iterator[tuple[Commentary, Origin]]:
    """Yield the commentary of every record in the folders that can be read, and where it stands."""
    for folder in folders:
        for raw in read_path(folder):
            record = None if isinstance(raw, Finding) else parse(raw, series=series).record
            if record is not None:
                yield record.commentary, record.origin


def gather_works(depositor: Depositor, records: Mapping[str, str]) -> dict[str, list[AuditedWork]]:
    """Return the works of each series; `records` are names of record files by the key of their DOI."""
    works: dict[str, list[AuditedWork]] = defaultdict(list)
    # Many DOIs can share one deposit file, which is parsed once.
    parsed: dict[int, Mapping[str, RegisteredRecord]] = {}
    for status in depositor.statuses():
        sent = depositor.versions.last_registered(status.doi)
        if sent is None and not (status.registered or status.is_open):
            continue
        if sent is not None and sent[0] not in parsed:
            parsed = {sent[0]: read_records(sent[1])}
        found = parsed[sent[0]].get(status.doi.key) if sent is not None else _adopted(depositor, status)
        works[status.series].append(_audited(depositor, status, found, records))
    return dict(works)


def _adopted(depositor: Depositor, status: WorkStatus) -> RegisteredRecord | None:
    """Return the record of a DOI that was never deposited from here, as Crossref had it when it was adopted."""
    answer = depositor.versions.adopted(status.doi)
    return read_record(answer, status.doi.printed) if answer else None


def _audited(
    depositor: Depositor, status: WorkStatus, found: RegisteredRecord | None, records: Mapping[str, str]
) -> AuditedWork:
    series = depositor.series.get(status.series)
    fields = found.fields if found is not None else _NOTHING
    own = fields.get("number")
    number = (series.number_in(status.doi) if series else None) or (own if isinstance(own, str) else None)
    address = fields.get("url")
    return AuditedWork(
        str(status.doi),
        number,
        fields,
        status.registered,
        address if isinstance(address, str) else "",
        records.get(status.doi.key),
    )
