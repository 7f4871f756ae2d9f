"""What Crossref charges, where the configuration says so."""

from dataclasses import dataclass
from decimal import Decimal

__all__ = ["Fee"]


@dataclass(frozen=True, slots=True)
class Fee:
    """Say what Crossref charges for a new DOI, as the configuration has it: prices change, and members differ."""

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        """Return amount and currency, such as 0.25 USD."""
        return self.times(1)

    def times(self, number: int) -> str:
        """Return the fee for `number` new DOIs, as text."""
        return f"{self.amount * number:.2f} {self.currency}"
