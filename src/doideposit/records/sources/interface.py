"""What every reader of records gives back, and the limits they share."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from doideposit.findings import Finding, Loc
from doideposit.records.origin import Place, RawRecord

__all__ = [
    "MAX_DEPTH",
    "MAX_FILE_SIZE",
    "MAX_KEYS",
    "MAX_LINE_SIZE",
    "MAX_VALUES",
    "REFERENCES_FILE",
    "Header",
    "Read",
    "Reading",
]

# Bytes of a YAML or JSON file; larger collections belong into JSON Lines or CSV, which are read row by row.
MAX_FILE_SIZE: Final = 20_000_000

# Bytes of one line of a JSON Lines file, and of one line of a CSV file.
MAX_LINE_SIZE: Final = 2_000_000

# Values in one YAML or JSON file, aliases counted as often as they are used.
# A value takes about a thousand bytes of memory while it is read, and thousands of records have fewer.
MAX_VALUES: Final = 200_000

# Keys in one place of a YAML or JSON file; a record has fewer than a hundred, and each unknown one is a finding.
MAX_KEYS: Final = 1_000

# Lists and mappings inside one another; a record needs six.
MAX_DEPTH: Final = 32


class Read(NamedTuple):
    """Hold what a text gave: its records, and the findings that belong to no record but to the whole text."""

    records: tuple[RawRecord, ...] = ()
    findings: tuple[Finding, ...] = ()


# The field of a record file that names the files of its references, relative to the record.
REFERENCES_FILE: Final = "references_file"

# Where nobody says what time it is, nothing is in the future.
END_OF_TIME: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Reading:
    """Say what is known where files are read: the moment, in the zone of the publisher, and the names of the series."""

    now: datetime = END_OF_TIME
    series: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Header:
    """Hold the data of a header with small keys, the lines of its keys, and the number of lines the header takes."""

    data: Mapping[str, Any]
    lines: Mapping[str, int]
    length: int
    findings: tuple[Finding, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[Loc, Place] = field(default_factory=dict, repr=False)
