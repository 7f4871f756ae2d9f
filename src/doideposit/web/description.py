"""The OpenAPI description of the API: records from the models, results from the values the workflow gives back."""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import Any, Final

from doideposit.deposits.planning import Action
from doideposit.deposits.warnings import WarningKind
from doideposit.findings import Severity
from doideposit.json_schemas import plan_schema, record_schema
from doideposit.lifecycle import EventKind, Milestone, Outcome, RetryClass, State
from doideposit.registered.drift_values import DriftKind
from doideposit.web.operations import MAX_EVENTS, MODES
from doideposit.web.reading import MAX_BODY, MAX_RECORDS

__all__ = ["description"]

Schema = dict[str, Any]


def description(root: str = "") -> Schema:
    """Return the OpenAPI 3.1 document of an API that lives below the path `root`."""
    return {**_description(), "servers": [{"url": root or "/"}]}


@cache
def _description() -> Schema:
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
        "paths": _paths(),
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {**_record_schemas(), **_plan_schemas(), **_result_schemas()},
            "responses": _refusals(),
        },
    }


_ABOUT: Final = (
    "A deposit is recorded and answered at once, whatever Crossref does; the upload follows. `received` is not "
    "`registered`: ask for "
    "the status of a DOI, or follow the events, to learn what became of it. Every request can be given again: content "
    "that is under way or registered is not sent twice. Answers other than 2xx hold `error`: what is wrong, where, and "
    f"what to do. A body has at most {MAX_BODY:,} bytes and {MAX_RECORDS} records."
)


def _paths() -> Schema:
    return {
        "/v1/check": {
            "post": _operation(
                "check",
                "Check records and say what a deposit would do; sends nothing.",
                body=True,
                parameters=[_COMPARE],
                answers={200: ("What was found in each record.", "CheckResult")},
                refusals=(400, 401, 403, 413, 415, 422, 503),
            )
        },
        "/v1/deposits": {
            "post": _operation(
                "deposit",
                "Deposit records, or record them to be sent by the scheduled job.",
                body=True,
                parameters=[_MODE, _RETRY],
                answers={
                    200: ("Nothing was to be done: everything is registered, or under way.", "DepositResult"),
                    202: ("At least one record was taken; it is kept even when Crossref is away.", "DepositResult"),
                },
                refusals=(400, 401, 403, 413, 415, 503),
            )
        },
        **_plan_paths(),
        "/v1/dois/{doi}": {"get": _about_doi("status", "Where a DOI stands.", "StatusResult")},
        "/v1/dois/{doi}/history": {"get": _about_doi("history", "What happened to a DOI.", "HistoryResult")},
        "/v1/events": {
            "get": _operation(
                "events",
                "What happened since a cursor, oldest first.",
                parameters=[_SINCE, _LIMIT],
                answers={200: ("The events, and the cursor to go on from.", "EventsResult")},
                refusals=(400, 401, 503),
            )
        },
        "/v1/health": {"get": _open("health", "Whether the service can do its work.", (503,))},
        "/v1/crossref/notify": {
            method: _open(f"{method}Notification", _NOTIFY, (403, 404, 429, 503), _NOTIFY_HEADERS)
            for method in ("get", "post")
        },
        "/openapi.json": {"get": _open("openapi", "This description.", (), schema={"type": "object"})},
    }


def _plan_paths() -> Schema:
    return {
        "/v1/plans": {
            "post": _operation(
                "plan",
                "Make a plan of records for another person to approve; sends nothing.",
                body=True,
                parameters=[_RETRY],
                answers={200: ("The plan: keep it, and hand it on as it is.", "PlanFile")},
                refusals=(400, 401, 403, 413, 415, 422, 503),
            )
        },
        "/v1/plans/approve": {
            "post": _operation(
                "approve",
                "Approve a plan that the holder of another token made.",
                body="PlanFile",
                answers={200: ("Who has approved it by now, and how many are missing.", "ApprovalResult")},
                refusals=(400, 401, 403, 413, 415, 503),
            )
        },
        "/v1/plans/apply": {
            "post": _operation(
                "apply",
                "Send what a plan holds, or nothing of it when anything changed since it was made.",
                body="PlanFile",
                parameters=[_MODE],
                answers={
                    200: ("Nothing was to be done: everything is registered, or under way.", "AppliedResult"),
                    202: ("What the plan holds was taken; it is kept even when Crossref is away.", "AppliedResult"),
                },
                refusals=(400, 401, 403, 413, 415, 422, 503),
            )
        },
    }


