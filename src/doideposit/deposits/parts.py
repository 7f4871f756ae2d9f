"""Sending parts of records alone: the references of records whose other metadata stay as they are registered."""

from dataclasses import replace

from doideposit.checks.checking import TRIAL_BATCH, TRIAL_TIMESTAMP
from doideposit.checks.values import Checked
from doideposit.crossref.sealing import seal_file
from doideposit.crossref.xml.existing import DepositItem
from doideposit.crossref.xml.references import references_alone
from doideposit.deposits.context import DepositContext
from doideposit.findings import Finding, Severity

__all__ = ["only_references"]


def only_references(context: DepositContext, checked: Checked) -> Checked:
    """Return the references of a record as a resource-only deposit of its DOI.

    What has errors comes back as it is, with the findings about the whole record; a record without references is
    passed over, because an empty list would take away what is registered.
    """
    record = checked.record
    if record is None or not checked.ok:
        return checked
    commentary = record.commentary
    if not commentary.references:
        note = Finding("references-none", Severity.INFO, f"{commentary.doi} has no references that could be sent")
        return Checked(checked.source, (note,))
    head = context.accounts.of_series(commentary.series.name).depositor.head(TRIAL_BATCH, TRIAL_TIMESTAMP)
    xml = references_alone(head, [(commentary.doi, commentary.references)])
    sealed = context.seal(xml)
    found = Checked(checked.source, (*checked.findings, *sealed.findings), xml=xml, file=record.origin.file)
    if sealed.batch is None:
        return found
    return replace(found, items=DepositItem.read_all(xml), sealed_file=seal_file(sealed.batch))
