"""Where in its record a message of Crossref points: the field that it names, and the line on which that stood.

The field is found in the deposit file that was sent; the lines of the record file are noted when the deposit is
recorded, because the file may be changed, moved or gone when Crossref answers.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Self

from doideposit.findings import Finding, Loc, Where, field_path, loc_of, nearest
from doideposit.records.origin import Origin, RawValue

__all__ = ["NotedLines", "named_field"]

# Fields with many lines, of which Crossref's messages name none: a reference has its own word in the log.
LEFT_OUT: Final = frozenset({"abstract", "abstracts", "references"})
# The field that a message is about, where no value in its words says so.
FIXED: Final[Mapping[str, Loc]] = {
    "crossref-conflict": ("title",),
    "crossref-title-missing": ("title",),
    "crossref-title-not-yours": ("series",),
    "crossref-title-deleted": ("series",),
    "crossref-journal-identifier": ("series",),
    "crossref-issn-other-title": ("series",),
    "crossref-issn-other-publisher": ("series",),
    "crossref-issn-owned": ("series",),
    "crossref-issn-invalid": ("series",),
    "crossref-prefix-not-yours": ("doi",),
    "crossref-handle-login": ("doi",),
    "crossref-handle-authentication": ("doi",),
    "crossref-year-invalid": ("published",),
    "crossref-preprint-pair": ("relations",),
}
# Letters of a value that are looked for in a message: shorter ones are there by chance.
LEAST: Final = 6


@dataclass(frozen=True, slots=True)
class NotedLines:
    """Hold the lines on which the fields of a record stood when it was deposited, as the ledger keeps them."""

    text: str

    @classmethod
    def of(cls, origin: Origin) -> Self:
        """Note the file of a record and the line of each field; nothing for a record without a file.

        A field on the line of the one around it is left out: a record of JSON Lines has one line alone.
        """
        if origin.file is None:
            return cls("")
        lines: dict[Loc, int] = {}
        places = origin.places
        # What is around a field comes first. Places are found one by one, so that the many of references cost nothing.
        for loc in sorted([loc for loc in places if not (loc and loc[0] in LEFT_OUT)], key=len):
            around, line = nearest(lines, loc), places[loc].line
            if around is None or around[1] != line:
                lines[loc] = line
        noted = {"file": origin.file, "lines": {field_path(loc): line for loc, line in lines.items()}}
        return cls(json.dumps(noted, ensure_ascii=False, separators=(",", ":")))

    def place(self, finding: Finding | None) -> Finding | None:
        """Return a finding that names a field at the line noted for it, or for the nearest field around it."""
        if finding is None or finding.where.field is None or not self.text:
            return finding
        data = json.loads(self.text)
        loc = loc_of(finding.where.field)
        for end in range(len(loc), -1, -1):
            line = data["lines"].get(field_path(loc[:end]))
            if line is not None:
                return finding.at(Where(file=data["file"], line=line, field=finding.where.field))
        return finding.at(Where(file=data["file"], field=finding.where.field))


def named_field(finding: Finding, fields: Mapping[str, RawValue]) -> Loc | None:
    """Return the field whose value occurs in Crossref's message, else the one that the message is about."""
    words = " ".join((finding.original or "").split()).casefold()
    named = [
        (len(value), loc) for loc, value in _text_values(fields) if len(value) >= LEAST and value.casefold() in words
    ]
    # A message about a person or a relation names the DOI of the record as well.
    other = [(length, loc) for length, loc in named if loc != ("doi",)] or named
    return max(other, key=lambda found: found[0])[1] if other else FIXED.get(finding.code)


def _text_values(value: RawValue, loc: Loc = ()) -> Iterator[tuple[Loc, str]]:
    """Yield every text of a record with its place, an ORCID iD without its address."""
    if isinstance(value, str):
        yield loc, value.removeprefix("https://orcid.org/")
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _text_values(inner, (*loc, key))
    elif isinstance(value, Iterable):
        for place, inner in enumerate(value):
            yield from _text_values(inner, (*loc, place))