def _operation(
    name: str,
    summary: str,
    *,
    answers: Mapping[int, tuple[str, str]],
    refusals: tuple[int, ...],
    body: bool | str = False,
    parameters: list[Schema] | None = None,
) -> Schema:
    content = {str(status): _answer(words, _ref(schema)) for status, (words, schema) in answers.items()}
    refused: Schema = {str(status): {"$ref": f"#/components/responses/{_REFUSALS[status][0]}"} for status in refusals}
    if name in {"deposit", "plan", "apply"}:
        refused["422"] = _answer(
            "Nothing was taken: the findings say why.", {"anyOf": [_ref("DepositResult"), _ref("Error")]}
        )
    made: Schema = {"operationId": name, "summary": summary, "responses": {**content, **refused}}
    if parameters:
        made["parameters"] = parameters
    if body:
        schema = body if isinstance(body, str) else "Records"
        made["requestBody"] = {"required": True, "content": {"application/json": {"schema": _ref(schema)}}}
    return made


def _about_doi(name: str, summary: str, schema: str) -> Schema:
    answers = {200: ("What is known and proved.", schema)}
    return _operation(name, summary, parameters=[_DOI], answers=answers, refusals=(400, 401, 404, 503))


def _open(
    name: str,
    summary: str,
    refusals: tuple[int, ...],
    parameters: list[Schema] | None = None,
    schema: Schema | None = None,
) -> Schema:
    """Return an operation for everyone."""
    made = _operation(name, summary, parameters=parameters, answers={}, refusals=refusals)
    made["responses"] = {"200": _answer("Yes.", schema or _ref("Yes")), **made["responses"]}
    return {**made, "security": []}


def _answer(words: str, schema: Schema) -> Schema:
    return {"description": words, "content": {"application/json": {"schema": schema}}}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _query(name: str, words: str, schema: Schema) -> Schema:
    return {"name": name, "in": "query", "description": words, "schema": schema}


_DOI: Final = {
    "name": "doi",
    "in": "path",
    "required": True,
    "description": "The DOI; its slash may be written as it is, or as %2F.",
    "schema": {"type": "string", "pattern": r"^10\.[0-9]{4,9}/[A-Za-z0-9\-._;()/]{0,199}[A-Za-z0-9\-_;()]$"},
    "example": "10.48251/SADF.ISSN.2406-5617.C258",
}
_COMPARE: Final = _query(
    "compare",
    "true: ask Crossref what it has, and compare; the answer waits for that.",
    {"type": "string", "enum": ["true", "false"], "default": "false"},
)
_MODE: Final = _query(
    "mode",
    "send: the upload to Crossref begins right after the answer. enqueue: the scheduled job sends it. The answer waits "
    "for neither.",
    {"type": "string", "enum": list(MODES), "default": "send"},
)
_RETRY: Final = _query(
    "retry",
    "Content that Crossref refused before may go again.",
    {"type": "string", "enum": ["true", "false"], "default": "false"},
)
_SINCE: Final = _query(
    "since", "The cursor: `next` of the answer before, 0 for all.", {"type": "integer", "minimum": 0, "default": 0}
)
_LIMIT: Final = _query(
    "limit", "How many at most.", {"type": "integer", "minimum": 1, "maximum": MAX_EVENTS, "default": 200}
)
_NOTIFY: Final = "Crossref's notification callback: a hint to ask about a submission, and never a proof."
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
        "description": "The batch id of a submission of ours.",
        "schema": {"type": "string"},
    },
]

_REFUSALS: Final[Mapping[int, tuple[str, str]]] = {
    400: ("BadRequest", "The request cannot be read."),
    401: ("Unauthorized", "A token is missing, or not known."),
    403: ("Forbidden", "Refused."),
    404: ("NotFound", "There is no such thing here."),
    413: ("TooLarge", "The body is too large."),
    415: ("UnsupportedMediaType", "The body is not JSON in UTF-8."),
    422: ("Unprocessable", "The body is JSON, and no record."),
    429: ("TooManyRequests", "Too many calls; Retry-After says when to come again."),
    503: ("Unavailable", "Something outside failed; Retry-After says when to try again."),
}


def _refusals() -> Schema:
    made = {name: _answer(words, _ref("Error")) for name, words in _REFUSALS.values()}
    made["Unauthorized"]["headers"] = {"WWW-Authenticate": {"required": True, "schema": {"type": "string"}}}
    for name in ("TooManyRequests", "Unavailable"):
        made[name]["headers"] = {"Retry-After": {"required": True, "schema": {"type": "string", "pattern": r"^\d+$"}}}
    return made


