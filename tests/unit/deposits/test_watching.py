"""Look-ups: a cache with an old address is no proof, and a service that hangs is not asked for each DOI."""

from pathlib import Path
from typing import cast

import pytest

from depositing import Desk, commentary, sqlite_url
from doideposit.crossref.queries import RegisteredState
from doideposit.crossref.registrar import ResolvedHandle
from doideposit.deposits.context import DepositContext, RegistryPort
from doideposit.deposits.updates import Seen
from doideposit.deposits.watching import Watcher
from doideposit.errors import RegistrarUnavailable, UnexpectedAnswer
from doideposit.records.identifiers import Doi

OLD, NEW = "https://old.example/1", "https://new.example/1"


class Cached:
    """A resolver whose cache has the old address, while its primary server has another."""

    has_works, has_handles = False, True

    def __init__(self, primary: str) -> None:
        self.primary = primary
        self.asked: list[bool] = []

    def handle(self, doi: Doi, *, authoritative: bool = False) -> ResolvedHandle:
        self.asked.append(authoritative)
        return ResolvedHandle(doi.printed, (self.primary if authoritative else OLD,), None)


class Proofs:
    """What a look-up wrote down."""

    def __init__(self, registry: object, expected: str | None) -> None:
        self.registry = registry
        self.registered_landing_page = expected
        self.ledger = self
        self.works = self
        self.holds: list[bool] = []

    def one(self, _doi: Doi) -> "Proofs":
        return self

    def prove(self, _doi: Doi, _milestone: object, _proof: str, *, holds: bool, contrary: bool = False) -> None:
        assert contrary is not holds
        self.holds.append(holds)


@pytest.mark.parametrize(
    ("primary", "expected", "holds", "asked"),
    [
        (NEW, NEW, True, [False, True]),
        (OLD, NEW, False, [False, True]),
        (OLD, OLD, True, [False]),
        (NEW, None, True, [False]),
    ],
)
def test_an_old_address_counts_only_from_the_primary_server(
    primary: str, expected: str | None, holds: bool, asked: list[bool]
) -> None:
    registry = Cached(primary)
    proofs = Proofs(registry, expected)
    Watcher(cast("DepositContext", proofs)).look_up(Doi.parse("10.5555/r1"))
    assert (proofs.holds, registry.asked) == ([holds], asked)


class Failing:
    """A query service that answers the first questions, and then none."""

    has_works = has_handles = False

    def __init__(self, good: int, error: Exception) -> None:
        self.good = good
        self.error = error
        self.asked = 0

    def registered(self, doi: Doi, _email: str) -> RegisteredState:
        self.asked += 1
        if self.asked > self.good:
            raise self.error
        return RegisteredState(str(doi), 1)


@pytest.mark.parametrize(
    ("error", "most"),
    [(RegistrarUnavailable("no data arrived for 30 s"), 10 + 6), (UnexpectedAnswer("this is no answer"), 300)],
)
def test_a_query_service_that_hangs_is_asked_a_few_times(tmp_path: Path, error: Exception, most: int) -> None:
    registry = Failing(10, error)
    dois = [commentary(number).doi for number in range(300)]
    with Desk(sqlite_url(tmp_path), registry=cast("RegistryPort", registry), seed=True) as desk:
        context = desk.depositor._context
        seen = Seen.ask(context, dois)
    assert (len(seen.states), len(seen.failures)) == (10, 290)
    assert set(seen.failures.values()) == {str(error)}
    assert registry.asked <= most
