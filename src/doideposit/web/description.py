"""The OpenAPI description of the API: records from the models, results from the values the workflow gives back."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from doideposit.json_schemas import JsonSchema
from doideposit.lifecycle import State
from doideposit.web.listing import MAX_DOIS, MAX_LISTED
from doideposit.web.operations import LARGEST_ID, MAX_EVENTS, MODES, RESTORE_MODES
from doideposit.web.reading import LINES, MAX_BODY, MAX_LINES, MAX_LINES_BODY, MAX_RECORDS
from doideposit.web.result_schemas import Schema, ref, result_schemas

__all__ = ["description"]


def description(root: str = "") -> Schema:
    """Return the OpenAPI 3.1 document of an API that lives below the path `root`."""
    return {**_build_description(), "servers": [{"url": root or "/"}]}


@cache
def _build_description() -> Schema:
    """Build the whole document, without the address of its server."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "doideposit",
            "version": "1.0",
            "summary": "Register DOIs for numbered commentaries with Crossref.",
            "description": _ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "security": [{"token": []}],
        "paths": _build_paths(),
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {**_record_schemas(), **_plan_schemas(), **result_schemas()},
            "responses": _error_responses(),
        },
    }


_ABOUT: Final = (
    "A deposit is recorded and answered at once, even if Crossref is not available; the upload follows. `received` "
    "is not `registered`: ask for the status of a DOI, or follow the events, to see the result. Every request can be "
    "repeated: content that is under way or registered is not sent twice. Answers other than 2xx contain `error`: what "
    f"is wrong, where, and what to do. A body has at most {MAX_BODY:,} bytes and {MAX_RECORDS} records."
)


def _build_paths() -> Schema:
    """Build the part `paths`: every address with its operations."""
    return {
        "/v1/check": {
            "post": _operation(
                "check",
                "Check records and say what a deposit would do; sends nothing.",
                body=True,
                lines=True,
                parameters=[_COMPARE],
                answers={200: ("The findings in each record.", "CheckResult")},
                refusals=(400, 401, 403, 413, 415, 422, 503),
            )
        },
        "/v1/deposits": {
            "post": _operation(
                "deposit",
                "Deposit records, or record them for the scheduled job to send.",
                body=True,
                lines=True,
                parameters=[_MODE, _RETRY],
                answers={
                    200: ("Nothing to do: everything is registered or under way.", "DepositResult"),
                    202: ("At least one record was accepted; it is kept even if Crossref is away.", "DepositResult"),
                },
                refusals=(400, 401, 403, 413, 415, 503),
            )
        },
        **_build_plan_paths(),
        **_build_doi_paths(),
        "/v1/dois/{doi}": {"get": _doi_operation("status", "The status of a DOI.", "StatusResult")},
        "/v1/dois/{doi}/history": {"get": _doi_operation("history", "The history of a DOI.", "HistoryResult")},
        "/v1/events": {
            "get": _operation(
                "events",
                "The events since a cursor, oldest first.",
                parameters=[_SINCE, _LIMIT],
                answers={200: ("The events, and the cursor to continue from.", "EventsResult")},
                refusals=(400, 401, 403, 503),
            )
        },
        **_build_monitoring_paths(),
        "/v1/crossref/notify": {
            method: _open_operation(f"{method}Notification", _NOTIFY, (403, 404, 429, 503), _NOTIFY_HEADERS)
            for method in ("get", "post")
        },
        "/openapi.json": {"get": _open_operation("openapi", "This description.", (), schema={"type": "object"})},
    }


def _build_monitoring_paths() -> Schema:
    return {
        "/v1/health": {"get": _open_operation("health", "Whether the service can do its work.", (503,))},
        "/v1/ready": {
            "get": _open_operation(
                "ready",
                "Whether the service can do its work, and the scheduled job runs and succeeds.",
                (503,),
                schema=ref("Ready"),
            )
        },
        "/metrics": {"get": _metrics_operation()},
    }


