"""What Crossref's mails and reports speak of: submissions, DOIs, conflicts. It is believed by nobody.

A mail can be forged, old, or about another member. So nothing is read out of it but names: of files and DOIs that
Crossref itself is asked about then. Shapes: result logs; depositor reports (two header lines, then DOI, owner prefix,
timestamp); conflict reports (XML); tables of failed DOIs in resolution reports; reports of a DOI that does not resolve.
"""

import csv
import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage
from itertools import islice
from typing import Final

from doideposit.crossref.diagnostics.log import ResultLog
from doideposit.deposits.depositor import Depositor
from doideposit.records.identifiers import Doi
from doideposit.safe_xml import Element, ParsedXml, XmlLimits

__all__ = ["Hints"]

logger = logging.getLogger(__name__)

# Bytes of one part of a mail that are looked at: the largest report of a series is far smaller.
LARGEST: Final = 5_000_000
LIMITS: Final = XmlLimits(size=LARGEST)
# Names that are taken of one mail: asking about more would be a flood that a forger started.
MOST: Final = 2_000
# Conflicts of one mail that Crossref is asked about; the report comes again every month.
MOST_CONFLICTS: Final = 25
# In running text a DOI ends at a space, or at a mark that more likely belongs to the sentence.
_DOI: Final = re.compile(r"\b10\.[0-9]{4,9}/[^\s\"'<>,;|()\[\]{}]{1,200}", re.ASCII)
# A batch id has 100 characters at most (common5.5.0.xsd, doi_batch_id); ours have no spaces.
_BATCH: Final = re.compile(r"[\x21-\x7e]{1,100}")


@dataclass(frozen=True, slots=True)
class Hints:
    """Hold what is worth asking Crossref about: batch ids of files, DOIs, and pairs of DOIs in conflict."""

    batches: tuple[str, ...] = ()
    dois: tuple[Doi, ...] = ()
    conflicts: tuple[tuple[Doi, Doi], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.batches or self.dois or self.conflicts)

    @staticmethod
    def of_mail(raw: bytes) -> "Hints":
        """Return what a mail speaks of, its text and its attachments; nothing for one that is broken or foreign."""
        found = _HintList()
        try:
            # A mail holds its attachment in base64, a third larger than the file, and other parts beside it.
            message = message_from_bytes(raw[: 4 * LARGEST], policy=policy.default)
            for part in message.walk():
                if not part.is_multipart():
                    _read_text(_decoded_content(part), found)
        except (MessageError, ValueError, LookupError, TypeError, AttributeError, KeyError, IndexError, RecursionError):
            # The standard library raises all of these for headers and encodings that are none; what was read so far
            # counts.
            pass
        return found.as_hints()

    @staticmethod
    def of_report(content: bytes) -> "Hints":
        """Return what a saved report speaks of: of conflicts, of deposits, of DOIs that do not resolve."""
        found = _HintList()
        _read_text(content[:LARGEST], found)
        return found.as_hints()

    @staticmethod
    def failed_dois(text: str) -> Iterator[tuple[int, str, int]]:
        """Yield line, DOI and number of failures of the table in a resolution report; lines without a DOI are headings.

        The columns are found by what is in them: their names and their order are not documented.
        """
        for number, row in enumerate(csv.reader(_clean_lines(text)), 1):
            doi = next((other_doi for cell in row for other_doi in _dois_in(cell)), None)
            counts = [int(cell) for cell in row if re.fullmatch(r"[0-9]{1,9}", cell.strip())]
            if doi is not None:
                yield number, str(doi), max(counts, default=1)

    def take(self, depositor: Depositor, now: datetime) -> None:
        """Ask early about the files and DOIs that are ours; names of others, true or forged, are passed over."""
        files = sum(depositor.hint(batch) for batch in self.batches)
        again = depositor.warnings.look_again(self.dois) if self.dois else 0
        ours = {series.prefix for series in depositor.series.values()}
        wanted = (pair for pair in self.conflicts if pair[0].prefix in ours and depositor.works.one(pair[0]))
        conflicts = islice(wanted, MOST_CONFLICTS)
        found = sum(depositor.warnings.report_conflict(doi, other, now) for doi, other in conflicts)
        if files or again or found:
            logger.info("a mail names %d files, %d DOIs and %d conflicts of this ledger", files, again, found)


@dataclass(slots=True)
class _HintList:
    """Gather hints in their order, each once."""

    batches: dict[str, None] = field(default_factory=dict)
    dois: dict[Doi, None] = field(default_factory=dict)
    conflicts: dict[tuple[Doi, Doi], None] = field(default_factory=dict)

    def as_hints(self) -> Hints:
        return Hints(tuple(self.batches)[:MOST], tuple(self.dois)[:MOST], tuple(self.conflicts)[:MOST])


def _decoded_content(part: EmailMessage) -> bytes:
    content = part.get_payload(decode=True)
    return content[:LARGEST] if isinstance(content, bytes) else b""


def _read_text(content: bytes, found: _HintList) -> None:
    text = content.strip()
    if text.startswith(b"<"):
        _read_xml(text, found)
    for doi in _dois_in(content.decode("utf-8", "replace")):
        found.dois.setdefault(doi)


def _read_xml(content: bytes, found: _HintList) -> None:
    try:
        log = ResultLog.parse(content)
    # An attachment may be a result log, or a report of another form.
    except ValueError:
        root = ParsedXml.of(content, limits=LIMITS).root
        if root is not None:
            _read_conflicts(root, found)
        return
    if log.batch_id and _BATCH.fullmatch(log.batch_id):
        found.batches.setdefault(log.batch_id)


def _read_conflicts(root: Element, found: _HintList) -> None:
    """Read the DOIs below each element whose name is about a conflict; of several such the innermost counts."""
    for element in root.iter("{*}*"):
        name = str(element.tag).rpartition("}")[2].lower()
        if "conflict" in name and not any("conflict" in str(node.tag).lower() for node in element):
            values = (str(value) for node in element.iter() for value in node.attrib.values())
            words = " ".join((*map(str, element.itertext()), *values))
            named = list(dict.fromkeys(_dois_in(words)))
            found.conflicts |= {(doi, other): None for doi in named for other in named if doi != other}


def _dois_in(text: str) -> Iterator[Doi]:
    for match in _DOI.finditer(text):
        # A word that only begins like a DOI is left out.
        if (doi := Doi.parse_or_none(match[0].rstrip(".:"))) is not None:
            yield doi


def _clean_lines(text: str) -> Iterable[str]:
    # A null byte stops the reader of the standard library.
    return (line.replace("\0", "") for line in text.splitlines())
