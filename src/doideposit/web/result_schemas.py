"""The schemas of what the API answers, made from the values that the workflow gives back."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from doideposit.deposits.planning import Action
from doideposit.deposits.warnings import WarningKind
from doideposit.findings import Severity
from doideposit.lifecycle import EventKind, Milestone, Outcome, RetryClass, State
from doideposit.registered.drift_values import DriftKind
from doideposit.web.listing import LONGEST_REASON
from doideposit.web.reading import MAX_RECORDS

__all__ = ["Schema", "ref", "result_schemas"]

Schema = dict[str, Any]


def ref(name: str) -> Schema:
    """Return a reference to a schema of the description."""
    return {"$ref": f"#/components/schemas/{name}"}


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


def _list_of(name: str) -> Schema:
    return {"type": "array", "items": ref(name)}


def _enum_schema(kind: type[StrEnum], *, nullable: bool = False) -> Schema:
    values: list[str | None] = [member.value for member in kind]
    return {"enum": [*values, None]} if nullable else {"enum": values}


def _explained(kind: type[EventKind] | type[RetryClass], about: str) -> Schema:
    """Describe an enum with the meaning of each of its values, which OpenAPI has no other place for."""
    meanings = "\n".join(f"* `{member.value}`: {member.meaning}" for member in kind)
    return {**_enum_schema(kind), "type": "string", "description": f"{about}\n\n{meanings}"}


def _nullable(name: str) -> Schema:
    return {"anyOf": [ref(name), {"type": "null"}]}


def _result(**properties: Schema) -> Schema:
    return _object({"ok": _YES, "target": {"enum": ["sandbox", "test", "production"]}, **properties})


def result_schemas() -> Schema:
    """Return the schemas of all answers, by their names."""
    error = _object({"code": _TEXT, "message": _TEXT, "hint": _TEXT, "where": _TEXT})
    deposit = _result(records=_list_of("DepositedRecord"), error=error)
    return {
        "Finding": _finding_schema(),
        "CheckResult": _result(records=_list_of("CheckedRecord")),
        "CheckedRecord": _object({"doi": _MAYBE_TEXT, **_entry_keys(Action)}),
        "DepositResult": {**deposit, "required": ["ok", "target", "records"]},
        "DepositedRecord": {
            **_object({**_status_keys(), **_entry_keys(Action)}),
            "required": ["doi", *_entry_keys(Action)],
        },
        "AppliedResult": {
            **_object({**deposit["properties"], "plan": _TEXT}),
            "required": ["ok", "target", "records", "plan"],
        },
        "ApprovalResult": _result(plan=_TEXT, approved_by={"type": "array", "items": _TEXT}, missing=_COUNT),
        "StatusResult": _result(records=_list_of("StatusRecord")),
        "StatusRecord": _object(_status_keys()),
        "ListResult": _result(records=_list_of("StatusRecord"), next=_MAYBE_TEXT, more=_YES),
        "TagsResult": _result(
            **dict.fromkeys(("doi", "citation", "doi_display", "head_html"), _TEXT),
            meta={"type": "array", "items": _object({"name": _TEXT, "content": _TEXT})},
            json_ld={"type": "object"},
        ),
        **_decision_schemas(),
        "ResultDetails": _result_details_schema(),
        "Drift": _drift_schema(),
        "CrossrefWarning": _warning_schema(),
        "UpdateStep": _object({"number": _STEP, "of": _STEP, "emptied": {"type": "array", "items": _TEXT}}),
        "Submission": _object(
            {"file_name": _MAYBE_TEXT, "batch_id": _TEXT, "submission_id": _MAYBE_TEXT, "timestamp": _MAYBE_TEXT}
        ),
        "Proof": _object({"at": _MAYBE_MOMENT, "proof": _TEXT}),
        "Overdue": _object({"milestone": _enum_schema(Milestone), "since": _MOMENT, "due": _MOMENT}),
        "HistoryResult": _result(doi=_TEXT, history=_list_of("HistoryEntry")),
        "HistoryEntry": _history_entry_schema(),
        "EventsResult": _result(
            events=_list_of("Event"), next={"type": "integer", "minimum": 0}, more={"type": "boolean"}
        ),
        "Event": _event_schema(),
        "EventKind": _explained(EventKind, "What happened."),
        "RetryClass": _explained(RetryClass, "Whether sending the same content again can help."),
        "Yes": _object({"ok": {"const": True}}),
        "Error": _object({"ok": {"const": False}, "error": error, "findings": _list_of("Finding")}),
    }


def _decision_schemas() -> dict[str, Schema]:
    """Return the schemas of the bodies of decisions, of the answer to restore, and of readiness."""
    words = "Fields of the registered version that the update may delete."
    return {
        "RestoreResult": {"anyOf": [ref("DepositResult"), ref("PlanFile")]},
        "Losses": _object({"allow_loss": {**_TEXTS, "maxItems": MAX_RECORDS, "description": words}}, ("allow_loss",)),
        "Ready": _object(
            {"ok": {"const": True}, "job": {"const": "works"}, "last_run": _MOMENT, "last_success": _MAYBE_MOMENT}
        ),
        "Reason": _object({"reason": {"type": "string", "minLength": 1, "maxLength": LONGEST_REASON}}),
    }


def _entry_keys(action: type[StrEnum]) -> Schema:
    return {"source": _TEXT, "action": _enum_schema(action), "reason": _TEXT, "findings": _list_of("Finding")}


def _finding_schema() -> Schema:
    texts = dict.fromkeys(("code", "message", "hint"), _TEXT)
    places = {"file": _MAYBE_TEXT, "line": _MAYBE_NUMBER, "column": _MAYBE_NUMBER, "field": _MAYBE_TEXT}
    extra = {"element": _TEXT, "ignored_because": _TEXT, "category": _TEXT}
    return _object({**texts, "severity": _enum_schema(Severity), **places, **extra}, tuple(extra))


def _status_keys() -> Schema:
    milestones = _object({milestone.value: ref("Proof") for milestone in Milestone})
    return {
        "doi": _MAYBE_TEXT,
        "target": _TEXT,
        "series": _MAYBE_TEXT,
        "record_type": _MAYBE_TEXT,
        "title": _MAYBE_TEXT,
        "state": _enum_schema(State, nullable=True),
        "outcome": _enum_schema(Outcome, nullable=True),
        "registered_title": {
            **_MAYBE_TEXT,
            "description": "The title that is registered, where a later deposit with another one has not taken effect.",
        },
        "registered": _YES,
        "message": _TEXT,
        "finding": _nullable("Finding"),
        "retry": _nullable("RetryClass"),
        "submission": _nullable("Submission"),
        "step": _nullable("UpdateStep"),
        "milestones": milestones,
        "overdue": _nullable("Overdue"),
        "drift": _list_of("Drift"),
        "result": ref("ResultDetails"),
        "warnings": _list_of("CrossrefWarning"),
        "truths": {**milestones, "deprecated": True, "description": "The former name of `milestones`."},
        "contradicted": {
            "enum": ["resolves", "indexed", None],
            "description": "The milestone that a check contradicted, such as a DOI that leads elsewhere.",
        },
        "last_update_failed": _YES,
        "acknowledged": _MAYBE_TEXT,
        "needs_person": _YES,
        "stalled": {**_YES, "deprecated": True, "description": "Unfinished and overdue: see `overdue`."},
        "next_poll_at": _MAYBE_MOMENT,
        "next_look_at": {**_MAYBE_MOMENT, "deprecated": True, "description": "The former name of `next_poll_at`."},
        "next_action": _TEXT,
    }


def _result_details_schema() -> Schema:
    return _object(
        {
            "conflict_id": _TEXT,
            **dict.fromkeys(("dois_in_conflict", "resolved_conflicts", "notices"), _TEXTS),
            **dict.fromkeys(("matched_references", "reference_errors"), _BY_KEY),
        }
    )


def _drift_schema() -> Schema:
    texts = dict.fromkeys(("what", "before", "after"), _TEXT)
    return _object({"kind": _enum_schema(DriftKind), **texts, "fields": _TEXTS})


def _warning_schema() -> Schema:
    texts = dict.fromkeys(("id", "doi", "code", "message", "hint", "original"), _TEXT)
    about: Schema = {
        "others": _TEXTS,
        "conflict_id": _MAYBE_TEXT,
        "dismissed": _MAYBE_TEXT,
        "file": _MAYBE_TEXT,
        "line": _MAYBE_NUMBER,
        "field": _MAYBE_TEXT,
    }
    return _object({**texts, "kind": _enum_schema(WarningKind), "since": _MOMENT, **about})


def _history_entry_schema() -> Schema:
    return _object(
        {
            "at": _MOMENT,
            "kind": ref("EventKind"),
            "text": _TEXT,
            "file_name": _MAYBE_TEXT,
            "batch_id": _MAYBE_TEXT,
            "submission_id": _MAYBE_TEXT,
            "timestamp": _MAYBE_TEXT,
            "outcome": _enum_schema(Outcome, nullable=True),
            "answer": _MAYBE_TEXT,
        }
    )


def _event_schema() -> Schema:
    return _object(
        {
            "id": {"type": "integer", "minimum": 1},
            "at": _MOMENT,
            "kind": ref("EventKind"),
            "doi": _MAYBE_TEXT,
            "submission": _MAYBE_NUMBER,
            "batch_id": _MAYBE_TEXT,
            "detail": {"type": "object", "additionalProperties": {"type": "string"}},
        }
    )
