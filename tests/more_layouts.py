"""Short documents of many houses, languages and bylines, in one file with what a draft of each has to say."""

import dataclasses
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from document_formats import FORMATS, page_of
from doideposit.records.extraction.draft import Draft
from doideposit.records.extraction.drafting import draft_of
from doideposit.records.extraction.readers.opening import read_bytes
from doideposit.records.models.series import Series
from extraction_scores import doubted, known_series, values

FILE = Path(__file__).parent / "golden" / "more-layouts.txt"
OTHER_HOUSES = tuple(FILE.with_name(f"{name}-houses.txt") for name in ("other", "more", "further"))
BODY = (
    "Ferries are the quiet backbone of the archipelago: they carry nurses, onions and ballot boxes. Nobody has ever "
    "counted them all, because three ministries share the register and none of them owns it. This text follows one "
    "boat through a season and asks who would notice if it stopped.\n\nA second problem is the timetable. It was "
    "drawn up for a population that has since moved, and it is corrected by hand each spring. Whoever misses the "
    "correction misses the boat, and usually more than that."
)
TITLES = {
    "quaybrief": "Quay Policy Brief", "quai": "Les Cahiers du Quai", "kaiblatt": "Kaiblatt", "molo": "Quaderni del Molo", "kade": "Kadebrief", "keja": "Zeszyty Keja",
    "iskele": "İskele Notları", "prichal": "Тетради Причала", "hato": "波止場コメンタリー", "matou": "码头评论", "cais": "Cadernos do Cais",
}  # fmt: skip
SERIES = known_series() | {
    name: Series.model_validate(
        {
            "name": name,
            "title": title,
            "prefix": f"10.500{90 + at}",
            "doi": "{prefix}/{number}",
            "record_type": "report-single",
            "labels": [title],
        }
    )
    for at, (name, title) in enumerate(TITLES.items())
}
# Fields that are only compared where the expected values speak of them.
_OPTIONAL = ("licence", "language", "affiliations", "orcids")


@dataclass(frozen=True)
class Layout:
    """A document and the fields that its draft has to have; `doi` may be left to the series."""

    name: str
    text: str
    expected: dict[str, Any]
    series: Mapping[str, Series] = dataclasses.field(default_factory=lambda: SERIES)

    def draft(self, suffix: str = "") -> Draft:
        data = FORMATS[suffix](page_of(self.text, name=self.name)) if suffix else self.text.encode()
        return draft_of(read_bytes(data, file=f"{self.name}{suffix}"), series=self.series)

    @property
    def convertible(self) -> bool:
        """Whether the document says everything in its text: a header is lost in a page or a Word file."""
        return not self.text.startswith(("---\n", "+++\n", "% "))

    def judged(self, suffix: str = "") -> Iterator[tuple[str, str]]:
        draft = self.draft(suffix)
        found = values(draft)
        for field in sorted(self.expected.keys() | found.keys()):
            if field in _OPTIONAL and field not in self.expected:
                continue
            if found.get(field) == self.expected.get(field):
                yield field, "doubted" if doubted(draft, field) else "right"
            elif field not in found:
                yield field, "missing"
            else:
                yield field, "said" if doubted(draft, field) else "silent"


def layouts() -> Iterator[Layout]:
    for name, expected, text in _documents(FILE):
        if "COMMENT" in text or "SADF" in text:
            expected.setdefault("series", "sadf-comment")
        yield Layout(name, text.replace("{BODY}", BODY), expected)


def other_houses() -> Iterator[Layout]:
    """Documents of universities, ministries, law firms, NGOs and sites, in the languages of their countries."""
    for file in OTHER_HOUSES:
        rows = yaml.safe_load(file.with_suffix(".yaml").read_text(encoding="utf-8"))
        series = {row["name"]: Series.model_validate(row) for row in rows}
        yield from (Layout(name, text, expected, series) for name, expected, text in _documents(file))


def _documents(file: Path) -> Iterator[tuple[str, dict[str, Any], str]]:
    for part in re.split(r"(?m)^%%% ", file.read_text(encoding="utf-8"))[1:]:
        head, _, text = part.partition("\n%%\n")
        name, _, expected = head.partition("\n")
        yield name, yaml.safe_load(expected), text


def totals(suffix: str = "") -> Counter[str]:
    return Counter(verdict for layout in layouts() for _, verdict in layout.judged(suffix))
