"""DOI, ORCID iD, ROR, ISNI, ISSN and Wikidata ids as canonical, frozen values with their check digits verified.

Each class has `parse(text)`, which accepts the usual spellings (bare, with a resolver's address, with a label) and
returns the canonical value, or raises `InvalidIdentifier`, whose code and hint become a finding. The values compare,
hash and print by their canonical form, and pydantic models take them as field types.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar, Self
from urllib.parse import quote

from pydantic_core import PydanticCustomError

from doideposit.findings import writable
from doideposit.records.doi_text import FoundDoi
from doideposit.records.parsed_value import ParsedValue

__all__ = ["Doi", "Identifier", "InvalidIdentifier", "IsRegistered", "Isbn", "Isni", "Issn", "Orcid", "Ror", "Wikidata"]


class InvalidIdentifier(ValueError):
    """Refuse a text that is not the identifier it claims to be.

    `position` and `length` mark the offending part of the text, where one can be named.
    """

    def __init__(self, code: str, message: str, hint: str, *, position: int | None = None, length: int = 1) -> None:
        super().__init__(writable(message))
        self.code = code
        self.message = writable(message)
        self.hint = writable(hint)
        self.position = position
        self.length = length

    def for_pydantic(self, offset: int = 0, **more: Any) -> PydanticCustomError:
        """Return the same fault as an error of a pydantic validator; `offset` is added to the position."""
        position = None if self.position is None else self.position + offset
        context = {"hint": self.hint, "position": position, "length": self.length, "what": self.message, **more}
        # Pydantic fills its template between braces, and an identifier may contain some.
        return PydanticCustomError(self.code, "{what}", context)


class Identifier(ParsedValue):
    """Hold what all identifiers share: parsing from text, and a place in pydantic models and JSON Schemas."""

    __slots__ = ()
    json_schema: ClassVar[dict[str, Any]] = {"type": "string"}

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the canonical value of `text`; raises `InvalidIdentifier`."""
        raise NotImplementedError

    @classmethod
    def parse_or_none(cls, text: str | None) -> Self | None:
        """Return the canonical value of `text` without the spaces around it, or None where it is none."""
        try:
            return cls.parse((text or "").strip())
        except InvalidIdentifier:
            return None

    @classmethod
    def from_input(cls, value: Any) -> Self:
        """Return the canonical value of an input of a model; raises `PydanticCustomError`."""
        if isinstance(value, cls):
            return value
        if not isinstance(value, str):
            raise PydanticCustomError("text-expected", "a text is expected here", {"hint": "write it in quotes"})
        try:
            return cls._parse_text(value)
        # pydantic collects faults only of its own kind.
        except InvalidIdentifier as error:
            raise error.for_pydantic() from None

    @classmethod
    def _parse_text(cls, text: str) -> Self:
        """Parse a text; the same authors, institutions and journals come back in record after record."""
        if len(text) > _USUAL_LENGTH:
            return cls.parse(text)
        kind: Any = cls
        found: Self = _parse_known(kind, text)
        return found


# A longer text is not an identifier as people write one, and would only take room in the cache below.
_USUAL_LENGTH = 80


# Citations of one run name the same DOIs often.
@lru_cache(maxsize=2048)
def _parse_known(kind: type[Identifier], text: str) -> Any:
    return kind.parse(text)


# The limit of doi_t in common5.5.0.xsd, like the four to nine digits of the prefix below.
MAX_SUFFIX = 200
# Four to nine digits are what Crossref's own pattern takes; the suffix may hold any character (ISO 26324).
_DOI_SHAPE = re.compile(r"10\.[0-9]{4,9}/(?P<suffix>.+)", re.DOTALL)
# Since 2008 Crossref takes only these in new suffixes.
_NOT_FOR_NEW = re.compile(r"[^A-Za-z0-9\-._;()/]")