def _build_plan_paths() -> Schema:
    return {
        "/v1/plans": {
            "post": _operation(
                "plan",
                "Make a plan of records for another person to approve; sends nothing.",
                body=True,
                parameters=[_RETRY],
                answers={200: ("The plan: keep it, and pass it on unchanged.", "PlanFile")},
                refusals=(400, 401, 403, 413, 415, 422, 503),
            )
        },
        "/v1/plans/approve": {
            "post": _operation(
                "approve",
                "Approve a plan that the holder of another token made.",
                body="PlanFile",
                answers={200: ("Who has approved it so far, and how many approvals are missing.", "ApprovalResult")},
                refusals=(400, 401, 403, 413, 415, 503),
            )
        },
        "/v1/plans/apply": {
            "post": _operation(
                "apply",
                "Send everything in a plan, or nothing if anything changed since it was made.",
                body="PlanFile",
                parameters=[_MODE],
                answers={
                    200: ("Nothing to do: everything is registered or under way.", "AppliedResult"),
                    202: (
                        "The content of the plan was accepted; it is kept even if Crossref is not available.",
                        "AppliedResult",
                    ),
                },
                refusals=(400, 401, 403, 413, 415, 422, 503),
            )
        },
    }


def _build_doi_paths() -> Schema:
    found = "The answer has one page of them, in the order of their DOIs, and where the next page starts."
    return {
        "/v1/dois": {
            "get": _operation(
                "dois",
                "The status of many DOIs: those named, or a page of those that match the filters.",
                parameters=_LISTED,
                answers={200: (found, "ListResult")},
                refusals=(400, 401, 403, 503),
            )
        },
        "/v1/status": {
            "post": _operation(
                "statuses",
                "The status of the DOI on each line.",
                answers={},
                lines=True,
                refusals=(400, 401, 403, 413, 415, 503),
            )
        },
        "/v1/dois/{doi}/xml": {"get": _xml_operation()},
        "/v1/dois/{doi}/tags": {
            "get": _doi_operation("tags", "The content for the landing page: citation, tags, JSON-LD.", "TagsResult")
        },
        "/v1/dois/{doi}/acknowledge": {
            "post": _decision_operation("acknowledge", "Set a warning or a failure aside, with a reason.")
        },
        "/v1/dois/{doi}/accept": {"post": _decision_operation("accept", "Accept what others changed, with a reason.")},
        "/v1/dois/{doi}/restore": {"post": _restore_operation()},
        "/v1/dois/{doi}/abandon": {
            "post": _decision_operation("abandon", "Give up the deposit that is under way, with a reason.")
        },
        "/v1/dois/{doi}/verify": {
            "post": _doi_operation(
                "verify", "Look the DOI up at doi.org and at Crossref now, and wait for the result.", "StatusResult"
            )
        },
    }


def _xml_operation() -> Schema:
    made = _doi_operation("xml", "The bytes of the latest deposit.", "StatusResult")
    made["responses"]["200"] = {
        "description": "The deposit file.",
        "content": {"application/xml": {"schema": {"type": "string"}}},
    }
    return made


def _metrics_operation() -> Schema:
    made = _operation(
        "metrics", "Metrics for Prometheus; can be open to everyone.", answers={}, refusals=(401, 403, 503)
    )
    text = {"text/plain": {"schema": {"type": "string"}}}
    made["responses"]["200"] = {"description": "The text format of Prometheus.", "content": text}
    return made


def _restore_operation() -> Schema:
    return _operation(
        "restore",
        "Send our last version of a DOI again, or make a plan of that for another person to approve.",
        body="Losses",
        parameters=[_DOI, _RESTORE_MODE],
        answers={
            200: ("Nothing was to be done, or with mode=plan the plan.", "RestoreResult"),
            202: ("It was accepted; it is kept even if Crossref is not available.", "DepositResult"),
        },
        refusals=(400, 401, 403, 404, 413, 415, 422, 503),
    )


def _decision_operation(name: str, summary: str) -> Schema:
    return _operation(
        name,
        summary,
        body="Reason",
        parameters=[_DOI],
        answers={200: ("Its status now.", "StatusResult")},
        refusals=(400, 401, 403, 404, 413, 415, 422, 503),
    )


