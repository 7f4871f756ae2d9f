"""The ledger's revisions, oldest first; `doideposit.ledger.migrate` runs them."""

REVISIONS = ("0001",)