@dataclass(frozen=True, slots=True, eq=False)
class Doi(Identifier):
    r"""Hold a DOI. It prints as it was written and compares without regard to case, as DOIs do.

    It is what Crossref's schema takes (common5.5.0.xsd, doi_t: ``10\.[0-9]{4,9}/.{1,200}``), without white space: DOIs
    that exist hold nearly every character. Since 2008 a new one may hold only ``A-Z a-z 0-9 - . _ ; ( ) /``, which the
    schema does not enforce and `check_new` does (Crossref documentation, constructing your DOIs).
    """

    printed: str
    json_schema: ClassVar[dict[str, Any]] = {
        "type": "string",
        "title": "DOI",
        "pattern": r"^\S*10(\.|%2E)[0-9]{4,9}(/|%2F)\S+$|^doi:\s*10\.[0-9]{4,9}/\S+$",
        "examples": ["10.48251/SADF.ISSN.2406-5617.C258"],
    }

    @classmethod
    def parse(cls, text: str) -> "Doi":
        """Read a DOI, bare or with ``doi:`` or ``https://doi.org/`` in front; raises `InvalidIdentifier`."""
        bare = FoundDoi.bare(text)
        shape = _DOI_SHAPE.fullmatch(bare)
        if shape is None:
            raise InvalidIdentifier("doi-shape", f"“{_shorten(bare)}” is not a DOI", FoundDoi.what_to_write(bare))
        # To Python a space is printable, but no DOI may hold one.
        if not bare.isprintable() or " " in bare:
            place, bad = next(
                (at, character) for at, character in enumerate(bare) if character == " " or not character.isprintable()
            )
            raise _forbidden_character_fault(bad, text.find(bare) + place if bare in text else None)
        suffix = shape["suffix"]
        if len(suffix) > MAX_SUFFIX:
            message = f"the part after the slash has {len(suffix)} characters"
            raise InvalidIdentifier("doi-too-long", message, f"Crossref takes at most {MAX_SUFFIX}")
        return cls(bare)

    def check_new(self) -> None:
        """Raise `InvalidIdentifier` if a new DOI may not have this form (older DOIs may)."""
        bad = _NOT_FOR_NEW.search(self.suffix)
        if bad is not None:
            raise _forbidden_character_fault(bad[0], len(self.prefix) + 1 + bad.start())
        if self.suffix.endswith("."):
            raise InvalidIdentifier(
                "doi-trailing-dot",
                "this DOI ends in a full stop",
                "delete the full stop: it most likely ended a sentence",
                position=len(self.printed) - 1,
            )

    @classmethod
    def _parse_text(cls, text: str) -> "Doi":
        """Parse a text; unlike other identifiers a DOI seldom comes back."""
        return cls.parse(text)

    @property
    def key(self) -> str:
        """Return the form to compare and to file under: all lower case."""
        return self.printed.lower()

    @property
    def order(self) -> tuple[tuple[int, int | str], ...]:
        """Return the key to sort by, in the order in which people count: C9 before C10."""
        pieces = re.findall(r"[0-9]+|[^0-9]", self.printed.casefold())
        # `isdecimal` takes digits of every script; only those of ASCII are counted as numbers.
        return tuple((0, int(piece)) if piece.isdecimal() and piece.isascii() else (1, piece) for piece in pieces)

    @property
    def prefix(self) -> str:
        """Return the part before the slash: ``10.48251``."""
        return self.printed.partition("/")[0]

    @property
    def suffix(self) -> str:
        """Return the part after the slash."""
        return self.printed.partition("/")[2]

    @property
    def url(self) -> str:
        """Return the DOI as a link, the form in which Crossref wants it shown; what no address may hold is encoded."""
        return f"https://doi.org/{quote(self.printed, safe=_SAFE_IN_LINKS)}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Doi) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __str__(self) -> str:
        return self.printed


# RFC 3986, section 3.3: what a path may hold as it is. Letters outside of ASCII stay readable, as browsers show them.
_SAFE_IN_LINKS = "/-._~!$&'()*+,;=:@"


def _forbidden_character_fault(character: str, position: int | None) -> InvalidIdentifier:
    message = f"a new DOI cannot contain {_character_name(character)}"
    if character.isspace() or not character.isprintable():
        message = f"a DOI cannot contain {_character_name(character)}"
    return InvalidIdentifier("doi-character", message, _character_hint(character), position=position)


