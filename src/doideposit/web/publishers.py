"""What a token reaches where an installation serves several publishers: the series of its own, and nothing else."""

from collections.abc import Iterable, Iterator, Mapping

from doideposit.deposits.depositor import Depositor
from doideposit.deposits.ledger.entries import LedgerEvent
from doideposit.records.identifiers import Doi
from doideposit.records.origin import RawValue
from doideposit.web.answers import Refused

__all__ = ["events_of", "reaches", "wants_own_series"]


def reaches(depositor: Depositor, publisher: str, doi: Doi) -> bool:
    """Tell whether a DOI belongs to the publisher of the token; with one publisher, every DOI does."""
    return not depositor.publishers.further or depositor.publishers.of(doi) == publisher


def wants_own_series(depositor: Depositor, publisher: str, records: Iterable[Mapping[str, RawValue]]) -> None:
    """Refuse records of another publisher's series, before anything is checked of any of them."""
    if not depositor.publishers.further:
        return
    for place, record in enumerate(records):
        series = depositor.series.get(str(record.get("series", "")))
        if series is not None and (series.publisher_account or "") != publisher:
            message = f"the series {series.name} belongs to another publisher than this token"
            hint = "use the token of that publisher"
            raise Refused(403, "other-publisher", message, hint=hint, where=f"body, record [{place}]")


def events_of(depositor: Depositor, publisher: str, events: Iterator[LedgerEvent]) -> Iterator[LedgerEvent]:
    """Yield the events of the publisher's files and DOIs."""
    if not depositor.publishers.further:
        yield from events
        return
    for one in events:
        if one.doi is not None:
            mine = depositor.publishers.of(Doi.parse(one.doi)) == publisher
        else:
            mine = one.submission is not None and depositor.publishers.of_file(one.submission) == publisher
        if mine:
            yield one
