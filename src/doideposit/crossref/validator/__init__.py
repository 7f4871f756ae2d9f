"""XSD 1.1 verdicts on Crossref deposit files, and the seal: only checked bytes become a `SealedBatch`."""

from doideposit.crossref.validator.validator import SchemaVerdict, Sealed, Validator

__all__ = ["SchemaVerdict", "Sealed", "Validator"]
