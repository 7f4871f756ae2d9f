"""Who may do what on the pages: accounts with roles, the one-time address of this computer, and forged requests.

Passwords and one-time tokens are kept as hashes and compared in a time that does not depend on them.
"""

import hashlib
import hmac
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from pydantic import SecretStr

from doideposit.errors import ConfigurationError
from doideposit.web.allowance import Allowance

__all__ = ["DeskAccount", "DeskAccounts", "DeskRole"]


class DeskRole(StrEnum):
    """Name what an account may do; each is given by itself."""

    VIEW = "view"
    EDIT = "edit"
    REGISTER = "register"
    APPROVE = "approve"


@dataclass(frozen=True, slots=True)
class DeskAccount:
    """Describe someone who may use the pages."""

    name: str
    roles: frozenset[DeskRole]

    def may(self, role: DeskRole) -> bool:
        """Tell whether this account has the role; every role may view."""
        return role in self.roles or (role is DeskRole.VIEW and bool(self.roles))


# Characters of a password of an account; shorter ones could be guessed.
SHORTEST: Final = 12
# Wrong passwords at once for one account, and one more every ten seconds.
BURST, PER_SECOND = 10, 0.1
# So many rounds take about a tenth of a second: too long to try many passwords, and hardly noticed by one person.
_ROUNDS: Final = 200_000


class DeskAccounts:
    """Hold the accounts in force, each with its password or without one (where a proxy says who it is).

    `monotonic` counts seconds, for the limit on wrong passwords.
    """

    def __init__(
        self,
        accounts: Mapping[str, tuple[SecretStr | None, frozenset[DeskRole]]],
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._accounts = {name: DeskAccount(name, roles) for name, (_, roles) in accounts.items()}
        # Sixteen bytes are the least for a salt by NIST SP 800-132, section 5.1.
        self._salt = secrets.token_bytes(16)
        self._digests = {
            name: self._digest(_require_long_password(name, one)) for name, (one, _) in accounts.items() if one
        }
        self._tokens: set[str] = set()
        self._lock = threading.Lock()
        self._monotonic = monotonic
        self._allowed: dict[str, Allowance] = {name: self._new_rate_limit() for name in ["", *accounts]}

    @property
    def have_passwords(self) -> bool:
        """Tell whether anybody can sign in with a password."""
        return bool(self._digests)

    def named(self, name: str) -> DeskAccount | None:
        """Return the account of that name."""
        return self._accounts.get(name)

    def sign_in(self, name: str, password: str) -> DeskAccount | None:
        """Return the account when the password is right; None when not, or when too many were wrong.

        An unknown name costs the same time as a wrong password, so that nobody learns which names there are.
        """
        known = name if name in self._digests else ""
        if not self._allowed[known].take():
            return None
        wanted = self._digests.get(name, self._salt)
        # Longer input is cut: it could only keep the machine busy.
        right = hmac.compare_digest(self._digest(password[:1000]), wanted)
        if right and known:
            # Only wrong passwords count: someone who signs in often is nobody who guesses.
            self._allowed[known] = self._new_rate_limit()
        return self._accounts[name] if right and known else None

    def one_time_token(self) -> str:
        """Make a token that opens the pages once, for the person who started them on this computer."""
        # 32 bytes cannot be guessed.
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._tokens.add(_token_digest(token))
        return token

    def use_token(self, token: str) -> bool:
        """Use up a one-time token; return False for one that is unknown, or was used."""
        digest = _token_digest(token)
        with self._lock:
            found = next((known for known in self._tokens if hmac.compare_digest(known, digest)), None)
            if found is not None:
                self._tokens.discard(found)
        return found is not None

    def _new_rate_limit(self) -> Allowance:
        return Allowance(BURST, PER_SECOND, self._monotonic)

    def _digest(self, password: str) -> bytes:
        return hashlib.pbkdf2_hmac("sha256", password.encode("utf-8", "surrogatepass"), self._salt, _ROUNDS)


def _token_digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _require_long_password(name: str, password: SecretStr) -> str:
    """Return the password; raise `ConfigurationError` where it is too short."""
    text = password.get_secret_value()
    if len(text) < SHORTEST:
        hint = "make one with: python -c 'import secrets; print(secrets.token_urlsafe(16))'"
        raise ConfigurationError(f"the password of {name} must have at least {SHORTEST} characters", hint=hint)
    return text
