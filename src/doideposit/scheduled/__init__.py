"""The scheduled job: one pass over inbox and ledger, then mail, signs of life, and an exit code."""

from doideposit.scheduled.job import Doors, Job, Outcome

__all__ = ["Doors", "Job", "Outcome"]
