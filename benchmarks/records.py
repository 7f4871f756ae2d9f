"""A record with ten references, from a mapping to a verdict: against commonmeta-py's read, write and validate."""

import json
from collections.abc import Iterator
from typing import Any

from benchmarks.peers import Peers
from benchmarks.rows import Row, at_least
from benchmarks.samples import ABSTRACT, SERIES, commonmeta_record, record
from benchmarks.timing import in_process, in_turns
from doideposit.checks.checking import Checker
from doideposit.checks.values import DepositorName
from doideposit.crossref.schemas.store import SchemaStore
from doideposit.crossref.validator.validator import Validator
from doideposit.crossref.xml.batch import Built

MANY = 60
"""Records checked one after the other for one measurement."""


def checker() -> Checker:
    """A checker of the sample series."""
    name = DepositorName("Institute of Made-up Affairs", "doi@example.org", "Institute of Made-up Affairs")
    return Checker(series={"island-notes": SERIES}, validator=lambda: Validator(SchemaStore.default()), depositor=name)


def rows(peers: Peers) -> Iterator[Row]:
    """All of it against commonmeta-py; and the writing alone, which is what elifecrossref does."""
    ours = checker()
    data, theirs = record(7), json.dumps(commonmeta_record(7))
    many = [record(number) for number in range(1, MANY + 1)]
    [checked] = ours.read([data])
    if not checked.ok or checked.record is None:
        raise RuntimeError(f"the sample has errors: {checked.findings}")
    commentary = checked.record.commentary
    taken = in_turns(
        {
            "ours": in_process(lambda: all(one.ok for one in ours.read(many)), count=MANY),
            "theirs": lambda: peers.measure("commonmeta", text=theirs, times=10),
        },
        rounds=21,
    )
    yield at_least("model, rules, XML, verdict of a record | commonmeta-py", taken["ours"], taken["theirs"], times=10)
    head = ours.depositor.head("benchmark", 20240506000000000)
    taken = in_turns(
        {
            "ours": in_process(lambda: Built.of(head, [commentary]), times=20),
            "theirs": lambda: peers.measure("elifecrossref", record=_for_elife(data), times=20),
        },
        rounds=11,
    )
    yield at_least("XML of a record from objects | elifecrossref (older schema)", taken["ours"], taken["theirs"])


def _for_elife(data: dict[str, Any]) -> dict[str, object]:
    return {
        "doi": "10.48251/notes.7",
        "title": data["title"],
        "series": SERIES.title,
        "issn": "2049-3630",
        "publisher": "Institute of Made-up Affairs",
        "number": "7",
        "abstract": ABSTRACT,
        "published": "2024-05-06",
        "family": "Mariner",
        "given": "Ada",
        "orcid": "0000-0002-1825-0097",
        "references": [each["text"] for each in data["references"]],
    }