def _record_schemas() -> Schema:
    """Return the schemas of a record, moved to where OpenAPI keeps them."""
    schema = _moved(record_schema())
    records = [_ref("Commentary"), {"type": "array", "items": _ref("Commentary"), "minItems": 1}]
    records[1]["maxItems"] = MAX_RECORDS
    words = "One record, or a list of records."
    moved: Schema = schema["$defs"]
    return {**moved, "Records": {"description": words, "anyOf": records, "examples": moved["Commentary"]["examples"]}}


def _plan_schemas() -> Schema:
    """Return the schemas of a plan file, moved to where OpenAPI keeps them."""
    schema = _moved(plan_schema())
    parts = dict(schema.pop("$defs"))
    schema.pop("$schema")
    return {**parts, "PlanFile": schema}


def _moved(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _moved(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_moved(each) for each in value]
    return value.replace("#/$defs/", "#/components/schemas/") if isinstance(value, str) else value


_TEXT: Final = {"type": "string"}
_MAYBE_TEXT: Final = {"type": ["string", "null"]}
_MAYBE_NUMBER: Final = {"type": ["integer", "null"]}
_MOMENT: Final = {"type": "string", "format": "date-time"}
_MAYBE_MOMENT: Final = {"type": ["string", "null"], "format": "date-time"}
_TEXTS: Final = {"type": "array", "items": _TEXT}
_BY_KEY: Final = {"type": "object", "additionalProperties": _TEXT}
_STEP: Final = {"type": "integer", "minimum": 1}
_COUNT: Final = {"type": "integer", "minimum": 0}
_YES: Final = {"type": "boolean"}


def _object(properties: Mapping[str, Schema], optional: tuple[str, ...] = ()) -> Schema:
    required = [name for name in properties if name not in optional]
    return {
        "type": "object",
        "properties": dict(properties),
        "required": required,
        "additionalProperties": False,
    }


def _list(name: str) -> Schema:
    return {"type": "array", "items": _ref(name)}


def _words(kind: type[StrEnum], *, nullable: bool = False) -> Schema:
    values: list[str | None] = [each.value for each in kind]
    return {"enum": [*values, None]} if nullable else {"enum": values}


def _explained(kind: type[EventKind] | type[RetryClass], about: str) -> Schema:
    """Describe an enum with the meaning of each of its values, which OpenAPI has no other place for."""
    meanings = "\n".join(f"* `{each.value}`: {each.meaning}" for each in kind)
    return {**_words(kind), "type": "string", "description": f"{about}\n\n{meanings}"}


def _maybe(name: str) -> Schema:
    return {"anyOf": [_ref(name), {"type": "null"}]}


def _result(**properties: Schema) -> Schema:
    return _object({"ok": _YES, "target": {"enum": ["sandbox", "test", "production"]}, **properties})


def _result_schemas() -> Schema:
    error = _object({"code": _TEXT, "message": _TEXT, "hint": _TEXT, "where": _TEXT})
    deposit = _result(records=_list("DepositedRecord"), error=error)
    return {
        "Finding": _finding(),
        "CheckResult": _result(records=_list("CheckedRecord")),
        "CheckedRecord": _object({"doi": _MAYBE_TEXT, **_planned(Action)}),
        "DepositResult": {**deposit, "required": ["ok", "target", "records"]},
        "DepositedRecord": {**_object({**_status(), **_planned(Action)}), "required": ["doi", *_planned(Action)]},
        "AppliedResult": {
            **_object({**deposit["properties"], "plan": _TEXT}),
            "required": ["ok", "target", "records", "plan"],
        },
        "ApprovalResult": _result(plan=_TEXT, approved_by={"type": "array", "items": _TEXT}, missing=_COUNT),
        "StatusResult": _result(records=_list("StatusRecord")),
        "StatusRecord": _object(_status()),
        "ResultDetails": _object(
            {
                "conflict_id": _TEXT,
                **dict.fromkeys(("dois_in_conflict", "resolved_conflicts", "notices"), _TEXTS),
                **dict.fromkeys(("matched_references", "reference_errors"), _BY_KEY),
            }
        ),
        "Drift": _drift(),
        "CrossrefWarning": _warning(),
        "UpdateStep": _object({"number": _STEP, "of": _STEP, "emptied": {"type": "array", "items": _TEXT}}),
        "Submission": _object(
            {"file_name": _MAYBE_TEXT, "batch_id": _TEXT, "submission_id": _MAYBE_TEXT, "timestamp": _TEXT}
        ),
        "Proof": _object({"at": _MAYBE_MOMENT, "proof": _TEXT}),
        "Overdue": _object({"milestone": _words(Milestone), "since": _MOMENT, "due": _MOMENT}),
        "HistoryResult": _result(doi=_TEXT, history=_list("HistoryEntry")),
        "HistoryEntry": _history_entry(),
        "EventsResult": _result(
            events=_list("Event"), next={"type": "integer", "minimum": 0}, more={"type": "boolean"}
        ),
        "Event": _event(),
        "EventKind": _explained(EventKind, "What happened."),
        "RetryClass": _explained(RetryClass, "Whether sending the same content again can help."),
        "Yes": _object({"ok": {"const": True}}),
        "Error": _object({"ok": {"const": False}, "error": error, "findings": _list("Finding")}),
    }


def _planned(action: type[StrEnum]) -> Schema:
    return {"source": _TEXT, "action": _words(action), "reason": _TEXT, "findings": _list("Finding")}


def _finding() -> Schema:
    texts = dict.fromkeys(("code", "message", "hint"), _TEXT)
    places = {"file": _MAYBE_TEXT, "line": _MAYBE_NUMBER, "column": _MAYBE_NUMBER, "field": _MAYBE_TEXT}
    extra = {"element": _TEXT, "ignored_because": _TEXT, "category": _TEXT}
    return _object({**texts, "severity": _words(Severity), **places, **extra}, tuple(extra))


def _status() -> Schema:
    milestones = _object({milestone.value: _ref("Proof") for milestone in Milestone})
    return {
        "doi": _MAYBE_TEXT,
        "target": _TEXT,
        "series": _MAYBE_TEXT,
        "record_type": _MAYBE_TEXT,
        "title": _MAYBE_TEXT,
        "state": _words(State, nullable=True),
        "outcome": _words(Outcome, nullable=True),
        "registered": _YES,
        "message": _TEXT,
        "finding": _maybe("Finding"),
        "retry": _maybe("RetryClass"),
        "submission": _maybe("Submission"),
        "step": _maybe("UpdateStep"),
        "milestones": milestones,
        "overdue": _maybe("Overdue"),
        "drift": _list("Drift"),
        "result": _ref("ResultDetails"),
        "warnings": _list("CrossrefWarning"),
        "truths": {**milestones, "deprecated": True, "description": "The former name of `milestones`."},
        "contradicted": {
            "enum": ["resolves", "indexed", None],
            "description": "The milestone of which a look-up showed the contrary, such as a DOI that leads elsewhere.",
        },
        "last_update_failed": _YES,
        "acknowledged": _MAYBE_TEXT,
        "needs_person": _YES,
        "stalled": {**_YES, "deprecated": True, "description": "Unfinished and overdue: see `overdue`."},
        "next_poll_at": _MAYBE_MOMENT,
        "next_look_at": {**_MAYBE_MOMENT, "deprecated": True, "description": "The former name of `next_poll_at`."},
        "next_action": _TEXT,
    }


def _drift() -> Schema:
    texts = dict.fromkeys(("what", "before", "after"), _TEXT)
    return _object({"kind": _words(DriftKind), **texts, "fields": _TEXTS})


def _warning() -> Schema:
    texts = dict.fromkeys(("id", "doi", "code", "message", "hint", "original"), _TEXT)
    about: Schema = {
        "others": _TEXTS,
        "conflict_id": _MAYBE_TEXT,
        "dismissed": _MAYBE_TEXT,
        "file": _MAYBE_TEXT,
        "line": _MAYBE_NUMBER,
        "field": _MAYBE_TEXT,
    }
    return _object({**texts, "kind": _words(WarningKind), "since": _MOMENT, **about})


def _history_entry() -> Schema:
    return _object(
        {
            "at": _MOMENT,
            "kind": _ref("EventKind"),
            "text": _TEXT,
            "file_name": _MAYBE_TEXT,
            "batch_id": _MAYBE_TEXT,
            "submission_id": _MAYBE_TEXT,
            "timestamp": _MAYBE_TEXT,
            "outcome": _words(Outcome, nullable=True),
            "answer": _MAYBE_TEXT,
        }
    )


def _event() -> Schema:
    return _object(
        {
            "id": {"type": "integer", "minimum": 1},
            "at": _MOMENT,
            "kind": _ref("EventKind"),
            "doi": _MAYBE_TEXT,
            "submission": _MAYBE_NUMBER,
            "detail": {"type": "object", "additionalProperties": {"type": "string"}},
        }
    )
