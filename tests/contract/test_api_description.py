"""The OpenAPI description: valid, complete, true to the code, and held against the running application."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from api_client import DOI, ENDPOINT, RECORD, TOKEN, Cms, at_once
from depositing import Desk, sqlite_url
from doideposit.job.monitoring import Run
from doideposit.web.application import application
from doideposit.web.description import description
from doideposit.web.reading import LINES
from doideposit.web.watching import JobWatch

DESCRIPTION = description()


def validator(name: str) -> Draft202012Validator:
    """What checks an answer against one schema of the description."""
    schema = {"$ref": f"#/components/schemas/{name}", "components": DESCRIPTION["components"]}
    return Draft202012Validator(schema)


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for each in value.values():
            yield from references(each)
    elif isinstance(value, list):
        for each in value:
            yield from references(each)


def test_every_reference_leads_somewhere_and_every_schema_is_used() -> None:
    wanted = set(references(DESCRIPTION))
    components = DESCRIPTION["components"]
    there = {f"#/components/{kind}/{name}" for kind in ("schemas", "responses") for name in components[kind]}
    assert wanted == there
    for name in components["schemas"]:
        Draft202012Validator.check_schema(components["schemas"][name])


def _never() -> Any:
    raise AssertionError("nothing is opened here")


def test_it_describes_every_address_and_method() -> None:
    described = {
        (path.replace("{doi}", "<path:doi>"), method.upper())
        for path, item in DESCRIPTION["paths"].items()
        for method in item
    }
    routes = {
        (rule.rule, method)
        for rule in application(_never, tokens={}).app.url_map.iter_rules()
        for method in (rule.methods or ())
        if method != "HEAD"
    }
    assert described == routes


def test_only_what_needs_no_token_is_described_without() -> None:
    free = {path for path, item in DESCRIPTION["paths"].items() for each in item.values() if each.get("security") == []}
    assert free == {"/v1/health", "/v1/ready", "/v1/crossref/notify", "/openapi.json"}
    assert DESCRIPTION["security"] == [{"token": []}]


def test_its_example_is_a_record() -> None:
    validator("Records").validate(RECORD)
    validator("Records").validate([RECORD, RECORD])
    validator("Records").validate(DESCRIPTION["components"]["schemas"]["Records"]["examples"][0])
    assert list(validator("Records").iter_errors({**RECORD, "titel": "x"}))
    assert list(validator("Records").iter_errors("a path"))


def test_the_whole_story_of_a_record_conforms(tmp_path: Path) -> None:
    with Desk(sqlite_url(tmp_path)) as desk:
        cms = Cms(desk)
        for step in ("prepared", "sent", "registered", "updated"):
            record = {**RECORD, "title": "Another title"} if step == "updated" else RECORD
            validator("CheckResult").validate(cms.post("/v1/check", record).get_json())
            mode = "enqueue" if step == "prepared" else "send"
            validator("DepositResult").validate(cms.post(f"/v1/deposits?mode={mode}", record).get_json())
            if step == "sent":
                desk.depositor.send()
                desk.settle()
            validator("StatusResult").validate(cms.open(f"/v1/dois/{DOI}").get_json())
            validator("HistoryResult").validate(cms.open(f"/v1/dois/{DOI}/history").get_json())
            validator("EventsResult").validate(cms.open("/v1/events").get_json())
        blocked = cms.post("/v1/deposits", {**RECORD, "authors": []}).get_json()
        validator("DepositResult").validate(blocked)
        validator("Error").validate(cms.open("/v1/dois/10.5555/x").get_json())
        desk.sandbox.faults.add("zero_records")
        desk.settle()
        validator("StatusResult").validate(cms.open(f"/v1/dois/{DOI}").get_json())


@schemathesis.serializer("application/x-ndjson")
def lines(_context: Any, value: Any) -> bytes:
    """Made-up lines are texts already."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


# Made-up requests, from the description alone, against the application over the sandbox.


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with Desk(sqlite_url(tmp_path_factory.mktemp("made-up"))) as desk:
        app = application(
            desk.depositor,
            tokens={"cms": TOKEN},
            notify_endpoints=[ENDPOINT],
            monotonic=count(step=60).__next__,
            start=at_once,
            job=JobWatch(lambda: Run("sandbox", desk.clock(), desk.clock(), 0, "nothing to do", None, {})),
            clock=desk.clock,
        )
        # A text above its length can make the body too large to be read at all.
        refused = [400, 401, 403, 404, 405, 413, 415, 422]
        config = SchemathesisConfig.from_dict({"checks": {"negative_data_rejection": {"expected-statuses": refused}}})
        yield schemathesis.openapi.from_wsgi("/openapi.json", app, config=config)


OPERATIONS = [(path, method.upper()) for path, item in DESCRIPTION["paths"].items() for method in item]
MADE_UP = [
    (path, method, mode)
    for path, method in OPERATIONS
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    if mode is GenerationMode.POSITIVE
    or path not in {"/v1/health", "/v1/ready", "/metrics", "/openapi.json"}  # They take nothing at all.
]


def excluded(path: str, media_type: str | None) -> list[Any]:
    """What the description does not promise: it is a help for typing and cannot say check digits; a check answers.

    Lines are a text to the description, and each bad one is answered on a line of its own.

    A made-up query parameter without a value never leaves the client, so events cannot refuse it; those with a value
    have a test of their own.
    """
    is_answered = path in {"/v1/check", "/v1/events"} or media_type == LINES[0]
    return [positive_data_acceptance, *([negative_data_rejection] if is_answered else [])]


@pytest.mark.slow
@pytest.mark.parametrize(("path", "method", "mode"), MADE_UP)
def test_no_made_up_request_breaks_it(api: Any, path: str, method: str, mode: GenerationMode) -> None:
    """No answer is a fault of the server, and each has a status, a type and a shape that the description promises."""

    @settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(case=api[path][method].as_strategy(generation_mode=mode))
    def holds(case: Any) -> None:
        case.call_and_validate(
            headers={"Authorization": f"Bearer {TOKEN}"}, excluded_checks=excluded(path, case.media_type)
        )

    holds()
