"""Crossref's result logs: from raw bytes to what became of each DOI that was sent.

`outcomes.read` is pure and total: whatever bytes come in, it returns a `PollResult` and raises nothing.
"""
