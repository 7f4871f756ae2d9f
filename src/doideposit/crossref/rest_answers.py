"""The shapes of what Crossref's REST API and doi.org answer; whatever is not asked for is not looked at.

A field of another kind than documented counts as one that is not there: it is no reason to lose the rest. Sources:
Crossref's OpenAPI description of the REST API; the DOI handbook's "REST API response format".
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Generic, TypeVar

from pydantic import (
    BaseModel,
    Field,
    Strict,
    TypeAdapter,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from doideposit.crossref.http import HttpAnswer
from doideposit.crossref.registrar import RegisteredWork

__all__ = ["AGENCIES", "HANDLE", "LIST", "MEMBER", "PREFIX", "WORK", "Shape", "read_answer"]

_T = TypeVar("_T")


def _none_when_odd(value: object, handler: ValidatorFunctionWrapHandler) -> object:
    """Take a value of another kind than documented for one that is not there: it is no part of what is asked."""
    try:
        return handler(value)
    except ValidationError:
        return None


_Odd = WrapValidator(_none_when_odd)
_Text = Annotated[str | None, Strict(), _Odd]
_Words = Annotated[tuple[str, ...] | None, _Odd]


class _Timestamp(BaseModel):
    date_time: Annotated[datetime | None, _Odd] = Field(None, alias="date-time")


class _Primary(BaseModel):
    url: _Text = Field(None, alias="URL")


class _Resource(BaseModel):
    primary: Annotated[_Primary | None, _Odd] = None


class _UpdatedBy(BaseModel):
    doi: _Text = Field(None, alias="DOI")


class _WorkMessage(BaseModel):
    doi: _Text = Field(None, alias="DOI")
    type: _Text = None
    prefix: _Text = None
    member: _Text = None
    resource: Annotated[_Resource | None, _Odd] = None
    created: Annotated[_Timestamp | None, _Odd] = None
    deposited: Annotated[_Timestamp | None, _Odd] = None
    indexed: Annotated[_Timestamp | None, _Odd] = None
    updated_by: Annotated[tuple[Annotated[_UpdatedBy | None, _Odd], ...] | None, _Odd] = Field(None, alias="updated-by")

    def value(self, doi: str) -> RegisteredWork:
        """Return the work; `doi` stands in where the answer does not name it."""
        primary = self.resource and self.resource.primary
        return RegisteredWork(
            doi=self.doi or doi,
            type=self.type or None,
            landing_url=(primary and primary.url) or None,
            created=_aware(self.created),
            deposited=_aware(self.deposited),
            indexed=_aware(self.indexed),
            owner_prefix=self.prefix,
            member=self.member,
            updated_by=frozenset(one.doi.lower() for one in self.updated_by or () if one is not None and one.doi),
        )


class _WorkList(BaseModel):
    items: tuple[Annotated[_WorkMessage | None, _Odd], ...]
    next_cursor: _Text = Field(None, alias="next-cursor")


class _Prefix(BaseModel):
    name: _Text = None
    member: _Text = None


class _MemberMessage(BaseModel):
    name: _Text = Field(None, alias="primary-name")
    prefixes: _Words = None


class _Envelope(BaseModel, Generic[_T]):
    message: _T


# The shape of an answer of the REST API, whose content is its `message`.
Shape = TypeAdapter[_Envelope[_T]]


class _HandleValue(BaseModel):
    type: str
    data: Mapping[str, object]


class _Handle(BaseModel):
    handle: str
    code: int = Field(alias="responseCode")
    values: Annotated[tuple[Annotated[_HandleValue | None, _Odd], ...] | None, _Odd] = None

    def texts(self, kind: str) -> tuple[str, ...]:
        """Return the texts of one type of value."""
        found = (each.data.get("value") for each in self.values or () if each and each.type == kind)
        return tuple(text for text in found if isinstance(text, str) and text)


class _Agency(BaseModel):
    doi: str = Field(alias="DOI")
    agency: _Text = Field(None, alias="RA")


WORK = TypeAdapter(_Envelope[_WorkMessage])
LIST = TypeAdapter(_Envelope[_WorkList])
PREFIX = TypeAdapter(_Envelope[_Prefix])
MEMBER = TypeAdapter(_Envelope[_MemberMessage])
HANDLE = TypeAdapter(_Handle)
AGENCIES = TypeAdapter(tuple[_Agency, ...])


def read_answer(shape: "TypeAdapter[_T]", answer: HttpAnswer) -> _T | None:
    """Return an answer in its shape; None when it has another. Deep nesting and endless numbers count as another."""
    try:
        return None if answer.truncated else shape.validate_json(answer.body)
    except ValidationError:
        return None


def _aware(found: _Timestamp | None) -> datetime | None:
    return found.date_time if found and found.date_time and found.date_time.tzinfo else None
