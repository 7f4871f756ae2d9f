"""What a plan file says, and whether it says so as it was written.

The hash covers everything but itself, so that a file edited by hand is noticed. It is not proof of who wrote the file:
what is applied is judged again, and an approval is kept in the ledger under the hash.
"""

import hashlib
import json
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final, Literal, NoReturn, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from doideposit.deposits.fees import Fee
from doideposit.deposits.limits import PRODUCTION, Target
from doideposit.deposits.planning import ReasonCode
from doideposit.errors import DiskError, PlanUnusable
from doideposit.files import disk_errors, open_input
from doideposit.records.identifiers import Doi, InvalidIdentifier
from doideposit.registered.values import Difference

__all__ = [
    "FORMAT",
    "LARGEST",
    "Content",
    "Fees",
    "PlanBody",
    "PlanFile",
    "PlannedChange",
    "PlannedRecord",
    "Sending",
    "Source",
]

# The number rises when a plan of an older program could be misread.
FORMAT: Final = "doideposit-plan/1"
# Bytes of a plan file: some ten thousand records, which is more than anybody reads.
LARGEST: Final = 50_000_000

# Bounds for texts that a person is shown: a plan may come from anywhere.
Text = Annotated[str, Field(max_length=20_000)]
ShortText = Annotated[str, Field(max_length=2_000)]


def _parse_doi(text: str) -> str:
    try:
        return str(Doi.parse(text))
    # Pydantic collects ValueErrors, each with its place.
    except InvalidIdentifier as error:
        raise ValueError(error.message) from None


def _moment(moment: datetime) -> datetime:
    # At both ends of the calendar a moment cannot be shown in every zone.
    if moment.tzinfo is None or not 1970 <= moment.year < 9000:  # noqa: PLR2004 - years
        raise ValueError("this is not a time at which a plan was made")
    return moment


DoiText = Annotated[str, Field(max_length=2_000), AfterValidator(_parse_doi)]
Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Part(BaseModel):
    """A part of a plan file, in which no other key can stand."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class PlannedChange(_Part):
    """One field of a registered record that an update changes."""

    field: ShortText
    """The field, as in a record file, from 0."""
    what: Text
    """What changes, for people."""
    loses: bool
    """True if registered content would be deleted."""
    kind: Literal["added", "changed", "lost"]
    """The kind of change: added, changed or lost."""
    registered: Any = None
    """The value that is registered, null for none."""
    desired: Any = None
    """The value that it gets, null for none."""

    @classmethod
    def all_of(cls, changes: Iterable[Difference]) -> tuple[Self, ...]:
        """Return changes as a plan file has them: their values as JSON reads them back."""
        return tuple(cls.model_validate(_plain_json(change.to_dict())) for change in changes)


def _plain_json(value: Any) -> Any:
    return json.loads(json.dumps(value, default=_as_dict))


def _as_dict(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError


class Sending(_Part):
    """What is sent for a record, and what the ledger needs to know of it."""

    series: ShortText
    """The short name of the series."""
    container: ShortText
    """The title that the series has at Crossref."""
    record_type: ShortText
    """How the DOI is registered."""
    schema_version: ShortText
    """Crossref's schema that the XML follows."""
    sha256: Hash
    """The SHA-256 of the XML in `contents`."""
    landing_page: Text | None = None
    """Where the DOI leads."""
    file: Annotated[str, Field(max_length=4_096)] | None = None
    """The whole path of the file it was read from; null for a record that came from none."""
    removes: tuple[ShortText, ...] = ()
    """Fields that the record deletes on purpose."""
    latest: int | None = None
    """The latest deposit of the DOI that the ledger knew."""
    group: int | None = None
    """Records of one ready-made file have the same number: they are sent together."""


# How these reasons began in plans that were written before the reason had a code.
_FORMER_SENTENCES: Final = {
    "sent before, but it is not known yet": ReasonCode.IN_DOUBT,
    "the same content is under way": ReasonCode.UNDER_WAY,
    "recorded before, but not sent yet": ReasonCode.RECORDED,
}


def _code_of_former_sentence(record: Mapping[str, Any]) -> ReasonCode | None:
    reason = str(record.get("reason", ""))
    return next((code for start, code in _FORMER_SENTENCES.items() if reason.startswith(start)), None)


