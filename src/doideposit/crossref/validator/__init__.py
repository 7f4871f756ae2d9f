"""XSD 1.1 verdicts on Crossref deposit files, and the seal: only checked bytes become a `SealedBatch`."""
