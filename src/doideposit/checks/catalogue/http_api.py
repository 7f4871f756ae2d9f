"""Codes of what the JSON API refuses, and why."""

from typing import Final

from doideposit.explanation import CodeOrigin, Explanation

__all__ = ["HTTP_API"]

_error = CodeOrigin.ERROR.writer()

HTTP_API: Final[tuple[Explanation, ...]] = (
    _error(
        "not-found",
        "No such address",
        "The JSON API has a fixed list of addresses.",
        "GET /openapi.json lists all",
    ),
    _error(
        "method",
        "Another method",
        "Each address of the JSON API answers to some methods only.",
        "use one of those named in the Allow header",
    ),
    _error(
        "scope-missing",
        "A token that is not good for this",
        "A token of the API may be limited to reading, to depositing or to deciding.",
        "use another token, or add the scope to those of this one in [api.tokens]",
    ),
    _error(
        "other-series",
        "A token of other series",
        "A token of the API may be limited to some series, and reaches nothing of the others.",
        "use a token that reaches the series; [api.tokens] in the configuration says which do",
    ),
    _error(
        "job-late",
        "The scheduled job does not run",
        "What is recorded over HTTP is sent and followed up by the scheduled job, and its last run is too long ago.",
        "let `doideposit run` do its work on the same configuration, as the units for systemd or cron do",
    ),
    _error(
        "bad-request",
        "A request that cannot be read",
        "It breaks the rules of HTTP.",
        "look at how it was made",
    ),
    _error(
        "body-too-large",
        "A body that is too large",
        "Limits keep one caller from taking all memory.",
        "send the records in several requests",
    ),
    _error(
        "content-type",
        "Not JSON",
        "The JSON API reads nothing else.",
        "send the record as JSON with Content-Type: application/json",
    ),
    _error(
        "content-encoding",
        "A compressed body",
        "A small compressed body can unfold to an enormous one.",
        "send the body as it is",
    ),
    _error(
        "allow-loss",
        "No list of fields that may be lost",
        "Only a field that a person names may be lost; anything else in its place would lose nothing, or too much.",
        'send {"allow_loss": ["abstracts"]} with the names of fields, or {}',
    ),
    _error(
        "doi-unreadable",
        "A deposit that cannot be read back",
        "Citation and tags are made of the latest deposit, and it holds no record of a series of the configuration.",
        "deposit it again from its record, then ask once more",
    ),
    _error(
        "query-parameter",
        "A parameter that does not fit",
        "A misspelt filter would silently select everything.",
        "correct it; the message names what can stand there",
    ),
    _error(
        "too-many-records",
        "Too many records in one request",
        "A request is answered while the caller waits.",
        "send them in several requests",
    ),
    _error(
        "too-many-requests",
        "Too many requests",
        "The address for notifications is open to the network, so it answers only so often.",
        "wait before the next call, as long as the Retry-After header says",
    ),
    _error(
        "doi-unknown",
        "A DOI that was never deposited",
        "The ledger knows only what went through it, for each target by itself.",
        "deposit it first",
    ),
    _error(
        "record-blocked",
        "Records that cannot be deposited",
        "The others were taken; each finding says what stands in the way.",
        "correct what the findings of each say, and send it again",
    ),
    _error("encoding", "A body that is not UTF-8", "JSON travels in UTF-8.", "write it in UTF-8"),
)
