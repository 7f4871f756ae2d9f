"""Whose prefix is it: which publisher of the configuration owns a DOI at Crossref, by owner prefix or by member.

A member of Crossref can have many prefixes, and the configuration names those of its series alone. What is not known
and cannot be asked belongs to nobody of ours.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from doideposit.deposits.accounts import PublisherAccounts
from doideposit.deposits.context import RegistryPort
from doideposit.errors import RegistrarError
from doideposit.records.models.series import Series

__all__ = ["Owners"]


@dataclass(slots=True)
class Owners:
    """Tell which publishers own a prefix; `also` are prefixes that a person says are ours."""

    accounts: PublisherAccounts
    series: Mapping[str, Series]
    registry: RegistryPort
    also: Iterable[str] = ()
    _members: dict[str, str] = field(default_factory=dict)

    def publishers_of(self, prefix: str, member: str = "") -> frozenset[str] | None:
        """Return the publishers that own an owner prefix, empty where it is ours and nobody's in particular.

        None means another owner. `member` is the owner's number, where Crossref's answer has it.
        """
        named = frozenset(self._name(one) for one in self.series.values() if one.prefix == prefix)
        if named or prefix in self.also:
            return named
        number = member or self._member_of(prefix)
        same = frozenset(name for name, known in self._numbers() if number and known == number)
        return same or None

    def _numbers(self) -> Iterable[tuple[str, str]]:
        """Yield each publisher with its member number: that of the configuration, else of the prefixes it uses."""
        for series in self.series.values():
            name = self._name(series)
            yield name, self.accounts.named(name).depositor.member or self._member_of(series.prefix)

    def _member_of(self, prefix: str) -> str:
        if prefix not in self._members:
            try:
                found = self.registry.prefix(prefix) if self.registry.has_works else None
            # Who owns a prefix is an extra here: without an answer nothing is said of it.
            except RegistrarError:
                found = None
            self._members[prefix] = found.id if found else ""
        return self._members[prefix]

    def _name(self, series: Series) -> str:
        return series.publisher_account or ""
