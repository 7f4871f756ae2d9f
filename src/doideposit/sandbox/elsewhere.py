"""What others do to DOIs behind the back of their publisher: other tools, colleagues, and Crossref's own staff."""

from datetime import timedelta

from doideposit.sandbox.accounts import Login
from doideposit.sandbox.deposits import Deposit
from doideposit.sandbox.entries import ReceivedFile, Registration
from doideposit.sandbox.processing import Worker
from doideposit.sandbox.queue import Queue
from doideposit.sandbox.retention import KeptRecord

__all__ = ["Elsewhere"]

# The id of a member that owns other prefixes than the sandbox's accounts.
FOREIGN_MEMBER = "88888"
_EVERY_PREFIX = Login("other-tool/sandbox", "sandbox", frozenset({"*"}))
# A hundred years, for what never happens.
_NEVER = timedelta(days=36500)


class Elsewhere:
    """Act on the records of a sandbox at once, past its queue; every method raises KeyError for an unknown DOI."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue

    def deposit(self, xml: bytes) -> None:
        """Register a file as another tool does, with the timestamp it carries; raises ValueError when it fails."""
        with self._queue.archive.transaction():
            deposit = Deposit.read(xml)
            if deposit.refusal:
                raise ValueError(deposit.refusal)
            records = self._make_worker().process(deposit)
        failed = [message for record in records if record.status == "Failure" for _, message in record.pairs]
        if failed:
            raise ValueError("; ".join(failed))

    def clear_block(self, doi: str, block: str) -> None:
        """Empty a block of a record, such as ``<citation_list/>``, as Crossref's support does on request."""
        known = self._current_record(doi)
        self._register_change(known, record=self._queue.rules.after_resources(known.record, block, doi))

    def add_block(self, doi: str, block: str, inside: str = "") -> None:
        """Add an element before ``doi_data``, or inside of another element, as another tool registers it."""
        known = self._current_record(doi)
        self._register_change(known, record=KeptRecord(known.record, doi).with_element(block, inside))

    def reset_timestamp(self, doi: str, timestamp: int) -> None:
        """Set another deposit timestamp of the DOI, smaller or greater."""
        self._register_change(self._current_record(doi), timestamp=timestamp)

    def change_url(self, doi: str, url: str) -> None:
        """Lead the DOI to another page, as a colleague's file of URLs does."""
        known = self._current_record(doi)
        self._register_change(known, record=KeptRecord(known.record, doi).with_resource(url), url=url)

    def touch(self, doi: str) -> None:
        """Move the date of the last change, without any other change."""
        self._register_change(self._current_record(doi))

    def transfer(self, doi: str, prefix: str, member: str = FOREIGN_MEMBER) -> None:
        """Hand the DOI over to a member, who owns `prefix`."""
        self._register_change(self._current_record(doi), owner=prefix, member=member)

    def alias(self, doi: str, of: str) -> None:
        """Make the DOI an alias of another."""
        self._register_change(self._current_record(doi), alias_of=self._current_record(of).doi)

    def match(self, doi: str, key: str, cited: str) -> None:
        """Add the DOI that Crossref found to a reference."""
        known = self._current_record(doi)
        self._register_change(known, record=KeptRecord(known.record, known.doi).with_match(key, cited))

    def other_agency(self, doi: str, agency: str = "DataCite") -> None:
        """Register a DOI at another agency: the resolver knows it, and Crossref does not."""
        now = self._queue.clock()
        new = Registration(
            doi=doi, timestamp=0, url="https://example.org/elsewhere", login=agency, record_type="dataset", title="",
            year="", signature="", reference_words="", submission_id=0, applied=now, rest=now + _NEVER, handle=now,
            query=now + _NEVER, member=agency,
        )  # fmt: skip
        with self._queue.archive.transaction():
            self._queue.archive.register(new)

    def hide(self, doi: str) -> None:
        """Keep the DOI out of the REST API for ever; at Crossref this lasts for weeks."""
        known = self._current_record(doi)
        with self._queue.archive.transaction():
            self._queue.archive.hide(known.doi, (known.rest + _NEVER).timestamp())

    def run_again(self, file_name: str) -> None:
        """Run an upload again, as Crossref's staff did after an outage; its log is replaced."""
        with self._queue.archive.snapshot():
            [submission] = [
                received for received in self._queue.archive.submissions() if received.file_name == file_name
            ]
        self._queue.run_again(submission)

    def _current_record(self, doi: str) -> Registration:
        with self._queue.archive.snapshot():
            known = self._queue.archive.current(doi)
        if known is None:
            raise KeyError(doi)
        return known

    def _register_change(
        self, known: Registration, *, record: str | None = None, timestamp: int | None = None, **changes: str
    ) -> None:
        new = known.record if record is None else record
        with self._queue.archive.transaction():
            again = self._make_worker().next_version(known, record=new, timestamp=timestamp, **changes)
            self._queue.archive.register(again)

    def _make_worker(self) -> Worker:
        now = self._queue.clock()
        number = self._queue.archive.next_id(1)
        submission = ReceivedFile(number, "elsewhere.xml", "doMDUpload", "other-tool", b"", now, now, now, now)
        return self._queue.worker(submission, _EVERY_PREFIX)
