"""The head that the tests of deposit XML put in front of their records."""

from doideposit.records.models.batch import BatchHead

HEAD = BatchHead(
    batch_id="made-up-batch-1",
    timestamp=20260901120000000,
    depositor_name="Institute of Made-up Affairs",
    email="doi@example.org",
    registrant="Institute of Made-up Affairs",
)
