"""The order of events: plan, seal, record in the ledger, upload, poll. `depositor.Depositor` is the way in."""
