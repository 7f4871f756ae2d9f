"""Codes of what the JSON API refuses, and why."""

from typing import Final

from doideposit.explanation import CodeOrigin, Explanation

__all__ = ["HTTP_API"]

_error = CodeOrigin.ERROR.writer()

HTTP_API: Final[tuple[Explanation, ...]] = (
    _error(
        "not-found",
        "The JSON API has no such address",
        "The address is misspelt, or belongs to another version.",
        "`GET /openapi.json` lists all addresses",
    ),
    _error(
        "method",
        "The HTTP method is not allowed for this address",
        "Each address of the JSON API accepts only some methods.",
        "use one of the methods in the Allow header of the answer",
    ),
    _error(
        "scope-missing",
        "The token has no permission for this",
        "A token can be limited to reading, depositing or deciding.",
        "use another token, or add the scope to this one in [api.tokens]",
    ),
    _error(
        "other-series",
        "The token has no permission for this series",
        "A token can be limited to some series.",
        "use a token for this series; [api.tokens] in the configuration lists the series of each token",
    ),
    _error(
        "job-late",
        "The scheduled job does not run",
        "The job sends what is recorded over HTTP and reads the results; its last run was too long ago.",
        "start `doideposit run` on a schedule with the same configuration, for example by a systemd timer or cron",
    ),
    _error(
        "job-failing",
        "The scheduled job fails",
        "What is recorded over HTTP is sent and followed up by the scheduled job, and each of its last passes failed.",
        "run `doideposit doctor` on its machine, or look at the errors of its last pass in the log or the status file",
    ),
    _error(
        "bad-request",
        "The HTTP request cannot be read",
        "It does not follow the rules of HTTP, for example in a header or the length of its body.",
        "check the program that sent the request",
    ),
    _error(
        "body-too-large",
        "The body of the request is too large",
        "A limit protects the memory of the server.",
        "send the records in several requests",
    ),
    _error(
        "content-type",
        "The body of the request is not marked as JSON",
        "The JSON API reads only JSON.",
        "send the header Content-Type: application/json",
    ),
    _error(
        "content-encoding",
        "The body of the request is compressed",
        "A small compressed body can unpack to a very large one, so compression is refused.",
        "send the body without Content-Encoding",
    ),
    _error(
        "allow-loss",
        "`allow_loss` is not a list of field names",
        "An update may remove only fields that a person has named.",
        'send {"allow_loss": ["abstracts"]} with the names of fields, or {}',
    ),
    _error(
        "doi-unreadable",
        "The latest deposit of the DOI has no readable record",
        "Citation and meta tags are made from that record, and it belongs to no configured series.",
        "deposit the DOI again from its record, then repeat the request",
    ),
    _error(
        "query-parameter",
        "A query parameter has a wrong name or value",
        "A misspelt filter would be ignored, and everything would be selected.",
        "correct it; the message lists what is allowed",
    ),
    _error(
        "too-many-records",
        "The request has too many records",
        "The caller waits while the records are checked, so their number is limited.",
        "send them in several requests",
    ),
    _error(
        "too-many-requests",
        "Too many requests in a short time",
        "The address for notifications is public, so it accepts a limited number of calls.",
        "wait as many seconds as the Retry-After header says",
    ),
    _error(
        "doi-unknown",
        "The DOI was never deposited with this ledger",
        "The ledger knows only DOIs deposited through it, separately for test and production.",
        "deposit the record first",
    ),
    _error(
        "record-blocked",
        "Some records cannot be deposited",
        "The other records were accepted.",
        "correct what the findings of each record say, and send it again",
    ),
    _error(
        "encoding", "The body of the request is not UTF-8", "JSON must be UTF-8 (RFC 8259).", "encode the body as UTF-8"
    ),
)
