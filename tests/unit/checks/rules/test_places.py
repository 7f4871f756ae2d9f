"""Where each finding points, what it marks there and what it names; and that it moves with the item it is about."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Any

import pytest

from doideposit.checks.rules.evaluation import RECORD_RULES, RUN_RULES
from doideposit.checks.rules.registry import Context, Match, Rule
from doideposit.checks.rules.together import Run
from doideposit.checks.rules.work import Work
from doideposit.findings import field_path
from rule_examples import commentary, loaded

PLACES = Path(__file__).parents[3] / "golden" / "rule_places.txt"
TODAY = Context(date(2026, 9, 1))
# Values of a message that are words of ours and not of the record: they may be put better.
OUR_WORDS = frozenset({"fault", "hint", "what", "where", "why"})


def described(match: Match) -> str:
    """Say a match in one line: the record of a run, the field, how many characters are marked, and what was found."""
    named = [
        f"{key}={value}" for key, value in sorted(match.values.items()) if key not in OUR_WORDS and value is not None
    ]
    place = f"{match.record}:{field_path(match.loc)}" if match.record else field_path(match.loc)
    return " · ".join([f"{place} [{match.length or ''}]", *named]).replace("\n", "⏎")


def found_by(rule: Rule[Any], matches: Iterable[Match]) -> list[str]:
    """Say the matches of a rule; of one that nobody may ignore this is said too."""
    kept = "" if rule.overridable else " · always"
    return [described(match) + kept for match in matches]


def found(rule: Rule[Work]) -> list[str]:
    return found_by(rule, rule.function(Work(commentary(loaded(rule.bad), rule.setting), TODAY)))


def found_in_run(rule: Rule[Run]) -> list[str]:
    return found_by(rule, rule.function([commentary(one, rule.setting) for one in loaded(rule.bad)]))


def expected(code: str) -> list[str]:
    lines = (line.split(" ", 1) for line in PLACES.read_text(encoding="utf-8").splitlines())
    return [line for name, line in lines if name == code]


@pytest.mark.parametrize("rule", RECORD_RULES, ids=lambda rule: rule.code)
def test_the_bad_example_is_marked_where_it_is_bad(rule: Rule[Work]) -> None:
    """A rule that points elsewhere on purpose changes its line in the file; a new one gets its line in time."""
    assert found(rule) == (expected(rule.code) or found(rule))
    assert found(rule)


@pytest.mark.parametrize("rule", RUN_RULES, ids=lambda rule: rule.code)
def test_the_bad_run_is_marked_where_it_is_bad(rule: Rule[Run]) -> None:
    assert found_in_run(rule) == expected(rule.code)


# An item that is right, for each list of a record.
CLEAN = {
    "authors": "{given: Mira, family: Okafor, roles: [editor], orcid: 0000-0001-5109-3700, "
    "affiliations: [{name: Example Law School, ror: 038t36y30}]}",
    "affiliations": "{name: Example Law School, ror: 038t36y30}",
    "alt_names": "{text: みら, language: ja}",
    "references": (
        "{text: 'Okafor, M. (2020). Quiet harbours: a history. Basel: Example Press.', doi: 10.5555/quiet-harbours}"
    ),
    "abstracts": (
        "{text: 'Die Autorin untersucht, wie die Häfen des Nordens nach der Öffnung von der Küste leben.', language: de,"
        " kind: translated}"
    ),
    "licences": "{url: 'https://creativecommons.org/licenses/by/4.0/', applies_to: tdm}",
    "funding": "{name: Harbour Fund, funder_id: 10.13039/501100001711, awards: [H-2020-17]}",
    "awards": "H-2020-17",
    "relations": "{type: isBasedOn, identifier: 10.5555/quiet-harbours-data}",
    "updates": "{type: correction, doi: 10.48251/SADF.ISSN.2406-5617.C7, date: '2023-09-14'}",
    "archives": "CLOCKSS",
}
# One item more changes what these find.
ABOUT_ALL = {
    "author-role-missing": "an editor is enough",
    "references-without-doi": "the message counts all references",
    "reference-text-missing": "the message counts all references",
}


def lists_in(data: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the paths of the lists of a record that have a clean item."""
    pairs = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in pairs:
        if isinstance(value, list) and key in CLEAN:
            yield (*path, key)
        yield from lists_in(value, (*path, key))


def moved(line: str, path: tuple[str | int, ...]) -> str:
    """Return a described match as it must be when the items of the list at `path` have moved on by one."""
    prefix = field_path(path)
    later = re.sub(rf"^{re.escape(prefix)}\[(\d+)\]", lambda index: f"{prefix}[{int(index[1]) + 1}]", line)
    if path in {("references",), ("authors",)}:  # Messages count references and authors.
        later = re.sub(r"\b(place|first)=(\d+)", lambda named: f"{named[1]}={int(named[2]) + 1}", later)
    return later


IN_LISTS = [(rule, path) for rule in RECORD_RULES if rule.code not in ABOUT_ALL for path in lists_in(loaded(rule.bad))]


@pytest.mark.parametrize(("rule", "path"), IN_LISTS, ids=lambda one: one.code if isinstance(one, Rule) else "")
def test_a_finding_moves_with_its_item(rule: Rule[Work], path: tuple[str | int, ...]) -> None:
    data = loaded(rule.bad)
    items = reduce(getitem, path, data)
    items.insert(0, loaded(CLEAN[str(path[-1])]))
    now = found_by(rule, rule.function(Work(commentary(data, rule.setting), TODAY)))
    assert now == [moved(line, path) for line in found(rule)]


@pytest.mark.parametrize("rule", RUN_RULES, ids=lambda rule: rule.code)
def test_a_finding_moves_with_its_record(rule: Rule[Run]) -> None:
    first = {
        "number": "7",
        "title": "Quiet harbours",
        "url": "https://www.sadf.eu/harbours/",
        "published": "2021-03-01",
    }
    first |= {"authors": [{"given": "Mira", "family": "Okafor"}]}
    run = [commentary(first), *(commentary(one, rule.setting) for one in loaded(rule.bad))]
    now = [match._replace(record=match.record - 1) for match in rule.function(run)]
    if "first" in now[0].values:
        now = [match._replace(values={**match.values, "first": int(str(match.values["first"])) - 1}) for match in now]
    assert found_by(rule, now) == found_in_run(rule)