# Sixty characters of what was typed fit on a line with the message.
def _shorten(text: str, limit: int = 60) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _character_name(character: str) -> str:
    name = unicodedata.name(character, f"U+{ord(character):04X}").lower()
    return f"a {name}" if character.isspace() or not character.isprintable() else f"“{character}” ({name})"


def _character_hint(character: str) -> str:
    # Unicode counts the minus sign among the symbols (Sm), although it looks like a dash.
    if unicodedata.category(character) == "Pd" or character == "−":
        return "replace it with the plain hyphen-minus “-” if that is what was registered"
    if character.isspace():
        return "delete the space"
    return "in a new DOI only letters A-Z, digits and - . _ ; ( ) / are allowed after the slash"


# Registers give their ids as addresses; both forms name the same thing.
_RESOLVER = r"(?:https?://(?:www\.)?{host}/)?"


@dataclass(frozen=True, slots=True)
class _Written(Identifier):
    """Hold an identifier that is one text; only two of the same kind are ever equal."""

    value: str


class Orcid(_Written):
    """Hold an ORCID iD as ``0000-0002-1825-0097``; the last character is its ISO 7064 mod 11-2 check character."""

    __slots__ = ()
    json_schema: ClassVar[dict[str, Any]] = {
        "type": "string",
        "title": "ORCID iD",
        "pattern": r"^(https?://(www\.)?orcid\.org/)?\d{4}-?\d{4}-?\d{4}-?\d{3}[\dXx]$",
        "examples": ["https://orcid.org/0000-0002-1825-0097"],
    }
    _shape: ClassVar[re.Pattern[str]] = re.compile(
        _RESOLVER.format(host=r"orcid\.org") + r"(\d{4})-?(\d{4})-?(\d{4})-?(\d{3}[\dXx])", re.IGNORECASE
    )

    @classmethod
    def parse(cls, text: str) -> "Orcid":
        """Read an ORCID iD, bare or as a link; raises `InvalidIdentifier`."""
        match = cls._shape.fullmatch(text.strip())
        if match is None:
            raise InvalidIdentifier(
                "orcid-shape",
                f"“{_shorten(text)}” is not an ORCID iD",
                "write it as https://orcid.org/0000-0002-1825-0097",
            )
        digits = "".join(match.groups()).upper()
        _check_mod_11_2("orcid", "ORCID iD", text, digits)
        # Sixteen digits in four groups, as ORCID prints them.
        return cls("-".join(digits[start : start + 4] for start in range(0, 16, 4)))

    @property
    def url(self) -> str:
        """Return the iD as the link that Crossref and ORCID want."""
        return f"https://orcid.org/{self.value}"

    def __str__(self) -> str:
        return self.url


class Isni(_Written):
    """Hold an ISNI as sixteen characters without spaces, with the same check character as an ORCID iD."""

    __slots__ = ()
    json_schema: ClassVar[dict[str, Any]] = {
        "type": "string",
        "title": "ISNI",
        "pattern": r"^(https?://(www\.)?isni\.org/(isni/)?)?(\d{4}[ -]?){3}\d{3}[\dXx]$",
        "examples": ["https://www.isni.org/0000000405062673"],
    }
    _shape: ClassVar[re.Pattern[str]] = re.compile(
        _RESOLVER.format(host=r"isni\.org") + r"(?:isni/)?(\d{4})[ -]?(\d{4})[ -]?(\d{4})[ -]?(\d{3}[\dXx])",
        re.IGNORECASE,
    )

    @classmethod
    def parse(cls, text: str) -> "Isni":
        """Read an ISNI, bare, spaced or as a link; raises `InvalidIdentifier`."""
        match = cls._shape.fullmatch(text.strip())
        if match is None:
            raise InvalidIdentifier(
                "isni-shape",
                f"“{_shorten(text)}” is not an ISNI",
                "write it as https://www.isni.org/0000000405062673",
            )
        digits = "".join(match.groups()).upper()
        _check_mod_11_2("isni", "ISNI", text, digits)
        return cls(digits)

    @property
    def url(self) -> str:
        """Return the ISNI as the link that Crossref's schema asks for."""
        return f"https://www.isni.org/{self.value}"

    def __str__(self) -> str:
        return self.url


