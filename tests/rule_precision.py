"""How right the rules are: precision by code over records in which nothing is wrong, and the share of planted faults found.

`python tests/rule_precision.py` prints the table. Every error and warning about a record of `rule_corpus` is false
by construction; where a fault was planted, its code is true and every other one is false. Wishes are not counted.
"""

import random
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from doideposit.checks.rules.evaluation import Evaluation
from doideposit.checks.rules.registry import Context
from doideposit.findings import Finding, Severity
from doideposit.records.models.commentary import Commentary
from doideposit.records.models.record import Record as Parsed
from doideposit.records.models.series import Series
from rule_corpus import FAULTS, SERIES, Record, clean_records

__all__ = ["Measured", "measure"]

CONTEXT = Context(date(2026, 9, 1), live=True)
RECORDS, TIMES = 1_000, 3
# A fault can break a second rule as well, and is then rightly named twice.
BESIDE = {
    ("text-program-word", "title-placeholder"),
    ("name-character", "name-several"),
    ("text-markdown", "text-tag"),
    ("licence-unknown", "licence-several"),
    ("reference-year-mismatch", "reference-from-the-future"),
    ("title-blank", "text-program-word"),
    ("url-password", "url-number-disagrees"),
}


@dataclass
class Measured:
    """What was found: true and false findings by code, and which planted faults were missed."""

    true: Counter[str] = field(default_factory=Counter)
    false: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)
    most_lines: int = 0

    def precision(self, codes: Iterable[str] | None = None) -> float:
        """Return the share of true findings among those of the codes, or of all."""
        chosen = set(codes) if codes is not None else self.true.keys() | self.false.keys()
        true, false = (sum(count[code] for code in chosen) for count in (self.true, self.false))
        return true / (true + false) if true + false else 1.0

    @property
    def found(self) -> float:
        """Return the share of the planted faults that were found."""
        true, missed = sum(self.true.values()), sum(self.missed.values())
        return true / (true + missed)


def measure(records: int = RECORDS, times: int = TIMES) -> Measured:
    """Check the corpus as it is, then each fault planted in `times` of its records."""
    series = Series.model_validate(SERIES)
    measured = Measured()
    corpus = list(clean_records(records))
    for record in corpus:
        findings = _findings(record, series)
        measured.most_lines = max(measured.most_lines, 1 + sum(each.category != "completeness" for each in findings))
        for finding in _counted(findings):
            _false(measured, finding)
    draw = random.Random(11)
    for code, plant in FAULTS:
        for record in draw.sample(corpus, times):
            harmed = dict(record)
            plant(harmed)
            found = {finding.code: finding for finding in _counted(_findings(harmed, series))}
            (measured.true if code in found else measured.missed)[code] += 1
            for other, finding in found.items():
                if other != code and (code, other) not in BESIDE:
                    _false(measured, finding)
    return measured


def _findings(record: Record, series: Series) -> tuple[Finding, ...]:
    return Evaluation(CONTEXT).check(Parsed(Commentary.model_validate(record | {"series": series})))


def _counted(findings: Iterable[Finding]) -> Iterable[Finding]:
    return (each for each in findings if each.category != "completeness" and each.severity is not Severity.INFO)


def _false(measured: Measured, finding: Finding) -> None:
    measured.false[finding.code] += 1
    measured.examples.setdefault(finding.code, finding.message)


def main() -> int:
    """Print the table; the exit code is 1 where a bar is not reached."""
    measured = measure()
    print(f"{'code':<32} {'true':>6} {'false':>6} {'missed':>6} {'precision':>10}  first false one")
    for code in sorted(measured.true.keys() | measured.false.keys() | measured.missed.keys()):
        counts = measured.true[code], measured.false[code], measured.missed[code]
        example = measured.examples.get(code, "")
        print(f"{code:<32} {counts[0]:>6} {counts[1]:>6} {counts[2]:>6} {measured.precision([code]):>10.1%}  {example}")
    print(f"precision {measured.precision():.1%}, planted faults found {measured.found:.1%}")
    print(f"a record that is right gets at most {measured.most_lines} lines, its wishes in one")
    return 0 if measured.precision() >= 0.97 and measured.found >= 0.95 else 1


if __name__ == "__main__":
    sys.exit(main())
