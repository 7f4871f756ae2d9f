"""Who may deposit what: accounts with roles, and the prefixes that a role holds.

A login is ``role`` or ``name@example.org/role``. As at Crossref, a right password with a role that the person does
not have still logs in, and fails only when the file is processed (Crossref documentation, account credentials).
Accounts are configuration: they live in memory and never reach the sandbox's state file.
"""

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pydantic import SecretStr

__all__ = ["DEFAULT_ACCOUNT", "Account", "Accounts", "Login"]

# The account of a new sandbox may deposit under any prefix, so that a rehearsal needs no settings.
ANY_PREFIX = "*"


@dataclass(frozen=True, slots=True)
class Account:
    """Hold credentials: a name, its password, and the prefixes of each of its roles; ``*`` is every prefix."""

    name: str
    password: SecretStr
    roles: Mapping[str, frozenset[str]] = field(repr=False)

    @classmethod
    def role(cls, role: str, password: str | SecretStr, prefixes: Iterable[str] = (ANY_PREFIX,)) -> "Account":
        """Return a role credential: the login is the role's name alone."""
        return cls(role, _as_secret(password), {role: frozenset(prefixes)})

    @classmethod
    def person(cls, email: str, password: str | SecretStr, roles: Mapping[str, Iterable[str]]) -> "Account":
        """Return a personal credential: the login is ``email/role``, one for each role the person has."""
        return cls(email, _as_secret(password), {role: frozenset(prefixes) for role, prefixes in roles.items()})


@dataclass(frozen=True, slots=True)
class Login:
    """Hold an accepted login: the words that were typed, the role in them, and the prefixes of that role."""

    words: str
    role: str
    prefixes: frozenset[str]

    def may_add(self, prefix: str) -> bool:
        """Tell whether records of this prefix are accepted under this role."""
        return ANY_PREFIX in self.prefixes or prefix in self.prefixes


class Accounts:
    """Hold the accounts of one sandbox."""

    def __init__(self, accounts: Iterable[Account]) -> None:
        self._accounts = {account.name: account for account in accounts}

    @property
    def prefixes(self) -> frozenset[str]:
        """Return every prefix that is named for some role."""
        roles = (role for account in self._accounts.values() for role in account.roles.values())
        return frozenset().union(*roles) - {ANY_PREFIX}

    @property
    def has_any_prefix(self) -> bool:
        """Tell whether some role holds every prefix."""
        return any(ANY_PREFIX in role for account in self._accounts.values() for role in account.roles.values())

    def knows(self, words: str) -> bool:
        """Tell whether the name before the role exists, whatever the password."""
        return words.partition("/")[0] in self._accounts

    def log_in(self, words: str, password: str) -> Login | None:
        """Return the login for this user name and password, or None; both are case-sensitive."""
        account = self._accounts.get(words.partition("/")[0])
        if account is None:
            return None
        expected = account.password.get_secret_value().encode()
        return self.named(words) if hmac.compare_digest(expected, password.encode()) else None

    def named(self, words: str) -> Login:
        """Return the login for this user name during processing: without a password, perhaps without rights."""
        name, _, role = words.partition("/")
        account = self._accounts.get(name)
        role = role or name
        prefixes = account.roles.get(role, frozenset()) if account else frozenset()
        return Login(words, role, prefixes)


def _as_secret(password: str | SecretStr) -> SecretStr:
    return password if isinstance(password, SecretStr) else SecretStr(password)


DEFAULT_ACCOUNT = Account.role("sandbox", "sandbox")
