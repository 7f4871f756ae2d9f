"""Bulk URL updates: a text file with one header line and a DOI and a URL on every other line.

The same kind of file moves DOIs to another prefix, which only Crossref's staff may do; the sandbox refuses that.
"""

from doideposit.sandbox.logs import Diagnostic, file_failure
from doideposit.sandbox.processing import Worker
from doideposit.sandbox.retention import with_resource

__all__ = ["transfer"]


def transfer(worker: Worker, content: bytes) -> tuple[Diagnostic, ...]:
    """Change the URL of every DOI in the file; metadata and timestamp stay as they are."""
    header, *lines = content.decode("utf-8", "replace").splitlines() or [""]
    fields = dict(part.partition("=")[::2] for part in header.removeprefix("H:").split(";"))
    prefix = fields.get("fromPrefix", "")
    if not header.startswith("H:") or not prefix or fields.get("toPrefix") != prefix:
        return file_failure("The header line must name one prefix as fromPrefix and toPrefix")
    if not worker.login.may_add(prefix):
        return file_failure(f"User not allowed to add records for prefix: {prefix}")
    return tuple(_move(worker, prefix, *line.partition("\t")[::2]) for line in lines if line.strip())


def _move(worker: Worker, prefix: str, doi: str, url: str) -> Diagnostic:
    known = worker.archive.current(doi)
    if known is None or known.owner != prefix or not url.strip():
        return Diagnostic("Failure", ((doi, "DOI not found, or no URL given"),))
    record = with_resource(known.record, known.doi, url.strip())
    worker.archive.register(worker.again(known, record=record, url=url.strip()))
    return Diagnostic("Success", ((known.doi, "Successfully updated in handle"),))