# The sums here are python-stdnum's, with which the tests compare them. Importing it would bring Python's ssl and pydoc
# along, and take a twentieth of the time of `doideposit check`.
_CHECK_DIGITS = "0123456789X"


def _check_mod_11_2(code: str, name: str, text: str, digits: str) -> None:
    total = 0
    for digit in digits[:-1]:
        total = (total + int(digit)) * 2
    # ISO 7064 writes the check value ten as X.
    expected = _CHECK_DIGITS[(12 - total) % 11]
    if expected != digits[-1]:
        raise InvalidIdentifier(
            f"{code}-check-digit",
            f"the check digit of this {name} is wrong: it ends in {digits[-1]}, and {expected} would fit",
            "a digit was mistyped; copy the whole identifier again from its source",
            position=len(text.rstrip()) - 1,
        )


_ROR_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u


class Ror(_Written):
    """Hold a ROR id as ``02twcfp32``; the last two digits are its ISO 7064 mod 97-10 check digits."""

    __slots__ = ()
    json_schema: ClassVar[dict[str, Any]] = {
        "type": "string",
        "title": "ROR",
        "pattern": r"^(https?://(www\.)?ror\.org/)?0[0-9a-hj-km-np-tv-zA-HJ-KM-NP-TV-Z]{6}\d{2}$",
        "examples": ["https://ror.org/02twcfp32"],
    }
    _shape: ClassVar[re.Pattern[str]] = re.compile(
        _RESOLVER.format(host=r"ror\.org") + rf"(0[{_ROR_ALPHABET}]{{6}}\d{{2}})", re.IGNORECASE
    )

    @classmethod
    def parse(cls, text: str) -> "Ror":
        """Read a ROR id, bare or as a link; raises `InvalidIdentifier`."""
        match = cls._shape.fullmatch(text.strip())
        if match is None:
            raise InvalidIdentifier(
                "ror-shape", f"“{_shorten(text)}” is not a ROR id", "write it as https://ror.org/02twcfp32"
            )
        value = match[1].lower()
        number = 0
        # The leading 0 and six more characters are a number in base 32; the two digits after them check it.
        for character in value[:7]:
            # ROR writes numbers in Crockford's base 32 without i, l, o and u.
            number = number * 32 + _ROR_ALPHABET.index(character)
        # ISO 7064 mod 97-10: the number with its check digits after it leaves 1 when divided by 97.
        expected = f"{98 - number * 100 % 97:02d}"
        if expected != value[7:]:
            raise InvalidIdentifier(
                "ror-check-digit",
                f"the check digits of this ROR id are wrong: {value[7:]} instead of {expected}",
                "copy the whole identifier again from ror.org",
                position=len(text.rstrip()) - 2,
                length=2,
            )
        return cls(value)

    @property
    def url(self) -> str:
        """Return the ROR id as a link, the only form Crossref's schema takes."""
        return f"https://ror.org/{self.value}"

    def __str__(self) -> str:
        return self.url


class Wikidata(_Written):
    """Hold a Wikidata item as ``Q5188229``."""

    __slots__ = ()
    json_schema: ClassVar[dict[str, Any]] = {
        "type": "string",
        "title": "Wikidata item",
        "pattern": r"^(https?://(www\.)?wikidata\.org/(entity|wiki)/)?[Qq][1-9]\d*$",
        "examples": ["https://www.wikidata.org/entity/Q5188229"],
    }
    _shape: ClassVar[re.Pattern[str]] = re.compile(
        _RESOLVER.format(host=r"wikidata\.org") + r"(?:(?:entity|wiki)/)?(Q[1-9]\d*)", re.IGNORECASE
    )

    @classmethod
    def parse(cls, text: str) -> "Wikidata":
        """Read a Wikidata item, bare or as a link; raises `InvalidIdentifier`."""
        match = cls._shape.fullmatch(text.strip())
        if match is None:
            raise InvalidIdentifier(
                "wikidata-shape",
                f"“{_shorten(text)}” is not a Wikidata item",
                "write it as https://www.wikidata.org/entity/Q5188229",
            )
        return cls(match[1].upper())

    @property
    def url(self) -> str:
        """Return the item as a link, the only form Crossref's schema takes."""
        return f"https://www.wikidata.org/entity/{self.value}"

    def __str__(self) -> str:
        return self.url


