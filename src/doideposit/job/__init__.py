"""The scheduled job: one pass over inbox and ledger, then mail, signs of life, and an exit code."""
