"""What an audit looks at, gathered from the ledger: what is registered of each DOI, and which record file it has."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from doideposit.deposits.depositor import Depositor
from doideposit.deposits.values import WorkStatus
from doideposit.findings import Finding
from doideposit.lifecycle import Milestone
from doideposit.records.identifiers import Doi
from doideposit.records.models.commentary import Commentary
from doideposit.records.models.series import Series
from doideposit.records.origin import Origin, RawValue
from doideposit.records.sources.parsing import ParsedRecord
from doideposit.records.sources.reading import read_path
from doideposit.registered.reading import RegisteredRecord

__all__ = ["AuditedWork", "commentaries_in"]

_NOTHING: Final[Mapping[str, RawValue]] = {}


def commentaries_in(folders: Iterable[Path], series: Mapping[str, Series]) -> Iterator[tuple[Commentary, Origin]]:
    """Yield the commentary of every readable record in the folders, and its place."""
    for folder in folders:
        for raw in read_path(folder):
            record = None if isinstance(raw, Finding) else ParsedRecord.of(raw, series=series).record
            if record is not None:
                yield record.commentary, record.origin


@dataclass(frozen=True, slots=True)
class AuditedWork:
    """Hold one registered DOI of the series: its number, and the fields that are registered of it.

    `number` is None where the pattern of the series does not give it. `record` is its record file, if there is one.
    `dead` is what a look-up showed instead of its page, `cited` are DOIs of the same series that it names.
    """

    doi: str
    number: str | None
    fields: Mapping[str, RawValue]
    registered: bool = True
    address: str = ""
    record: str | None = None
    dead: str = ""
    cited: tuple[str, ...] = ()

    @staticmethod
    def gather(depositor: Depositor, records: Mapping[str, str]) -> "dict[str, list[AuditedWork]]":
        """Return the works of each series; `records` are names of record files by the key of their DOI."""
        works: dict[str, list[AuditedWork]] = defaultdict(list)
        registered = _registered_records(depositor)
        for status in depositor.statuses():
            if status.registered or status.is_open:
                found = registered.get(status.doi.key)
                works[status.series].append(_audited_work(depositor, status, found, records))
        return dict(works)


def _registered_records(depositor: Depositor) -> dict[str, RegisteredRecord]:
    """Return the registered record of every DOI, by its key: of our last deposit, else as adopted."""
    found: dict[str, RegisteredRecord] = {}
    for answer, keys in depositor.versions.each_registered():
        found |= {key: record for key, record in RegisteredRecord.read_all(answer).items() if key in keys}
    return found


def _audited_work(
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
        status.milestones[Milestone.RESOLVES].text if status.contradicted is Milestone.RESOLVES else "",
        tuple(_cited_in_series(fields, series)) if series else (),
    )


def _cited_in_series(fields: Mapping[str, RawValue], series: Series) -> Iterator[str]:
    """Yield the DOIs of the same series that a record names, in its references and relations."""
    for name, key in (("references", "doi"), ("relations", "identifier"), ("updates", "doi")):
        entries = fields.get(name)
        for entry in entries if isinstance(entries, list | tuple) else ():
            text = entry.get(key) if isinstance(entry, Mapping) else None
            if isinstance(text, str) and text.startswith(f"{series.prefix}/") and series.number_in(Doi(text)):
                yield text