class PlannedRecord(_Part):
    """One input, and what is done with it."""

    source: ShortText
    """Where the record comes from, as it was given."""
    doi: DoiText | None
    """The DOI; null where there is none."""
    action: Literal["register", "update", "unchanged", "blocked"]
    """What is done with it."""
    reason: Text
    """Why, in a sentence."""
    reason_code: ReasonCode | None = Field(default_factory=_code_of_former_sentence)
    """The reason for programs; null for one that no program asks for."""
    title: Text = ""
    """The title in the XML."""
    changes: tuple[PlannedChange, ...] = ()
    """The changes to the registered record."""
    empties: tuple[tuple[ShortText, ...], ...] = ()
    """Fields that are emptied at Crossref first: each list in a deposit of its own, before the one that is shown."""
    findings: tuple[Mapping[str, Any], ...] = ()
    """The findings about the record."""
    sending: Sending | None = None
    """What is sent; null for what is not."""


class Source(_Part):
    """A file that the plan was made of."""

    path: Annotated[str, Field(max_length=4_096)]
    """The whole path."""
    sha256: Hash
    """The SHA-256 of the file."""

    @staticmethod
    def hash_of(path: Path) -> str:
        """Return the SHA-256 of a file; raise `DiskError`."""
        with disk_errors(path, "cannot be read"), open_input(path) as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()


class Fees(_Part):
    """What Crossref charges for."""

    due: int
    """New DOIs, for each of which Crossref charges a fee; 0 where nothing is registered for readers."""
    each: ShortText | None = None
    """The fee for one, where the configuration names it."""
    total: ShortText | None = None
    """The fees together, where the configuration names one."""

    @staticmethod
    def of(target: str, records: "Sequence[PlannedRecord]", fee: Fee | None) -> "Fees":
        """Return what Crossref charges for: each new DOI, once, on its production system."""
        due = sum(record.action == "register" for record in records) if target == PRODUCTION else 0
        if fee is None or not due:
            return Fees(due=due)
        return Fees(due=due, each=str(fee), total=fee.times(due))


class Content(_Part):
    """The bytes of one XML document."""

    xml: str | None = None
    """As text in UTF-8."""
    base64: str | None = None
    """In base64, if the bytes are not UTF-8."""


class PlanBody(_Part):
    """Everything that a plan says; the hash is made of it."""

    made_by: Annotated[str, Field(min_length=1, max_length=200)]
    """Who made the plan."""
    made_at: Annotated[datetime, AfterValidator(_moment)]
    """When."""
    target: Target
    """Where it is sent."""
    consequences: tuple[Text, ...]
    """The consequences of applying it, in sentences."""
    fees: Fees
    """What it costs."""
    records: tuple[PlannedRecord, ...]
    """Every record, in the order it was given."""
    retry: bool
    """True if content that failed before may be sent again."""
    allow_loss: tuple[ShortText, ...]
    """Fields that may be lost by an update."""
    unseen: Text
    """The reason for not comparing with the registered records; empty if they were compared."""
    configuration: Mapping[str, str]
    """The settings the plan depends on: if one changed, the plan is not applied."""
    sources: tuple[Source, ...]
    """The files it was made from: if one changed, the plan is not applied."""
    contents: Mapping[Hash, Content]
    """The XML to be sent, by SHA-256; head, batch id and timestamp are added when it is sent."""

    def bytes_of(self, sha256: str) -> bytes:
        """Return the bytes with that SHA-256; raise `PlanUnusable` if the plan lacks them."""
        found = self.contents.get(sha256)
        data = b""
        if found is not None and found.xml is not None:
            data = found.xml.encode("utf-8")
        elif found is not None and found.base64 is not None:
            try:
                data = b64decode(found.base64, validate=True)
            # Broken content fails at the hash, as anything that was changed.
            except Base64Error:
                data = b""
        if hashlib.sha256(data).hexdigest() != sha256:
            raise PlanUnusable("the plan does not contain what it would send", hint=_ANEW)
        return data

    def to_text(self) -> str:
        """Return the text of a plan file; raise `PlanUnusable` where it is too large."""
        plan = self.model_dump(mode="json")
        document = {"format": FORMAT, "sha256": _hash_of(plan), "plan": plan}
        text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
        if len(text.encode("utf-8")) > LARGEST:
            raise PlanUnusable(
                f"this would be a plan of more than {LARGEST // 1_000_000} MB", hint="make several plans of fewer files"
            )
        return text