def _operation(
    name: str,
    summary: str,
    *,
    answers: Mapping[int, tuple[str, str]],
    refusals: tuple[int, ...],
    body: bool | str = False,
    lines: bool = False,
    parameters: list[Schema] | None = None,
) -> Schema:
    content: Schema = {str(status): _json_response(words, ref(schema)) for status, (words, schema) in answers.items()}
    refused: Schema = {str(status): {"$ref": f"#/components/responses/{_REFUSALS[status][0]}"} for status in refusals}
    if name in {"deposit", "plan", "apply", "restore"}:
        refused["422"] = _json_response(
            "Nothing was accepted: the findings say why.", {"anyOf": [ref("DepositResult"), ref("Error")]}
        )
    made: Schema = {"operationId": name, "summary": summary, "responses": {**content, **refused}}
    if parameters:
        made["parameters"] = parameters
    if body:
        schema = body if isinstance(body, str) else "Records"
        made["requestBody"] = {"required": True, "content": {"application/json": {"schema": ref(schema)}}}
    if lines:
        made.setdefault("requestBody", {"required": True, "content": {}})["content"][LINES[0]] = _LINES
        answered = made["responses"].setdefault(
            "200", {"description": "One line of answer for each line.", "content": {}}
        )
        answered["content"][LINES[0]] = _LINE_ANSWERS
    return made


_LINES: Final = {
    "schema": {
        "type": "string",
        "description": f"JSON Lines, at most {MAX_LINES:,} of them and {MAX_LINES_BODY:,} bytes: each with a record, "
        'or for the status {"doi": "10.48251/…"}.',
    }
}
_LINE_ANSWERS: Final = {
    "schema": {
        "type": "string",
        "description": "JSON Lines: for each line the answer that it would get alone, with its number as `line` and "
        "the HTTP status of that answer as `status`.",
    }
}


def _doi_operation(name: str, summary: str, schema: str) -> Schema:
    answers = {200: ("What is known and confirmed.", schema)}
    return _operation(name, summary, parameters=[_DOI], answers=answers, refusals=(400, 401, 403, 404, 503))


def _open_operation(
    name: str,
    summary: str,
    refusals: tuple[int, ...],
    parameters: list[Schema] | None = None,
    schema: Schema | None = None,
) -> Schema:
    """Return an operation that needs no token."""
    made = _operation(name, summary, parameters=parameters, answers={}, refusals=refusals)
    made["responses"] = {"200": _json_response("Yes.", schema or ref("Yes")), **made["responses"]}
    return {**made, "security": []}


def _json_response(words: str, schema: Schema) -> Schema:
    return {"description": words, "content": {"application/json": {"schema": schema}}}


def _query_parameter(name: str, words: str, schema: Schema) -> Schema:
    return {"name": name, "in": "query", "description": words, "schema": schema}


