"""Who deposits what: one publisher as a rule, and several where an installation serves more than one.

Each has a name in the head of its files and a login of its own. Which of them a file belongs to is recorded with it, so
that no later configuration can send it, or ask for it, with the login of another.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from doideposit.checks.values import DepositorName
from doideposit.crossref.registrar import Registrar
from doideposit.errors import ConfigurationError
from doideposit.records.identifiers import Doi
from doideposit.records.models.series import Series

__all__ = ["PublisherAccount", "PublisherAccounts"]


@dataclass(frozen=True, slots=True)
class PublisherAccount:
    """Describe one publisher: its name in the configuration, empty for the main one, its head, and its registrar."""

    name: str
    depositor: DepositorName
    registrar: Registrar
    login: Callable[[], object] = lambda: None


class PublisherAccounts:
    """Tell which publisher a series, a DOI or a recorded file belongs to."""

    def __init__(
        self, main: PublisherAccount, others: Iterable[PublisherAccount], series: Mapping[str, Series]
    ) -> None:
        self.main = main
        self._accounts = {account.name: account for account in (main, *others)}
        self._series = series

    @property
    def several(self) -> bool:
        """Tell whether there is more than one publisher."""
        return len(self._accounts) > 1

    def named(self, name: str) -> PublisherAccount:
        """Return the publisher that a file was recorded for; raise `ConfigurationError` for one that is gone."""
        found = self._accounts.get(name)
        # No other login may be in: it could deposit for the wrong member, and be charged for it.
        if found is None and not name:
            message = (
                "the ledger holds a file of the publisher of [depositor], but the configuration no longer has "
                "this section"
            )
            raise ConfigurationError(message, hint="restore [depositor] until its files are done")
        if found is None:
            raise ConfigurationError(
                f"the ledger holds a file of the publisher {name}, who is no longer in the configuration",
                hint=f"restore [publishers.{name}] until its files are done; no other login is used for them",
            )
        return found

    def of_series(self, name: str) -> PublisherAccount:
        """Return the publisher of a series, by its short name."""
        series = self._series.get(name)
        return self.named(series.publisher_account or "") if series else self.main

    def of_doi(self, doi: Doi) -> PublisherAccount:
        """Return the publisher whose series alone have the prefix of the DOI, else the main one."""
        # Several publishers may share a prefix; then only the series tells them apart.
        name = _common_publisher(series for series in self._series.values() if series.prefix == doi.prefix)
        return self.main if name is None else self.named(name)

    def of_item(self, doi: Doi, container: str | None) -> PublisherAccount:
        """Return the publisher of a DOI in a ready-made file: by the title of its series, then by its prefix."""
        name = self._find_publisher(doi, container)
        return self.main if name is None else self.named(name)

    def find(self, series: str, doi: Doi) -> str | None:
        """Return the name of the publisher of a DOI; empty for the main one, None where it is not clear.

        It is that of the series, by its name or, as ready-made files have it, by its title; else of its prefix.
        """
        known = self._series.get(series)
        return self._find_publisher(doi, series) if known is None else known.publisher_account or ""

    def is_nobodys(self, doi: Doi, container: str | None) -> bool:
        """Tell whether a DOI of a ready-made file belongs to none of several publishers, each of which has a name."""
        return bool(self.several and self.main.name) and self._find_publisher(doi, container) is None

    def owners_of(
        self, prefix: str, member: str, member_of: Callable[[str], str], *, ours: Collection[str] = ()
    ) -> frozenset[str] | None:
        """Return the publishers that own an owner prefix, empty if it is ours without a publisher of its own.

        None means another owner. `member` is the owner's number where Crossref's answer has it; `member_of` asks for
        that of a prefix, empty for none. `ours` are prefixes that a person says are ours.
        """
        known = list(self._series.values())
        named = frozenset(series.publisher_account or "" for series in known if series.prefix == prefix)
        if named or prefix in ours:
            return named
        number = member or member_of(prefix)
        # The number in the configuration comes first, else that of the prefixes that the publisher uses.
        same = frozenset(
            name
            for name, used in ((series.publisher_account or "", series.prefix) for series in known)
            if number and (self.named(name).depositor.member or member_of(used)) == number
        )
        return same or None

    def _find_publisher(self, doi: Doi, container: str | None) -> str | None:
        return _publishers_by_title(self._series.values(), container or "", doi)


def _common_publisher(series: Iterable[Series]) -> str | None:
    """Return the publisher that all of these series share, empty for the main one; None if they share none."""
    names = {candidate.publisher_account or "" for candidate in series}
    return names.pop() if len(names) == 1 else None


def _publishers_by_title(series: Iterable[Series], title: str, doi: Doi) -> str | None:
    # Titles are compared among series of the same prefix: two publishers may call a series by the same name.
    ours = [candidate for candidate in series if candidate.prefix == doi.prefix]
    name = _common_publisher(candidate for candidate in ours if candidate.title.casefold() == title.casefold())
    return _common_publisher(ours) if name is None else name