class PlanFile(_Part):
    """A plan as a file: everything that would be sent, and what that means."""

    format: Literal["doideposit-plan/1"]
    """The format of the file."""
    sha256: Hash
    """The SHA-256 of `plan` in canonical JSON: sorted keys, no white space, UTF-8."""
    plan: PlanBody
    """The plan."""

    @property
    def sending(self) -> tuple[PlannedRecord, ...]:
        """Return the records that are sent."""
        return tuple(record for record in self.plan.records if record.sending is not None)

    @property
    def dois(self) -> tuple[Doi, ...]:
        """Return the DOIs that are sent."""
        return tuple(Doi.parse(record.doi) for record in self.sending if record.doi is not None)

    @property
    def name(self) -> str:
        """Return the beginning of the hash, which identifies a plan for people."""
        # Twelve digits of the hash can be compared by eye, and nobody finds two plans with the same.
        return self.sha256[:12]

    @property
    def statement(self) -> str:
        """Return the line that an approval signs."""
        return f"doideposit plan {self.sha256}\n"

    @staticmethod
    def looks_like_one(beginning: bytes) -> bool:
        """Tell whether a file that begins so is meant to be a plan."""
        # The first key is within these bytes, whatever the indentation.
        return FORMAT.partition("/")[0].encode() in beginning[:200]

    @staticmethod
    def read(path: Path) -> "PlanFile":
        """Read a plan file; raise `PlanUnusable` for what is none, and `DiskError`."""
        try:
            with disk_errors(path, "cannot be read"), open_input(path) as stream:
                data = stream.read(LARGEST + 1)
        except DiskError as error:
            # A name that was mistyped is not a fault of the disk.
            if path.exists():
                raise
            raise PlanUnusable(f"there is no plan {path}", hint="check the spelling and the folder") from error
        return PlanFile.parse(data, str(path))

    @staticmethod
    def parse(data: bytes, name: str = "the plan") -> "PlanFile":
        """Return the plan in these bytes; raise `PlanUnusable` for what doideposit did not write like this."""
        if len(data) > LARGEST:
            raise PlanUnusable(
                f"{name} has more than {LARGEST // 1_000_000} MB", hint="make several plans of fewer files"
            )
        raw = _parse_json(data, name)
        if not isinstance(raw, dict) or not str(raw.get("format", "")).startswith(FORMAT.partition("/")[0]):
            raise PlanUnusable(f"{name} is not a plan", hint="`doideposit plan FILES -o plan.json` writes one")
        if raw["format"] != FORMAT:
            hint = "make a new plan with `doideposit plan`"
            raise PlanUnusable(f"{name} was written by another version of doideposit", hint=hint)
        try:
            file = PlanFile.model_validate_json(data)
        # The first fault is enough: nobody edits a plan by hand.
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            # A path into a plan can be long when somebody made it so.
            place = ".".join(str(part) for part in first["loc"])[:200]
            raise PlanUnusable(f"{name} is damaged at {place or 'its beginning'}: {first['msg']}", hint=_ANEW) from None
        if _hash_of(raw["plan"]) != file.sha256:
            raise PlanUnusable(f"{name} was changed after it was made: its hash is different", hint=_ANEW)
        return file


_ANEW: Final = "make a new plan with `doideposit plan`; one that was edited cannot be used"


def _parse_json(data: bytes, name: str) -> Any:
    try:
        text = data.decode("utf-8-sig")
        return json.loads(
            text, object_pairs_hook=_refuse_repeated_keys, parse_constant=_refuse_number, parse_float=_refuse_number
        )
    except (ValueError, RecursionError):
        # A UnicodeDecodeError, a JSONDecodeError and what the hooks refuse are all ValueErrors.
        hint = "get the complete file again from the person who made it; or make a new plan with `doideposit plan`"
        raise PlanUnusable(
            f"{name} is not a plan that doideposit wrote: it cannot be read as JSON", hint=hint
        ) from None


def _refuse_repeated_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a key that occurs twice: people and programs would read different ones."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _refuse_number(_text: str) -> NoReturn:
    raise ValueError


def _hash_of(plan: Any) -> str:
    canonical = json.dumps(plan, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()