_DOI_TEXT: Final[Schema] = {
    "type": "string",
    "pattern": r"^10\.[0-9]{4,9}/[A-Za-z0-9\-._;()/]{0,199}[A-Za-z0-9\-_;()]$",
}
_DOI: Final = {
    "name": "doi",
    "in": "path",
    "required": True,
    "description": "The DOI; its slash may be written as it is, or as %2F.",
    "schema": _DOI_TEXT,
    "example": "10.48251/SADF.ISSN.2406-5617.C258",
}
_COMPARE: Final = _query_parameter(
    "compare",
    "true: ask Crossref what is registered, and compare; the answer waits for that.",
    {"type": "string", "enum": ["true", "false"], "default": "false"},
)
_MODE: Final = _query_parameter(
    "mode",
    "send: the upload to Crossref begins right after the answer. enqueue: the scheduled job sends it. The answer "
    "waits for neither.",
    {"type": "string", "enum": list(MODES), "default": "send"},
)
_RESTORE_MODE: Final = _query_parameter(
    "mode",
    "As for deposits; plan: ask Crossref what is registered, and answer with the plan; nothing is sent.",
    {"type": "string", "enum": list(RESTORE_MODES), "default": "send"},
)
_RETRY: Final = _query_parameter(
    "retry",
    "Send again content that Crossref rejected before.",
    {"type": "string", "enum": ["true", "false"], "default": "false"},
)
_SINCE: Final = _query_parameter(
    "since",
    "The cursor: `next` of the previous answer, 0 for all.",
    {"type": "integer", "minimum": 0, "maximum": LARGEST_ID, "default": 0},
)
_LIMIT: Final = _query_parameter(
    "limit", "The largest number of entries.", {"type": "integer", "minimum": 1, "maximum": MAX_EVENTS, "default": 200}
)
_TRUE_FALSE: Final = {"type": "string", "enum": ["true", "false"], "default": "false"}
_LISTED: Final = [
    {
        **_query_parameter(
            "doi",
            "A DOI; repeat the parameter for more DOIs.",
            {"type": "array", "maxItems": MAX_DOIS, "items": _DOI_TEXT},
        ),
        "explode": True,
    },
    _query_parameter(
        "state", "Only those in this state.", {"type": "string", "enum": [state.value for state in State]}
    ),
    _query_parameter("series", "Only those of this series.", {"type": "string"}),
    _query_parameter("outstanding", "Only those with a deposit under way.", _TRUE_FALSE),
    _query_parameter("attention", "Only those that need a person.", _TRUE_FALSE),
    _query_parameter("after", "Start after this DOI: `next` of the previous answer.", _DOI_TEXT),
    _query_parameter(
        "limit",
        "The largest number of entries.",
        {"type": "integer", "minimum": 1, "maximum": MAX_LISTED, "default": 100},
    ),
]
_NOTIFY: Final = "Crossref's notification callback: a hint to ask about a submission, never a proof."
_NOTIFY_HEADERS: Final = [
    {
        "name": "CROSSREF-NOTIFY-ENDPOINT",
        "in": "header",
        "required": True,
        "description": "The endpoint name that Crossref support set up.",
        "schema": {"type": "string"},
    },
    {
        "name": "CROSSREF-EXTERNAL-ID",
        "in": "header",
        "required": True,
        "description": "The batch id of one of our submissions.",
        "schema": {"type": "string"},
    },
]

_REFUSALS: Final[Mapping[int, tuple[str, str]]] = {
    400: ("BadRequest", "The request cannot be read."),
    401: ("Unauthorized", "A token is missing or unknown."),
    403: ("Forbidden", "Refused to this caller, or to this token: the error says why."),
    404: ("NotFound", "Not found here."),
    413: ("TooLarge", "The body is too large."),
    415: ("UnsupportedMediaType", "The body is not JSON in UTF-8."),
    422: ("Unprocessable", "The body is JSON, but not a record."),
    429: ("TooManyRequests", "Too many calls; Retry-After says when to try again."),
    503: ("Unavailable", "Something outside failed; Retry-After says when to try again."),
}


def _error_responses() -> Schema:
    made = {name: _json_response(words, ref("Error")) for name, words in _REFUSALS.values()}
    made["Unauthorized"]["headers"] = {"WWW-Authenticate": {"required": True, "schema": {"type": "string"}}}
    for name in ("TooManyRequests", "Unavailable"):
        made[name]["headers"] = {"Retry-After": {"required": True, "schema": {"type": "string", "pattern": r"^\d+$"}}}
    return made


def _record_schemas() -> Schema:
    """Return the schemas of a record, moved to where OpenAPI keeps them."""
    schema = _with_moved_references(JsonSchema.RECORD.make())
    records = [ref("Commentary"), {"type": "array", "items": ref("Commentary"), "minItems": 1}]
    records[1]["maxItems"] = MAX_RECORDS
    words = "One record, or a list of records."
    moved: Schema = schema["$defs"]
    return {**moved, "Records": {"description": words, "anyOf": records, "examples": moved["Commentary"]["examples"]}}


def _plan_schemas() -> Schema:
    """Return the schemas of a plan file, moved to where OpenAPI keeps them."""
    schema = _with_moved_references(JsonSchema.PLAN.make())
    parts = dict(schema.pop("$defs"))
    schema.pop("$schema")
    return {**parts, "PlanFile": schema}


def _with_moved_references(value: Any) -> Any:
    """Return a schema whose references name the place where OpenAPI keeps schemas."""
    if isinstance(value, Mapping):
        return {key: _with_moved_references(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_with_moved_references(part) for part in value]
    return value.replace("#/$defs/", "#/components/schemas/") if isinstance(value, str) else value
