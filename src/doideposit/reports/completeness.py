"""How complete each series is by Crossref's Participation Report, and what helps most for least work."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from doideposit.crossref.xml.participation import Measure, Measured
from doideposit.findings import counted

if TYPE_CHECKING:
    from doideposit.deposits.depositor import Depositor
    from doideposit.deposits.values import WorkStatus

__all__ = ["Completeness"]


@dataclass(frozen=True, slots=True)
class Completeness:
    """Say how many works of a series have what the Participation Report counts, and the next step in a sentence.

    `have` is in the order of that report.
    """

    series: str
    works: int
    have: Mapping[Measure, int]
    next_step: str

    def percent(self, measure: Measure) -> int:
        """Return the share of the works that have this, rounded down: 100 means all."""
        return 100 * self.have[measure] // self.works if self.works else 0

    @classmethod
    def of_works(cls, series: str, works: Sequence[Measured]) -> Self:
        """Count what the registered works of a series have; `works` has each DOI once."""
        counts = Counter(measure for work in works for measure in work.has)
        have = {measure: counts[measure] for measure in Measure}
        return cls(series, len(works), have, _next_step(series, works))

    @staticmethod
    def measure(depositor: "Depositor", statuses: "Sequence[WorkStatus]") -> dict[str, list[Measured]]:
        """Measure the registered records by series: those deposited from here, and adopted ones."""
        series = {status.doi.key: status.series for status in statuses if status.registered}
        works: dict[str, list[Measured]] = defaultdict(list)
        for xml, keys in depositor.versions.each_registered():
            for measured in Measured.read(xml):
                if measured.doi.key in keys and measured.doi.key in series:
                    works[series[measured.doi.key]].append(measured)
        return works


@dataclass(frozen=True, slots=True)
class _Step:
    """Describe something to do: how many shares of works it fills, and its effort; one record edited by hand is 1."""

    gain: int
    effort: float
    sentence: str


# Estimates of effort, by which gains are compared; to copy an abstract into a record is 1. A question to a person, or a
# search in a registry.
_QUESTION: Final = 1.5
# A line of the configuration; a page that must be written; the references of one record.
_LINE: Final = 1.0
_PAGE: Final = 8.0
_TYPED: Final = 4.0
_DONE: Final = "Nothing: every registered commentary has everything that can be suggested here."
_THEN: Final = "Then deposit the records again; updates are free."


def _next_step(series: str, works: Sequence[Measured]) -> str:
    steps = [step for find_step in _STEPS for step in find_step(series, works) if step.gain]
    # The surest gain for the effort; among equals the one that fills more.
    best = max(steps, key=lambda step: (step.gain / step.effort, step.gain), default=None)
    return best.sentence if best else _DONE


def _count_lacking(works: Iterable[Measured], measure: Measure) -> int:
    return sum(measure not in work.has for work in works)


def _licence_step(series: str, works: Sequence[Measured]) -> Iterator[_Step]:
    gain = _count_lacking(works, Measure.LICENCES)
    line = f"one line, `licences` below `[series.{series}]` in the configuration, gives {_many(gain)} a licence"
    yield _Step(gain, _LINE, f"If the texts have a licence, name it once: {line}. {_THEN}")


def _ror_step(series: str, works: Sequence[Measured]) -> Iterator[_Step]:
    lacking = (work.without_ror for work in works if Measure.RORS not in work.has)
    name, gain = _most_frequent(lacking)
    where = f"`ror` in the institution of `[series.{series}]`, or in the records that have another institution"
    sentence = (
        f"Look up the ROR id of {name} once, at ror.org, and add it as {where}: {_many(gain)} would benefit. {_THEN}"
    )
    yield _Step(gain, _QUESTION, sentence)


def _orcid_step(_series: str, works: Sequence[Measured]) -> Iterator[_Step]:
    name, gain = _most_frequent(work.without_orcid for work in works if Measure.ORCIDS not in work.has)
    sentence = f"Ask {name} for the ORCID iD, and add it to the records: {_many(gain)} would benefit. {_THEN}"
    yield _Step(gain, _QUESTION + gain / 4, sentence)


def _full_text_step(_series: str, works: Sequence[Measured]) -> Iterator[_Step]:
    mining, checking = _count_lacking(works, Measure.TEXT_MINING), _count_lacking(works, Measure.SIMILARITY)
    number = max(mining, checking)
    sentence = (
        f"Add `pdf_url`, the address of the PDF, to {_many(number)}: it fills two measures at once, and lets "
        f"plagiarism checks and text mining find the text. {_THEN}"
    )
    yield _Step(mining + checking, number, sentence)


def _abstract_step(_series: str, works: Sequence[Measured]) -> Iterator[_Step]:
    gain = _count_lacking(works, Measure.ABSTRACTS)
    sentence = f"Copy the abstract into the records of {_many(gain)}, where the text has one. {_THEN}"
    yield _Step(gain, gain, sentence)


def _affiliation_step(_series: str, works: Sequence[Measured]) -> Iterator[_Step]:
    gain = _count_lacking(works, Measure.AFFILIATIONS)
    sentence = f"Add the authors' `affiliations`, as printed, to the records of {_many(gain)}. {_THEN}"
    # A little more effort than to copy an abstract.
    yield _Step(gain, gain * 1.2, sentence)


def _references_step(_series: str, works: Sequence[Measured]) -> Iterator[_Step]:
    gain = _count_lacking(works, Measure.REFERENCES)
    sentence = (
        f"Add the references to the records of {_many(gain)}; `doideposit extract` reads them from the text. {_THEN}"
    )
    yield _Step(gain, gain * _TYPED, sentence)


def _crossmark_step(series: str, works: Sequence[Measured]) -> Iterator[_Step]:
    gain = _count_lacking(works, Measure.CROSSMARK)
    sentence = (
        f"Put a page on the web that says how you correct and retract, register a DOI for it, and name that DOI as "
        f"`crossmark_policy` of `[series.{series}]`: readers of {_many(gain)} then see corrections. {_THEN}"
    )
    yield _Step(gain, _PAGE + gain / 2, sentence)


# Funders and award numbers are not a step: most commentaries were funded by nobody, and nothing here can tell.
_STEPS: Final[tuple[Callable[[str, Sequence[Measured]], Iterator[_Step]], ...]] = (
    _licence_step,
    _ror_step,
    _orcid_step,
    _full_text_step,
    _abstract_step,
    _affiliation_step,
    _references_step,
    _crossmark_step,
)


def _many(number: int) -> str:
    return counted(number, "DOI")


def _most_frequent(names: Iterable[tuple[str, ...]]) -> tuple[str, int]:
    """Return the name in the most works, and their number; the first of the alphabet among equals."""
    counts = Counter(name for some in names for name in some)
    return min(counts.items(), key=lambda pair: (-pair[1], pair[0]), default=("", 0))
