"""Read what Crossref's XML query service says of a DOI, in the format ``unixsd``.

Every "no" comes with status 200 and has a form of its own: an unknown DOI, a malformed one, an address that the service
does not take for a login, a service that is too busy. Sources: Crossref documentation, "Using HTTPS to query" and
"unixsd query output format"; crossref_query_output3.0.xsd for the words of ``query/@status``.
"""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from math import ceil
from typing import Final

from doideposit.errors import ConfigurationError, RegistrarUnavailable, UnexpectedAnswer
from doideposit.records.identifiers import Doi
from doideposit.safe_xml import Element, ParsedXml

__all__ = ["RegisteredState"]

# The query service says so in a page with status 200.
_UNKNOWN_LOGIN: Final = b"login you supplied is not recognized"
# Timestamps of 8 to 19 digits have been seen. The schema takes any xsd:double, so one may be written as one.
_TIMESTAMP: Final = re.compile(r"\d{1,60}(?:\.\d{1,60})?(?:[eE]\+?\d{1,2})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class RegisteredState:
    """Hold what Crossref has of a DOI, and who may change it.

    `timestamp` is the version of the last deposit that took effect. `alias_of` is the DOI that this one was made an
    alias of: its record is the other's then. `last_update` moves with every change, also with Crossref's own. `answer`
    is the whole answer with the record in it; `has_record` says whether there is one.
    """

    doi: str
    timestamp: int
    type: str = ""
    owner_prefix: str = ""
    member: str = ""
    alias_of: str = ""
    created: str = ""
    last_update: str = ""
    has_record: bool = False
    answer: bytes = field(default=b"", repr=False)

    @staticmethod
    def read(answer: bytes, doi: Doi, host: str) -> "RegisteredState | None":
        """Read an answer about one DOI, in ``unixsd`` or ``unixref``; None when Crossref does not have it.

        Raises `ConfigurationError` when the service does not take our address for a login, `RegistrarUnavailable` when
        it cannot answer now, and `UnexpectedAnswer` for everything that is not an answer about this DOI.
        """
        # This refusal comes with status 200, like every "no" of the service: only its words tell.
        if _UNKNOWN_LOGIN in answer[:10_000]:
            raise ConfigurationError(
                f"{host} does not accept the depositor's e-mail address for queries",
                hint="set `email` below [depositor] to an address that Crossref knows",
            )
        root = ParsedXml.of(answer.strip()).root
        name = "" if root is None else str(root.tag).rpartition("}")[2]
        if root is None or name not in {"crossref_result", "doi_records"}:
            _require_unknown_doi(answer, doi, host)
            return None
        if name == "doi_records":
            return _read_unixref(root, answer, doi, host)
        query = _find_query(root, doi)
        status = "" if query is None else query.get("status", "")
        if query is None or status != "resolved":
            _require_not_found(status, doi, host)
            return None
        return _read_resolved(query, answer, doi, host)

    @staticmethod
    def describe_no_answer(body: bytes) -> str | None:
        """Return what kind of page came instead of an answer, for a person; None if it cannot be told."""
        if not body.strip():
            return "gave an empty answer"
        start = body[:10_000].lower()
        if b"<html" in start or b"<!doctype html" in start:
            # A page of a proxy, of maintenance or of a login.
            return "gave a web page instead of an answer"
        return None


def _read_resolved(query: Element, answer: bytes, doi: Doi, host: str) -> RegisteredState:
    items = {item.get("name"): _text(item) for item in query.iterfind(".//{*}crm-item")}
    # This is the version that a later deposit has to be above.
    timestamp = items.get("deposit-timestamp", "")
    if not _TIMESTAMP.fullmatch(timestamp):
        what = f"the timestamp “{timestamp[:60]}”, which is not a number" if timestamp else "no timestamp"
        raise UnexpectedAnswer(
            f"{host} gives {doi} {what}", hint="ask Crossref support which version of it is registered"
        )
    named = query.find("{*}doi")
    return RegisteredState(
        doi=doi.printed if named is None else _text(named),
        timestamp=ceil(Decimal(timestamp)),
        # The type here is a word of the query service, such as `journal_article`, and not always one of the deposit
        # schema.
        type="" if named is None else named.get("type", ""),
        owner_prefix=items.get("owner-prefix", ""),
        member=items.get("member-id", ""),
        # An alias can no longer be updated (Crossref documentation, conflicts).
        alias_of=next((name for name in _prime_doi(query) if name.lower() != doi.key), ""),
        created=items.get("created", ""),
        last_update=items.get("last-update", ""),
        has_record=query.find(".//{*}doi_record") is not None,
        answer=answer,
    )


def _read_unixref(root: Element, answer: bytes, doi: Doi, host: str) -> RegisteredState | None:
    """Read the form that has the record and little else: its ``timestamp`` is a date, and no version."""
    record = root.find("{*}doi_record")
    if record is None or record.find("{*}crossref/{*}error") is not None:
        return None
    named = next(
        (element for element in root.iterfind(".//{*}doi_data/{*}doi") if _text(element).lower() == doi.key), None
    )
    if named is None:
        raise _unexpected_error(host)
    return RegisteredState(
        doi=_text(named),
        # The attribute `timestamp` of unixref is the date of the last change; taken for a version it would be a wrong
        # one.
        timestamp=0,
        owner_prefix=record.get("owner", ""),
        last_update=record.get("timestamp", ""),
        has_record=True,
        answer=answer,
    )


def _find_query(root: Element, doi: Doi) -> Element | None:
    """Return the ``query`` element about our DOI: its namespace has changed over the years, its names have not.

    The answer about an alias may name the DOI that it stands for in place of ours. Without any DOI it can only be a
    "no": an answer to somebody else's question, as a proxy has been seen to give, must not count as ours.
    """
    for query in root.iter("{*}query"):
        named = query.find("{*}doi")
        if named is None and query.get("status") != "resolved":
            return query
        if named is not None and _text(named).lower() in {doi.key, *(name.lower() for name in _prime_doi(query))}:
            return query
    return None


def _prime_doi(query: Element) -> list[str]:
    """Return the DOI that an alias leads to; answers have named it in two ways (unixsd query output format)."""
    names = ("prime-doi", "prime")
    found = {item.get("name"): _text(item) for item in query.iterfind("{*}crm-item") if item.get("name") in names}
    return [found[name] for name in names if found.get(name)]


def _text(element: Element) -> str:
    return "".join(map(str, element.itertext())).strip()


def _require_unknown_doi(answer: bytes, doi: Doi, host: str) -> None:
    """Raise unless an answer without the expected XML says, in plain words, that the DOI is unknown.

    What else comes says nothing about the DOI, and is named as what it looks like, so that a person knows where to
    look: a page of a proxy or of maintenance, an answer that breaks off, or nothing at all.
    """
    # The words are at the beginning of the page.
    start = answer[:10_000].lower()
    if b"not found in crossref" in start:
        return
    if b"malformed doi" in start:
        raise UnexpectedAnswer(f"{host} does not accept {doi} as a DOI")
    if b"unable to parse or validate the xml query" in start:
        raise UnexpectedAnswer(f"{host} does not understand the question about {doi}")
    if (what := RegisteredState.describe_no_answer(answer)) is not None:
        raise UnexpectedAnswer(f"{host} {what} about {doi}")
    if b"crossref_result" in start or b"doi_records" in start:
        raise UnexpectedAnswer(f"the answer of {host} about {doi} is incomplete, or is not readable XML")
    raise _unexpected_error(host)


def _require_not_found(status: str, doi: Doi, host: str) -> None:
    """Raise unless the answer says that the DOI is unknown."""
    if status == "unresolved":
        return
    if status.startswith("system-"):
        raise RegistrarUnavailable(f"{host} cannot answer queries now ({status})")
    if status == "malformed":
        raise UnexpectedAnswer(f"{host} does not accept {doi} as a DOI")
    if status == "multiresolved":
        raise UnexpectedAnswer(f"{host} has several records for {doi}")
    raise _unexpected_error(host)


def _unexpected_error(host: str) -> UnexpectedAnswer:
    return UnexpectedAnswer(f"{host} gave no valid answer to a query")
