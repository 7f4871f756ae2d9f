"""Everything a verdict needs that can be worked out from the schema once and kept: the prepared schema.

Made from a verified bundle in about 0.4 seconds (reading half a megabyte of XSD, and elementpath for the assertions),
or read back in a few milliseconds. It is only ever used for the bundle, the version of elementpath and the form of this
module it was made with; otherwise, or when it is damaged, it is made anew.
"""

import hashlib
import importlib.util
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from doideposit.crossref.schemas.bundle import Bundle
from doideposit.crossref.validator.asserts import Assertion
from doideposit.crossref.validator.values import Identity, Lookup

__all__ = ["Form", "Prepared", "read_prepared", "write_prepared"]

FORMAT = 5
"""Counted up whenever what is kept, or how it is worked out, changes."""


class Form(NamedTuple):
    """Which schema is made: with MathML or a stub for it; lean (for documents without ``xsi:type``) or whole; narrow.

    A narrow form is lean as well, and for documents that have only elements of the module ``narrowing``.
    """

    mathml: bool
    lean: bool
    narrow: bool = False

    @property
    def file(self) -> str | None:
        """The name under which the prepared schema is kept with its bundle; None for the forms that few need."""
        return None if not self.lean else "prepared-narrow.json" if self.narrow else "prepared.json"


class Prepared(NamedTuple):
    """The schema documents for libxml2, and the checks that go beside them.

    Elements whose tag is among `undescribed` must not be in a document that is held against it.
    """

    main: str
    texts: Mapping[str, str]
    addresses: Mapping[str, str]
    assertions: tuple[Assertion, ...]
    identities: tuple[Identity, ...]
    lookups: tuple[Lookup, ...]
    undescribed: tuple[str, ...] = ()


def _key(bundle: Bundle) -> str:
    spec = importlib.util.find_spec("elementpath")
    # The file that has elementpath's version in it; asking for the version would cost more than all the rest.
    elementpath = Path(spec.origin).read_bytes() if spec and spec.origin else b""
    return f"{FORMAT} {bundle.fingerprint} {hashlib.sha256(elementpath).hexdigest()}"


def write_prepared(bundle: Bundle, prepared: Prepared) -> bytes:
    """The prepared schema as bytes that start with what they were made from and their own SHA-256."""
    data = {
        "main": prepared.main,
        "texts": dict(prepared.texts),
        "addresses": dict(prepared.addresses),
        "assertions": [_assertion_data(one) for one in prepared.assertions],
        "identities": [[one.attribute, one.kind, sorted(one.tags)] for one in prepared.identities],
        "lookups": [[one.attribute, sorted(one.tags), sorted(one.values), one.collapsed] for one in prepared.lookups],
        "undescribed": prepared.undescribed,
    }
    payload = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
    return f"{_key(bundle)} {hashlib.sha256(payload).hexdigest()}\n".encode() + payload


def read_prepared(bundle: Bundle, content: bytes) -> Prepared | None:
    """Read it back; None when it was made from anything else, or is damaged."""
    head, _, payload = content.partition(b"\n")
    if head != f"{_key(bundle)} {hashlib.sha256(payload).hexdigest()}".encode():
        return None
    data = json.loads(payload)
    return Prepared(
        data["main"],
        data["texts"],
        data["addresses"],
        tuple(_assertion(one) for one in data["assertions"]),
        tuple(Identity(name, kind, frozenset(tags)) for name, kind, tags in data["identities"]),
        tuple(Lookup(name, frozenset(tags), frozenset(values), flag) for name, tags, values, flag in data["lookups"]),
        tuple(data["undescribed"]),
    )


def _assertion_data(one: Assertion) -> list[Any]:
    outcomes = [[list(values), list(children), holds] for (values, children), holds in one.outcomes.items()]
    return [one.tag, one.test, one.namespaces, one.attributes, one.children, outcomes]


def _assertion(data: list[Any]) -> Assertion:
    tag, test, namespaces, attributes, children, outcomes = data
    return Assertion(
        tag,
        test,
        tuple((prefix, uri) for prefix, uri in namespaces),
        tuple(attributes),
        tuple(children),
        {(tuple(values), tuple(present)): holds for values, present, holds in outcomes},
    )
