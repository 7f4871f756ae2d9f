"""Read back what was deposited of a DOI, as a record."""

from collections.abc import Mapping
from typing import Any

from doideposit.deposits.depositor import Depositor
from doideposit.errors import UsageError
from doideposit.records.identifiers import Doi
from doideposit.registered.reading import RegisteredRecord
from doideposit.registered.record_file import AdoptableRecord

__all__ = ["deposited_record"]


def deposited_record(depositor: Depositor, doi: Doi) -> Mapping[str, Any]:
    """Return the record of the last version that is registered, else of the last deposit, out of the bytes sent.

    Raises `UsageError` where nothing of the DOI was ever deposited from here.
    """
    status, sent = depositor.status(doi), depositor.versions.last_registered(doi)
    xml = sent[1] if sent else depositor.xml(doi)
    found = None if xml is None else RegisteredRecord.read(xml, str(status.doi))
    if found is None:
        hint = "give its record file, such as c258.yaml; or deposit it first"
        raise UsageError(f"{doi} was never deposited to {depositor.target} from here", hint=hint)
    series = depositor.series.get(status.series)
    # A series that is no longer configured cannot say what the record has of its own.
    fields = found.fields if series is None else AdoptableRecord(found, series).fields(named=True)
    return {**fields, "series": status.series, "doi": str(status.doi)}
