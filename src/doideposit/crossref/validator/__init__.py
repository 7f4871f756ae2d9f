"""XSD 1.1 verdicts on Crossref deposit files, and the seal: only checked bytes become a `SealedBatch`."""

from doideposit.crossref.validator.validator import Sealed, Validator, Verdict

__all__ = ["Sealed", "Validator", "Verdict"]
