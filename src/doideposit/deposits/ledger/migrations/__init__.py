"""The ledger's revisions, oldest first; `doideposit.deposits.ledger.migrate` runs them."""

REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007")
