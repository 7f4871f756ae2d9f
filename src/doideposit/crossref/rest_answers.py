"""The shapes of what Crossref's REST API and doi.org answer; whatever is not asked for is not looked at.

A field of another kind than documented counts as one that is not there: it is not a reason to lose the rest. Sources:
Crossref's OpenAPI description of the REST API; the DOI handbook's "REST API response format".
"""

from collections.abc import Mapping
from typing import Annotated, Generic, TypeVar

from pydantic import (
    AliasPath,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    TypeAdapter,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from doideposit.crossref.http import HttpAnswer
from doideposit.crossref.registrar import FoundWork, RegisteredWork

__all__ = ["AGENCIES", "FOUND", "HANDLE", "LIST", "MEMBER", "PREFIX", "WORK", "Shape", "read_answer"]

_T = TypeVar("_T")


def _none_when_unexpected(value: object, handler: ValidatorFunctionWrapHandler) -> object:
    """Replace a value of an undocumented kind by None: the rest of the answer is still good."""
    try:
        return handler(value)
    # One odd field must not make the whole answer useless: it counts as missing.
    except ValidationError:
        return None


_Odd = WrapValidator(_none_when_unexpected)
_Text = Annotated[str | None, Strict(), _Odd]
_Words = Annotated[tuple[str, ...] | None, _Odd]
# A time without a zone says nothing, and counts as missing.
_Moment = Annotated[AwareDatetime | None, _Odd]


class _Answer(BaseModel):
    # The models are built when the first answer comes: most commands ask nobody.
    model_config = ConfigDict(defer_build=True)


class _UpdatedBy(_Answer):
    doi: _Text = Field(None, alias="DOI")


class _WorkMessage(_Answer):
    doi: _Text = Field(None, alias="DOI")
    type: _Text = None
    prefix: _Text = None
    member: _Text = None
    landing_url: _Text = Field(None, validation_alias=AliasPath("resource", "primary", "URL"))
    created: _Moment = Field(None, validation_alias=AliasPath("created", "date-time"))
    deposited: _Moment = Field(None, validation_alias=AliasPath("deposited", "date-time"))
    indexed: _Moment = Field(None, validation_alias=AliasPath("indexed", "date-time"))
    updated_by: Annotated[tuple[Annotated[_UpdatedBy | None, _Odd], ...] | None, _Odd] = Field(None, alias="updated-by")
    container: _Words = Field(None, alias="container-title")

    def value(self, doi: str) -> RegisteredWork:
        """Return the work; use `doi` if the answer does not name it."""
        return RegisteredWork(
            doi=self.doi or doi,
            type=self.type or None,
            landing_url=self.landing_url or None,
            created=self.created,
            deposited=self.deposited,
            indexed=self.indexed,
            owner_prefix=self.prefix,
            member=self.member,
            container=next(iter(self.container or ()), ""),
            updated_by=frozenset(
                update.doi.lower() for update in self.updated_by or () if update is not None and update.doi
            ),
        )


class _WorkList(_Answer):
    items: tuple[Annotated[_WorkMessage | None, _Odd], ...]
    next_cursor: _Text = Field(None, alias="next-cursor")


class _Name(_Answer):
    family: _Text = None
    name: _Text = None


_Names = Annotated[tuple[Annotated[_Name | None, _Odd], ...] | None, _Odd]
# A work without a date has a year that is null.
_Year = Annotated[int | None, _Odd]


class _FoundMessage(_Answer):
    """Read a work as far as a reference can be compared with it."""

    doi: _Text = Field(None, alias="DOI")
    type: _Text = None
    title: _Words = None
    subtitle: _Words = None
    original: _Words = Field(None, alias="original-title")
    author: _Names = None
    editor: _Names = None
    issued: _Year = Field(None, validation_alias=AliasPath("issued", "date-parts", 0, 0))
    online: _Year = Field(None, validation_alias=AliasPath("published-online", "date-parts", 0, 0))
    printed: _Year = Field(None, validation_alias=AliasPath("published-print", "date-parts", 0, 0))
    container: _Words = Field(None, alias="container-title")
    volume: _Text = None
    issue: _Text = None
    page: _Text = None
    score: Annotated[float | None, _Odd] = None

    def value(self) -> FoundWork:
        """Return the work."""
        title = next(iter(self.title or ()), "")
        whole = [f"{title}: {subtitle}" for subtitle in (self.subtitle or ())[:1] if title]
        people = [person for person in (*(self.author or ()), *(self.editor or ())) if person is not None]
        return FoundWork(
            doi=self.doi or "",
            titles=tuple(dict.fromkeys(text for text in (title, *whole, *(self.original or ())) if text)),
            authors=tuple(name for person in people if (name := person.family or person.name)),
            years=tuple(sorted({year for year in (self.issued, self.online, self.printed) if year})),
            container=next(iter(self.container or ()), ""),
            volume=self.volume or "",
            issue=self.issue or "",
            page=self.page or "",
            type=self.type or "",
            score=self.score,
        )


class _FoundList(_Answer):
    items: tuple[Annotated[_FoundMessage | None, _Odd], ...]


class _Prefix(_Answer):
    prefix: _Text = None
    name: _Text = None
    member: _Text = None


class _MemberMessage(_Answer):
    id: Annotated[str | None, _Odd, BeforeValidator(str)] = None
    name: _Text = Field(None, alias="primary-name")
    prefixes: _Words = None


class _Envelope(_Answer, Generic[_T]):
    message: _T


# The shape of an answer of the REST API, whose content is its `message`.
Shape = TypeAdapter[_Envelope[_T]]


class _HandleValue(_Answer):
    type: str
    data: Mapping[str, object]


class _Handle(_Answer):
    handle: str
    code: int = Field(alias="responseCode")
    values: Annotated[tuple[Annotated[_HandleValue | None, _Odd], ...] | None, _Odd] = None

    def texts(self, kind: str) -> tuple[str, ...]:
        """Return the texts of one type of value."""
        found = (value.data.get("value") for value in self.values or () if value and value.type == kind)
        return tuple(text for text in found if isinstance(text, str) and text)


class _Agency(_Answer):
    doi: str = Field(alias="DOI")
    agency: _Text = Field(None, alias="RA")
    status: _Text = None

    @property
    def is_missing(self) -> bool:
        """Tell whether the resolver says that no agency has this DOI; other statuses say that it does not know."""
        return self.agency is None and (self.status or "").casefold() in {"doi does not exist", "invalid doi"}


WORK = TypeAdapter(_Envelope[_WorkMessage])
LIST = TypeAdapter(_Envelope[_WorkList])
FOUND = TypeAdapter(_Envelope[_FoundList])
PREFIX = TypeAdapter(_Envelope[_Prefix])
MEMBER = TypeAdapter(_Envelope[_MemberMessage])
HANDLE = TypeAdapter(_Handle)
AGENCIES = TypeAdapter(tuple[_Agency, ...], config=ConfigDict(defer_build=True))


def read_answer(shape: "TypeAdapter[_T]", answer: HttpAnswer) -> _T | None:
    """Return an answer in its shape; None when it has another. Deep nesting and endless numbers count as another."""
    try:
        return None if answer.truncated else shape.validate_json(answer.body)
    # What does not have the shape of an answer comes from something between, such as a proxy.
    except ValidationError:
        return None