class Issn(_Written):
    """Hold an ISSN as ``2406-5617``; the last character is its check digit (ISO 3297, weights 8 to 2, modulo 11)."""

    __slots__ = ()
    json_schema: ClassVar[dict[str, Any]] = {
        "type": "string",
        "title": "ISSN",
        "pattern": r"^(ISSN[:\s]*)?\d{4}-?\d{3}[\dXx]$",
        "examples": ["2406-5617"],
    }
    _shape: ClassVar[re.Pattern[str]] = re.compile(r"(?:ISSN[:\s]*)?(\d{4})-?(\d{3}[\dXx])", re.IGNORECASE)

    @classmethod
    def parse(cls, text: str) -> "Issn":
        """Read an ISSN with or without hyphen or label; raises `InvalidIdentifier`."""
        match = cls._shape.fullmatch(text.strip())
        if match is None:
            raise InvalidIdentifier(
                "issn-shape", f"“{_shorten(text)}” is not an ISSN", "write it as 2406-5617: with a hyphen in the middle"
            )
        digits = (match[1] + match[2]).upper()
        # The weights fall from 8 to 2 (ISO 3297, annex on the check digit).
        total = sum(weight * int(digit) for weight, digit in zip(range(8, 1, -1), digits[:-1], strict=True))
        # The check digit brings the sum to a multiple of eleven; X stands for ten.
        expected = _CHECK_DIGITS[-total % 11]
        if expected != digits[-1]:
            raise InvalidIdentifier(
                "issn-check-digit",
                f"the check digit of this ISSN is wrong: it ends in {digits[-1]}, and {expected} would fit",
                "a digit was mistyped; look the ISSN up on the publication or at portal.issn.org",
                position=len(text.rstrip()) - 1,
            )
        return cls(f"{digits[:4]}-{digits[4:]}")

    def __str__(self) -> str:
        return self.value


class Isbn(_Written):
    """Hold an ISBN with ten or thirteen digits, with its hyphens where it came with them (ISO 2108)."""

    __slots__ = ()
    json_schema: ClassVar[dict[str, Any]] = {"type": "string", "title": "ISBN", "examples": ["978-3-16-148410-0"]}
    _shape: ClassVar[re.Pattern[str]] = re.compile(
        r"(?:(?:e-?)?ISBN(?:-1[03])?[:\s]*)?([\d \-\u2010-\u2015]+[\dX])", re.IGNORECASE
    )

    @classmethod
    def parse(cls, text: str) -> "Isbn":
        """Read an ISBN with or without hyphens or label; raises `InvalidIdentifier`."""
        from stdnum import isbn  # noqa: PLC0415 - few commentaries have one

        match = cls._shape.fullmatch(text.strip())
        written = re.sub(r"[\s\u2010-\u2015]", "-", match[1]).upper() if match else ""
        digits = written.replace("-", "")
        # ISBNs had ten digits until 2007, and have thirteen since.
        if len(digits) not in {10, 13} or not digits[:-1].isdigit():
            hint = "write it as 978-3-16-148410-0, with thirteen digits; an old ISBN has ten"
            raise InvalidIdentifier("isbn-shape", f"“{_shorten(text)}” is not an ISBN", hint)
        if not isbn.is_valid(digits):
            message = f"the check digit of the ISBN {written} is wrong"
            raise InvalidIdentifier("isbn-check-digit", message, "a digit was mistyped; compare it with the imprint")
        return cls(written)

    def __str__(self) -> str:
        return self.value


# Tells whether a DOI is registered already; with a number, whether it is registered as the work of that number.
IsRegistered = Callable[[Doi, str | None], bool]
