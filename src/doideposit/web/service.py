"""What every request to the API needs: a depositor, who asks, what is theirs, and how to send what was recorded."""

import threading
from collections.abc import Callable, Iterator
from typing import cast

from flask import g

from doideposit.deposits.depositor import Depositor
from doideposit.deposits.ledger.entries import LedgerEvent
from doideposit.records.identifiers import Doi, InvalidIdentifier
from doideposit.web.afterwards import Afterwards, Start
from doideposit.web.answers import Refused
from doideposit.web.tokens import Holder

__all__ = ["Service"]


class Service:
    """Hold the depositor of the API, opened when it is first needed, and closed only if it was opened here."""

    def __init__(self, depositor: Depositor | Callable[[], Depositor], start: Start) -> None:
        self._open = None if isinstance(depositor, Depositor) else depositor
        self._depositor = depositor if isinstance(depositor, Depositor) else None
        self._lock = threading.Lock()
        self._sending = Afterwards(lambda: self.depositor().send().error, start)
        self.send_soon = self._sending.ask

    def depositor(self) -> Depositor:
        """Return the depositor."""
        # Two first requests at the same moment must not open two depositors.
        with self._lock:
            if self._depositor is None:
                if self._open is None:
                    raise RuntimeError("this depositor was passed in, and is still open")
                self._depositor = self._open()
            return self._depositor

    def close(self) -> None:
        """Wait for an upload under way, and close the depositor, if it was opened here."""
        self._sending.close()
        with self._lock:
            if self._open is not None and self._depositor is not None:
                self._depositor.close()
                self._depositor = None

    @property
    def holder(self) -> Holder:
        """Return the holder of the token of this request, whom the gate let through."""
        return cast("Holder", g.holder)

    def is_within_reach(self, doi: Doi, series: str | None = None) -> bool:
        """Tell whether a DOI belongs to the publisher and the series of the token; as a rule every DOI does.

        `series` is what it was deposited in, by its short name or its title; looked up when left out.
        """
        depositor, limited = self.depositor(), self.holder.series
        publishers = depositor.publishers
        if publishers.further and publishers.of(doi) != self.holder.publisher:
            return False
        if not limited:
            return True
        found = depositor.status(doi).series if series is None else series
        # A ready-made file names its series only by the title.
        return found in limited or any(
            candidate.prefix == doi.prefix and candidate.title.casefold() == found.casefold()
            for name, candidate in depositor.series.items()
            if name in limited
        )

    @staticmethod
    def read_doi(text: str) -> Doi:
        """Return the DOI of an address."""
        try:
            return Doi.parse(text)
        except InvalidIdentifier as error:
            raise Refused(404, error.code, error.message, hint=error.hint, where="path") from None

    def known_doi(self, text: str) -> Doi:
        """Return the DOI of an address, which must have been deposited from here, for the publisher of the token."""
        wanted = self.read_doi(text)
        if self.depositor().status(wanted).state is None or not self.is_within_reach(wanted):
            raise self.never_seen(wanted)
        return wanted

    def never_seen(self, doi: Doi) -> Refused:
        """Return the refusal of a DOI that this ledger does not have, or that the token does not reach."""
        message = f"{doi} was never deposited to {self.depositor().target} from here"
        return Refused(404, "doi-unknown", message, hint="deposit it first: POST /v1/deposits", where="path")

    def events(self, since: int) -> Iterator[LedgerEvent]:
        """Yield the events after a cursor, of the publisher's files and DOIs."""
        depositor, mine = self.depositor(), self.holder
        for event in depositor.events(since):
            if not depositor.publishers.further and not mine.series:
                theirs = True
            elif event.doi is not None:
                theirs = self.is_within_reach(Doi.parse(event.doi))
            elif event.submission is None:
                theirs = False
            elif mine.series:
                # All that were in the file: some may have been deposited again since then.
                theirs = any(self.is_within_reach(Doi(doi)) for doi in depositor.works.dois_in(event.submission))
            else:
                theirs = depositor.publishers.of_file(event.submission) == mine.publisher
            if theirs:
                yield event
