"""What a caller asks for, read strictly and within bounds; whatever does not fit is a `Refused`."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Final, TypeVar

from flask import request
from werkzeug.wrappers import Response

from doideposit.findings import Finding, has_errors
from doideposit.records.identifiers import Doi, InvalidIdentifier
from doideposit.records.origin import RawValue
from doideposit.records.sources.reading import read_text
from doideposit.web.answers import HEADERS, Answer, Refused

__all__ = ["LINES", "MAX_BODY", "MAX_LINES", "MAX_LINES_BODY", "MAX_RECORDS", "JsonBody", "Query"]

# Bytes of a request; a long record with two hundred references has 60,000.
MAX_BODY = 2_000_000
# Records in one request.
MAX_RECORDS = 100
# Lines of a body of JSON Lines, and its bytes.
MAX_LINES = 1_000
MAX_LINES_BODY = 8_000_000
# Both names are used for JSON Lines, and neither is registered.
LINES: Final = ("application/x-ndjson", "application/jsonl")

Item = TypeVar("Item")

_BODY = "body"
_DOI_LINE = 'write each line as {"doi": "10.48251/…"}'
_REASON = 'send {"reason": "…"}; it is kept in the history'


class Query:
    """Read the query parameters of the request.

    One that means nothing here is refused: a misspelt one would silently do something else. Those in `repeated` may be
    given more than once.
    """

    def __init__(self, *names: str, repeated: Collection[str] = ()) -> None:
        for name, values in request.args.lists():
            if name not in names:
                known = ", ".join(sorted(names)) or "none"
                raise _bad_query(name, "this query parameter is not known here", f"allowed here: {known}")
            if len(values) > 1 and name not in repeated:
                raise _bad_query(name, "this query parameter is given more than once", "give it once")

    def choice(self, name: str, choices: Collection[str], default: str) -> str:
        """Return a parameter that is one of a few words."""
        value = request.args.get(name, default)
        if value not in choices:
            raise _bad_query(name, "this value is not allowed", f"write {' or '.join(choices)}")
        return value

    def flag(self, name: str) -> bool:
        """Return a parameter that is true or false; false when left out."""
        return self.choice(name, ("true", "false"), "false") == "true"

    @staticmethod
    def number(name: str, default: int, *, least: int, most: int) -> int:
        """Return a parameter that is a whole number within bounds."""
        text = request.args.get(name, str(default))
        if not (text.isascii() and text.isdigit() and len(text) <= len(str(most)) and least <= int(text) <= most):
            raise _bad_query(name, "this number is not allowed", f"write a whole number from {least} to {most}")
        return int(text)

    @staticmethod
    def dois(name: str) -> list[Doi]:
        """Return the DOIs of a parameter that may be given more than once."""
        try:
            return [Doi.parse(text) for text in request.args.getlist(name)]
        except InvalidIdentifier as error:
            where = f"query parameter {name}"
            raise Refused(400, "query-parameter", error.message, hint=error.hint, where=where) from None


def _bad_query(name: str, message: str, hint: str) -> Refused:
    return Refused(400, "query-parameter", message, hint=hint, where=f"query parameter {name[:60]}")


class JsonBody:
    """Read the body of the request, which is JSON in UTF-8."""

    @staticmethod
    def json() -> bytes:
        """Return the body as received; raises `Refused` if it is not marked as JSON."""
        _require_json()
        return request.get_data()

    @staticmethod
    def records() -> tuple[Mapping[str, RawValue], ...]:
        """Return its records: one JSON object, or a list of them. Numbers keep their digits as written.

        A record is never anything but a mapping here: a text would be mistaken for the path of a file.
        """
        return _records_in(_decode_body(JsonBody.json()))

    @staticmethod
    def has_lines() -> bool:
        """Tell whether the body says that it is JSON Lines: each line a JSON text of its own."""
        return request.mimetype in LINES

    @staticmethod
    def _lines(read_one: Callable[[str], Item]) -> list[Item | Refused]:
        """Return what each line of the body holds, or why it cannot be read; one bad line harms no other."""
        _require_json(LINES)
        # JSON Lines may be longer than the bound that the application has for every other body.
        request.max_content_length = MAX_LINES_BODY
        lines = request.get_data().removesuffix(b"\n").split(b"\n")
        if len(lines) > MAX_LINES:
            message = f"the body holds {len(lines):,} lines; at most {MAX_LINES:,} are allowed"
            raise Refused(413, "too-many-records", message, hint="send them in several requests", where=_BODY)
        return [_read_line(line, read_one) for line in lines]

    @staticmethod
    def answer_lines(read_one: Callable[[str], Item], answer: Callable[[Sequence[Item]], Iterable[Answer]]) -> Response:
        """Return JSON Lines, one for each line of the request: what it alone would be answered, and its status.

        `read_one` reads a line. `answer` gets what could be read, all at once, and gives back as many answers in the
        same order.
        """
        found = JsonBody._lines(read_one)
        readable = [one for one in found if not isinstance(one, Refused)]
        answers = iter(answer(readable) if readable else ())
        lines = []
        for number, one in enumerate(found, start=1):
            status, data = (one.status, one.to_dict()) if isinstance(one, Refused) else next(answers)
            lines.append(json.dumps({"line": number, "status": status, **data}) + "\n")
        return Response("".join(lines), content_type="application/x-ndjson", headers=HEADERS)

    @staticmethod
    def record_of_line(text: str) -> Mapping[str, RawValue]:
        """Return the one record of a line."""
        records = _records_in(text)
        if len(records) != 1 or text.lstrip().startswith("["):
            hint = "write each record as a JSON object on a line of its own"
            raise Refused(422, "record-shape", "a line holds one record, not a list", hint=hint, where=_BODY)
        return records[0]

    @staticmethod
    def doi_of_line(text: str) -> Doi:
        """Return the DOI of a line, a JSON object with `doi` and nothing else."""
        data = _json_in(text, _DOI_LINE)
        if not isinstance(data, dict) or set(data) != {"doi"} or not isinstance(data["doi"], str):
            raise Refused(422, "record-shape", "a line must name one DOI", hint=_DOI_LINE, where=_BODY)
        try:
            return Doi.parse(data["doi"])
        except InvalidIdentifier as error:
            raise Refused(422, error.code, error.message, hint=error.hint, where=_BODY) from None

    @staticmethod
    def losses() -> tuple[str, ...]:
        """Return the fields that may be lost: the body is a JSON object with `allow_loss`, or an empty one."""
        hint = 'send {"allow_loss": ["abstracts"]} with the fields of the registered version that may be deleted, or {}'
        body = _json_in(_decode_body(JsonBody.json()), hint)
        losses = body.get("allow_loss", []) if isinstance(body, dict) and set(body) <= {"allow_loss"} else None
        if (
            not isinstance(losses, list)
            or len(losses) > MAX_RECORDS
            or not all(isinstance(loss, str) for loss in losses)
        ):
            raise Refused(
                422, "allow-loss", "the fields that may be deleted must be a list of strings", hint=hint, where=_BODY
            )
        return tuple(losses)

    @staticmethod
    def reason(longest: int) -> str:
        """Return the reason of a decision: the body is a JSON object with `reason` and nothing else."""
        body = _json_in(_decode_body(JsonBody.json()), _REASON)
        reason = body.get("reason") if isinstance(body, dict) and set(body) == {"reason"} else None
        if not isinstance(reason, str) or not reason.strip() or len(reason) > longest or not reason.isprintable():
            message = f"a reason is needed: one line of text of at most {longest:,} characters"
            raise Refused(422, "reason", message, hint=_REASON, where="body, reason")
        return reason.strip()


def _records_in(text: str) -> tuple[Mapping[str, RawValue], ...]:
    found = read_text(text, file="body.json")
    if any(finding.code in {"json-syntax", "too-deep"} for finding in found.findings):
        raise _refusal_of(400, found.findings)
    if len(found.records) > MAX_RECORDS:
        message = f"the body holds {len(found.records)} records; at most {MAX_RECORDS} are allowed"
        hint = "send them in several requests, or as JSON Lines"
        raise Refused(413, "too-many-records", message, hint=hint, where=_BODY)
    findings = (*found.findings, *(finding for raw in found.records for finding in raw.findings))
    if has_errors(findings):
        raise _refusal_of(422, findings)
    return tuple(raw.data for raw in found.records)


def _read_line(line: bytes, read_one: Callable[[str], Item]) -> Item | Refused:
    try:
        return read_one(_decode_body(line))
    except Refused as refused:
        return refused


def _json_in(text: str, hint: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Refused(400, "json-syntax", f"the body is not JSON: {error}", hint=hint, where=_BODY) from None


def _require_json(types: Sequence[str] = ("application/json",)) -> None:
    """Refuse any body but JSON in UTF-8: a form of another site could send other types."""
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if request.mimetype not in types or charset not in {"utf-8", "utf8"}:
        hint = f"send the body with Content-Type: {types[0]}"
        message = "only JSON in UTF-8 is read here"
        raise Refused(415, "content-type", message, hint=hint, where="header Content-Type")
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        hint = "send the body uncompressed"
        message = "compressed bodies are not supported"
        raise Refused(415, "content-encoding", message, hint=hint, where="header Content-Encoding")


def _decode_body(body: bytes) -> str:
    try:
        # Some programs on Windows put a byte order mark before JSON.
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"the body is not UTF-8: byte {error.start + 1} cannot be read"
        raise Refused(400, "encoding", message, hint="write it in UTF-8", where=_BODY) from None
    if text.lstrip()[:1] not in {"{", "["}:
        hint = "send one record as a JSON object, or a list of records"
        raise Refused(400, "json-syntax", "the body is neither a JSON object nor a list", hint=hint, where=_BODY)
    return text


def _refusal_of(status: int, findings: tuple[Finding, ...]) -> Refused:
    first = findings[0]
    place = f"{_BODY}, line {first.where.line}" if first.where.line else _BODY
    return Refused(status, first.code, first.message, hint=first.hint, where=place, findings=findings)
