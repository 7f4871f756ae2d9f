"""Who may use the API: secrets that are kept only as hashes, and compared in a time that does not depend on them."""

import hashlib
import hmac
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from pydantic import SecretStr

from doideposit.errors import ConfigurationError

__all__ = ["SHORTEST", "Holder", "TokenScope", "Tokens"]

# Characters; shorter tokens could be guessed.
SHORTEST: Final = 24
LONGEST: Final = 512
_HOW_TO_MAKE: Final = "make one with: python -c 'import secrets; print(secrets.token_urlsafe(32))'"


class TokenScope(StrEnum):
    """What a token may be good for: asking, having records deposited, and deciding about what is there."""

    READ = "read"
    DEPOSIT = "deposit"
    DECIDE = "decide"


@dataclass(frozen=True, slots=True)
class Holder:
    """Say who holds a token, what it is good for, and which series it reaches.

    `publisher` is the one whose series those are, empty for the main one; `series` names some of them, none for all.
    """

    name: str
    publisher: str = ""
    scopes: frozenset[TokenScope] = frozenset(TokenScope)
    series: frozenset[str] = frozenset()


class Tokens:
    """Describe the tokens in force, by the names of those who hold them; the tokens themselves are forgotten at once.

    `publishers` says which further publisher a holder belongs to, `scopes` and `series` what a token is limited to;
    one that is not named there is good for everything. Raises `ConfigurationError` for a token that is too short, or
    that no HTTP header can carry, and `ValueError` for a scope that there is not.
    """

    def __init__(
        self,
        secrets: Mapping[str, SecretStr | str],
        publishers: Mapping[str, str] = MappingProxyType({}),
        *,
        scopes: Mapping[str, Collection[str]] = MappingProxyType({}),
        series: Mapping[str, Collection[str]] = MappingProxyType({}),
    ) -> None:
        self._holders = {
            _token_digest(_require_usable_token(name, secret)): Holder(
                name,
                publishers.get(name, ""),
                frozenset(map(TokenScope, scopes.get(name) or TokenScope)),
                frozenset(series.get(name, ())),
            )
            for name, secret in secrets.items()
        }

    def __len__(self) -> int:
        return len(self._holders)

    def __iter__(self) -> Iterator[str]:
        return (holder.name for holder in self._holders.values())

    def __repr__(self) -> str:
        return f"Tokens({', '.join(self)})"

    def holder(self, token: str) -> Holder | None:
        """Return the holder of the token, None for an unknown one; compare with every token, in constant time."""
        digest = _token_digest(token)
        fitting = [holder for known, holder in self._holders.items() if hmac.compare_digest(known, digest)]
        return fitting[0] if fitting else None


def _token_digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _require_usable_token(name: str, secret: SecretStr | str) -> str:
    """Return the token; raise `ConfigurationError` for one that no header can carry, or that can be guessed."""
    token = secret.get_secret_value() if isinstance(secret, SecretStr) else secret
    if not SHORTEST <= len(token) <= LONGEST:
        message = f"the API token of {name} must have {SHORTEST} to {LONGEST} characters"
        raise ConfigurationError(message, hint=_HOW_TO_MAKE)
    if not all("!" <= character <= "~" for character in token):
        message = f"the API token of {name} contains spaces or non-ASCII characters"
        raise ConfigurationError(message, hint=_HOW_TO_MAKE)
    return token
