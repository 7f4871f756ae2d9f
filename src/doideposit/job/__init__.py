"""The scheduled job: one pass over inbox and ledger, then mail, signs of life, and an exit code."""

from doideposit.job.run import Job, JobContext, JobOutcome

__all__ = ["Job", "JobContext", "JobOutcome"]
