"""The memory: what was submitted, under which name and timestamp, and what became of it."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from doideposit.deposits.ledger.store import Ledger as Ledger

__all__ = ["Ledger"]


def __getattr__(name: str) -> Any:
    """Import SQLAlchemy only when a ledger is opened: planning reads `entries` alone."""
    if name == "Ledger":
        from doideposit.deposits.ledger.store import Ledger  # noqa: PLC0415

        return Ledger
    raise AttributeError(name)
